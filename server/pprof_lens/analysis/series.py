"""The captures of one run of a program, in the order of time: what findings are drawn from.

A Series takes profiles of any kind and keeps of each what shows leaks. Heap profiles between two collections of
garbage are equal and one measurement. Of a long run ever more of the earlier captures are let go, so that those that
stay are apart by a share of their age: a slow leak shows in the length of a series, and in that it grew all the time.
`evidence` is a value that no later profile changes. Nothing is judged here and nothing fetched.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import TypeVar

from pprof_lens.analysis.captures import (
    CountCapture,
    HeapCapture,
    StackTable,
    count_capture,
    heap_capture,
    is_restart,
    taken,
)
from pprof_lens.analysis.census import Census, census, of_groups
from pprof_lens.analysis.growth import FEWEST
from pprof_lens.profile.goroutine_dump import Goroutine
from pprof_lens.profile.goroutines import GoroutineGroup, goroutine_groups
from pprof_lens.profile.memory_stats import MemoryStats
from pprof_lens.profile.model import Profile
from pprof_lens.profile.stacks import Frame

T = TypeVar("T", HeapCapture, CountCapture, MemoryStats, Census)

MOST_CAPTURES = 60

_MOST_CENSUSES = 6
"""Beside the two newest."""

MOST_STACKS = 100_000
"""A program that makes ever new stacks would fill the memory with them; its series begins anew instead."""

MOST_NAMES = 500_000
"""The same for ever new functions and frames."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """What is known of one run. `goroutines` are those of the newest profile, `leaked` the runtime's own proof.

    `starts` has the line of each function's `func` that one of its profiles names. `repeated` is how many heap
    profiles were of a collection of garbage that was known. `is_series` is false of a single profile from a file.
    `cleared` is when the runtime's proof last named nobody, in seconds since 1970 and 0 where it never did; `censuses`
    are the two newest, `earlier` some before those. `memory` is what the runtime said of its memory as a whole, in the
    order of time; `other_runs` is of how many other runs there were captures; `announced` how many goroutines the
    newest profile of them says that it has, 0 where it does not.
    """

    stacks: StackTable = field(default_factory=StackTable)
    heaps: tuple[HeapCapture, ...] = ()
    counts: tuple[CountCapture, ...] = ()
    goroutines: tuple[GoroutineGroup, ...] = ()
    leaked: tuple[GoroutineGroup, ...] = ()
    starts: Mapping[str, int] = field(default_factory=dict)
    repeated: int = 0
    is_series: bool = False
    cleared: float = 0.0
    censuses: tuple[Census, ...] = ()
    earlier: tuple[Census, ...] = ()
    memory: tuple[MemoryStats, ...] = ()
    other_runs: int = 0
    announced: int = 0

    @property
    def is_long_enough(self) -> bool:
        """Whether it has enough captures to show growth."""
        return max(len(self.heaps), len(self.counts)) >= FEWEST

    def until(self, seconds: float) -> "Evidence":
        """What was known at that time, as far as captures tell it."""
        return replace(
            self,
            heaps=tuple(capture for capture in self.heaps if capture.seconds <= seconds),
            counts=tuple(capture for capture in self.counts if capture.seconds <= seconds),
        )

    def frames(self) -> Iterator[Frame]:
        """The frames of all stacks, some of them more than once."""
        yield from self.stacks.frames
        for group in (*self.goroutines, *self.leaked):
            yield from group.frames
            if group.created_by is not None:
                yield group.created_by


_LEAST_AGE = 1e-9


class Series:
    """Collects the captures of one run; one that shows a new start of the program begins anew."""

    def __init__(self) -> None:
        self._run = _Run()
        self._before: _Run | None = None

    def add(self, profile: Profile) -> bool:
        """Take the newest profile; whether it shows that the program was restarted.

        Of a clock that was set back those before it count that were earlier by it.
        Raises TooLarge where its stacks are out of proportion.
        """
        if self._run.is_full:
            self._run = _Run()
        run = self._run
        if (heap := heap_capture(profile, run.stacks)) is not None:
            if run.heaps and is_restart(run.heaps[-1], heap):
                self._run, self._before = _Run(), run
                self.add(profile)
                return True
            if run.heaps and run.heaps[-1].is_of_one_collection_with(heap):
                run.repeated += 1
            else:
                _append(run.heaps, heap)
        if profile.memory is not None:
            self.add_memory(profile.memory.beside(sum(heap.inuse_bytes) if heap is not None else 0))
        types = {sample_type.type for sample_type in profile.sample_types}
        if heap is not None or types & {"goroutine", "goroutineleak"}:
            run.starts.update(zip(profile.functions.names, profile.functions.start_lines, strict=True))
        if "goroutineleak" in types:
            proved = goroutine_groups(profile)
            run.leaked = _with_earlier(proved, run.leaked)
            run.cleared = run.cleared if proved else profile.time_nanos / 1e9
        elif "goroutine" in types:
            if (counted := count_capture(profile, run.stacks)) is not None:
                _append(run.counts, counted)
            run.goroutines, run.announced = goroutine_groups(profile), profile.announced
            if profile.time_nanos > 0:
                self._add_census(of_groups(run.goroutines, profile.time_nanos / 1e9, *run.censuses[-1:]))
            run.leaked = _with_earlier((group for group in run.goroutines if group.leaked), run.leaked)
            run.ended = _with_earlier((group for group in run.goroutines if group.deadlocked or group.hung), run.ended)
        return False

    def add_dump(self, goroutines: Iterable[Goroutine], seconds: float) -> None:
        """Take a whole dump of the same run for the ids in it; of too many goroutines none is kept."""
        self._add_census(census(goroutines, seconds, *self._run.censuses[-1:]))

    def add_memory(self, stats: MemoryStats) -> None:
        """Take what the same run's runtime said of its memory as a whole."""
        _append(self._run.memory, stats)

    def _add_census(self, taken: Census | None) -> None:
        if taken is not None:
            run = self._run
            run.earlier += run.censuses[:-1]
            thin(run.earlier, most=_MOST_CENSUSES)
            run.censuses = (*run.censuses[-1:], taken)

    @property
    def goroutine_count(self) -> int:
        """How many goroutines the newest profile of them counts."""
        return sum(group.count for group in self._run.goroutines)

    def evidence(self) -> Evidence:
        """What is known so far."""
        return self._run.evidence()

    def before(self) -> Evidence:
        """What was known of the run before the last new start."""
        return (self._before or _Run()).evidence()


