"""The hover of a line."""

from lsprotocol import types

from pprof_lens.editor import hover
from pprof_lens.lsp.server import ProfileServer


def register(server: ProfileServer) -> None:
    """Answer what editors ask where someone points."""
    server.feature(types.TEXT_DOCUMENT_HOVER)(hover_text)


async def hover_text(ls: ProfileServer, params: types.HoverParams) -> types.Hover | None:
    text = await hover.text(ls.backend, params.text_document.uri, params.position.line)
    return types.Hover(contents=types.MarkupContent(types.MarkupKind.Markdown, text)) if text else None
