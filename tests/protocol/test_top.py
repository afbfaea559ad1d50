"""The top over the wire: all functions as one table, and where one of them and its calls are."""

import base64
import gzip
import json
from typing import Any

from editor import Editor, Start

CACHE = "internal/cache/cache.go"
PACKAGE = "example.com/leaky/internal/cache."


async def table(editor: Editor) -> Any:
    answer = await editor.run("topTable")
    return json.loads(gzip.decompress(base64.b64decode(answer["packed"])))


def row(made: Any, name: str) -> tuple[int, int]:
    at = made["names"].index(PACKAGE + name)
    return made["flat"][at], made["cum"][at]


async def test_the_table_has_the_figures_of_top(start: Start) -> None:
    editor = await start(profile="profiles/heap.pprof")
    made = await table(editor)
    rows = (await editor.run("top", by="flat", limit=1000))["rows"]
    figures = zip(made["names"], made["flat"], made["cum"], strict=True)
    assert sorted(figures) == sorted((row["function"], row["flat"], row["cum"]) for row in rows)
    assert (made["unit"], made["total"]) == ("bytes", 55_509_077)


async def test_the_table_obeys_sample_type_and_filter(start: Start) -> None:
    editor = await start(profile="profiles/heap.pprof")
    await editor.run("selectSampleType", type="inuse_objects")
    objects = row(await table(editor), "newSession")
    assert 0 < objects[0] < 100_000
    await editor.run("focus", ignore="newSession")
    assert PACKAGE + "newSession" not in (await table(editor))["names"]


async def test_a_function_of_the_table_has_a_place_and_so_has_its_call(start: Start) -> None:
    editor = await start(profile="profiles/heap.pprof")
    text = (editor.root / CACHE).read_text(encoding="utf-8").split("\n")
    (declared,) = (i for i, line in enumerate(text) if line.startswith("func newSession"))
    (called,) = (i for i, line in enumerate(text) if "session := newSession" in line)
    callee, caller = PACKAGE + "newSession", PACKAGE + "(*Sessions).Open"
    assert await editor.run("functionPlace", function=callee) == {"uri": editor.uri(CACHE), "line": declared}
    assert await editor.run("functionPlace", function=caller, of=callee) == {"uri": editor.uri(CACHE), "line": called}
    assert await editor.run("functionPlace", function=callee, of=callee) == {}
