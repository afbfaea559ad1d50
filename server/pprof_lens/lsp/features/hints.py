"""Inlay hints: a figure at the end of each line that matters; a click opens the call tree of the line.

What a benchmark allocates in one operation stands behind it.
"""

from lsprotocol import types

from pprof_lens.editor import benchmarks
from pprof_lens.lsp import convert
from pprof_lens.lsp.server import ProfileServer


def register(server: ProfileServer) -> None:
    """Answer what editors ask for the lines that they show."""
    server.feature(types.TEXT_DOCUMENT_INLAY_HINT)(inlay_hint)


async def inlay_hint(ls: ProfileServer, params: types.InlayHintParams) -> list[types.InlayHint]:
    backend, uri = ls.backend, params.text_document.uri
    first, last = params.range.start.line, params.range.end.line
    view = await backend.views.of_open(uri)
    if not backend.settings.inlay_hints_enabled:
        return []  # Neovim takes null for no answer, and leaves what was there
    of_runs = map(convert.run_hint, benchmarks.hints(backend.runs, backend.files, uri, first, last))
    if view is None:
        return list(of_runs)
    columns = backend.files.units
    return [
        *(
            convert.inlay_hint(hint, view.end_column(hint.line, columns), ls.show_call_tree, uri)
            for hint in view.hints(first, last)
        ),
        *of_runs,
    ]
