"""The long run over the wire: `python tests/soak/run.py [--hours H | --minutes M]`, an hour if nothing is said.

A user types, loads, fails, opens and closes files without end against one server, has a profile rewritten and watches
a real program that leaks and is started anew now and then. Once a minute the server's memory, descriptors, threads
and temporary files are printed. It fails where one of them grows: what stands after the first tenth must stand at the
end. It looks at the server from outside only, so it needs a system with /proc.
"""

# ruff: noqa: T201 - it is a program

import argparse
import asyncio
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any, NamedTuple, final

from lsprotocol import types
from pygls.exceptions import JsonRpcException
from pygls.lsp.client import LanguageClient

ROOT = Path(__file__).parents[2]
PROFILE, OTHER = "one.pprof", "other.pprof"
MEGABYTE = 1 << 20
MOST_GROWTH = 8 * MEGABYTE
POOL = (os.cpu_count() or 1) + 4
"""Threads that a pool of asyncio's makes at most, one whenever all that it has are busy."""
KEYSTROKES = 200
WATCH_SECONDS, POLL_SECONDS = 6, 0.5
ROUNDS_OF_A_PROGRAM = 10
PATIENCE_SECONDS = 60


class Looked(NamedTuple):
    """What the server has at a moment; memory in bytes."""

    memory: int
    descriptors: int
    threads: int
    files: int


def main() -> None:
    parser = argparse.ArgumentParser(description="Use one server for long and see that nothing of it grows.")
    parser.add_argument("--hours", type=float, default=1)
    parser.add_argument("--minutes", type=float, default=0, help="instead of hours")
    arguments = parser.parse_args()
    sys.exit(asyncio.run(soak(60 * (arguments.minutes or 60 * arguments.hours))))


async def soak(seconds: float) -> int:
    """Use a server for so long. Gives the exit status: 1 where something grew."""
    with tempfile.TemporaryDirectory(prefix="soak-") as folder:
        workspace, temporary = Path(folder, "workspace"), Path(folder, "temporary")
        shutil.copytree(ROOT / "examples" / "leaky", workspace)
        temporary.mkdir()
        for name, profile in zip((PROFILE, OTHER), sorted(workspace.rglob("*.pprof")), strict=False):
            shutil.copy(profile, workspace / name)
        client = LanguageClient("soak", "1")
        environment = os.environ | {"TMPDIR": str(temporary), "PYTHONPATH": str(ROOT / "server")}
        for told in ("pprofLens/status", types.WINDOW_SHOW_MESSAGE, types.TEXT_DOCUMENT_PUBLISH_DIAGNOSTICS):
            client.feature(told)(lambda _: None)
        await client.start_io(sys.executable, "-m", "pprof_lens", "lsp", env=environment)
        server = client._server  # pygls tells the process in no other way
        assert server is not None
        await client.initialize_async(
            types.InitializeParams(types.ClientCapabilities(), root_uri=workspace.as_uri(), process_id=os.getpid())
        )
        client.initialized(types.InitializedParams())
        with Watched(Path(folder)) as program:
            looks = await use(client, Used(server.pid, workspace, temporary, program), seconds)
        await client.shutdown_async(None)
        client.exit(None)
        await asyncio.wait_for(server.wait(), 10)
        left = list(temporary.iterdir())
        if left:
            print(f"The server left {len(left)} temporary files.")
        return 1 if left or grown(looks) else 0


@final
class Watched:
    """The leaking example, built and run; to be left, which ends it."""

    def __init__(self, folder: Path) -> None:
        self._program = folder / "leaky"
        go = shutil.which("go") or str(Path(sys.executable).parent / "go")
        module = ROOT / "examples" / "leaky"
        subprocess.run([go, "build", "-o", self._program, "./cmd/leaky"], cwd=module, check=True)
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.address = f"127.0.0.1:{free.getsockname()[1]}"
        self._running = self._start()

    def __enter__(self) -> "Watched":
        return self

    def __exit__(self, *_: object) -> None:
        self._end()

    def restart(self) -> None:
        self._end()
        self._running = self._start()

    def _start(self) -> "subprocess.Popen[bytes]":
        return subprocess.Popen([self._program, "-listen", self.address], stderr=subprocess.DEVNULL)

    def _end(self) -> None:
        self._running.kill()
        self._running.wait()


class Used(NamedTuple):
    """The process of the server, and what it is used on."""

    server: int
    workspace: Path
    temporary: Path
    program: Watched


