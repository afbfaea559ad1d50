"""Code lenses: above each declared function the figures of it and its closures; a click opens its call tree."""

from typing import NamedTuple

from pprof_lens.analysis.index import Index
from pprof_lens.annotate.figures import FileFigures
from pprof_lens.annotate.wording import Scale
from pprof_lens.source.drift import State


class Lens(NamedTuple):
    """What stands above line `line` (from 0). `function` is the declaration's name in the profile."""

    line: int
    title: str
    function: str


def of_file(figures: FileFigures, index: Index, scale: Scale, threshold: float) -> tuple[Lens, ...]:
    """A lens for each function above `threshold` percent of the total; instantiations share the first one's."""
    least = abs(scale.total) * threshold / 100
    lenses = []
    for figure in figures.functions:
        flat, cum = figure.weight
        if max(abs(flat), abs(cum)) < least:
            continue
        mark = "~" if figure.state is State.EDITED else ""
        title = (
            f"{mark}{scale.sample_type.type}: flat {scale.value(flat)}, cum {scale.value(cum)} ({scale.percent(cum)})"
        )
        lenses.append(Lens(figure.line, title, index.declarations.names[figure.number]))
    return tuple(lenses)
