"""The figures of one file by its profiled lines; what every feature draws from.

They depend on what is loaded and selected, not on the text: where a figure stands now is asked of a `Placing` at the
last moment, so an edit costs nothing here. Nothing is decided about what is shown.
"""

from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from operator import itemgetter
from typing import NamedTuple

from pprof_lens.analysis.index import Index, Row, Weight
from pprof_lens.source.drift import Placement

Placing = Callable[[int], Placement | None]
"""From a line of the file as profiled (from 1) to the line in the buffer (from 0); None where it is not known."""

Declared = Callable[[int], int | None]
"""From a line of the buffer to that of the `func` whose body holds it, both from 0."""


class LineFigure(NamedTuple):
    """One line as it was profiled, from 1.

    `numbers` are those of the line in `Index.lines`: one, unless two names of the profile are this one file.
    """

    profile_line: int
    numbers: tuple[int, ...]
    weight: Weight


class FunctionFigure(NamedTuple):
    """A declared function with its closures. `number` is its declaration's in the index.

    `profile_line` is that of its `func`, or with `is_part` that of one of its closures.
    """

    profile_line: int
    number: int
    weight: Weight
    is_part: bool


@dataclass(frozen=True)
class FileFigures:
    """All figures of one file that are not zero, by line; of thousands few are shown, so each is made if asked for."""

    rows: Sequence[Row]
    functions: tuple[FunctionFigure, ...]

    def lines(self) -> Iterator[LineFigure]:
        """The figure of each line."""
        return map(_figure, self.rows)

    def of_line(self, profile_line: int) -> LineFigure | None:
        """The figure of a line as it was profiled; None if it has none."""
        at = bisect_left(self.rows, profile_line, key=itemgetter(0))
        return _figure(self.rows[at]) if at < len(self.rows) and self.rows[at][0] == profile_line else None


def of_file(index: Index, column: int, profile_paths: Sequence[str]) -> FileFigures:
    """The figures of the file that the profile knows by these names."""
    of_names = [index.weighty_lines(path, column) for path in profile_paths]
    functions = chain.from_iterable(_functions_of(index, column, path) for path in profile_paths)
    return FileFigures(of_names[0] if len(of_names) == 1 else _as_one(of_names), tuple(sorted(functions)))


def _figure(row: Row) -> LineFigure:
    line, numbers, flat, cum = row
    return LineFigure(line, numbers, Weight(flat, cum))


def _as_one(of_names: Iterable[Iterable[Row]]) -> list[Row]:
    rows: dict[int, Row] = {}
    for line, numbers, flat, cum in chain.from_iterable(of_names):
        _, before, more_flat, more_cum = rows.get(line, (line, (), 0, 0))
        rows[line] = line, before + numbers, flat + more_flat, cum + more_cum
    return [rows[line] for line in sorted(rows)]


def _functions_of(index: Index, column: int, path: str) -> Iterable[FunctionFigure]:
    table = index.declarations
    for number in table.of_file.get(path, ()):
        weight = index.declaration_weight(number, column)
        if table.start_lines[number] and any(weight):
            yield FunctionFigure(table.start_lines[number], number, weight, number in table.parts)
