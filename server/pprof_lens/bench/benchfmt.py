"""Go's benchmark format: what `go test -bench` prints, benchstat reads, and runs are kept in.

The format is that of golang.org/design/14313-benchmark-format. Lines that are neither a result nor a configuration
are passed over, as tests print what they like. This module reads and writes text, and knows no files.
"""

import math
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

SEC, BYTES, ALLOCS = "sec/op", "B/op", "allocs/op"
"""The units of what Go measures by itself, with time in seconds."""

_TIDY = {"ns/op": (SEC, 1e-9), "MB/s": ("B/s", 1e6)}
_PRINTED = {tidied: (printed, factor) for printed, (tidied, factor) in _TIDY.items()}
_CONFIGURATION = re.compile(r"(?a:([a-z][^\sA-Z:]*):[ \t]+(\S.*))")
_PROCESSORS = re.compile(r"-[1-9][0-9]*\Z")


@dataclass(frozen=True, slots=True)
class Result:
    """One line of results: values by unit, which are seconds and bytes where Go prints ns and MB.

    `name` is as printed (`BenchmarkSort/n=10-8`), `processors` its end that says how many there were (`-8`),
    `iterations` is how many operations were measured.
    """

    package: str
    name: str
    iterations: int
    values: tuple[tuple[str, float], ...]
    processors: str = ""

    @property
    def benchmark(self) -> str:
        """The name without the number of processors that Go adds to it."""
        return self.name.removesuffix(self.processors)

    def value(self, unit: str) -> float | None:
        return dict(self.values).get(unit)


@dataclass(frozen=True, slots=True)
class Series:
    """All results of one benchmark, in the order in which they were measured."""

    package: str
    benchmark: str
    results: tuple[Result, ...]

    def values(self, unit: str) -> tuple[float, ...]:
        return tuple(value for result in self.results if (value := result.value(unit)) is not None)


def parse(text: str) -> Iterator[Result]:
    """The results in a text."""
    found, package, announced = list[Result](), "", set[str]()
    for line in text.splitlines():
        configured = _CONFIGURATION.fullmatch(line.rstrip())
        if configured and configured[1] == "pkg":
            package = configured[2]
        elif line.startswith("Benchmark"):
            words = line.split()
            announced.update(words if len(words) == 1 else ())
            result = _result(package, words)
            if result is not None:
                found.append(result)
    ends = _processors([result.name for result in found])
    for result in found:
        end = _end(result.name)
        is_announced, is_without = result.name in announced, result.name.removesuffix(end) in announced
        is_end = is_without if is_announced != is_without else end in ends
        yield replace(result, processors=end if is_end else "")


def series(results: Iterable[Result]) -> tuple[Series, ...]:
    """The results of each benchmark together, in the order in which they first come."""
    together: dict[tuple[str, str], list[Result]] = {}
    for result in results:
        together.setdefault((result.package, result.benchmark), []).append(result)
    return tuple(Series(*key, tuple(found)) for key, found in together.items())


def write(results: Sequence[Result], configuration: Iterable[tuple[str, str]] = ()) -> str:
    """A text that benchstat reads; the configuration stands before the results, by its names."""
    lines = [f"{name}: {value}" for name, value in configuration]
    package = ""
    for result in results:
        if result.package != package:
            package = result.package
            lines.append(f"pkg: {package}")
        values = "\t".join(_as_go_prints(unit, value) for unit, value in result.values)
        lines.append(f"{result.name}\t{result.iterations}\t{values}")
    return "".join(f"{line}\n" for line in lines)


def _processors(names: Sequence[str]) -> set[str]:
    """The ends of these names that say how many processors there were; with one processor Go writes none.

    A part may be called so that it ends in the same way (`/size-16`); a function may not.
    """
    of_functions = [_end(name) for name in names if "/" not in name]
    ends = {_end(name) for name in names}
    return set(of_functions) if of_functions else ends if len(ends) == 1 else set()


def _end(name: str) -> str:
    found = _PROCESSORS.search(name)
    return found[0] if found is not None else ""


def _result(package: str, words: Sequence[str]) -> Result | None:
    """A name, the number of iterations, then a value and its unit each; None where it is no line of results."""
    if len(words) < 4 or len(words) % 2 or not (words[1].isascii() and words[1].isdecimal()):
        return None
    if len(words[1]) > len(str(1 << 63)):
        return None
    values = []
    for number, unit in zip(words[2::2], words[3::2], strict=True):
        try:
            value = float(number)
        except ValueError:
            return None
        if not math.isfinite(value):  # what a benchmark reports by itself may be anything
            continue
        tidied, factor = _TIDY.get(unit, (unit, 1.0))
        values.append((tidied, value * factor))
    return Result(package, words[0], int(words[1]), tuple(values)) if values else None


def _as_go_prints(unit: str, value: float) -> str:
    printed, factor = _PRINTED.get(unit, (unit, 1.0))
    return f"{round(value / factor, 4):.10g} {printed}"
