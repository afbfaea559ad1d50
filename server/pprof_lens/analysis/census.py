"""Which goroutines are where, by their ids: whether those that wait on a line now are those that waited there before.

A number that rises says nothing of whether anyone stays: where each request takes a second, twice the requests are
twice the goroutines. Two dumps tell. Nothing is read here, and of the ids nothing but the comparison comes out.
"""

import math
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import NamedTuple, TypeVar

from pprof_lens.profile.goroutine_dump import MOST_TOLD_APART, Goroutine
from pprof_lens.profile.goroutines import GoroutineGroup
from pprof_lens.profile.stacks import Frame

Key = TypeVar("Key", bound=Hashable)

_FEWEST = 5
_STAY = 0.5
_GO_ON = 0.1
_LEFT = 3 / 4

_OLD_SECONDS, _OLD_PARTS = 45.0, 4
"""At least so old is who stays among others that come and go, and dumps have to be known of so many times as long."""

_ENDED, _SURE, _EARLY, _LATE = 1 / 10, 4.0, 1 / 5, 1 / 3
"""Of the old that came: the part that may have ended or moved, by how many standard deviations more came than ended,
and the parts of them that have to have come in the first and in the later half.
"""

_CHANCE = 2.0
"""Standard deviations."""


class Census(NamedTuple):
    """The ids of the goroutines of each stack at one time, in seconds since 1970; a dump's stacks, the leaf first.

    `since` says of each id from when on it is known to be at its stack, `waits` how many seconds the longest wait of a
    stack takes by now, `started` which `go` statements began those of a stack, and `creators` how many
    of them were begun by goroutines that are now at which stack.
    """

    seconds: float
    ids: Mapping[tuple[Frame, ...], frozenset[int]]
    since: Mapping[int, float] = {}
    waits: Mapping[tuple[Frame, ...], int] = {}
    started: Mapping[tuple[Frame, ...], frozenset[Frame]] = {}
    creators: Mapping[tuple[Frame, ...], Mapping[tuple[Frame, ...], int]] = {}


@dataclass(slots=True)
class Crowd:
    """Those of one key in a census: their ids, since when the first of them is there, their longest wait, who began
    them.
    """

    ids: set[int] = field(default_factory=set)
    since: float = float("inf")
    wait_seconds: int = 0
    started: set[Frame] = field(default_factory=set)
    creators: Counter[tuple[Frame, ...]] = field(default_factory=Counter)


def census(goroutines: Iterable[Goroutine], seconds: float, before: Census | None = None) -> Census | None:
    """The census of a whole dump, after that one of the same run; None of too many goroutines."""
    found: dict[tuple[Frame, ...], set[int]] = defaultdict(set)
    waits: dict[tuple[Frame, ...], int] = defaultdict(int)
    started: dict[tuple[Frame, ...], set[Frame]] = defaultdict(set)
    by: dict[tuple[Frame, ...], Counter[int]] = defaultdict(Counter)
    since, stacks = {}, {}
    many = 0
    for many, goroutine in enumerate(goroutines, 1):
        if many > MOST_TOLD_APART:
            return None
        frames, id_, wait = goroutine.frames, goroutine.id, 60 * goroutine.wait_minutes
        stayed = before is not None and id_ in before.ids.get(frames, ())
        since[id_] = min(seconds - wait, before.since.get(id_, seconds) if before is not None and stayed else seconds)
        stacks[id_] = frames
        by[frames][goroutine.creator] += 1
        found[frames].add(id_)
        waits[frames] = max(waits[frames], wait)
        if goroutine.created_by is not None:
            started[frames].add(goroutine.created_by)
    if not many:
        return None
    return Census(
        seconds,
        ids={frames: frozenset(ids) for frames, ids in found.items()},
        since=since,
        waits=waits,
        started={frames: frozenset(statements) for frames, statements in started.items()},
        creators={frames: _at_stacks(ids, stacks) for frames, ids in by.items()},
    )


def of_groups(groups: Sequence[GoroutineGroup], seconds: float, before: Census | None = None) -> Census | None:
    """The same of a profile that tells its goroutines apart, as that of a dump does; None of others."""
    if not any(group.ids for group in groups):
        return None
    found: dict[tuple[Frame, ...], set[int]] = defaultdict(set)
    waits: dict[tuple[Frame, ...], int] = defaultdict(int)
    started: dict[tuple[Frame, ...], set[Frame]] = defaultdict(set)
    since: dict[int, float] = {}
    for group in groups:
        frames = group.frames
        stayed = group.ids & before.ids.get(frames, frozenset()) if before is not None else frozenset()
        since |= {id_: before.since.get(id_, seconds) if before and id_ in stayed else seconds for id_ in group.ids}
        found[frames] |= group.ids
        waits[frames] = max(waits[frames], group.wait_seconds)
        started[frames] |= {group.created_by} if group.created_by is not None else set()
    return Census(
        seconds,
        ids={frames: frozenset(ids) for frames, ids in found.items()},
        since=since,
        waits=waits,
        started={frames: frozenset(statements) for frames, statements in started.items()},
    )


def _at_stacks(ids: Mapping[int, int], stacks: Mapping[int, tuple[Frame, ...]]) -> dict[tuple[Frame, ...], int]:
    found: Counter[tuple[Frame, ...]] = Counter()
    for id_, many in ids.items():
        if id_ in stacks:
            found[stacks[id_]] += many
    return dict(found)


