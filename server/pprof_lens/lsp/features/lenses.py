"""Code lenses: the figures of a function above it; a click opens its call tree. Those of tests run them."""

from lsprotocol import types

from pprof_lens.lsp import convert
from pprof_lens.lsp.features import bench
from pprof_lens.lsp.server import ProfileServer


def register(server: ProfileServer) -> None:
    """Answer what editors ask for a file."""
    server.feature(types.TEXT_DOCUMENT_CODE_LENS)(code_lens)


async def code_lens(ls: ProfileServer, params: types.CodeLensParams) -> list[types.CodeLens]:
    uri = params.text_document.uri
    view = await ls.backend.views.of_open(uri)
    if not ls.backend.settings.code_lens_enabled:
        return []  # as of hints
    of_profile = view.lenses() if view is not None else ()
    return [*(convert.code_lens(lens, ls.show_call_tree) for lens in of_profile), *bench.lenses(ls, uri)]
