"""What an editor sends is taken as it is meant: the parts of one change belong together."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import cast
from unittest.mock import Mock

import pytest
from lsprotocol import types

from heaps import heap
from pprof_lens.analysis.verdict import Finder
from pprof_lens.annotate import hot_lines
from pprof_lens.editor import finding
from pprof_lens.editor.documents import Baseline, OpenFiles
from pprof_lens.editor.host import Host
from pprof_lens.editor.shown import Shown
from pprof_lens.lsp.features import documents
from pprof_lens.lsp.server import ProfileServer
from pprof_lens.session.goal import Content, Goal, Source
from pprof_lens.session.maker import Maker
from pprof_lens.source.buffer import Change
from pprof_lens.source.drift import Candidate, place
from pprof_lens.source.profiled import DeclaredFunction, ProfileFile

EXAMPLE = Path(__file__).parent.parent.parent / "examples" / "leaky"
SOURCE = "package p\n\nfunc f() {\n\tx := g(1)\n\tuse(x)\n\twork()\n}\n"


def test_a_short_line_that_one_change_takes_away_and_brings_back_elsewhere_is_the_same_line() -> None:
    files = OpenFiles()
    files.open("file:///p.go", "/p.go", SOURCE, 1)
    sampled = ProfileFile("p.go", (DeclaredFunction("p.f", 3, (4, 6)),))
    drift = place(sampled, [Candidate(SOURCE, "this")], SOURCE)
    files.install("file:///p.go", Baseline(heap(1, "p.f p.go:6 = 1: 1 1"), (), SOURCE, drift))
    backend = SimpleNamespace(files=files, runs=SimpleNamespace(edited=lambda *_: None))
    documents.did_change(
        cast("ProfileServer", SimpleNamespace(backend=backend)),
        types.DidChangeTextDocumentParams(
            types.VersionedTextDocumentIdentifier(uri="file:///p.go", version=2),
            [part(5, 6, ""), part(3, 3, "\twork()\n")],
        ),
    )
    assert files.line_now("file:///p.go", 6) == 3


def test_a_file_that_grows_by_small_changes_is_let_go_once_it_is_too_large(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pprof_lens.editor.documents.MOST_CHARACTERS", 10)
    files, uri = OpenFiles(), "file:///p.go"
    files.open(uri, "/p.go", "12345", 1)
    for _ in range(9):
        files.edit(uri, [Change(0, 0, 0, 2, "ab")], 2)  # no longer than before
    assert files.is_followed(uri)
    for _ in range(6):
        files.edit(uri, [Change(0, 0, 0, 0, "x")], 2)
    assert (files.is_followed(uri), files.let_go()) == (False, {uri: "/p.go"})


@pytest.mark.parametrize("many", [10, 11])
def test_a_file_that_becomes_too_large_is_let_go(many: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pprof_lens.editor.documents.MOST_LINES", 10)
    whole, uri = "x\n" * many, "file:///p.go"
    changes: dict[str, Callable[[OpenFiles], None]] = {
        "whole": lambda files: files.replace(uri, whole, 2),
        "put in": lambda files: files.edit(uri, [Change(0, 0, 0, 0, whole)], 2),
        "little by little": lambda files: files.edit(uri, [Change(0, 0, 0, 0, "\n")] * many, 2),
        "opened": lambda files: files.open(uri, "/p.go", whole, 1),
    }
    for name, change in changes.items():
        files = OpenFiles()
        if name != "opened":
            files.open(uri, "/p.go", "", 1)
        change(files)
        assert files.is_followed(uri) == (many == 10), name


def test_hot_lines_are_found_once_for_each_sample_type(monkeypatch: pytest.MonkeyPatch) -> None:
    path = str(EXAMPLE / "profiles" / "heap.pprof")
    goal = Goal(content=Content(Source(path, (path,))), folders=(str(EXAMPLE),))
    snapshot, around = Maker().make(goal, Goal(), None, (), lambda: False)
    assert snapshot is not None
    find = Mock(wraps=hot_lines.find)
    monkeypatch.setattr(hot_lines, "find", find)

    async def work(job: Callable[[], object]) -> object:
        return job()

    ls = cast("Host", SimpleNamespace(work=work, work_to_the_end=work))
    shown, told = Shown(goal, snapshot, around), []
    for column in (0, 1, 0, 1):
        shown = replace(shown, snapshot=replace(snapshot, column=column))
        shown = asyncio.run(finding.find(ls, Finder(), shown, lambda: False))
        told.append(shown.findings.hot_lines)
    assert find.call_count == 2
    assert told[0] == told[2] != told[1] == told[3]
    again = replace(shown, snapshot=replace(snapshot, index=replace(snapshot.index)))
    asyncio.run(finding.find(ls, Finder(), again, lambda: False))
    assert find.call_count == 3, "figures of another filter are others"


def part(first: int, last: int, text: str) -> types.TextDocumentContentChangePartial:
    return types.TextDocumentContentChangePartial(types.Range(types.Position(first, 0), types.Position(last, 0)), text)
