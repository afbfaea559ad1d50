"""What is shown: profiles are loaded, another sample type or other samples are selected, all is cleared."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from pprof_lens.analysis.call_tree import through
from pprof_lens.analysis.names import short
from pprof_lens.contract import PREFIX, Empty, FileCounts, Focus, Load, Loaded, Save, SelectSampleType
from pprof_lens.editor import sources
from pprof_lens.editor.shown import Shown
from pprof_lens.live.address import is_url
from pprof_lens.lsp import commands, nodes
from pprof_lens.lsp.convert import absolute
from pprof_lens.lsp.server import ProfileServer
from pprof_lens.profile.errors import ProfileError
from pprof_lens.session import events
from pprof_lens.session.events import SelectFilter
from pprof_lens.session.goal import Source
from pprof_lens.session.snapshot import summary, unresolved_sentence
from pprof_lens.session.wanted import NOTHING_LOADED
from pprof_lens.workspace import writing

SHORTEST_REFRESH = 5.0
"""Seconds: a merge is work for a server that others ask, too."""


def register(server: ProfileServer) -> None:
    """Do what is asked, and answer what is shown then."""
    commands.register(server, "load", load)
    commands.register(server, "save", save)
    commands.register(server, "clear", clear)
    commands.register(server, "selectSampleType", select_sample_type)
    commands.register(server, "focus", focus)


async def load(ls: ProfileServer, asked: Load) -> Loaded:
    if not asked.source:
        raise ProfileError(f"{PREFIX}load needs a text 'source': a path or a URL.")
    source = Source(
        name=_name(ls, asked.source),
        paths=tuple(absolute(name, ls.workspace.root_path) for name in asked.source),
        base=tuple(absolute(name, ls.workspace.root_path) for name in asked.base),
    )
    await ls.backend.write_capture((*source.paths, *source.base))
    is_here = not any(map(is_url, (*source.paths, *source.base)))
    refresh = 0.0 if is_here or not asked.refresh_seconds else max(asked.refresh_seconds, SHORTEST_REFRESH)
    question = events.Load(source, asked.sample_type, asked.seconds, refresh, is_here=is_here)
    shown = await ls.backend.ask(question)
    snapshot = shown.snapshot
    note = " ".join(filter(None, (snapshot.note, unresolved_sentence(snapshot.files)))) if snapshot is not None else ""
    if note:
        ls.say(note, "info")
    return _loaded(shown)


def _name(ls: ProfileServer, given: Sequence[str]) -> str:
    """What is loaded by the name that it is shown under; the same where it is what is shown already."""
    now = ls.backend.shown.snapshot
    if now is not None and tuple(given) == now.source.paths:
        return now.source.name
    return ", ".join(sources.shown(ls.backend, name) for name in given)


async def save(ls: ProfileServer, asked: Save) -> Empty:
    """Write the profile that is shown into a file of the user's, as it came."""
    paths = ls.backend.loaded().source.paths
    if len(paths) != 1:
        raise ProfileError("Several files are shown as one profile, and none is written; each of them is a file.")
    capture, to = ls.backend.capture(), Path(absolute(asked.path, ls.workspace.root_path))
    try:
        if capture is not None:
            await asyncio.to_thread(writing.write_for_user, to, capture.body)
        else:
            await asyncio.to_thread(writing.copy_for_user, Path(paths[0]), to)
    except (OSError, ValueError) as error:  # it is the same file, too
        why = getattr(error, "strerror", str(error)) or "it is that very file"
        raise ProfileError(f"{asked.path} cannot be written: {why}.") from None
    return Empty()


async def clear(ls: ProfileServer, _: Empty) -> Empty:
    await ls.backend.ask(events.Clear())
    return Empty()


async def select_sample_type(ls: ProfileServer, asked: SelectSampleType) -> Loaded:
    return _loaded(await ls.backend.ask(events.SelectSampleType(asked.type)))


async def focus(ls: ProfileServer, asked: Focus) -> Loaded:
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
        question = await _through(ls, question, asked.through)
    answer = _loaded(await ls.backend.ask(question))
    if answer.note:
        ls.say(answer.note, "info")
    return answer


async def _through(ls: ProfileServer, question: SelectFilter, node_id: str) -> SelectFilter:
    """The same, and only what leads through a node of a call tree."""
    goal, snapshot = ls.backend.shown.of, ls.backend.loaded()
    node = nodes.read(snapshot, node_id)
    mask = await ls.backend.aside(lambda: through(snapshot.index, node.root, node.path, node.direction))
    text = short(snapshot.index.functions.names[node.path[-1]])
    return replace(question, through=mask, through_text=text, through_of=goal)


def _loaded(shown: Shown) -> Loaded:
    snapshot = shown.snapshot
    if snapshot is None:
        raise ProfileError(NOTHING_LOADED)
    files = FileCounts(total=len(snapshot.files.resolutions), resolved=snapshot.files.resolved)
    return Loaded(profile=summary(snapshot), files=files, note=snapshot.note)
