"""Whole profiles over the wire: the page of any file, loaded or not, a line chosen in it, and the way back."""

import base64
import gzip
import json
import re
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from urllib.request import url2pathname

import pytest
from lsprotocol import types
from pygls.exceptions import JsonRpcException

from editor import Editor, Start

CATALOG = "internal/catalog/catalog.go"
QUOTE = "example.com/leaky/internal/catalog.(*Catalog).Quote"


async def page(editor: Editor, **asked: object) -> Any:
    answer = await editor.run("page", **asked)
    return whole(answer["packed"])


async def test_a_page_is_of_its_own_file_whatever_is_loaded(start: Start) -> None:
    editor = await start(profile="profiles/heap.pprof")
    made = await page(editor, source="profiles/cpu.pprof")
    assert (made["title"], made["kind"], made["types"][made["column"]]["total"]) == ("cpu.pprof", "cpu", 2_140_000_000)
    assert (await editor.run("status"))["profile"]["kind"] == "heap"


async def test_a_page_has_only_what_passes_its_own_filter(start: Start) -> None:
    editor = await start()
    narrowed = await page(editor, source="profiles/cpu.pprof", focus="churn\\.rows")
    at = narrowed["functions"]["names"].index("example.com/leaky/internal/churn.rows")
    assert narrowed["samples"] == 53
    assert narrowed["functions"]["cum"][1][at] == 550_000_000
    assert QUOTE not in narrowed["functions"]["names"]


async def test_a_page_of_two_profiles_is_their_difference(start: Start) -> None:
    editor = await start()
    made = await page(editor, source="profiles/series/heap-6.pprof", base="profiles/series/heap-1.pprof")
    assert any(map(any, made["boxes"]["less"]))


async def test_a_line_of_a_page_is_opened_where_it_is_now(start: Start) -> None:
    editor = await start()
    (at,) = (i for i, line in enumerate(lines(editor)) if "c.cheaper(total)/" in line)
    asked = {"source": "profiles/cpu.pprof", "file": file_of(await page(editor, source="profiles/cpu.pprof"))}
    assert await editor.run("pagePlace", **asked, profileLine=at + 1) == {"uri": editor.uri(CATALOG), "line": at}
    await editor.open(CATALOG)
    insert_lines(editor, 3)
    assert (await editor.run("pagePlace", **asked, profileLine=at + 1))["line"] == at + 3


async def test_a_line_of_a_file_that_is_not_here_has_no_place(start: Start) -> None:
    editor = await start()
    assert await editor.run("pagePlace", source="profiles/cpu.pprof", file="/etc/passwd", profileLine=1) == {}


async def test_a_line_of_code_leads_to_its_function(start: Start) -> None:
    editor = await start(profile="profiles/cpu.pprof")
    (at,) = (i for i, line in enumerate(lines(editor)) if "c.cheaper(total)/" in line)
    assert await editor.run("functionAt", uri=editor.uri(CATALOG), line=at) == {"function": QUOTE}
    with pytest.raises(JsonRpcException, match="says nothing about this line"):
        await editor.run("functionAt", uri=editor.uri(CATALOG), line=0)


async def test_a_page_is_opened_in_the_browser(start: Start) -> None:
    editor = await start()
    answer = await editor.run("showPage", source="profiles/cpu.pprof")
    assert [(asked.uri, asked.external) for asked in editor.client.shown_documents] == [(answer["uri"], True)]
    assert data(answer["uri"])["title"] == "cpu.pprof"
    assert await editor.run("showPage", source="profiles/cpu.pprof") == answer


async def test_a_page_of_what_is_loaded_obeys_its_filter(start: Start) -> None:
    editor = await start()
    with pytest.raises(JsonRpcException, match=r"^No profile is loaded; load one first\.$"):
        await editor.run("showPage")
    await editor.run("load", source="profiles/cpu.pprof")
    await editor.run("focus", focus="churn\\.rows")
    assert data((await editor.run("showPage"))["uri"])["samples"] == 53
    assert data((await editor.run("showPage", ignore="churn\\.rows"))["uri"])["samples"] > 53


async def test_an_editor_that_opens_no_browser_tells_where_the_page_is(start: Start) -> None:
    unable, refusing = await start("emacs"), await start()
    del refusing.client.protocol.fm.features[types.WINDOW_SHOW_DOCUMENT]
    for editor in (unable, refusing):
        answer = await editor.run("showPage", source="profiles/cpu.pprof")
        await editor.told(f"the page is at {answer['uri']}.")


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({}, "needs a text 'source'"),
        ({"source": "none.pprof"}, "There is no file"),
        ({"source": "go.mod"}, "[^\n]*"),
        ({"source": "http://127.0.0.1:1/heap"}, "A page is made of files"),
        ({"source": "profiles/cpu.pprof", "focus": "("}, "[^\n]*"),
        ({"source": "profiles/cpu.pprof", "base": "none.pprof"}, "There is no file"),
    ],
)
async def test_what_cannot_be_a_page_is_told_in_one_sentence(start: Start, asked: dict[str, str], said: str) -> None:
    editor = await start()
    with pytest.raises(JsonRpcException, match=rf"^[^\n]*{said}[^\n]*$"):
        await editor.run("page", **asked)


def data(uri: str) -> Any:
    """What is in the page at the address."""
    text = Path(url2pathname(urlsplit(uri).path)).read_text(encoding="utf-8")
    (packed,) = re.findall(r'id="data">([^<]*)<', text)
    return whole(packed)


def whole(packed: str) -> Any:
    """What is painted first and what is read later, as one."""
    parts = [json.loads(gzip.decompress(base64.b64decode(part))) for part in packed.split(" ")]
    assert len(parts) == 2
    return {key: value for part in parts for key, value in part.items()}


def lines(editor: Editor) -> list[str]:
    return (editor.root / CATALOG).read_text(encoding="utf-8").split("\n")


def file_of(made: Any) -> str:
    at = made["functions"]["names"].index(QUOTE)
    return str(made["functions"]["files"][at])


def insert_lines(editor: Editor, count: int) -> None:
    start = types.Position(0, 0)
    change = types.TextDocumentContentChangePartial(text="\n" * count, range=types.Range(start, start))
    document = types.VersionedTextDocumentIdentifier(version=2, uri=editor.uri(CATALOG))
    editor.client.text_document_did_change(types.DidChangeTextDocumentParams(document, [change]))
