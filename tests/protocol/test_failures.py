"""What was loaded stays as it was, whatever part of what is asked for then fails; each time over the wire."""

import gzip
from pathlib import Path
from typing import Any

import pytest
from pygls.exceptions import JsonRpcException

from editor import Editor, Start

CACHE = "internal/cache/cache.go"
HEAP = "profiles/heap.pprof"
SERIES = "profiles/series/heap-1.pprof"
CPU = "profiles/cpu.pprof"


@pytest.fixture
def broken(workspace: Path) -> None:
    """Profiles in the workspace that break in each of their parts."""
    whole = (workspace / HEAP).read_bytes()
    message = gzip.decompress(whole)
    (workspace / "cut.pprof").write_bytes(whole[: len(whole) // 2])
    (workspace / "cut-message.pprof").write_bytes(gzip.compress(message[: len(message) // 2]))
    (workspace / "no-samples.pprof").write_bytes(gzip.compress(b""))
    (workspace / "text.pprof").write_text("no profile\n")


LOADS: dict[str, dict[str, Any]] = {
    "a file that is not there": {"source": "absent.pprof"},
    "a folder": {"source": "internal"},
    "a file that is cut": {"source": "cut.pprof"},
    "a message that is cut": {"source": "cut-message.pprof"},
    "nothing in it": {"source": "no-samples.pprof"},
    "no profile": {"source": "text.pprof"},
    "one of several": {"source": [SERIES, "absent.pprof"]},
    "several that do not go together": {"source": [SERIES, CPU]},
    "a base that is not there": {"source": SERIES, "base": "absent.pprof"},
    "a base that is cut": {"source": SERIES, "base": "cut.pprof"},
    "a base of another kind": {"source": SERIES, "base": CPU},
    "a sample type that it does not have": {"source": SERIES, "sampleType": "goals"},
    "a source that nobody has set": {"source": "fleet://production?query=memory"},
    "an address that nobody answers": {"source": "http://127.0.0.1:1/debug/pprof/heap"},
    "an address that is none": {"source": "http://[::1/debug/pprof/heap"},
    "seconds of a file": {"source": SERIES, "seconds": -1},
}
OTHERS: dict[str, tuple[str, dict[str, Any]]] = {
    "a sample type": ("selectSampleType", {"type": "goals"}),
    "a focus that is no expression": ("focus", {"focus": "("}),
    "an ignore that is no expression": ("focus", {"ignore": "["}),
    "a tag that is no expression": ("focus", {"tagFocus": "("}),
    "a node that is not there": ("focus", {"through": "nobody"}),
    "a file that cannot be written": ("save", {"path": "/nowhere/x.pprof"}),
    "a watch of nobody": ("watch", {"url": "http://127.0.0.1:1/"}),
}


async def all_of(editor: Editor) -> dict[str, Any]:
    """Everything that is shown."""
    return {
        "status": await editor.run("status"),
        "hints": await editor.hints(CACHE),
        "lenses": await editor.lenses(CACHE),
        "lines": await editor.run("lines", uri=editor.uri(CACHE)),
        "hover": [await editor.hover(CACHE, line) for line in await editor.hints(CACHE)],
        "calls": await editor.run("callTree", root={"uri": editor.uri(CACHE), "line": 30}, direction="callers"),
        "top": await editor.run("top"),
    }


async def fails(editor: Editor, command: str, **argument: object) -> None:
    """The command is answered by one sentence."""
    with pytest.raises(JsonRpcException, match=r"^[^\n]*\.$"):
        await editor.run(command, **argument)


@pytest.mark.usefixtures("broken")
@pytest.mark.parametrize("what", LOADS)
async def test_a_load_that_fails_leaves_what_was_loaded(start: Start, what: str) -> None:
    editor = await shown(start)
    before = await all_of(editor)
    await fails(editor, "load", **LOADS[what])
    assert await all_of(editor) == before


@pytest.mark.parametrize("what", OTHERS)
async def test_what_fails_of_what_is_loaded_leaves_it(start: Start, what: str) -> None:
    command, argument = OTHERS[what]
    editor = await shown(start)
    before = await all_of(editor)
    await fails(editor, command, **argument)
    assert await all_of(editor) == before


async def shown(start: Start) -> Editor:
    """An editor that shows a part of the heap; not trusted, so that no compiler tells more in the meantime."""
    editor = await start(profile=HEAP, options={"trusted": False})
    await editor.open(CACHE)
    await editor.run("selectSampleType", type="alloc_space")
    await editor.run("focus", focus="cache|main")
    return editor
