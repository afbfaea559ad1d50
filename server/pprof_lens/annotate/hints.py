"""Inlay hints: at the end of each line that matters its flat, or where that does not matter its cum, marked as such.

Labels are written once for what is selected; a request places those of the lines that it asks for.
"""

from collections.abc import Sequence
from functools import cache, partial
from typing import NamedTuple

from pprof_lens.analysis.index import Weight
from pprof_lens.annotate.figures import FileFigures, Placing
from pprof_lens.annotate.wording import Scale, hint_labels
from pprof_lens.source.drift import State

CUM_MARK = "cum "
EDITED_MARK = "~"


class Words(NamedTuple):
    """What is said of a weight, on a line as it was and on one that was edited since."""

    text: str
    edited_text: str
    tooltip: str


class Label(NamedTuple):
    """What is said of a profiled line, from 1."""

    profile_line: int
    weight: Weight
    words: Words


class Hint(NamedTuple):
    """What stands behind line `line` (from 0) of the buffer."""

    line: int
    label: str
    tooltip: str


def labels(figures: FileFigures, scale: Scale, threshold: float) -> tuple[Label, ...]:
    """A label for each line above `threshold` percent of the total."""
    least = abs(scale.total) * threshold / 100
    words = cache(partial(_words, scale, scale.name, least))  # many lines weigh the same
    return tuple(
        Label(line, Weight(flat, cum), words(Weight(flat, cum)))
        for line, _, flat, cum in figures.rows
        if abs(flat) >= least or abs(cum) >= least
    )


def between(shown: Sequence[Label], place: Placing, first: int, last: int) -> tuple[Hint, ...]:
    """The hints of the buffer's lines from `first` to `last` (from 0), by line; of two on a line the larger one."""
    found: dict[int, tuple[Label, State]] = {}
    for label in shown:
        placed = place(label.profile_line)
        if placed is None or not first <= placed.line <= last:
            continue
        other = found.get(placed.line)
        if other is None or _rank(label) > _rank(other[0]):
            found[placed.line] = label, placed.state
    return tuple(_hint(line, *found[line]) for line in sorted(found))


def _rank(label: Label) -> tuple[int, int]:
    return abs(label.weight.flat), abs(label.weight.cum)


def _words(scale: Scale, name: str, least: float, weight: Weight) -> Words:
    """The value that the line is shown for: `least` is what matters."""
    flat, cum = weight
    value, mark = (flat, "") if flat and abs(flat) >= least else (cum, CUM_MARK)
    text, edited_text = hint_labels(scale, value, (mark, EDITED_MARK + mark))
    return Words(text, edited_text, f"{name}: flat {scale.value(flat)}, cum {scale.value(cum)} ({scale.percent(cum)})")


def _hint(line: int, label: Label, state: State) -> Hint:
    text, doubtful_text, tooltip = label.words
    doubt = _DOUBTS.get(state)
    return Hint(line, doubtful_text, f"{tooltip}; {doubt}") if doubt else Hint(line, text, tooltip)


_DOUBTS = {
    State.EDITED: "this line was edited since the profile was taken",
    State.UNKNOWN: "this line may have been edited since the profile was taken",
}
