"""A server that is killed again and again: `python tests/chaos/run.py [--moments N] [--seed S]`, 200 if not said.

A user loads, switches, filters, types and saves; at a random moment the server is killed. A new one is started and
told what the client remembers, as `client/src/restore.ts` does. Then the figures are those of before, within seconds;
what was written is whole; and nothing of the killed servers is left behind.
"""

# ruff: noqa: T201 - it is a program, and its moments need no secrecy

import argparse
import asyncio
import os
import random
import re
import shutil
import sys
import tempfile
import time
from contextlib import suppress
from pathlib import Path
from typing import Any, NamedTuple

from lsprotocol import types
from pygls.exceptions import JsonRpcException
from pygls.lsp.client import LanguageClient

ROOT = Path(__file__).parents[2]
FILE = "internal/catalog/catalog.go"
SECONDS_TO_BE_BACK = 5.0
"""Where nothing else runs on the machine."""
LONGEST_SECONDS = 1.5
"""A session is killed after so long at most."""
PROBE = re.compile("[a-z0-9_]{8}")
"""What Python writes to see whether a folder takes files, and removes at once; who is killed just then leaves it."""

MOST_FOLDERS = 3
"""Of the servers: a new one removes those of the ones before it when it needs its own."""
PROFILES = ("profiles/heap.pprof", "profiles/cpu.pprof", "profiles/allocs.pprof")


class Remembered(NamedTuple):
    """What a client tells a new server."""

    source: str = PROFILES[0]
    sample_type: str = ""
    focus: str = ""


class Survived(NamedTuple):
    """How long it took until a new server showed the figures of before, and what was wrong then."""

    seconds: float
    wrong: str


async def main() -> int:
    parser = argparse.ArgumentParser(description="Kill the server at random moments and see that nothing is lost.")
    parser.add_argument("--moments", type=int, default=200)
    parser.add_argument("--seed", type=int, default=time.time_ns())
    arguments = parser.parse_args()
    found = await survive(arguments.moments, arguments.seed)
    wrong = [f"moment {i}: {one.wrong}" for i, one in enumerate(found) if one.wrong]
    worst = max(one.seconds for one in found)
    print(f"{len(found)} moments from seed {arguments.seed} on; back after {worst:.1f} s at most", *wrong, sep="\n")
    return 1 if wrong else 0


async def survive(moments: int, seed: int, seconds: float = SECONDS_TO_BE_BACK) -> list[Survived]:
    """Kill a server so many times; it is to be back within these seconds."""
    with tempfile.TemporaryDirectory(prefix="chaos-") as folder:
        workspace, temporary = Path(folder, "workspace"), Path(folder, "temporary")
        shutil.copytree(ROOT / "examples" / "leaky", workspace)
        temporary.mkdir()
        return [await _one(workspace, temporary, random.Random(seed + i), seconds) for i in range(moments)]


async def _one(workspace: Path, temporary: Path, choose: random.Random, most: float) -> Survived:
    before = {path: path.read_bytes() for path in workspace.rglob("*.go")}
    session = Session(workspace, temporary)
    await session.start()
    using = asyncio.ensure_future(session.use(choose))
    await asyncio.sleep(choose.random() * LONGEST_SECONDS)
    session.kill()
    with suppress(JsonRpcException, asyncio.CancelledError, ConnectionError, RuntimeError):
        using.cancel()
        await using
    again = Session(workspace, temporary)
    begin = time.monotonic()
    await again.start()
    shown = await again.restore(session.remembered)
    seconds = time.monotonic() - begin
    wrong = "" if shown == await again.restore(session.remembered) and shown else "other figures"
    if seconds > most:
        wrong = f"back after {seconds:.1f} s"
    if before != {path: path.read_bytes() for path in workspace.rglob("*.go")}:
        wrong = "a source file was changed"
    for saved in workspace.glob("saved-*"):
        try:
            await again.run("load", source=saved.name)
        except JsonRpcException as error:
            wrong = f"{saved.name} is not whole: {error.message}"
        saved.unlink()
    left = [path.name for path in temporary.iterdir() if not PROBE.fullmatch(path.name)]
    if len(left) > MOST_FOLDERS or not all(name.startswith("pprof-lens-") for name in left):
        wrong = f"left behind: {left}"
    again.kill()
    return Survived(seconds, wrong)


