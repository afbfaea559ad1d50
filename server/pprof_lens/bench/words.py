"""Values per operation as people read them: `1.20kB/op`, `3 allocs/op`, `217.94us/op`. Text in, text out."""

from math import isinf

from pprof_lens.bench.benchfmt import ALLOCS, BYTES, SEC
from pprof_lens.bench.statistics import LEVEL, Comparison, Summary
from pprof_lens.profile.units import scaled_label

WORDS = {SEC: "time", BYTES: "memory", ALLOCS: "allocations"}


def written(value: float, unit: str) -> str:
    """A value of an operation with its unit, scaled as pprof scales."""
    if unit == ALLOCS:
        return f"{_short(value)} {unit}"
    whole, base = (value * 1e9, "ns") if unit == SEC else (value, "B")
    scaled = scaled_label(round(whole), base) if whole >= 1000 else _short(whole) + base
    return f"{scaled}/op"


def spread(summary: Summary) -> str:
    """How far the interval of a median goes, as benchstat prints it; `?` of one that is no share of the median."""
    if isinf(summary.low) or isinf(summary.high):
        return "± ∞"
    if summary.median == 0 or summary.low <= 0:  # no series has less than 0
        return "± 0%" if summary.low == summary.high == summary.median else "± ?"
    return f"± {summary.spread:.0%}"


def proved(compared: Comparison) -> str:
    """What is proved of the change of a median, as benchstat prints it."""
    if compared.p > LEVEL:
        return "~"
    if compared.old == compared.new:
        return "0.00%"
    return f"{compared.change:+.2%}" if compared.old else "from nothing"


def _short(value: float) -> str:
    """At most two digits after the point, and none where it is whole to these."""
    return f"{value:.2f}".rstrip("0").rstrip(".")
