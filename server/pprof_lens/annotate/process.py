"""What a process takes from the system beside what its heap profile shows, and which part of it grows: one paragraph.

People see the process and ask why it has ten times what the profile says. The profile counts what was reachable at
the last collection; the rest is garbage that waits for the next one, memory that was freed and kept, stacks, the
runtime's own tables, and what Go knows nothing of.
"""

from collections.abc import Sequence

from pprof_lens.profile.memory_stats import MemoryStats
from pprof_lens.profile.units import scaled_label

_LEAST_SPAN = 10.0
_LEAST_GROWTH = 1 << 20
_LEAST_PART = 0.1
"""A part grows where it gained so many bytes and so much of what it was, over so many seconds."""


def paragraph(stats: Sequence[MemoryStats]) -> str:
    """Of the newest of them; what grows since the first. Empty for none."""
    if not stats:
        return ""
    now = stats[-1]
    parts = [f"{_size(now.live)} in use"]
    if now.allocated > now.live:
        parts.append(f"{_size(now.allocated - now.live)} of garbage")
    if now.next_collection > now.allocated:
        parts.append(f"garbage up to {_size(now.next_collection)} in all until the next collection (GOGC)")
    parts += [
        f"{_size(now.kept)} free but kept",
        f"{_size(now.stacks)} of stacks",
        f"{_size(now.own)} of the runtime's own",
    ]
    said = [f"The process: {', '.join(parts)}; Go holds {_size(now.held)} of the system.", *_outside(now)]
    first = next((earlier for earlier in stats if earlier.seconds), now)
    if now.seconds - first.seconds >= _LEAST_SPAN:
        said.append(_growing(first, now))
    return " ".join(said)


def _outside(now: MemoryStats) -> list[str]:
    if not now.peak:
        return []
    told = f"At its peak the process held {_size(now.peak)}"
    if now.outside:
        return [f"{told}, of which at least {_size(now.outside)} outside of Go (cgo, mapped files)."]
    return [f"{told}, nothing of which need be outside of Go."]


def _growing(first: MemoryStats, now: MemoryStats) -> str:
    minutes = (now.seconds - first.seconds) / 60
    parts = (
        ("what is in use", first.live, now.live),
        ("what is free but kept", first.kept, now.kept),
        ("stacks", first.stacks, now.stacks),
        ("the runtime's own", first.own, now.own),
        ("what is outside of Go", first.outside, now.outside),
    )
    grown = [
        f"{name} by {_size(round((after - before) / minutes))} a minute"
        for name, before, after in sorted(parts, key=lambda part: part[1] - part[2])
        if after - before >= max(_LEAST_GROWTH, _LEAST_PART * before)
    ]
    return f"What grows is {', '.join(grown)}." if grown else "No part of it grows."


def _size(size: int) -> str:
    return scaled_label(size, "bytes")
