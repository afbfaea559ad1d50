"""Benchmarks and tests that are run from the editor, by the Go of the test environment, over the wire."""

import os
import sys
from pathlib import Path
from typing import Any

import pytest
from lsprotocol import types
from pygls.exceptions import JsonRpcException

from editor import Editor, Start

TEST = "bench_test.go"
SOURCE = """\
package bench

import "testing"

var kept []byte

func fill() []byte {
	return make([]byte, 1000)
}

func BenchmarkFill(b *testing.B) {
	for b.Loop() {
		kept = fill()
	}
}

func BenchmarkParts(b *testing.B) {
	b.Run("a few", func(b *testing.B) {
		for b.Loop() {
			kept = append([]byte(nil), 1)
		}
	})
}

func TestFill(t *testing.T) {
	for range 2000 {
		kept = fill()
	}
}

func FuzzFill(f *testing.F) {
	f.Add(1)
	f.Fuzz(func(t *testing.T, n int) {
		for range 2000 {
			kept = fill()
		}
	})
}

func helper(b *testing.B) {}
"""


@pytest.fixture(autouse=True)
def _with_go(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """The Go of the environment is on the PATH, and what is kept is kept for this test only."""
    monkeypatch.setenv("PATH", f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    """A module with benchmarks."""
    folder = tmp_path / "bench"
    folder.mkdir()
    (folder / "go.mod").write_text("module example.com/bench\n\ngo 1.24\n")
    (folder / TEST).write_text(SOURCE)
    return folder


QUICK = {"bench": {"count": 6, "time": "200x"}}


async def bench(editor: Editor, function: str = "", kind: str = "measure", **more: object) -> Any:
    return await editor.run("bench", uri=editor.uri(TEST), function=function, kind=kind, **more)


async def lenses(editor: Editor) -> dict[str, list[str]]:
    """The titles above each line that has any."""
    lines = (editor.root / TEST).read_text(encoding="utf-8").split("\n")
    found: dict[str, list[str]] = {}
    for lens in await editor.lenses(TEST):
        assert lens.command is not None
        found.setdefault(lines[lens.range.start.line], []).append(lens.command.title)
    return found


async def test_each_benchmark_test_and_fuzz_test_has_lenses_that_run_it_without_any_profile(start: Start) -> None:
    editor = await start()
    await editor.open(TEST)
    profile = ["profile CPU", "profile memory"]
    assert await lenses(editor) == {
        "func BenchmarkFill(b *testing.B) {": ["measure", *profile],
        "func BenchmarkParts(b *testing.B) {": ["measure", *profile],
        "func TestFill(t *testing.T) {": profile,
        "func FuzzFill(f *testing.F) {": profile,
    }


async def test_a_benchmark_that_is_measured_has_what_one_operation_allocates_behind_its_lines(start: Start) -> None:
    editor = await start(**QUICK)
    await editor.open(TEST)
    await bench(editor, "BenchmarkFill")
    assert await editor.drawn(TEST) == "return make([]byte, 1000) <1kB/op 1 allocs/op>"
    (figures, *_) = (await lenses(editor))["func BenchmarkFill(b *testing.B) {"]
    assert " 1kB/op ± 0%  1 allocs/op ± 0%" in figures


async def test_a_part_that_was_measured_has_a_lens_that_shows_it_on_the_lines(start: Start) -> None:
    editor = await start(**QUICK)
    await editor.open(TEST)
    await bench(editor)
    titles = (await lenses(editor))["func BenchmarkParts(b *testing.B) {"]
    assert titles[0].startswith("a_few: ")
    await editor.run("showBenchmark", package="example.com/bench", name="BenchmarkParts/a_few")
    assert await editor.drawn(TEST) == "kept = append([]byte(nil), 1) <8B/op 1 allocs/op>"


async def test_figures_follow_edits_from_the_text_that_was_run(start: Start) -> None:
    editor = await start(**QUICK)
    await editor.open(TEST)
    await bench(editor, "BenchmarkFill")
    edit(editor, 2, 0, "\n\n")
    assert await editor.hints(TEST) == {9: "1kB/op 1 allocs/op"}
    edit(editor, 3, 9, "\t/* edited */", until=1)
    assert await editor.hints(TEST) == {9: "~1kB/op 1 allocs/op"}


def edit(editor: Editor, version: int, line: int, text: str, *, until: int = 0) -> None:
    """Write a text in the place of the beginning of a line, from 0."""
    where = types.Range(types.Position(line, 0), types.Position(line, until))
    document = types.VersionedTextDocumentIdentifier(version=version, uri=editor.uri(TEST))
    change = types.TextDocumentContentChangePartial(text=text, range=where)
    editor.client.text_document_did_change(types.DidChangeTextDocumentParams(document, [change]))


@pytest.mark.parametrize("function", ["TestFill", "FuzzFill", "BenchmarkFill"])
async def test_the_profile_of_a_test_is_loaded(start: Start, function: str) -> None:
    editor = await start(**QUICK)
    await editor.open(TEST)
    await bench(editor, function, "memory")
    (hint,) = [label for line, label in (await editor.hints(TEST)).items() if line == 7]
    assert hint.endswith("%")
    status = await editor.run("status")
    assert status["profile"]["sample_type"]["type"] == "alloc_space"


async def test_nothing_is_run_in_a_workspace_that_is_not_trusted(start: Start) -> None:
    editor = await start(options={"trusted": False})
    await editor.open(TEST)
    assert await lenses(editor) == {}
    with pytest.raises(JsonRpcException, match="only in a trusted workspace"):
        await bench(editor, "BenchmarkFill")
