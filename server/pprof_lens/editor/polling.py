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
    for poll in (_poll_profile(host), _poll_surroundings(host), _poll_sources(host, show)):
        host.in_background(asyncio.get_running_loop().create_task(poll))


async def _poll_profile(host: Host) -> None:
    """Have the files of the loaded profile loaded again once they were rewritten."""
    before: tuple[FileStamp, ...] = ()
    told: tuple[FileStamp, ...] = ()
    while True:
        await asyncio.sleep(_INTERVAL_SECONDS)
        shown = host.shown
        if shown.snapshot is None or not shown.snapshot.stamps:
            continue
        source = shown.snapshot.source
        now = await asyncio.to_thread(stamps, source.paths + source.base)
        is_settled, before = now == before, now
        if is_settled and None not in now and now not in (shown.snapshot.stamps, told):
            told = now  # and not again, should it be no profile any more
            host.post(Rewritten(shown.of.content_number))


async def _poll_surroundings(host: Host) -> None:
    """Have sources looked for anew once a go.mod or a go.work was changed, or another commit checked out."""
    seen: Surroundings | None = None
    known: tuple[FileStamp, ...] = ()
    while True:
        await asyncio.sleep(_LOOK_SECONDS)
        if (around := host.shown.surroundings) is None:
            continue
        now = await asyncio.to_thread(lambda seen: stamps(tuple(_telling(seen))), around)
        if around is seen and now != known:
            host.post(LookAgain())
        seen, known = around, now


async def _poll_sources(host: Host, show: Show) -> None:
    """Place the figures of an open file anew once it was changed on disk and the editor shows what is there.

    Where another branch was checked out, what was profiled may be there only now.
    """
    settled: dict[str, FileStamp] = {}
    while True:
        await asyncio.sleep(_INTERVAL_SECONDS)
        seen, paths = host.shown.surroundings, host.files.by_uri()
        if seen is None:
            continue
        found = await asyncio.to_thread(stamps, tuple(paths.values()))
        before, settled = settled, {}
        for (uri, path), now in zip(paths.items(), found, strict=True):
            if uri in before:
                settled[uri] = before[uri]
                if settled[uri] == now:
                    continue
            saved = await asyncio.to_thread(with_opened(seen, paths.values()).files.read_text, path)
            if saved is not None and host.files.reads(uri, saved):
                settled[uri] = now
                if not host.files.is_placed(uri, saved):
                    host.files.forget_baseline(uri)
                    await show(uri)


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
