"""Runs benchmarks by `go test` and takes what they print and their memory profiles.

A package's test is built once and run several times, in the package's folder as Go runs it. Timing and profile are
separate runs, as a profile that counts every allocation slows the timing. Nothing goes through a shell, no word of a
package or a pattern is taken for a flag, and a run that nobody waits for ends with all processes that it started.
"""

import re
import subprocess
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import IO, Literal, NamedTuple

from pprof_lens.bench import benchfmt
from pprof_lens.bench.benchfmt import Result, Series
from pprof_lens.bench.per_operation import Counted
from pprof_lens.profile.errors import Cancelled, ProfileError
from pprof_lens.profile.prune import remove_uninteresting
from pprof_lens.profile.read import read
from pprof_lens.workspace import reading
from pprof_lens.workspace.process import end, remember

_PROFILE_SECONDS = 0.05
_FEWEST_OPERATIONS, _MOST_OPERATIONS = 1, 10_000
_MORE = 3
"""The second profile is of so many times the operations of the first."""

_FINE_RATE = "-test.memprofilerate=4096"
"""Bytes between two samples: a test allocates less than a program that runs for days, for which Go's rate is made."""

LARGEST_PROFILE = 1 << 30
_LARGEST_OUTPUT, _LARGEST_LINE = 64 << 20, 1 << 20
_NAMES_LAST = "-test.v"
"""Has Go write the name of a benchmark beside its results: what the benchmark prints by itself is not between them."""

_COUNT = re.compile(r"\t *\d+\t")

_NO_TESTS = "testing: warning: no tests to run"
_ERROR = re.compile(r"(?m)^(?:vet: )?(\S+\.go:\d+(?::\d+)?: .+)$")
_FAILED = re.compile(r"(?m)^[ \t]*--- FAIL: (\S+).*\n((?:\s+\S.*\n?)?)")
_LABEL = re.compile("(?:goos|goarch|pkg|cpu): |Benchmark")
_SAID = re.compile(r"(?m)^[ \t]+\S+\.go:\d+: .*$")


ProfileKind = Literal["cpu", "memory"]


class Profiling(NamedTuple):
    """A test, a benchmark or a fuzz test, whose seeds are run, or all tests where none is named, and its profile."""

    function: str
    kind: ProfileKind
    to: Path


@dataclass(frozen=True, slots=True)
class Asker:
    """Whoever waits for a run: `gave_up` answers true once nobody does, `tell` is given each line that is printed."""

    gave_up: Callable[[], bool] = lambda: False
    tell: Callable[[str], None] = lambda _: None


@dataclass(frozen=True, slots=True)
class Go:
    """The Go program that builds, the environment that it and the tests run in, and what each is given beside.

    `flags` are those of a build, `arguments` those of the test's program; both were checked by whoever had them.
    """

    program: str
    environ: dict[str, str]
    flags: tuple[str, ...] = ()
    arguments: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Chosen:
    """Which benchmarks run, how often each, and for how long: a time or a number as `100x`, as `go test` has them."""

    pattern: str = "."
    count: int = 10
    time: str = "1s"


@dataclass(frozen=True, slots=True)
class Package:
    """A package with tests: its import path, its folder and the names of its test files."""

    path: str
    folder: str
    test_files: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Built:
    """A package's test as a program, and what it is given."""

    package: Package
    program: str
    environ: dict[str, str]
    arguments: tuple[str, ...] = ()


def packages(go: Go, patterns: Sequence[str], folder: str, asker: Asker) -> tuple[Package, ...]:
    """The packages with tests that the patterns name, as seen from `folder`. Raises ProfileError or Cancelled."""
    template = r'{{.ImportPath}}{{"\t"}}{{.Dir}}{{range .TestGoFiles}}{{"\t"}}{{.}}{{end}}{{range .XTestGoFiles}}{{"\t"}}{{.}}{{end}}'  # noqa: E501
    command = [go.program, "list", *go.flags, "-f", template, "--", *patterns]
    done = _run(command, folder, go.environ, Asker(asker.gave_up))
    if done.status != 0:
        raise ProfileError(f"Go does not know {' '.join(patterns)}: {_first_line(done.errors)}")
    rows = (line.split("\t") for line in done.output.splitlines())
    return tuple(Package(path, at, tuple(files)) for path, at, *files in rows if files)


