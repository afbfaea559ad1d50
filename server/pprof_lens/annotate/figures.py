"""The figures of one open file, each on the line where its code stands now; what every feature draws from.

Made once after a load, an edit or a change of what is selected; a request then only looks things up. It decides
nothing about what is shown.
"""

from collections.abc import Callable, Iterable
from typing import NamedTuple

from pprof_lens.analysis.index import Index, Weight
from pprof_lens.source.drift import Placement, State

Place = Callable[[str, int], Placement | None]
"""From a file name of the profile and a line in it (from 1) to the line in the buffer (from 0)."""

Declared = Callable[[int], int | None]
"""From a line of the buffer to that of the `func` whose body holds it, both from 0."""


class LineFigure(NamedTuple):
    """One line of the profile. `line` counts from 0 in the buffer, `profile_line` from 1 as profiled.

    `numbers` are those of the line in `Index.lines`: one, unless two names of the profile are this one file.
    """

    line: int
    profile_line: int
    numbers: tuple[int, ...]
    weight: Weight
    state: State


class FunctionFigure(NamedTuple):
    """A declared function with its closures. `line` is that of its `func`, from 0; `number` is its declaration's."""

    line: int
    number: int
    weight: Weight
    state: State


class FileFigures(NamedTuple):
    """All of one file, by line. Two lines of the profile that are one line now stay two figures."""

    lines: tuple[LineFigure, ...]
    functions: tuple[FunctionFigure, ...]


def of_file(index: Index, column: int, profile_paths: Iterable[str], place: Place, declared: Declared) -> FileFigures:
    """The figures of the file that the profile knows by these names, nonzero ones only."""
    lines: dict[int, LineFigure] = {}
    functions: list[FunctionFigure] = []
    for path in profile_paths:
        for number in index.lines.files.get(path, ()):
            weight = index.line_weight(number, column)
            placed = place(path, index.lines.lines[number])
            if placed is None or not any(weight):
                continue
            figure = LineFigure(placed.line, index.lines.lines[number], (number,), weight, placed.state)
            lines[figure.profile_line] = _together(lines.get(figure.profile_line), figure)
        functions += _functions_of(index, column, path, place, declared)
    return FileFigures(tuple(sorted(lines.values())), tuple(sorted(functions, key=lambda figure: figure[:2])))


def _functions_of(index: Index, column: int, path: str, place: Place, declared: Declared) -> Iterable[FunctionFigure]:
    table = index.declarations
    for number, file in enumerate(table.files):
        if file != path or not table.start_lines[number]:
            continue
        weight = index.declaration_weight(number, column)
        placed = place(path, table.start_lines[number])
        if placed is not None and any(weight):
            line = declared(placed.line) if number in table.parts else placed.line
            if line is not None:
                yield FunctionFigure(line, number, weight, placed.state)


def _together(already: LineFigure | None, figure: LineFigure) -> LineFigure:
    if already is None:
        return figure
    weight = Weight(already.weight.flat + figure.weight.flat, already.weight.cum + figure.weight.cum)
    return figure._replace(numbers=already.numbers + figure.numbers, weight=weight)
