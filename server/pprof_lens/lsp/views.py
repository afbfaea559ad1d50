"""What open files show: made ready on another thread, looked up where it is, waited for where it is being made.

Editors ask right after they opened a file, and not all ask again when they are told to.
"""

import asyncio
from typing import TYPE_CHECKING

from pprof_lens.lsp.convert import local_path
from pprof_lens.lsp.documents import FileView, OpenFiles
from pprof_lens.lsp.shown import Shown
from pprof_lens.profile.errors import Cancelled
from pprof_lens.session.reading import Stop
from pprof_lens.workspace.surroundings import with_opened

if TYPE_CHECKING:
    from pprof_lens.lsp.server import ProfileServer


class Views:
    """Makes the open files ready, for what is shown when they are."""

    def __init__(self, ls: "ProfileServer") -> None:
        self._ls = ls
        self._opening: dict[str, asyncio.Future[bool]] = {}

    def of_shown(self, uri: str) -> FileView | None:
        """What an open file shows now; None where nothing is loaded or the profile does not have the file."""
        snapshot = self._ls.shown.snapshot
        return self._ls.files.view(uri, snapshot, self._ls.settings.threshold) if snapshot is not None else None

    async def of_open(self, uri: str) -> FileView | None:
        """The same, once that is known of a file that was just opened."""
        opening = self._opening.get(uri)
        if opening is not None:
            await asyncio.wait((opening,))
        return self.of_shown(uri)

    async def of_any(self, uri: str) -> FileView | None:
        """The same, and for a file that is not open what it would show if it were."""
        shown, threshold, path = self._ls.shown, self._ls.settings.threshold, local_path(uri)
        snapshot, seen = shown.snapshot, shown.surroundings
        if uri in self._ls.files.uris() or snapshot is None or seen is None or path is None:
            return await self.of_open(uri)

        def read() -> FileView | None:
            files, text = OpenFiles(), seen.files.read_text(path)
            if text is None:
                return None
            files.open(uri, path, text, 0)
            find = files.baseline_wanted(uri, snapshot, seen, {})
            if find is not None:
                files.install(uri, find())
            return files.view(uri, snapshot, threshold)

        return await self._ls.aside(read)

    async def opened(self, uri: str) -> bool:
        """A file is another one now: find out which text was profiled; whether there was anything to find out."""
        opening = self._opening[uri] = asyncio.ensure_future(self._ready(uri, self._ls.shown))
        try:
            return await opening
        finally:
            if self._opening.get(uri) is opening:
                del self._opening[uri]

    async def all_ready(self, shown: Shown, stop: Stop) -> None:
        """Make all open files ready. Raises Cancelled."""
        for uri in self._ls.files.uris():
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
        files, threshold = self._ls.files, shown.of.settings.threshold
        find = files.baseline_wanted(uri, snapshot, with_opened(seen, files.paths()), shown.findings.leaking)
        if find is not None:
            found = await self._ls.aside(find)
            if self._ls.shown.snapshot is None or self._ls.shown.snapshot.profile is not snapshot.profile:
                return False
            files.install(uri, found)
        draw = files.drawing_wanted(uri, snapshot, threshold)
        if draw is not None:
            drawing = await self._ls.aside(draw)
            if self._ls.shown.snapshot is not snapshot:
                return False
            files.install_drawing(uri, snapshot, threshold, drawing)
        return find is not None or draw is not None
