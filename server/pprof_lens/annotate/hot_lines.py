"""The finding `hot-line`: the few lines of the workspace's own code that the profile says most about.

What the runtime or a library does is told on the own line that leads there, with what it leads to.
"""

from array import array
from collections.abc import Collection
from itertools import islice
from typing import NamedTuple

from pprof_lens.analysis.call_tree import LineRoot, Node, children, heaviest_callers
from pprof_lens.analysis.index import Index, Stop, fold
from pprof_lens.analysis.names import short
from pprof_lens.annotate.findings import Related
from pprof_lens.annotate.wording import Scale
from pprof_lens.profile.errors import Cancelled
from pprof_lens.profile.fold import Frames

CODE = "hot-line"
_LEAST_PERCENT = 1.0
_PATH_LENGTH = 6
_NO_HEAT = ("goroutine", "goroutineleak", "threadcreate")
"""Sample types of what waits or was made: many at one place is no heat."""


class HotLine(NamedTuple):
    """A line of a file of the profile, from 1, with the functions that lead to it, the nearest caller first."""

    profile_path: str
    line: int
    message: str
    callers: tuple[Related, ...]


def find(  # noqa: PLR0917 - what is selected, where, and how much of it
    index: Index, column: int, scale: Scale, files: Collection[str], count: int, cancelled: Stop
) -> tuple[HotLine, ...]:
    """The `count` lines of `files`, names of the profile, to which the most leads; those under one percent are not hot.

    A difference has none for what shrank. Raises Cancelled when `cancelled` answers true between two of them.
    """
    if scale.sample_type.type in _NO_HEAT:
        return ()
    least = abs(scale.total) * _LEAST_PERCENT / 100
    hot = (
        (value, number)
        for number, value in _own(index, column, files, cancelled)
        if (value if scale.is_difference else abs(value)) >= least
    )
    table = index.lines
    ranked = sorted(hot, key=lambda one: (-abs(one[0]), table.file(one[1]), table.lines[one[1]]))
    found = []
    for value, number in ranked[:count]:
        if cancelled():
            raise Cancelled
        found.append(_hot_line(index, column, scale, files, number, value))
    return tuple(found)


def _own(index: Index, column: int, files: Collection[str], cancelled: Stop) -> list[tuple[int, int]]:
    """For each line of these files what the samples come to whose innermost frame in these files is on it."""
    table, columns = index.lines, len(index.profile.sample_types)
    own = frozenset(number for file in files for number in table.files.get(file, ()))
    keys, offsets = array("q"), array("q", [0])
    frames = table.frames
    for start, end in zip(frames.offsets, islice(frames.offsets, 1, None), strict=False):
        keys.extend(key for key in frames.keys[start:end] if key in own)
        offsets.append(len(keys))
    (folded,) = fold(index.profile, (Frames(frames.ids, offsets, keys, frames.count),), index.mask, cancelled)
    return [(number, value) for number in own if (value := folded.flat[number * columns + column])]


def _hot_line(  # noqa: PLR0917 - as above, and the line with what it comes to
    index: Index, column: int, scale: Scale, files: Collection[str], number: int, own: int
) -> HotLine:
    functions, table = index.functions, index.lines

    def related(caller: Node) -> Related:
        name = functions.names[caller.function]
        file, line = functions.files[caller.function], functions.start_lines[caller.function]
        if caller.call is not None:
            file, line = table.file(caller.call), table.lines[caller.call]
        return Related(file, line, name, f"called from {short(name)}")

    flat, cum = index.line_weight(number, column)
    callers = heaviest_callers(index, LineRoot(number), column, _PATH_LENGTH)
    message = f"{scale.counted(own)} ({scale.percent(own)} of {scale.name}) on this line"
    if flat != own:
        callees = children(index, LineRoot(number), (), "callees", column)
        led = next((node.function for node in callees if functions.files[node.function] not in files), None)
        message += "" if led is None else _led_to(scale, own, flat, short(functions.names[led]))
    elif cum != flat:
        message += f", {scale.value(cum)} with what it calls"
    if callers:
        message += f"; mostly from {short(functions.names[callers[0].function])}"
    return HotLine(table.file(number), table.lines[number], message + ".", tuple(map(related, callers)))


def _led_to(scale: Scale, own: int, flat: int, name: str) -> str:
    """What of a line's value is in what it leads to: all of it, a part, or in a difference what takes from it."""
    if not flat:
        return f" in {name}, which it leads to"
    led = own - flat
    return f", {scale.value(led)} of it in what it leads to, mostly {name}" if 0 < led * own < own * own else ""
