"""Plain texts of ours as documents of the editor: `window/showDocument` needs a file, which goes to the own folder.

An editor that cannot show documents gets the first lines as a message.
"""

import asyncio
from typing import TYPE_CHECKING

from lsprotocol import types

if TYPE_CHECKING:
    from pprof_lens.lsp.server import ProfileServer

_MESSAGE_LINES = 8


async def show(ls: "ProfileServer", name: str, text: str) -> None:
    """Show the text in the editor's way; `name` is that of its file."""
    window = ls.client_capabilities.window
    if window is None or window.show_document is None or not window.show_document.support:
        ls.say("\n".join(text.splitlines()[:_MESSAGE_LINES]), types.MessageType.Info)
        return
    file = ls.own_folder() / name
    await asyncio.to_thread(file.write_text, text, encoding="utf-8", errors="replace")
    await ls.window_show_document_async(types.ShowDocumentParams(uri=file.as_uri(), take_focus=True))
