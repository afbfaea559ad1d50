"""Ends the server once the editor that started it is gone, though others may still hold its end of the pipe."""

import asyncio
import logging
import os
from pathlib import Path

from pprof_lens.lsp.server import ProfileServer

log = logging.getLogger(__name__)

_EVERY_SECONDS = 2


def watch(ls: ProfileServer, process_id: int | None) -> None:
    """Look at the editor's process from now on, where it is one of this machine's."""
    # On Windows a signal ends a process, whichever it is; there the pipe ends with the editor.
    if process_id is not None and os.name == "posix" and _is_alive(process_id):
        ls.in_background(asyncio.get_running_loop().create_task(_until_gone(ls, process_id)))


async def _until_gone(ls: ProfileServer, process_id: int) -> None:
    while _is_alive(process_id):  # noqa: ASYNC110 - nothing tells when another process ends
        await asyncio.sleep(_EVERY_SECONDS)
    log.info("The editor's process is gone, so the server ends.")
    ls.stop_working()
    os._exit(1)  # threads that still work or read must not hold it


def _is_alive(process_id: int) -> bool:
    """Whether there is such a process that has not ended."""
    if process_id <= 0:
        return False
    try:
        os.kill(process_id, 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True  # it is somebody else's
    try:
        facts = Path(f"/proc/{process_id}/stat").read_bytes()
    except OSError:
        return True  # a system without such files
    return facts.rpartition(b")")[2].split()[:1] != [b"Z"]