def build(go: Go, package: Package, folder: Path, asker: Asker) -> Built:
    """Build the package's test into `folder`. Raises ProfileError with the compiler's first error, or Cancelled."""
    program = folder / f"{len(list(folder.iterdir()))}.test"
    command = [go.program, "test", "-c", "-vet=off", *go.flags, "-o", str(program), "."]
    done = _run(command, package.folder, go.environ, asker)
    if done.status != 0 or not program.exists():
        first = _ERROR.search(done.errors)
        raise ProfileError(f"{package.path} does not build: {first[1] if first else _first_line(done.errors)}")
    return Built(package, str(program), go.environ, go.arguments)


def measure(built: Built, chosen: Chosen, asker: Asker) -> tuple[Result, ...]:
    """Time and memory of the benchmarks that were chosen. Raises ProfileError or Cancelled."""
    flags = [
        f"-test.bench={chosen.pattern}",
        "-test.benchmem",
        f"-test.count={chosen.count}",
        f"-test.benchtime={chosen.time}",
    ]
    return tuple(_results(built, flags, asker))


def counted(built: Built, measured: Series, asker: Asker) -> tuple[Counted, Counted]:
    """Two profiles of every allocation that the benchmark makes, of fewer operations and of more.

    How many they are follows from how long one takes. Raises ProfileError or Cancelled.
    """
    seconds = min(measured.values(benchfmt.SEC), default=0) or _PROFILE_SECONDS
    fewer = max(_FEWEST_OPERATIONS, min(_MOST_OPERATIONS, int(_PROFILE_SECONDS / seconds)))
    return (
        _profiled(built, measured.benchmark, fewer, asker),
        _profiled(built, measured.benchmark, fewer * _MORE, asker),
    )


def profile(built: Built, wanted: Profiling, asker: Asker) -> None:
    """Run what is wanted and have it write its profile.

    Raises ProfileError where it fails or there is none of that name, or Cancelled.
    """
    function, to = wanted.function, wanted.to
    if function.startswith("Benchmark"):
        chosen = ["-test.run=^$", _NAMES_LAST, f"-test.bench={pattern_of(function)}"]
    else:
        chosen = [f"-test.run={pattern_of(function) if function else '.'}"]
    written = [f"-test.cpuprofile={to}"] if wanted.kind == "cpu" else [f"-test.memprofile={to}", _FINE_RATE]
    done = _tested(built, [*chosen, *written], function or "A test", asker)
    is_run = any(_parsed(done.output)) if function.startswith("Benchmark") else _NO_TESTS not in done.errors
    if not is_run:
        raise ProfileError(f"{built.package.path} has no {function or 'test'} to run; is its file saved?")


def run(go: Go, words: Sequence[str], folder: str, asker: Asker) -> str:
    """Run Go in a folder; its first error, empty where there is none. Raises ProfileError or Cancelled."""
    done = _run([go.program, *words], folder, go.environ, asker)
    if done.status == 0:
        return ""
    first = _ERROR.search(done.errors)
    return first[1] if first else _first_line(done.errors)


def pattern_of(benchmark: str) -> str:
    """The pattern that matches this benchmark alone, as `-bench` takes it level by level."""
    return "/".join(f"^{re.escape(part)}$" for part in benchmark.split("/"))


def _profiled(built: Built, benchmark: str, operations: int, asker: Asker) -> Counted:
    path = Path(built.program).with_name("mem.pprof")
    path.unlink(missing_ok=True)
    flags = [
        f"-test.bench={pattern_of(benchmark)}",
        f"-test.benchtime={operations}x",
        "-test.memprofilerate=1",
        f"-test.memprofile={path}",
    ]
    for _ in _results(built, flags, Asker(asker.gave_up)):  # what they print is of no use to anyone
        pass
    try:
        data, _ = reading.read(str(path), LARGEST_PROFILE, asker.gave_up)
    except OSError:
        raise ProfileError(f"{benchmark} of {built.package.path} wrote no memory profile.") from None
    profile = read(data, limit=LARGEST_PROFILE, cancelled=asker.gave_up)
    return Counted(remove_uninteresting(profile), operations)


