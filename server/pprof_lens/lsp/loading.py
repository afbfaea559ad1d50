"""Putting a new Snapshot in place: load, clear, another sample type, another filter, files found anew.

Each asks the worker for a Snapshot of a new generation and lets it in only if no newer one was asked for since;
a failure leaves what is loaded as it was.
"""

import logging
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

from lsprotocol import types
from pygls.uris import to_fs_path

from pprof_lens import session
from pprof_lens.analysis.filter import Filter
from pprof_lens.analysis.series import Evidence
from pprof_lens.lsp import capturing, publish
from pprof_lens.lsp.server import ProfileServer, Stop
from pprof_lens.profile.errors import Cancelled, ProfileError
from pprof_lens.session import Snapshot, Source
from pprof_lens.workspace import Surroundings, discover

log = logging.getLogger(__name__)


class Made(NamedTuple):
    """What the worker made: a Snapshot, and what it saw around it if it looked."""

    snapshot: Snapshot
    surroundings: Surroundings | None = None


Making = Callable[[int, Stop], Made]
"""Work that makes a Snapshot of the generation that it is given."""


async def load(ls: ProfileServer, source: Source, sample_type: str = "") -> Snapshot:
    """Load the files of `source`. Raises ProfileError with the sentence for the user, or Cancelled."""
    read = _reading(ls, source, sample_type=sample_type, preferred=ls.settings.sample_type)
    snapshot = await _swap(ls, f"Loading {Path(source.name).name}", read)
    note = " ".join(filter(None, (snapshot.note, session.unresolved_sentence(snapshot.files))))
    if note:
        ls.say(note, types.MessageType.Info)
    return snapshot


async def reload(ls: ProfileServer, now: Snapshot) -> Snapshot:
    """Load the same files again, with the same sample type and filter. Raises ProfileError or Cancelled."""
    read = _reading(ls, now.source, preferred=now.sample_type.type)
    return await _swap(ls, "", _filtered(read, now.filter))


async def follow(ls: ProfileServer, source: Source, evidence: Evidence) -> Snapshot:
    """Load the newest capture of a series, shown as what is loaded now. Raises ProfileError or Cancelled."""
    now = ls.snapshot
    preferred = now.sample_type.type if now is not None else ls.settings.sample_type
    read = _reading(ls, source, preferred=preferred, evidence=evidence)
    return await _swap(ls, "", _filtered(read, now.filter) if now is not None else read)


async def end_series(ls: ProfileServer) -> None:
    """Keep the newest capture's figures, and forget the series that it was the end of with what that proved."""
    generation = ls.next_generation()  # whatever of the series is on its way is no longer wanted
    if ls.snapshot is not None:
        await _install(ls, replace(ls.snapshot, generation=generation, evidence=Evidence()))


async def select_sample_type(ls: ProfileServer, name: str) -> Snapshot:
    """Show another sample type; nothing is parsed again. Raises ProfileError."""
    now = loaded(ls)
    snapshot = session.with_sample_type(now, name, generation=ls.next_generation())
    await _install(ls, snapshot)
    return snapshot


async def select_filter(ls: ProfileServer, wanted: Filter) -> Snapshot:
    """Count only the samples that pass. Raises ProfileError where a pattern is wrong."""
    now = loaded(ls)
    return await _swap(ls, "", lambda generation, _: Made(session.with_filter(now, wanted, generation=generation)))


async def locate_again(ls: ProfileServer) -> None:
    """Find the files of the profile anew, after the mappings or the folders changed."""
    now, look = ls.snapshot, _look_around(ls)
    if now is None:
        return

    def job(generation: int, stop: Stop) -> Made:
        seen = look(stop)
        files = session.locate(now.index, seen.workspace, seen.files)
        return Made(replace(now, generation=generation, files=files), seen)

    try:
        await _swap(ls, "", job)
    except Cancelled:
        log.info("Something newer is loaded; it finds its files itself.")


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
        path = await capturing.captured(ls, name, 0) if capturing.is_url(name) else absolute(ls, name)
        await load(ls, Source(capturing.shown(name), (path,)))
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
    """A path that a user gave, relative to the first workspace folder, or as a `file:` URI."""
    path = Path((to_fs_path(name) if name.startswith("file:") else name) or name).expanduser()
    root = ls.workspace.root_path
    return str(path if path.is_absolute() or root is None else Path(root) / path)


async def _swap(ls: ProfileServer, title: str, job: Making) -> Snapshot:
    """Run the job under a title, which shows progress, or silently without one, and let its result in."""
    generation = ls.next_generation()

    def numbered(stop: Stop) -> Made:
        return job(generation, stop)

    made = await (ls.work_with_progress(title, numbered) if title else ls.work(numbered))
    if not ls.is_newest(generation):
        raise Cancelled
    if made.surroundings is not None:
        ls.surroundings = made.surroundings
    await _install(ls, made.snapshot)
    return made.snapshot


async def _install(ls: ProfileServer, snapshot: Snapshot) -> None:
    ls.snapshot = snapshot
    await publish.everything(ls)


def _filtered(read: Making, wanted: Filter) -> Making:
    """The same under a filter; a node of a call tree is of the profile before and filters no other."""
    wanted = replace(wanted, through=None, through_text="")

    def job(generation: int, stop: Stop) -> Made:
        made = read(generation, stop)
        if not wanted:
            return made
        return made._replace(snapshot=session.with_filter(made.snapshot, wanted, generation=generation))

    return job


def _reading(
    ls: ProfileServer, source: Source, *, preferred: str, sample_type: str = "", evidence: Evidence | None = None
) -> Making:
    look, limit = _look_around(ls), ls.settings.limits_profile_bytes

    def job(generation: int, stop: Stop) -> Made:
        seen = look(stop)
        snapshot = session.load(
            source,
            generation=generation,
            limit=limit,
            sample_type=sample_type,
            preferred=preferred,
            workspace=seen.workspace,
            fs=seen.files,
            evidence=evidence,
            cancelled=stop,
        )
        return Made(snapshot, seen)

    return job


def _look_around(ls: ProfileServer) -> Callable[[Stop], Surroundings]:
    """How the worker finds out about the workspace; what the loop knows of it is taken now."""
    folders = (to_fs_path(folder.uri) for folder in ls.workspace.folders.values())
    roots = tuple(filter(None, folders)) or tuple(filter(None, (ls.workspace.root_path,)))
    mappings, opened, is_trusted = ls.settings.path_mappings, ls.files.paths(), ls.is_trusted
    return lambda stop: discover(roots, mappings=mappings, opened=opened, is_trusted=is_trusted, cancelled=stop)
