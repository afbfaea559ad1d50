"""Who calls each line, for all lines of an index at once, so that a hover has only to look it up.

The figures are those of one step from the line towards its callers in `call_tree`; a profile whose stacks lead to
more pairs of line and caller than are worth their memory has none. Nothing is formatted.
"""

from array import array
from bisect import bisect_left, bisect_right
from dataclasses import dataclass
from operator import itemgetter
from typing import NamedTuple

from pprof_lens.analysis.index import Index, Stop
from pprof_lens.profile import engine
from pprof_lens.profile.fold import Callers

MOST_SUMS = 2**20
"""How many sums are kept; more are for the profile of no program, and would take longer than anyone hovers."""


class Caller(NamedTuple):
    """A function, by its number in `Index.functions`, and the cum of the samples in which it calls the line."""

    function: int
    cum: int


@dataclass(frozen=True, slots=True)
class LineCallers:
    """The callers of every line of `index`: pair `rows[i]` of `found` is of line `lines[i]`, and lines are in order."""

    index: Index
    lines: "array[int]"
    rows: "array[int]"
    found: Callers

    def of(self, line: int, column: int) -> tuple[Caller, ...]:
        """The callers of a line, by its number in `Index.lines`, the heaviest first."""
        names, columns = self.index.functions.names, len(self.index.profile.sample_types)
        rows = self.rows[bisect_left(self.lines, line) : bisect_right(self.lines, line)]
        callers = (Caller(self.found.functions[row], self.found.cum[row * columns + column]) for row in rows)
        return tuple(
            sorted(filter(itemgetter(1), callers), key=lambda caller: (-abs(caller.cum), names[caller.function]))
        )


def gather(index: Index, *, cancelled: Stop = lambda: False) -> LineCallers | None:
    """The callers of all lines, in one walk over the samples that count; None where they are too many."""
    profile, columns = index.profile, len(index.profile.sample_types)
    most = MOST_SUMS // max(columns, 1)
    frames = (index.lines.frames, index.functions.frames)
    found = engine.callers(profile.raw, profile.spans, *frames, columns, index.mask, most, cancelled)
    if found is None:
        return None
    _, rows = engine.ranked(found.lines, found.functions)
    return LineCallers(index, engine.take(found.lines, rows), rows, found)
