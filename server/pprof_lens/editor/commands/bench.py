"""Runs benchmarks and tests of a package; a profile that a test wrote is loaded."""

import asyncio
import os
import re
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from pprof_lens.contract import (
    OUTPUT,
    Bench,
    Benched,
    Empty,
    Load,
    Names,
    Output,
    ShowBenchmark,
)
from pprof_lens.editor import benchmarks, go_settings
from pprof_lens.editor.backend import Backend
from pprof_lens.editor.commands import load, runs
from pprof_lens.profile.errors import ProfileError
from pprof_lens.profile.plain import harmless

if TYPE_CHECKING:
    from pprof_lens.bench.run import Go, ProfileKind

_NO_GO = "Benchmarks and tests run only where a Go is installed, and only in a trusted workspace."
_TIME = re.compile(r"\d{1,9}(?:\.\d{1,9})?(?:ns|us|µs|ms|s|m|h)|\d{1,12}x")
_OUTPUT_SECONDS = 0.1


async def bench(backend: Backend, asked: Bench) -> Benched:
    path, program = backend.frontend.path_of(asked.uri), backend.runs.go()
    if program is None:
        raise ProfileError(_NO_GO)
    if path is None or not path.endswith(".go"):
        raise ProfileError("That is not a Go file on this machine.")
    function, output = _function(backend, asked), _Output(backend)
    job = _Job(await _go(backend, program, asked.uri, path, output), str(Path(path).parent), function, output)
    return await _measure(backend, job) if asked.kind == "measure" else await _profile(backend, job, asked.kind)


async def show_benchmark(backend: Backend, asked: ShowBenchmark) -> Empty:
    await backend.runs.select(asked.package, asked.name)
    backend.frontend.refresh()
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


async def _measure(backend: Backend, job: _Job) -> Benched:
    from pprof_lens.bench import run, shown  # noqa: PLC0415 - the server starts without it

    count, lasting = backend.settings.bench_count, backend.settings.bench_time
    if _TIME.fullmatch(lasting) is None:
        raise ProfileError(f"The setting pprofLens.bench.time cannot be {lasting!r}; write it like 1s or 100x.")
    chosen = run.Chosen(run.pattern_of(job.function) if job.function else ".", count, lasting)
    with backend.runs.asker(f"Measuring {job.name}", job.output.tell) as asker:
        found = await backend.runs.measure(job.go, job.folder, chosen, asker)
    await runs.show(backend)
    return Benched(benchmarks=tuple(f"{one.name}: {shown.title(one)}" for one in found.measured))


async def _profile(backend: Backend, job: _Job, kind: "ProfileKind") -> Benched:
    from pprof_lens.bench.run import Profiling  # noqa: PLC0415

    now = time.strftime("%Y-%m-%d %H.%M.%S")
    name = f"{job.name.replace('/', ' ')} {kind} {now}.pprof"
    try:
        to = await asyncio.to_thread(backend.runs.history().new_profile, name)
    except OSError as error:
        raise ProfileError(f"No profile can be kept on this machine: {error.strerror}.") from None
    with backend.runs.asker(f"Profiling {job.name}", job.output.tell) as asker:
        await backend.runs.profile(job.go, job.folder, Profiling(job.function, kind, to), asker)
    await load.load(backend, Load(source=Names((str(to),)), sample_type="cpu" if kind == "cpu" else "alloc_space"))
    return Benched(profile=str(to))


async def _go(backend: Backend, program: str, uri: str, path: str, output: "_Output") -> "Go":
    """The Go that runs with what is taken of the settings; what is not is said. Raises ProfileError."""
    from pprof_lens.bench import run  # noqa: PLC0415

    taken = await go_settings.of_tests(backend, uri, path)
    for refused in taken.refused:
        output.tell(f"{refused} of the settings is not taken: it could run a program or write a file.")
    return run.Go(program, {**os.environ, **dict(taken.environ)}, taken.build, taken.arguments)


def _function(backend: Backend, asked: Bench) -> str:
    """What is to run; empty for all of the package. Raises ProfileError where that cannot be run so."""
    function = asked.function
    if not function and asked.line is not None:
        number = asked.line + 1
        tests = benchmarks.declared_tests(backend.files, asked.uri)
        function = next((test.name for test in tests if test.line <= number <= test.end_line), "")
        if not function:
            raise ProfileError("The cursor is in no test or benchmark; put it into one.")
    name = function.split("/")[0]
    if function and benchmarks.NAME.fullmatch(name) is None:
        raise ProfileError("Only functions whose name begins with Benchmark, Test or Fuzz can be run.")
    if asked.kind == "measure" and name and not name.startswith("Benchmark"):
        raise ProfileError(f"{name} is no benchmark, so nothing of it is measured; take a profile of it.")
    return function


class _Output:
    """What is printed, sent to our own client some lines at a time; may be told on any thread."""

    def __init__(self, backend: Backend) -> None:
        self._backend = backend
        self._loop = asyncio.get_running_loop()
        self._lock = threading.Lock()
        self._lines: list[str] = []

    def tell(self, line: str) -> None:
        if not self._backend.frontend.is_ours:
            return
        with self._lock:
            self._lines.append(line)
            is_first = len(self._lines) == 1
        if is_first:
            self._loop.call_soon_threadsafe(lambda: self._loop.call_later(_OUTPUT_SECONDS, self._send))

    def _send(self) -> None:
        with self._lock:
            lines, self._lines = self._lines, []
        if not self._backend.is_stopped:
            text = "".join(f"{harmless(line.expandtabs())}\n" for line in lines)
            self._backend.frontend.notify(OUTPUT, Output(text=text))
