"""Texts and pages of ours as documents of the editor: `window/showDocument` needs a file, which goes to the own folder.

An editor that cannot show documents gets the first lines as a message, or the address of the page.
"""

import asyncio
from collections.abc import Callable
from pathlib import Path

from lsprotocol import types
from pygls.exceptions import JsonRpcException
from pygls.lsp.server import LanguageServer

from pprof_lens.workspace import writing

_MESSAGE_LINES = 8

_SHOWS_UNANNOUNCED = frozenset({"helix"})
"""Editors that show documents in versions that do not announce it: Helix from 24.03 to 25.07."""


def shows_documents(params: types.InitializeParams) -> bool:
    """Whether the editor that begins so can be asked to show one."""
    window = params.capabilities.window
    announced = window is not None and window.show_document is not None and window.show_document.support
    return announced or (params.client_info is not None and params.client_info.name in _SHOWS_UNANNOUNCED)


class Texts:
    """Shows them in one editor; `is_shown` where it can be asked to show a document."""

    def __init__(self, ls: LanguageServer, own_folder: Callable[[], Path]) -> None:
        self.is_shown = False
        self._ls = ls
        self._own_folder = own_folder

    async def show(self, name: str, text: str) -> None:
        """Show the text in the editor's way; `name` is that of its file."""
        if not self.is_shown:
            self._say("\n".join(text.splitlines()[:_MESSAGE_LINES]))
            return
        file = await self._written(name, text.encode("utf-8", "replace"))
        await self._ls.window_show_document_async(types.ShowDocumentParams(uri=file.as_uri(), take_focus=True))

    async def show_in_browser(self, name: str, page: bytes) -> str:
        """Have the editor open the page in the browser; the address of its file."""
        file = await self._written(name, page)
        if not await self._opens(types.ShowDocumentParams(uri=file.as_uri(), external=True)):
            self._say(f"This editor opens no browser; the page is at {file.as_uri()}.")
        return file.as_uri()

    def _say(self, text: str) -> None:
        self._ls.window_show_message(types.ShowMessageParams(types.MessageType.Info, text))

    async def _written(self, name: str, content: bytes) -> Path:
        """A file of that name in the own folder. Raises ProfileError where none can be written."""
        file = self._own_folder() / name
        await asyncio.to_thread(writing.write_temporary, file, content)
        return file

    async def _opens(self, asked: types.ShowDocumentParams) -> bool:
        if not self.is_shown:
            return False
        try:
            answer: types.ShowDocumentResult | None = await self._ls.window_show_document_async(asked)
        except JsonRpcException:
            return False
        return answer is not None and answer.success  # null is what some editors answer to everything
