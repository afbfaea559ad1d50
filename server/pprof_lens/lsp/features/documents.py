"""What the editor tells of its files: followed change by change, in the order in which it tells."""

from lsprotocol import types

from pprof_lens.lsp import convert
from pprof_lens.lsp.server import ProfileServer
from pprof_lens.session.events import Saved
from pprof_lens.source.buffer import Change


def register(server: ProfileServer) -> None:
    """Follow every file."""
    server.feature(types.TEXT_DOCUMENT_DID_OPEN)(did_open)
    server.feature(types.TEXT_DOCUMENT_DID_CHANGE)(did_change)
    server.feature(types.TEXT_DOCUMENT_DID_SAVE)(did_save)
    server.feature(types.TEXT_DOCUMENT_DID_CLOSE)(did_close)


async def did_open(ls: ProfileServer, params: types.DidOpenTextDocumentParams) -> None:
    document = params.text_document
    path = convert.local_path(document.uri)
    if path is None:
        return
    ls.backend.files.open(document.uri, path, document.text, document.version)
    if not ls.backend.files.is_followed(document.uri):
        ls.backend.readying.tell_too_large()
        return
    ls.backend.runs.opened(document.uri)
    await ls.backend.show(document.uri)


def did_change(ls: ProfileServer, params: types.DidChangeTextDocumentParams) -> None:
    document = params.text_document
    edits: list[Change] = []
    for change in params.content_changes:
        if isinstance(change, types.TextDocumentContentChangeWholeDocument):
            ls.backend.files.replace(document.uri, change.text, document.version)
            ls.backend.runs.replaced(document.uri, change.text)
            edits = []
        else:
            edits.append(convert.change(change))
    if edits:  # at once, as lines that one of them takes away and another brings are moved
        ls.backend.files.edit(document.uri, edits, document.version)
        ls.backend.runs.edited(document.uri, edits)
    if not ls.backend.files.is_followed(document.uri):
        ls.backend.runs.closed(document.uri)
        ls.backend.readying.tell_too_large()


def did_save(ls: ProfileServer, params: types.DidSaveTextDocumentParams) -> None:
    ls.backend.files.forget_baseline(params.text_document.uri)
    ls.backend.reasons.wish()
    ls.backend.post(Saved())


def did_close(ls: ProfileServer, params: types.DidCloseTextDocumentParams) -> None:
    ls.backend.files.close(params.text_document.uri)
    ls.backend.runs.closed(params.text_document.uri)
