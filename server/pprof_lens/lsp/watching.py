"""Watching a running program: each round's heap profile is shown in place, what the series proves is found.

The rounds are fetched on a thread of their own (`live.watch`); here they are shown, one after the other, and the
newest only where they come faster than that. Loading anything else ends the watch.
"""

import asyncio
import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from lsprotocol import types

from pprof_lens.annotate import charts
from pprof_lens.lsp import capturing, loading, publish
from pprof_lens.lsp.server import ProfileServer, Watch, forget
from pprof_lens.profile.errors import Cancelled, ProfileError
from pprof_lens.session import Source

if TYPE_CHECKING:
    from pprof_lens.live.watch import Round

log = logging.getLogger(__name__)


async def start(ls: ProfileServer, url: str, interval: float) -> None:
    """Watch from now on. Raises FetchError where the program does not answer the first round.

    Raises Cancelled where something else was asked for before that.
    """
    # HTTP is imported when it is first needed.
    from pprof_lens.live import address  # noqa: PLC0415
    from pprof_lens.live import watch as live  # noqa: PLC0415
    from pprof_lens.live.access import Access  # noqa: PLC0415

    asked = ls.ask()
    place, limit = address.parse(url), ls.settings.limits_profile_bytes
    access = Access(ls.settings.http_headers, ls.settings.http_certificates)
    watch = Watch(url=place.url, stop=threading.Event())
    loop = asyncio.get_running_loop()
    rounds: asyncio.Queue[Round] = asyncio.Queue()

    def tell(told: "Round") -> None:
        loop.call_soon_threadsafe(rounds.put_nowait, told)

    def run() -> None:
        live.watch(place, pace=live.Pace(interval), limit=limit, access=access, stop=watch.stop, tell=tell)

    if ls.starting is not None:
        _end(ls, ls.starting)
    ls.starting = watch
    fetching = loop.run_in_executor(None, run)
    fetching.add_done_callback(forget)
    first = asyncio.ensure_future(rounds.get())
    try:
        await asyncio.wait((fetching, first), return_when=asyncio.FIRST_COMPLETED)
        if not first.done():
            fetching.result()
        if ls.starting is not watch:
            raise Cancelled
        if ls.watch is not None:
            _end(ls, ls.watch)
        ls.starting, ls.watch = None, watch
        ls.overtake(asked)
    finally:
        first.cancel()
        if ls.watch is not watch:
            _end(ls, watch)
    await _show(ls, watch, first.result())
    ls.in_background(loop.create_task(_follow(ls, watch, fetching, rounds)))


def stop(ls: ProfileServer) -> None:
    """End the watch, if there is one, and the one that starts; what was shown last stays."""
    for watch in ls.watches():
        _end(ls, watch)


@contextmanager
def instead(ls: ProfileServer) -> Iterator[None]:
    """End the watch once something else is loaded within; until then it shows nothing, as that would be newer."""
    watches = ls.watches()
    for watch in watches:
        watch.holds += 1
    try:
        yield
    finally:
        for watch in watches:
            watch.holds -= 1
    for watch in watches:
        _end(ls, watch)


def _end(ls: ProfileServer, watch: Watch) -> None:
    watch.stop.set()
    if ls.starting is watch:
        ls.starting = None
    if ls.watch is watch:
        ls.watch = None
        publish.tell_status(ls)


async def _follow(
    ls: ProfileServer, watch: Watch, fetching: "asyncio.Future[None]", rounds: "asyncio.Queue[Round]"
) -> None:
    """Show each round until the watch ends."""
    while ls.watch is watch:
        coming = asyncio.ensure_future(rounds.get())
        await asyncio.wait((fetching, coming), return_when=asyncio.FIRST_COMPLETED)
        if not coming.done():
            coming.cancel()
            break
        newest = coming.result()
        while not rounds.empty():
            newest = rounds.get_nowait()
        await _show(ls, watch, newest)
    try:
        await fetching
    except Cancelled:
        log.info("The watch of %s was ended.", watch.url)
    except ProfileError as error:
        ls.say(str(error), types.MessageType.Error)
    _end(ls, watch)


async def _show(ls: ProfileServer, watch: Watch, told: "Round") -> None:
    if ls.watch is not watch or watch.holds:
        return
    watch.trend, watch.failure = charts.overview(told.evidence), told.failure
    if told.note:
        ls.say(told.note, types.MessageType.Info)
    if told.failure:
        log.warning("%s", told.failure)
        publish.tell_status(ls)
        return
    before = ls.snapshot
    try:
        path = capturing.kept(ls, "heap", told.heap)
        await loading.follow(ls, Source(watch.url, (path,)), told.evidence, lambda: ls.watch is not watch)
    except (Cancelled, ProfileError) as error:
        log.warning("A round of %s was not shown: %s", watch.url, error or "something newer is loaded")
        return
    if before is not None and before.source.name == watch.url:
        await asyncio.to_thread(Path(before.source.paths[0]).unlink, missing_ok=True)
