"""Code lenses: the figures of a function above it; a click opens its call tree. Those of tests run them."""

from lsprotocol import types

from pprof_lens.editor import benchmarks
from pprof_lens.lsp import convert
from pprof_lens.lsp.server import ProfileServer


def register(server: ProfileServer) -> None:
    """Answer what editors ask for a file."""
    server.feature(types.TEXT_DOCUMENT_CODE_LENS)(code_lens)


async def code_lens(ls: ProfileServer, params: types.CodeLensParams) -> list[types.CodeLens]:
    backend, uri = ls.backend, params.text_document.uri
    view = await backend.views.of_open(uri)
    if not backend.settings.code_lens_enabled:
        return []  # as of hints
    of_profile = view.lenses() if view is not None else ()
    of_runs = benchmarks.lenses(backend.runs, backend.files, uri)
    return [
        *(convert.code_lens(lens, ls.show_call_tree) for lens in of_profile),
        *(convert.run_lens(lens, is_ours=ls.is_ours) for lens in of_runs),
    ]
