"""Which goroutines are where, by their ids: whether those that wait on a line now are those that waited there before.

A number that rises says nothing of whether anyone stays: where each request takes a second, twice the requests are
twice the goroutines. Two dumps tell. Nothing is read here, and of the ids nothing but the comparison comes out.
"""

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Mapping
from typing import NamedTuple, TypeVar

from pprof_lens.profile.goroutine_dump import Goroutine
from pprof_lens.profile.stacks import Frame

Key = TypeVar("Key", bound=Hashable)

MOST_GOROUTINES = 20_000
"""Of more there is no census."""

_FEWEST = 5
_STAY = 0.5


class Census(NamedTuple):
    """The ids of the goroutines of each stack at one time, in seconds since 1970; a dump's stacks, the leaf first."""

    seconds: float
    ids: Mapping[tuple[Frame, ...], frozenset[int]]


def census(goroutines: Iterable[Goroutine], seconds: float) -> Census | None:
    """The census of a whole dump; None of too many goroutines."""
    found: dict[tuple[Frame, ...], set[int]] = defaultdict(set)
    many = 0
    for many, goroutine in enumerate(goroutines, 1):
        if many > MOST_GOROUTINES:
            return None
        found[goroutine.frames].add(goroutine.id)
    return Census(seconds, {frames: frozenset(ids) for frames, ids in found.items()}) if many else None


def turned_over(before: Census, after: Census, key_of: Callable[[tuple[Frame, ...]], Key | None]) -> frozenset[Key]:
    """The keys of which less than half of those that were there before are still there, of five or more."""
    then, now = _by_key(before, key_of), _by_key(after, key_of)
    return frozenset(
        key for key, ids in then.items() if len(ids) >= _FEWEST and len(ids & now.get(key, set())) < _STAY * len(ids)
    )


def _by_key(taken: Census, key_of: Callable[[tuple[Frame, ...]], Key | None]) -> dict[Key, set[int]]:
    found: dict[Key, set[int]] = defaultdict(set)
    for frames, ids in taken.ids.items():
        key = key_of(frames)
        if key is not None:
            found[key] |= ids
    return found
