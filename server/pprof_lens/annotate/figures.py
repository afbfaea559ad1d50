"""The figures of one file by its profiled lines; what every feature draws from.

They depend on what is loaded and selected, not on the text: where a figure stands now is asked of a `Placing` at the
last moment, so an edit costs nothing here. Nothing is decided about what is shown.
"""

from bisect import bisect_left
from collections.abc import Callable, Iterable
from operator import itemgetter
from typing import NamedTuple

from pprof_lens.analysis.index import Index, Weight
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


class FileFigures(NamedTuple):
    """All figures of one file that are not zero, by line."""

    lines: tuple[LineFigure, ...]
    functions: tuple[FunctionFigure, ...]

    def of_line(self, profile_line: int) -> LineFigure | None:
        """The figure of a line as it was profiled; None if it has none."""
        at = bisect_left(self.lines, profile_line, key=itemgetter(0))
        return self.lines[at] if at < len(self.lines) and self.lines[at].profile_line == profile_line else None


def of_file(index: Index, column: int, profile_paths: Iterable[str]) -> FileFigures:
    """The figures of the file that the profile knows by these names."""
    lines: dict[int, LineFigure] = {}
    functions: list[FunctionFigure] = []
    for path in profile_paths:
        for number, line, weight in index.weighty_lines(path, column):
            already = lines.get(line)
            lines[line] = LineFigure(line, (number,), weight) if already is None else _more(already, number, weight)
        functions += _functions_of(index, column, path)
    return FileFigures(tuple(map(lines.__getitem__, sorted(lines))), tuple(sorted(functions)))


def _functions_of(index: Index, column: int, path: str) -> Iterable[FunctionFigure]:
    table = index.declarations
    for number in table.of_file.get(path, ()):
        weight = index.declaration_weight(number, column)
        if table.start_lines[number] and any(weight):
            yield FunctionFigure(table.start_lines[number], number, weight, number in table.parts)


def _more(figure: LineFigure, number: int, weight: Weight) -> LineFigure:
    flat, cum = figure.weight
    return figure._replace(numbers=(*figure.numbers, number), weight=Weight(flat + weight.flat, cum + weight.cum))
