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
from typing import TYPE_CHECKING

from lsprotocol import types

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
from pprof_lens.lsp import commands, convert, wire
from pprof_lens.lsp.features import load, runs
from pprof_lens.lsp.server import SHOW_IN_CLIENT, ProfileServer
from pprof_lens.profile.errors import ProfileError
from pprof_lens.profile.plain import harmless, plain
from pprof_lens.source.drift import State
from pprof_lens.source.gofuncs import FuncDecl

if TYPE_CHECKING:
    from pprof_lens.bench.run import Go, ProfileKind

RUN_IN_CLIENT = "pprofLens.runTest"
"""The command behind a lens: our own client adds what the user's settings for Go say."""

_NO_GO = "Benchmarks and tests run only where a Go is installed, and only in a trusted workspace."
_TEST = re.compile(r"(?:Benchmark|Test|Fuzz)(?![a-z])\w*")
_DECLARED = re.compile(r"func[ \t]+\w+[ \t]*\([ \t]*\w+[ \t]+\*\w+\.[BTF][ \t]*\)")
_TIME = re.compile(r"\d{1,9}(?:\.\d{1,9})?(?:ns|us|µs|ms|s|m|h)|\d{1,12}x")
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
    if path is None or not path.endswith("_test.go") or ls.runs.go() is None:
        return
    for declared in _tests(ls, uri):
        at = types.Position(declared.line - 1, 0)
        for title, command, argument in _of_test(ls, uri, path, declared.name):
            yield types.CodeLens(types.Range(at, at), types.Command(title, command, arguments=[argument]))


def hints(ls: ProfileServer, uri: str, first: int, last: int) -> list[types.InlayHint]:
    """What one operation allocates on the lines from `first` to `last`."""
    found = []
    for label, at in ls.runs.labels(uri):
        columns = ls.files.code_columns(uri, at.line) if first <= at.line <= last else None
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
    path, program = convert.local_path(asked.uri), ls.runs.go()
    if program is None:
        raise ProfileError(_NO_GO)
    if path is None or not path.endswith(".go"):
        raise ProfileError("That is not a Go file on this machine.")
    function = _function(ls, asked)
    if asked.kind == "measure":
        return await _measure(ls, asked, program, path, function)
    return await _profile(ls, asked, program, path, function)


async def show_benchmark(ls: ProfileServer, asked: ShowBenchmark) -> Empty:
    await ls.runs.select(asked.package, asked.name)
    ls.refresh()
    return Empty()


async def _measure(ls: ProfileServer, asked: Bench, program: str, path: str, function: str) -> Benched:
    from pprof_lens.bench import run, shown  # noqa: PLC0415 - the server starts without it

    count, lasting = ls.settings.bench_count, ls.settings.bench_time
    if _TIME.fullmatch(lasting) is None:
        raise ProfileError(f"The setting pprofLens.bench.time cannot be {lasting!r}; write it like 1s or 100x.")
    chosen = run.Chosen(run.pattern_of(function) if function else ".", count, lasting)
    folder, output = str(Path(path).parent), _Output(ls)
    asker, bar = ls.runs.asker(f"Measuring {function or Path(folder).name}", output.tell)
    try:
        found = await ls.runs.measure(_go(asked, program, output), folder, chosen, asker)
    finally:
        bar.end()
    await runs.show(ls)
    return Benched(benchmarks=tuple(f"{one.name}: {shown.title(one)}" for one in found.measured))


async def _profile(ls: ProfileServer, asked: Bench, program: str, path: str, function: str) -> Benched:
    from pprof_lens.bench.run import Profiling  # noqa: PLC0415

    folder, output = str(Path(path).parent), _Output(ls)
    kind: ProfileKind = "cpu" if asked.kind == "cpu" else "memory"
    now = time.strftime("%Y-%m-%d %H.%M.%S")
    name = f"{(function or Path(folder).name).replace('/', ' ')} {kind} {now}.pprof"
    try:
        to = await asyncio.to_thread(ls.runs.history().new_profile, name)
    except OSError as error:
        raise ProfileError(f"No profile can be kept on this machine: {error.strerror}.") from None
    asker, bar = ls.runs.asker(f"Profiling {function or Path(folder).name}", output.tell)
    try:
        await ls.runs.profile(_go(asked, program, output), folder, Profiling(function, kind, to), asker)
    finally:
        bar.end()
    await load.load(ls, Load(source=Names((str(to),)), sample_type="cpu" if kind == "cpu" else "alloc_space"))
    return Benched(profile=str(to))


def _go(asked: Bench, program: str, output: "_Output") -> "Go":
    """The Go that runs with what is taken of the settings; what is not is said."""
    from pprof_lens.bench import allowed, run  # noqa: PLC0415

    taken = allowed.allowed(asked.flags, asked.tags, asked.environment)
    for refused in taken.refused:
        output.tell(f"{refused} of the settings is not taken: it could run a program or write a file.")
    return run.Go(program, {**os.environ, **dict(taken.environ)}, taken.build, taken.arguments)


def _of_test(ls: ProfileServer, uri: str, path: str, name: str) -> Iterator[tuple[str, str, dict[str, str]]]:
    """The lenses of one test: what is known of it, and what can be done."""
    from pprof_lens.bench import shown  # noqa: PLC0415

    command = RUN_IN_CLIENT if ls.show_call_tree == SHOW_IN_CLIENT else f"{PREFIX}bench"
    is_benchmark = name.startswith("Benchmark")
    known = ls.runs.of_function(path, name) if is_benchmark else []
    for one in known[:_MOST_PARTS]:
        of, old = one.measured, ls.runs.before(one)
        part = f"{plain(of.name.removeprefix(f'{name}/'))}: " if of.name != name else ""
        what = {"package": of.package, "name": of.name}
        if old is None:
            yield _without_icons(f"{part}{shown.title(of)}"), f"{PREFIX}showBenchmark", what
        else:
            yield _without_icons(f"{part}{shown.verdict(old, of)}"), f"{PREFIX}showComparison", what
    for kind, title in _TITLES:
        if kind != "measure" or is_benchmark:
            yield title, command, {"uri": uri, "kind": kind, "function": name}


def _without_icons(title: str) -> str:
    """An editor draws `$(zap)` in a lens as an icon."""
    return title.replace("$(", "(")


def _tests(ls: ProfileServer, uri: str) -> Iterator[FuncDecl]:
    lines = (ls.files.text(uri) or "").split("\n")
    for declared in ls.files.functions(uri):
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
        if not self._ls.is_stopped:
            self._ls.protocol.notify(
                OUTPUT, wire.answer(Output(text="".join(f"{harmless(line.expandtabs())}\n" for line in lines)))
            )
