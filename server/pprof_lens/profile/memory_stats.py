"""What Go's runtime says of its memory as a whole: the comments at the end of `heap?debug=1` (runtime.MemStats).

A heap profile tells what was allocated and not freed; these tell what the process took from the system for it. What
is not there or no number is 0.
"""

import re
from typing import NamedTuple

_FIELD = re.compile(rb"^# (\w+) = ([0-9]{1,19})(?: / ([0-9]{1,18}))?\r?$", re.MULTILINE)
_LONGEST = 1 << 16


class MemoryStats(NamedTuple):
    """Bytes, by runtime.MemStats, at `seconds` since 1970, 0 where that is not known.

    `allocated` are objects, those included that no longer are reachable and were not collected yet, and `live` those
    that a heap profile of the same time counted; the next collection begins where the heap has the size
    `next_collection`. `from_system` is all that Go took, and `returned` what of it was given back; `peak` is the most
    that the process ever held of physical memory, 0 where that is not told (Go before 1.21, and some systems).
    """

    seconds: float
    allocated: int
    live: int
    next_collection: int
    heap: int
    returned: int
    stacks: int
    from_system: int
    peak: int

    def beside(self, live: int) -> "MemoryStats":
        """The same beside a heap profile that counted so many bytes in use, more of which need not be left."""
        return self._replace(live=min(live, self.allocated) if live > 0 else self.allocated)

    @property
    def held(self) -> int:
        """What Go holds of the system."""
        return max(0, self.from_system - self.returned)

    @property
    def kept(self) -> int:
        """Free for new objects, and neither given back."""
        return max(0, self.heap - self.returned - self.allocated)

    @property
    def own(self) -> int:
        """The runtime's own tables."""
        return max(0, self.from_system - self.heap - self.stacks)

    @property
    def outside(self) -> int:
        """What the process held at its peak beyond all that Go ever took: of cgo, mapped files, other runtimes."""
        return max(0, self.peak - self.from_system)


def memory_stats(data: bytes) -> MemoryStats | None:
    """Those at the end of a heap profile as text, as of the last collection of garbage; None for anything else."""
    found = {match[1]: match for match in _FIELD.finditer(data, max(0, len(data) - _LONGEST))}
    if not {b"Sys", b"HeapSys", b"HeapAlloc"} <= found.keys():
        return None

    def number(name: bytes, group: int = 2) -> int:
        match = found.get(name)
        return int(match[group] or 0) if match else 0

    allocated = number(b"HeapAlloc")
    return MemoryStats(
        seconds=number(b"LastGC") / 1e9,
        allocated=allocated,
        live=allocated,
        next_collection=number(b"NextGC"),
        heap=number(b"HeapSys"),
        returned=number(b"HeapReleased"),
        stacks=number(b"Stack", 3),
        from_system=number(b"Sys"),
        peak=number(b"MaxRSS"),
    )
