"""The finding `hot-line`: the few lines of the workspace that the profile says most about."""

from collections.abc import Callable, Collection
from typing import NamedTuple

from pprof_lens.analysis.call_tree import LineRoot, heaviest_callers
from pprof_lens.analysis.index import Index
from pprof_lens.annotate.findings import Related
from pprof_lens.annotate.wording import Scale, short
from pprof_lens.profile.errors import Cancelled

CODE = "hot-line"
_LEAST_PERCENT = 1.0
_PATH_LENGTH = 6


class HotLine(NamedTuple):
    """A line of a file of the profile, from 1, with the functions that lead to it, the nearest caller first."""

    profile_path: str
    line: int
    message: str
    callers: tuple[Related, ...]


def find(  # noqa: PLR0917 - what is selected, where, and how much of it
    index: Index, column: int, scale: Scale, files: Collection[str], count: int, cancelled: Callable[[], bool]
) -> tuple[HotLine, ...]:
    """The `count` lines with the largest flat in `files`, names of the profile; those under one percent are not hot.

    Raises Cancelled when `cancelled` answers true between two of them.
    """
    least = abs(scale.total) * _LEAST_PERCENT / 100
    ranked = sorted(
        (
            (-abs(weight.flat), file, index.lines.lines[number], number)
            for file in files
            for number in index.lines.files.get(file, ())
            if (weight := index.line_weight(number, column)).flat and abs(weight.flat) >= least
        ),
    )[:count]
    found = []
    for _, _, _, number in ranked:
        if cancelled():
            raise Cancelled
        found.append(_hot_line(index, column, scale, number))
    return tuple(found)


def _hot_line(index: Index, column: int, scale: Scale, number: int) -> HotLine:
    functions = index.functions

    def related(caller: int) -> Related:
        name = functions.names[caller]
        return Related(functions.files[caller], functions.start_lines[caller], name, f"called from {short(name)}")

    flat, cum = index.line_weight(number, column)
    callers = heaviest_callers(index, LineRoot(number), column, _PATH_LENGTH)
    message = f"{scale.counted(flat)} ({scale.percent(flat)} of {scale.name}) on this line"
    if cum != flat:
        message += f", {scale.value(cum)} with what it calls"
    if callers:
        message += f"; mostly from {short(functions.names[callers[0]])}"
    table = index.lines
    return HotLine(table.names[number], table.lines[number], message + ".", tuple(map(related, callers)))
