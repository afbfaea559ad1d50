"""A whole run of benchmarks: each with its figures per operation on the lines, its comparison, and what is wrong.

What is wrong is a budget that is broken and a regression that is proved; both stand on the line of the benchmark.
This module drives `run` and does the arithmetic of the other modules; it prints nothing.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from pprof_lens.bench import budgets, run, statistics
from pprof_lens.bench.benchfmt import ALLOCS, BYTES, SEC, Result, Series, series
from pprof_lens.bench.budgets import Budgeted
from pprof_lens.bench.per_operation import LineCost, Total, is_steady, line_costs
from pprof_lens.bench.run import Asker, Built, Chosen, Go
from pprof_lens.bench.statistics import Comparison, Summary
from pprof_lens.bench.words import WORDS, written
from pprof_lens.source.paths import resolve
from pprof_lens.source.profiled import ProfileFile
from pprof_lens.workspace import own_folder
from pprof_lens.workspace.files import LARGEST_SOURCE
from pprof_lens.workspace.reading import read
from pprof_lens.workspace.surroundings import Surroundings

UNITS = (SEC, BYTES, ALLOCS)


@dataclass(frozen=True, slots=True)
class Wrong:
    """What is wrong with a benchmark; `line`, from 1, is where `path` declares it."""

    code: str
    path: str
    line: int
    function: str
    message: str


@dataclass(frozen=True, slots=True)
class Benchmark:
    """A benchmark that was run: its results, the medians of their units, its lines, and each unit against before.

    `path` declares it at `line`, from 1.
    """

    measured: Series
    medians: Mapping[str, Summary]
    lines: tuple[LineCost, ...]
    is_steady: bool
    against: Mapping[str, Comparison]
    wrong: tuple[Wrong, ...]
    path: str
    line: int


def benchmarks(
    go: Go,
    patterns: Sequence[str],
    folder: str,
    *,
    chosen: Chosen,
    before: Sequence[Result] = (),
    asker: Asker,
) -> Iterator[Benchmark]:
    """Run the benchmarks that are chosen in the packages of `patterns`, and compare them with results from before.

    Raises ProfileError where a package is not known or does not build or a benchmark fails, Cancelled.
    """
    known = {(old.package, old.benchmark): old for old in series(before)}
    with own_folder.held() as made:
        for package in run.packages(go, patterns, folder, asker):
            built = run.build(go, package, made, asker)
            declared = _declared(built)
            for measured in series(run.measure(built, chosen, asker)):
                if not all(map(measured.values, UNITS)):
                    asker.tell(f"{measured.benchmark} is left out: its results have no time or no allocations.")
                    continue
                old = known.get((measured.package, measured.benchmark)) or known.get(("", measured.benchmark))
                yield _benchmark(built, measured, old, declared, asker)


def _benchmark(
    built: Built,
    measured: Series,
    old: Series | None,
    declared: Mapping[str, tuple[str, Budgeted]],
    asker: Asker,
) -> Benchmark:
    medians = {unit: statistics.summary(measured.values(unit)) for unit in UNITS}
    total = Total(medians[BYTES].median, medians[ALLOCS].median)
    fewer, more = run.counted(built, measured, asker)
    costs = line_costs(fewer, more, total)
    against = {
        unit: statistics.compare(before, measured.values(unit))
        for unit in UNITS
        if old is not None and (before := old.values(unit))
    }
    path, where = declared.get(measured.benchmark.split("/")[0], (built.package.folder, Budgeted("", 1)))
    wrong = (
        Wrong(code, path, where.line, f"{measured.package}.{where.function}", f"{measured.benchmark} {message}")
        for code, message in (*_over(where, medians), *_regressed(against))
    )
    return Benchmark(measured, medians, costs, is_steady(costs, total), against, tuple(wrong), path, where.line)


def _declared(built: Built) -> dict[str, tuple[str, Budgeted]]:
    """Where the package's test files declare its benchmarks, by their names."""
    found = {}
    for name in built.package.test_files:
        path = Path(built.package.folder) / name
        for declared in budgets.declarations(_text(path)):
            found[declared.function] = (str(path), declared)
    return found


def _text(path: Path) -> str:
    return read(str(path), LARGEST_SOURCE)[0].decode(errors="replace")


def _over(where: Budgeted, medians: Mapping[str, Summary]) -> Iterator[tuple[str, str]]:
    if where.mistake:
        yield (
            "budget",
            f"has a budget that cannot be read at {where.mistake!r}; write it like 3 allocs/op 512B/op 2µs/op.",
        )
    for limit in where.limits:
        if medians[limit.unit].median > limit.most:
            yield "budget", f"takes {written(medians[limit.unit].median, limit.unit)}, more than its {limit.written}."


def _regressed(against: Mapping[str, Comparison]) -> Iterator[tuple[str, str]]:
    for unit, compared in against.items():
        if compared.verdict == "worse":
            grown = f"{compared.change:+.2%}" if compared.old else "from nothing"
            yield (
                "regression",
                (
                    f"takes more {WORDS[unit]} than before: {written(compared.new, unit)} after "
                    f"{written(compared.old, unit)} ({grown}, p={compared.p:.3f})."
                ),
            )


def local_files(found: Iterable[Benchmark], seen: Surroundings) -> dict[str, str]:
    """The files of the lines on this machine, by the names that the profiles have for them."""
    names = sorted({cost.profile_path for benchmark in found for cost in benchmark.lines})
    resolutions = resolve([ProfileFile(name, ()) for name in names], seen.workspace, seen.files)
    return {one.profile_path: one.path for one in resolutions if one.path is not None}
