"""Secrets that the editor keeps, asked for by name when a request needs them: none is kept or logged here."""

import asyncio
import logging
from collections.abc import Iterable

from pygls.exceptions import JsonRpcException
from pygls.lsp.server import LanguageServer

from pprof_lens.contract import SECRET

log = logging.getLogger(__name__)

_PATIENCE = 10.0


async def ask(ls: LanguageServer, names: Iterable[str]) -> dict[str, str]:
    """The secrets of these names, as far as the editor has them."""
    return {name: value for name in names if (value := await _one(ls, name)) is not None}


async def _one(ls: LanguageServer, name: str) -> str | None:
    try:
        answer = await asyncio.wait_for(ls.protocol.send_request_async(SECRET, {"name": name}), _PATIENCE)
    except (JsonRpcException, asyncio.TimeoutError):
        log.info("The editor has no secret %s.", name)
        return None
    value = getattr(answer, "value", None)
    return value if isinstance(value, str) else None
