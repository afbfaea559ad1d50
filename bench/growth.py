"""How the cost of a load grows with its samples: `python bench/run.py growth` prints it.

The made profile with 10,000 to 10,000,000 samples; its tables stay the same, so their cost is measured without samples
and taken off. A straight line has the same microseconds of processor time for each sample, whatever else the machine
does. Memory is the peak of the whole process.
"""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Protocol

from made import made_profile

SAMPLES = (10_000, 100_000, 1_000_000, 10_000_000)
SIZES = 3.0
ROOM = 3
"""A profile is left out where less memory is there than so many times its size, and told."""


class Load(Protocol):
    """A load in a process of its own."""

    bytes: int
    said: dict[str, float]


def print_growth(cache: Path, load: Callable[[Path], Load]) -> None:
    tables = load(made_profile(cache, 0))
    print("the made profile as its samples grow")
    for samples in SAMPLES:
        path = made_profile(cache, samples)
        there = _memory()
        if 2 * path.stat().st_size * ROOM > there:
            print(f"  {samples:>10,}     left out, as there are only {there / 1e9:.1f} GB of memory")
            continue
        loaded = load(path)
        processor = loaded.said["processor"]
        each = (processor - tables.said["processor"]) / samples * 1e6
        sizes = loaded.bytes / loaded.said["raw"]
        missed = " <- MISSED" if sizes > SIZES and samples >= SAMPLES[-2] else ""
        print(
            f"  {samples:>10,} {processor * 1e3:9.1f} ms, {each:6.2f} microseconds each; "
            f"{loaded.bytes / 1e6:6.0f} MB, {sizes:.2f} times the raw size, to be at most {SIZES:g}{missed}",
            flush=True,
        )
    print()


def _memory() -> int:
    """Bytes that a process can have, with what the system only keeps of files."""
    facts = Path("/proc/meminfo")
    if not facts.exists():
        return os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    told = dict(line.split(":", 1) for line in facts.read_text().splitlines())
    return int(told["MemAvailable"].split()[0]) << 10
