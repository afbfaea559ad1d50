"""Budgets of benchmarks, written as a comment above them: `//pprof:max 3 allocs/op 512B/op 2µs/op`.

A budget above `func BenchmarkX` holds for its sub-benchmarks too. This module reads source text and compares
numbers; it runs nothing.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from pprof_lens.bench.benchfmt import ALLOCS, BYTES, SEC

_FUNCTION = re.compile(r"func[ \t]+(Benchmark\w*)[ \t]*\(")
_BUDGET = re.compile(r"//pprof:max[ \t]+(\S.*)")
_LIMIT = re.compile(r"(\d{1,18}(?:\.\d{1,9})?)[ \t]*(allocs|[kKMG]?i?B|ns|[uµμ]s|ms|s)/op(?=[ \t,]|$)[ \t,]*")
_SCALES = {
    "allocs": (ALLOCS, 1.0),
    "B": (BYTES, 1.0),
    **{f"{prefix}B": (BYTES, 1024.0**power) for prefix, power in (("k", 1), ("K", 1), ("M", 2), ("G", 3))},
    **{f"{prefix}iB": (BYTES, 1024.0**power) for prefix, power in (("K", 1), ("M", 2), ("G", 3))},
    "s": (SEC, 1.0),
    "ms": (SEC, 1e-3),
    "us": (SEC, 1e-6),
    "µs": (SEC, 1e-6),
    "μs": (SEC, 1e-6),
    "ns": (SEC, 1e-9),
}


class Limit(NamedTuple):
    """The most of a unit that an operation may take, and how that was written."""

    unit: str
    most: float
    written: str


@dataclass(frozen=True, slots=True)
class Budgeted:
    """A benchmark's declaration: its line, from 1, and its budget; `mistake` is what of it cannot be read."""

    function: str
    line: int
    limits: tuple[Limit, ...] = ()
    mistake: str = ""


def declarations(text: str) -> Iterator[Budgeted]:
    """The benchmarks that a test file declares, each with the budget right above it."""
    lines = text.splitlines()
    for number, line in enumerate(lines):
        declared = _FUNCTION.match(line)
        if declared:
            yield _with_budget(Budgeted(declared[1], number + 1), lines, number)


def _with_budget(declared: Budgeted, lines: Sequence[str], number: int) -> Budgeted:
    above = number - 1
    while above >= 0 and lines[above].startswith("//"):
        budget = _BUDGET.fullmatch(lines[above].rstrip())
        if budget:
            return _read(declared, budget[1])
        above -= 1
    return declared


def _read(declared: Budgeted, words: str) -> Budgeted:
    limits: list[Limit] = []
    at = 0
    while at < len(words):
        found = _LIMIT.match(words, at)
        if found is None or found[2] not in _SCALES:
            return Budgeted(declared.function, declared.line, tuple(limits), words[at:])
        unit, scale = _SCALES[found[2]]
        limits.append(Limit(unit, float(found[1]) * scale, found[0].strip(" \t,")))
        at = found.end()
    return Budgeted(declared.function, declared.line, tuple(limits))
