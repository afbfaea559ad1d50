"""What is shown: profiles are loaded, another sample type or other samples are selected, all is cleared."""

import asyncio
import logging
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from pprof_lens.analysis.call_tree import through
from pprof_lens.analysis.names import short
from pprof_lens.contract import PREFIX, Empty, FileCounts, Focus, Load, Loaded, Names, Save, SelectSampleType
from pprof_lens.editor import access
from pprof_lens.editor.backend import Backend
from pprof_lens.editor.commands import nodes
from pprof_lens.editor.driver import OvertakenError
from pprof_lens.editor.shown import Shown
from pprof_lens.live.address import is_url
from pprof_lens.profile.errors import ProfileError
from pprof_lens.session import events
from pprof_lens.session.events import SelectFilter
from pprof_lens.session.goal import Source
from pprof_lens.session.snapshot import summary, unresolved_sentence
from pprof_lens.session.wanted import NOTHING_LOADED
from pprof_lens.workspace import writing

log = logging.getLogger(__name__)

SHORTEST_REFRESH = 5.0
"""Seconds: a merge is work for a server that others ask, too."""


async def load(backend: Backend, asked: Load) -> Loaded:
    if not asked.source:
        raise ProfileError(f"{PREFIX}load needs a text 'source': a path or a URL.")
    source = Source(
        name=_name(backend, asked.source),
        paths=tuple(backend.absolute(name) for name in asked.source),
        base=tuple(backend.absolute(name) for name in asked.base),
    )
    await backend.write_capture((*source.paths, *source.base))
    is_here = not any(map(is_url, (*source.paths, *source.base)))
    refresh = 0.0 if is_here or not asked.refresh_seconds else max(asked.refresh_seconds, SHORTEST_REFRESH)
    question = events.Load(source, asked.sample_type, asked.seconds, refresh, is_here=is_here)
    shown = await backend.ask(question)
    snapshot = shown.snapshot
    note = " ".join(filter(None, (snapshot.note, unresolved_sentence(snapshot.files)))) if snapshot is not None else ""
    if note:
        backend.frontend.say(note, "info")
    return _loaded(shown)


async def load_of_settings(backend: Backend) -> None:
    """Load the profile that the settings name; a failure is told, as nobody asked in a command."""
    name = backend.settings.profile
    if not name:
        return
    try:
        await load(backend, Load(source=Names((name,))))
    except ProfileError as error:
        backend.frontend.say(str(error), "error")
    except OvertakenError as error:
        log.info("The profile of the settings is not shown: %s", error)


def _name(backend: Backend, given: Sequence[str]) -> str:
    """What is loaded by the name that it is shown under; the same where it is what is shown already."""
    now = backend.shown.snapshot
    if now is not None and tuple(given) == now.source.paths:
        return now.source.name
    return ", ".join(access.shown(backend, name) for name in given)


async def save(backend: Backend, asked: Save) -> Empty:
    """Write the profile that is shown into a file of the user's, as it came."""
    paths = backend.loaded().source.paths
    if len(paths) != 1:
        raise ProfileError("Several files are shown as one profile, and none is written; each of them is a file.")
    capture, to = backend.capture(), Path(backend.absolute(asked.path))
    try:
        if capture is not None:
            await asyncio.to_thread(writing.write_for_user, to, capture.body)
        else:
            await asyncio.to_thread(writing.copy_for_user, Path(paths[0]), to)
    except (OSError, ValueError) as error:  # it is the same file, too
        why = getattr(error, "strerror", str(error)) or "it is that very file"
        raise ProfileError(f"{asked.path} cannot be written: {why}.") from None
    return Empty()


async def clear(backend: Backend, _: Empty) -> Empty:
    await backend.ask(events.Clear())
    return Empty()


async def select_sample_type(backend: Backend, asked: SelectSampleType) -> Loaded:
    return _loaded(await backend.ask(events.SelectSampleType(asked.type)))


async def focus(backend: Backend, asked: Focus) -> Loaded:
    """Count only some samples: focus, ignore, tagFocus and tagIgnore as pprof has them, or a node of a call tree.

    What is not given stays as it is; an empty object clears all of it.
    """
    question = SelectFilter(
        focus=asked.focus,
        ignore=asked.ignore,
        tag_focus=asked.tag_focus,
        tag_ignore=asked.tag_ignore,
        is_reset=asked == Focus(),
    )
    if asked.through is not None:
        question = await _through(backend, question, asked.through)
    answer = _loaded(await backend.ask(question))
    if answer.note:
        backend.frontend.say(answer.note, "info")
    return answer


async def _through(backend: Backend, question: SelectFilter, node_id: str) -> SelectFilter:
    """The same, and only what leads through a node of a call tree."""
    goal, snapshot = backend.shown.of, backend.loaded()
    node = nodes.read(snapshot, node_id)
    mask = await backend.aside(lambda: through(snapshot.index, node.root, node.path, node.direction))
    text = short(snapshot.index.functions.names[node.path[-1]])
    return replace(question, through=mask, through_text=text, through_of=goal)


def _loaded(shown: Shown) -> Loaded:
    snapshot = shown.snapshot
    if snapshot is None:
        raise ProfileError(NOTHING_LOADED)
    files = FileCounts(total=len(snapshot.files.resolutions), resolved=snapshot.files.resolved)
    return Loaded(profile=summary(snapshot), files=files, note=snapshot.note)
