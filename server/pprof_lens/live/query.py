"""What is asked of a fleet: a server, a query and a time range, as a text names them; nothing is asked here.

`pyroscope://host:4040?query=Q&from=T&to=T`, `parca+https://host/`, or `fleet://NAME?…` for a server under a name.
`at=T` in place of `from` and `to` is a moment.
"""

import math
import re
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timezone
from typing import NamedTuple
from urllib.parse import parse_qs, urlencode

from pprof_lens.live.address import Address, parse_base
from pprof_lens.live.asked import Asked, Moments
from pprof_lens.live.errors import FetchError
from pprof_lens.live.named import Server, Servers
from pprof_lens.profile.plain import plain

NAMED = "fleet"
"""The scheme of a server under a name."""

_SCHEME = re.compile(r"(?:(pyroscope|parca)(?:\+(https?))?|(fleet))://", re.IGNORECASE)
_QUERY = re.compile(r"\s*([\w.-]+(?:(?::[\w.%-]*){4,5})?)\s*(\{.*\})?\s*", re.DOTALL)
_AGO = re.compile(r"(?:now)?-([0-9]{1,9})([smhdw])")
_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400, "w": 7 * 86400}
_FIELDS = {"query": "query", "from": "since", "to": "until", "at": "at"}
_HOUR = 3600.0
_LATEST = 253_402_300_799.0
"""The end of the year 9999; no server takes a later time."""

_NEAR = 1.0
"""Servers tell to the second when a profile was taken."""
_AROUND = 300.0
"""How long before a moment the profile of it may have been taken."""


@dataclass(frozen=True, slots=True)
class Source:
    """A server of a fleet, of a kind; with a query where the text that named it has one, and its name if it has one."""

    kind: str
    address: Address
    query: str = ""
    since: str = ""
    until: str = ""
    at: str = ""
    server: Server | None = None

    @property
    def url(self) -> str:
        """As it may be shown and kept, and as `parse` takes it: without the user's name and password."""
        given = (("query", self.query), ("from", self.since), ("to", self.until), ("at", self.at))
        asked = urlencode([(name, value) for name, value in given if value])
        place = f"{NAMED}://{self.server.name}" if self.server is not None else f"{self.kind}+{self.address.url}"
        return f"{place}{f'?{asked}' if asked else ''}"

    @property
    def name(self) -> str:
        """What it is called in a sentence."""
        return self.server.name if self.server is not None else self.address.authority

    @property
    def profile(self) -> str:
        """The name of the profile that is asked for, such as memory."""
        return self.query.partition("{")[0].partition(":")[0].strip()


class Range(NamedTuple):
    """Seconds since 1970."""

    since: float
    until: float


def is_source(text: str) -> bool:
    """Whether the text names a server of a fleet: `pyroscope://host:4040`, `parca+https://host/`, `fleet://name`."""
    return _SCHEME.match(text) is not None


def parse(text: str, servers: Servers = ()) -> Source:
    """The server that `KIND[+http|https]://host[/path][?…]` or `fleet://NAME[?…]` names. Raises FetchError."""
    text = text.encode("utf-8", "replace").decode()  # half a pair of UTF-16 is no character that can be asked for
    found = _SCHEME.match(text)
    if found is None:
        raise FetchError("This names no server of a fleet; give pyroscope://host:4040 or parca://host:7070.")
    place, _, query = text[found.end() :].partition("?")
    source = _named(place.strip("/"), servers) if found[3] else _at(found[1].lower(), found[2], place)
    given = {name: values[-1] for name, values in parse_qs(query, keep_blank_values=True).items()}
    if unknown := given.keys() - _FIELDS.keys():
        raise FetchError(f"The address of a fleet takes query, from, to and at; not {plain(min(unknown))}.")
    if given.get("at") and (given.get("from") or given.get("to")):
        raise FetchError("A profile is of a range (from, to) or of a moment (at), not of both.")
    return with_asked(source, **{_FIELDS[name]: value for name, value in given.items()})


def with_asked(source: Source, *, query: str = "", since: str = "", until: str = "", at: str = "") -> Source:
    """The same with what is given of these."""
    return replace(
        source,
        query=query or source.query,
        since=since or source.since,
        until=until or source.until,
        at=at or source.at,
    )


def moment(text: str, *, now: float) -> float:
    """`now`, `now-1h`, seconds since 1970, or a time by ISO 8601; none before 1970. Raises FetchError."""
    given = text.strip()
    seconds = _seconds(given, now)
    if seconds is None or not 0 <= seconds <= _LATEST:
        raise FetchError(f"{plain(given)} is no time; give now-1h, seconds since 1970 or 2026-11-26T12:00:00Z.")
    return seconds


def _seconds(given: str, now: float) -> float | None:
    if given == "now":
        return now
    if ago := _AGO.fullmatch(given):
        return now - int(ago[1]) * _UNITS[ago[2]]
    if re.fullmatch(r"[0-9]{1,12}(\.[0-9]{1,9})?", given):
        return float(given)
    try:
        when = datetime.fromisoformat(re.sub("[zZ]$", "+00:00", given))
        return (when if when.tzinfo else when.replace(tzinfo=timezone.utc)).timestamp()
    except (ValueError, OverflowError):
        return None


def range_of(source: Source, *, now: float | None = None) -> Range:
    """The time range that is asked for; of a moment the one that its profiles are in. Raises FetchError."""
    present = time.time() if now is None else now
    if source.at:
        until = moment(source.at, now=present)
        return Range(max(0.0, until - _AROUND), until)
    until = moment(source.until or "now", now=present)
    since = moment(source.since, now=present) if source.since else max(0.0, until - _HOUR)
    if since >= until:
        raise FetchError("The time range ends before it begins.")
    return Range(since, until)


def last_of_each(moments: Moments, span: Range) -> Range:
    """The part of the range that has the last profile of each series and no more, by when each has one.

    A series that went on less often than the others, or ended, may have none in it.
    """
    before = max((sorted(series)[-2] for series in moments if len(series) > 1), default=span.since)
    first = min((max(series) for series in moments if series and max(series) > before), default=span.until)
    return Range(max(span.since, before + _NEAR, first - 2 * _NEAR), span.until)


def pieces(span: Range, seconds: float, most: int) -> Iterator[Range]:
    """The range in pieces that are no longer than this, the oldest first. Raises FetchError where it is too many."""
    count = math.ceil((span.until - span.since) / seconds)
    if count > most:
        raise FetchError(f"The time range is {count} times as long as the server allows; ask for a shorter one.")
    for number in range(count):
        # A profile of the very millisecond where two pieces meet is in the second only.
        until = span.until if number == count - 1 else span.since + (number + 1) * seconds - 0.001
        yield Range(span.since + number * seconds, until)


def asked(source: Source, span: Range) -> Asked:
    """The query of the source over a range. Raises FetchError."""
    found = _QUERY.fullmatch(source.query)
    if found is None:
        raise FetchError(
            'A query is a profile type and a selector, as in memory:inuse_space:bytes:space:bytes{service_name="shop"}.'
        )
    return Asked(found[1], found[2] or "{}", *span)


def _named(name: str, servers: Servers) -> Source:
    server = next((server for server in servers if server.name == name), None)
    if server is None:
        known = ", ".join(server.name for server in servers)
        told = f"; there are {known}" if known else "; the setting pprofLens.sources lists them"
        raise FetchError(f"No source is called {plain(name)}{told}.")
    return Source(server.kind, parse_base(server.url), server=server)


def _at(kind: str, scheme: str | None, place: str) -> Source:
    return Source(kind, parse_base(f"{(scheme or 'http').lower()}://{place}"))
