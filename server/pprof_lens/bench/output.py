"""A run of benchmarks as JSON, and as text that is Go's benchmark format with the lines' figures between.

benchstat and `-against` read the text: they pass over the indented lines. Nothing is measured or written to a file.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from pprof_lens.bench import benchfmt
from pprof_lens.bench.benchfmt import ALLOCS, BYTES, SEC
from pprof_lens.bench.figures import UNITS, Benchmark, Wrong
from pprof_lens.bench.per_operation import LineCost
from pprof_lens.bench.statistics import Comparison
from pprof_lens.bench.words import proved, spread, written
from pprof_lens.formats import Line, Problem
from pprof_lens.profile.plain import harmless, plain

_MOST_LINES = 10
_LEAST_SHARE = 0.005


def as_json(benchmark: Benchmark, local: Mapping[str, str]) -> dict[str, object]:
    """What the contracts say of one benchmark. `local` has the files that were found by their names in the profile."""
    medians = benchmark.medians
    return {
        "name": benchmark.measured.benchmark,
        "package": benchmark.measured.package,
        "sec_per_op": medians[SEC].median,
        "bytes_per_op": medians[BYTES].median,
        "allocs_per_op": medians[ALLOCS].median,
        "lines": [
            {
                "path": local.get(cost.profile_path, cost.profile_path),
                "line": cost.line,
                "bytes_per_op": round(cost.bytes_per_op, 4),
                "allocs_per_op": round(cost.allocs_per_op, 4),
            }
            for cost in benchmark.lines
        ],
        "steady": benchmark.is_steady,
        "against": _against(benchmark.against.get(SEC)),
    }


def finding_as_json(wrong: Wrong) -> dict[str, object]:
    """What is wrong in the form that findings of leaks have."""
    return {
        "code": wrong.code,
        "profile_path": wrong.path,
        "path": wrong.path,
        "line": wrong.line,
        "function": wrong.function,
        "message": wrong.message,
        "count": None,
        "bytes_per_minute": None,
        "grade": "proved",
    }


def as_problem(wrong: Wrong) -> Problem:
    """What is wrong in the form that all formats share."""
    return Problem(wrong.code, wrong.function, Line(wrong.path, wrong.line, wrong.message), is_proved=True)


def as_text(benchmark: Benchmark, local: Mapping[str, str]) -> Iterator[str]:
    """The results, then what is to be said of them, indented."""
    yield from benchfmt.write(benchmark.measured.results).splitlines()
    medians = benchmark.medians
    yield "  " + "  ".join(f"{written(medians[unit].median, unit)} {spread(medians[unit])}" for unit in UNITS)
    for unit, compared in benchmark.against.items():
        yield f"  {written(compared.old, unit)} before: {_verdict(compared)}"
    if not benchmark.is_steady:
        yield "  The lines do not add up to that: an operation costs more or less the more of them there are."
    for cost in _telling(benchmark.lines):
        place = f"{harmless(local.get(cost.profile_path, cost.profile_path))}:{cost.line}"
        figures = f"{written(cost.bytes_per_op, BYTES):>12} {written(cost.allocs_per_op, ALLOCS):>16}"
        shared = " (small objects that share blocks with those of other lines)" if cost.is_shared else ""
        yield f"  {figures}  {place}: {plain(cost.function)}{shared}"
    for wrong in benchmark.wrong:
        yield f"  {wrong.path}:{wrong.line}: {wrong.code}: {wrong.message}"


def _against(compared: Comparison | None) -> dict[str, object] | None:
    if compared is None:
        return None
    return {"sec_per_op": compared.old, "p": compared.p, "verdict": compared.verdict}


def _verdict(compared: Comparison) -> str:
    if compared.is_undecidable:
        return "~ (too few runs to prove a difference)"
    told = f"{proved(compared)} (p={compared.p:.3f})"
    return told if compared.verdict == "~" else f"{compared.verdict}, {told}"


def _telling(lines: Sequence[LineCost]) -> Iterable[LineCost]:
    """The lines that make up nearly all of it."""
    whole = sum(cost.bytes_per_op for cost in lines)
    return [cost for cost in lines[:_MOST_LINES] if cost.bytes_per_op >= _LEAST_SHARE * whole]
