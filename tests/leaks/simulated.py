"""Programs drawn by chance, sound and leaking, as a watch sees them: how often the sound are accused, the leaking told.

The runtime samples one in so many bytes at random and shows what lived at the last collection of garbage; so do these.
Every round is judged as a watch judges it. A sound program counts as accused where any round of it accuses. Nothing
runs and nothing is timed here: seconds are those of the program that is drawn.
"""

import argparse
import math
import sys
from array import array
from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from itertools import repeat
from random import Random
from typing import NamedTuple

from heaps import goroutines, heap
from pprof_lens.analysis.captures import (
    DEFAULT_PERIOD,
    CountCapture,
    HeapCapture,
    StackTable,
    count_capture,
    heap_capture,
)
from pprof_lens.analysis.census import Census
from pprof_lens.analysis.series import MOST_CAPTURES, Evidence, Series, thin
from pprof_lens.analysis.verdict import Finder

MB = 1e6
MINUTE = 60.0
INTERVAL = 5.0
BEGAN = 1e9

Rate = Callable[[float], float]
"""Bytes or goroutines a second, at a time in seconds; times less than 0 are before the watch."""

Lives = Callable[[Random], float]


def ever(_: Random) -> float:
    return math.inf


class Flow(NamedTuple):
    """Objects of one line that are allocated at random at a rate and live for as long as is drawn for each."""

    size: int
    rate: Rate
    lives: Lives = ever
    since: int = 0


class Table(NamedTuple):
    """A slice that bytes are appended to at a rate for a while: its array doubles, then grows by a quarter."""

    rate: float
    seconds: float = math.inf


class Map(NamedTuple):
    """A map that keys come to at a rate for a while: tables of 1024 slots, each split in two when it is full."""

    rate: float
    seconds: float = math.inf
    slot: int = 17


class Waiters(NamedTuple):
    """Goroutines that come at a rate and wait on one line for as long as is drawn for each."""

    rate: Rate
    lives: Lives = ever


Line = Flow | Table | Map | Waiters


def told(lines: Sequence[Line], rng: Random, seconds: float, *, interval: float = INTERVAL) -> Iterator[bool]:
    """Of each round whether it accuses."""
    finder = Finder()
    for evidence in _rounds(lines, rng, seconds, interval):
        yield any(verdict.accuses for verdict in finder.find(evidence))


def first_told(lines: Sequence[Line], rng: Random, seconds: float, *, interval: float = INTERVAL) -> float | None:
    """After how many seconds."""
    rounds = enumerate(told(lines, rng, seconds, interval=interval))
    return next((at * interval for at, accuses in rounds if accuses), None)


def forgotten(rounds: Sequence[bool]) -> int:
    """How many rounds say nothing of what one before them told."""
    return rounds[rounds.index(True) :].count(False) if True in rounds else 0


class _Lived(NamedTuple):
    """When what is seen of objects of one size, or each goroutine, came and went."""

    size: int
    lives: Sequence[tuple[float, float]]
    born: Sequence[float]
    died: Sequence[float]

    @classmethod
    def of(cls, size: int, lives: Sequence[tuple[float, float]]) -> "_Lived":
        return cls(size, lives, sorted(born for born, _ in lives), sorted(died for _, died in lives))

    def at(self, seconds: float) -> tuple[int, int]:
        """How many are there, and how many ever came."""
        born = bisect_right(self.born, seconds)
        return born - bisect_right(self.died, seconds), born

    def ids(self, seconds: float) -> frozenset[int]:
        return frozenset(n for n, (born, died) in enumerate(self.lives) if born <= seconds < died)


def _rounds(lines: Sequence[Line], rng: Random, seconds: float, interval: float) -> Iterator[Evidence]:
    memory = [_lived(line, rng, seconds) for line in lines if not isinstance(line, Waiters)]
    waiting = [_lived(line, rng, seconds)[0] for line in lines if isinstance(line, Waiters)]
    table = StackTable()
    heap_capture(heap(1, "\n".join(f"main.f{n} f.go:{n + 1} = 1: 1 1" for n in range(len(memory)))), table)
    first = len(table)
    count_capture(goroutines(1, _waits([1] * len(waiting))), table)
    known, heaps, counts = Series().evidence(), [], []
    censuses: tuple[Census, ...] = ()
    earlier: tuple[Census, ...] = ()
    for round_ in range(int(seconds / interval) + 1):
        at = round_ * interval
        here = [each.at(at)[0] for each in waiting]
        heaps.append(_heap(memory, at))
        counts.append(CountCapture(BEGAN + at, array("q", range(first, first + len(here))), array("q", here)))
        thin(heaps)
        thin(counts)
        newest = Series()
        newest.add(goroutines(BEGAN + at, _waits(here)))
        if at % 15 < interval and sum(here) > sum(counts[0].counts) + 4:
            ids = {table[first + n]: there for n, each in enumerate(waiting) if (there := each.ids(at))}
            earlier += censuses[:-1]
            censuses = (*censuses[-1:], Census(BEGAN + at, ids))
        yield replace(
            known,
            stacks=table,
            heaps=tuple(heaps),
            counts=tuple(counts),
            goroutines=newest.evidence().goroutines,
            censuses=censuses,
            earlier=earlier,
        )


