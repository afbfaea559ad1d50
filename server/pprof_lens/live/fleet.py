"""Profiles of a fleet: servers that keep those of many programs, and one profile of them by a query.

What the kinds of servers have in common is here: the address, the query, the time range, and the sentence for each
failure. What is their own is pure and in a file for each kind (`pyroscope`, `parca`): the requests and how their
answers are read. A further kind is another such file and a line in `_KINDS`. The answers are untrusted.
"""

import re
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timezone
from functools import partial
from typing import NamedTuple, Protocol
from urllib.parse import parse_qs, urlencode

from pprof_lens.live import parca, pyroscope
from pprof_lens.live.access import Access
from pprof_lens.live.address import Address, parse_base
from pprof_lens.live.asked import Answered, Asked, Question, code_of
from pprof_lens.live.asked import said as message_of
from pprof_lens.live.endpoint import NO_ACCESS
from pprof_lens.live.errors import FetchError, MissingError
from pprof_lens.live.transfer import Limits, Progress, Reply, get
from pprof_lens.profile.encode import message
from pprof_lens.profile.merge import beside
from pprof_lens.profile.plain import plain
from pprof_lens.profile.read import read

LONGEST = 120.0
"""Seconds that a server may take to merge what was asked for."""

_SCHEME = re.compile(r"(pyroscope|parca)(?:\+(https?))?://", re.IGNORECASE)
_QUERY = re.compile(r"\s*([\w.-]+(?:(?::[\w.%-]*){4,5})?)\s*(\{.*\})?\s*", re.DOTALL)
_FAVOURITES = ("inuse_space", "cpu")
_MOST_AT_ONCE = 8
_AGO = re.compile(r"(?:now)?-([0-9]{1,9})([smhdw])")
_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400, "w": 7 * 86400}
_HOUR = 3600.0
_NOT_FOUND = (5, "not_found")
"""What gRPC's gateway and Connect say of what is not there; a path that is not there has no such answer."""
_MOST_TYPES = 1 << 22


class Kind(Protocol):
    """What is a kind's own: pure functions, tried in this order until one answers with a profile."""

    def profile(self, asked: Asked) -> tuple[Question, ...]:
        """The ways to ask for a profile, the newest first."""

    def types(self, asked: Asked) -> Question:
        """How to ask for the profile types that the server has; the answer is read as a text, one a line."""


_KINDS: dict[str, Kind] = {"pyroscope": pyroscope, "parca": parca}


@dataclass(frozen=True, slots=True)
class Source:
    """A server of a fleet, of a kind; with a query where the text that named it has one."""

    kind: str
    address: Address
    query: str = ""
    since: str = ""
    until: str = ""

    @property
    def url(self) -> str:
        """As it may be shown and kept, and as `parse` takes it: without the user's name and password."""
        given = (("query", self.query), ("from", self.since), ("to", self.until))
        asked = urlencode([(name, value) for name, value in given if value])
        return f"{self.kind}+{self.address.url}{f'?{asked}' if asked else ''}"


class Range(NamedTuple):
    """Seconds since 1970."""

    since: float
    until: float


def is_source(text: str) -> bool:
    """Whether the text names a server of a fleet: `pyroscope://host:4040`, `parca+https://host/`."""
    return _SCHEME.match(text) is not None


def parse(text: str) -> Source:
    """The server that `KIND[+http|https]://host[/path][?query=Q&from=T&to=T]` names. Raises FetchError."""
    found = _SCHEME.match(text)
    if found is None:
        raise FetchError("This names no server of a fleet; give pyroscope://host:4040 or parca://host:7070.")
    kind, scheme = found[1].lower(), (found[2] or "http").lower()
    plain_url, _, query = text.partition("?")
    address = parse_base(f"{scheme}://{plain_url[found.end() :]}")
    given = {name: values[-1] for name, values in parse_qs(query, keep_blank_values=True).items()}
    if unknown := given.keys() - {"query", "from", "to"}:
        raise FetchError(f"The address of a fleet takes query, from and to; not {plain(min(unknown))}.")
    return Source(kind, address, given.get("query", ""), given.get("from", ""), given.get("to", ""))


def moment(text: str, *, now: float) -> float:
    """`now`, `now-1h`, seconds since 1970, or a time by ISO 8601. Raises FetchError."""
    given = text.strip()
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
        raise FetchError(
            f"{plain(given)} is no time; give now-1h, seconds since 1970 or 2026-11-26T12:00:00Z."
        ) from None


