"""How long from bytes on disk to a ready per-line index, and in how much memory, beside `go tool pprof`.

    python bench/run.py [NAME...]

prints, for each profile of the table below whose name holds a NAME (for all, if none is given; "latency" is for the
answers of the server, "editing" for keystrokes and for finding files, "cancelling" for how soon work that is left
ends, "polling" for watching, "losing" for what is asked for meanwhile, "frozen" for the server of the VSIX, "page" for
pages of whole profiles in a browser), our time and peak memory in a warm process, those of
`pprof -list .` and `pprof -top`, and the floor: gunzip and protobuf's parse alone. Every measurement is a process of
its own. Times are the best of several; what misses its target is marked.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from made import made_profile

ROOT = Path(__file__).parent.parent
CORPUS = ROOT.parent / "shared" / "corpus"
CACHE = ROOT / "build" / "bench"
LIST_ALL, TOP = ("-list", "."), ("-top",)


@dataclass(frozen=True, slots=True)
class Subject:
    """A profile with what is asked for it: how many times faster than `-list .`, at most how many floors."""

    name: str
    path: Callable[[], Path]
    faster: float
    floors: float
    sizes: float | None = None


def of_corpus(path: str) -> Subject:
    return Subject(Path(path).name, lambda: CORPUS / path, faster=10, floors=1.6)


SUBJECTS = (
    of_corpus("pgo/large.cpu"),
    of_corpus("pgo/go-compile.pgo"),
    of_corpus("pgo/grpc-anon.pprof"),
    of_corpus("ddtrace/big-heap.pprof"),
    of_corpus("pgo/aaaaxy.pgo"),
    Subject("made", lambda: made_profile(CACHE), faster=50, floors=1.6, sizes=3),
)
"""The profiles of the corpus that are larger than 100 kB, but for one that neither reads, and a made one."""


@dataclass(frozen=True, slots=True)
class Measured:
    """Seconds of the fastest run, peak resident bytes of the process, and what else it had to say."""

    seconds: float
    bytes: int
    said: dict[str, float]


def main() -> None:
    parser = argparse.ArgumentParser(description="Load times and memory beside those of go tool pprof.")
    parser.add_argument("names", nargs="*", help="only the profiles whose name holds one of these")
    arguments = parser.parse_args()
    pprof = pprof_program()
    print(f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}: trust the ratios\n")
    for subject in SUBJECTS:
        if not arguments.names or any(name in subject.name for name in arguments.names):
            compare(subject, pprof)
    if not arguments.names or "latency" in arguments.names:
        from latency import print_latencies

        print_latencies(CACHE)
    if not arguments.names or "growth" in arguments.names:
        from growth import print_growth

        print_growth(CACHE, lambda path: measured("load", path))
    if not arguments.names or "repository" in arguments.names:
        from repository import print_repository

        print_repository()
    if not arguments.names or "editing" in arguments.names:
        from editing import print_editing

        print_editing()
    if not arguments.names or "polling" in arguments.names:
        from polling import print_polling

        print_polling()
    if not arguments.names or "losing" in arguments.names:
        from losing import print_losses

        print_losses()
    if not arguments.names or "frozen" in arguments.names:
        from freezing import print_frozen

        print_frozen()
    if not arguments.names or "cancelling" in arguments.names:
        from cancelling import print_cancelling

        print_cancelling()
    if not arguments.names or "page" in arguments.names:
        from paging import print_pages

        print_pages(CACHE)


def compare(subject: Subject, pprof: str) -> None:
    path = subject.path()
    if not path.exists():
        print(f"{subject.name}: left out, {path} is not there\n")
        return
    load, floor = measured("load", path), measured("floor", path)
    listed, top = ran(pprof, *LIST_ALL, str(path)), ran(pprof, *TOP, str(path))
    raw = load.said["raw"]
    print(f"{subject.name}: {raw / 1e6:.1f} MB raw, {load.said['samples']:,} samples")
    row("load", load, "")
    row("pprof -list .", listed, against(listed.seconds / load.seconds, "faster", least=subject.faster))
    row("pprof -top", top, f"{top.seconds / load.seconds:.1f} times faster")
    floors = load.said["processor"] / floor.said["processor"]
    row("floor", floor, against(floors, "the floor by processor time", most=subject.floors))
    print(f"  {'memory':14} {against(load.bytes / listed.bytes, 'that of pprof -list .', most=0.5)}")
    print(f"  {'':14} {against(load.bytes / raw, 'the raw size', most=subject.sizes)}\n", flush=True)


def row(what: str, measured: Measured, remark: str) -> None:
    print(f"  {what:14} {measured.seconds * 1e3:9.1f} ms {measured.bytes / 1e6:7.0f} MB  {remark}")


def against(ratio: float, what: str, *, least: float | None = None, most: float | None = None) -> str:
    target = f", to be at least {least:g}" if least else f", to be at most {most:g}" if most else ""
    missed = (least and ratio < least) or (most and ratio > most)
    return f"{ratio:.2f} times {what}{target}{' <- MISSED' if missed else ''}"


def measured(what: str, path: Path) -> Measured:
    """A measurement in a process of its own."""
    output, _, peak = _run([sys.executable, str(Path(__file__).with_name("measure.py")), what, str(path)])
    said = json.loads(output)
    return Measured(said.pop("seconds"), peak, said)


def ran(*command: str) -> Measured:
    """The fastest of several runs of another program; of one, if that takes long."""
    runs = [_run(command)]
    while len(runs) < 5 and sum(seconds for _, seconds, _ in runs) < 5:
        runs.append(_run(command))
    return Measured(min(seconds for _, seconds, _ in runs), min(peak for _, _, peak in runs), {})


LAUNCHER = """
import json, os, subprocess, sys, time
start = time.perf_counter()
process = subprocess.Popen(sys.argv[2:], stderr=subprocess.DEVNULL)
_, status, usage = os.wait4(process.pid, 0)
seconds = time.perf_counter() - start
kilobyte = 1 if sys.platform == "darwin" else 1024
with open(sys.argv[1], "w") as file:
    json.dump([seconds, usage.ru_maxrss * kilobyte, os.waitstatus_to_exitcode(status)], file)
"""


def _run(command: Sequence[str]) -> tuple[bytes, float, int]:
    """The output, the seconds and the peak memory of a command.

    Linux counts the memory of the process that forks to that of the child, so a small Python forks, not this one.
    """
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "report.json"
        launcher = [sys.executable, "-I", "-S", "-c", LAUNCHER, str(report), *command]
        output = subprocess.run(launcher, check=True, stdout=subprocess.PIPE).stdout
        seconds, peak, status = json.loads(report.read_text())
    if status:
        sys.exit(f"{command} failed")
    return output, seconds, peak


def pprof_program() -> str:
    """The pprof of the installed Go, built once; without `go` before it, which would take time of its own."""
    go = Path(sys.executable).parent / "go"
    offline = {"GOFLAGS": "-mod=mod", "GOTOOLCHAIN": "local", "GOPROXY": "off"}
    build = [str(go) if go.exists() else "go", "tool", "-n", "pprof"]
    return subprocess.run(build, check=True, capture_output=True, text=True, env=os.environ | offline).stdout.strip()


if __name__ == "__main__":
    main()
