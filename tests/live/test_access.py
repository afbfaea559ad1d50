"""Headers and where they go."""

import pytest

from pprof_lens.live.access import Access, Headers
from pprof_lens.live.address import parse
from pprof_lens.live.errors import FetchError
from pprof_lens.live.named import Server, WrongServersError, servers

SERVER = {"name": "s3cret", "kind": "parca", "url": "http://me:s3cret@host", "headers": {"Authorization": "s3cret"}}


def sent(headers: Headers, address: str, **environ: str) -> dict[str, str]:
    return Access(headers).headers_for(parse(address), environ)


def test_a_header_takes_its_secret_from_the_environment() -> None:
    headers = {"Authorization": "Bearer ${env:TOKEN}"}
    assert sent(headers, "host:6060", TOKEN="s3cret") == {"Authorization": "Bearer s3cret"}


def test_a_secret_that_is_not_set_is_named_and_nothing_is_asked() -> None:
    with pytest.raises(FetchError, match=r"The header Authorization .* environment variable TOKEN, which is not set"):
        sent({"Authorization": "Bearer ${env:TOKEN}"}, "host:6060")


@pytest.mark.parametrize("kind", ["env", "secret"])
def test_the_name_of_a_secret_that_is_not_set_is_shown_as_harmless_text(kind: str) -> None:
    with pytest.raises(FetchError, match=r"^The header A�\[31m takes its value from the .* B��, which is not set"):
        sent({"A\x1b[31m": f"${{{kind}:B\n\u115f}}"}, "host:6060")


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("https://admin.example/debug/pprof/", {"X-Scope": "all", "Authorization": "a"}),
        ("https://ADMIN.example:8443/debug/pprof/", {"X-Scope": "all", "Authorization": "a"}),
        ("shop.example:6060", {"X-Scope": "all", "Authorization": "b"}),
        ("shop.example:7070", {"X-Scope": "all"}),
        ("admin.example.evil.example", {"X-Scope": "all"}),
        ("admin.example@evil.example", {"X-Scope": "all"}),
    ],
)
def test_a_header_that_is_set_for_a_host_goes_to_that_host_only(address: str, expected: dict[str, str]) -> None:
    headers: Headers = {
        "X-Scope": "all",
        "admin.example": {"Authorization": "a"},
        "shop.example:6060": {"Authorization": "b"},
    }
    assert sent(headers, address) == expected


def test_the_environment_of_another_hosts_header_need_not_be_set() -> None:
    assert sent({"admin.example": {"Authorization": "${env:TOKEN}"}}, "shop.example") == {}


def test_no_header_and_no_secret_is_shown_where_what_reaches_a_program_is_printed() -> None:
    server = Server("production", "parca", "http://me:s3cret@host", (("Authorization", "s3cret"),))
    assert "s3cret" not in repr(Access({"Authorization": "s3cret"}, servers=(server,), secrets={"TOKEN": "s3cret"}))


@pytest.mark.parametrize(
    "value",
    [
        "s3cret",
        ["s3cret"],
        [SERVER, SERVER],
        [SERVER | {"name": "s3cret/"}],
        [SERVER | {"name": "a", "kind": "s3cret"}],
        [SERVER | {"tenant": "s3cret"}],
        [SERVER | {"url": ["s3cret"]}],
        [SERVER | {"headers": "s3cret"}],
        [SERVER | {"headers": {"Authorization": ["s3cret"]}}],
        [SERVER | {"headers": {"Authorization": "s3cret\0"}}],
    ],
)
def test_what_is_wrong_in_a_list_of_servers_is_told_without_what_was_given(value: object) -> None:
    with pytest.raises(WrongServersError) as caught:
        servers(value)
    assert "s3cret" not in str(caught.value)
