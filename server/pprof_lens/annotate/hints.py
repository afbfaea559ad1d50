"""Inlay hints: at the end of each line that matters its flat, or where it has none its cum, marked as such."""

from typing import NamedTuple

from pprof_lens.annotate.figures import FileFigures, LineFigure
from pprof_lens.annotate.wording import Scale, hint_label
from pprof_lens.source.drift import State

CUM_MARK = "cum "
EDITED_MARK = "~"


class Hint(NamedTuple):
    """What stands behind line `line` (from 0)."""

    line: int
    label: str
    tooltip: str


def of_file(figures: FileFigures, scale: Scale, threshold: float) -> tuple[Hint, ...]:
    """A hint for each line above `threshold` percent of the total; of two figures on a line the larger one."""
    least = abs(scale.total) * threshold / 100
    shown: dict[int, LineFigure] = {}
    for figure in figures.lines:
        if not any(figure.weight) or max(abs(figure.weight.flat), abs(figure.weight.cum)) < least:
            continue
        other = shown.get(figure.line)
        if other is None or _rank(figure) > _rank(other):
            shown[figure.line] = figure
    return tuple(_hint(figure, scale) for _, figure in sorted(shown.items()))


def _rank(figure: LineFigure) -> tuple[int, int]:
    return abs(figure.weight.flat), abs(figure.weight.cum)


def _hint(figure: LineFigure, scale: Scale) -> Hint:
    flat, cum = figure.weight
    mark = EDITED_MARK if figure.state is State.EDITED else ""
    label = hint_label(scale, flat, mark) if flat else hint_label(scale, cum, mark + CUM_MARK)
    tooltip = f"{scale.sample_type.type}: flat {scale.value(flat)}, cum {scale.value(cum)} ({scale.percent(cum)})"
    if figure.state is State.EDITED:
        tooltip += "; this line was edited since the profile was taken"
    return Hint(figure.line, label, tooltip)
