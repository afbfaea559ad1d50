"""What each function of a profile does on which line, as the stacks show it: whom it calls, and where it allocates.

That is evidence of what is written on the lines. No source is looked at, no file, and nothing is weighed.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from pprof_lens.analysis import select
from pprof_lens.analysis.index import Index, Stop
from pprof_lens.profile import engine

MOST_CALLS = 2**20
"""How many different calls are told; a profile with more gives no evidence of this kind."""


class Doings(NamedTuple):
    """By function of the profile its pairs of a line, from 1, and the name of what it calls there.

    `allocates` are the lines that are leaves of a heap profile, `waits` those that are leaves of goroutines.
    """

    calls: Mapping[int, Sequence[tuple[int, str]]]
    allocates: Mapping[int, Sequence[int]]
    waits: Mapping[int, Sequence[int]]


def doings(index: Index, cancelled: Stop) -> Doings:
    """What all functions of a profile do."""
    lines, kind = index.lines, select.kind(index.profile)
    calls: dict[int, list[tuple[int, str]]] = defaultdict(list)
    frames, columns = (index.functions.frames, lines.owning), len(index.profile.sample_types)
    found = engine.callers(index.profile.raw, index.profile.spans, *frames, columns, None, MOST_CALLS, cancelled)
    if found is not None:
        callers = engine.take(lines.owners, found.functions)
        at = engine.take(lines.lines, engine.take(lines.owned, found.functions))
        called = map(index.functions.names.__getitem__, found.lines)
        for caller, call in zip(callers, zip(at, called, strict=True), strict=True):
            calls[caller].append(call)
    return Doings(
        calls=calls,
        allocates=_leaves(index) if kind in ("heap", "allocs") else {},
        waits=_leaves(index) if kind in ("goroutine", "goroutineleak") else {},
    )


def _leaves(index: Index) -> dict[int, list[int]]:
    """The lines of each function that are the leaf of a stack."""
    lines, columns = index.lines, len(index.profile.sample_types)
    found: dict[int, list[int]] = defaultdict(list)
    for number, owner in zip(lines.owned, lines.owners, strict=True):
        if any(index.by_line.flat[number * columns : (number + 1) * columns]):
            found[owner].append(lines.lines[number])
    return found
