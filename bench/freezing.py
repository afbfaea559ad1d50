"""The frozen server of the VSIX beside the one that an interpreter runs: time to the answer of `initialize`, memory.

Both are those of `npm run package`; without it there is nothing to measure. They start one after the other in turn, so
that what else the machine does is in both.
"""

import json
import re
import statistics
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

BUILD = Path(__file__).parent.parent / "build"
PROGRAMS = "frozen/*/pprof-lens/pprof-lens" + (".exe" if sys.platform == "win32" else "")
TIMES = 20
MORE_SECONDS, MORE_MEMORY, MOST_BYTES = 0.1, 1.1, 30 << 20


def print_frozen() -> None:
    made = sorted(BUILD.glob(PROGRAMS), key=lambda path: path.stat().st_mtime)
    if not made:
        print("frozen: not made; npm run package makes it")
        return
    commands = {"interpreter": (sys.executable, "-I", "-m", "pprof_lens"), "frozen": (str(made[-1]),)}
    seconds: dict[str, list[float]] = {name: [] for name in commands}
    memory: dict[str, list[int]] = {name: [] for name in commands}
    for _ in range(TIMES):
        for name, command in commands.items():
            took, resident = started(command)
            seconds[name].append(took)
            memory[name].append(resident)
    print("the server with a Python of its own, and by an interpreter, from its start to the answer of `initialize`")
    medians = {name: statistics.median(of) for name, of in seconds.items()}
    held = {name: statistics.median(of) for name, of in memory.items()}
    for name in commands:
        print(f"  {name:16} {medians[name] * 1e3:7.0f} ms {held[name] / 2**20:7.1f} MB")
    more, times = medians["frozen"] - medians["interpreter"], held["frozen"] / max(held["interpreter"], 1)
    vsix = max((path.stat().st_size for path in BUILD.glob("pprof-lens-*.vsix")), default=0)
    judged = (
        (f"{more * 1e3:+.0f} ms, to be at most +{MORE_SECONDS * 1e3:.0f}", more <= MORE_SECONDS),
        (f"{times:.2f} times the memory, to be at most {MORE_MEMORY}", times <= MORE_MEMORY),
        (f"{vsix / 2**20:.1f} MB the largest VSIX, to be at most {MOST_BYTES >> 20}", vsix <= MOST_BYTES),
    )
    for words, is_met in judged:
        print(f"  {words}{'' if is_met else ' <- MISSED'}")


def started(command: Sequence[str]) -> tuple[float, int]:
    """Seconds until the server answered, and its peak resident bytes then (0 where the system does not tell)."""
    start = time.perf_counter()
    server = subprocess.Popen(
        [*command, "lsp"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    )
    assert server.stdin is not None
    assert server.stdout is not None
    body = json.dumps(
        {"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": {"capabilities": {}, "processId": None}}
    ).encode()
    server.stdin.write(b"Content-Length: %d\r\n\r\n%s" % (len(body), body))
    server.stdin.flush()
    server.stdout.readline()
    took = time.perf_counter() - start
    status = Path(f"/proc/{server.pid}/status")
    peak = re.search(r"VmHWM:\s+(\d+)", status.read_text(encoding="utf-8")) if status.exists() else None
    server.kill()
    server.communicate()
    return took, int(peak[1]) << 10 if peak else 0
