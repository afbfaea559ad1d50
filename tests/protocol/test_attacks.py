"""Whatever comes over the wire: a request is answered once, nothing is logged with a trace, and the end is an end."""

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import pytest
from lsprotocol import types

from editor import Start
from said import FILE, SECONDS, command, ended_in_time, framed, notice, opening, received, request

MOST = 2**31 - 1


def spoken(workspace: Path, *messages: object) -> tuple[dict[object, Any], str]:
    """The answers to the messages, by their ids, of a server that has a profile and a file; and what it logged."""
    said = [*opening(workspace), *messages, command("last", "status", {})]
    answers: dict[object, Any] = {}
    command_line = [sys.executable, "-m", "pprof_lens", "lsp"]
    with (
        tempfile.TemporaryFile() as log,  # a pipe that nobody reads would hold the server
        subprocess.Popen(command_line, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log) as server,
        ended_in_time(server),
    ):
        assert server.stdin is not None
        assert server.stdout is not None
        server.stdin.write(b"".join(map(framed, said)))
        server.stdin.flush()
        while "last" not in answers:
            answer = received(server.stdout)
            if "method" not in answer:
                assert answer.get("id") not in answers or answer.get("id") is None, "answered twice"
                answers[answer.get("id")] = answer
        server.communicate(framed(request("end", "shutdown", None)) + framed(notice("exit", None)), timeout=SECONDS)
        assert server.returncode == 0
        log.seek(0)
        return answers, log.read().decode()


def changed(workspace: Path, *changes: object) -> dict[str, object]:
    return notice("textDocument/didChange", {"textDocument": document(workspace), "contentChanges": list(changes)})


def ranged(first: object, last: object, text: object = "x") -> dict[str, object]:
    return {
        "range": {"start": {"line": first, "character": first}, "end": {"line": last, "character": last}},
        "text": text,
    }


def test_no_change_of_a_file_does_harm(workspace: Path) -> None:
    places = ((-1, 0), (MOST, MOST), (9, 1), (10**30, 10**30), ("x", None), (1.5, 2))
    changes = [changed(workspace, ranged(*place)) for place in places]
    texts = ("\ud800\U0001f600", 5, None, "\0" * 1000, "(" * 1000, "// x\n" * 1000)
    changes += [changed(workspace, ranged(0, 0, text)) for text in texts]
    changes += [
        changed(workspace, *[ranged(0, 0)] * 99),
        changed(workspace, "x"),
        changed(workspace, {"text": "\r" * 9}),
    ]
    answers, log = spoken(workspace, *changes)
    assert "result" in answers["last"]
    assert "Traceback" not in log


@pytest.mark.parametrize("method", ["hover", "inlayHint", "codeLens", "codeAction"])
def test_a_request_of_any_place_is_answered(workspace: Path, method: str) -> None:
    uris = (
        (workspace / FILE).as_uri(),
        "",
        "file://",
        "http://[",
        "file:///%00",
        "untitled:1",
        "file:///" + "a" * 9999,
        5,
    )
    places: tuple[object, ...] = (-1, MOST, 10**30, "5", None, [])
    asked = [
        request(
            f"{uri!r} {place!r}",
            f"textDocument/{method}",
            {
                "textDocument": {"uri": uri, "unknown": [1]},
                "position": {"line": place, "character": place},
                "range": ranged(place, place)["range"],
                "context": {"diagnostics": []},
                "unknown": {},
            },
        )
        for uri in uris
        for place in places
    ]
    answers, log = spoken(workspace, *asked)
    assert [one["id"] for one in asked if one["id"] not in answers] == []
    assert "Traceback" not in log


def deep(levels: int) -> dict[str, object]:
    """An object within an object, and so on."""
    nested: dict[str, object] = {}
    for _ in range(levels):
        nested = {"a": nested}
    return nested


@pytest.mark.parametrize(
    "data",
    [deep(200), deep(400), {"jsonrpc": "2.0"}, {"jsonrpc": "2.0", "method": "exit"}, {"id": "last", "method": "x"}],
    ids=["deep", "too deep", "no message", "a notification", "a request"],
)
def test_whatever_stands_in_a_request_that_is_repeated_it_is_answered(workspace: Path, data: dict[str, object]) -> None:
    at = ranged(1, 1)["range"]
    leak = {"function": "main.main", **data}
    problem = {"range": at, "message": "", "source": "pprof-lens", "code": "heap-growth", "data": leak}
    params = {"textDocument": document(workspace), "range": at, "context": {"diagnostics": [problem]}}
    answers, log = spoken(workspace, request("asked", "textDocument/codeAction", params))
    assert "asked" in answers
    assert "Traceback" not in log