def _results(built: Built, flags: Sequence[str], asker: Asker) -> Iterator[Result]:
    """What the test prints with these flags. Raises ProfileError where a benchmark fails."""
    output = _tested(built, ["-test.run=^$", _NAMES_LAST, *flags], "A benchmark", asker).output
    # A test may print what looks like another package's name.
    return (replace(result, package=built.package.path) for result in _parsed(output))


def _parsed(output: str) -> Iterator[Result]:
    return benchfmt.parse("\n".join(map(_from_its_name, output.splitlines())))


def _from_its_name(line: str) -> str:
    """Results behind what a benchmark printed without the end of a line begin with its name; other lines stay."""
    counted = _COUNT.search(line)
    if counted is None or line[:1].isspace():
        return line
    head = line[: counted.start()].rstrip(" ")
    word = head.rfind(" ") + 1
    begin = head.find("Benchmark", word)
    return line[begin:] if begin >= 0 else line


def _tested(built: Built, flags: Sequence[str], what: str, asker: Asker) -> "_Done":
    """What the test's program prints with these flags. Raises ProfileError with the first words of a failure."""
    command = [built.program, "-test.timeout=0", "-test.paniconexit0", *flags, *built.arguments]
    done = _run(command, built.package.folder, built.environ, asker)
    if done.status != 0:
        raise ProfileError(f"{what} of {built.package.path} failed: {_why(done)}")
    return done


def _why(done: "_Done") -> str:
    """The first words of a failure: what the test says behind its name or, as with `-v`, last before it."""
    failed = _FAILED.search(done.output)
    if failed is None:
        ended = f"signal {-done.status}" if done.status < 0 else f"status {done.status}"
        said = "\n".join(line for line in done.output.splitlines() if _LABEL.match(line) is None)
        return _first_line(done.errors or said, f"it ended with {ended}")
    before = _SAID.findall(done.output, 0, failed.start())
    said = failed[2] or next(reversed(before), "")
    return f"{failed[1]}: {' '.join(said.split())}"


@dataclass(frozen=True, slots=True)
class _Done:
    status: int
    output: str
    errors: str


def _run(command: Sequence[str], folder: str, environ: dict[str, str], asker: Asker) -> _Done:
    """Run a program to its end; what it prints is bounded, and told line by line as it comes.

    Raises Cancelled where the asker gave up before, ProfileError where it cannot be run or prints without end.
    """
    try:
        process = subprocess.Popen(  # noqa: S603 - no shell, and no word of a pattern is a flag
            command,
            cwd=folder,
            env=environ,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            start_new_session=True,
        )
    except (OSError, ValueError) as error:  # a word of it cannot be one, too
        raise ProfileError(f"{Path(command[0]).name} cannot be run: {getattr(error, 'strerror', error)}.") from None
    remember(process)
    output, errors = _Printed(process.stdout, asker.tell), _Printed(process.stderr, asker.tell)
    try:
        while process.poll() is None and not (output.is_too_much or errors.is_too_much):
            with suppress(subprocess.TimeoutExpired):
                process.wait(timeout=0.1)
            if asker.gave_up():
                raise Cancelled
    finally:
        end(process)
        process.wait()
    done = _Done(process.returncode, output.text(), errors.text())
    if output.is_too_much or errors.is_too_much:
        raise ProfileError(f"{Path(command[0]).name} prints more than {_LARGEST_OUTPUT} bytes.")
    return done


class _Printed:
    """What a program prints on one of its streams, read on a thread of its own and kept up to a limit."""

    def __init__(self, stream: IO[bytes] | None, tell: Callable[[str], None]) -> None:
        self.is_too_much = False
        self._lines: list[str] = []
        self._thread = threading.Thread(target=self._read, args=(stream, tell), daemon=True)
        self._thread.start()

    def text(self) -> str:
        """All of it; the program has ended."""
        self._thread.join()
        return "".join(self._lines)

    def _read(self, stream: IO[bytes], tell: Callable[[str], None]) -> None:
        left = _LARGEST_OUTPUT
        with stream:
            while line := stream.readline(_LARGEST_LINE):
                left -= len(line)
                if left < 0:
                    self.is_too_much = True
                    return
                self._lines.append(line.decode(errors="replace"))
                tell(self._lines[-1].rstrip())


def _first_line(text: str, otherwise: str = "it says nothing") -> str:
    lines = [line for line in text.splitlines() if line.strip() and not line.startswith("#")]
    return lines[0].strip() if lines else otherwise