def _waits(counts: Sequence[int]) -> str:
    parked = "runtime.gopark proc.go:1; runtime.chanrecv chan.go:1; runtime.chanrecv1 chan.go:1"
    return "\n".join(f"{parked}; main.w{n} w.go:{n + 1} = {count}" for n, count in enumerate(counts) if count)


def _heap(memory: Sequence[Sequence[_Lived]], at: float) -> HeapCapture:
    """What the runtime would write: samples scaled up by the chance that an object of the size is one."""
    rows = []
    for sizes in memory:
        row = [0.0] * 6
        for lived in sizes:
            live, born = lived.at(at)
            weight = lived.size / _chance(lived.size)
            amounts = (live * weight, live * weight / lived.size, born * weight, live, born, live * weight**2)
            row = [before + more for before, more in zip(row, amounts, strict=True)]
        rows.append(row)
    columns = [[row[column] for row in rows] for column in range(6)]
    return HeapCapture(
        BEGAN + at,
        array("q", range(len(rows))),
        inuse_bytes=array("q", map(int, columns[0])),
        inuse_objects=array("q", map(int, columns[1])),
        alloc_bytes=array("q", map(int, columns[2])),
        inuse_samples=array("d", columns[3]),
        alloc_samples=array("d", columns[4]),
        variances=array("d", columns[5]),
    )


def _chance(size: float) -> float:
    """That an object of the size is sampled."""
    return -math.expm1(-size / DEFAULT_PERIOD)


def _lived(line: Line, rng: Random, seconds: float) -> list[_Lived]:
    if isinstance(line, Table):
        return list(_arrays(line, rng, seconds))
    if isinstance(line, Map):
        return [_Lived.of(1024 * line.slot, list(_splits(line, rng, seconds)))]
    size, since, seen = (line.size, line.since, _chance(line.size) / line.size) if isinstance(line, Flow) else (1, 0, 1)
    lives = []
    for second in range(since, int(seconds) + 1):
        for _ in range(drawn(rng, line.rate(second) * seen)):
            born = second + rng.random()
            lives.append((born, born + line.lives(rng)))
    return [_Lived.of(size, lives)]


def _arrays(line: Table, rng: Random, seconds: float) -> Iterator[_Lived]:
    size, born = 4096.0, 0.0
    while born < seconds:
        full = size / line.rate
        died = full if full < line.seconds else math.inf
        if rng.random() < _chance(size):
            yield _Lived.of(int(size), [(born, died)])
        size, born = size * (2 if size < 1 << 18 else 1.25), died


def _splits(line: Map, rng: Random, seconds: float) -> Iterator[tuple[float, float]]:
    """The lives of those of its tables that are sampled; what is less than one table is not worth one."""
    full, open_ = 896, [(0.0, 0, 1.0)]
    while open_:
        born, keys, part = open_.pop()
        # So many more come until it is full, and others to the rest of the map meanwhile.
        pace = line.rate / line.slot * part
        died = born + max(0.0, rng.gauss(full - keys, math.sqrt(full - keys))) / pace
        died = died if died < line.seconds else math.inf
        if rng.random() < _chance(1024 * line.slot):
            yield born, died
        if died < seconds:
            half = int(rng.gauss(full / 2, math.sqrt(full) / 2))
            open_ += [(died, half, part / 2), (died, full - half, part / 2)]


def drawn(rng: Random, mean: float) -> int:
    """A Poisson number, as the count of exponential waits."""
    count, waited = 0, rng.expovariate(1)
    while waited < mean:
        count, waited = count + 1, waited + rng.expovariate(1)
    return count


def steady(rate: float) -> Rate:
    return lambda _: rate


