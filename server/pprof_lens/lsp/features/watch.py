"""Watching a running program: what it offers, and its captures shown one after the other until something else is."""

import asyncio
import threading
from functools import partial

from pprof_lens.contract import Empty, EndpointKind, EndpointKinds, Endpoints, Watch
from pprof_lens.live import address
from pprof_lens.lsp import commands, sources
from pprof_lens.lsp.progress import Progress
from pprof_lens.lsp.server import ProfileServer
from pprof_lens.profile.errors import Cancelled
from pprof_lens.session.events import StartWatch, StopWatch

_SHORTEST_INTERVAL = 0.5


def register(server: ProfileServer) -> None:
    """Ask programs, and watch them."""
    commands.register(server, "endpoints", endpoints)
    commands.register(server, "watch", watch)
    commands.register(server, "unwatch", unwatch)


async def endpoints(ls: ProfileServer, asked: Endpoints) -> EndpointKinds:
    """What a running program offers, as its index page says."""
    from pprof_lens.live import endpoint  # noqa: PLC0415 - the server starts without it

    place, stop = address.parse(asked.url), threading.Event()
    kinds = partial(endpoint.kinds, place, access=sources.access(ls), cancelled=stop.is_set)
    asking = asyncio.ensure_future(asyncio.to_thread(kinds))
    bar = Progress(ls, f"Asking {place.authority}", asking.cancel)
    try:
        found = await asking
    except asyncio.CancelledError:
        raise Cancelled from None
    finally:
        stop.set()
        bar.end()
    return EndpointKinds(
        kinds=tuple(
            EndpointKind(kind=kind.name, description=kind.description, url=kind.url, needs_seconds=kind.needs_seconds)
            for kind in found
        )
    )


async def watch(ls: ProfileServer, asked: Watch) -> Empty:
    interval = ls.settings.watch_interval_seconds if asked.interval_seconds is None else asked.interval_seconds
    place = address.parse(asked.url)
    await ls.ask(StartWatch(place.secret_url, place.url, max(interval, _SHORTEST_INTERVAL)))
    return Empty()


async def unwatch(ls: ProfileServer, _: Empty) -> Empty:
    """End the watch and what it found; the figures stay."""
    await ls.ask(StopWatch())
    return Empty()
