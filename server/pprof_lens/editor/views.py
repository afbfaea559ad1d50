"""What files show: looked up where they are open and ready, waited for where they are being made so, else read aside.

Editors ask right after they opened a file, and not all ask again when they are told to.
"""

from collections.abc import Callable

from pprof_lens.editor.documents import Baseline, OpenFiles, Search
from pprof_lens.editor.host import Host
from pprof_lens.editor.open_file import FileView
from pprof_lens.editor.readying import Readying


class Views:
    """What files show now, to whoever asks."""

    def __init__(self, host: Host, readying: Readying) -> None:
        self._host = host
        self._readying = readying

    def of_shown(self, uri: str) -> FileView | None:
        """What an open file shows now; None where nothing is loaded or the profile does not have the file."""
        snapshot = self._host.shown.snapshot
        return self._host.files.view(uri, snapshot, self._host.settings.threshold) if snapshot is not None else None

    async def of_open(self, uri: str) -> FileView | None:
        """The same, once that is known of a file that was just opened."""
        await self._readying.is_opened(uri)
        return self.of_shown(uri)

    async def of_any(self, uri: str) -> FileView | None:
        """The same, and for a file that is not open what it would show if it were, by the texts at hand."""
        if uri in self._host.files.uris():
            return await self.of_open(uri)
        return await self._host.aside(self._closed(uri, lambda search: search.at_hand()))

    async def of_sought(self, uri: str) -> FileView | None:
        """What any file shows once git said all: for who asks once, and does not type meanwhile."""
        if uri not in self._host.files.uris():
            return await self._host.seek(self._closed(uri, lambda search: search.whole(lambda: False)))
        await self._readying.is_opened(uri)
        await self._readying.is_sought(uri)
        return self.of_shown(uri)

    def _closed(self, uri: str, find: Callable[[Search], Baseline]) -> Callable[[], FileView | None]:
        """How another thread reads a file that is not open, and draws what it shows."""
        shown, threshold, path = self._host.shown, self._host.settings.threshold, self._host.frontend.path_of(uri)
        snapshot, seen = shown.snapshot, shown.surroundings

        def read() -> FileView | None:
            if snapshot is None or seen is None or path is None or not snapshot.files.of_local(path):
                return None
            if (text := seen.files.read_text(path)) is None:
                return None
            files = OpenFiles()
            files.open(uri, path, text, 0)
            search = files.baseline_wanted(uri, snapshot, seen, {})
            if search is not None:
                files.install(uri, find(search))
            return files.view(uri, snapshot, threshold)

        return read
