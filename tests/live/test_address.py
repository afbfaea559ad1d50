"""What a user may give as an address, and what becomes of it."""

import pytest

from pprof_lens.live.address import parse, redirected
from pprof_lens.live.errors import FetchError


@pytest.mark.parametrize(
    ("given", "url"),
    [
        ("6060", "http://localhost:6060/debug/pprof/"),
        (":6060", "http://localhost:6060/debug/pprof/"),
        (" localhost:6060\n", "http://localhost:6060/debug/pprof/"),
        ("http://host:6060/", "http://host:6060/debug/pprof/"),
        ("https://host/debug/pprof", "https://host/debug/pprof/"),
        ("host/prefix/debug/pprof/", "http://host/prefix/debug/pprof/"),
        ("[::1]:6060", "http://[::1]:6060/debug/pprof/"),
        ("localhost:6060/debug/pprof/heap?gc=1", "http://localhost:6060/debug/pprof/heap?gc=1"),
        ("https://host:443/metrics/heap", "https://host/metrics/heap"),
        ("http://user:secret@host:6060", "http://host:6060/debug/pprof/"),
        ("http://bücher.example", "http://xn--bcher-kva.example/debug/pprof/"),
    ],
)
def test_an_address_becomes_the_url_of_an_index_or_a_profile(given: str, url: str) -> None:
    assert parse(given).url == url


@pytest.mark.parametrize(
    "given",
    ["", "  ", "a b", "file:///etc/passwd", "ftp://host/heap", "host:99999", "host:port", "http://", "http://[::1",
     "host:6060/a\r\nEvil: header", "x" * 3000],
)  # fmt: skip
def test_what_is_no_address_is_refused_in_a_sentence(given: str) -> None:
    with pytest.raises(FetchError, match=r"^[A-Z][^\n]*\.$"):
        parse(given)


def test_a_password_is_sent_and_never_shown() -> None:
    address = parse("http://user:p%40ss@host:6060/debug/pprof/heap")
    assert address.authorization == "Basic dXNlcjpwQHNz"
    assert "p%40ss" not in address.url + repr(address)
    assert parse(address.secret_url) == address


@pytest.mark.parametrize("location", ["/pprof/heap", "http://host:6060/pprof/heap", "../pprof/heap"])
def test_a_redirect_on_the_same_host_is_followed(location: str) -> None:
    assert redirected(parse("host:6060/debug/heap"), location).url == "http://host:6060/pprof/heap"


def test_a_redirect_from_http_to_https_is_followed_and_not_back() -> None:
    assert redirected(parse("http://host/heap"), "https://host/heap").url == "https://host/heap"
    with pytest.raises(FetchError):
        redirected(parse("https://host/heap"), "http://host/heap")


@pytest.mark.parametrize(
    "location",
    [
        "file:///etc/passwd",
        "http://other:6060/heap",
        "//other/heap",
        "http://host:22/",
        "gopher://host:6060/",
        "http://[",
    ],
)
def test_a_redirect_elsewhere_is_not_followed(location: str) -> None:
    with pytest.raises(FetchError, match="redirects to"):
        redirected(parse("http://host:6060/heap"), location)
