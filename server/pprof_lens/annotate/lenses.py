"""Code lenses: above each declared function the figures of it and its closures; a click opens its call tree."""

from collections.abc import Iterator
from typing import NamedTuple

from pprof_lens.analysis.index import Index
from pprof_lens.annotate.figures import Declared, FileFigures, FunctionFigure, Place
from pprof_lens.annotate.wording import Scale
from pprof_lens.source.drift import State


class Lens(NamedTuple):
    """What stands above line `line` (from 0). `function` is the declaration's name in the profile."""

    line: int
    title: str
    function: str


def of_file(
    figures: FileFigures, index: Index, scale: Scale, threshold: float, *, place: Place, declared: Declared
) -> tuple[Lens, ...]:
    """A lens for each function above `threshold` percent of the total whose `func` is in the buffer, by line."""
    least = abs(scale.total) * threshold / 100
    shown = (f for f in figures.functions if max(abs(f.weight.flat), abs(f.weight.cum)) >= least)
    lenses: dict[int, Lens] = {}
    for figure in sorted(shown, key=lambda figure: -abs(figure.weight.cum)):
        for line, mark in _lines_of(figure, place, declared):
            # A part that stands in a function of another name (it was inlined) is told by that function's own lens.
            lenses.setdefault(line, Lens(line, _title(figure, scale, mark), index.declarations.names[figure.number]))
    return tuple(lenses[line] for line in sorted(lenses))


def _lines_of(figure: FunctionFigure, place: Place, declared: Declared) -> Iterator[tuple[int, str]]:
    placed = place(figure.profile_line)
    if placed is not None:
        line = declared(placed.line) if figure.is_part else placed.line
        if line is not None:
            yield line, "~" if placed.state is State.EDITED else ""


def _title(figure: FunctionFigure, scale: Scale, mark: str) -> str:
    flat, cum = figure.weight
    return f"{mark}{scale.sample_type.type}: flat {scale.value(flat)}, cum {scale.value(cum)} ({scale.percent(cum)})"
