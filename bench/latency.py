"""How fast the real server answers, over standard input and output: `python bench/run.py latency` prints it.

One profile of 100,000 samples on one Go file of 5,000 lines, and then the made profile loading beside it. Times inside
the server are taken around its handlers by `timed_server.py`; all others are those of the client, from the request
to the answer.
"""

import asyncio
import contextlib
import gzip
import json
import random
import statistics
import tempfile
import time
from collections.abc import Awaitable, Sequence
from pathlib import Path

from lsprotocol import types
from made import bytes_field, made_profile, numbers, varint
from pygls.exceptions import JsonRpcException
from pygls.lsp.client import LanguageClient
from wire import TIMED_SERVER, begin, command, end, ignore, print_times

LINES, SAMPLES, DEPTH = 5_000, 100_000, 30
LINES_OF_FUNCTION, VISIBLE_LINES = 10, 60
STARTED, ASKED, SWITCHED, CANCELLED = 5, 300, 30, 10
EVERY_SECONDS = 0.05


def print_latencies(cache: Path) -> None:
    """Run the server, ask it, and print percentiles in milliseconds."""
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder).resolve()
        asyncio.run(_measure(root, made_profile(cache)))
        inside = json.loads((root / "inside.json").read_text())
    print("inside the server, 100,000 samples, a file of 5,000 lines")
    for name, seconds in inside.items():
        print_times(name, seconds, most=5)


async def _measure(root: Path, large: Path) -> None:
    source, profile = root / "main.go", root / "cpu.pb.gz"
    (root / "go.mod").write_text("module example.com/bench\n")
    source.write_text(_go_source())
    profile.write_bytes(gzip.compress(_profile(source), 1))
    print("from the start of Python to what it answers first after `initialized`")
    print_times("start", [await _start(root) for _ in range(STARTED)], most=350)
    client = LanguageClient("bench", "1")
    editor = _Editor(client, source.as_uri())
    client.feature(types.WORKSPACE_INLAY_HINT_REFRESH)(lambda _: editor.refreshed.set())
    client.feature(types.WINDOW_WORK_DONE_PROGRESS_CREATE)(lambda params: editor.begin(params))  # noqa: PLW0108
    client.feature(types.PROGRESS)(lambda params: editor.follow(params))  # noqa: PLW0108
    await begin(client, root, TIMED_SERVER, root / "inside.json")
    document = types.TextDocumentItem(source.as_uri(), "go", 1, source.read_text())
    client.text_document_did_open(types.DidOpenTextDocumentParams(document))
    await editor.command("load", source=str(profile))
    await editor.ask()
    print("100,000 samples, from the command to the refreshed hints")
    print_times(
        "sample type",
        [await editor.switch("selectSampleType", type=("samples", "cpu")[i % 2]) for i in range(SWITCHED)],
        most=10,
    )
    print_times("filter", [await editor.switch("focus", focus=f"F{i}$") for i in range(SWITCHED)], most=20)
    await editor.command("focus")
    print("the made profile loads, a hover every 50 ms")
    print_times("hover", await editor.hover_during(editor.command("load", source=str(large))), most=20)
    print("the load of the made profile is cancelled, while its bar stands")
    small = str(profile)
    whole = await editor.bar(str(large))
    tried = [await editor.cancel(str(large), small, whole * (i + 0.5) / CANCELLED) for i in range(CANCELLED)]
    cancelled = [times for times in tried if times is not None]
    print_times("cancel", [seconds for seconds, _ in cancelled], most=200)
    alone = await editor.alone(small)
    print_times("a small load", alone, most=None)
    print_times("and a small load", [seconds for _, seconds in cancelled], most=200 + 1e3 * statistics.median(alone))
    await end(client)


async def _start(root: Path) -> float:
    """Seconds that a server takes to its first answer as one that is ready."""
    client = LanguageClient("bench", "1")
    ignore(client, types.WORKSPACE_INLAY_HINT_REFRESH)
    start = time.perf_counter()
    await begin(client, root, "-m", "pprof_lens", "lsp")
    await command(client, "status")
    seconds = time.perf_counter() - start
    await end(client)
    return seconds


