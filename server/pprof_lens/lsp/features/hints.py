"""Inlay hints: a figure at the end of each line that matters; a click opens the call tree of the line.

What a benchmark allocates in one operation stands behind it.
"""

from lsprotocol import types

from pprof_lens.lsp import convert
from pprof_lens.lsp.features import bench
from pprof_lens.lsp.server import ProfileServer


def register(server: ProfileServer) -> None:
    """Answer what editors ask for the lines that they show."""
    server.feature(types.TEXT_DOCUMENT_INLAY_HINT)(inlay_hint)


async def inlay_hint(ls: ProfileServer, params: types.InlayHintParams) -> list[types.InlayHint]:
    uri, wanted = params.text_document.uri, params.range
    view = await ls.backend.views.of_open(uri)
    if not ls.backend.settings.inlay_hints_enabled:
        return []  # Neovim takes null for no answer, and leaves what was there
    of_runs = bench.hints(ls, uri, wanted.start.line, wanted.end.line)
    if view is None:
        return of_runs
    return [
        *(
            convert.inlay_hint(hint, view.end_column(hint.line, ls.backend.files.units), ls.show_call_tree, uri)
            for hint in view.hints(wanted.start.line, wanted.end.line)
        ),
        *of_runs,
    ]
