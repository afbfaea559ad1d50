"""pygls's protocol with what of it is mended here, until pygls does it itself; `tests/lsp/test_protocol.py` tells when.

It keeps no documents beside ours, answers whoever asks with parameters that cannot be read, keeps nothing of a message
that is done with, lets a shutdown go through while something runs, and logs no trace for an answer that is an error by
intent.
"""

import logging
from collections.abc import Callable
from concurrent.futures import Future
from typing import Any

from lsprotocol import types
from pygls.exceptions import JsonRpcException
from pygls.protocol import LanguageServerProtocol
from pygls.protocol.json_rpc import RPCRequest

_KEPT = (
    types.TEXT_DOCUMENT_DID_OPEN,
    types.TEXT_DOCUMENT_DID_CHANGE,
    types.TEXT_DOCUMENT_DID_CLOSE,
    types.NOTEBOOK_DOCUMENT_DID_OPEN,
    types.NOTEBOOK_DOCUMENT_DID_CHANGE,
    types.NOTEBOOK_DOCUMENT_DID_CLOSE,
)
"""Where pygls keeps documents, all of one written anew for each change; ours are in `editor/documents.py`."""


class MendedProtocol(LanguageServerProtocol):
    """The protocol of our server."""

    def __init__(self, *arguments: Any) -> None:  # noqa: ANN401 - pygls's own
        super().__init__(*arguments)
        self._request_futures = _UnderWay()
        for method in _KEPT:
            self.fm.builtin_features.pop(method, None)

    def structure_message(self, data: dict[str, object]) -> object:
        """Refuse parameters that cannot be read, which pygls leaves without an answer."""
        try:
            return super().structure_message(data)
        except JsonRpcException as error:
            method, asked = data.get("method"), data.get("id")
            if method is not None and isinstance(asked, int | str):
                refusal = f"The parameters of {method} are not those that the protocol has for it."
                self._send_response(asked, error=types.ResponseError(error.code, refusal))
            raise

    def handle_message(self, message: Any) -> None:  # noqa: ANN401 - pygls's own
        """Refuse what is asked once the end has begun, which pygls leaves without an answer."""
        if self._shutdown and isinstance(message, RPCRequest):
            refusal = "The server is shutting down."
            self._send_response(message.id, error=types.ResponseError(types.ErrorCodes.InvalidRequest, refusal))
        else:
            super().handle_message(message)

    def _execute_handler(
        self,
        msg_id: int | str,
        handler: Callable[..., Any],
        callback: "Callable[[Future[Any]], None]",
        args: tuple[Any, ...] | None = None,
        kwargs: dict[str, Any] | None = None,
    ) -> None:
        """Let go of each message that is done with: pygls keeps all but requests, with all that failed ones hold."""

        def done(future: "Future[Any]") -> None:
            self._request_futures.pop(msg_id, None)
            callback(future)
            error = None if future.cancelled() else future.exception()
            if error is not None:
                error.__traceback__ = None  # its frames hold the future, and all that the handler saw

        super()._execute_handler(msg_id, handler, done, args, kwargs)

    def _send_handler_result(self, future: "Future[Any]", *, msg_id: int | str) -> None:
        """Answer with an error that is meant without a word in the log."""
        error = None if future.cancelled() else future.exception()
        if isinstance(error, JsonRpcException):
            self._request_futures.pop(msg_id, None)
            self._send_response(msg_id, error=error.to_response_error())
        else:
            super()._send_handler_result(future, msg_id=msg_id)


def without_traces() -> None:
    """Have pygls log in one line what it cannot read, for that is the editor's fault and not the server's."""
    for name in ("pygls.protocol.json_rpc", "pygls.server"):
        logging.getLogger(name).addFilter(_in_one_line)


def _in_one_line(record: logging.LogRecord) -> bool:
    if str(record.msg).startswith("Unable to "):
        record.msg, record.args = str(record.msg).partition("\n")[0], None
        record.exc_info, record.exc_text = None, None
    return True


class _UnderWay(dict[int | str, "Future[Any]"]):
    """What is under way; pygls cancels all of it while it goes through it, which takes entries out."""

    def items(self) -> Any:  # noqa: ANN401 - as many as there were, not a view
        return list(super().items())
