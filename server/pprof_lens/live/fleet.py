"""Profiles of a fleet: servers that keep those of many programs, and one profile of them by a query.

What the kinds of servers have in common is here: what is asked in which order, what is made of several answers, and
the sentence for each failure. What is their own is pure and in a file for each kind (`pyroscope`, `parca`): the
requests and how their answers are read. A further kind is another such file and a line in `_KINDS`. The answers are
untrusted.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from functools import partial
from typing import NamedTuple, Protocol, TypeVar

from pprof_lens.live import parca, pyroscope, query
from pprof_lens.live.access import Access
from pprof_lens.live.asked import Answered, Asked, EmptyError, Moments, Names, Question, Series, code_of
from pprof_lens.live.asked import said as message_of
from pprof_lens.live.endpoint import NO_ACCESS
from pprof_lens.live.errors import FetchError, MissingError
from pprof_lens.live.query import Range, Source
from pprof_lens.live.transfer import Limits, Progress, Reply, get, unfolded
from pprof_lens.profile.encode import message
from pprof_lens.profile.merge import beside, merge
from pprof_lens.profile.model import Profile
from pprof_lens.profile.origin import Origin, with_origin
from pprof_lens.profile.plain import plain
from pprof_lens.profile.read import read_unpacked

LONGEST = 120.0
"""Seconds that a server may take to merge what was asked for."""

_FAVOURITES = ("inuse_space", "cpu")
_MOST_AT_ONCE = 8
_MOST_PIECES = 400
_MOST_KEPT = 8
"""So many pieces of a range are held at a time."""
_NOT_FOUND = (5, "not_found")
"""What gRPC's gateway and Connect say of what is not there; a path that is not there has no such answer."""
_MOST_LISTED = 1 << 22
_MOST_COMMITS = 8

T = TypeVar("T")


class Kind(Protocol):
    """What is a kind's own: pure functions; the ways to ask for a profile are tried in their order."""

    def profile(self, asked: Asked) -> tuple[Question[bytes], ...]:
        """The ways to ask for a profile of one type, the newest first."""

    def types(self, asked: Asked) -> Question[Names]:
        """How to ask for the profile types that the server has."""

    def label_names(self, asked: Asked) -> Question[Names]:
        """How to ask for the labels of what is selected."""

    def label_values(self, asked: Asked, name: str) -> Question[Names]:
        """How to ask for the values of a label."""

    def deployed(self, asked: Asked) -> Question[Series]:
        """How to ask for the labels that tell the commits of what is selected."""

    def moments(self, asked: Asked, labels: Names) -> Question[Moments]:
        """How to ask when each series, told apart by these labels, has a profile; the type is whole."""

    def longest(self, refusal: str) -> float | None:
        """The seconds that a range may have, if that is what the server refuses with these words."""

    def listed_at_once(self) -> float:
        """The seconds of a range that a server lists before anyone waits."""


_KINDS: dict[str, Kind] = {"pyroscope": pyroscope, "parca": parca}


class TooLongError(FetchError):
    """The range is longer than the server allows."""

    def __init__(self, sentence: str, seconds: float) -> None:
        super().__init__(sentence)
        self.seconds = seconds


class NothingError(FetchError):
    """The server has no such profile in the time range."""


class _Asking(NamedTuple):
    """A server that is being asked, and how."""

    source: Source
    access: Access
    ask: Callable[..., Reply]
    progress: Callable[[Progress], None]

    @property
    def kind(self) -> Kind:
        return _KINDS[self.source.kind]

    def of_piece(self, number: int, of: int) -> "_Asking":
        """The same, for one of several pieces of a range, which its progress tells."""
        return self._replace(progress=lambda now: self.progress(now._replace(piece=number, pieces=of)))

    def answer(self, question: Question[T]) -> T:
        place = self.source.address.below(question.path, question.parameters)
        headers = {**question.headers, **self.access.headers_for(place)}
        reply = self.ask(place, headers=headers, body=question.body, progress=self.progress)
        if reply.status != 200:
            raise _refusal(reply, self.source)
        return question.read(reply.body)


def fetch(
    source: Source,
    *,
    limit: int,
    access: Access = NO_ACCESS,
    cancelled: Callable[[], bool] = lambda: False,
    progress: Callable[[Progress], None] = lambda _: None,
) -> bytes:
    """The merged profile of the query and the range, with where it comes from in it. Raises FetchError or Cancelled.

    Where the query names a profile without one of its sample types, all of them are asked for, and are one profile.
    A range that is longer than the server allows is asked for in pieces.
    """
    bounds = Limits(bytes=2 * limit, quiet=LONGEST, total=2 * LONGEST)  # base64 is longer than what it holds
    asking = _asking(source, access, bounds, cancelled, progress)

    def reading(body: bytes) -> Profile:
        return read_unpacked(unfolded(body, source.name, limit=limit, cancelled=cancelled), cancelled=cancelled)

    span = query.range_of(source)
    names = _named(asking, span)
    if source.at:
        span = _last(asking, names[0], span)
    profile, first = _over(asking, span, partial(_together, names, read=reading))
    return message(with_origin(profile, _origin(asking, names[0], span, first)))


