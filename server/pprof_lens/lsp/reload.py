"""Watches the files of the loaded profile: rewritten, they are loaded again within a second.

It looks at size and time of the files, not at the editor's events, which many editors do not send for files
outside of the workspace. A file that is still being written, or that broke, leaves the loaded profile standing.
"""

import asyncio

from lsprotocol import types

from pprof_lens import session
from pprof_lens.lsp import loading
from pprof_lens.lsp.server import ProfileServer
from pprof_lens.profile.errors import Cancelled, ProfileError

_INTERVAL_SECONDS = 0.3


def start(ls: ProfileServer) -> None:
    """Watch until the server shuts down."""
    ls.in_background(asyncio.get_running_loop().create_task(_watch(ls)))


async def _watch(ls: ProfileServer) -> None:
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
