"""Who calls each line, for all lines of an index at once, so that a hover has only to look it up.

The figures are those of one step from the line towards its callers in `call_tree`; a profile whose stacks lead to
more pairs of line and caller than are worth their memory has none. Nothing is formatted.
"""

from array import array
from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

from pprof_lens.analysis.call_tree import Call, heaviest_first
from pprof_lens.analysis.index import Index, Stop
from pprof_lens.profile import engine
from pprof_lens.profile.fold import Callers, Frames
from pprof_lens.profile.proportion import most_calls


class Caller(NamedTuple):
    """A function, by its number in `Index.functions`, and the cum of the samples in which it calls the line.

    `calls` are the lines on which it does, as `call_tree.Node` has them.
    """

    function: int
    cum: int
    calls: tuple[Call, ...] = ()


@dataclass(frozen=True, slots=True)
class Pairs:
    """What each line is called by: pair `rows[i]` of `found` is of line `lines[i]`, and lines are in order."""

    lines: "array[int]"
    rows: "array[int]"
    found: Callers

    def of(self, line: int, column: int, columns: int) -> Iterator[tuple[int, int]]:
        """What calls a line, by its number, and its cum."""
        for row in self.rows[bisect_left(self.lines, line) : bisect_right(self.lines, line)]:
            cum = self.found.cum[row * columns + column]
            if cum:
                yield self.found.functions[row], cum


@dataclass(frozen=True, slots=True)
class LineCallers:
    """The callers of every line of `index`: functions, and the lines on which they call."""

    index: Index
    functions: Pairs
    calling: Pairs

    def of(self, line: int, column: int) -> tuple[Caller, ...]:
        """The callers of a line, by its number in `Index.lines`, the heaviest first."""
        index, columns = self.index, len(self.index.profile.sample_types)
        calls: dict[int, list[Call]] = defaultdict(list)
        for pair, cum in self.calling.of(line, column, columns):
            owner = index.profile.functions.names[index.lines.owners[pair]]
            calls[index.functions.numbers[owner]].append(Call(index.lines.owned[pair], cum))
        callers = (
            Caller(function, cum, heaviest_first(calls[function]))
            for function, cum in self.functions.of(line, column, columns)
        )
        names = index.functions.names
        return tuple(sorted(callers, key=lambda caller: (-abs(caller.cum), names[caller.function])))


def gather(index: Index, *, cancelled: Stop = lambda: False) -> LineCallers | None:
    """The callers of all lines, in a walk over the samples that count for each; None where they are too many."""
    functions, calling = _pairs(index, index.functions.frames, cancelled), _pairs(index, index.lines.owning, cancelled)
    return None if functions is None or calling is None else LineCallers(index, functions, calling)


def _pairs(index: Index, callers: Frames, cancelled: Stop) -> Pairs | None:
    profile, columns = index.profile, len(index.profile.sample_types)
    most = most_calls(len(profile.raw), columns)
    found = engine.callers(
        profile.raw, profile.spans, index.lines.frames, callers, columns, index.mask, most, cancelled
    )
    if found is None:
        return None
    _, rows = engine.ranked(found.lines, found.functions)
    return Pairs(engine.take(found.lines, rows), rows, found)
