"""Values as pprof prints them: `512.08kB`, `1.20s`, `95.20%`; unit tables and the arithmetic of google/pprof.

The source is internal/measurement/measurement.go. Nothing here knows what a value means.
"""

from typing import NamedTuple

_UNIT_LESS = ("count", "sample", "unit", "minimum", "auto")


class Unit(NamedTuple):
    """A unit by its name, its other spellings, and how many of the family's smallest unit it holds."""

    name: str
    aliases: tuple[str, ...]
    factor: float


class Family(NamedTuple):
    """Units that convert into each other; `default` is the name of the one for values below every unit."""

    default: str
    units: tuple[Unit, ...]

    def find(self, name: str) -> Unit | None:
        """The unit of that spelling; case and a plural s do not matter."""
        lower = name.lower()
        singular = lower[:-1] if len(lower) > 2 and lower.endswith("s") else lower
        return next((unit for unit in self.units if singular in (unit.name.lower(), *unit.aliases)), None)

    def by_default(self) -> Unit:
        return next(unit for unit in self.units if unit.name == self.default)


FAMILIES = (
    Family(
        "B",
        (
            Unit("B", ("b", "byte"), 1),
            Unit("kB", ("kb", "kbyte", "kilobyte"), 1 << 10),
            Unit("MB", ("mb", "mbyte", "megabyte"), 1 << 20),
            Unit("GB", ("gb", "gbyte", "gigabyte"), 1 << 30),
            Unit("TB", ("tb", "tbyte", "terabyte"), 1 << 40),
            Unit("PB", ("pb", "pbyte", "petabyte"), 1 << 50),
        ),
    ),
    Family(
        "s",
        (
            Unit("ns", ("ns", "nanosecond"), 1),
            Unit("us", ("μs", "us", "microsecond"), 1e3),
            Unit("ms", ("ms", "millisecond"), 1e6),
            Unit("s", ("s", "sec", "second"), 1e9),
            Unit("hrs", ("hour", "hr"), 3600e9),
        ),
    ),
)


def scaled_label(value: int, unit: str, to: str = "auto") -> str:
    """The value with its unit; `auto` and `minimum` take the largest unit that leaves at least 1."""
    scaled, name = scale(value, unit, to)
    text = f"{scaled:.2f}"
    text = text.removesuffix(".00")
    return "0" if text in ("0", "-0") else text + name


def percentage(value: int, total: int) -> str:
    """The share of `total`, six characters wide and without its sign."""
    ratio = abs(value / total) * 100 if total else 0.0
    if 99.95 <= ratio <= 100.05:
        return "  100%"
    return f"{ratio:5.2f}%" if ratio >= 1 else f"{ratio:5.2g}%"


def scale(value: int, unit: str, to: str) -> tuple[float, str]:
    """The value in the unit `to`, and that unit's name."""
    if value < 0:
        scaled, name = scale(-value, unit, to)
        return -scaled, name
    for family in FAMILIES:
        given = family.find(unit)
        if given is not None:
            return _converted(value * given.factor, family, to)
    return float(value), "" if to.lower() in _UNIT_LESS else to


def _converted(smallest: float, family: Family, to: str) -> tuple[float, str]:
    if to.lower() in ("minimum", "auto"):
        fitting = [unit for unit in family.units if smallest / unit.factor >= 1.0]
        chosen = fitting[-1] if fitting else family.by_default()
    else:
        chosen = family.find(to) or family.by_default()
    return smallest / chosen.factor, chosen.name
