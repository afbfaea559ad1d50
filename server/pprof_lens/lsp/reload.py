"""Watches the files of the loaded profile: rewritten, they are loaded again within a second.

Watches the open Go files as well: where another branch was checked out, what was profiled may be there only now.
It looks at size and time of the files, not at the editor's events, which many editors do not send for files
outside of the workspace. A file that is still being written, or that broke, leaves the loaded profile standing.
"""

import asyncio

from lsprotocol import types

from pprof_lens import session
from pprof_lens.lsp import loading, publish
from pprof_lens.lsp.server import ProfileServer
from pprof_lens.profile.errors import Cancelled, ProfileError
from pprof_lens.session import Source
from pprof_lens.workspace.surroundings import with_opened

_INTERVAL_SECONDS = 0.3


def start(ls: ProfileServer) -> None:
    """Watch until the server shuts down."""
    loop = asyncio.get_running_loop()
    ls.in_background(loop.create_task(_watch_profile(ls)))
    ls.in_background(loop.create_task(_watch_sources(ls)))


async def _watch_profile(ls: ProfileServer) -> None:
    before: session.Stamp = ()
    failed: session.Stamp = ()
    while True:
        await asyncio.sleep(_INTERVAL_SECONDS)
        snapshot = ls.snapshot
        if snapshot is None:
            continue
        now = await asyncio.to_thread(session.stamp, snapshot.source)
        # Unchanged for a whole interval: whoever writes it has finished.
        settled, before = now == before, now
        if not settled or None in now or now in (snapshot.stamp, failed):
            continue
        try:
            await loading.reload(ls, snapshot)
        except Cancelled:
            continue
        except ProfileError as error:
            failed = now
            ls.say(f"{snapshot.source.name} was rewritten; what was loaded stays. {error}", types.MessageType.Warning)


async def _watch_sources(ls: ProfileServer) -> None:
    """Place the figures of an open file anew once it was changed on disk and the editor shows what is there."""
    settled: dict[str, object] = {}
    while True:
        await asyncio.sleep(_INTERVAL_SECONDS)
        seen, paths = ls.surroundings, ls.files.by_uri()
        if ls.snapshot is None or seen is None:
            continue
        stamps = await asyncio.to_thread(session.stamp, Source("", tuple(paths.values())))
        before, settled = settled, {}
        for (uri, path), now in zip(paths.items(), stamps, strict=True):
            settled[uri] = before.get(uri)
            if settled[uri] == now:
                continue
            saved, _ = await asyncio.to_thread(with_opened(seen, paths.values()).files.read, path)
            if saved is not None and ls.files.reads(uri, saved):
                settled[uri] = now
                if not ls.files.is_placed(uri, saved):
                    ls.files.forget_baseline(uri)
                    await publish.file_opened(ls, uri)
