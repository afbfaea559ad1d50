"""pygls's protocol with what of it is mended here, until pygls does it itself; `tests/lsp/test_protocol.py` tells when.

It keeps no documents beside ours, answers whoever asks whatever cannot be read or written of it, keeps nothing of a
message that is done with, ends commands that are cancelled, waits for no answer of the editor without end, lets a
shutdown go through while something runs, and logs no trace for an answer that is an error by intent.
"""

import asyncio
import logging
import uuid
from collections.abc import Callable
from concurrent.futures import Future
from typing import Any

from lsprotocol import types
from pygls.exceptions import JsonRpcException, JsonRpcInvalidRequest
from pygls.protocol import LanguageServerProtocol
from pygls.protocol.json_rpc import RPCRequest

from pprof_lens.editor.worker import let_go

log = logging.getLogger(__name__)

_KEPT = (
    types.TEXT_DOCUMENT_DID_OPEN,
    types.TEXT_DOCUMENT_DID_CHANGE,
    types.TEXT_DOCUMENT_DID_CLOSE,
    types.NOTEBOOK_DOCUMENT_DID_OPEN,
    types.NOTEBOOK_DOCUMENT_DID_CHANGE,
    types.NOTEBOOK_DOCUMENT_DID_CLOSE,
)
"""Where pygls keeps documents, all of one written anew for each change; ours are in `editor/documents.py`."""

PATIENCE = 30.0
"""Seconds in which an editor answers what it is asked, or is taken for one that does not."""

_OF_A_REQUEST = ("jsonrpc", "id", "method", "params")
"""What a request consists of; with anything else it would be taken for an answer."""


