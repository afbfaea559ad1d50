"""The profiles of the workspace, for a picker: by name, with what each is of and when it was taken.

Those that its tests wrote for us are among them.
"""

import asyncio
import os

from pprof_lens.annotate.wording import Scale
from pprof_lens.contract import Empty, ProfileFile, ProfileFiles
from pprof_lens.editor.backend import Backend
from pprof_lens.profile.plain import plain
from pprof_lens.session.profiles import Listed, listed
from pprof_lens.workspace.files import portable


async def profiles(backend: Backend, _: Empty) -> ProfileFiles:
    taken_here = str(backend.runs.history().profiles)
    folders = tuple(portable(folder).rstrip("/") for folder in (*backend.wanted.settled.folders, taken_here))
    # On a thread of its own, which ends within seconds: neither a load nor a question waits for it.
    found = await asyncio.to_thread(lambda: listed(folders, lambda: backend.is_stopped))
    return ProfileFiles(profiles=tuple(_file(folders, profile) for profile in found))


def _file(folders: tuple[str, ...], profile: Listed) -> ProfileFile:
    folder = max((folder for folder in folders if profile.path.startswith(folder)), key=len)
    of = profile.sample_type
    return ProfileFile(
        path=profile.path,
        name=plain(os.path.relpath(profile.path, folder)),
        kind=profile.kind,
        sample_type=of.type if of is not None else "",
        total=Scale(of, profile.total).counted(profile.total) if of is not None else "",
        taken_seconds=profile.taken_nanos / 1e9,
        bytes=profile.size,
    )
