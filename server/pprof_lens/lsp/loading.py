"""Putting a new Snapshot in place: load, clear, another sample type, another filter, files found anew.

Each asks the worker for a Snapshot of a new generation and lets it in only if no newer one was asked for since;
a failure leaves what is loaded as it was.
"""

import logging
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from lsprotocol import types
from pygls.uris import to_fs_path

from pprof_lens import session, workspace
from pprof_lens.analysis.filter import Filter
from pprof_lens.lsp import publish
from pprof_lens.lsp.server import ProfileServer
from pprof_lens.profile.errors import Cancelled, ProfileError, UnknownSampleType
from pprof_lens.session import Snapshot, Source

log = logging.getLogger(__name__)

Stop = Callable[[], bool]


async def load(ls: ProfileServer, source: Source, sample_type: str = "") -> Snapshot:
    """Load the files of `source`. Raises ProfileError with the sentence for the user, or Cancelled."""
    found_in = _workspace(ls)
    limit = ls.settings.limits_profile_bytes
    chosen = sample_type or ls.settings.sample_type

    def job(generation: int, stop: Stop) -> Snapshot:
        place, fs = found_in()
        arguments = {"limit": limit, "workspace": place, "fs": fs, "cancelled": stop}
        try:
            return session.load(source, generation=generation, sample_type=chosen, **arguments)
        except UnknownSampleType:
            if sample_type:
                raise
            # The setting speaks of other kinds of profiles; the profile's own default is right for this one.
            return session.load(source, generation=generation, sample_type="", **arguments)

    snapshot = await _swap(ls, f"Loading {Path(source.name).name}", job)
    note = " ".join(filter(None, (snapshot.note, session.unresolved_sentence(snapshot.files))))
    if note:
        ls.say(note, types.MessageType.Info)
    return snapshot


async def reload(ls: ProfileServer, now: Snapshot) -> Snapshot:
    """Load the same files again, with the same sample type and filter. Raises ProfileError or Cancelled."""
    found_in, limit = _workspace(ls), ls.settings.limits_profile_bytes
    wanted = replace(now.filter, through=None, through_text="")

    def job(generation: int, stop: Stop) -> Snapshot:
        place, fs = found_in()
        arguments = {"limit": limit, "workspace": place, "fs": fs, "cancelled": stop}
        snapshot = session.load(now.source, generation=generation, sample_type=now.sample_type.type, **arguments)
        return session.with_filter(snapshot, wanted, generation=generation) if wanted else snapshot

    return await _swap(ls, "", job)


async def select_sample_type(ls: ProfileServer, name: str) -> Snapshot:
    """Show another sample type; nothing is parsed again. Raises ProfileError."""
    now = loaded(ls)
    snapshot = session.with_sample_type(now, name, generation=ls.next_generation())
    await _install(ls, snapshot)
    return snapshot


async def select_filter(ls: ProfileServer, wanted: Filter) -> Snapshot:
    """Count only the samples that pass. Raises ProfileError where a pattern is wrong."""
    now = loaded(ls)
    return await _swap(ls, "", lambda generation, _: session.with_filter(now, wanted, generation=generation))


async def locate_again(ls: ProfileServer) -> None:
    """Find the files of the profile anew, after the mappings or the folders changed."""
    now, found_in = ls.snapshot, _workspace(ls)
    if now is None:
        return

    def job(generation: int, _: Stop) -> Snapshot:
        return replace(now, generation=generation, files=session.locate(now.index, *found_in()))

    await _swap(ls, "", job)


async def clear(ls: ProfileServer) -> None:
    """Forget the profile and everything that was shown of it."""
    ls.next_generation()
    ls.snapshot = None
    await publish.everything(ls)


async def load_from_settings(ls: ProfileServer) -> None:
    """Load the profile that the settings name; a failure is told, as nobody asked in a command."""
    name = ls.settings.profile
    if not name:
        return
    try:
        await load(ls, Source(name, (absolute(ls, name),)))
    except ProfileError as error:
        ls.say(str(error), types.MessageType.Error)
    except Cancelled:
        log.info("Loading %s was cancelled.", name)


def loaded(ls: ProfileServer) -> Snapshot:
    """What is loaded. Raises ProfileError where nothing is."""
    if ls.snapshot is None:
        raise ProfileError("No profile is loaded; load one first.")
    return ls.snapshot


def absolute(ls: ProfileServer, name: str) -> str:
    """A path that a user gave, relative to the first workspace folder."""
    path = Path(name).expanduser()
    root = ls.workspace.root_path
    return str(path if path.is_absolute() or root is None else Path(root) / path)


async def _swap(ls: ProfileServer, title: str, job: Callable[[int, Stop], Snapshot]) -> Snapshot:
    """Run the job under a title, which shows progress, or silently without one, and let its result in."""
    generation = ls.next_generation()

    def numbered(stop: Stop) -> Snapshot:
        return job(generation, stop)

    snapshot = await (ls.work_with_progress(title, numbered) if title else ls.work(numbered))
    if not ls.is_newest(generation):
        raise Cancelled
    await _install(ls, snapshot)
    return snapshot


async def _install(ls: ProfileServer, snapshot: Snapshot) -> None:
    ls.snapshot = snapshot
    await publish.everything(ls)


def _workspace(ls: ProfileServer) -> "Callable[[], tuple[workspace.Workspace, workspace.FileSystem]]":
    """How the worker finds out about the workspace; what the loop knows of it is taken now."""
    roots = tuple(path for folder in ls.workspace.folders.values() if (path := to_fs_path(folder.uri)) is not None) or (
        (ls.workspace.root_path,) if ls.workspace.root_path else ()
    )
    mappings, opened, trusted = ls.settings.path_mappings, ls.files.paths(), ls.is_trusted
    return lambda: workspace.discover(roots, mappings=mappings, opened=opened, trusted=trusted)