def test_a_request_that_is_none_is_refused(workspace: Path) -> None:
    hover = request("", "textDocument/hover", {"textDocument": document(workspace), "position": {}})
    odd: dict[str, dict[str, object]] = {
        "old": {"jsonrpc": "1.0"},
        "of no version": {"jsonrpc": None},
        "told": {"method": "textDocument/didClose", "params": {"textDocument": document(workspace)}},
        "of no name": {"method": []},
        "answered": {"result": 5, "error": {"code": 1, "message": ""}},
    }
    answers, log = spoken(workspace, *({**hover, "id": name, **parts} for name, parts in odd.items()))
    assert [name for name in odd if "error" not in answers.get(name, {})] == []
    assert "Traceback" not in log


def test_a_number_that_no_process_has_is_taken_for_no_process(workspace: Path) -> None:
    params = {"capabilities": {}, "rootUri": workspace.as_uri(), "processId": 2**70}
    answers, log = spoken(workspace, request("asked", "initialize", params))
    assert "result" in answers["asked"]
    assert "Traceback" not in log


@pytest.mark.parametrize("uri", ["file:///%00", "file:///\ud800.go", "file:///" + "a/" * 9999])
async def test_lines_of_a_path_that_no_file_can_have_are_none(start: Start, uri: str) -> None:
    editor = await start(profile="profiles/heap.pprof")
    assert (await editor.run("lines", uri=uri))["lines"] == []


@pytest.mark.parametrize("token", [{}, [], None, "x"])
def test_what_has_no_name_is_not_cancelled(workspace: Path, token: object) -> None:
    answers, log = spoken(workspace, notice("window/workDoneProgress/cancel", {"token": token}))
    assert "result" in answers["last"]
    assert "Error" not in log


def test_the_kinds_of_actions_that_are_asked_for_may_be_anything(workspace: Path) -> None:
    context = {"diagnostics": [], "only": [5, "", "source"]}
    params = {"textDocument": document(workspace), "range": ranged(0, 0)["range"], "context": context}
    answers, log = spoken(workspace, request("asked", "textDocument/codeAction", params))
    assert "result" in answers["asked"]
    assert "Traceback" not in log


def test_what_nobody_knows_is_refused_without_a_trace(workspace: Path) -> None:
    answers, log = spoken(workspace, request("one", "textDocument/unknown", {}), request("two", "$/unknown", {}))
    assert [answers[name]["error"]["code"] for name in ("one", "two")] == [-32601, -32601]
    assert "Traceback" not in log


NO_MESSAGES = (
    *(b"[]", b"5", b'"x"', b"{}", b'{"jsonrpc":"2.0"}', b'{"jsonrpc":"2.0","id":1,"method":5}', b"\xff\xfe"),
    *(b"[" * 100_000, b'{"a":' * 5000 + b"1" + b"}" * 5000, b'{"jsonrpc":"2.0","id":99,"result":5}'),
    *(b'{"jsonrpc":"2.0","method":"$/cancelRequest","params":{"id":[]}}', b'{"jsonrpc":"2.0","id":{},"method":"x"}'),
    b'{"jsonrpc":"2.0","id":[],"method":"workspace/executeCommand","params":{"command":"pprofLens.server.status"}}',
)


def test_what_is_no_message_is_passed_over(workspace: Path) -> None:
    answers, log = spoken(workspace, *NO_MESSAGES)
    assert "result" in answers["last"]
    assert "Traceback" not in log


ONCE_IT_IS_STOPPED = """
import asyncio
import sys
from pathlib import Path
from pprof_lens import cli
from pprof_lens.editor.backend import Backend

name, stage, reached, left = sys.argv[1:]
asked = getattr(Backend, name)

async def answered(backend, job):
    found = await asked(backend, job)
    if backend.shown.snapshot is None or backend.shown.stage < int(stage):
        return found
    try:
        Path(reached).touch()
        while not backend.is_stopped:
            await asyncio.sleep(0.01)
        return found
    finally:
        Path(left).touch()

setattr(Backend, name, answered)
cli.main(["lsp"])
"""
"""A server in which the answer to a job comes once it is stopped, and what asked for it then goes on."""


