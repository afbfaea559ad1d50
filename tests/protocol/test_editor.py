"""What an editor sees over the wire, from loading a profile to forgetting it."""

import asyncio
import gzip
import json
import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest
from lsprotocol import types
from pygls.exceptions import JsonRpcException

from editor import Start
from messages import varint
from pprof_lens.cli import main
from pprof_lens.profile import decode
from pprof_lens.profile.encode import with_samples
from references import grf

CACHE = "internal/cache/cache.go"
CHURN = "internal/churn/churn.go"
REPORT = "internal/report/report.go"
HEAP = "profiles/heap.pprof"


def _without_figures(drawn: str) -> str:
    """The drawing without its values, which change when the example's profiles are made anew."""
    return re.sub(r"<(cum)?[^>]*>", r"<\1>", drawn)


async def test_a_profile_of_the_settings_is_there_at_start(start: Start) -> None:
    editor = await start(profile=HEAP)
    await editor.open(CACHE)
    assert (
        _without_figures(await editor.drawn(CACHE))
        == """\
session := newSession(customer) <cum>
s.byToken[newToken(id)] = session <>
history:  make([]byte, 0, historyBytes), <>"""
    )
    assert all(len(label) <= 20 for label in (await editor.hints(CACHE)).values())


async def test_the_editor_shows_the_numbers_of_the_command_line(
    start: Start, workspace: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    editor = await start()
    await editor.run("load", source=HEAP)
    await editor.open(CACHE)
    shown = await editor.run("lines", uri=editor.uri(CACHE))
    with pytest.raises(SystemExit) as exit_:
        main(["lines", str(workspace / HEAP), "--root", str(workspace), "--json"])
    assert exit_.value.code == 0
    printed = json.loads(capsys.readouterr().out)
    (file,) = (file for file in printed["files"] if file["profile_path"].endswith(CACHE))
    assert file["path"] == str(workspace / CACHE)
    assert [(row["profileLine"], row["flat"], row["cum"]) for row in shown["lines"]] == [
        (row["line"], row["flat"], row["cum"]) for row in file["lines"]
    ]
    assert {row["state"] for row in shown["lines"]} == {"exact"}


def _commit(workspace: Path) -> None:
    day = "2020-01-01T00:00:00Z"
    user = ("-c", "user.name=Test", "-c", "user.email=test@example.com")
    dates = os.environ | {"GIT_AUTHOR_DATE": day, "GIT_COMMITTER_DATE": day}
    for words in (("init",), ("add", "."), ("commit", "-m", "All of it")):
        subprocess.run(["git", *user, *words], cwd=workspace, check=True, capture_output=True, env=dates)


async def test_what_is_asked_right_after_opening_waits_for_git(start: Start, workspace: Path) -> None:
    _commit(workspace)
    (workspace / CACHE).touch()  # so it may be another text than the profiled one
    editor = await start()
    await editor.run("load", source=HEAP)
    await editor.open(CACHE)
    assert len(await editor.hints(CACHE)) == 3


async def test_a_file_that_is_not_open_has_the_lines_that_it_would_have(start: Start) -> None:
    editor = await start()
    await editor.run("load", source=HEAP)
    closed = await editor.run("lines", uri=editor.uri(CACHE))
    await editor.open(CACHE)
    assert closed == await editor.run("lines", uri=editor.uri(CACHE))
    assert len(closed["lines"]) == 3


async def test_another_sample_type_changes_every_open_file_with_one_refresh(start: Start) -> None:
    editor = await start(profile=HEAP)
    await editor.open(CACHE)
    await editor.open(REPORT)
    before, _ = await editor.hints(CACHE), await editor.hints(REPORT)
    await editor.run("status")  # what opening them told is told by now
    refreshes = editor.refreshes
    answer = await editor.run("selectSampleType", type="alloc_objects")
    assert answer["profile"]["sample_type"] == {"type": "alloc_objects", "unit": "count"}
    assert await editor.hints(CACHE) != before
    await editor.refreshed(refreshes + 1)
    assert editor.refreshes == refreshes + 1


async def test_a_lens_leads_to_the_callers_in_another_file(start: Start) -> None:
    editor = await start(profile=HEAP)
    await editor.open(CACHE)
    lens = next(lens for lens in await editor.lenses(CACHE) if "newSession" in str(lens.command))
    assert lens.command is not None
    assert lens.command.arguments is not None
    (argument,) = lens.command.arguments
    first = await editor.run("callTree", root=argument, direction="callers")
    (opener,) = first["nodes"]
    assert opener["function"].endswith("cache.(*Sessions).Open")
    assert opener["hasChildren"]
    second = await editor.run("callTree", root=argument, direction="callers", parent=opener["id"])
    (handler,) = second["nodes"]
    assert handler["uri"] == editor.uri("internal/server/server.go")
    lines = (editor.root / "internal/server/server.go").read_text(encoding="utf-8").splitlines()
    assert ".Open(" in lines[handler["line"]]  # where it calls, not where it is declared


async def test_a_lens_shows_a_text_where_there_is_no_view(start: Start) -> None:
    editor = await start(client_name="neovim", profile=HEAP)
    await editor.open(CACHE)
    lens = (await editor.lenses(CACHE))[0]
    assert lens.command is not None
    assert lens.command.command == "pprofLens.server.showCallTree"
    await editor.client.workspace_execute_command_async(
        types.ExecuteCommandParams(lens.command.command, lens.command.arguments)
    )
    shown = [document.uri for document in editor.client.shown_documents]
    text = Path(shown[0].removeprefix("file://")).read_text() if shown else editor.client.messages[-1].message
    assert "callers of example.com/leaky/internal/cache.(*Sessions).Open" in text


async def test_a_hover_tells_the_whole_story_and_renders_nothing_of_the_profile(start: Start) -> None:
    editor = await start(profile=HEAP)
    await editor.open(CACHE)
    line = max(await editor.hints(CACHE))
    hover = await editor.hover(CACHE, line)
    assert hover is not None
    outside = "".join(hover.split("```")[::2])
    link = re.compile(r"\[cache\.go:(\d+)\]\((file:[^)]*cache\.go)#L(\d+)\)")
    (caller,) = link.finditer(outside)
    text, uri, at = caller.groups()
    assert (text, uri) == (at, editor.uri(CACHE))
    assert "newSession(" in (editor.root / CACHE).read_text().splitlines()[int(at) - 1]
    assert "leaky" not in link.sub("", outside)
    for word in ("alloc_space", "inuse_space", "called by", "cache.(*Sessions).Open", "as it was profiled"):
        assert word in hover
    assert await editor.hover(CACHE, 0) is None


async def test_the_hottest_lines_are_in_the_problems_and_vanish_with_the_profile(start: Start) -> None:
    editor = await start(profile=HEAP)
    await editor.open(CACHE)

    async def is_told() -> bool:
        return editor.uri(CACHE) in editor.client.diagnostics

    await editor.eventually(is_told)
    (problem,) = editor.client.diagnostics[editor.uri(CACHE)]
    assert problem.code == "hot-line"
    assert problem.severity == types.DiagnosticSeverity.Information
    assert problem.related_information
    await editor.run("clear")

    async def is_empty() -> bool:
        return not editor.client.diagnostics[editor.uri(CACHE)]

    await editor.eventually(is_empty)
    assert await editor.hints(CACHE) == {}
    assert (await editor.run("status"))["profile"] is None


async def test_an_empty_inuse_space_gives_way_to_alloc_space_and_says_so(start: Start, workspace: Path) -> None:
    profile = decode.decode((workspace / HEAP).read_bytes(), limit=1 << 30)
    message, end = b"", 0
    for body, after in zip(profile.spans[::2], profile.spans[1::2], strict=True):
        message += profile.raw[end : body - 1 - len(varint(after - body))]
        end = after
    freed = (sample._replace(values=(*sample.values[:2], 0, 0)) for sample in decode.samples(profile))
    message += profile.raw[end:] + with_samples(profile, freed).raw
    (workspace / "freed.pprof").write_bytes(gzip.compress(message))
    editor = await start()
    answer = await editor.run("load", source="freed.pprof")
    assert answer["profile"]["sample_type"]["type"] == "alloc_space"
    await editor.told("alloc_space is shown instead")


async def test_files_of_other_languages_are_asked_for_where_the_profile_names_them(
    start: Start, workspace: Path
) -> None:
    go, template = workspace / "internal/catalog/catalog.go", workspace / "internal/catalog/catalog.qt"
    go.rename(template)
    raw = gzip.decompress((workspace / "profiles/cpu.pprof").read_bytes())
    (workspace / "template.pprof").write_bytes(raw.replace(b"catalog/catalog.go", b"catalog/catalog.qt"))
    editor = await start(profile="template.pprof")

    async def is_asked_for() -> bool:
        asked = [one.method for one in editor.registered if "**/*.qt" in str(one.register_options)]
        return {types.TEXT_DOCUMENT_DID_OPEN, types.TEXT_DOCUMENT_INLAY_HINT, types.TEXT_DOCUMENT_HOVER} <= set(asked)

    await editor.eventually(is_asked_for)
    await editor.open("internal/catalog/catalog.qt")
    assert await editor.hints("internal/catalog/catalog.qt")


async def test_a_rewritten_profile_is_shown_by_itself(start: Start, workspace: Path) -> None:
    shutil.copy(workspace / "profiles/series/heap-1.pprof", workspace / "live.pprof")
    editor = await start(profile="live.pprof")
    await editor.open(CACHE)
    before = (await editor.run("status"))["profile"]["total"]
    shutil.copy(workspace / "profiles/series/heap-6.pprof", workspace / "new.pprof")
    (workspace / "new.pprof").replace(workspace / "live.pprof")

    async def follows() -> bool:
        return bool((await editor.run("status"))["profile"]["total"] > before)

    await editor.eventually(follows)


async def test_a_profile_that_breaks_leaves_the_loaded_one(start: Start, workspace: Path) -> None:
    shutil.copy(workspace / HEAP, workspace / "live.pprof")
    editor = await start(profile="live.pprof")
    await editor.open(CACHE)
    before = await editor.hints(CACHE)
    (workspace / "live.pprof").write_bytes(b"\x1f\x8bbroken")
    await editor.told("what was loaded stays")
    for source in ("live.pprof", "go.mod", "internal", "absent.pprof", "", "\0"):
        with pytest.raises(JsonRpcException) as error:
            await editor.run("load", source=source)
        assert "\n" not in error.value.message
        assert "Traceback" not in error.value.message
        assert error.value.message.endswith(".")
    assert await editor.hints(CACHE) == before


async def test_an_edit_takes_the_figures_along(start: Start) -> None:
    editor = await start(profile=HEAP)
    await editor.open(CACHE)
    before = await editor.hints(CACHE)
    top = types.Range(types.Position(0, 0), types.Position(0, 0))
    editor.client.text_document_did_change(
        types.DidChangeTextDocumentParams(
            types.VersionedTextDocumentIdentifier(uri=editor.uri(CACHE), version=2),
            [types.TextDocumentContentChangePartial(range=top, text="// one\n// two\n")],
        )
    )
    assert await editor.hints(CACHE) == {line + 2: label for line, label in before.items()}
    moved = await editor.run("lines", uri=editor.uri(CACHE))
    assert {row["state"] for row in moved["lines"]} == {"moved"}


async def test_a_wrong_setting_is_told_once_and_its_default_used(start: Start) -> None:
    editor = await start(profile=HEAP, threshold="high")
    await editor.open(CACHE)
    await editor.told("threshold")
    told = [message.message for message in editor.client.messages if "threshold" in message.message]
    assert told == ["The setting pprofLens.threshold must be a number from 0 to 100; its default is used."]
    assert await editor.hints(CACHE)


async def test_a_profile_of_another_program_says_that_no_file_was_found(start: Start, workspace: Path) -> None:
    for file in workspace.rglob("*.go"):
        file.unlink()
    (workspace / "go.mod").unlink()
    editor = await start()
    answer = await editor.run("load", source=HEAP)
    assert {file["how"] for file in (await editor.run("paths"))["files"]} <= {"goroot", "unresolved"}
    assert answer["files"]["total"] > 0
    await editor.told("pprofLens.pathMappings")


async def test_a_file_of_another_version_says_which_functions_moved(start: Start, workspace: Path) -> None:
    file = workspace / CACHE
    text = file.read_text(encoding="utf-8")
    file.write_text(text.replace("func newSession", "func anotherSession"), encoding="utf-8")
    editor = await start(profile=HEAP)
    await editor.open(CACHE)

    async def is_told() -> bool:
        return any(found.code == "stale-source" for found in editor.client.diagnostics.get(editor.uri(CACHE), ()))

    await editor.eventually(is_told)
    stale = [found for found in editor.client.diagnostics[editor.uri(CACHE)] if found.code == "stale-source"]
    assert len(stale) == 1
    assert "cache.newSession is gone" in stale[0].message
    assert "history:" not in await editor.drawn(CACHE)


async def test_a_branch_that_is_checked_out_under_an_open_file_is_looked_at_anew(start: Start, workspace: Path) -> None:
    """The editor shows what is on the disk and saves nothing; what was profiled can be there only now."""
    file = workspace / CACHE
    profiled = file.read_text(encoding="utf-8")
    file.write_text(profiled.replace("func newSession", "func anotherSession"), encoding="utf-8")
    editor = await start(profile=HEAP)
    await editor.open(CACHE)
    assert "history:" not in await editor.drawn(CACHE)
    file.write_text(profiled, encoding="utf-8")
    editor.client.text_document_did_change(
        types.DidChangeTextDocumentParams(
            types.VersionedTextDocumentIdentifier(uri=editor.uri(CACHE), version=2),
            [types.TextDocumentContentChangeWholeDocument(profiled)],
        )
    )

    async def is_right() -> bool:
        return "history:" in await editor.drawn(CACHE) and not any(
            found.code == "stale-source" for found in editor.client.diagnostics[editor.uri(CACHE)]
        )

    await editor.eventually(is_right)


async def test_the_files_of_the_profile_are_told_with_how_they_were_found(start: Start) -> None:
    editor = await start()
    await editor.run("load", source=HEAP)
    answer = await editor.run("paths")
    assert answer["suggestions"] == []
    found = {file["profilePath"]: file for file in answer["files"]}
    assert found["example.com/leaky/internal/cache/cache.go"]["uri"] == editor.uri(CACHE)
    assert found["example.com/leaky/internal/cache/cache.go"]["how"] == "module"


async def test_a_filter_changes_the_figures_but_not_the_total_and_is_cleared_by_nothing(start: Start) -> None:
    editor = await start(profile=HEAP)
    await editor.open(CACHE)
    before, total = await editor.hints(CACHE), (await editor.run("status"))["profile"]["total"]
    await editor.run("focus", focus="buffers")
    assert await editor.hints(CACHE) == {}
    now = await editor.run("status")
    assert (now["filter"]["focus"], now["profile"]["total"]) == ("buffers", total)
    with pytest.raises(JsonRpcException, match="is not a regular expression"):
        await editor.run("focus", ignore="(")
    await editor.run("focus", focus="", ignore="buffers")
    assert await editor.hints(CACHE) == before
    await editor.run("focus")
    assert (await editor.run("status"))["filter"] is None


async def test_a_node_of_the_call_tree_is_a_filter(start: Start) -> None:
    editor = await start(profile=HEAP)
    await editor.open(CACHE)
    root = {"function": "example.com/leaky/internal/cache.newSession"}
    (caller,) = (await editor.run("callTree", root=root, direction="callers"))["nodes"]
    await editor.run("focus", through=caller["id"])
    rows = (await editor.run("top", by="flat", limit=5))["rows"]
    assert [row["function"] for row in rows if row["flat"]] == [root["function"]]
    assert (await editor.run("status"))["filter"]["through"] == "cache.(*Sessions).Open"


async def test_comparing_shows_differences_with_their_sign(start: Start) -> None:
    editor = await start()
    series = "profiles/series/heap-{}.pprof"
    answer = await editor.run("load", source=series.format(6), base=series.format(1))
    await editor.open(CACHE)
    status = await editor.run("status")
    assert (status["comparing"], status["total"]) == (True, "+43.47MB 459.39%")
    hints = await editor.hints(CACHE)
    assert any(label.removeprefix("cum ").startswith("+") for label in hints.values())
    first = await editor.run("load", source=series.format(1))
    assert answer["profile"]["total"] == first["profile"]["total"]


async def test_opening_a_file_while_another_profile_comes_in_brings_no_error(
    start: Start, capfd: pytest.CaptureFixture[str]
) -> None:
    editor = await start()
    for name in ("profiles/heap.pprof", "profiles/cpu.pprof") * 15:
        loading = asyncio.ensure_future(editor.run("load", source=name))
        for _ in range(5):
            await editor.open(CACHE)
            editor.close(CACHE)
            await asyncio.sleep(0.003)
        await loading
    assert "ERROR" not in capfd.readouterr().err


async def test_a_leak_is_silenced_by_a_comment_that_a_quick_fix_writes(start: Start) -> None:
    name = "internal/queue/consumer.go"
    editor = await start(profile="profiles/goroutineleak.pprof")
    await editor.open(name)
    uri = editor.uri(name)

    async def is_told() -> bool:
        return any(found.code == "goroutine-leak" for found in editor.client.diagnostics.get(uri, ()))

    await editor.eventually(is_told)
    (leak,) = (found for found in editor.client.diagnostics[uri] if found.code == "goroutine-leak")
    assert leak.severity == types.DiagnosticSeverity.Warning
    assert "ranging over a channel that is never closed" in leak.message
    fix, show = await editor.fixes(name, leak)  # other editors have no command that writes a setting
    assert show.title == "Show the Stacks"
    await editor.run("showStacks", code=leak.code, function=(leak.data or {})["function"])
    (shown,) = editor.client.shown_documents
    text = Path(shown.uri.removeprefix("file://")).read_text(encoding="utf-8")
    place = f"{editor.root / name}:{leak.range.start.line + 1}\n"
    assert text.startswith(f"goroutine-leak at {place}")
    assert f"\nexample.com/leaky/internal/queue.(*Queue).consume\n\t{place}" in text
    (edit,) = fix.edit.changes[uri]
    file = editor.root / name
    lines = file.read_text(encoding="utf-8").splitlines()
    lines[edit.range.start.line] += edit.new_text
    file.write_text("\n".join(lines), encoding="utf-8")
    editor.client.text_document_did_save(types.DidSaveTextDocumentParams(types.TextDocumentIdentifier(uri)))

    async def is_silent() -> bool:
        return not await is_told()

    await editor.eventually(is_silent)


async def test_our_own_client_is_offered_to_never_report_a_leak_of_that_function(start: Start) -> None:
    blocked, starting = "internal/queue/consumer.go", "internal/queue/queue.go"
    editor = await start(options={"client": "vscode"})
    await editor.open(blocked)
    await editor.open(starting)
    dump = (editor.root / "profiles/goroutine.debug2.txt").read_text(encoding="utf-8")
    proven = editor.root / "profiles/proven.txt"
    proven.write_text(dump.replace("[chan receive", "[chan receive (leaked)"), encoding="utf-8")
    await editor.run("load", source="profiles/proven.txt")

    def leaks(name: str) -> list[types.Diagnostic]:
        found = editor.client.diagnostics.get(editor.uri(name), ())
        return [diagnostic for diagnostic in found if diagnostic.code == "goroutine-leak"]

    async def is_told() -> bool:
        return bool(leaks(blocked) and leaks(starting))

    await editor.eventually(is_told)
    pattern = "goroutine-leak:example.com/leaky/internal/queue.([*]Queue).consume"
    for name in (blocked, starting):
        _, never, _ = await editor.fixes(name, leaks(name)[0])
        assert never.title == "Never report goroutine-leak in queue.(*Queue).consume"
        assert "'pprofLens.neverReport'" in never.command
        assert repr(pattern) in never.command
    editor.client.set_configuration({"pprofLens": {"diagnostics": {"ignore": [pattern]}}})
    editor.client.workspace_did_change_configuration(types.DidChangeConfigurationParams(None))

    async def is_silent() -> bool:
        return not leaks(blocked) and not leaks(starting)

    await editor.eventually(is_silent)


async def test_references_beside_a_heap_profile_tell_who_holds_what_a_line_allocates(start: Start) -> None:
    name, line = "internal/catalog/catalog.go", 70
    editor = await start()
    chain = "example.com/leaky/internal/server.shop; prices. (*example.com/leaky/internal/catalog.Price) = 9 2048"
    (editor.root / "grf.out").write_bytes(grf(chain))
    heap = await editor.run("load", source="profiles/heap.pprof", sampleType="alloc_space")
    both = await editor.run("load", source=["profiles/heap.pprof", "grf.out"], sampleType="alloc_space")
    assert both["profile"] == heap["profile"]
    await editor.open(name)
    hover = await editor.hover(name, line) or ""
    assert "catalog.Price held by\n                      2kB       9  server.shop → prices\n" in hover


async def test_a_heap_profile_as_text_tells_what_the_process_has_beside_it(start: Start) -> None:
    editor = await start(profile="profiles/heap.debug1.txt")
    (told,) = (await editor.run("status"))["lookedAt"]
    assert told.startswith("The process: ")
    await editor.open(CACHE)
    line = (await editor.run("lines", uri=editor.uri(CACHE)))["lines"][0]["line"]
    assert told in (await editor.hover(CACHE, line) or "")
    await editor.run("selectSampleType", type="alloc_space")
    assert "The process" not in (await editor.hover(CACHE, line) or "")


async def test_what_only_waits_is_a_fact_in_the_hover_and_no_problem(start: Start) -> None:
    editor = await start(profile="profiles/goroutine.pprof")
    await editor.open("internal/queue/consumer.go")

    async def is_told() -> bool:
        told = await editor.hover("internal/queue/consumer.go", 14)
        return told is not None and "110 goroutines wait here, ranging over a channel." in told

    await editor.eventually(is_told)
    (finding,) = (await editor.run("status"))["findings"]
    assert (finding["uri"], finding["grade"]) == (editor.uri("internal/replica/replica.go"), "waiting")
    assert not any("110 goroutines" in one.message for of in editor.client.diagnostics.values() for one in of)
