"""Benchmarks and tests of open files: lenses that run them, what one operation allocates behind its lines.

A benchmark that was measured has its figures in a lens of its own, and a click has them stand on the lines. A profile
that a test wrote is loaded.
"""

import asyncio
import os
import re
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from lsprotocol import types

from pprof_lens import wire
from pprof_lens.contract import (
    OUTPUT,
    PREFIX,
    Bench,
    Benched,
    BenchKind,
    Empty,
    Load,
    Names,
    Output,
    ShowBenchmark,
)
from pprof_lens.lsp import commands, convert
from pprof_lens.lsp.features import load, runs
from pprof_lens.lsp.server import SHOW_IN_CLIENT, ProfileServer
from pprof_lens.profile.errors import ProfileError
from pprof_lens.profile.plain import harmless, plain
from pprof_lens.source.drift import State
from pprof_lens.source.gofuncs import FuncDecl

if TYPE_CHECKING:
    from pprof_lens.bench.run import Go, ProfileKind
    from pprof_lens.editor.runs import Known

RUN_IN_CLIENT = "pprofLens.runTest"
"""The command behind a lens: our own client adds what the user's settings for Go say."""

_NO_GO = "Benchmarks and tests run only where a Go is installed, and only in a trusted workspace."
_TEST = re.compile(r"(?:Benchmark|Test|Fuzz)(?![a-z])\w*")
_DECLARED = re.compile(r"func[ \t]+\w+[ \t]*\([ \t]*\w+[ \t]+\*\w+\.[BTF][ \t]*\)")
_TIME = re.compile(r"\d{1,9}(?:\.\d{1,9})?(?:ns|us|µs|ms|s|m|h)|\d{1,12}x")
_PART = re.compile(r'\.Run\([ \t]*"([^"\\]*)"')
_MOST_PARTS = 5
_OUTPUT_SECONDS = 0.1
_TITLES: tuple[tuple[BenchKind, str], ...] = (
    ("measure", "measure"),
    ("cpu", "profile CPU"),
    ("memory", "profile memory"),
)


def register(server: ProfileServer) -> None:
    """Run what is asked for."""
    commands.register(server, "bench", bench)
    commands.register(server, "showBenchmark", show_benchmark)


def lenses(ls: ProfileServer, uri: str) -> Iterator[types.CodeLens]:
    """Those of the tests that a file declares, where they may be run."""
    path = convert.local_path(uri)
    if path is None or not path.endswith("_test.go") or ls.backend.runs.go() is None:
        return
    run = RUN_IN_CLIENT if ls.show_call_tree == SHOW_IN_CLIENT else f"{PREFIX}bench"
    for declared in _tests(ls, uri):
        is_benchmark = declared.name.startswith("Benchmark")
        for known in ls.backend.runs.of_function(path, declared.name)[:_MOST_PARTS] if is_benchmark else ():
            yield from _of_known(ls, uri, declared, known, run)
        yield from _of_test(uri, declared.line, declared.name, run, "")


def hints(ls: ProfileServer, uri: str, first: int, last: int) -> list[types.InlayHint]:
    """What one operation allocates on the lines from `first` to `last`."""
    found = []
    for label, at in ls.backend.runs.labels(uri):
        columns = ls.backend.files.code_columns(uri, at.line) if first <= at.line <= last else None
        if columns is None:
            continue
        is_edited = at.state is State.EDITED
        part = types.InlayHintLabelPart(
            value=f"~{label.text}" if is_edited else label.text,
            tooltip=f"{label.tooltip}; this line was edited since" if is_edited else label.tooltip,
        )
        found.append(types.InlayHint(types.Position(at.line, columns[1]), label=(part,), padding_left=True))
    return found


async def bench(ls: ProfileServer, asked: Bench) -> Benched:
    path, program = convert.local_path(asked.uri), ls.backend.runs.go()
    if program is None:
        raise ProfileError(_NO_GO)
    if path is None or not path.endswith(".go"):
        raise ProfileError("That is not a Go file on this machine.")
    function, output = _function(ls, asked), _Output(ls)
    job = _Job(await _go(ls, program, asked.uri, path, output), str(Path(path).parent), function, output)
    return await _measure(ls, job) if asked.kind == "measure" else await _profile(ls, job, asked.kind)


async def show_benchmark(ls: ProfileServer, asked: ShowBenchmark) -> Empty:
    await ls.backend.runs.select(asked.package, asked.name)
    ls.refresh()
    return Empty()


class _Job(NamedTuple):
    """What runs, and where: all of the package in a folder where no function is named."""

    go: "Go"
    folder: str
    function: str
    output: "_Output"

    @property
    def name(self) -> str:
        return self.function or Path(self.folder).name


async def _measure(ls: ProfileServer, job: _Job) -> Benched:
    from pprof_lens.bench import run, shown  # noqa: PLC0415 - the server starts without it

    count, lasting = ls.backend.settings.bench_count, ls.backend.settings.bench_time
    if _TIME.fullmatch(lasting) is None:
        raise ProfileError(f"The setting pprofLens.bench.time cannot be {lasting!r}; write it like 1s or 100x.")
    chosen = run.Chosen(run.pattern_of(job.function) if job.function else ".", count, lasting)
    with ls.backend.runs.asker(f"Measuring {job.name}", job.output.tell) as asker:
        found = await ls.backend.runs.measure(job.go, job.folder, chosen, asker)
    await runs.show(ls)
    return Benched(benchmarks=tuple(f"{one.name}: {shown.title(one)}" for one in found.measured))