@dataclass(slots=True)
class _Run:
    """What is collected of one run."""

    stacks: StackTable = field(default_factory=StackTable)
    heaps: list[HeapCapture] = field(default_factory=list)
    counts: list[CountCapture] = field(default_factory=list)
    goroutines: tuple[GoroutineGroup, ...] = ()
    leaked: tuple[GoroutineGroup, ...] = ()
    ended: tuple[GoroutineGroup, ...] = ()
    starts: dict[str, int] = field(default_factory=dict)
    repeated: int = 0
    cleared: float = 0.0
    censuses: tuple[Census, ...] = ()
    earlier: list[Census] = field(default_factory=list)
    memory: list[MemoryStats] = field(default_factory=list)
    announced: int = 0

    @property
    def is_full(self) -> bool:
        """Whether it has more than any program makes in a run."""
        stacks = len(self.stacks) + len(self.leaked) + len(self.ended)
        return stacks > MOST_STACKS or self.stacks.names + len(self.starts) > MOST_NAMES

    def evidence(self) -> Evidence:
        return Evidence(
            stacks=self.stacks,
            heaps=tuple(self.heaps),
            counts=tuple(self.counts),
            goroutines=tuple(dict.fromkeys((*self.goroutines, *self.ended))),
            leaked=self.leaked,
            starts=dict(self.starts),
            repeated=self.repeated,
            is_series=True,
            cleared=self.cleared,
            censuses=self.censuses,
            earlier=tuple(self.earlier),
            memory=tuple(self.memory),
            announced=self.announced,
        )


def _with_earlier(newest: Iterable[GoroutineGroup], before: tuple[GoroutineGroup, ...]) -> tuple[GoroutineGroup, ...]:
    """What was proven stays so: a first proof may be empty, and a later one incomplete, or of another dump."""
    known = tuple(newest)
    stacks = {group.frames for group in known}
    return (*known, *(group for group in before if group.frames not in stacks))


def _append(captures: list[T], newest: T) -> None:
    while captures and captures[-1].seconds > newest.seconds:
        captures.pop()
    captures.append(newest)
    thin(captures)


def thin(captures: list[T], *, most: int = MOST_CAPTURES) -> None:
    """Let one go where there are too many, that which leaves the smallest gap for its age; the first and last stay."""
    if len(captures) > most:
        last = captures[-1].seconds

        def gap(at: int) -> float:
            before = captures[at - 1].seconds
            return (captures[at + 1].seconds - before) / max(last - before, _LEAST_AGE)

        del captures[min(range(1, len(captures) - 1), key=gap)]


def of_profiles(profiles: Iterable[Profile]) -> Evidence:
    """The evidence in profiles of one program, put in the order of their times; equal times are one capture.

    Where they are of several runs, that of the last one that can show growth, with what the others prove.
    """
    series, runs = Series(), list[Evidence]()
    seen = set()
    given = sorted(profiles, key=taken)
    for profile in given:
        key = (taken(profile), profile.sample_types)
        if (not taken(profile) or key not in seen) and series.add(profile):
            runs.append(series.before())
        seen.add(key)
    runs.append(series.evidence())
    chosen = next((run for run in reversed(runs) if run.is_long_enough), runs[-1])
    leaked, ended = chosen.leaked, chosen.goroutines
    for other in runs:
        leaked = _with_earlier(leaked, other.leaked)
        ended = _with_earlier(ended, tuple(group for group in other.goroutines if group.deadlocked or group.hung))
    return replace(chosen, leaked=leaked, goroutines=ended, is_series=len(given) > 1, other_runs=len(runs) - 1)
