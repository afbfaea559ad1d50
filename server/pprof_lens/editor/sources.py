"""Brings what is wanted and is not here: profiles fetched from programs, and the rounds of watched ones.

It looks at what is wanted and starts or stops what follows from that; what comes of it is posted as an event. Each
runs on a thread of its own: it mostly waits, and nothing else must wait for it. HTTP is imported when it is first
needed, so that the server starts without it. Another kind of source is another case of `_bring`.
"""

import asyncio
import logging
import os
import re
import threading
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from pprof_lens.editor import access
from pprof_lens.editor.host import Host
from pprof_lens.editor.worker import let_go
from pprof_lens.live import address
from pprof_lens.profile.errors import Cancelled, ProfileError
from pprof_lens.session.events import Began, Failed, Fetched, Load, Round, StartWatch, WatchEnded
from pprof_lens.session.goal import Capture, Source
from pprof_lens.session.wanted import CANCELLED, Ask, Wanted
from pprof_lens.workspace import writing

if TYPE_CHECKING:
    from pprof_lens.live.transfer import Progress as Transferred
    from pprof_lens.live.watch import Round as WatchRound

log = logging.getLogger(__name__)

_KIND = re.compile("[a-z]{1,20}")
_LONGEST_SECONDS = 3600

_LAST_LOOK_SECONDS = 5.0
"""Of patience with a program that is asked once more before its watch ends."""


