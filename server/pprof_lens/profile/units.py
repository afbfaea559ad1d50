"""Values as pprof prints them: `512.08kB`, `1.20s`, `95.20%`; unit tables and the arithmetic of google/pprof.

The source is internal/measurement/measurement.go. Nothing here knows what a value means.
"""

from functools import lru_cache
from typing import NamedTuple

_LEAST_INT64 = -(1 << 63)
_KEPT = 10_000  # texts: whoever switches between two sample types sees the same values again
_NOT_SHOWN = ("count", "sample", "unit", "minimum", "auto")


class Unit(NamedTuple):
    """A unit by its name, its spellings in lower case, and how many of the family's base unit it holds."""

    name: str
    spellings: tuple[str, ...]
    factor: float


class Family(NamedTuple):
    """Units that convert into each other; `default` is the name of the one for values below every unit."""

    default: str
    units: tuple[Unit, ...]

    def largest_below(self, amount: float) -> Unit:
        """The largest unit that leaves at least 1 of an amount in base units; the default one if none does."""
        fitting = [unit for unit in self.units if amount / unit.factor >= 1.0]
        return fitting[-1] if fitting else self.default_unit()

    def default_unit(self) -> Unit:
        return next(unit for unit in self.units if unit.name == self.default)


FAMILIES = (
    Family(
        "B",
        (
            Unit("B", ("b", "byte"), 1.0),
            Unit("kB", ("kb", "kbyte", "kilobyte"), float(1 << 10)),
            Unit("MB", ("mb", "mbyte", "megabyte"), float(1 << 20)),
            Unit("GB", ("gb", "gbyte", "gigabyte"), float(1 << 30)),
            Unit("TB", ("tb", "tbyte", "terabyte"), float(1 << 40)),
            Unit("PB", ("pb", "pbyte", "petabyte"), float(1 << 50)),
        ),
    ),
    Family(
        "s",
        (
            Unit("ns", ("ns", "nanosecond"), 1.0),
            Unit("us", ("us", "microsecond"), 1e3),
            Unit("ms", ("ms", "millisecond"), 1e6),
            Unit("s", ("s", "sec", "second"), 1e9),
            Unit("hrs", ("hour", "hr"), 3600e9),
        ),
    ),
    Family(
        "GCU",
        (
            Unit("n*GCU", ("nanogcu",), 1e-9),
            Unit("u*GCU", ("microgcu",), 1e-6),
            Unit("m*GCU", ("milligcu",), 1e-3),
            Unit("GCU", ("gcu",), 1.0),
            Unit("k*GCU", ("kilogcu",), 1e3),
            Unit("M*GCU", ("megagcu",), 1e6),
            Unit("G*GCU", ("gigagcu",), 1e9),
            Unit("T*GCU", ("teragcu",), 1e12),
            Unit("P*GCU", ("petagcu",), 1e15),
        ),
    ),
)


@lru_cache(_KEPT)
def scaled_label(value: int, unit: str, to: str = "auto") -> str:
    """The value with its unit; `auto` and `minimum` take the largest unit that leaves at least 1."""
    scaled, name = scale(value, unit, to)
    text = f"{scaled:.2f}".removesuffix(".00")
    return "0" if text in ("0", "-0") else text + name


@lru_cache(_KEPT)
def percentage(value: int, total: int) -> str:
    """The share of `total`, six characters wide and without its sign."""
    ratio = abs(float(value) / float(total)) * 100 if total else 0.0
    if 99.95 <= ratio <= 100.05:
        return "  100%"
    return f"{ratio:5.2f}%" if ratio >= 1 else f"{ratio:5.2g}%"


def scale(value: int, unit: str, to: str) -> tuple[float, str]:
    """The value in the unit `to`, and that unit's name, which is empty where pprof does not show it."""
    if _LEAST_INT64 < value < 0:
        scaled, name = scale(-value, unit, to)
        return -scaled, name
    known = find(unit)
    if known is None:
        return float(value), "" if to in _NOT_SHOWN else to
    family, given = known
    amount = float(value) * given.factor
    wanted = find(to)
    if to in ("minimum", "auto"):
        chosen = family.largest_below(amount)
    elif wanted is not None and wanted[0] is family:
        chosen = wanted[1]
    else:
        chosen = family.default_unit()
    return amount / chosen.factor, chosen.name


@lru_cache(256)
def find(name: str) -> tuple[Family, Unit] | None:
    """The unit of that spelling with its family; case and a plural s do not matter."""
    lower = name.lower()
    # pprof counts bytes, so the short micro sign's `μs` loses its s, and is no unit.
    singular = lower.removesuffix("s") if len(lower.encode("utf-8", "surrogateescape")) > 2 else lower
    return next(((family, unit) for family in FAMILIES for unit in family.units if singular in unit.spellings), None)


def same_family(one: str, other: str) -> bool:
    """Whether values of the two units can be converted into each other."""
    known, wanted = find(one), find(other)
    return one == other or (known is not None and wanted is not None and known[0] is wanted[0])
