"""Values per operation as people read them: `1.20kB/op`, `3 allocs/op`, `217.94us/op`. Text in, text out."""

from pprof_lens.bench.benchfmt import ALLOCS, BYTES, SEC
from pprof_lens.bench.statistics import Summary
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
    """How far the interval of a median goes, as benchstat prints it."""
    return "± ∞" if summary.spread == float("inf") else f"± {summary.spread:.0%}"


def _short(value: float) -> str:
    """At most two digits after the point, and none where it is whole to these."""
    return f"{value:.2f}".rstrip("0").rstrip(".")
