"""A progress bar with a cancel button, where the editor has them; no work waits for a bar."""

import asyncio
import logging
import uuid
from collections.abc import Callable

from lsprotocol import types
from pygls.exceptions import JsonRpcException
from pygls.lsp.server import LanguageServer

log = logging.getLogger(__name__)


class Progress:
    """One bar, from now until `end`; `cancelled` is called once the user presses its button."""

    def __init__(self, ls: LanguageServer, title: str, cancelled: Callable[[], object]) -> None:
        self._ls = ls
        self._cancelled = cancelled
        self._loop = asyncio.get_running_loop()
        self._token = uuid.uuid4().hex
        self._is_over = False
        window = ls.client_capabilities.window
        self._showing = (
            self._loop.create_task(self._show(title)) if window is not None and window.work_done_progress else None
        )

    def report(self, text: str) -> None:
        """Write a few words beside the bar; may be called on any thread."""
        self._loop.call_soon_threadsafe(self._report, text)

    def end(self) -> None:
        """Take the bar away."""
        self._is_over = True
        if self._token in self._ls.work_done_progress.tokens:
            self._ls.work_done_progress.end(self._token, types.WorkDoneProgressEnd())
            self._ls.work_done_progress.tokens.pop(self._token).cancel()

    async def _show(self, title: str) -> None:
        progress = self._ls.work_done_progress
        try:
            await progress.create_async(self._token)
        except JsonRpcException as error:
            log.info("The editor shows no progress: %s", error.message)
            return
        if self._is_over:
            del progress.tokens[self._token]
            return
        progress.begin(self._token, types.WorkDoneProgressBegin(title=title, cancellable=True))
        pressed = asyncio.wrap_future(progress.tokens[self._token])
        await asyncio.wait((pressed,))
        if not self._is_over:
            self._cancelled()

    def _report(self, text: str) -> None:
        if not self._is_over and self._token in self._ls.work_done_progress.tokens:
            told = types.WorkDoneProgressReport(message=text, cancellable=True)
            self._ls.work_done_progress.report(self._token, told)
