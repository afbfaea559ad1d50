"""What is mended of pygls, and how a server ends. A repair goes once pygls does it itself, as tests named so tell."""

import asyncio
import gc
import tempfile
import weakref
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from lsprotocol import types
from pygls.exceptions import JsonRpcException
from pygls.protocol import LanguageServerProtocol, default_converter
from pygls.workspace import Workspace

from pprof_lens.lsp.protocol import MendedProtocol
from pprof_lens.lsp.start import made
from pprof_lens.lsp.texts import Texts

SECONDS = 60


@pytest.fixture
def make() -> Callable[[type[LanguageServerProtocol]], LanguageServerProtocol]:
    return lambda kind: kind(made(), default_converter())  # type: ignore[no-untyped-call]


def built_in(*_: object) -> Iterator[None]:
    """A handler as pygls has them for notifications: a generator."""
    yield from ()


def test_nothing_is_kept_of_a_message_that_is_done_with(
    make: Callable[[type[LanguageServerProtocol]], LanguageServerProtocol],
) -> None:
    protocol = make(MendedProtocol)
    for number in range(3):
        protocol._execute_handler(number, built_in, lambda _: None)
    assert not protocol._request_futures


def test_pygls_still_keeps_what_is_done_with(
    make: Callable[[type[LanguageServerProtocol]], LanguageServerProtocol],
) -> None:
    protocol = make(LanguageServerProtocol)
    protocol._execute_handler(1, built_in, lambda _: None)
    assert protocol._request_futures, "pygls lets go of it itself: take the repair out of MendedProtocol"


class Snapshot:
    """Something large that a handler holds."""


def test_what_a_failed_command_held_goes_with_it(
    make: Callable[[type[LanguageServerProtocol]], LanguageServerProtocol],
) -> None:
    held: list[weakref.ref[Snapshot]] = []

    def fails(*_: object) -> None:
        snapshot = Snapshot()
        held.append(weakref.ref(snapshot))
        raise ValueError

    def look(future: "Future[object]") -> None:
        with pytest.raises(ValueError):
            future.result()

    gc.disable()
    try:
        make(MendedProtocol)._execute_handler(1, fails, look)
        assert held[0]() is None
    finally:
        gc.enable()


def test_a_shutdown_goes_through_what_is_under_way_though_that_becomes_less(
    make: Callable[[type[LanguageServerProtocol]], LanguageServerProtocol],
) -> None:
    protocol = make(MendedProtocol)
    for number in (1, 2):
        future: Future[object] = Future()
        future.add_done_callback(partial(lambda number, _: protocol._request_futures.pop(number), number))
        protocol._request_futures[number] = future
    for _ in protocol.lsp_shutdown():
        pass
    assert not protocol._request_futures


@pytest.mark.parametrize(
    "said", [{"result": 5}, {"error": 5}, {"error": {}, "result": None}, {"result": None, "error": "x"}]
)
async def test_an_answer_that_cannot_be_read_is_an_error_to_who_waits_for_it(
    make: Callable[[type[LanguageServerProtocol]], LanguageServerProtocol], said: dict[str, object]
) -> None:
    protocol = make(MendedProtocol)
    asked = types.ConfigurationParams([types.ConfigurationItem()])
    waiting = protocol.send_request(types.WORKSPACE_CONFIGURATION, asked, msg_id="asked")
    answer: Any = {"jsonrpc": "2.0", "id": "asked", **said}
    protocol.handle_message(answer)
    with pytest.raises(JsonRpcException):
        waiting.result(0)


async def test_what_an_editor_never_answers_is_given_up_and_not_kept(
    make: Callable[[type[LanguageServerProtocol]], LanguageServerProtocol], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pprof_lens.lsp.protocol.PATIENCE", 0.01)
    protocol = make(MendedProtocol)
    for method in (types.WINDOW_SHOW_DOCUMENT, types.WORKSPACE_CONFIGURATION, types.CLIENT_REGISTER_CAPABILITY):
        with pytest.raises(JsonRpcException, match=f"^The editor did not answer {method} in 0.01 seconds.$"):
            await asyncio.wait_for(protocol.send_request_async(method), SECONDS)
    assert not protocol._request_futures
    assert not protocol._result_types


async def test_what_nobody_waits_for_any_more_is_not_kept(
    make: Callable[[type[LanguageServerProtocol]], LanguageServerProtocol],
) -> None:
    protocol = make(MendedProtocol)
    asked = protocol.send_request_async(types.WINDOW_SHOW_DOCUMENT)
    await asyncio.sleep(0)
    asked.cancel()
    await asyncio.wait((asked,))
    assert not protocol._request_futures


async def test_an_editor_that_answers_nothing_holds_up_no_command(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr("pprof_lens.lsp.protocol.PATIENCE", 0.01)
    texts = Texts(made(), lambda: tmp_path)
    texts.is_shown = True
    with pytest.raises(JsonRpcException, match=r"^The editor did not answer window/showDocument in"):
        await asyncio.wait_for(texts.show("text.txt", "text"), SECONDS)
    address = await asyncio.wait_for(texts.show_in_browser("page.html", b"page"), SECONDS)
    assert address == (tmp_path / "page.html").as_uri()


async def test_a_command_ends_where_its_request_is_cancelled(
    make: Callable[[type[LanguageServerProtocol]], LanguageServerProtocol],
) -> None:
    begun, ended = asyncio.Event(), asyncio.Event()

    async def command(*_: object) -> None:
        begun.set()
        try:
            await asyncio.Event().wait()
        finally:
            ended.set()

    protocol = make(MendedProtocol)
    protocol.fm.commands["wait"] = command
    asked: Any = {"jsonrpc": "2.0", "id": 1, "method": "workspace/executeCommand", "params": {"command": "wait"}}
    given_up: Any = {"jsonrpc": "2.0", "method": "$/cancelRequest", "params": {"id": 1}}
    protocol.handle_message(asked)
    await asyncio.wait_for(begun.wait(), SECONDS)
    protocol.handle_message(given_up)
    await asyncio.wait_for(ended.wait(), SECONDS)


def test_an_answer_to_what_the_editor_itself_asked_is_passed_over(
    make: Callable[[type[LanguageServerProtocol]], LanguageServerProtocol],
) -> None:
    protocol = make(MendedProtocol)
    under_way = protocol._request_futures["asked"] = Future[object]()
    answer: Any = {"jsonrpc": "2.0", "id": "asked", "result": "mine"}
    protocol.handle_message(answer)
    assert not under_way.done()


async def test_no_document_is_kept_beside_ours(
    make: Callable[[type[LanguageServerProtocol]], LanguageServerProtocol],
) -> None:
    kept = {}
    for kind in (MendedProtocol, LanguageServerProtocol):
        protocol = make(kind)
        protocol._workspace = Workspace(None)
        item = types.TextDocumentItem(uri="untitled:1", language_id="go", version=1, text="x")
        protocol._handle_notification(types.TEXT_DOCUMENT_DID_OPEN, types.DidOpenTextDocumentParams(item))
        kept[kind] = len(protocol.workspace.text_documents)
    assert kept == {MendedProtocol: 0, LanguageServerProtocol: 1}


def test_what_a_compiler_wrote_as_it_was_ended_goes_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    backend = made().backend
    answers = backend.own_folder() / "answers"
    monkeypatch.setattr("pprof_lens.editor.backend.end_all", lambda: answers.mkdir(parents=True))
    backend.stop_working()
    assert not list(tmp_path.iterdir())
