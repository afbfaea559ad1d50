"""Secrets on their way from the editor."""

import io
import logging
from contextlib import suppress
from types import SimpleNamespace
from typing import Any

import pytest
from pygls.exceptions import JsonRpcException

from pprof_lens.lsp import secrets
from pprof_lens.lsp.start import made

ANSWERS = {
    "KEPT": SimpleNamespace(value="s3cret"),
    "WRONG": SimpleNamespace(value=["s3cret"]),
    "NONE": None,
}


async def test_a_secret_is_handed_on_and_whatever_the_editor_says_is_not_logged(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    async def answer(_: str, asked: dict[str, str]) -> object:
        if asked["name"] not in ANSWERS:
            raise JsonRpcException("no s3cret")
        return ANSWERS[asked["name"]]

    server = made()
    monkeypatch.setattr(server.protocol, "send_request_async", answer)
    caplog.set_level(logging.DEBUG)
    assert await secrets.ask(server, (*ANSWERS, "REFUSED")) == {"KEPT": "s3cret"}
    assert "no secret REFUSED" in caplog.text
    assert "s3cret" not in caplog.text


def fails(*_: object) -> None:
    raise ValueError


async def test_nothing_of_what_a_message_holds_is_logged_at_any_level(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    server = made()
    protocol: Any = server.protocol  # whose messages are not the objects that it says they are
    protocol.set_writer(io.BytesIO())
    server.feature("test/fails")(fails)
    caplog.set_level(logging.DEBUG)
    asked = {"source": "http://user:s3cret@127.0.0.1:1/heap", "headers": {"Authorization": "Bearer s3cret"}}

    def say(method: str) -> None:
        protocol.handle_message({"jsonrpc": "2.0", "method": method, "params": asked, "id": method})
        with suppress(JsonRpcException):  # which says that it cannot be read
            protocol.handle_message({"jsonrpc": "2.0", "method": method, "params": asked})

    for method in ("initialize", "workspace/executeCommand", "test/fails", "test/nothing"):
        say(method)
    answered = protocol.send_request("test/ask", asked, msg_id="asked")
    protocol.handle_message({"jsonrpc": "2.0", "id": "asked", "result": {"value": "s3cret"}})
    assert answered.done()
    monkeypatch.setattr(protocol, "_execute_handler", fails)
    say("test/fails")
    assert "Failed to handle request test/fails test/fails Object" in caplog.text
    assert "s3cret" not in caplog.text
