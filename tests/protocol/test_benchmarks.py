"""Benchmarks and tests that are run from the editor, by the Go of the test environment, over the wire."""

import asyncio
import os
import re
import sys
from collections.abc import Callable
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


QUICK = {"options": {"settings": {"bench": {"count": 6, "time": "200x"}}}}


async def bench(editor: Editor, function: str = "", kind: str = "measure", **more: object) -> Any:
    return await editor.run("bench", uri=editor.uri(TEST), function=function, kind=kind, **more)


def of_go(editor: Editor, **settings: object) -> None:
    """The editor's settings for Go, from now on."""
    editor.client.set_configuration({"go": settings, "pprofLens": QUICK["options"]["settings"]})


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
    assert ", 1kB/op ± 0%, 1 allocs/op ± 0%" in figures


async def test_a_part_that_was_measured_has_lenses_where_it_is_run_by_its_name(start: Start) -> None:
    editor = await start(**QUICK)
    await editor.open(TEST)
    await bench(editor)
    figures, *run = (await lenses(editor))['\tb.Run("a few", func(b *testing.B) {']
    assert ", 8B/op ± 0%, 1 allocs/op ± 0%" in figures
    assert run == ["measure", "profile CPU", "profile memory"]
    await editor.run("showBenchmark", package="example.com/bench", name="BenchmarkParts/a_few")
    assert await editor.drawn(TEST) == "kept = append([]byte(nil), 1) <8B/op 1 allocs/op>"
    await bench(editor, "BenchmarkParts/a_few", "memory")
    (profile,) = (await editor.run("profiles"))["profiles"]
    assert profile["name"].startswith("BenchmarkParts a_few memory ")


async def test_a_part_whose_name_is_made_elsewhere_has_its_lenses_above_its_benchmark(start: Start) -> None:
    editor = await start(**QUICK)
    await editor.open(TEST)
    await change(editor, 'b.Run("a few"', 'name := "made"\n\tb.Run(name')
    await bench(editor, "BenchmarkParts")
    figures, *others = (await lenses(editor))["func BenchmarkParts(b *testing.B) {"]
    assert figures.startswith("made: ")
    assert others[:3] == ["made: measure", "made: profile CPU", "made: profile memory"]
    assert others[3:] == ["measure", "profile CPU", "profile memory"]


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


async def test_the_cpu_profile_of_a_benchmark_is_loaded(start: Start) -> None:
    editor = await start(**QUICK)
    await editor.open(TEST)
    await bench(editor, "BenchmarkFill", "cpu")
    status = await editor.run("status")
    assert (status["profile"]["kind"], status["profile"]["sample_type"]["type"]) == ("cpu", "cpu")
    assert any(label.endswith("%") for label in (await editor.hints(TEST)).values())


async def test_the_test_at_the_cursor_and_all_of_the_package_are_run(start: Start) -> None:
    editor = await start(**QUICK)
    await editor.open(TEST)
    measured = await bench(editor, line=SOURCE.split("\n").index("\t\tkept = fill()"))
    assert [told.split(":")[0] for told in measured["benchmarks"]] == ["BenchmarkFill"]
    measured = await bench(editor)
    assert [told.split(":")[0] for told in measured["benchmarks"]] == ["BenchmarkFill", "BenchmarkParts/a_few"]
    await bench(editor, kind="memory")
    (profile,) = (await editor.run("profiles"))["profiles"]
    assert profile["name"].startswith("bench memory ")
    with pytest.raises(JsonRpcException, match=r"^The cursor is in no test or benchmark; put it into one\.$"):
        await bench(editor, line=0)


async def test_a_profile_that_a_test_wrote_stands_in_the_picker_under_its_name(start: Start) -> None:
    editor = await start(**QUICK)
    await editor.open(TEST)
    await bench(editor, "TestFill", "memory")
    (profile,) = (await editor.run("profiles"))["profiles"]
    assert re.fullmatch(r"TestFill memory \d{4}-\d\d-\d\d \d\d\.\d\d\.\d\d\.pprof", profile["name"])
    assert profile["kind"] == "allocs"


async def change(editor: Editor, before: str, after: str) -> None:
    """Write something else into the test's file, in the editor and on the disk."""
    text = (editor.root / TEST).read_text(encoding="utf-8").replace(before, after)
    (editor.root / TEST).write_text(text, encoding="utf-8")
    document = types.VersionedTextDocumentIdentifier(version=9, uri=editor.uri(TEST))
    whole = types.TextDocumentContentChangeWholeDocument(text=text)
    editor.client.text_document_did_change(types.DidChangeTextDocumentParams(document, [whole]))


