"""Notices files that were rewritten: profiles, go.mod and what git checked out, open Go files; and says so as events.

It looks at size and time of the files, not at the editor's events, which many editors do not send for files
outside of the workspace. What is still being written is left until it is as it was an interval ago.
"""

import asyncio
import os
from collections.abc import Awaitable, Callable, Iterator

from pprof_lens.editor.host import Host
from pprof_lens.session.events import LookAgain, Rewritten
from pprof_lens.session.reading import FileStamp, stamps
from pprof_lens.workspace.surroundings import Surroundings, with_opened
from pprof_lens.workspace.work_tree import OF_HEAD_AND_FETCHED, telling, top_of

_INTERVAL_SECONDS = 0.3
_LOOK_SECONDS = 1.0


Show = Callable[[str], Awaitable[object]]
"""Has an open file, by its URI, show what it shows now."""


def start(host: Host, show: Show) -> None:
    """Look again and again, until the server shuts down."""
    looks = (
        (ProfileFiles(host).look, _INTERVAL_SECONDS),
        (Around(host).look, _LOOK_SECONDS),
        (OpenOnDisk(host, show).look, _INTERVAL_SECONDS),
    )
    for look, seconds in looks:
        host.in_background(asyncio.get_running_loop().create_task(_again_and_again(look, seconds)))


async def _again_and_again(look: Callable[[], Awaitable[None]], seconds: float) -> None:
    while True:
        await asyncio.sleep(seconds)
        await look()


class ProfileFiles:
    """The files of the loaded profile, which are loaded again once they were rewritten."""

    def __init__(self, host: Host) -> None:
        self._host = host
        self._before: tuple[FileStamp, ...] = ()
        self._told: tuple[FileStamp, ...] = ()

    async def look(self) -> None:
        shown = self._host.shown
        if shown.snapshot is None or not shown.snapshot.stamps:
            return
        source = shown.snapshot.source
        now = await asyncio.to_thread(stamps, source.paths + source.base)
        is_settled, self._before = now == self._before, now
        if is_settled and None not in now and now not in (shown.snapshot.stamps, self._told):
            self._told = now  # and not again, should it be no profile any more
            self._host.post(Rewritten(shown.of.content_number))


class Around:
    """What tells where sources are: they are looked for anew once that was changed, or another commit checked out."""

    def __init__(self, host: Host) -> None:
        self._host = host
        self._seen: Surroundings | None = None
        self._known: tuple[FileStamp, ...] = ()
        self._has_told = False
        """And has not seen yet what came of it, which is of what was known then, or of later."""

    async def look(self) -> None:
        if (around := self._host.shown.surroundings) is None:
            return
        now = await asyncio.to_thread(lambda: stamps(tuple(_telling(around))))
        if (around is self._seen or self._has_told) and now != self._known:
            self._host.post(LookAgain())
            self._has_told = True
        elif around is not self._seen:
            self._has_told = False
        self._seen, self._known = around, now


class OpenOnDisk:
    """The open files on the disk: figures are placed anew where one was changed and the editor shows what is there.

    Where another branch was checked out, what was profiled may be there only now.
    """

    def __init__(self, host: Host, show: Show) -> None:
        self._host = host
        self._show = show
        self._settled: dict[str, FileStamp] = {}

    async def look(self) -> None:
        files, seen = self._host.files, self._host.shown.surroundings
        paths = files.by_uri()
        if seen is None:
            return
        found = await asyncio.to_thread(stamps, tuple(paths.values()))
        before, self._settled = self._settled, {}
        around: Surroundings | None = None
        for (uri, path), now in zip(paths.items(), found, strict=True):
            if uri in before:
                self._settled[uri] = before[uri]
                if before[uri] == now:
                    continue
            if around is None:  # once for all files, and on no loop, as it asks the disk of each
                around = await asyncio.to_thread(with_opened, seen, paths.values())
            saved = await asyncio.to_thread(around.files.read_text, path)
            if saved is not None and files.reads(uri, saved):
                self._settled[uri] = now
                if not files.is_placed(uri, saved):
                    files.forget_baseline(uri)
                    await self._show(uri)


def _telling(seen: Surroundings) -> Iterator[str]:
    """The files that tell where sources are."""
    for root in seen.workspace.roots:
        yield f"{root}/go.work"
    tops = dict.fromkeys(top_of(os.path.realpath(root)) for root in seen.workspace.roots)
    for top in filter(None, tops):
        yield from telling(top, OF_HEAD_AND_FETCHED)
    for module in seen.workspace.modules:
        yield f"{module.directory}/go.mod"
        yield f"{module.directory}/vendor/modules.txt"
