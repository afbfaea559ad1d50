"""Someone who does everything at once: no answer is a fault of ours, and in the end the figures are right."""

import asyncio
import random
import re
from collections.abc import Callable, Coroutine
from typing import Any

import pytest
from lsprotocol import types

from editor import Editor, Start

CACHE = "internal/cache/cache.go"
FILES = (CACHE, "internal/workload/workload.go", "internal/server/server.go", "internal/queue/consumer.go")
HEAP = "profiles/heap.pprof"
PROFILES = (HEAP, "profiles/cpu.pprof", "profiles/goroutineleak.pprof", "profiles/heap.debug1.txt", "profiles/none")
TYPES = ("inuse_space", "alloc_objects", "cpu")
NODE = "example.com/leaky/internal/cache.newSession"
STEPS = 400
FAULT = re.compile(r"FeatureNotificationError.*|FeatureRequestError: \w+(?:Error|Exception): .*")


@pytest.mark.parametrize("seed", [1, 2, 3])
async def test_no_answer_is_a_fault_whatever_comes_at_once_and_the_last_figures_are_right(
    start: Start, seed: int, capfd: pytest.CaptureFixture[str]
) -> None:
    editor = await start(profile=HEAP)
    await editor.open(CACHE)
    right = await editor.drawn(CACHE)
    editor.close(CACHE)
    await _be_busy(editor, random.Random(seed))
    await editor.run("load", source=HEAP)
    await editor.run("focus")
    await editor.run("selectSampleType", type="inuse_space")
    await editor.open(CACHE)
    assert (FAULT.findall(capfd.readouterr().err), await editor.drawn(CACHE)) == ([], right)


async def _be_busy(editor: Editor, choose: random.Random) -> None:
    """Ask and tell in any order, without waiting for what was asked before."""
    versions: dict[str, int] = {}
    asks: tuple[Callable[[str], Coroutine[Any, Any, object]], ...] = (
        lambda _: editor.run("load", source=choose.choice(PROFILES)),
        lambda _: editor.run("load", source="profiles/series/heap-6.pprof", base=choose.choice(PROFILES)),
        lambda _: editor.run("selectSampleType", type=choose.choice(TYPES)),
        lambda _: editor.run("focus", focus=choose.choice(("", "cache", "workload"))),
        lambda _: editor.run("clear"),
        lambda _: editor.run("top", by="cum", limit=9),
        lambda _: editor.run("paths"),
        lambda _: editor.run("status"),
        lambda _: editor.run("callTree", root={"function": NODE}, direction="callers"),
        lambda name: editor.run("callTree", root={"uri": editor.uri(name), "line": 38}, direction="callers"),
        lambda name: editor.run("lines", uri=editor.uri(name)),
        editor.hints,
        editor.lenses,
        lambda name: editor.hover(name, choose.randrange(60)),
    )
    asked = []
    for _ in range(STEPS):
        name = choose.choice(FILES)
        if choose.random() < len(asks) / (len(asks) + 4):
            asked.append(asyncio.ensure_future(choose.choice(asks)(name)))
        elif name not in versions:
            versions[name] = 1
            await editor.open(name)
        elif choose.random() < 1 / 4:
            del versions[name]
            editor.close(name)
        else:
            versions[name] += 1
            _change(editor, name, versions[name], choose)
        await asyncio.sleep(choose.choice((0, 0, 0.001, 0.01)))
    await asyncio.wait_for(asyncio.gather(*asked, return_exceptions=True), 60)
    for name in versions:
        editor.close(name)


def _change(editor: Editor, name: str, version: int, choose: random.Random) -> None:
    line = choose.randrange(50)
    place = types.Range(types.Position(line, 0), types.Position(line + choose.randrange(2), 0))
    editor.client.text_document_did_change(
        types.DidChangeTextDocumentParams(
            types.VersionedTextDocumentIdentifier(uri=editor.uri(name), version=version),
            [types.TextDocumentContentChangePartial(place, choose.choice(("", "\n", "// a\n")))],
        )
    )
