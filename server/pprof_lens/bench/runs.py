"""A run of benchmarks as it is kept: results, what each line allocates in one operation, and the texts that were run.

Two runs are put side by side through their texts, so that a line is compared with what it was before it was edited or
moved. Nothing here runs, reads a file or is shown.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from pprof_lens.bench import benchfmt, statistics
from pprof_lens.bench.benchfmt import Result, Series
from pprof_lens.bench.figures import UNITS, Benchmark
from pprof_lens.bench.per_operation import LineCost
from pprof_lens.bench.statistics import Comparison, Summary
from pprof_lens.source.diff import carry
from pprof_lens.source.gofuncs import functions
from pprof_lens.source.lines import without_ends

_LEAST_BYTES, _LEAST_ALLOCS = 0.5, 0.01
"""A smaller change of a line is what goes on beside the benchmark."""


@dataclass(frozen=True, slots=True)
class Line:
    """What a line of a file of this machine, from 1, allocates in one operation, whichever functions share it."""

    path: str
    line: int
    function: str
    bytes_per_op: float
    allocs_per_op: float
    is_shared: bool = False


@dataclass(frozen=True, slots=True)
class Measured:
    """A benchmark that was measured; `line`, from 1, is where `path` declares it."""

    package: str
    name: str
    results: tuple[Result, ...]
    lines: tuple[Line, ...]
    is_steady: bool
    path: str
    line: int

    @property
    def function(self) -> str:
        """The function that has it, `BenchmarkX` of `BenchmarkX/sub`."""
        return self.name.split("/")[0]

    def medians(self) -> dict[str, Summary]:
        """The median of each unit, with its interval."""
        return {unit: statistics.summary(values) for unit in UNITS if (values := self.series().values(unit))}

    def against(self, old: "Measured") -> dict[str, Comparison]:
        """Each unit beside what it was."""
        of_old, of_new = old.series(), self.series()
        return {
            unit: statistics.compare(before, now)
            for unit in UNITS
            if (before := of_old.values(unit)) and (now := of_new.values(unit))
        }

    def series(self) -> Series:
        """Its results."""
        return next(iter(benchfmt.series(self.results)), Series(self.package, self.name, ()))


@dataclass(frozen=True, slots=True)
class Run:
    """What was measured together. `taken` is in seconds since 1970; `commit` is empty where there is none.

    `texts` are those of the lines' files as they were built, by path; `is_dirty` where one is not as in the commit.
    """

    id: str
    taken: float
    measured: tuple[Measured, ...]
    texts: Mapping[str, str]
    commit: str = ""
    is_dirty: bool = False

    def of(self, package: str, name: str) -> Measured | None:
        return next((one for one in self.measured if (one.package, one.name) == (package, name)), None)


@dataclass(frozen=True, slots=True)
class LineChange:
    """A line of the newer run and how much more it allocates in one operation; `was` is None where it did not."""

    now: Line
    was: Line | None
    bytes_per_op: float
    allocs_per_op: float

    @property
    def is_none(self) -> bool:
        return self.bytes_per_op == self.allocs_per_op == 0


def measured(benchmark: Benchmark, local: Mapping[str, str]) -> Measured:
    """A benchmark that was run, with those of its lines whose files are on this machine."""
    of, lines = benchmark.measured, _on_lines(benchmark.lines, local)
    return Measured(of.package, of.benchmark, of.results, lines, benchmark.is_steady, benchmark.path, benchmark.line)


def changes(
    old: Measured, old_texts: Mapping[str, str], new: Measured, new_texts: Mapping[str, str]
) -> list[LineChange]:
    """Each line that allocates or did, and by how much more; the line is 0 where it is gone."""
    before = {(line.path, line.line): line for line in _carried(old.lines, old_texts, new_texts)}
    found = []
    for line in new.lines:
        was = before.pop((line.path, line.line), None)
        in_bytes = line.bytes_per_op - (was.bytes_per_op if was is not None else 0)
        allocs = line.allocs_per_op - (was.allocs_per_op if was is not None else 0)
        found.append(_change(line, was, in_bytes, allocs))
    for was in before.values():
        now = Line(was.path, was.line, was.function, 0, 0)
        found.append(_change(now, was, -was.bytes_per_op, -was.allocs_per_op))
    return found


def _change(now: Line, was: Line | None, in_bytes: float, allocs: float) -> LineChange:
    is_any = abs(in_bytes) >= _LEAST_BYTES or abs(allocs) >= _LEAST_ALLOCS
    return LineChange(now, was, in_bytes if is_any else 0, allocs if is_any else 0)


def _carried(lines: Sequence[Line], old: Mapping[str, str], new: Mapping[str, str]) -> list[Line]:
    """The lines where the newer texts have them; by 0 where they are gone, as where a text is not known."""
    places: dict[str, list[int]] = {}
    for path in {line.path for line in lines}:
        if path in old and path in new:
            before, after = old[path], new[path]
            places[path] = carry(without_ends(before), without_ends(after), functions(before), functions(after))
    found = []
    for line in lines:
        of_file = places.get(line.path, ())
        now = of_file[line.line - 1] + 1 if 0 < line.line <= len(of_file) else 0
        found.append(Line(line.path, now, line.function, line.bytes_per_op, line.allocs_per_op, line.is_shared))
    return _summed(found)


def _on_lines(costs: Iterable[LineCost], local: Mapping[str, str]) -> tuple[Line, ...]:
    placed = (
        Line(local[cost.profile_path], cost.line, cost.function, cost.bytes_per_op, cost.allocs_per_op, cost.is_shared)
        for cost in costs
        if cost.profile_path in local
    )
    return tuple(sorted(_summed(placed), key=lambda line: (-line.bytes_per_op, line.path, line.line)))


def _summed(lines: Iterable[Line]) -> list[Line]:
    """One entry a line, with what all functions on it allocate."""
    found: dict[tuple[str, int], Line] = {}
    for line in lines:
        other = found.get((line.path, line.line))
        found[line.path, line.line] = (
            line
            if other is None
            else Line(
                line.path,
                line.line,
                other.function,
                other.bytes_per_op + line.bytes_per_op,
                other.allocs_per_op + line.allocs_per_op,
                other.is_shared or line.is_shared,
            )
        )
    return list(found.values())
