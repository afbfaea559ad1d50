"""The kernels of GoBench: which of those that block are named, from each form in which their state can be had.

GoBench (github.com/timmyyuan/gobench) is brought in for the run: a checkout of it is given. A kernel counts where its
bug was seen: goroutines of its own are in the same place a second after all of it was started. None is told what is
wrong; that the finding is in the kernel's own file is what is judged.
"""

import argparse
import os
import re
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

import lab

from pprof_lens.analysis.series import of_profiles
from pprof_lens.profile.goroutine_dump import read_dump
from pprof_lens.profile.model import Profile
from pprof_lens.profile.read import read

DUMP = "deadlock dump"
FORMS = ("goroutineleak", "goroutineleak debug=1", "goroutineleak debug=2", DUMP, "watch", "counts alone")
LEAST = 0.95

_TEST = re.compile(r"^func (Test\w+)\(", re.MULTILINE)


class Judged(NamedTuple):
    """A kernel: whether its bug was seen, whether the program died of it, and which forms name its file."""

    kernel: str
    is_stuck: bool
    died: bool
    named: frozenset[str]
    told: tuple[str, ...]


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
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        ran = _run(program, kernel, "-dir", name)
        if ran.returncode:
            return Judged(kernel, is_stuck=False, died=True, named=frozenset(), told=())
        own = f"kernels/{kernel}/kernel.go"
        forms = dict(_forms(folder, _run(program, kernel, "-dies").stderr))
        found = {form: lab.findings(of_profiles(profiles)) for form, profiles in forms.items()}
        named = {form for form, told in found.items() if any(finding.profile_path.endswith(own) for finding in told)}
        told = {f"{finding.line} {finding.message}" for findings in found.values() for finding in findings}
        return Judged(kernel, _stays(folder, own), died=False, named=frozenset(named), told=tuple(sorted(told)))


def _run(program: Path, kernel: str, *words: str) -> subprocess.CompletedProcess[bytes]:
    command = [str(program), "-kernel", kernel, *words]
    try:
        return subprocess.run(command, capture_output=True, timeout=12, check=False)
    except subprocess.TimeoutExpired as error:
        return subprocess.CompletedProcess(command, 0, b"", error.stderr or b"")


def _forms(folder: Path, dump: bytes) -> Iterator[tuple[str, list[Profile]]]:
    def of(*patterns: str) -> list[Profile]:
        return [profile for pattern in patterns for profile in lab.profiles(folder, pattern)]

    yield "goroutineleak", of("goroutineleak-0[01].debug0")
    yield "goroutineleak debug=1", of("goroutineleak-*.debug1")
    yield "goroutineleak debug=2", of("goroutineleak-*.debug2")
    if b"all goroutines are asleep" in dump:
        yield DUMP, [replace(read(dump, limit=1 << 30), time_nanos=1)]
    yield "watch", of("goroutine-*.debug0", "goroutineleak-0[01].debug0")
    yield "counts alone", of("goroutine-*.debug0")


def _stays(folder: Path, own: str) -> bool:
    """Whether a goroutine of the kernel is where it was, and waits there."""
    seen = []
    for path in sorted(folder.glob("stays-*")):
        dump = read_dump(path.read_text().split("\n"))
        seen.append({(g.id, g.frames) for g in dump if any(frame.file.endswith(own) for frame in g.frames)})
    return bool(seen[0] & seen[1])


def table(kernels: Iterable[Judged], is_counted: Callable[[Judged], bool]) -> dict[str, tuple[int, int]]:
    """By form how many of the counted kernels it names, and of how many."""
    counted = [kernel for kernel in kernels if is_counted(kernel)]
    named = Counter(form for kernel in counted for form in kernel.named)
    return {form: (named[form], len(counted)) for form in FORMS}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("gobench", type=Path)
    parser.add_argument("kernels", nargs="*")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        program = build(options.gobench, Path(folder))
        everything = re.findall(r'^\t"(\w+/\w+)": ', (Path(folder) / "all.go").read_text(), re.MULTILINE)
        with ThreadPoolExecutor(os.cpu_count()) as pool:
            kernels = list(pool.map(lambda kernel: judged(program, kernel), options.kernels or everything))
    for kernel in kernels:
        state = "died" if kernel.died else "stuck" if kernel.is_stuck else "ended"
        sys.stdout.write(f"{kernel.kernel}: {state}; {', '.join(sorted(kernel.named)) or 'not named'}\n")
        sys.stdout.writelines(f"    {line}\n" for line in kernel.told)
    stuck = table(kernels, lambda kernel: kernel.is_stuck and kernel.kernel.startswith("blocking/"))
    ended = table(kernels, lambda kernel: not kernel.is_stuck and not kernel.died)
    for title, rows in (("blocking and seen to block", stuck), ("ended: none may be named", ended)):
        sys.stdout.write(f"{title}\n")
        sys.stdout.writelines(f"  {form}: {named} of {of}\n" for form, (named, of) in rows.items())
    blocking = [kernel for kernel in kernels if kernel.is_stuck and kernel.kernel.startswith("blocking/")]
    recall = sum("watch" in kernel.named for kernel in blocking) / max(len(blocking), 1)
    accused = sum(named for form, (named, _) in ended.items() if form != DUMP)  # which is of a run of its own
    return int(recall < LEAST or accused > 0)


if __name__ == "__main__":
    sys.exit(main())
