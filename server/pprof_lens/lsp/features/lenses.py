"""Code lenses: the figures of a function above it; a click opens its call tree."""

from lsprotocol import types

from pprof_lens.lsp import convert
from pprof_lens.lsp.server import ProfileServer


def register(server: ProfileServer) -> None:
    """Answer what editors ask for a file."""
    server.feature(types.TEXT_DOCUMENT_CODE_LENS)(code_lens)


async def code_lens(ls: ProfileServer, params: types.CodeLensParams) -> list[types.CodeLens]:
    view = await ls.views.of_open(params.text_document.uri)
    if view is None or not ls.settings.code_lens_enabled:
        return []  # as of hints
    return [convert.code_lens(lens, ls.show_call_tree) for lens in view.lenses()]
