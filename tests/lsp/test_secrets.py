"""Secrets on their way from the editor."""

import logging
from types import SimpleNamespace

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
