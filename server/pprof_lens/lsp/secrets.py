"""Secrets that the editor keeps, asked for by name when a request needs them: none is kept or logged here."""

import asyncio
import logging
from collections.abc import Iterable
from typing import TYPE_CHECKING

from pygls.exceptions import JsonRpcException

from pprof_lens.contract import SECRET

if TYPE_CHECKING:
    from pprof_lens.lsp.server import ProfileServer

log = logging.getLogger(__name__)

_PATIENCE = 10.0


async def ask(ls: "ProfileServer", names: Iterable[str]) -> dict[str, str]:
    """The secrets of these names, as far as the editor has them."""
    return {name: value for name in names if (value := await _one(ls, name)) is not None}


async def _one(ls: "ProfileServer", name: str) -> str | None:
    try:
        answer = await asyncio.wait_for(ls.protocol.send_request_async(SECRET, {"name": name}), _PATIENCE)
    except (JsonRpcException, asyncio.TimeoutError):
        log.info("The editor has no secret %s.", name)
        return None
    value = getattr(answer, "value", None)
    return value if isinstance(value, str) else None