async def test_after_a_baseline_is_kept_lines_show_what_changed_and_the_lens_what_is_proved(start: Start) -> None:
    editor = await start(**QUICK)
    await editor.open(TEST)
    await bench(editor, "BenchmarkFill")
    await editor.run("keepBaseline")
    await change(editor, "make([]byte, 1000)", "make([]byte, 500)")
    await bench(editor, "BenchmarkFill")
    assert await editor.drawn(TEST) == "return make([]byte, 500) <-512B/op>"
    verdict = (await lenses(editor))["func BenchmarkFill(b *testing.B) {"][0]
    assert re.search(r"/op .*, 512B/op -50\.00% \(p=0\.002\), 1 allocs/op ~ \(p=1\.000\), n=6$", verdict)
    await editor.run("forgetBaseline")
    assert await editor.drawn(TEST) == "return make([]byte, 500) <512B/op 1 allocs/op>"


async def test_runs_survive_a_restart_and_any_two_compare(start: Start) -> None:
    editor = await start(**QUICK)
    await editor.open(TEST)
    await bench(editor, "BenchmarkFill")
    await change(editor, "make([]byte, 1000)", "make([]byte, 500)")
    await bench(editor, "BenchmarkFill")
    later = await start(**QUICK)
    await later.open(TEST)
    new, old = (await later.run("runs"))["runs"]
    assert [len(run["benchmarks"]) for run in (new, old)] == [1, 1]
    compared = await later.run("compareRuns", old=old["id"], new=new["id"])
    assert "512B/op -50.00% (p=0.002)" in compared["verdicts"][0]
    assert await later.drawn(TEST) == "return make([]byte, 500) <-512B/op>"
    await later.run("showRun", run=old["id"])
    assert await later.drawn(TEST) == "return make([]byte, 500) <~1kB/op 1 allocs/op>"
    await later.run("hideRuns")
    assert await later.drawn(TEST) == ""


async def test_after_a_restart_lenses_have_their_figures_again_and_lines_once_one_is_clicked(start: Start) -> None:
    editor = await start(**QUICK)
    await editor.open(TEST)
    await bench(editor, "BenchmarkFill")
    await editor.run("keepBaseline")
    await change(editor, "make([]byte, 1000)", "make([]byte, 500)")
    await bench(editor, "BenchmarkFill")
    (editor.root / TEST).write_text("// Edited since.\n" + (editor.root / TEST).read_text(encoding="utf-8"))
    later = await start(**QUICK)
    await later.open(TEST)

    async def verdict() -> str:
        return (await lenses(later))["func BenchmarkFill(b *testing.B) {"][0]

    async def is_back() -> bool:
        return "512B/op -50.00% (p=0.002)" in await verdict()

    await later.eventually(is_back)
    assert await later.drawn(TEST) == ""
    await later.run("showBenchmark", package="example.com/bench", name="BenchmarkFill")
    assert await later.drawn(TEST) == "return make([]byte, 500) <-512B/op>"
    await later.run("forgetBaseline")
    assert await later.drawn(TEST) == "return make([]byte, 500) <512B/op 1 allocs/op>"


async def figures(editor: Editor) -> str:
    """What the first lens of the benchmark says."""
    return (await lenses(editor))["func BenchmarkFill(b *testing.B) {"][0]


async def test_runs_that_are_hidden_stay_so_after_a_restart_until_they_are_shown(start: Start) -> None:
    editor = await start(**QUICK)
    await editor.open(TEST)
    await bench(editor, "BenchmarkFill")
    await bench(editor, "BenchmarkParts")
    await editor.run("hideRuns")
    later = await start(**QUICK)
    await later.open(TEST)
    await bench(later, "BenchmarkParts")  # runs behind the look at what was measured before
    assert await figures(later) == "measure"
    fill = (await later.run("runs"))["runs"][-1]
    await later.run("showRun", run=fill["id"])
    last = await start(**QUICK)
    await last.open(TEST)

    async def is_back() -> bool:
        return "1kB/op" in await figures(last)

    await last.eventually(is_back)
    newest, hidden, oldest = (await last.run("runs"))["runs"]
    assert [run["isShown"] for run in (newest, hidden, oldest)] == [True, False, True]