def span(source: Source, *, now: float | None = None) -> Range:
    """The time range that was asked for, the last hour where none was. Raises FetchError."""
    present = time.time() if now is None else now
    until = moment(source.until or "now", now=present)
    since = moment(source.since, now=present) if source.since else until - _HOUR
    if since >= until:
        raise FetchError("The time range ends before it begins.")
    return Range(since, until)


def fetch(
    source: Source,
    *,
    limit: int,
    access: Access = NO_ACCESS,
    cancelled: Callable[[], bool] = lambda: False,
    progress: Callable[[Progress], None] = lambda _: None,
) -> bytes:
    """The merged profile of the query and the range, gzip'd or not. Raises FetchError or Cancelled.

    Where the query names a profile without one of its sample types, all of them are asked for, and are one profile.
    """
    asked = _asked(source)
    bounds = Limits(bytes=2 * limit, quiet=LONGEST, total=2 * LONGEST)  # base64 is longer than what it holds
    ask = partial(get, certificates=access.certificates, limits=bounds, cancelled=cancelled, progress=progress)
    if ":" in asked.type:
        return _one(source, asked, access, ask)
    named = _types_of(asked.type, types(source, access=access, cancelled=cancelled))
    if not named or len(named) > _MOST_AT_ONCE:
        raise FetchError(f"{source.address.authority} has no profile {plain(asked.type)} in this time range.")
    bodies = [_one(source, asked._replace(type=name), access, ask) for name in named]
    if len(bodies) == 1:
        return bodies[0]
    together = beside([read(body, limit=limit, cancelled=cancelled) for body in bodies])
    own = {sample_type.type for sample_type in together.sample_types}
    favourite = next((name for name in _FAVOURITES if name in own), "")
    return message(replace(together, default_sample_type=favourite))


def _types_of(profile: str, known: Iterable[str]) -> list[str]:
    """The profile types of that profile; those of what a program did in between where it has no others, as for cpu."""
    of = sorted(name for name in known if name.startswith(f"{profile}:"))
    return [name for name in of if not name.endswith(":delta")] or of


def _one(source: Source, asked: Asked, access: Access, ask: Callable[..., Reply]) -> bytes:
    where = source.address.authority
    refused = FetchError(f"{where} has no profile of this query.")
    for question in _KINDS[source.kind].profile(asked):
        try:
            body = question.read(_answer(source, question, access, ask))
        except MissingError as error:  # an older server: the next way is the one that it has
            refused = error
            continue
        except Answered as answer:
            refused = FetchError(f"{where}: {answer}")
            continue
        if body:
            return body
    raise refused


def types(
    source: Source, *, access: Access = NO_ACCESS, cancelled: Callable[[], bool] = lambda: False
) -> tuple[str, ...]:
    """The profile types that the server has, as queries begin with them. Raises FetchError or Cancelled."""
    question = _KINDS[source.kind].types(Asked("", "{}", *span(source)))
    ask = partial(get, certificates=access.certificates, limits=Limits(bytes=_MOST_TYPES), cancelled=cancelled)
    try:
        body = question.read(_answer(source, question, access, ask))
    except Answered as answer:
        raise FetchError(f"{source.address.authority}: {answer}") from None
    return tuple(map(plain, filter(None, body.decode("utf-8", "replace").split("\n"))))


def _asked(source: Source) -> Asked:
    found = _QUERY.fullmatch(source.query)
    if found is None:
        raise FetchError(
            'A query is a profile type and a selector, as in memory:inuse_space:bytes:space:bytes{service_name="shop"}.'
        )
    return Asked(found[1], found[2] or "{}", *span(source))


def _answer(source: Source, question: Question, access: Access, ask: Callable[..., Reply]) -> bytes:
    place = source.address.below(question.path, question.parameters)
    reply = ask(place, headers={**question.headers, **access.headers_for(place)}, body=question.body)
    if reply.status != 200:
        raise _refusal(reply, source)
    return reply.body


def _refusal(reply: Reply, source: Source) -> FetchError:
    where = source.address.authority
    if reply.status == 404 and code_of(reply.body) in _NOT_FOUND:
        return FetchError(f"{where}: no profile matches the query in this time range.")
    if reply.status in (404, 415, 501):
        return MissingError(f"{where} does not answer as a {source.kind} server does ({reply.status}).")
    if reply.status in (401, 403):
        return FetchError(f"{where} does not let us in ({reply.status}); set the headers that it wants.")
    if reply.status == 429:
        when = f"; try again in {plain(reply.retry_after)} seconds" if reply.retry_after.isdecimal() else ""
        return FetchError(f"{where} is asked too often (429){when}.")
    said = plain(message_of(reply.body))
    return FetchError(f"{where} answers with an error ({reply.status}){f': {said}' if said else ''}".rstrip(".") + ".")