def crowds(taken: Census, key_of: Callable[[tuple[Frame, ...]], Key | None]) -> dict[Key, Crowd]:
    """Who is where, by key."""
    found: dict[Key, Crowd] = defaultdict(Crowd)
    for frames, ids in taken.ids.items():
        key = key_of(frames)
        if key is not None:
            crowd = found[key]
            crowd.ids |= ids
            crowd.since = min((crowd.since, *(taken.since.get(id_, taken.seconds) for id_ in ids)))
            crowd.wait_seconds = max(crowd.wait_seconds, taken.waits.get(frames, 0))
            crowd.started |= taken.started.get(frames, frozenset())
            crowd.creators.update(taken.creators.get(frames, {}))
    return found


def go_on(before: Crowd | None, after: Crowd | None, alive: Collection[int]) -> bool:
    """Whether one in ten of those that were there before are elsewhere now, and not gone: who is stuck never moves."""
    if before is None:
        return False
    left = (before.ids & set(alive)) - (after.ids if after is not None else set())
    return len(left) >= _GO_ON * len(before.ids)


def stay(before: Crowd | None, after: Crowd | None) -> bool | None:
    """Whether half of those that were there before still are; None where there were too few of them to tell."""
    if before is None or len(before.ids) < _FEWEST:
        return None
    return after is not None and len(before.ids & after.ids) >= _STAY * len(before.ids)


def are_left(earlier: Crowd | None, now: Crowd | None, kept: float) -> bool:
    """Whether most of those who were there earlier still are, where a leak of the pace that is seen would have kept so
    many by then. Others may have come and gone beside it; of too few nobody can tell.
    """
    if earlier is None or min(kept, len(earlier.ids)) < _FEWEST:
        return True
    return now is not None and len(earlier.ids & now.ids) >= _LEFT * min(kept, len(earlier.ids))


class Outlasting(NamedTuple):
    """Of those of one key that are there for `old` seconds or longer: how many there are, how many more come each
    minute, and how many of those that are there now were so at each of the dumps.
    """

    old: float
    many: int
    a_minute: float
    course: Sequence[tuple[float, int]]


def outlasting(taken: Sequence[tuple[float, Crowd | None]]) -> Outlasting | None:
    """Who stays for ever among others that come and go, by dumps in the order of their times; None where nobody does.

    How many there are says nothing of them, and nor does it that most turn over. But if ever more of them are there for
    longer than any of the others, and as good as none of those is gone, then they are stuck.
    """
    newest = taken[-1][1] if taken else None
    if newest is None or len(newest.ids) < _SURE**2:  # no part of so few is sure
        return None
    first, last = taken[0][0], taken[-1][0]
    dumps = [(seconds, crowd.ids if crowd is not None else set[int]()) for seconds, crowd in taken]
    old = _OLD_SECONDS
    while last - first >= _OLD_PARTS * old:
        found = _outlasting(dumps, old)
        if found is not None:
            return found
        old *= 2
    return None


def _outlasting(dumps: Sequence[tuple[float, set[int]]], old: float) -> Outlasting | None:
    (first, _), (last, now) = dumps[0], dumps[-1]
    course = [(seconds, len(ids & now)) for seconds, ids in dumps if seconds <= last - old]
    came, end = course[-1][1] - course[0][1], course[-1][0]
    if came <= 0:
        return None
    young = max(0.0, len(now) - course[-1][1] - came * old / (end - first))
    ended = _ended(dumps, old, young) + _moved(dumps)
    if ended > _ENDED * came or came - ended < _SURE * math.sqrt(came + ended):
        return None
    early = _between(course, (first + end) / 2) - course[0][1]
    if early < _EARLY * came or came - early < _LATE * came:
        return None
    return Outlasting(old, course[-1][1], 60 * came / (end - first), course)


def _ended(dumps: Sequence[tuple[float, set[int]]], old: float, young: float) -> float:
    """How many are gone that were so old: those who are known to have been, and who else went between two dumps that
    are further apart, but for as many as there are young ones.
    """
    were_old = set[int]()
    for seconds, ids in dumps:
        before = next((earlier for then, earlier in reversed(dumps) if then <= seconds - old), set[int]())
        were_old |= ids & before
    others = young + _CHANCE * math.sqrt(young)
    gone = (
        len(ids - after - were_old) - others
        for (seconds, ids), (then, after) in pairwise(dumps)
        if then - seconds >= old
    )
    return len(were_old - dumps[-1][1]) + sum(max(0.0, each) for each in gone)


def _moved(dumps: Sequence[tuple[float, set[int]]]) -> int:
    """How many of those that are there now were elsewhere in between, as workers are who come back for more."""
    now = dumps[-1][1]
    seen, moved = set[int](), set[int]()
    for _, ids in dumps:
        moved |= (seen & now) - ids
        seen |= ids
    return len(moved)


def _between(course: Sequence[tuple[float, int]], seconds: float) -> float:
    """How many there were at that time, on a straight line between the two dumps around it."""
    (start, before), (end, after) = next((a, b) for a, b in pairwise(course) if b[0] >= seconds)
    return before + (after - before) * (seconds - start) / (end - start)
