"""Makes the server whole and runs it over standard input and output or over a socket."""

import gc
import sys
from collections.abc import Sequence
from functools import partial

from pprof_lens.analysis.verdict import Finder
from pprof_lens.editor.driver import Stage
from pprof_lens.editor.shown import Shown
from pprof_lens.lsp import parent
from pprof_lens.lsp.features import (
    bench,
    call_tree,
    diagnostics,
    documents,
    fleet,
    hints,
    hover,
    lenses,
    lines,
    load,
    page,
    paths,
    plain_tree,
    profiles,
    quick_fixes,
    reasons,
    runs,
    settings,
    stacks,
    status,
    top,
    watch,
)
from pprof_lens.lsp.server import ProfileServer
from pprof_lens.session.reading import Stop

FEATURES = (
    settings,
    documents,
    hints,
    lenses,
    hover,
    quick_fixes,
    load,
    lines,
    call_tree,
    plain_tree,
    top,
    page,
    reasons,
    stacks,
    bench,
    runs,
    paths,
    profiles,
    watch,
    fleet,
    status,
)


def start_stdio() -> None:
    """Serve the editor at the other end of standard input and output, until it says exit."""
    _ready().start_io()


def start_tcp(host: str, port: int) -> None:
    """Serve the first editor that connects to the address, until it says exit."""
    _ready().start_tcp(host, port)


def _ready() -> ProfileServer:
    server = made()
    parent.obey_signals(server)
    return server


def made() -> ProfileServer:
    """A server with every feature registered."""
    server = ProfileServer(stages)
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


def stages(ls: ProfileServer) -> Sequence[Stage]:
    """How a Snapshot gets shown: first the figures, which the user waits for, last what is found in it."""

    def show_again() -> None:
        diagnostics.push(ls)
        ls.refresh()

    def tell_standing() -> None:
        status.tell(ls)

    ls.views.on_sought = show_again
    ls.deployed.on_found = tell_standing

    async def draw(shown: Shown, stop: Stop) -> Shown:
        await ls.views.all_ready(shown, stop)
        ls.refresh()
        documents.widen(ls, shown)
        reasons.wish(ls)
        ls.deployed.wish()
        return shown

    async def tell(shown: Shown, stop: Stop) -> Shown:
        await ls.views.all_ready(shown, stop)  # where what leaks is in lines without figures
        await ls.views.sought()
        documents.tell_too_large(ls)
        diagnostics.push(ls)
        status.tell(ls)
        return shown

    return draw, partial(hover.gather, ls), partial(diagnostics.find, ls, Finder()), tell