class MendedProtocol(LanguageServerProtocol):
    """The protocol of our server."""

    def __init__(self, *arguments: Any) -> None:  # noqa: ANN401 - pygls's own
        super().__init__(*arguments)
        self._request_futures = _UnderWay()
        for method in _KEPT:
            self.fm.builtin_features.pop(method, None)

    def structure_message(self, data: dict[str, object]) -> object:
        """Leave it as it is: pygls asks for each object within a message, and one of those may look like a message."""
        return data

    def handle_message(self, message: Any) -> None:  # noqa: ANN401 - pygls's own
        """Answer whatever is a request, if only by a refusal: pygls leaves those unanswered that it cannot read.

        Nor does it tell what answers a request of ours from what has the id of one that it works at.
        """
        match message:
            case {"method": _, "id": int() | str() as asked}:
                self._answer(asked, message)
            case {"method": "window/workDoneProgress/cancel", "params": {"token": dict() | list()}}:
                log.warning("The editor cancels what has no such name.")  # pygls looks it up, whatever it is
            case {"method": _} if message.get("id") is None:
                super().handle_message(super().structure_message(message))
            case {"id": str() as answered} if answered in self._result_types:
                self._take(answered, message)
            case _:
                log.warning("The editor sent what is no message, or answers nothing.")

    def _answer(self, asked: int | str, message: dict[str, object]) -> None:
        try:
            request = self._request(message)
        except JsonRpcException as error:
            self._send_response(asked, error=error.to_response_error())
        else:
            super().handle_message(request)

    def _take(self, answered: str, message: dict[str, object]) -> None:
        """Take the answer to what the editor was asked; one that cannot be read is an error to who waits."""
        try:
            answer = super().structure_message({**message, "jsonrpc": self.VERSION})
        except JsonRpcException as error:
            self._handle_response(answered, error=error.to_response_error())
        else:
            super().handle_message(answer)

    def _request(self, message: dict[str, object]) -> RPCRequest:
        """The request that this is to be. Raises JsonRpcException in one sentence."""
        if self._shutdown:
            raise JsonRpcInvalidRequest("The server is shutting down.")
        if message.get("jsonrpc") != self.VERSION:
            raise JsonRpcInvalidRequest("That is no request of JSON-RPC 2.0.")
        method = message["method"]
        try:
            request = super().structure_message({name: message[name] for name in _OF_A_REQUEST if name in message})
        except JsonRpcException as error:
            refusal = f"The parameters of {method} are not those that the protocol has for it."
            raise JsonRpcException(refusal, error.code) from None
        if not isinstance(request, RPCRequest):
            raise JsonRpcInvalidRequest(f"{method} is told and not asked.")
        return request

    def send_request_async(
        self,
        method: str,
        params: Any | None = None,  # noqa: ANN401 - pygls's own
        msg_id: int | str | None = None,
    ) -> "asyncio.Future[Any]":
        """Ask the editor, and wait for no answer without end: pygls does, and keeps what was never answered."""
        asked = msg_id if msg_id is not None else str(uuid.uuid4())
        answer = asyncio.wrap_future(self.send_request(method, params, msg_id=asked))
        return asyncio.ensure_future(self._answered(method, asked, answer))

    async def _answered(self, method: str, asked: int | str, answer: "asyncio.Future[Any]") -> object:
        try:
            return await asyncio.wait_for(answer, PATIENCE)
        except asyncio.TimeoutError:
            raise JsonRpcException(f"The editor did not answer {method} in {PATIENCE:g} seconds.") from None
        finally:
            self._request_futures.pop(asked, None)
            self._result_types.pop(asked, None)

    def _serialize_message(self, data: Any) -> dict[str, Any]:  # noqa: ANN401 - pygls's own
        """Refuse what was asked where its answer cannot be written, which pygls leaves out."""
        try:
            return super()._serialize_message(data)
        except RecursionError:
            error = types.ResponseError(types.ErrorCodes.InternalError, "The answer repeats what is nested too deeply.")
            return super()._serialize_message(types.ResponseErrorMessage(error=error, id=data.id))

    def _execute_handler(
        self,
        msg_id: int | str,
        handler: Callable[..., Any],
        callback: "Callable[[Future[Any]], None]",
        args: tuple[Any, ...] | None = None,
        kwargs: dict[str, Any] | None = None,
    ) -> None:
        """Let go of each message that is done with: pygls keeps all but requests, with all that failed ones hold.

        A command is cancelled with the request for it, of which pygls only says that it was.
        """

        def done(future: "Future[Any]") -> None:
            self._request_futures.pop(msg_id, None)
            callback(future)
            error = None if future.cancelled() else future.exception()
            let_go(error)  # its frames hold the future, and all that the handler saw

        super()._execute_handler(msg_id, handler, done, args, kwargs)
        around = self.msg_id
        asked = self._request_futures.get(around) if around is not None else None
        working = self._request_futures.get(msg_id)
        if asked is not None and working is not None and working is not asked:
            asked.add_done_callback(lambda _: working.cancel())

    def _send_handler_result(self, future: "Future[Any]", *, msg_id: int | str) -> None:
        """Answer with an error that is meant without a word in the log."""
        error = None if future.cancelled() else future.exception()
        if isinstance(error, JsonRpcException):
            self._request_futures.pop(msg_id, None)
            self._send_response(msg_id, error=error.to_response_error())
        else:
            super()._send_handler_result(future, msg_id=msg_id)


def discreet() -> None:
    """Have pygls log nothing of what a message holds, which may be a secret, whatever is logged around it.

    It logs all that is sent below WARNING, and the parameters of what fails above. What it cannot read is logged in one
    line, for that is the editor's fault and not the server's.
    """
    logging.getLogger("pygls").setLevel(logging.WARNING)
    for name in ("pygls.protocol.json_rpc", "pygls.protocol.language_server", "pygls.server"):
        logging.getLogger(name).addFilter(_without_content)


def _without_content(record: logging.LogRecord) -> bool:
    if str(record.msg).startswith("Unable to "):
        record.msg, record.args = str(record.msg).partition("\n")[0], None
        record.exc_info, record.exc_text = None, None
    elif isinstance(record.args, tuple):
        record.args = tuple(each if isinstance(each, str | int) else type(each).__name__ for each in record.args)
    return True


class _UnderWay(dict[int | str, "Future[Any]"]):
    """What is under way; pygls cancels all of it while it goes through it, which takes entries out."""

    def items(self) -> Any:  # noqa: ANN401 - as many as there were, not a view
        return list(super().items())
