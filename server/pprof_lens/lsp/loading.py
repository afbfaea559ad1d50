"""Putting a new Snapshot in place: load, clear, another sample type, another filter, files found anew.

A load is let in unless something that was asked for later has begun, and stops what was asked for before. All
else is made of what is loaded, and let in only if that is still so: it neither stops a load nor undoes one. A
failure leaves what is loaded as it was, and what was still to be published of it is.
"""

import asyncio
import logging
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

from lsprotocol import types

from pprof_lens import session
from pprof_lens.analysis.filter import Filter
from pprof_lens.analysis.series import Evidence
from pprof_lens.live.address import is_url
from pprof_lens.lsp import capturing, publish
from pprof_lens.lsp.convert import local_path
from pprof_lens.lsp.server import ProfileServer, Stop
from pprof_lens.profile.errors import Cancelled, ProfileError
from pprof_lens.session import Snapshot, Source
from pprof_lens.workspace.surroundings import Surroundings, discover

log = logging.getLogger(__name__)


class Made(NamedTuple):
    """What the worker made: a Snapshot, and what it saw around it if it looked."""

    snapshot: Snapshot
    surroundings: Surroundings | None = None


Making = Callable[[int, Stop], Made]
"""Work that makes a Snapshot of the generation that it is given."""


async def load(ls: ProfileServer, asked: int, source: Source, sample_type: str = "") -> Snapshot:
    """Load the files of `source`, for which the user asked then. Raises ProfileError or Cancelled."""
    mappings = ls.settings.path_mappings
    await asyncio.to_thread(session.demand, source, ls.settings.limits_profile_bytes)
    read = _reading(ls, source, sample_type=sample_type, preferred=ls.settings.sample_type)
    try:
        stop = ls.begin(asked)
    except Cancelled:  # which takes a while only where it had to be fetched
        kept = " and ".join(source.paths)
        raise ProfileError(f"Something else was asked for meanwhile; what was fetched is kept in {kept}.") from None
    generation = ls.next_generation()
    with publish.held(ls):
        title = f"Loading {Path(source.name).name}"
        made = await ls.work_with_progress(title, lambda stopped: read(generation, stopped), stop)
        if stop.is_set():
            raise Cancelled
        await _install(ls, made)
    if ls.settings.path_mappings != mappings:
        await locate_again(ls)
    snapshot = made.snapshot
    note = " ".join(filter(None, (snapshot.note, session.unresolved_sentence(snapshot.files))))
    if note:
        ls.say(note, types.MessageType.Info)
    return snapshot


async def reload(ls: ProfileServer, now: Snapshot) -> Snapshot:
    """Load the same files again, with the same sample type and filter. Raises ProfileError or Cancelled."""
    read = _reading(ls, now.source, preferred=now.sample_type.type)
    return await _change(ls, now, _filtered(read, now.filter))


async def follow(ls: ProfileServer, source: Source, evidence: Evidence, is_over: Stop) -> Snapshot:
    """Load the newest capture of a series, shown as what is loaded now, unless the watch is over by then.

    Raises ProfileError or Cancelled.
    """
    now = ls.snapshot
    preferred = now.sample_type.type if now is not None else ls.settings.sample_type
    read = _reading(ls, source, preferred=preferred, evidence=evidence)
    return await _change(ls, now, _filtered(read, now.filter) if now is not None else read, is_over)


async def end_series(ls: ProfileServer) -> None:
    """Keep the newest capture's figures, and forget the series that it was the end of with what that proved."""
    if ls.snapshot is not None:
        await _install(ls, Made(replace(ls.snapshot, generation=ls.next_generation(), evidence=Evidence())))


async def select_sample_type(ls: ProfileServer, name: str) -> Snapshot:
    """Show another sample type; nothing is parsed again. Raises ProfileError."""
    snapshot = session.with_sample_type(loaded(ls), name, generation=ls.next_generation())
    await _install(ls, Made(snapshot))
    return snapshot


async def select_filter(ls: ProfileServer, now: Snapshot, wanted: Filter) -> Snapshot:
    """Count only the samples of `now` that pass. Raises ProfileError where a pattern is wrong, or Cancelled."""
    try:
        return await _change(
            ls, now, lambda generation, _: Made(session.with_filter(now, wanted, generation=generation))
        )
    except Cancelled:
        if ls.snapshot is None or ls.snapshot is now or ls.snapshot.profile is not now.profile:
            raise
        return await select_filter(ls, ls.snapshot, wanted)  # it shows another sample type since


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
        await _change(ls, now, job)
    except Cancelled:
        if ls.snapshot is not now:
            await locate_again(ls)


async def clear(ls: ProfileServer) -> None:
    """Forget the profile and everything that was shown of it."""
    ls.begin(ls.ask())
    ls.snapshot = None
    await publish.everything(ls)


def loaded(ls: ProfileServer) -> Snapshot:
    """What is loaded. Raises ProfileError where nothing is."""
    if ls.snapshot is None:
        raise ProfileError("No profile is loaded; load one first.")
    return ls.snapshot


async def local(ls: ProfileServer, name: str, seconds: float) -> str:
    """The path of a source: its own, or that of the file that it was fetched into. Raises ProfileError or Cancelled."""
    return await capturing.captured(ls, name, seconds) if is_url(name) else _absolute(ls, name)


def _absolute(ls: ProfileServer, name: str) -> str:
    """A path that a user gave, relative to the first workspace folder, or as a `file:` URI."""
    path = Path((local_path(name) if name.startswith("file:") else name) or name)
    with suppress(RuntimeError):  # no user of that name has a home
        path = path.expanduser()
    root = ls.workspace.root_path
    return str(path if path.is_absolute() or root is None else Path(root) / path)


async def _change(ls: ProfileServer, now: Snapshot | None, job: Making, is_over: Stop = lambda: False) -> Snapshot:
    """Let in what the job makes of `now`. Raises Cancelled where that is no longer what is loaded, or it is over."""
    generation = ls.next_generation()
    with publish.held(ls):
        made = await ls.work(lambda stop: job(generation, stop), lambda: ls.snapshot is not now or is_over())
        await _install(ls, made)
    return made.snapshot


async def _install(ls: ProfileServer, made: Made) -> None:
    ls.snapshot = made.snapshot
    if made.surroundings is not None:
        ls.surroundings = made.surroundings
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
    folders = (local_path(folder.uri) for folder in ls.workspace.folders.values())
    roots = tuple(filter(None, folders)) or tuple(filter(None, (ls.workspace.root_path,)))
    mappings, opened, is_trusted = ls.settings.path_mappings, ls.files.paths(), ls.is_trusted
    return lambda stop: discover(roots, mappings=mappings, opened=opened, is_trusted=is_trusted, cancelled=stop)
