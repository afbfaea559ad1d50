"""The kernels of GoBench: which of those that block are named, from each form in which their state can be had.

GoBench (github.com/timmyyuan/gobench) is brought in for the run: a checkout of it is given. Each form is of a run of
its own (profiles in files, the dump of a deadlock, a watch of a minute), so a kernel counts for a form where its bug
was in that one: goroutines of its own are in the same place a while later, or in the dump. None is told what is wrong;
that the finding is in the kernel's own file is what is judged.
"""

import argparse
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

import lab

from pprof_lens.analysis.series import of_profiles
from pprof_lens.analysis.verdict import Finder
from pprof_lens.annotate.findings import Finding, in_words
from pprof_lens.live.address import Address
from pprof_lens.live.endpoint import fetch
from pprof_lens.live.watch import Round
from pprof_lens.profile.errors import ProfileError
from pprof_lens.profile.goroutine_dump import read_dump
from pprof_lens.profile.read import read

PROOF, DUMP, WATCH = "goroutineleak", "deadlock dump", "live watch"
FORMS = (PROOF, f"{PROOF} debug=1", f"{PROOF} debug=2", DUMP, WATCH, "counts alone")
TIMES = (40, 400, 400)
"""So often a kernel is started until its bug is seen."""

SECONDS = 60.0
AT_ONCE = 16
"""Kernels, which mostly wait."""

LEAST = 0.95

_TEST = re.compile(r"^func (Test\w+)\(", re.MULTILINE)


class Judged(NamedTuple):
    """A kernel: in which forms its bug was to be seen, whether the program died of it, which forms name its file."""

    kernel: str
    seen: frozenset[str]
    died: bool
    named: frozenset[str]
    told: tuple[str, ...]


class Form(NamedTuple):
    """What there is of one form, whether the bug is in it, and what was found in it."""

    name: str
    has_bug: bool
    findings: tuple[Finding, ...]


def build(gobench: Path, folder: Path) -> Path:
    """One program of all kernels, their tests as functions."""
    found = sorted(gobench.glob("gobench/goker/*/*/*/*_test.go"))
    imports, entries = [], []
    for path in found:
        kind, name = path.parts[-4], f"{path.parts[-3]}{path.parts[-2]}"
        text = path.read_text(encoding="utf-8")
        kernel = folder / "kernels" / kind / name / "kernel.go"
        kernel.parent.mkdir(parents=True)
        kernel.write_text(text, encoding="utf-8")
        imports.append(f'\t{name} "example.com/goker/kernels/{kind}/{name}"')
        entries.append(f'\t"{kind}/{name}": {name}.{_TEST.findall(text)[0]},')
    (folder / "go.mod").write_text("module example.com/goker\n\ngo 1.22\n")
    (folder / "main.go").write_text((lab.HERE / "goker" / "main.go").read_text(encoding="utf-8"), encoding="utf-8")
    table = ["package main", "import (", '\t"testing"', *imports, ")", "var all = map[string]func(*testing.T){"]
    (folder / "all.go").write_text("\n".join([*table, *entries, "}", ""]))
    lab.compiled(folder, folder / "goker")
    return folder / "goker"


def judged(program: Path, kernel: str) -> Judged:
    own = f"kernels/{kernel}/kernel.go"
    with tempfile.TemporaryDirectory() as name:
        try:
            recorded = _recorded(program, kernel, own, Path(name))
        except subprocess.CalledProcessError:
            return Judged(kernel, frozenset(), died=True, named=frozenset(), told=())
    forms = (*recorded, *_dumped(program, kernel, own), *_watched(program, kernel, own))
    findings = [(form.name, finding) for form in forms for finding in form.findings]
    return Judged(
        kernel,
        seen=frozenset(form.name for form in forms if form.has_bug),
        died=False,
        named=frozenset(name for name, finding in findings if finding.profile_path.endswith(own)),
        told=tuple(sorted({f"{finding.line} {finding.message}" for _, finding in findings})),
    )


