"""What watching a large program costs the server and that program: `python bench/run.py polling` prints it.

The program of `polled/` has 10,000 goroutines and a heap profile of 5,000 stacks. It is watched for 200 polls, faster
than anyone would, and the processor time of a poll is told as the share of one core at an interval of two seconds.
Processor time and memory are those of the server's process, as Linux tells them.

What the program pays is measured over the first minutes of a watch as the editor has it, beyond what the program
takes when nobody asks: processor time as the share of one core, and the longest time that it stood still.
"""

import asyncio
import os
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path
from urllib.request import urlopen

from lsprotocol import types
from pygls.lsp.client import LanguageClient
from wire import begin, command, end, ignore

from pprof_lens.live.address import parse
from pprof_lens.live.watch import Pace, Round, watch

PROGRAM = Path(__file__).parent / "polled"
INTERVAL, POLLS = 2.0, 200
MOST = 0.0425
"""Of a core: half of what it was before a round carried its profile, 8.5 percent."""
FULL = 70
"""Polls after which the series holds as many captures as it may."""
FASTEST = 0.5
IDLE, PRICED = 10.0, 115.0
EDITOR_INTERVAL = 10.0


def print_polling() -> None:
    if not Path("/proc/self/stat").exists():
        print("polling: left out, as this system does not tell another process's time and memory\n")
        return
    with tempfile.TemporaryDirectory() as folder:
        polled = Path(folder).resolve() / "polled"
        go = Path(sys.executable).parent / "go"
        environ = {**os.environ, "GOFLAGS": "-mod=mod", "GOTOOLCHAIN": "local", "GOPROXY": "off"}
        subprocess.run([str(go), "build", "-o", str(polled), "."], cwd=PROGRAM, env=environ, check=True)
        with subprocess.Popen([str(polled)], stdout=subprocess.PIPE, text=True) as program:
            assert program.stdout is not None
            try:
                address = program.stdout.readline().strip()
                _print_price(address, program.pid)
                asyncio.run(_watch(address))
            finally:
                program.kill()


def _print_price(address: str, pid: int) -> None:
    """What a watch costs the program."""
    idle, _ = _share(pid, lambda: time.sleep(IDLE))
    pace = Pace(EDITOR_INTERVAL)
    stop = threading.Event()
    rounds: list[Round] = []
    threading.Timer(PRICED, stop.set).start()
    share, seconds = _share(pid, lambda: watch(parse(address), pace=pace, limit=1 << 30, stop=stop, tell=rounds.append))
    with urlopen(f"http://{address}/pause") as answer:
        pause = int(answer.read()) / 1e6
    share -= idle
    print(f"{len(rounds)} rounds in {seconds:.0f} s cost a program of 10,000 goroutines and a heap of 5,000 stacks")
    print(f"  {'processor':14} {share:7.2%} of a core, to be at most 1%{_missed(share > 0.01)}")
    print(f"  {'longest pause':14} {pause:7.2f} ms, to be at most 20 ms{_missed(pause > 20)}\n", flush=True)


def _share(pid: int, meanwhile: Callable[[], None]) -> tuple[float, float]:
    """The share of a core that a process took meanwhile, and for how many seconds."""
    began, before = time.monotonic(), _seconds(pid)
    meanwhile()
    seconds = time.monotonic() - began
    return (_seconds(pid) - before) / seconds, seconds


async def _watch(address: str) -> None:
    client = LanguageClient("bench", "1")
    ignore(client, types.WORKSPACE_INLAY_HINT_REFRESH)
    await begin(client, PROGRAM, "-m", "pprof_lens", "lsp")
    pid = client._server.pid  # type: ignore[union-attr]
    source = PROGRAM / "main.go"
    document = types.TextDocumentItem(source.as_uri(), "go", 1, source.read_text())
    client.text_document_did_open(types.DidOpenTextDocumentParams(document))
    await command(client, "watch", url=address, intervalSeconds=FASTEST)
    before, first, early = _seconds(pid), await _polls(address), 0
    while (polls := await _polls(address) - first) < POLLS:
        if polls >= FULL and not early:
            early = _resident(pid)
        await asyncio.sleep(0.05)
    share = (_seconds(pid) - before) / polls / INTERVAL
    late = _resident(pid)
    findings = (await command(client, "status"))["findings"]
    await command(client, "unwatch")
    await end(client)
    print(f"{polls} polls of 10,000 goroutines and a heap profile of 5,000 stacks, {len(findings)} findings")
    told = f"{share:7.2%} of a core at one in {INTERVAL:g} s, to be at most {MOST:.2%}"
    print(f"  {'processor':14} {told}{_missed(share > MOST)}")
    grown = f"{early / 1e6:7.0f} MB after {FULL}, {late / 1e6:.0f} MB at the end, to be flat"
    print(f"  {'memory':14} {grown}{_missed(late > 1.05 * early)}\n", flush=True)


def _missed(is_missed: bool) -> str:  # noqa: FBT001
    return " <- MISSED" if is_missed else ""


async def _polls(address: str) -> int:
    def ask() -> int:
        with urlopen(f"http://{address}/polls") as answer:
            return int(answer.read())

    return await asyncio.to_thread(ask)


def _seconds(pid: int) -> float:
    """Processor time so far."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _resident(pid: int) -> int:
    return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
