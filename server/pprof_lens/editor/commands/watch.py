"""Watching a running program: what it offers, and its captures shown one after the other until something else is."""

import asyncio
import threading
from contextlib import suppress
from functools import partial

from pprof_lens.annotate.repaired import sentence
from pprof_lens.contract import Empty, EndpointKind, EndpointKinds, Endpoints, Unwatched, Watch
from pprof_lens.editor import access
from pprof_lens.editor.backend import Backend
from pprof_lens.editor.commands import status
from pprof_lens.editor.driver import OvertakenError
from pprof_lens.leaks import Leak
from pprof_lens.live import address
from pprof_lens.profile.errors import Cancelled, ProfileError
from pprof_lens.session.events import Round, StartWatch, StopWatch

_SHORTEST_INTERVAL = 0.5


async def endpoints(backend: Backend, asked: Endpoints) -> EndpointKinds:
    """What a running program offers, as its index page says."""
    from pprof_lens.live import endpoint  # noqa: PLC0415 - the server starts without it

    place, stop = address.parse(asked.url), threading.Event()
    kinds = partial(endpoint.kinds, place, access=access.plain(backend), cancelled=stop.is_set)
    asking = asyncio.ensure_future(asyncio.to_thread(kinds))
    bar = backend.frontend.bar(f"Asking {place.authority}", asking.cancel)
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


async def watch(backend: Backend, asked: Watch) -> Empty:
    interval = backend.settings.watch_interval_seconds if asked.interval_seconds is None else asked.interval_seconds
    place = address.parse(asked.url)
    await backend.ask(StartWatch(place.secret_url, place.url, max(interval, _SHORTEST_INTERVAL)))
    return Empty()


async def unwatch(backend: Backend, _: Empty) -> Unwatched:
    """Look once more, then end the watch and what it found; the figures stay. What only that look found is told."""
    going = _going(backend)
    if going is None:
        await backend.ask(StopWatch())
        return Unwatched(findings=())
    before = {(leak.finding.code, leak.finding.function) for leak in backend.shown.findings.leaks}
    found: tuple[Leak, ...] = ()
    try:
        found = await _last_look(backend, going)
    finally:
        if _going(backend) == going:
            await backend.ask(StopWatch())
    for leak in found:
        if leak.finding.grade == "proved" and (leak.finding.code, leak.finding.function) not in before:
            backend.frontend.say(f"The last look before the watch ended found {sentence(leak.finding)}", "warning")
    return Unwatched(findings=tuple(status.finding(backend, leak) for leak in found))


def _going(backend: Backend) -> int | None:
    """The number of the watch that goes on, unless another one was asked for since."""
    content = backend.wanted.goal.content
    is_overtaken = any(isinstance(ask.question, StartWatch) and not ask.is_ready for ask in backend.wanted.asks)
    return content.watch.number if content is not None and content.watch is not None and not is_overtaken else None


async def _last_look(backend: Backend, watch: int) -> tuple[Leak, ...]:
    """What is found of the program now; as before where it no longer answers."""
    capture = await backend.last_look(watch)
    if capture is not None and _going(backend) == watch:
        with suppress(OvertakenError, ProfileError):
            await backend.ask(Round(watch, capture))
    return backend.shown.findings.leaks
