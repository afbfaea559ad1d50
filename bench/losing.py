"""What is asked for while a profile loads, or while a program is watched: how often it does not take effect.

`python bench/run.py losing` prints it. Each try asks at another moment of the load, or between two rounds, over the
wire, and looks at what is shown once the load, or the round after, is there.
"""

import asyncio
import os
import shutil
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any

from lsprotocol import types
from pygls.lsp.client import LanguageClient
from wire import begin, command, end, ignore

sys.path.insert(0, str(Path(__file__).parent.parent / "tests"))
from programs import served

EXAMPLE = Path(__file__).parent.parent / "examples" / "leaky"
HEAP = EXAMPLE / "profiles" / "heap.pprof"
TRIES = 100
INTERVAL_SECONDS = 0.5
"""Between two rounds; no watch has a shorter one."""

SAMPLE_TYPES = ("alloc_objects", "alloc_space", "inuse_objects")

Ask = Callable[[int], Awaitable[object]]
IsShown = Callable[[int], Awaitable[bool]]


class Losing:
    """An editor with an empty folder, beside which the sources are in one that can be added."""

    def __init__(self, client: LanguageClient, sources: Path) -> None:
        self._client = client
        self._profile = sources / HEAP.relative_to(EXAMPLE)
        self._sources = types.WorkspaceFolder(sources.as_uri(), "sources")
        self.asks: dict[str, tuple[Ask, IsShown]] = {
            "a sample type": (self._select, self._has_sample_type),
            "a filter": (self._focus, self._has_filter),
            "a setting": (self._set, self._has_sample_type),
            "a folder": (self._add, self._has_sources),
        }

    async def run(self, name: str, **argument: object) -> Any:  # noqa: ANN401 - JSON
        return await command(self._client, name, **argument)

    async def begin_again(self) -> None:
        """Nothing is loaded, no folder has the sources, and no setting is set."""
        self._change_folders(removed=[self._sources])
        await self._configure()
        await self.run("clear")

    async def load(self) -> None:
        """Load a profile that was written just now, so that nothing of it is known."""
        now = time.time_ns()
        os.utime(self._profile, ns=(now, now))
        await self.run("load", source=str(self._profile))

    async def next_round(self) -> None:
        """Wait until a round that began after this is shown."""
        await asyncio.sleep(2 * INTERVAL_SECONDS)
        await self.run("status")

    async def _select(self, number: int) -> None:
        await self.run("selectSampleType", type=_sample_type(number))

    async def _focus(self, number: int) -> None:
        await self.run("focus", focus=_pattern(number))

    async def _set(self, number: int) -> None:
        await self._configure(sampleType=_sample_type(number))

    async def _add(self, _: int) -> None:
        self._change_folders(added=[self._sources])

    async def _has_sample_type(self, number: int) -> bool:
        return bool((await self.run("status"))["profile"]["sample_type"]["type"] == _sample_type(number))

    async def _has_filter(self, number: int) -> bool:
        found = (await self.run("status"))["filter"]
        return found is not None and bool(found["focus"] == _pattern(number))

    async def _has_sources(self, _: int) -> bool:
        return any(file.get("uri") for file in (await self.run("paths"))["files"])

    async def _configure(self, **settings: object) -> None:
        told = types.DidChangeConfigurationParams({"pprofLens": settings})
        self._client.workspace_did_change_configuration(told)

    def _change_folders(
        self, added: list[types.WorkspaceFolder] | None = None, removed: list[types.WorkspaceFolder] | None = None
    ) -> None:
        event = types.WorkspaceFoldersChangeEvent(added or [], removed or [])
        self._client.workspace_did_change_workspace_folders(types.DidChangeWorkspaceFoldersParams(event))


def print_losses() -> None:
    with tempfile.TemporaryDirectory() as folder:
        root, sources = Path(folder, "empty").resolve(), Path(folder, "sources").resolve()
        root.mkdir()
        shutil.copytree(EXAMPLE, sources)
        asyncio.run(_print_losses(root, sources))
    print(flush=True)


async def _print_losses(root: Path, sources: Path) -> None:
    client = LanguageClient("bench", "1")
    ignore(client, types.WORKSPACE_INLAY_HINT_REFRESH)
    await begin(client, root, "-m", "pprof_lens", "lsp")
    losing = Losing(client, sources)
    for name, (ask, is_shown) in losing.asks.items():
        _row(f"{name} during a load", await _lost_in_loads(losing, ask, is_shown))
    for name, (ask, is_shown) in losing.asks.items():
        _row(f"{name} during a watch", await _lost_in_rounds(losing, ask, is_shown))
    await end(client)


async def _lost_in_loads(losing: Losing, ask: Ask, is_shown: IsShown) -> int:
    """How often it is not shown once the load is."""
    await losing.begin_again()
    began = time.perf_counter()
    await losing.load()
    lasts, lost = time.perf_counter() - began, 0
    for number in range(TRIES):
        await losing.begin_again()
        loading = asyncio.ensure_future(losing.load())
        await asyncio.sleep(lasts * number / TRIES)
        await asyncio.gather(loading, ask(number))
        lost += not await _soon(is_shown, number)
    return lost


async def _lost_in_rounds(losing: Losing, ask: Ask, is_shown: IsShown) -> int:
    """How often it is not shown with the round after the one in which it was asked for."""
    lost = 0
    for address in _program():
        await losing.begin_again()
        await losing.run("watch", url=f"http://{address}", intervalSeconds=INTERVAL_SECONDS)
        for number in range(TRIES):
            await asyncio.sleep(INTERVAL_SECONDS * (number % 10) / 10)
            await ask(number)
            await losing.next_round()
            lost += not await _soon(is_shown, number)
        await losing.run("unwatch")
    return lost


def _program() -> Iterator[str]:
    body = HEAP.read_bytes()
    yield from served(lambda path: body if path.startswith("/debug/pprof/heap") else None)


async def _soon(is_shown: IsShown, number: int) -> bool:
    """Whether it is shown within a second: nobody waits for a setting or a folder, as they are only told."""
    until = time.perf_counter() + 1
    while not (found := await is_shown(number)) and time.perf_counter() < until:
        await asyncio.sleep(0.02)
    return found


def _sample_type(number: int) -> str:
    return SAMPLE_TYPES[number % len(SAMPLE_TYPES)]


def _pattern(number: int) -> str:
    return f".|{number}"


def _row(what: str, lost: int) -> None:
    print(f"  {what:44} lost {lost} of {TRIES}{' <- MISSED' if lost else ''}", flush=True)
