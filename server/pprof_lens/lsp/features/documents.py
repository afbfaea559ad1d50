"""What the editor tells of its files: followed change by change, in the order in which it tells.

Editors tell of Go files. Where a profile names others that are here (assembly, C, templates with `//line`), the editor
is asked to tell of files with such an ending, too, as soon as that is shown.
"""

import asyncio
import logging
import re
import uuid
from collections.abc import Iterable, Iterator
from pathlib import Path

from lsprotocol import types
from pygls.exceptions import JsonRpcException

from pprof_lens.editor.shown import Shown
from pprof_lens.lsp import convert
from pprof_lens.lsp.features import diagnostics, reasons
from pprof_lens.lsp.server import ProfileServer
from pprof_lens.profile.plain import plain
from pprof_lens.session.events import Saved
from pprof_lens.source.buffer import Change

log = logging.getLogger(__name__)

_ENDING = re.compile(r"\.[A-Za-z0-9_]{1,12}")
_MOST_ENDINGS = 20


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
        tell_too_large(ls)
        return
    ls.backend.runs.opened(document.uri)
    await show(ls, document.uri)


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
        tell_too_large(ls)


def did_save(ls: ProfileServer, params: types.DidSaveTextDocumentParams) -> None:
    ls.backend.files.forget_baseline(params.text_document.uri)
    reasons.wish(ls)
    ls.backend.post(Saved())


def did_close(ls: ProfileServer, params: types.DidCloseTextDocumentParams) -> None:
    ls.backend.files.close(params.text_document.uri)
    ls.backend.runs.closed(params.text_document.uri)


def tell_too_large(ls: ProfileServer) -> None:
    """Say once of each open file of the profile that nothing is shown in it, as it is too large."""
    snapshot = ls.backend.shown.snapshot
    for path in ls.backend.files.let_go().values():
        if snapshot is not None and path not in ls.backend.told_too_large and snapshot.files.of_local(path):
            ls.backend.told_too_large |= {path}
            told = f"{plain(Path(path).name)} is too large to be followed, so nothing is shown in it."
            ls.say(told, "info")


def widen(ls: ProfileServer, shown: Shown) -> None:
    """Have the editor tell of the files that are shown and are not Go, as far as it does not yet."""
    synchronization = getattr(ls.client_capabilities.text_document, "synchronization", None)
    if shown.snapshot is None or synchronization is None or not synchronization.dynamic_registration:
        return
    paths = (found.path for found in shown.snapshot.files.local.values() if found.path is not None)
    new = sorted(set(_endings(paths)) - ls.endings)[: _MOST_ENDINGS - len(ls.endings)]
    if new:
        ls.endings |= frozenset(new)
        ls.backend.in_background(asyncio.get_running_loop().create_task(_ask_for(ls, new)))


def _endings(paths: Iterable[str]) -> Iterator[str]:
    for path in paths:
        ending = path[path.rfind(".") :]  # for each file of each round
        if ending != ".go" and _ENDING.fullmatch(ending):
            yield ending


async def _ask_for(ls: ProfileServer, endings: Iterable[str]) -> None:
    selector = [types.TextDocumentFilterPattern(pattern=f"**/*{ending}", scheme="file") for ending in endings]
    incremental = types.TextDocumentSyncKind.Incremental
    options = {
        types.TEXT_DOCUMENT_DID_OPEN: types.TextDocumentRegistrationOptions(selector),
        types.TEXT_DOCUMENT_DID_CHANGE: types.TextDocumentChangeRegistrationOptions(incremental, selector),
        types.TEXT_DOCUMENT_DID_SAVE: types.TextDocumentSaveRegistrationOptions(selector),
        types.TEXT_DOCUMENT_DID_CLOSE: types.TextDocumentRegistrationOptions(selector),
        types.TEXT_DOCUMENT_INLAY_HINT: types.InlayHintRegistrationOptions(document_selector=selector),
        types.TEXT_DOCUMENT_CODE_LENS: types.CodeLensRegistrationOptions(selector),
        types.TEXT_DOCUMENT_HOVER: types.HoverRegistrationOptions(selector),
    }
    registrations = [types.Registration(uuid.uuid4().hex, method, options) for method, options in options.items()]
    try:
        await ls.client_register_capability_async(types.RegistrationParams(registrations))
    except JsonRpcException as error:
        log.info("The editor tells of Go files only: %s", error.message)


async def show(ls: ProfileServer, uri: str) -> None:
    """Show in a file what there is to show; it is another one than before."""
    if await ls.backend.views.opened(uri):
        reasons.wish(ls)
        diagnostics.push(ls)
        ls.refresh()
