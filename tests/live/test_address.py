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
        ("host/dev/pprof", "http://host/dev/pprof/"),
        ("host/prof/", "http://host/prof/"),
        ("unix:/run/app.sock", "http+unix://%2Frun%2Fapp.sock/debug/pprof/"),
        ("unix:/run/app.sock:/dev/pprof/heap", "http+unix://%2Frun%2Fapp.sock/dev/pprof/heap"),
        ("http+unix://%2Frun%2Fapp.sock", "http+unix://%2Frun%2Fapp.sock/debug/pprof/"),
        ("host/heap?seconds=5&access_token=s3cret", "http://host/heap?seconds=5&access_token=***"),
        (f"host/heap?id={'x' * 32}", f"http://host/heap?id={'x' * 32}"),
        (f"host/heap?id={'x' * 33}", "http://host/heap?id=***"),
        ("host/heap?X-Amz-Signature=s3cret", "http://host/heap?X-Amz-Signature=***"),
        ("http://bücher.example", "http://xn--bcher-kva.example/debug/pprof/"),
    ],
)
def test_an_address_becomes_the_url_of_an_index_or_a_profile(given: str, url: str) -> None:
    assert parse(given).url == url


@pytest.mark.parametrize(
    "given",
    ["", "  ", "a b", "file:///etc/passwd", "ftp://host/heap", "host:99999", "host:port", "http://", "http://[::1",
     "unix:app.sock", "unix:", "http+unix://", "host:6060/a\r\nEvil: header", "x" * 3000],
)  # fmt: skip
def test_what_is_no_address_is_refused_in_a_sentence(given: str) -> None:
    with pytest.raises(FetchError, match=r"^[A-Z][^\n]*\.$"):
        parse(given)


def test_a_password_is_sent_and_never_shown() -> None:
    address = parse("http://user:p%40ss@host:6060/debug/pprof/heap")
    assert address.authorization == "Basic dXNlcjpwQHNz"
    assert "p%40ss" not in address.url + repr(address)
    assert parse(address.secret_url) == address


@pytest.mark.parametrize(
    ("given", "beside", "kind"),
    [
        ("h:1", "/debug/pprof/goroutine", ""),
        ("h:1/dev/pprof/", "/dev/pprof/goroutine", ""),
        ("h:1/dev/pprof/heap?gc=1", "/dev/pprof/goroutine", "heap"),
        ("h:1/admin/debug/pprof/my.org/pool", "/admin/debug/pprof/goroutine", "my.org/pool"),
        ("h:1/metrics/heap", "/metrics/goroutine", "heap"),
        ("h:1/heap", "/goroutine", "heap"),
        ("unix:/run/app.sock:/dev/pprof/heap", "/dev/pprof/goroutine", "heap"),
    ],
)
def test_the_other_profiles_of_a_program_are_beside_the_one_that_is_named(given: str, beside: str, kind: str) -> None:
    address = parse(given)
    assert (address.beside("goroutine").target, address.kind) == (beside, kind)
    assert address.beside("goroutine").authority == address.authority


def test_a_token_is_sent_and_never_shown() -> None:
    address = parse("host/debug/pprof/heap?token=s3cret")
    assert address.target == "/debug/pprof/heap?token=s3cret"
    assert "s3cret" not in address.url


@pytest.mark.parametrize("location", ["/pprof/heap", "http://host:6060/pprof/heap", "../pprof/heap"])
def test_a_redirect_on_the_same_host_is_followed(location: str) -> None:
    assert redirected(parse("host:6060/debug/heap"), location).url == "http://host:6060/pprof/heap"


def test_a_redirect_keeps_the_users_own_password_and_takes_no_other() -> None:
    to = redirected(parse("http://me:s3cret@host/heap"), "http://you:other@host/pprof/heap")
    assert to.secret_url == "http://me:s3cret@host/pprof/heap"


def test_a_redirect_of_a_program_at_a_socket_leads_to_that_socket() -> None:
    to = redirected(parse("unix:/run/app.sock"), "/pprof/heap")
    assert to.url == "http+unix://%2Frun%2Fapp.sock/pprof/heap"


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