async def _profile(ls: ProfileServer, job: _Job, kind: "ProfileKind") -> Benched:
    from pprof_lens.bench.run import Profiling  # noqa: PLC0415

    now = time.strftime("%Y-%m-%d %H.%M.%S")
    name = f"{job.name.replace('/', ' ')} {kind} {now}.pprof"
    try:
        to = await asyncio.to_thread(ls.backend.runs.history().new_profile, name)
    except OSError as error:
        raise ProfileError(f"No profile can be kept on this machine: {error.strerror}.") from None
    with ls.backend.runs.asker(f"Profiling {job.name}", job.output.tell) as asker:
        await ls.backend.runs.profile(job.go, job.folder, Profiling(job.function, kind, to), asker)
    await load.load(ls, Load(source=Names((str(to),)), sample_type="cpu" if kind == "cpu" else "alloc_space"))
    return Benched(profile=str(to))


async def _go(ls: ProfileServer, program: str, uri: str, path: str, output: "_Output") -> "Go":
    """The Go that runs with what is taken of the settings; what is not is said. Raises ProfileError."""
    from pprof_lens.bench import run  # noqa: PLC0415
    from pprof_lens.lsp import go_settings  # noqa: PLC0415

    taken = await go_settings.of_tests(ls, uri, path)
    for refused in taken.refused:
        output.tell(f"{refused} of the settings is not taken: it could run a program or write a file.")
    return run.Go(program, {**os.environ, **dict(taken.environ)}, taken.build, taken.arguments)


def _of_known(ls: ProfileServer, uri: str, declared: FuncDecl, known: "Known", run: str) -> Iterator[types.CodeLens]:
    """The figures of a benchmark, or what changed; for a part of one what can be done with it, too."""
    from pprof_lens.bench import shown  # noqa: PLC0415 - the server starts without it

    of, old = known.measured, ls.backend.runs.before(known)
    part = of.name.removeprefix(declared.name).removeprefix("/")
    line = _line_of_part(ls, uri, declared, part) if part else declared.line
    prefix = f"{plain(part)}: " if part and line == declared.line else ""
    title = shown.title(of) if old is None else shown.verdict(old, of)
    command = f"{PREFIX}showBenchmark" if old is None else f"{PREFIX}showComparison"
    yield _lens(line, f"{prefix}{title}", command, {"package": of.package, "name": of.name})
    if part:
        yield from _of_test(uri, line, of.name, run, prefix)


def _of_test(uri: str, line: int, name: str, run: str, prefix: str) -> Iterator[types.CodeLens]:
    """What can be done with a test, or a part of a benchmark."""
    for kind, title in _TITLES:
        if kind != "measure" or name.startswith("Benchmark"):
            yield _lens(line, f"{prefix}{title}", run, {"uri": uri, "kind": kind, "function": name})


def _lens(line: int, title: str, command: str, argument: dict[str, str]) -> types.CodeLens:
    at = types.Position(line - 1, 0)
    return types.CodeLens(types.Range(at, at), types.Command(_without_icons(title), command, arguments=[argument]))


def _line_of_part(ls: ProfileServer, uri: str, declared: FuncDecl, part: str) -> int:
    """The line that runs a part by its name; that of the function where the name is made elsewhere, or made twice."""
    lines = (ls.backend.files.text(uri) or "").split("\n")[declared.line - 1 : declared.end_line]
    names = {number: found[1] for number, line in enumerate(lines, declared.line) if (found := _PART.search(line))}
    of_name = [number for number, name in names.items() if name.replace(" ", "_") == part.rpartition("/")[2]]
    return of_name[0] if len(of_name) == 1 else declared.line


def _without_icons(title: str) -> str:
    """An editor draws `$(zap)` in a lens as an icon."""
    return title.replace("$(", "(")


def _tests(ls: ProfileServer, uri: str) -> Iterator[FuncDecl]:
    lines = (ls.backend.files.text(uri) or "").split("\n")
    for declared in ls.backend.files.functions(uri):
        if _TEST.fullmatch(declared.name) and _DECLARED.match(lines[declared.line - 1]):
            yield declared


def _function(ls: ProfileServer, asked: Bench) -> str:
    """What is to run; empty for all of the package. Raises ProfileError where that cannot be run so."""
    function = asked.function
    if not function and asked.line is not None:
        number = asked.line + 1
        here = (one.name for one in _tests(ls, asked.uri) if one.line <= number <= one.end_line)
        function = next(here, "")
        if not function:
            raise ProfileError("The cursor is in no test or benchmark; put it into one.")
    name = function.split("/")[0]
    if function and _TEST.fullmatch(name) is None:
        raise ProfileError("Only functions whose name begins with Benchmark, Test or Fuzz can be run.")
    if asked.kind == "measure" and name and not name.startswith("Benchmark"):
        raise ProfileError(f"{name} is no benchmark, so nothing of it is measured; take a profile of it.")
    return function


class _Output:
    """What is printed, sent to our own client some lines at a time; may be told on any thread."""

    def __init__(self, ls: ProfileServer) -> None:
        self._ls = ls
        self._loop = asyncio.get_running_loop()
        self._lock = threading.Lock()
        self._lines: list[str] = []

    def tell(self, line: str) -> None:
        if self._ls.show_call_tree != SHOW_IN_CLIENT:
            return
        with self._lock:
            self._lines.append(line)
            is_first = len(self._lines) == 1
        if is_first:
            self._loop.call_soon_threadsafe(lambda: self._loop.call_later(_OUTPUT_SECONDS, self._send))

    def _send(self) -> None:
        with self._lock:
            lines, self._lines = self._lines, []
        if not self._ls.backend.is_stopped:
            self._ls.protocol.notify(
                OUTPUT, wire.answer(Output(text="".join(f"{harmless(line.expandtabs())}\n" for line in lines)))
            )
