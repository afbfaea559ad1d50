"""Builds the programs of this folder, runs one, and compares what is found with what its source says is wrong."""

import os
import re
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from pprof_lens.analysis.series import Evidence, of_profiles
from pprof_lens.analysis.verdict import Finder
from pprof_lens.annotate.findings import Finding, in_words
from pprof_lens.live import address, watch
from pprof_lens.profile.model import Profile
from pprof_lens.profile.read import read

HERE = Path(__file__).parent
MODULE = "example.com/leaks/"
GO = Path(sys.executable).with_name("go")

SECONDS = 10
"""A round stands for so long; in truth it takes milliseconds, more or fewer as the machine is busy."""

_WANT = re.compile(r"// (want|may) ([\w-]+): ([\w-]+) (.*)")
_CASE = re.compile(r'^\t"([\w-]+)": ', re.MULTILINE)


def cases() -> tuple[str, ...]:
    return tuple(_CASE.findall((HERE / "cases" / "cases.go").read_text(encoding="utf-8")))


def wanted(case: str, *verbs: str) -> tuple[str, ...]:
    """`FILE:LINE CODE WORDS`, as the comments of the source have it that say `want`, or one of these verbs."""
    return tuple(
        f"{path.name}:{number} {found[3]} {found[4]}"
        for path in sorted((HERE / "cases").glob("*.go"))
        for number, line in enumerate(path.read_text(encoding="utf-8").split("\n"), 1)
        if (found := _WANT.search(line)) and found[1] in (verbs or ("want",)) and found[2] == case
    )


def build(folder: Path) -> Path:
    """The program with all cases; Go's own cache makes the second time short."""
    program = folder / "leaks"
    compiled(HERE, program)
    return program


def compiled(module: Path, program: Path) -> None:
    """The module's main package, without cgo, for whose threads the runtime sees no deadlock; nothing is fetched."""
    environ = {**os.environ, "GOFLAGS": "-mod=mod", "GOTOOLCHAIN": "local", "GOPROXY": "off", "CGO_ENABLED": "0"}
    subprocess.run([GO, "build", "-trimpath", "-o", program, "."], cwd=module, env=environ, check=True)


def run(program: Path, case: str, seed: int, folder: Path) -> None:
    """Have the program write the profiles of all its rounds."""
    subprocess.run([program, "-case", case, "-seed", str(seed), "-dir", folder], check=True, timeout=60)


def profiles(folder: Path, pattern: str = "*.debug0") -> Iterator[Profile]:
    """The profiles of a run, each as if taken in its round; one that had to be ended leaves an empty one."""
    for path in (path for path in sorted(folder.glob(pattern)) if path.stat().st_size):
        when = (1 + int(path.stem.rpartition("-")[2])) * SECONDS * 1_000_000_000
        yield replace(read(path.read_bytes(), limit=1 << 30), time_nanos=when)


@contextmanager
def running(*command: str | Path) -> Iterator[address.Address]:
    """Where the profiles are of a program that prints its address first."""
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as program:
        assert program.stdout is not None
        try:
            yield address.parse(f"http://{program.stdout.readline().strip()}/debug/pprof/")
        finally:
            program.kill()


def watched(place: address.Address, seconds: float, tell: Callable[[watch.Round], None]) -> None:
    """Watch a program as an editor does, for so long."""
    watch.watch(place, pace=watch.Pace(5.0, seconds), limit=1 << 28, stop=threading.Event(), tell=tell)


def findings(evidence: Evidence) -> tuple[Finding, ...]:
    told = map(in_words, Finder().find(evidence, source_line))
    return tuple(finding for finding in told if finding.accuses)


def source_line(path: str, line: int) -> str | None:
    return line_of(HERE / path.removeprefix(MODULE), line) if path.startswith(MODULE) else None


def line_of(local: Path, line: int) -> str | None:
    """A line of a file, or the name of a file of a folder."""
    if local.is_dir():
        lines = sorted(file.name for file in local.glob("*.go"))
    else:
        lines = local.read_text(encoding="utf-8").split("\n")
    return lines[line - 1] if line <= len(lines) else None


def differences(case: str, found: tuple[Finding, ...]) -> tuple[str, ...]:
    """What is missing and what is too much; empty where all is as the source says."""
    told = [f"{Path(finding.profile_path).name}:{finding.line} {finding.code} {finding.message}" for finding in found]
    allowed = wanted(case, "want", "may")
    missing = [f"missing: {want}" for want in wanted(case) if not any(_says(text, want) for text in told)]
    spare = [f"too much: {text}" for text in told if not any(_says(text, want) for want in allowed)]
    return (*missing, *spare)


def observed(program: Path, case: str, seed: int) -> tuple[str, ...]:
    """The differences in one run."""
    with tempfile.TemporaryDirectory() as folder:
        run(program, case, seed, Path(folder))
        return differences(case, findings(of_profiles(profiles(Path(folder)))))


def _says(text: str, want: str) -> bool:
    place, code, words = want.split(" ", 2)
    return text.startswith(f"{place} {code} ") and words in text
