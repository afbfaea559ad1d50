"""Benchmarks and tests of open files: what their lenses say, and what one operation allocates behind its lines.

A benchmark that was measured has its figures in a lens of its own, and a click has them stand on the lines.
"""

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

from pprof_lens.contract import BenchKind
from pprof_lens.editor.documents import OpenFiles
from pprof_lens.editor.runs import Runs
from pprof_lens.profile.plain import plain
from pprof_lens.source.drift import State
from pprof_lens.source.gofuncs import FuncDecl

if TYPE_CHECKING:
    from pprof_lens.editor.runs import Known

NAME = re.compile(r"(?:Benchmark|Test|Fuzz)(?![a-z])\w*")
"""Of a function that can be run."""

_DECLARED = re.compile(r"func[ \t]+\w+[ \t]*\([ \t]*\w+[ \t]+\*\w+\.[BTF][ \t]*\)")
_PART = re.compile(r'\.Run\([ \t]*"([^"\\]*)"')
_MOST_PARTS = 5
_TITLES: tuple[tuple[BenchKind, str], ...] = (
    ("measure", "measure"),
    ("cpu", "profile CPU"),
    ("memory", "profile memory"),
)


class Lens(NamedTuple):
    """A lens on a line of the buffer, from 0; a click runs a command of the contract, by its name there."""

    line: int
    title: str
    command: str
    argument: dict[str, str]


class Hint(NamedTuple):
    """What one operation allocates, behind the code of a line of the buffer, from 0."""

    line: int
    column: int
    label: str
    tooltip: str


def lenses(runs: Runs, files: OpenFiles, uri: str) -> Iterator[Lens]:
    """Those of the tests that a file declares, where they may be run."""
    path = files.by_uri().get(uri)
    if path is None or not path.endswith("_test.go") or runs.go() is None:
        return
    for declared in declared_tests(files, uri):
        is_benchmark = declared.name.startswith("Benchmark")
        for known in runs.of_function(path, declared.name)[:_MOST_PARTS] if is_benchmark else ():
            yield from _of_known(runs, files, uri, declared, known)
        yield from _of_test(uri, declared.line, declared.name, "")


def hints(runs: Runs, files: OpenFiles, uri: str, first: int, last: int) -> Iterator[Hint]:
    """What one operation allocates on the lines from `first` to `last`."""
    for label, at in runs.labels(uri):
        columns = files.code_columns(uri, at.line) if first <= at.line <= last else None
        if columns is None:
            continue
        if at.state is State.EDITED:
            yield Hint(at.line, columns[1], f"~{label.text}", f"{label.tooltip}; this line was edited since")
        else:
            yield Hint(at.line, columns[1], label.text, label.tooltip)


def declared_tests(files: OpenFiles, uri: str) -> Iterator[FuncDecl]:
    """The functions of an open file that can be run."""
    lines = (files.text(uri) or "").split("\n")
    for declared in files.functions(uri):
        if NAME.fullmatch(declared.name) and _DECLARED.match(lines[declared.line - 1]):
            yield declared


def _of_known(runs: Runs, files: OpenFiles, uri: str, declared: FuncDecl, known: "Known") -> Iterator[Lens]:
    """The figures of a benchmark, or what changed; for a part of one what can be done with it, too."""
    from pprof_lens.bench import shown  # noqa: PLC0415 - the server starts without it

    of, old = known.measured, runs.before(known)
    part = of.name.removeprefix(declared.name).removeprefix("/")
    line = _line_of_part(files, uri, declared, part) if part else declared.line
    prefix = f"{plain(part)}: " if part and line == declared.line else ""
    title = shown.title(of) if old is None else shown.verdict(old, of)
    command = "showBenchmark" if old is None else "showComparison"
    yield _lens(line, f"{prefix}{title}", command, {"package": of.package, "name": of.name})
    if part:
        yield from _of_test(uri, line, of.name, prefix)


def _of_test(uri: str, line: int, name: str, prefix: str) -> Iterator[Lens]:
    """What can be done with a test, or a part of a benchmark."""
    for kind, title in _TITLES:
        if kind != "measure" or name.startswith("Benchmark"):
            yield _lens(line, f"{prefix}{title}", "bench", {"uri": uri, "kind": kind, "function": name})


def _lens(line: int, title: str, command: str, argument: dict[str, str]) -> Lens:
    return Lens(line - 1, _without_icons(title), command, argument)


def _line_of_part(files: OpenFiles, uri: str, declared: FuncDecl, part: str) -> int:
    """The line that runs a part by its name; that of the function where the name is made elsewhere, or made twice."""
    lines = (files.text(uri) or "").split("\n")[declared.line - 1 : declared.end_line]
    names = {number: found[1] for number, line in enumerate(lines, declared.line) if (found := _PART.search(line))}
    of_name = [number for number, name in names.items() if name.replace(" ", "_") == part.rpartition("/")[2]]
    return of_name[0] if len(of_name) == 1 else declared.line


def _without_icons(title: str) -> str:
    """An editor draws `$(zap)` in a lens as an icon."""
    return title.replace("$(", "(")
