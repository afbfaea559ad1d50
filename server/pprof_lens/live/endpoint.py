"""What a running program offers at /debug/pprof, and one profile of it; where each has a sentence to it.

The answer of a program is untrusted: its index page is only read for names of profiles, and whatever else comes
instead of a profile is told in one sentence. Profiles are handed on as bytes; nothing is decoded or kept here.
"""

import re
from collections.abc import Callable, Iterator
from html.parser import HTMLParser
from typing import NamedTuple
from urllib.parse import unquote, urlsplit

from pprof_lens.live.access import Access
from pprof_lens.live.address import INDEX_PATH, Address
from pprof_lens.live.errors import FetchError, MissingError
from pprof_lens.live.transfer import MOST, Limits, Progress, Reply, get
from pprof_lens.profile.plain import plain

_INDEX_LIMIT, _INDEX_READ = 1 << 20, 1 << 17
"""Bytes of an index page that are taken, and of those that are read, which takes Python up to 16 s for a million."""
_SPARE_SECONDS = 120

NO_ACCESS = Access()
GOROUTINELEAK_SINCE = "Go has it since 1.27, and in 1.26 if built with GOEXPERIMENT=goroutineleakprofile"

_DESCRIPTIONS = {
    "heap": "Memory in use now, by the line that allocated it; the program collects its garbage first.",
    "allocs": "All memory allocated since the program started, freed or not.",
    "profile": "Where processor time goes; collected for some seconds.",
    "goroutine": "Every goroutine and where it is now.",
    "goroutineleak": "Goroutines that can never run again; finding them costs one garbage collection.",
    "block": "Where goroutines wait for channels and locks; empty unless the program sets a block profile rate.",
    "mutex": "Who held locks that others waited for; empty unless the program sets a mutex profile fraction.",
    "threadcreate": "What made the program start threads of the operating system.",
}
_OVER_TIME = {
    "heap": "How memory in use changes within some seconds.",
    "allocs": "Memory allocated within some seconds.",
    "block": "Waiting within some seconds.",
    "mutex": "Waiting for locks within some seconds.",
}
_NO_PROFILES = frozenset({"trace", "cmdline", "symbol"})
_NAME = re.compile(r"(?!.*(?://|\.\.|pprof/))[\w.-][\w./ -]{0,199}")
_SECONDS = re.compile("[0-9]{1,6}")


class Kind(NamedTuple):
    """A profile that a program offers.

    `url` is for `parse`; it holds the user's name and password where the address did, and is not for showing.
    `needs_seconds` says that the profile is collected over a time that is to be given.
    """

    name: str
    description: str
    url: str
    needs_seconds: bool


def kinds(
    address: Address,
    *,
    access: Access = NO_ACCESS,
    cancelled: Callable[[], bool] = lambda: False,
) -> tuple[Kind, ...]:
    """What the program at this address offers, as its index page says; the one profile that the address names.

    Raises FetchError or Cancelled.
    """
    if not address.is_index:
        needs_seconds = address.kind == "profile" and address.parameter("seconds") is None
        return (Kind(address.kind, _description(address.kind), address.secret_url, needs_seconds),)
    reply = get(
        address,
        headers=access.headers_for(address),
        certificates=access.certificates,
        limits=Limits(bytes=_INDEX_LIMIT, most=_INDEX_LIMIT, total=30),
        cancelled=cancelled,
    )
    _check_status(reply, address)
    names = tuple(dict.fromkeys(_names(reply.body[:_INDEX_READ].decode("utf-8", "replace"))))
    if not names:
        raise FetchError(f"{address.url} is not the index page of net/http/pprof.")
    return tuple(kind for name in names for kind in _kinds_of(reply.address.beside(name), name))


def fetch(
    address: Address,
    *,
    limit: int,
    most: int = MOST,
    seconds: int | None = None,
    access: Access = NO_ACCESS,
    cancelled: Callable[[], bool] = lambda: False,
    progress: Callable[[Progress], None] = lambda _: None,
) -> bytes:
    """The bytes of the profile that the address names, the heap's where it names none.

    With `seconds` the program collects for so long first: a cpu profile, or the change of any other. A heap profile
    of the present comes after a garbage collection. `limit` and `most` bound the bytes, as Limits has it. Raises
    FetchError or Cancelled.
    """
    wanted = requested(address, seconds)
    quiet = _collecting_seconds(wanted)
    reply = get(
        wanted,
        headers=access.headers_for(wanted),
        certificates=access.certificates,
        limits=Limits(bytes=limit, most=most, quiet=quiet, total=quiet + _SPARE_SECONDS),
        cancelled=cancelled,
        progress=progress,
    )
    _check_status(reply, wanted)
    start = reply.body[:256].lstrip().lower()
    if reply.content_type == "text/html" or start.startswith((b"<!doctype html", b"<html")):
        raise FetchError(f"{wanted.url} answers with an HTML page, not with a profile.")
    if not reply.body:
        raise FetchError(f"{wanted.url} answers with nothing.")
    return reply.body


def requested(address: Address, seconds: int | None) -> Address:
    """The very URL that `fetch` asks for."""
    if address.is_index:
        address = address.beside("heap")
    if seconds is not None:
        return address.with_parameter("seconds", seconds)
    if address.kind == "heap" and address.parameter("gc") is None and address.parameter("seconds") is None:
        return address.with_parameter("gc", 1)
    return address


def _collecting_seconds(address: Address) -> float:
    given = address.parameter("seconds") or ""
    seconds = float(given) if _SECONDS.fullmatch(given) else 0.0
    return seconds or (30.0 if address.kind == "profile" else 0.0)  # what net/http/pprof takes


def _description(name: str) -> str:
    return _DESCRIPTIONS.get(name, "A profile of the program's own.")


def _kinds_of(address: Address, name: str) -> Iterator[Kind]:
    yield Kind(name, _description(name), address.secret_url, name == "profile")
    if name in _OVER_TIME:
        yield Kind(f"{name}, over time", _OVER_TIME[name], address.secret_url, needs_seconds=True)


def _names(page: str) -> Iterator[str]:
    """The names of profiles that an index page links to, in its order."""
    for link in _Links(page).found:
        parts = urlsplit(link)
        name = unquote(parts.path)
        if (
            _NAME.fullmatch(name)
            and plain(name) == name
            and not parts.scheme
            and not parts.netloc
            and name not in _NO_PROFILES
        ):
            yield name


class _Links(HTMLParser):
    """The targets of the links of a page."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found += [value for name, value in attrs if (tag, name) == ("a", "href") and value]


def _check_status(reply: Reply, address: Address) -> None:
    if reply.status == 200:
        return
    where = address.authority
    if reply.status == 404:
        if address.is_index:
            raise MissingError(f"{where} has no {address.path} (404); does the program import net/http/pprof?")
        why = f": {GOROUTINELEAK_SINCE}" if address.kind == "goroutineleak" else ""
        at = "" if address.index_path == INDEX_PATH else f" at {address.index_path}"
        raise MissingError(f"{where} has no profile {address.kind}{at} (404){why}.")
    if reply.status in (401, 403):
        raise FetchError(
            f"{where} does not let us in ({reply.status}); set the headers that it wants in pprofLens.http.headers."
        )
    remark = plain(reply.body.decode("utf-8", "replace").strip().split("\n")[0].strip())
    said = f": {remark}" if reply.content_type == "text/plain" and remark else ""
    raise FetchError(f"{where} answers with an error ({reply.status}){said}".rstrip(".") + ".")
