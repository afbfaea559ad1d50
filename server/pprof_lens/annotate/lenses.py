"""Code lenses: above each declared function the figures of it and its closures; a click opens its call tree.

Titles are written once for what is selected; a request places them.
"""

from collections.abc import Sequence
from typing import NamedTuple

from pprof_lens.analysis.index import Index, Weight
from pprof_lens.annotate.figures import Declared, FileFigures, Placing
from pprof_lens.annotate.wording import Scale


class Title(NamedTuple):
    """What is said of a function; `profile_line` is that of its `func`, or with `is_part` of one of its closures."""

    profile_line: int
    is_part: bool
    text: str
    function: str


class Lens(NamedTuple):
    """What stands above line `line` (from 0). `function` is the declaration's name in the profile."""

    line: int
    title: str
    function: str


def titles(figures: FileFigures, index: Index, scale: Scale, threshold: float) -> tuple[Title, ...]:
    """A title for each function above `threshold` percent of the total, the largest cum first."""
    least = abs(scale.total) * threshold / 100
    name = scale.name.replace("$(", "(")  # an editor draws `$(zap)` in a lens as an icon
    shown = (f for f in figures.functions if max(abs(f.weight.flat), abs(f.weight.cum)) >= least)
    return tuple(
        Title(
            figure.profile_line,
            figure.is_part,
            _text(figure.weight, scale, name),
            index.declarations.names[figure.number],
        )
        for figure in sorted(shown, key=lambda figure: -abs(figure.weight.cum))
    )


def placed(shown: Sequence[Title], place: Placing, declared: Declared) -> tuple[Lens, ...]:
    """The lenses of the functions whose `func` is in the buffer, by line."""
    lenses: dict[int, Lens] = {}
    for title in shown:
        at = place(title.profile_line)
        line = None if at is None else declared(at.line) if title.is_part else at.line
        # A part that stands in a function of another name (it was inlined) is told by that function's own lens.
        if at is not None and line is not None and line not in lenses:
            mark = "~" if at.state.is_doubtful else ""
            lenses[line] = Lens(line, mark + title.text, title.function)
    return tuple(lenses[line] for line in sorted(lenses))


def _text(weight: Weight, scale: Scale, name: str) -> str:
    flat, cum = weight
    return f"{name}: flat {scale.value(flat)}, cum {scale.value(cum)} ({scale.percent(cum)})"