def types(source: Source, *, access: Access = NO_ACCESS, cancelled: Callable[[], bool] = lambda: False) -> Names:
    """The profile types that the server has, as queries begin with them. Raises FetchError or Cancelled."""
    return _listed(source, access, cancelled, lambda kind, asked: kind.types(asked))


def label_names(source: Source, *, access: Access = NO_ACCESS, cancelled: Callable[[], bool] = lambda: False) -> Names:
    """The labels of what the query selects. Raises FetchError or Cancelled."""
    return _listed(source, access, cancelled, lambda kind, asked: kind.label_names(asked))


def label_values(
    source: Source, name: str, *, access: Access = NO_ACCESS, cancelled: Callable[[], bool] = lambda: False
) -> Names:
    """The values of a label of what the query selects, as far as the server takes account of that."""
    return _listed(source, access, cancelled, lambda kind, asked: kind.label_values(asked, name))


def newest(source: Source) -> Source | None:
    """The same for the newest part of its range, where listing all of it takes a server long; else None."""
    span, most = query.range_of(source), _KINDS[source.kind].listed_at_once()
    if span.until - span.since <= most:
        return None
    return replace(source, since=f"{span.until - most:.3f}", until=f"{span.until:.3f}")


def _asking(
    source: Source,
    access: Access,
    limits: Limits,
    cancelled: Callable[[], bool],
    progress: Callable[[Progress], None] = lambda _: None,
) -> _Asking:
    own = access.of(source.server)
    ask = partial(get, certificates=own.certificates, limits=limits, cancelled=cancelled)
    # How long a server may be silent is no time that it takes, as it is of a program that collects.
    return _Asking(source, own, ask, lambda now: progress(now._replace(seconds_left=0.0)))


def _listed(
    source: Source,
    access: Access,
    cancelled: Callable[[], bool],
    question: Callable[[Kind, Asked], Question[Names]],
) -> Names:
    """A list of names, each once and plain; of the newest part of a range that is too long."""
    asking = _asking(source, access, Limits(bytes=_MOST_LISTED, most=_MOST_LISTED), cancelled)

    def within(span: Range) -> Names:
        asked = query.asked(source, span) if source.query else Asked("", "{}", *span)
        return asking.answer(question(asking.kind, asked))

    try:
        found = _newest(query.range_of(source), within)
    except EmptyError:
        return ()
    except Answered as answer:
        raise FetchError(f"{source.name}: {answer}") from None
    return tuple(dict.fromkeys(map(plain, filter(None, found))))


def _newest(span: Range, of: Callable[[Range], T]) -> T:
    """What is said of a range, or of the newest part of it where the server allows no such range."""
    try:
        return of(span)
    except TooLongError as error:
        return of(Range(max(span.since, span.until - error.seconds), span.until))


def _last(asking: _Asking, name: str, span: Range) -> Range:
    """The part of the range that has the last profile of each program once: how often one is taken nobody says."""
    asked = query.asked(asking.source, span)._replace(type=name)
    try:
        labels = asking.answer(asking.kind.label_names(asked))
        moments = asking.answer(asking.kind.moments(asked, labels))
    except EmptyError:
        moments = ()
    except Answered as answer:
        raise FetchError(f"{asking.source.name}: {answer}") from None
    return query.last_of_each(moments, span)


def _over(asking: _Asking, span: Range, of: Callable[[_Asking, Range], Profile]) -> tuple[Profile, float]:
    """The profile over a range, in pieces where the server allows no such range; and when the first piece begins that
    the server has something of: it may look back less far, and does not say so.
    """
    try:
        return of(asking, span), span.since
    except TooLongError as error:
        pieces = tuple(query.pieces(span, error.seconds, _MOST_PIECES))
    found: list[Profile] = []
    first, refused = span.since, None
    for number, piece in enumerate(pieces, 1):
        try:
            profile = of(asking.of_piece(number, len(pieces)), piece)
        except NothingError as nothing:
            refused = nothing
            continue
        if not found:
            first = piece.since
        found = [merge([*found, profile])] if len(found) == _MOST_KEPT - 1 else [*found, profile]
    if refused is not None and not found:
        raise refused
    return merge(found), first


