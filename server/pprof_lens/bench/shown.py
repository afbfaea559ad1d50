"""What an editor says of a run: behind a line what it allocates in one operation, above a benchmark what it takes.

Beside another run both say what changed, in benchstat's terms. Texts only; names of functions are made plain.
"""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from pprof_lens.bench.benchfmt import ALLOCS, BYTES
from pprof_lens.bench.figures import UNITS
from pprof_lens.bench.runs import Line, LineChange, Measured
from pprof_lens.bench.statistics import FEWEST_FOR_INTERVAL, FEWEST_FOR_VERDICT, Summary
from pprof_lens.bench.words import proved, spread, written
from pprof_lens.profile.plain import plain

_UNSTEADY = "not steady: an operation allocates more or less the more of them there are"

_LEAST = 0.005
"""Bytes or allocations of an operation: fewer are written as none."""

_MANY_BYTES = 10


class Label(NamedTuple):
    """What stands behind a line of a file, from 1."""

    path: str
    line: int
    text: str
    tooltip: str


def labels(measured: Measured, threshold: float) -> Iterator[Label]:
    """A label for each line that makes at least `threshold` percent of an operation's bytes or allocations."""
    for line in _telling(measured.lines, threshold):
        note = "; small objects that share blocks with those of other lines" if line.is_shared else ""
        unsteady = "" if measured.is_steady else f"; {_UNSTEADY}"
        yield Label(line.path, line.line, _figures(line), f"In one operation of {plain(measured.name)}{note}{unsteady}")


def change_labels(measured: Measured, changed: Iterable[LineChange], threshold: float) -> Iterator[Label]:
    """A label for each line that changed, with its change, and for those that did not and matter."""
    telling = set(_telling(measured.lines, threshold))
    for change in changed:
        if change.now.line < 1 or (change.is_none and change.now not in telling):
            continue
        was = _figures(change.was) if change.was is not None else "nothing"
        text = f"{_figures(change.now)} ±0" if change.is_none else _signed(change)
        tooltip = f"In one operation of {plain(measured.name)}: {_figures(change.now)} after {was}"
        yield Label(change.now.path, change.now.line, text, tooltip)


def title(measured: Measured) -> str:
    """`217.94us/op ± 2%, 1.20kB/op ± 0%, 3 allocs/op ± 0%`, and what that lacks."""
    medians = measured.medians()
    runs = len(measured.results)
    told = ", ".join(
        f"{written(medians[unit].median, unit)}{_interval(medians[unit], runs)}" for unit in UNITS if unit in medians
    )
    few = f" (n={runs}; {FEWEST_FOR_INTERVAL} runs or more give an interval)" if runs < FEWEST_FOR_INTERVAL else ""
    return f"{told}{few}" if measured.is_steady else f"{told}{few}, not steady"


def verdict(old: Measured, new: Measured) -> str:
    """`1.20us/op -12.03% (p=0.002), 48B/op ~ (p=0.411), 1 allocs/op ~ (p=1.000), n=10`, as benchstat has it."""
    against, now, before = new.against(old), len(new.results), len(old.results)
    told = ", ".join(
        f"{written(compared.new, unit)} {proved(compared)} (p={compared.p:.3f})" for unit, compared in against.items()
    )
    few = f"; {FEWEST_FOR_VERDICT} runs or more can prove a difference" if max(now, before) < FEWEST_FOR_VERDICT else ""
    return f"{told}, n={now}{few}" if now == before else f"{told}, n={before}+{now}{few}"


def line_report(changed: Iterable[LineChange]) -> Iterator[str]:
    """Each line that changed, with its place, for a text."""
    for change in changed:
        if not change.is_none:
            place = (
                f"{plain(change.now.path)}:{change.now.line}" if change.now.line else f"{plain(change.now.path)} (gone)"
            )
            yield f"    {_signed(change):>32}  {place}: {plain(change.now.function)}"


def _figures(line: Line) -> str:
    return f"{_bytes(line.bytes_per_op)} {written(line.allocs_per_op, ALLOCS)}"


def _bytes(value: float) -> str:
    """Without the fractions of a byte that what goes on beside the benchmark adds to many."""
    return written(round(value) if value >= _MANY_BYTES else value, BYTES)


def _signed(change: LineChange) -> str:
    in_bytes, allocs = change.bytes_per_op, change.allocs_per_op
    told = (
        *((f"{_sign(in_bytes)}{_bytes(abs(in_bytes))}",) if abs(in_bytes) >= _LEAST else ()),
        *((f"{_sign(allocs)}{written(abs(allocs), ALLOCS)}",) if abs(allocs) >= _LEAST else ()),
    )
    return " ".join(told)


def _sign(value: float) -> str:
    return "-" if value < 0 else "+"


def _interval(summary: Summary, runs: int) -> str:
    return f" {spread(summary)}" if runs >= FEWEST_FOR_INTERVAL else ""


def _telling(lines: Iterable[Line], threshold: float) -> list[Line]:
    all_lines = list(lines)
    in_bytes = sum(line.bytes_per_op for line in all_lines) * threshold / 100
    allocs = sum(line.allocs_per_op for line in all_lines) * threshold / 100
    return [
        line
        for line in all_lines
        if line.allocs_per_op >= _LEAST and (line.bytes_per_op >= in_bytes or line.allocs_per_op >= allocs)
    ]