def until(end: float, rate: float) -> Rate:
    return lambda second: rate if second < end else 0


def levelling(pace: float, rate: float) -> Rate:
    return lambda second: rate * math.exp(-second / pace)


def rising(seconds: float, most: float) -> Rate:
    return lambda second: most * min(max(second, 0) / seconds, 1)


def traffic(most: float) -> Rate:
    """A start, a rush, a pause, and days that come and go."""
    times, shares = (0, 30, 60, 61, 75, 105, 150, 1000), (0, 1, 1, 0.1, 0.1, 1, 0.2, 0.2)

    def rate(second: float) -> float:
        at = max(bisect_right(times, second), 1)
        part = (second - times[at - 1]) / (times[at] - times[at - 1])
        return most * (shares[at - 1] + max(part, 0) * (shares[at] - shares[at - 1]))

    return rate


def exactly(seconds: float) -> Lives:
    return lambda _: seconds


def about(seconds: float) -> Lives:
    return lambda rng: rng.expovariate(1 / seconds)


def between(least: float, most: float) -> Lives:
    return lambda rng: rng.uniform(least, most)


def some(many: int, lives: Lives, others: Lives) -> Lives:
    """One in so many lives so, and the others otherwise."""
    return lambda rng: (lives if rng.random() * many < 1 else others)(rng)


def noise() -> list[Line]:
    """What else a program does: small and large things that come and go, and tables that stay."""
    return [
        Flow(64, steady(4 * MB), about(0.5), -30),
        Flow(4096, steady(MB), about(5), -30),
        Flow(100_000, steady(MB), about(2), -30),
        Flow(1024, lambda second: 8 * MB if second < -28 else 0, since=-30),
    ]


NEVER: dict[str, list[Line]] = {
    "steady, short lives": [Flow(512, steady(MB), about(1), -10) for _ in range(6)],
    "steady, long lives": [Flow(512, steady(MB / 4), about(60), -300) for _ in range(3)] + noise(),
    "steady, many lines of few samples": [Flow(512, steady(MB / 8), about(4 + n), -150) for n in range(30)],
    "a cache that is full after 10 s": [Flow(4096, steady(4 * MB), exactly(10)), *noise()],
    "a cache that levels out, pace 15 s": [Flow(4096, levelling(15, 4 * MB)), *noise()],
    "warm-up of 20 s": [Flow(100_000, until(20, 4 * MB)), *noise()],
    "a table that grows for 20 s": [Table(MB, 20), *noise()],
    "a map that grows for 30 s": [Map(MB / 2, 30), *noise()],
    "a batch every 12 s": [Flow(64_000, lambda s: 20 * MB if s % 12 < 1 else 0, exactly(9)), *noise()],
    "a pool that fills, pace 10 s": [Waiters(levelling(10, 6)), *noise()],
    "sleepers that hold 2048 bytes each, for 20 to 40 s": [Flow(2048, steady(90 * 2048), between(20, 40)), *noise()],
    "sleepers that hold 4096 bytes each, for 20 to 40 s": [Flow(4096, steady(90 * 4096), between(20, 40)), *noise()],
    "a cache that is full after 25 s": [Flow(4096, steady(2 * MB), exactly(25)), *noise()],
    "a cache that levels out, pace 30 s": [Flow(4096, levelling(30, 2 * MB)), *noise()],
    "warm-up of 40 s": [Flow(100_000, until(40, 4 * MB)), *noise()],
    "a pool that fills, pace 25 s": [Waiters(levelling(25, 2.4)), *noise()],
    "traffic that rises for 90 s, lives of about 20 s": [Flow(16_384, rising(90, 2 * MB), about(20)), *noise()],
    "traffic that rises for 120 s, lives of 20 s": [Flow(4096, rising(120, 4 * MB), exactly(20)), *noise()],
}
"""Sound, and over before a watch is sure of anything."""