async def test_a_run_that_is_removed_leaves_the_figures_of_the_one_before(start: Start) -> None:
    editor = await start(**QUICK)
    await editor.open(TEST)
    await bench(editor, "BenchmarkFill")
    await change(editor, "make([]byte, 1000)", "make([]byte, 500)")
    await bench(editor, "BenchmarkFill")
    await editor.run("removeRun")
    assert "1kB/op" in await figures(editor)
    assert await editor.drawn(TEST) == ""
    await editor.run("removeRun")
    assert await figures(editor) == "measure"


@pytest.mark.parametrize("command", ["showRun", "keepBaseline"])
async def test_what_is_no_run_is_neither_shown_nor_kept_as_a_baseline(start: Start, command: str) -> None:
    editor = await start()
    for name in ("absent", "\ud800", "../../x", "x" * 100_000):
        with pytest.raises(JsonRpcException, match="That run is not there any more; choose another one"):
            await editor.run(command, run=name)


async def test_comparing_without_a_baseline_says_what_to_do(start: Start) -> None:
    editor = await start(**QUICK)
    with pytest.raises(JsonRpcException, match=r"^No run was kept as the baseline; measure a benchmark and keep it"):
        await editor.run("compareRuns")
    with pytest.raises(JsonRpcException, match=r"^Nothing was measured yet; measure a benchmark first"):
        await editor.run("keepBaseline")


async def test_a_broken_budget_is_a_problem_until_it_is_kept_again(start: Start) -> None:
    editor = await start(**QUICK)
    await editor.open(TEST)
    await change(editor, "func BenchmarkFill", "//pprof:max 512B/op\nfunc BenchmarkFill")
    await bench(editor, "BenchmarkFill")
    told = [problem.message for problem in editor.client.diagnostics[editor.uri(TEST)]]
    assert told == ["BenchmarkFill takes 1kB/op, more than its 512B/op."]
    await change(editor, "make([]byte, 1000)", "make([]byte, 500)")
    await bench(editor, "BenchmarkFill")
    assert not editor.client.diagnostics[editor.uri(TEST)]


async def test_a_test_that_fails_or_does_not_build_is_told_with_its_first_error_and_prints_to_the_output(
    start: Start,
) -> None:
    editor = await start(options={"client": "vscode", **QUICK["options"]})
    told: list[str] = []
    editor.client.feature("pprofLens/output")(lambda output: told.append(output.text))

    async def printed(line: str) -> None:
        async def is_printed() -> bool:
            return line in "".join(told).splitlines()

        await editor.eventually(is_printed)

    await editor.open(TEST)
    await change(
        editor, "kept = fill()\n\t}\n}\n\nfunc FuzzFill", "kept = fill()\n\t}\n\tt.Fatal(1)\n}\n\nfunc FuzzFill"
    )
    with pytest.raises(
        JsonRpcException, match=r"^TestFill of example.com/bench failed: TestFill: bench_test.go:29: 1$"
    ):
        await bench(editor, "TestFill", "cpu")
    await printed("    bench_test.go:29: 1")
    await change(editor, "t.Fatal(1)", "undeclared()")
    with pytest.raises(JsonRpcException, match=r"does not build: .*bench_test.go:29:2: undefined: undeclared$"):
        await bench(editor, "TestFill", "cpu")
    await printed("./bench_test.go:29:2: undefined: undeclared")


def press_the_button(editor: Editor) -> None:
    (token,) = editor.client.progress_reports
    editor.client.window_work_done_progress_cancel(types.WorkDoneProgressCancelParams(token))


def take_the_request_back(editor: Editor) -> None:
    (asked,) = editor.client.protocol._request_futures
    editor.client.cancel_request(types.CancelParams(asked))


@pytest.mark.parametrize("cancel", [press_the_button, take_the_request_back])
async def test_a_benchmark_that_hangs_ends_with_all_that_it_started_once_it_is_cancelled(
    start: Start, cancel: Callable[[Editor], None]
) -> None:
    editor = await start(**QUICK)
    started = editor.root / "started"
    hang = f'exec.Command("sh", "-c", "echo $$ > {started}; exec sleep 1000").Run()'
    await editor.open(TEST)
    await change(editor, "kept = fill()\n\t}\n}\n\nfunc BenchmarkParts", f"{hang}\n\t}}\n}}\n\nfunc BenchmarkParts")
    await change(editor, 'import "testing"', 'import (\n\t"os/exec"\n\t"testing"\n)')
    running = asyncio.ensure_future(bench(editor, "BenchmarkFill"))

    async def is_started() -> bool:
        return started.exists() and bool(started.read_text())

    await editor.eventually(is_started)
    process = int(started.read_text())
    cancel(editor)
    with pytest.raises(JsonRpcException, match=r"[Cc]ancel"):
        await running

    async def is_ended() -> bool:
        return not Path(f"/proc/{process}").exists() or "\tZ" in Path(f"/proc/{process}/status").read_text()

    await editor.eventually(is_ended)