class _Editor:
    """An editor with one file open."""

    def __init__(self, client: LanguageClient, uri: str) -> None:
        self._client = client
        self._document = types.TextDocumentIdentifier(uri)
        self._choose = random.Random(1)
        self.refreshed = asyncio.Event()
        self._progress: types.ProgressToken = ""
        self._ended = asyncio.Event()

    def begin(self, params: types.WorkDoneProgressCreateParams) -> None:
        self._progress = params.token
        self._ended.clear()

    def follow(self, params: types.ProgressParams) -> None:
        if params.token == self._progress and params.value is not None and params.value["kind"] == "end":
            self._ended.set()

    async def command(self, name: str, **argument: str) -> object:
        return await command(self._client, name, **argument)

    async def hints(self, lines: int = LINES) -> Sequence[types.InlayHint]:
        wanted = types.Range(types.Position(0, 0), types.Position(lines, 0))
        return await self._client.text_document_inlay_hint_async(types.InlayHintParams(self._document, wanted)) or ()

    async def hover(self) -> None:
        # The line inside of a function: every one has samples.
        line = self._choose.randrange(LINES // LINES_OF_FUNCTION) * LINES_OF_FUNCTION + 2
        await self._client.text_document_hover_async(types.HoverParams(self._document, types.Position(line, 2)))

    async def ask(self) -> None:
        """What an editor asks while someone reads and types."""
        while not await self.hints():
            await asyncio.sleep(EVERY_SECONDS)
        for _ in range(ASKED):
            await self.hints()
            await self._client.text_document_code_lens_async(types.CodeLensParams(self._document))
            await self.hover()

    async def switch(self, name: str, **argument: str) -> float:
        """Seconds from a command to the hints that the editor is then told to ask for."""
        self.refreshed.clear()
        start = time.perf_counter()
        going = asyncio.ensure_future(self.command(name, **argument))
        await self.refreshed.wait()
        await self.hints(VISIBLE_LINES)
        seconds = time.perf_counter() - start
        await going
        return seconds

    async def bar(self, source: str) -> float:
        """Seconds that the bar of a load stands, with nothing of it kept."""
        await self.command("clear")
        touch(source)
        self._ended.clear()
        start = time.perf_counter()
        going = asyncio.ensure_future(self.command("load", source=source))
        await self._ended.wait()
        seconds = time.perf_counter() - start
        await going
        return seconds

    async def cancel(self, large: str, small: str, after: float) -> tuple[float, float] | None:
        """Seconds until a load that was cancelled has ended, and until another one after it is done.

        None where its bar had gone before: then nothing can be cancelled any more.
        """
        await self.command("clear")
        touch(large)
        self._ended.clear()
        going = asyncio.ensure_future(self.command("load", source=large))
        await asyncio.sleep(after)
        start, is_late = time.perf_counter(), self._ended.is_set()
        self._client.window_work_done_progress_cancel(types.WorkDoneProgressCancelParams(self._progress))
        with contextlib.suppress(JsonRpcException):
            await going
        if is_late:
            return None
        touch(small)
        ended = time.perf_counter()
        await self.command("load", source=small)
        return ended - start, time.perf_counter() - ended

    async def alone(self, small: str) -> list[float]:
        """Seconds of a load with nothing before it that is kept."""
        times = []
        for _ in range(CANCELLED):
            await self.command("clear")
            touch(small)
            start = time.perf_counter()
            await self.command("load", source=small)
            times.append(time.perf_counter() - start)
        return times

    async def hover_during(self, work: Awaitable[object]) -> list[float]:
        """Seconds of each hover until the work is done."""
        going, times = asyncio.ensure_future(work), []
        while not going.done():
            start = time.perf_counter()
            await self.hover()
            times.append(time.perf_counter() - start)
            await asyncio.sleep(max(EVERY_SECONDS - times[-1], 0))
        await going
        return times


def touch(path: str) -> None:
    """Make the file another one, so that nothing is known of it."""
    Path(path).touch()


def _go_source() -> str:
    body = "\tx += f(x)\n" * (LINES_OF_FUNCTION - 4)  # each line calls whatever a stack says
    functions = (
        f"func F{i}(x int, f func(int) int) int {{\n{body}\treturn f(x)\n}}\n\n"
        for i in range(LINES // LINES_OF_FUNCTION)
    )
    return "package main\n" + "".join(functions)


def _profile(source: Path) -> bytes:
    """A CPU profile with a location on each line of the file's functions, few of them hot, as in real ones."""
    choose = random.Random(2)
    strings = [b"", b"samples", b"count", b"cpu", b"nanoseconds", str(source).encode()]
    parts = [bytes_field(1, numbers((1, 1), (2, 2))), bytes_field(1, numbers((1, 3), (2, 4)))]
    ids: list[int] = []
    for function in range(LINES // LINES_OF_FUNCTION):
        start = 2 + function * LINES_OF_FUNCTION
        strings.append(f"main.F{function}".encode())
        name = len(strings) - 1
        parts.append(bytes_field(5, numbers((1, function + 1), (2, name), (3, name), (4, 5), (5, start))))
        for line in range(start + 1, start + LINES_OF_FUNCTION - 2):
            ids.append(len(ids) + 1)
            parts.append(bytes_field(4, numbers((1, ids[-1])) + bytes_field(4, numbers((1, function + 1), (2, line)))))
    choose.shuffle(ids)
    weights = [1 / (i + 1) for i in range(len(ids))]
    for _ in range(SAMPLES):
        stack = b"".join(map(varint, choose.choices(ids, weights, k=DEPTH)))
        parts.append(bytes_field(2, bytes_field(1, stack) + bytes_field(2, varint(1) + varint(10_000_000))))
    return b"".join(parts) + b"".join(bytes_field(6, string) for string in strings)