FILLING: dict[str, list[Line]] = {
    "a cache that is full after 60 s": [Flow(4096, steady(MB), exactly(60)), *noise()],
    "a cache that levels out, pace 60 s": [Flow(4096, levelling(60, MB)), *noise()],
    "a table that grows for 60 s": [Table(MB / 2, 60), *noise()],
    "a table of 600 keys under a rush": [Flow(20_000, lambda s: 5e5 * min(s / 30, 1), about(25)), *noise()],
    "clients that come in a rush and then stay": [
        Flow(4096, lambda s: 0.27 * MB * min(s / 30, 1) * math.exp(-max(0, s - 15) / 30)),
        *noise(),
    ],
    "a pool that fills, pace 60 s": [Waiters(levelling(60, 1)), *noise()],
    "traffic that rises for 90 s, lives of 1 s and of 30 s": [
        Flow(4096, rising(90, 4 * MB), some(2, about(30), about(1))),
        *noise(),
    ],
    "traffic, rising and falling": [Flow(4096, traffic(4 * MB), about(mean)) for mean in (0.5, 3, 10)] + noise(),
    "handlers, rising and falling": [Waiters(traffic(30), about(mean)) for mean in (0.5, 3, 10)],
}
"""Sound, and like a leak for longer than a watch takes to be sure of one: here without a source that tells a bound."""

SOUND = {**NEVER, **FILLING}

SURE: dict[str, tuple[float, list[Line]]] = {
    "15 MB a minute of 4096 bytes": (MINUTE, [Flow(4096, steady(15 * MB / 60))]),
    "5 MB a minute appended to a slice": (MINUTE, [Table(5 * MB / 60)]),
    "30 MB a minute kept in a map": (1.5 * MINUTE, [Map(30 * MB / 60)]),
    "30 goroutines a minute": (2 * MINUTE, [Waiters(steady(1 / 2))]),
    "5 of 100 goroutines beside others that live for 10 to 20 s": (
        5 * MINUTE,
        [Waiters(steady(100 / 15), some(20, ever, between(10, 20)))],
    ),
    "20 of 100 goroutines beside others that live for 20 to 40 s": (
        5 * MINUTE,
        [Waiters(steady(100 / 30), some(5, ever, between(20, 40)))],
    ),
}
LEAKS = SURE | {
    f"{rate} MB a minute of {size} bytes": (minutes * MINUTE, [Flow(size, steady(rate * MB / 60))])
    for rate, minutes in ((5, 1), (10, 1), (1, 10), (0.35, 30))
    for size in (64, 4096, 65_536)
}
for seconds_ in (2, 20):
    LEAKS[f"15 MB a minute beside 60 that live for {seconds_} s, on one line"] = (
        2 * MINUTE,
        [Flow(4096, steady(75 * MB / 60), some(5, ever, about(seconds_)))],
    )
    LEAKS[f"15 MB a minute beside 60 that live for {seconds_} s, on one line, after two minutes of rising"] = (
        4 * MINUTE,
        [Flow(4096, rising(120, 75 * MB / 60), some(5, ever, about(seconds_)))],
    )
LEAKS["0.35 MB a minute appended to a slice"] = 30 * MINUTE, [Table(0.35 * MB / 60)]


def is_accused(name: str, draw: int) -> bool:
    return first_told(SOUND[name], Random(f"{name} {draw}"), 180) is not None


def rounds_of(name: str, draw: int) -> list[bool]:
    """Of each round of twice the time of a leak whether it is told."""
    seconds, lines = LEAKS[name]
    return list(told([*lines, *noise()], Random(f"{name} {draw}"), 2 * seconds, interval=_pace(seconds)))


def _pace(seconds: float) -> float:
    """More captures than are kept where it takes long, as in a watch."""
    return max(INTERVAL, seconds / (3 * MOST_CAPTURES))


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--draws", type=int, default=200)
    draws: int = parser.parse_args().draws
    with ProcessPoolExecutor() as pool:
        for name in SOUND:
            accused = sum(pool.map(is_accused, repeat(name), range(draws), chunksize=8))
            sys.stdout.write(f"sound: {name}: accused in {accused} of {draws}\n")
            sys.stdout.flush()
        for name, (seconds, _) in LEAKS.items():
            drawn_rounds = list(pool.map(rounds_of, repeat(name), range(draws), chunksize=8))
            pace = _pace(seconds)
            in_time = int(seconds / pace) + 1
            times = sorted(rounds.index(True) * pace for rounds in drawn_rounds if True in rounds[:in_time])
            half = f", half of those within {times[len(times) // 2]:.0f} s" if times else ""
            sys.stdout.write(f"leak: {name}, {seconds / 60:.0f} min: told in {len(times)} of {draws}{half}; ")
            again = sum(map(forgotten, drawn_rounds))
            sys.stdout.write(f"forgotten again in {again} of {draws * (2 * in_time - 1)} rounds of twice that time\n")
            sys.stdout.flush()
    return 0


if __name__ == "__main__":
    sys.exit(main())