async def test_what_tests_print_is_told_to_our_own_client_with_its_columns(start: Start) -> None:
    editor = await start(options={"client": "vscode", "settings": {"bench": {"count": 1, "time": "1x"}}})
    told: list[str] = []
    editor.client.feature("pprofLens/output")(lambda output: told.append(output.text))
    editor.client.feature("pprofLens/runs")(lambda _: None)
    await editor.open(TEST)
    await bench(editor, "BenchmarkFill")

    async def is_told() -> bool:
        return "PASS\n" in "".join(told)

    await editor.eventually(is_told)
    assert re.search(r"(?m)^BenchmarkFill(-\d+)? +1 +\S+ ns/op +\d+ B/op +\d+ allocs/op$", "".join(told))


async def test_tests_run_with_the_flags_tags_and_variables_that_the_settings_for_go_name(
    start: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PLACE", "there")
    editor = await start(**QUICK)
    (editor.root / "tagged_test.go").write_text(
        '//go:build tagged\n\npackage bench\n\nimport (\n\t"os"\n\t"testing"\n)\n\n'
        "func TestTold(t *testing.T) {\n"
        '\tt.Fatal(testing.Short(), os.Getenv("OF_TOOLS"), os.Getenv("OF_FILE"), os.Getenv("OF_TEST"))\n}\n'
    )
    (editor.root / "variables").write_text(
        "# of this machine\nNAME=value\nexport OF_FILE='${NAME} and more'\nOF_TOOLS=${PLACE}\nOF_TEST=0\n"
    )
    of_go(
        editor,
        buildFlags=["-tags=other"],
        testFlags=["-short"],
        testTags="${env:TAG}tagged",
        toolsEnvVars={"OF_TOOLS": "tools"},
        testEnvFile="${workspaceFolder}/variables",
        testEnvVars={"OF_TEST": "${workspaceFolderBasename} is ${env:PLACE}"},
    )
    with pytest.raises(JsonRpcException, match=r": true there value and more bench is there$"):
        await bench(editor, "TestTold", "cpu")


async def test_a_file_of_variables_that_is_not_there_is_told(start: Start) -> None:
    editor = await start(**QUICK)
    await editor.open(TEST)
    of_go(editor, testEnvFile="${workspaceFolder}/none")
    with pytest.raises(JsonRpcException, match=r"^The file of go\.testEnvFile cannot be read: .*/none: No such file"):
        await bench(editor, "TestFill", "cpu")


async def test_no_program_that_a_setting_names_is_run(start: Start) -> None:
    editor = await start(**QUICK)
    await editor.open(TEST)
    ran = editor.root / "ran"
    program = editor.root / "program.sh"
    program.write_text(f"#!/bin/sh\ntouch '{ran}'\n")
    program.chmod(0o755)
    flags = [f"-exec={program}", f"-toolexec={program}", f"-vettool={program}", "-o", str(ran)]
    variables = {"GOFLAGS": f"-toolexec={program}", "CC": str(program), "GOCACHEPROG": str(program)}
    (editor.root / "variables").write_text(f"CXX={program}\nGOFLAGS=-exec={program}\n")
    settings = {"testFlags": flags, "testTags": f"x -exec={program}", "testEnvVars": variables}
    of_go(editor, **settings, testEnvFile="${workspaceFolder}/variables", buildFlags=flags, toolsEnvVars=variables)
    await bench(editor, "BenchmarkFill")
    assert not ran.exists()


async def test_nothing_is_run_in_a_workspace_that_is_not_trusted(start: Start) -> None:
    editor = await start(options={"trusted": False})
    await editor.open(TEST)
    assert await lenses(editor) == {}
    with pytest.raises(JsonRpcException, match="only in a trusted workspace"):
        await bench(editor, "BenchmarkFill")
