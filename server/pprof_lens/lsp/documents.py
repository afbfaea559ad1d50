"""The Go files that are open: their text, how the profile's lines lie in it, and what is shown, made ready.

An edit moves the lines along at once; what is shown is then drawn anew at the next request. Which text was
profiled is found out on the worker, since that can mean reading files and asking git. Nothing here talks to the
editor.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from lsprotocol import types

from pprof_lens.annotate import figures, hints, lenses
from pprof_lens.annotate.figures import FileFigures, LineFigure
from pprof_lens.annotate.lenses import Lens
from pprof_lens.annotate.wording import Scale, short
from pprof_lens.lsp.convert import code_lens, command, inlay_hint, uri_of
from pprof_lens.lsp.settings import Settings
from pprof_lens.profile.model import Profile
from pprof_lens.session import Snapshot, path_key
from pprof_lens.source.buffer import Change
from pprof_lens.source.drift import Drift, Placement, place
from pprof_lens.source.gofuncs import functions
from pprof_lens.source.lines import Text
from pprof_lens.source.tracker import Tracker
from pprof_lens.workspace import Surroundings, candidates


@dataclass(frozen=True, slots=True)
class FileView:
    """What one open file shows of one Snapshot, ready to be sent; lists are in the order of lines."""

    figures: FileFigures
    hints: list[types.InlayHint]
    hint_lines: tuple[int, ...]
    lenses: list[types.CodeLens]
    by_line: dict[int, LineFigure]
    how: str

    def hints_between(self, first: int, last: int) -> list[types.InlayHint]:
        """The hints of these lines, both included."""
        return self.hints[bisect_left(self.hint_lines, first) : bisect_right(self.hint_lines, last)]

    def figure_at(self, line: int) -> LineFigure | None:
        """The figure that stands on this line, the larger one if there are two."""
        return self.by_line.get(line)


@dataclass(slots=True)
class OpenFile:
    """One open file, its text as it is now, where the profile's lines lie in it, and the view drawn last.

    `tracker` is of `profile`; None as long as it is not known which text was profiled.
    """

    uri: str
    path: str
    text: Text
    version: int
    profile: Profile | None = None
    tracker: Tracker | None = None
    drawn: FileView | None = None
    drawn_for: tuple[int, int, Settings] | None = None

    def place(self, _profile_path: str, line: int) -> Placement | None:
        """Where a line of the profile (from 1) is now (from 0)."""
        return self.tracker.drift.place(line) if self.tracker is not None else None

    def declared(self, line: int) -> int | None:
        """The line of the `func` whose body holds this line, both from 0."""
        holding = [f for f in functions(self.text.content) if f.line - 1 <= line <= f.end_line - 1]
        return holding[-1].line - 1 if holding else None


class Baseline(NamedTuple):
    """What the worker found out for a text of an open file."""

    profile: Profile
    text: str
    drift: Drift


class OpenFiles:
    """All Go files that the editor has open, by their URI as the editor writes it."""

    def __init__(self) -> None:
        self._files: dict[str, OpenFile] = {}

    def open(self, uri: str, path: str, text: str, version: int) -> None:
        self._files[uri] = OpenFile(uri, path, Text(text), version)

    def change(self, uri: str, changes: Sequence[Change] | None, text: str, version: int) -> None:
        """Follow an edit; `changes` is None where the editor sent the whole text."""
        file = self._files.get(uri)
        if file is None:
            return
        file.text, file.version = Text(text), version
        if file.tracker is None:
            return
        if changes is None:
            file.tracker.replace(text)
        else:
            file.tracker.apply(changes)

    def close(self, uri: str) -> None:
        self._files.pop(uri, None)

    def baseline_wanted(
        self, uri: str, snapshot: Snapshot, surroundings: Surroundings
    ) -> Callable[[], Baseline] | None:
        """How the worker finds out which text was profiled; None where that is known or the file is not in it."""
        file = self._files.get(uri)
        if file is None or file.profile is snapshot.profile:
            return None
        profile_paths = snapshot.files.of_local(file.path)
        if not profile_paths:
            return None
        path, text = file.path, file.text.content
        file_profiled, time = snapshot.files.named_as(profile_paths), snapshot.profile.time_nanos

        def find() -> Baseline:
            texts = candidates(path, text, time, surroundings)
            return Baseline(snapshot.profile, text, place(file_profiled, texts, text))

        return find

    def install(self, uri: str, baseline: Baseline) -> None:
        """Use what the worker found, carried through what was typed meanwhile."""
        file = self._files.get(uri)
        if file is None:
            return
        tracker = Tracker(baseline.drift, baseline.text)
        if file.text.content != baseline.text:
            tracker.replace(file.text.content)
        file.tracker, file.profile, file.drawn_for = tracker, baseline.profile, None

    def forget_baseline(self, uri: str) -> None:
        """Find out anew which text was profiled: the file was saved, or changed on disk."""
        file = self._files.get(uri)
        if file is not None:
            file.profile = None

    def paths(self) -> frozenset[str]:
        return frozenset(file.path for file in self._files.values())

    def uris(self) -> tuple[str, ...]:
        return tuple(self._files)

    def uri_of(self, path: str) -> str:
        """The URI of a local file, as the editor writes it if it has the file open."""
        key = path_key(path)
        return next((file.uri for file in self._files.values() if path_key(file.path) == key), uri_of(path))

    def line_now(self, uri: str, profile_path: str, line: int) -> int | None:
        """Where a line of the profile (from 1) is now (from 0); as profiled if the file is not open."""
        file = self._files.get(uri)
        if file is None:
            return line - 1
        placed = file.place(profile_path, line)
        return placed.line if placed is not None else None

    def view(self, uri: str, snapshot: Snapshot, settings: Settings, show: str) -> FileView | None:
        """What the file shows of the Snapshot; None for a file that is not open or that the profile has not.

        `show` is the command that shows a call tree.
        """
        file = self._files.get(uri)
        if file is None:
            return None
        drawn_for = (snapshot.generation, file.version, settings)
        if file.drawn_for != drawn_for:
            file.drawn, file.drawn_for = _draw(file, snapshot, settings, show), drawn_for
        return file.drawn


def _tree_of(lens: Lens) -> dict[str, object]:
    return {"function": lens.function, "declaration": lens.function, "title": short(lens.function)}


def _draw(file: OpenFile, snapshot: Snapshot, settings: Settings, show: str) -> FileView | None:
    profile_paths = snapshot.files.of_local(file.path)
    if not profile_paths:
        return None
    shown = figures.of_file(snapshot.index, snapshot.column, profile_paths, file.place, file.declared)
    scale = Scale(snapshot.sample_type, snapshot.total, snapshot.is_difference)
    drawn = []
    for hint in hints.of_file(shown, scale, settings.threshold):
        place = {"uri": file.uri, "line": hint.line}
        column = file.text.end_column_utf16(hint.line)
        drawn.append(inlay_hint(hint, column, command("Show call tree", show, place)))
    titled = [
        code_lens(lens, command(lens.title, show, _tree_of(lens)))
        for lens in lenses.of_file(shown, snapshot.index, scale, settings.threshold)
    ]
    by_line: dict[int, LineFigure] = {}
    for figure in shown.lines:
        if figure.line not in by_line or figure.weight > by_line[figure.line].weight:
            by_line[figure.line] = figure
    how = snapshot.files.local[profile_paths[0]].how
    matched = file.tracker.drift.matched if file.tracker is not None else ""
    return FileView(
        figures=shown,
        hints=drawn,
        hint_lines=tuple(hint.position.line for hint in drawn),
        lenses=titled,
        by_line=by_line,
        how=f"matched with {matched}; file found by {how.value}",
    )