def _recorded(program: Path, kernel: str, own: str, folder: Path) -> list[Form]:
    """The forms that profiles in files have: of the first run in which the bug was seen, else of the last."""
    has_bug = False
    for times in TIMES:
        for path in folder.iterdir():
            path.unlink()
        _run(program, kernel, "-dir", str(folder), "-times", str(times // 10)).check_returncode()
        has_bug = _stay(own, *(path.read_text() for path in sorted(folder.glob("stays-*"))))
        if has_bug:
            break

    def form(name: str, *patterns: str) -> Form:
        profiles = [profile for pattern in patterns for profile in lab.profiles(folder, pattern)]
        return Form(name, has_bug, lab.findings(of_profiles(profiles)))

    return [
        form(PROOF, "goroutineleak-0[01].debug0"),
        form(f"{PROOF} debug=1", "goroutineleak-*.debug1"),
        form(f"{PROOF} debug=2", "goroutineleak-*.debug2"),
        form("counts alone", "goroutine-*.debug0"),
    ]


def _dumped(program: Path, kernel: str, own: str) -> list[Form]:
    """What the runtime writes where all goroutines are asleep, if they ever are."""
    for times in TIMES:
        text = _run(program, kernel, "-dies", "-times", str(times // 10)).stderr
        if b"all goroutines are asleep" in text and own.encode() in text:
            return [
                Form(
                    DUMP,
                    has_bug=True,
                    findings=lab.findings(of_profiles([replace(read(text, limit=1 << 30), time_nanos=1)])),
                )
            ]
    return []


def _watched(program: Path, kernel: str, own: str) -> list[Form]:
    """What a watch tells in any round, and whether the bug was seen right after it."""
    found: dict[int, Finding] = {}
    finder = Finder()

    def tell(now: Round) -> None:
        told = map(in_words, finder.find(now.evidence))
        found.update((finding.line, finding) for finding in told if finding.accuses)

    def dump(place: Address) -> str:
        return fetch(place.beside("goroutine").with_parameter("debug", 2), limit=1 << 28).decode()

    with lab.running(program, "-kernel", kernel, "-serves") as place:
        try:
            lab.watched(place, SECONDS, tell)
            before = dump(place)
            time.sleep(2)
            return [Form(WATCH, _stay(own, before, dump(place)), tuple(found.values()))]
        except ProfileError:
            return []


def _run(program: Path, kernel: str, *words: str) -> subprocess.CompletedProcess[bytes]:
    command = [str(program), "-kernel", kernel, *words]
    try:
        return subprocess.run(command, capture_output=True, timeout=30, check=False)
    except subprocess.TimeoutExpired as error:
        return subprocess.CompletedProcess(command, 0, b"", error.stderr or b"")


def _stay(own: str, *dumps: str) -> bool:
    """Whether a goroutine of the kernel is in each of the dumps, at the same place."""
    seen = [
        {(g.id, g.frames) for g in read_dump(dump.split("\n")) if any(frame.file.endswith(own) for frame in g.frames)}
        for dump in dumps
    ]
    return bool(set.intersection(*seen))


def table(kernels: Sequence[Judged]) -> Iterator[str]:
    """By form how many of the kernels it names of those whose bug was in it, and of the others."""
    for form in FORMS:
        seen = [kernel for kernel in kernels if form in kernel.seen]
        others = [kernel for kernel in kernels if form not in kernel.seen and not kernel.died]
        named, accused = (sum(form in kernel.named for kernel in of) for of in (seen, others))
        yield f"  {form}: {named} of {len(seen)} whose bug was seen, {accused} of {len(others)} others"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("gobench", type=Path)
    parser.add_argument("kernels", nargs="*")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        program = build(options.gobench, Path(folder))
        everything = re.findall(r'^\t"(\w+/\w+)": ', (Path(folder) / "all.go").read_text(), re.MULTILINE)
        with ThreadPoolExecutor(AT_ONCE) as pool:
            kernels = list(pool.map(lambda kernel: judged(program, kernel), options.kernels or everything))
    for kernel in kernels:
        state = "died" if kernel.died else "seen" if kernel.seen else "not seen"
        missed = sorted(kernel.seen - kernel.named)
        sys.stdout.write(f"{kernel.kernel}: {state}; named: {', '.join(sorted(kernel.named)) or 'by none'}")
        sys.stdout.write(f"; MISSED: {', '.join(missed)}\n" if missed else "\n")
        sys.stdout.writelines(f"    {line}\n" for line in kernel.told)
    blocking = [kernel for kernel in kernels if kernel.kernel.startswith("blocking/")]
    for title, rows in (("blocking", blocking), ("all", kernels)):
        sys.stdout.write("\n".join((title, *table(rows), "")))
    seen = [kernel for kernel in blocking if WATCH in kernel.seen]
    recall = sum(WATCH in kernel.named for kernel in seen) / max(len(seen), 1)
    accused = any(kernel.named - kernel.seen for kernel in kernels)
    return int(recall < LEAST or accused)


if __name__ == "__main__":
    sys.exit(main())
