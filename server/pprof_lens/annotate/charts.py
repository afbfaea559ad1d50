"""Small charts of a series in block characters, for places that show text only. Judges nothing."""

from collections.abc import Sequence
from datetime import datetime

from pprof_lens.analysis.series import Evidence
from pprof_lens.profile.units import scaled_label

_BARS = "▁▂▃▄▅▆▇█"
_SHOWN = 12
_OVERVIEW = 6  # bars in each of two charts; VS Code cuts off what takes over 40 % of its window's width
_ROWS = 4


def overview(evidence: Evidence) -> str:
    """The total of bytes in use and the number of goroutines as two small charts, with their newest values."""
    parts = []
    if evidence.heaps:
        sizes = [sum(capture.inuse_bytes) for capture in evidence.heaps[-_OVERVIEW:]]
        parts.append(f"{small(sizes)} {scaled_label(sizes[-1], 'bytes')}")
    if evidence.counts:
        numbers = [sum(capture.counts) for capture in evidence.counts[-_OVERVIEW:]]
        parts.append(f"{small(numbers)} {numbers[-1]} goroutines")
    return "  ".join(parts)


def small(values: Sequence[int]) -> str:
    """The newest dozen values, one bar each; empty for none."""
    return "".join(_BARS[height] for height in _heights(values[-_SHOWN:], len(_BARS)))


def large(values: Sequence[int]) -> str:
    """All values, one column each, over several lines of text in a font of fixed width."""
    heights = [height + 1 for height in _heights(values, _ROWS * len(_BARS))]
    rows = (
        "".join(f" {_BARS}"[max(0, min(height - row * len(_BARS), len(_BARS)))] for height in heights).rstrip()
        for row in reversed(range(_ROWS))
    )
    return "\n".join(rows)


def ends(values: Sequence[int], seconds: Sequence[float], unit: str) -> str:
    """`1.20MB at 12:03:10, 3.40MB at 12:04:22`: the first and the last value and their local times."""
    first, last = datetime.fromtimestamp(seconds[0]), datetime.fromtimestamp(seconds[-1])  # noqa: DTZ006 - local
    form = "%H:%M:%S" if first.date() == last.date() else "%Y-%m-%d %H:%M"
    told = ((values[0], first), (values[-1], last))
    return ", ".join(f"{_amount(value, unit)} at {time.strftime(form)}" for value, time in told)


def _amount(value: int, unit: str) -> str:
    return scaled_label(value, unit) if unit == "bytes" else f"{value} {unit}"


def _heights(values: Sequence[int], steps: int) -> list[int]:
    """From 0 for the smallest value to `steps` - 1 for the largest; what varies by less than a tenth stays low."""
    if not values:
        return []
    least, most = min(values), max(values)
    span = max(most - least, abs(most) / 10, 1)
    return [round((value - least) / span * (steps - 1)) for value in values]