@pytest.mark.parametrize(("asked", "stage"), [("work", "2"), ("aside", "0")])
def test_a_shutdown_in_the_midst_of_work_leaves_no_trace(
    workspace: Path, tmp_path: Path, asked: str, stage: str
) -> None:
    reached, left = tmp_path / "reached", tmp_path / "left"
    command_line = [sys.executable, "-c", ONCE_IT_IS_STOPPED, asked, stage, str(reached), str(left)]
    with (
        tempfile.TemporaryFile() as log,
        subprocess.Popen(command_line, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=log) as server,
    ):
        assert server.stdin is not None

        def say(*messages: object) -> None:
            assert server.stdin is not None
            server.stdin.write(b"".join(map(framed, messages)))
            server.stdin.flush()

        say(*opening(workspace))
        wait_for(reached)
        say(request("end", "shutdown", None))
        wait_for(left)
        server.communicate(framed(notice("exit", None)), timeout=SECONDS)
        assert server.returncode == 0
        log.seek(0)
        assert "Traceback" not in log.read().decode()


def wait_for(path: Path) -> None:
    until = time.monotonic() + SECONDS
    while not path.exists():
        assert time.monotonic() < until
        time.sleep(0.02)


@pytest.mark.skipif(os.name != "posix", reason="there are no pipes that are files")
def test_nothing_is_read_of_what_was_never_opened(workspace: Path) -> None:
    os.mkfifo(workspace / "pipe.go")
    pipe = {"uri": (workspace / "pipe.go").as_uri(), "version": 1}
    strange = [
        notice("textDocument/didChange", {"textDocument": pipe, "contentChanges": [ranged(0, 0)]}),
        notice("textDocument/didChange", {"textDocument": pipe, "contentChanges": [{"text": "x"}]}),
        notice("textDocument/didSave", {"textDocument": pipe}),
        notice("textDocument/didClose", {"textDocument": pipe}),
    ]
    answers, log = spoken(workspace, *strange)
    assert "result" in answers["last"]
    assert "Traceback" not in log


async def test_many_changes_at_once_are_followed(start: Start) -> None:
    editor = await start()
    await editor.run("load", source="profiles/heap.pprof")
    await editor.open(FILE)
    before = await editor.hints(FILE)
    top = types.TextDocumentContentChangePartial(types.Range(types.Position(0, 0), types.Position(0, 0)), "\n")
    document = types.VersionedTextDocumentIdentifier(version=2, uri=editor.uri(FILE))
    editor.client.text_document_did_change(types.DidChangeTextDocumentParams(document, [top] * 5000))
    assert before
    assert await editor.hints(FILE) == {line + 5000: label for line, label in before.items()}


@pytest.mark.parametrize("is_loaded_first", [True, False])
async def test_a_file_of_the_profile_that_is_too_large_is_told_of_once(start: Start, *, is_loaded_first: bool) -> None:
    editor = await start()
    item = types.TextDocumentItem(uri=editor.uri(FILE), language_id="go", version=1, text="\n" * 400_000)
    if is_loaded_first:
        await editor.run("load", source="profiles/heap.pprof")
    editor.client.text_document_did_open(types.DidOpenTextDocumentParams(item))
    if not is_loaded_first:
        await editor.run("load", source="profiles/heap.pprof")
    await editor.told("catalog.go is too large to be followed, so nothing is shown in it.")
    editor.close(FILE)
    editor.client.text_document_did_open(types.DidOpenTextDocumentParams(item))
    found = {file["uri"]: file.get("reason") for file in (await editor.run("paths"))["files"] if "uri" in file}
    assert found[editor.uri(FILE)] == "It is too large to be followed, so nothing is shown in it."
    assert len([one for one in editor.client.messages if "too large" in one.message]) == 1


def test_a_text_that_is_too_large_to_be_followed_holds_nothing_up(workspace: Path) -> None:
    asked = [
        request(f"{i}", "textDocument/inlayHint", {"textDocument": document(workspace), "range": ranged(0, 9)["range"]})
        for i in range(2)
    ]
    huge = "\tx := 1\n" * 2_000_000
    begin = time.monotonic()
    answers, _ = spoken(workspace, asked[0], changed(workspace, {"text": huge}), asked[1])
    assert time.monotonic() - begin < SECONDS
    assert answers["1"]["result"] in (None, [])


def document(workspace: Path) -> dict[str, object]:
    return {"uri": (workspace / FILE).as_uri(), "version": 2}
