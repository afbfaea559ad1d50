"""Has the editor tell of files that are not Go, as far as it does not yet.

Editors tell of Go files. Where a profile names others that are here (assembly, C, templates with `//line`), the editor
is asked to tell of files with such an ending, too, as soon as that is shown.
"""

import asyncio
import logging
import re
import uuid
from collections.abc import Callable, Iterable, Iterator

from lsprotocol import types
from pygls.exceptions import JsonRpcException
from pygls.lsp.server import LanguageServer

log = logging.getLogger(__name__)

_ENDING = re.compile(r"\.[A-Za-z0-9_]{1,12}")
_MOST_ENDINGS = 20


class Widening:
    """What one editor was asked to tell of."""

    def __init__(self, ls: LanguageServer, in_background: "Callable[[asyncio.Task[None]], None]") -> None:
        self._ls = ls
        self._in_background = in_background
        self._asked: frozenset[str] = frozenset()

    def widen(self, paths: Iterable[str]) -> None:
        """Have the editor tell of the files that end like these."""
        synchronization = getattr(self._ls.client_capabilities.text_document, "synchronization", None)
        if synchronization is None or not synchronization.dynamic_registration:
            return
        new = sorted(set(_endings(paths)) - self._asked)[: _MOST_ENDINGS - len(self._asked)]
        if new:
            self._asked |= frozenset(new)
            self._in_background(asyncio.get_running_loop().create_task(_ask_for(self._ls, new)))


def _endings(paths: Iterable[str]) -> Iterator[str]:
    for path in paths:
        ending = path[path.rfind(".") :]  # for each file of each round
        if ending != ".go" and _ENDING.fullmatch(ending):
            yield ending


async def _ask_for(ls: LanguageServer, endings: Iterable[str]) -> None:
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
