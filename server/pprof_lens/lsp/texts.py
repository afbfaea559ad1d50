"""Texts and pages of ours as documents of the editor: `window/showDocument` needs a file, which goes to the own folder.

An editor that cannot show documents gets the first lines as a message, or the address of the page.
"""

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING

from lsprotocol import types
from pygls.exceptions import JsonRpcException

from pprof_lens.workspace import writing

if TYPE_CHECKING:
    from pprof_lens.lsp.server import ProfileServer

_MESSAGE_LINES = 8

_SHOWS_UNANNOUNCED = frozenset({"helix"})
"""Editors that show documents in versions that do not announce it: Helix from 24.03 to 25.07."""


def shows_documents(params: types.InitializeParams) -> bool:
    """Whether the editor that begins so can be asked to show one."""
    window = params.capabilities.window
    announced = window is not None and window.show_document is not None and window.show_document.support
    return announced or (params.client_info is not None and params.client_info.name in _SHOWS_UNANNOUNCED)


async def show(ls: "ProfileServer", name: str, text: str) -> None:
    """Show the text in the editor's way; `name` is that of its file."""
    if not ls.shows_documents:
        ls.say("\n".join(text.splitlines()[:_MESSAGE_LINES]), "info")
        return
    file = await _written(ls, name, text.encode("utf-8", "replace"))
    await ls.window_show_document_async(types.ShowDocumentParams(uri=file.as_uri(), take_focus=True))


async def show_in_browser(ls: "ProfileServer", name: str, page: bytes) -> str:
    """Have the editor open the page in the browser; the address of its file."""
    file = await _written(ls, name, page)
    if not await _opens(ls, types.ShowDocumentParams(uri=file.as_uri(), external=True)):
        ls.say(f"This editor opens no browser; the page is at {file.as_uri()}.", "info")
    return file.as_uri()


async def _written(ls: "ProfileServer", name: str, content: bytes) -> Path:
    """A file of that name in the own folder. Raises ProfileError where none can be written."""
    file = ls.backend.own_folder() / name
    await asyncio.to_thread(writing.write_temporary, file, content)
    return file


async def _opens(ls: "ProfileServer", asked: types.ShowDocumentParams) -> bool:
    if not ls.shows_documents:
        return False
    try:
        answer: types.ShowDocumentResult | None = await ls.window_show_document_async(asked)
    except JsonRpcException:
        return False
    return answer is not None and answer.success  # null is what some editors answer to everything