def _named(asking: _Asking, span: Range) -> tuple[str, ...]:
    """The profile types that the query names, each whole. Raises NothingError where the server has none."""
    source, asked = asking.source, query.asked(asking.source, span)
    if ":" in asked.type:
        return (asked.type,)
    try:
        known = _newest(span, lambda part: asking.answer(asking.kind.types(query.asked(source, part))))
    except Answered as answer:
        raise FetchError(f"{source.name}: {answer}") from None
    named = tuple(_types_of(asked.type, known))
    if not named or len(named) > _MOST_AT_ONCE:
        raise NothingError(f"{source.name} has no profile {plain(asked.type)} in this time range.")
    return named


def _together(names: Sequence[str], asking: _Asking, span: Range, *, read: Callable[[bytes], Profile]) -> Profile:
    """One profile with the sample types of these names."""
    asked = query.asked(asking.source, span)
    found = list(_unlike(asking, (asked._replace(type=name) for name in names), read))
    if len(found) == 1:
        return found[0]
    together = beside(found)
    own = {sample_type.type for sample_type in together.sample_types}
    return replace(together, default_sample_type=next((name for name in _FAVOURITES if name in own), ""))


def _unlike(asking: _Asking, each: Iterator[Asked], read: Callable[[bytes], Profile]) -> Iterator[Profile]:
    """The profiles that have something; none whose sample type another has: Parca makes time of numbers of samples."""
    seen: set[object] = set()
    refused = NothingError(f"{asking.source.name} has no profile of this query.")
    for asked in each:
        try:
            profile = _one(asking, asked, read)
        except NothingError as error:
            refused = error
            continue
        if seen.isdisjoint(profile.sample_types):
            seen.update(profile.sample_types)
            yield profile
    if not seen:
        raise refused


def _types_of(profile: str, known: Sequence[str]) -> list[str]:
    """The profile types of that profile; those of what a program did in between where it has no others, as for cpu."""
    of = sorted(name for name in known if name.startswith(f"{profile}:"))
    return [name for name in of if not name.endswith(":delta")] or of


def _one(asking: _Asking, asked: Asked, read: Callable[[bytes], Profile]) -> Profile:
    where = asking.source.name
    refused = FetchError(f"{where} has no profile of this query.")
    for question in asking.kind.profile(asked):
        try:
            body = asking.answer(question)
        except MissingError as error:  # an older server: the next way is the one that it has
            refused = error
            continue
        except EmptyError as answer:
            raise NothingError(f"{where}: {answer}") from None
        except Answered as answer:
            refused = FetchError(f"{where}: {answer}")
            continue
        if not body:
            continue
        profile = read(body)
        if not profile.sample_count:
            raise NothingError(f"{where}: {EmptyError()}")
        return profile
    raise refused


def _origin(asking: _Asking, name: str, span: Range, first: float) -> Origin:
    """Where a profile of that type and range comes from; its commits as far as the server tells them."""
    source = asking.source

    def deployed(part: Range) -> Series:
        return asking.answer(asking.kind.deployed(query.asked(source, part)._replace(type=name)))

    try:
        rows = _newest(span, deployed)
    except (FetchError, Answered):  # the profile is worth showing without it
        rows = ()
    commits = dict.fromkeys(row["service_git_ref"] for row in rows if row.get("service_git_ref"))

    def only(name: str) -> str:
        values = {row[name] for row in rows if row.get(name)}
        return values.pop() if len(values) == 1 else ""

    return Origin(
        source=source.name,
        query=source.query,
        since=span.since,
        until=span.until,
        first=first,
        commits=tuple(commits)[:_MOST_COMMITS],
        repository=only("service_repository"),
        root=only("service_root_path"),
    )


def _refusal(reply: Reply, source: Source) -> FetchError:
    where, said = source.name, message_of(reply.body)
    if reply.status == 404 and code_of(reply.body) in _NOT_FOUND:
        return NothingError(f"{where}: no profile matches the query in this time range.")
    if reply.status in (404, 415, 501):
        return MissingError(f"{where} does not answer as a {source.kind} server does ({reply.status}).")
    if reply.status in (401, 403):
        return FetchError(f"{where} does not let us in ({reply.status}); set the headers that it wants.")
    if reply.status == 429:
        return FetchError(f"{where} is asked too often (429){_when(reply.retry_after)}.")
    told = plain(said)
    sentence = f"{where} answers with an error ({reply.status}){f': {told}' if told else ''}".rstrip(".") + "."
    longest = _KINDS[source.kind].longest(said)
    return FetchError(sentence) if longest is None else TooLongError(sentence, longest)


def _when(retry_after: str) -> str:
    """When to ask again, by seconds or a date (RFC 9110, 10.2.3)."""
    given = plain(retry_after.strip())
    if given.isdecimal():
        return f"; try again in {given} seconds"
    return f"; try again after {given}" if given else ""
