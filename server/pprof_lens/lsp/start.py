"""Makes the server whole and runs it over standard input and output or over a socket."""

import asyncio
import gc
import logging
import socket
import sys
import threading
from contextlib import suppress
from io import BufferedIOBase
from typing import BinaryIO, cast

from pygls.io_ import run_async

from pprof_lens.editor import parent
from pprof_lens.lsp import commands, ends
from pprof_lens.lsp.features import documents, hints, hover, lenses, quick_fixes, settings
from pprof_lens.lsp.protocol import discreet
from pprof_lens.lsp.server import ProfileServer
from pprof_lens.workspace.process import end_all

log = logging.getLogger(__name__)

FEATURES = (settings, documents, hints, lenses, hover, quick_fixes, commands)


def start_stdio() -> int:
    """Serve the editor at the other end of standard input and output, until it says exit; the exit status."""
    return _serve(_ready(), cast("BufferedIOBase", sys.stdin.buffer), sys.stdout.buffer)


def start_tcp(host: str, port: int) -> int:
    """Serve the first editor that connects to the address, until it says exit; the exit status.

    Raises OSError where nothing can listen there.
    """
    server = _ready()
    family = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][0]
    with socket.create_server((host, port), family=family) as listening:
        log.info("Listening on %s port %d.", *listening.getsockname()[:2])
        connection, _ = listening.accept()
    with connection, connection.makefile("rb") as sent, connection.makefile("wb") as answered:
        return _serve(server, sent, answered)


def _ready() -> ProfileServer:
    server = made()
    parent.obey_signals(server.backend)
    return server


def _serve(server: ProfileServer, sent: BufferedIOBase, answered: BinaryIO) -> int:
    """Serve until the editor says exit, or nothing more; what is there then goes. An end that nobody asked for is 1."""
    server.protocol.set_writer(ends.Output(answered))
    reading = run_async(
        threading.Event(),
        ends.Input(sent, server.thread_pool),
        server.protocol,
        logging.getLogger("pygls.server"),
        server.report_server_error,
    )
    try:
        with suppress(KeyboardInterrupt, SystemExit):
            asyncio.run(reading)
    finally:
        server.shutdown()  # type: ignore[no-untyped-call]
    is_asked_for = server.backend.is_stopped
    server.backend.stop_working()
    end_all()
    return 0 if is_asked_for else 1


def made() -> ProfileServer:
    """A server with every feature registered."""
    discreet()
    server = ProfileServer()
    for feature in FEATURES:
        feature.register(server)
    # What was imported stays to the end. A collection that walks all of it takes 50 ms, in the midst of an answer.
    gc.freeze()
    gc.enable()
    # What was loaded stays long too, and one that walks all of that takes 20 ms: there is a tenth as many of those.
    gc.set_threshold(*gc.get_threshold()[:2], 100)
    # An answer changes threads a few times, and each time waits so long for a loading worker to let go.
    sys.setswitchinterval(0.001)
    return server
