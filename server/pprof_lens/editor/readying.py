"""Makes open files ready on another thread: which text was profiled is found out, and what they show is drawn.

What the texts at hand say is shown at once; git is asked aside, and what it makes of that is shown when it is known.
"""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from pprof_lens.editor.documents import Search
from pprof_lens.editor.host import Host
from pprof_lens.editor.shown import Shown
from pprof_lens.profile.errors import Cancelled
from pprof_lens.profile.plain import plain
from pprof_lens.session.reading import Stop
from pprof_lens.session.snapshot import Snapshot

REQUEST_PATIENCE = 0.02
"""Seconds that an editor's request waits for git: in most repositories that is all it takes."""

SHOWN_AGAIN_SECONDS = 0.3
"""So seldom an editor is told that git made something else of its files."""

LOAD_PATIENCE = 0.5
"""Seconds that a load waits for it, with its figures shown already."""


class Readying:
    """Makes the open files ready, for what is shown when they are."""

    def __init__(self, host: Host) -> None:
        self._host = host
        self._opening: dict[str, asyncio.Future[bool]] = {}
        self._seeking: dict[str, asyncio.Task[None]] = {}
        self._showing: asyncio.Task[None] | None = None
        self._is_to_show = False
        self._one_by_one = asyncio.Lock()
        """So that what a user asks of the reader waits for one file at most, however many were opened."""
        self._told_too_large: frozenset[str] = frozenset()
        self.on_sought: Callable[[], None] = lambda: None
        """Shows again, as git has said something that changes what is shown."""

    async def is_opened(self, uri: str) -> None:
        """Wait until it is known what a file shows that was just opened, but hardly for git."""
        opening = self._opening.get(uri)
        if opening is not None:
            await asyncio.wait((opening,))
        if uri in self._seeking:
            await asyncio.wait((self._seeking[uri],), timeout=REQUEST_PATIENCE)

    async def is_sought(self, uri: str) -> None:
        """Wait until git said all of an open file."""
        if uri in self._seeking:
            await asyncio.wait((self._seeking[uri],))

    async def are_sought(self) -> None:
        """Wait for what git says of the open files, but not for long."""
        if self._seeking:
            await asyncio.wait(self._seeking.values(), timeout=LOAD_PATIENCE)

    def tell_too_large(self) -> None:
        """Say once of each open file of the profile that nothing is shown in it, as it is too large."""
        snapshot = self._host.shown.snapshot
        for path in self._host.files.let_go().values():
            if snapshot is not None and path not in self._told_too_large and snapshot.files.of_local(path):
                self._told_too_large |= {path}
                told = f"{plain(Path(path).name)} is too large to be followed, so nothing is shown in it."
                self._host.frontend.say(told, "info")

    async def opened(self, uri: str) -> bool:
        """A file is another one now: find out which text was profiled; whether there was anything to find out."""
        opening = self._opening[uri] = asyncio.ensure_future(self._ready(uri, self._host.shown))
        try:
            return await opening
        finally:
            if self._opening.get(uri) is opening:
                del self._opening[uri]

    async def all_ready(self, shown: Shown, stop: Stop) -> None:
        """Make all open files ready. Raises Cancelled."""
        for uri in self._host.files.uris():
            if stop():
                raise Cancelled
            await self._ready(uri, shown)

    async def _ready(self, uri: str, shown: Shown) -> bool:
        """Find out which text was profiled, if that is not known, and draw; whether anything was to do.

        What is found out for something that is not shown any more is dropped.
        """
        snapshot, seen = shown.snapshot, shown.surroundings
        if snapshot is None or seen is None:
            return False
        files, threshold = self._host.files, shown.of.settings.threshold
        search = files.baseline_wanted(uri, snapshot, seen, shown.findings.leaking)
        if search is not None:
            async with self._one_by_one:
                found = await self._host.aside(search.at_hand)
            if self._host.shown.snapshot is None or self._host.shown.snapshot.profile is not snapshot.profile:
                return False
            files.install(uri, found)
            self._seek(uri, search, shown)
        is_drawn = await self._draw(uri, snapshot, threshold)
        return search is not None or is_drawn

    def draw_ahead(self, shown: Shown) -> None:
        """Draw the open files for the other sample types, too, in the background, so that no switch waits for it.

        Not those of a filter or of a watched program, whose figures are soon others.
        """
        content, snapshot = shown.of.content, shown.snapshot
        if content is not None and content.capture is None and snapshot is not None and not snapshot.filter:
            drawing = self._draw_others(snapshot, shown.of.settings.threshold)
            self._host.in_background(asyncio.get_running_loop().create_task(drawing))

    async def _draw_others(self, snapshot: Snapshot, threshold: float) -> None:
        for column in range(len(snapshot.profile.sample_types)):
            for uri in self._host.files.uris():
                if not self._has_figures_of(snapshot):
                    return
                await self._draw(uri, replace(snapshot, column=column), threshold)

    async def _draw(self, uri: str, snapshot: Snapshot, threshold: float) -> bool:
        """Draw a file, unless it is drawn; whether it was done. What is drawn of other figures by then is dropped."""
        draw = self._host.files.drawing_wanted(uri, snapshot, threshold)
        if draw is None:
            return False
        async with self._one_by_one:
            drawing = await self._host.aside(draw)
        if not self._has_figures_of(snapshot):
            return False
        self._host.files.install_drawing(uri, snapshot, threshold, drawing)
        return True

    def _has_figures_of(self, snapshot: Snapshot) -> bool:
        """Whether what is shown is this, or another sample type of it."""
        now = self._host.shown.snapshot
        return now is not None and now.index is snapshot.index and now.files is snapshot.files

    def _seek(self, uri: str, search: Search, shown: Shown) -> None:
        """Have git asked, and what it says shown."""

        def is_left() -> bool:
            now = self._host.shown.snapshot
            is_same = now is not None and shown.snapshot is not None and now.profile is shown.snapshot.profile
            return self._host.is_stopped or not is_same

        async def seek() -> None:
            try:
                found = await self._host.seek(lambda: search.whole(is_left))
            except Cancelled:
                return
            if not is_left() and self._host.files.complete(uri, found):
                self._show_again()

        task = self._seeking[uri] = asyncio.get_running_loop().create_task(seek())
        task.add_done_callback(lambda done: self._forget(uri, done))
        self._host.in_background(task)

    def _show_again(self) -> None:
        """Once for many files, the first at once."""
        self._is_to_show = True
        if self._showing is None or self._showing.done():
            self._showing = asyncio.get_running_loop().create_task(self._show_seldom())
            self._host.in_background(self._showing)

    async def _show_seldom(self) -> None:
        while self._is_to_show:
            self._is_to_show = False
            self.on_sought()
            await asyncio.sleep(SHOWN_AGAIN_SECONDS)

    def _forget(self, uri: str, task: "asyncio.Task[None]") -> None:
        if self._seeking.get(uri) is task:
            del self._seeking[uri]
