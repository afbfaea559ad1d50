"""What each function of a profile does on which line, as the stacks show it: whom it calls, and where it allocates.

That is evidence of what is written on the lines. No source is looked at, no file, and nothing is weighed.
"""

from array import array
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple, overload

from pprof_lens.analysis import select
from pprof_lens.analysis.index import Index, Stop
from pprof_lens.profile import engine
from pprof_lens.profile.proportion import most_calls


@dataclass(frozen=True, slots=True, eq=False)
class Calls(Sequence[tuple[int, str]]):
    """The calls of one function by line and name, as columns of which it has those `at`.

    A profile has hundreds of thousands of calls, and somebody looks at those of few functions.
    """

    lines: "array[int]"
    called: "array[int]"
    names: Sequence[str]
    at: range

    def __len__(self) -> int:
        return len(self.at)

    def __iter__(self) -> Iterator[tuple[int, str]]:
        rows = slice(self.at.start, self.at.stop)
        return iter(sorted(zip(self.lines[rows], map(self.names.__getitem__, self.called[rows]), strict=True)))

    @overload
    def __getitem__(self, index: int) -> tuple[int, str]: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[tuple[int, str]]: ...
    def __getitem__(self, index: int | slice) -> tuple[int, str] | Sequence[tuple[int, str]]:
        return tuple(self)[index]

    def __eq__(self, other: object) -> bool:
        return tuple(self) == tuple(other) if isinstance(other, Sequence) else NotImplemented

    def __hash__(self) -> int:
        return hash(tuple(self))


class Doings(NamedTuple):
    """By function of the profile its pairs of a line, from 1, and the name of what it calls there.

    `allocates` are the lines that are leaves of a heap profile, `waits` those that are leaves of goroutines.
    """

    calls: Mapping[int, Sequence[tuple[int, str]]]
    allocates: Mapping[int, Sequence[int]]
    waits: Mapping[int, Sequence[int]]


def doings(index: Index, cancelled: Stop) -> Doings:
    """What all functions of a profile do."""
    kind = select.kind(index.profile)
    return Doings(
        calls=_calls(index, cancelled),
        allocates=_leaves(index) if kind in ("heap", "allocs") else {},
        waits=_leaves(index) if kind in ("goroutine", "goroutineleak") else {},
    )


def _calls(index: Index, cancelled: Stop) -> dict[int, Calls]:
    """The calls of each function that has some; of none, where there are more than a program of that size makes."""
    lines, profile = index.lines, index.profile
    frames, columns = (index.functions.frames, lines.owning), len(profile.sample_types)
    most = most_calls(len(profile.raw), columns)
    found = engine.callers(profile.raw, profile.spans, *frames, columns, None, most, cancelled)
    if found is None:
        return {}
    callers = engine.take(lines.owners, found.functions)
    _, rows = engine.ranked(callers, array("q", range(len(callers))))  # by caller
    callers = engine.take(callers, rows)
    _, firsts = engine.numbered(callers, len(profile.functions), callers)
    at = engine.take(lines.lines, engine.take(lines.owned, engine.take(found.functions, rows)))
    called, names = engine.take(found.lines, rows), index.functions.names
    spans = pairwise((*firsts, len(rows)))
    return {callers[start]: Calls(at, called, names, range(start, stop)) for start, stop in spans}


def _leaves(index: Index) -> dict[int, list[int]]:
    """The lines of each function that are the leaf of a stack."""
    lines, columns = index.lines, len(index.profile.sample_types)
    found: dict[int, list[int]] = defaultdict(list)
    for number, owner in zip(lines.owned, lines.owners, strict=True):
        if any(index.by_line.flat[number * columns : (number + 1) * columns]):
            found[owner].append(lines.lines[number])
    return found