class Sources:
    """What is being fetched and watched, by the number of the ask, with what stops it."""

    def __init__(self, host: Host) -> None:
        self._host = host
        self._running: dict[int, threading.Event] = {}
        self._finishing: dict[int, threading.Event] = {}
        self._last_looks: dict[int, asyncio.Future[Capture | None]] = {}

    def follow(self, wanted: Wanted) -> None:
        """Bring what is missing of what is wanted now, and nothing else."""
        for number in self._running.keys() - _needed(wanted):
            self._stop(number)
        for ask in wanted.asks:
            if not ask.is_ready and ask.number not in self._running:
                stop = self._running[ask.number] = threading.Event()
                self._host.in_background(asyncio.get_running_loop().create_task(self._bring(ask, stop)))

    def stop(self) -> None:
        """Bring nothing more."""
        for number in tuple(self._running):
            self._stop(number)

    async def last_look(self, number: int) -> Capture | None:
        """What one more round of a watch brings, after which it makes none; None where it brings nothing in time."""
        finish = self._finishing.get(number)
        if finish is None or number in self._last_looks:
            return None
        look = self._last_looks[number] = asyncio.get_running_loop().create_future()
        finish.set()
        try:
            return await asyncio.wait_for(look, _LAST_LOOK_SECONDS)
        except asyncio.TimeoutError:
            return None
        finally:
            del self._last_looks[number]

    def _stop(self, number: int) -> None:
        self._running.pop(number).set()
        if number in self._finishing:
            self._finishing.pop(number).set()

    async def _bring(self, ask: Ask, stop: threading.Event) -> None:
        try:
            match ask.question:
                case Load() as load:
                    await self._fetch(ask.number, load, stop)
                case StartWatch() as start:
                    await self._watch(ask.number, start, stop)
        except Cancelled:
            log.info("Nobody waits any more for what was asked for as number %d.", ask.number)
        except ProfileError as error:
            let_go(error)
            self._failed(ask.number, str(error))
        self._host.post(WatchEnded(ask.number))

    def _failed(self, number: int, why: str) -> None:
        if any(ask.number == number for ask in self._host.wanted.asks):
            self._host.post(Failed(number, why))
        elif number in self._running:  # a watch that had begun
            self._host.frontend.say(why, "error")

    async def _fetch(self, number: int, load: Load, stop: threading.Event) -> None:
        source = load.source
        paths = [await self._local(number, name, load.seconds, stop) for name in source.paths]
        base = [await self._local(number, name, load.seconds, stop) for name in source.base]
        self._host.post(Fetched(number, Source(source.name, tuple(paths), tuple(base))))
        if load.refresh:
            names = zip((*source.paths, *source.base), (*paths, *base), strict=True)
            await self._refresh(number, load, [(name, path) for name, path in names if name != path], stop)

    async def _refresh(self, number: int, load: Load, fetched: list[tuple[str, str]], stop: threading.Event) -> None:
        """Write what is fetched anew into the files, of which it is then noticed that they were rewritten."""
        before = ""
        while not await asyncio.to_thread(stop.wait, load.refresh):
            failure = ""
            try:
                for name, path in fetched:
                    await self._again(name, path, load.seconds, stop)
            except Cancelled:
                return
            except ProfileError as error:
                let_go(error)
                failure = str(error)
                log.warning("%s", failure)
            if failure != before:
                self._host.post(Round(number, failure=failure))
            before = failure

    async def _again(self, name: str, path: str, seconds: float, stop: threading.Event) -> None:
        bring = await self._bringing(name, seconds, stop)
        await asyncio.to_thread(lambda: writing.write_temporary(Path(path), bring(lambda _: None)))

    async def _local(self, number: int, name: str, seconds: float, stop: threading.Event) -> str:
        """The path of a source: its own, or that of the file that it was fetched into."""
        if not address.is_url(name):
            return name
        bring = await self._bringing(name, seconds, stop)
        place = access.place(self._host, name)
        bar = self._host.frontend.bar(
            f"Fetching from {place.authority}", lambda: self._host.post(Failed(number, CANCELLED))
        )

        def progress(now: "Transferred") -> None:
            piece = f"piece {now.piece} of {now.pieces}, " if now.pieces > 1 else ""
            bar.report(piece + (f"{now.seconds_left:.0f} s left" if now.seconds_left > 0 else f"{now.bytes} bytes"))

        try:
            return await asyncio.to_thread(lambda: self._kept(place.kind, bring(progress)))
        finally:
            bar.end()

    async def _bringing(
        self, name: str, seconds: float, stop: threading.Event
    ) -> "Callable[[Callable[[Transferred], None]], bytes]":
        """How a source is fetched, under a progress; with its secrets as they are now. Raises FetchError."""
        from pprof_lens.live import bring  # noqa: PLC0415 - see the module

        reached, limit = await access.to(self._host, name), self._host.settings.limits_profile_bytes
        over = min(round(seconds), _LONGEST_SECONDS) or None
        return lambda progress: bring.bring(
            name, limit=limit, seconds=over, access=reached, cancelled=stop.is_set, progress=progress
        )

    def _kept(self, kind: str, body: bytes) -> str:
        """The path of a file in the own folder that now holds this.

        A kind that is not one of the runtime's, and so may be any text, names no file.
        """
        name = kind if _KIND.fullmatch(kind) else "profile"
        file = self._host.own_folder() / f"{name}-{uuid.uuid4().hex[:8]}.pprof"
        writing.write_temporary(file, body)
        return str(file)

    async def _watch(self, number: int, start: StartWatch, stop: threading.Event) -> None:
        from pprof_lens.live.watch import Pace, watch  # noqa: PLC0415 - see the module

        loop = asyncio.get_running_loop()
        finish = self._finishing[number] = threading.Event()

        def tell(told: "WatchRound") -> None:
            loop.call_soon_threadsafe(self._tell_round, number, told)

        await asyncio.to_thread(
            watch,
            address.parse(start.address),
            pace=Pace(start.interval),
            limit=self._host.settings.limits_profile_bytes,
            access=access.plain(self._host),
            stop=stop,
            tell=tell,
            finish=finish,
        )
        await asyncio.to_thread(stop.wait)  # having finished, it ends with whoever asked for the last look

    def _tell_round(self, number: int, told: "WatchRound") -> None:
        if number not in self._running:
            return
        if told.note:
            self._host.frontend.say(told.note, "info")
        if told.failure or told.profile is None:
            log.warning("%s", told.failure)
            self._host.post(Round(number, failure=told.failure, watched=told.watched))
            self._looked(number, None)
            return
        path = self._folder_or_none() / f"watched-{number}.pprof"
        capture = Capture(told.profile, told.evidence, told.body, str(path), told.watched)
        if told.is_last:
            self._looked(number, capture)
            return
        is_first = any(ask.number == number and not ask.is_ready for ask in self._host.wanted.asks)
        self._host.post(Began(number, capture) if is_first else Round(number, capture))

    def _folder_or_none(self) -> Path:
        """Where a capture is written once someone asks for its file; where nothing can be, that is told then."""
        try:
            return self._host.own_folder()
        except ProfileError:
            return Path(os.devnull)  # holds no file

    def _looked(self, number: int, capture: Capture | None) -> None:
        look = self._last_looks.get(number)
        if look is not None and not look.done():
            look.set_result(capture)


def _needed(wanted: Wanted) -> set[int]:
    """The numbers of the asks that something may be brought for, now or again and again."""
    content = wanted.settled.content
    going = {content.watch.number} if content is not None and content.watch is not None else set()
    return going | {ask.number for ask in wanted.asks}
