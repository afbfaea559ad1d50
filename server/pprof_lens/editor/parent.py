"""Ends the server once the editor that started it is gone, or ends it by a signal; nothing of it is left then.

Others may still hold the editor's end of the pipe, and what the server started runs in groups of its own.
"""

import _thread
import asyncio
import logging
import os
import signal
from pathlib import Path

from pprof_lens.editor.backend import Backend
from pprof_lens.workspace.process import end_all

log = logging.getLogger(__name__)

_EVERY_SECONDS = 2


def watch(backend: Backend, process_id: int | None) -> None:
    """Look at the editor's process from now on, where it is one of this machine's."""
    # On Windows a signal ends a process, whichever it is; there the pipe ends with the editor.
    if process_id is not None and os.name == "posix" and _is_alive(process_id):
        backend.in_background(asyncio.get_running_loop().create_task(_until_gone(backend, process_id)))


def obey_signals(backend: Backend) -> None:
    """End as one who is asked to, where a system or an editor asks by a signal; for the main thread.

    Another thread ends it: the main one may just hold a lock that this takes, of a pool that starts a thread.
    """
    for name in ("SIGTERM", "SIGHUP"):
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), lambda *_: _thread.start_new_thread(_end, (backend,)))


async def _until_gone(backend: Backend, process_id: int) -> None:
    while _is_alive(process_id):  # noqa: ASYNC110 - nothing tells when another process ends
        await asyncio.sleep(_EVERY_SECONDS)
    log.info("The editor's process is gone, so the server ends.")
    _end(backend)


def _end(backend: Backend) -> None:
    try:
        backend.stop_working()
        end_all()
    finally:
        os._exit(1)  # threads that still work or read must not hold it


def _is_alive(process_id: int) -> bool:
    """Whether there is such a process that has not ended."""
    if process_id <= 0:
        return False
    try:
        os.kill(process_id, 0)
    except (ProcessLookupError, OverflowError):  # no system numbers its processes so high
        return False
    except OSError:
        return True  # it is somebody else's
    try:
        facts = Path(f"/proc/{process_id}/stat").read_bytes()
    except OSError:
        return True  # a system without such files
    return facts.rpartition(b")")[2].split()[:1] != [b"Z"]