class Session:
    """One server and its client, and what the client would tell the next one."""

    def __init__(self, workspace: Path, temporary: Path) -> None:
        self.remembered = Remembered()
        self._workspace, self._temporary = workspace, temporary
        self._client = LanguageClient("chaos", "1")
        for told in ("pprofLens/status", types.WINDOW_SHOW_MESSAGE, types.TEXT_DOCUMENT_PUBLISH_DIAGNOSTICS):
            self._client.feature(told)(lambda _: None)

    async def start(self) -> None:
        environment = os.environ | {"TMPDIR": str(self._temporary), "PYTHONPATH": str(ROOT / "server")}
        await self._client.start_io(sys.executable, "-m", "pprof_lens", "lsp", env=environment)
        root = self._workspace.as_uri()
        asked = types.InitializeParams(types.ClientCapabilities(), root_uri=root, process_id=os.getpid())
        await self._client.initialize_async(asked)
        self._client.initialized(types.InitializedParams())
        source = self._workspace / FILE
        item = types.TextDocumentItem(source.as_uri(), "go", 1, source.read_text(encoding="utf-8"))
        self._client.text_document_did_open(types.DidOpenTextDocumentParams(item))

    def kill(self) -> None:
        assert self._client._server is not None  # pygls tells the process in no other way
        self._client._server.kill()

    async def use(self, choose: random.Random) -> None:
        """Do what users do, until the server is gone."""
        version = 1
        while True:
            source = choose.choice(PROFILES)
            loaded = await self.run("load", source=source)
            self.remembered = Remembered(source)
            chosen = choose.choice(loaded["profile"]["sample_types"])["type"]
            await self.run("selectSampleType", type=chosen)
            self.remembered = self.remembered._replace(sample_type=chosen)
            focus = choose.choice(("leaky", "catalog"))
            with suppress(JsonRpcException):
                await self.run("focus", focus=focus)
                self.remembered = self.remembered._replace(focus=focus)
            with suppress(JsonRpcException):
                await self.run("save", path=str(self._workspace / f"saved-{version}.pprof"))
            at, version = types.Position(0, 0), version + 1
            document = types.VersionedTextDocumentIdentifier(version, (self._workspace / FILE).as_uri())
            key = types.TextDocumentContentChangePartial(types.Range(at, at), "\n")
            self._client.text_document_did_change(types.DidChangeTextDocumentParams(document, [key]))
            await self.run("page", source=source)

    async def restore(self, remembered: Remembered) -> list[tuple[int, object]]:
        """What a new server shows of the open file, once it was told what was there."""
        await self.run("load", source=remembered.source, sampleType=remembered.sample_type)
        await self.run("focus", focus=remembered.focus)
        everything = types.Range(types.Position(0, 0), types.Position(10_000, 0))
        document = types.TextDocumentIdentifier((self._workspace / FILE).as_uri())
        asked = types.InlayHintParams(document, everything)
        hints = await self._client.text_document_inlay_hint_async(asked)
        rows = await self.run("top", by="cum", limit=5)
        return [(hint.position.line, hint.label) for hint in hints or ()] + [(0, rows["rows"])]

    async def run(self, command: str, **argument: object) -> Any:
        given = {name: value for name, value in argument.items() if value != ""}
        params = types.ExecuteCommandParams(f"pprofLens.server.{command}", [given])
        return await asyncio.wait_for(self._client.workspace_execute_command_async(params), 60)


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
