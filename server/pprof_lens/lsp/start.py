"""Makes the server whole and runs it over standard input and output or over a socket."""

import gc
import sys

from pprof_lens.lsp import commands, handlers
from pprof_lens.lsp.server import ProfileServer


def start_stdio() -> None:
    """Serve the editor at the other end of standard input and output, until it says exit."""
    made().start_io()


def start_tcp(host: str, port: int) -> None:
    """Serve the first editor that connects to the address, until it says exit."""
    made().start_tcp(host, port)


def made() -> ProfileServer:
    """A server with every feature and command registered."""
    server = ProfileServer()
    handlers.register(server)
    commands.register(server)
    # What was imported stays to the end. A collection that walks all of it takes 50 ms, in the midst of an answer.
    gc.freeze()
    # What was loaded stays long too, and one that walks all of that takes 20 ms: there is a tenth as many of those.
    gc.set_threshold(*gc.get_threshold()[:2], 100)
    # An answer changes threads a few times, and each time waits so long for a loading worker to let go.
    sys.setswitchinterval(0.001)
    return server