async def use(client: LanguageClient, used: Used, seconds: float) -> list[Looked]:
    """Do rounds until the time is over, and look at the server sixty times at most."""
    looks: list[Looked] = []
    begin, rounds = time.monotonic(), 0
    print(f"{'seconds':>8} {'rounds':>7} {'MB':>7} {'descriptors':>11} {'threads':>7} {'files':>5}")
    while (passed := time.monotonic() - begin) < seconds:
        await type_and_load(client, used.workspace)
        await rewrite(client, used.workspace)
        await watch(client, used.program, starts_anew=rounds % ROUNDS_OF_A_PROGRAM == 0)
        rounds += 1
        if passed >= len(looks) * min(60, seconds / 60):
            looks.append(look(used.server, used.temporary))
            memory, descriptors, threads, files = looks[-1]
            columns = f"{memory / MEGABYTE:7.1f} {descriptors:>11} {threads:>7} {files:>5}"
            print(f"{passed:8.0f} {rounds:>7} {columns}", flush=True)
    return looks


async def type_and_load(client: LanguageClient, workspace: Path) -> None:
    """A file is opened, typed into and closed; profiles come and go, and commands fail."""
    (source,) = sorted(workspace.rglob("*.go"))[:1]
    uri, text = source.as_uri(), source.read_text(encoding="utf-8")
    client.text_document_did_open(types.DidOpenTextDocumentParams(types.TextDocumentItem(uri, "go", 1, text)))
    for version in range(2, KEYSTROKES):
        at = types.Position(0, 0)
        key = types.TextDocumentContentChangePartial(types.Range(at, at), " ")
        document = types.VersionedTextDocumentIdentifier(version, uri)
        client.text_document_did_change(types.DidChangeTextDocumentParams(document, [key]))
    for name in (PROFILE, OTHER):
        await run(client, "load", source=name)
        await fail(client, "load", source="absent.pprof")
        await fail(client, "focus", focus="(")
        await fail(client, "selectSampleType", type="absent")
        await fail(client, "callTree", root={"function": "absent"}, direction="callers")
        await run(client, "top", by="flat", limit=20)
        everything = types.Range(types.Position(0, 0), types.Position(1000, 0))
        asked = types.InlayHintParams(types.TextDocumentIdentifier(uri), everything)
        await client.text_document_inlay_hint_async(asked)
    client.text_document_did_close(types.DidCloseTextDocumentParams(types.TextDocumentIdentifier(uri)))


async def rewrite(client: LanguageClient, workspace: Path) -> None:
    """The loaded profile is rewritten, and shown as it is then."""
    first, second = ((workspace / name).read_bytes() for name in (PROFILE, OTHER))
    rewritten = workspace / "rewritten.pprof"
    rewritten.write_bytes(first)
    before = (await run(client, "load", source=rewritten.name))["profile"]
    rewritten.write_bytes(second)

    async def is_shown() -> bool:
        return bool((await run(client, "status"))["profile"] != before)

    await eventually(is_shown)


async def watch(client: LanguageClient, program: Watched, *, starts_anew: bool) -> None:
    """A program is watched for some rounds, and started anew meanwhile or not."""

    async def is_watched() -> bool:
        try:
            await run(client, "watch", url=f"http://{program.address}", intervalSeconds=POLL_SECONDS)
        except JsonRpcException:  # it has not begun to listen
            return False
        return True

    await eventually(is_watched)
    await asyncio.sleep(WATCH_SECONDS / 2)
    if starts_anew:
        program.restart()
    await asyncio.sleep(WATCH_SECONDS / 2)
    await run(client, "unwatch")


async def eventually(happens: Callable[[], Awaitable[bool]]) -> None:
    async def wait() -> None:
        while not await happens():
            await asyncio.sleep(0.1)

    await asyncio.wait_for(wait(), PATIENCE_SECONDS)


async def run(client: LanguageClient, command: str, **argument: object) -> Any:
    params = types.ExecuteCommandParams(f"pprofLens.server.{command}", [argument])
    return await client.workspace_execute_command_async(params)


async def fail(client: LanguageClient, command: str, **argument: object) -> None:
    """Ask for what cannot be had; an answer that is no error ends the run."""
    try:
        await run(client, command, **argument)
    except JsonRpcException:
        return
    raise AssertionError(f"{command} {argument} did not fail")


def look(pid: int, temporary: Path) -> Looked:
    facts = dict(line.split(":", 1) for line in Path(f"/proc/{pid}/status").read_text(encoding="ascii").splitlines())
    return Looked(
        memory=int(facts["VmRSS"].split()[0]) * 1024,
        descriptors=len(list(Path(f"/proc/{pid}/fd").iterdir())),
        threads=int(facts["Threads"]),
        files=sum(path.is_file() for path in temporary.rglob("*")),
    )


def grown(looks: list[Looked]) -> bool:
    """Whether the last tenth has more than the second tenth had, at their most."""
    tenth = max(len(looks) // 10, 1)
    early, late = looks[tenth : 2 * tenth] or looks, looks[-tenth:]
    found = False
    for name, allowed in zip(Looked._fields, (MOST_GROWTH, 2, POOL, 2), strict=True):
        before, after = (max(getattr(one, name) for one in some) for some in (early, late))
        if after > before + allowed:
            print(f"{name} grew from {before} to {after}")
            found = True
    return found


if __name__ == "__main__":
    main()
