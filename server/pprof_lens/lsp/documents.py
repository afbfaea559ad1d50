"""The Go files that are open: their text, how the profile's lines lie in it, and what is shown, made ready.

An edit moves the lines along at once; what is shown is then drawn anew at the next request. Which text was
profiled is found out on the worker, since that can mean reading files and asking git. Nothing here talks to the
editor.
"""

from bisect import bisect_left, bisect_right
from dataclasses import dataclass, field

from lsprotocol import types

from pprof_lens.annotate import figures, hints, lenses
from pprof_lens.annotate.figures import FileFigures, LineFigure
from pprof_lens.annotate.lenses import Lens
from pprof_lens.annotate.wording import Scale, short
from pprof_lens.lsp.convert import code_lens, command, inlay_hint, uri_of
from pprof_lens.lsp.settings import Settings
from pprof_lens.session import Snapshot
from pprof_lens.source.drift import Placement, State
from pprof_lens.source.lines import line_starts, utf16_length
from pprof_lens.source.paths import path_key

SHOW_IN_CLIENT = "pprofLens.showCallTree"
SHOW_IN_SERVER = "pprofLens.server.showCallTree"


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
    """One open file: its text as it is now, and the view that was drawn last."""

    uri: str
    path: str
    text: str
    version: int
    drawn: FileView | None = None
    drawn_for: tuple[int, int, Settings] | None = None
    starts: tuple[int, ...] = field(default=(), init=False)

    def place(self, _profile_path: str, line: int) -> Placement | None:
        """Where a line of the profile (from 1) is now (from 0)."""
        return Placement(line - 1, State.EXACT)

    def end_column(self, line: int) -> int:
        """The UTF-16 column behind the last character of a line."""
        if not self.starts:
            self.starts = line_starts(self.text)
        if line >= len(self.starts):
            return 0
        end = self.starts[line + 1] if line + 1 < len(self.starts) else len(self.text)
        return utf16_length(self.text[self.starts[line] : end].rstrip("\r\n"))


class OpenFiles:
    """All Go files that the editor has open, by their URI as the editor writes it."""

    def __init__(self) -> None:
        self._files: dict[str, OpenFile] = {}

    def open(self, uri: str, path: str, text: str, version: int) -> None:
        self._files[uri] = OpenFile(uri, path, text, version)

    def change(self, uri: str, text: str, version: int) -> None:
        file = self._files.get(uri)
        if file is not None:
            file.text, file.version, file.starts = text, version, ()

    def close(self, uri: str) -> None:
        self._files.pop(uri, None)

    def paths(self) -> frozenset[str]:
        return frozenset(file.path for file in self._files.values())

    def uris(self) -> tuple[str, ...]:
        return tuple(self._files)

    def uri_of(self, path: str) -> str:
        """The URI of a local file, as the editor writes it if it has the file open."""
        key = path_key(path)
        return next(
            (file.uri for file in self._files.values() if path_key(file.path) == key), uri_of(path)
        )

    def line_now(self, uri: str, profile_path: str, line: int) -> int | None:
        """Where a line of the profile (from 1) is now (from 0); as profiled if the file is not open."""
        file = self._files.get(uri)
        if file is None:
            return line - 1
        placed = file.place(profile_path, line)
        return placed.line if placed is not None else None

    def view(self, uri: str, snapshot: Snapshot, settings: Settings, own_client: bool) -> FileView | None:
        """What the file shows of the Snapshot; None for a file that is not open or that the profile has not."""
        file = self._files.get(uri)
        if file is None:
            return None
        drawn_for = (snapshot.generation, file.version, settings)
        if file.drawn_for != drawn_for:
            file.drawn, file.drawn_for = _draw(file, snapshot, settings, own_client), drawn_for
        return file.drawn


def _tree_of(lens: Lens) -> dict[str, object]:
    return {"function": lens.function, "declaration": lens.function, "title": short(lens.function)}


def _draw(file: OpenFile, snapshot: Snapshot, settings: Settings, own_client: bool) -> FileView | None:
    profile_paths = snapshot.files.of_local(file.path)
    if not profile_paths:
        return None
    shown = figures.of_file(snapshot.index, snapshot.column, profile_paths, file.place)
    scale = Scale(snapshot.sample_type, snapshot.total, snapshot.is_difference)
    show = SHOW_IN_CLIENT if own_client else SHOW_IN_SERVER
    drawn = []
    for hint in hints.of_file(shown, scale, settings.threshold):
        place = {"uri": file.uri, "line": hint.line}
        drawn.append(inlay_hint(hint, file.end_column(hint.line), command("Show call tree", show, place)))
    titled = [
        code_lens(lens, command(lens.title, show, _tree_of(lens)))
        for lens in lenses.of_file(shown, snapshot.index, scale, settings.threshold)
    ]
    by_line: dict[int, LineFigure] = {}
    for figure in shown.lines:
        if figure.line not in by_line or figure.weight > by_line[figure.line].weight:
            by_line[figure.line] = figure
    how = snapshot.files.local[profile_paths[0]].how
    return FileView(
        figures=shown,
        hints=drawn,
        hint_lines=tuple(hint.position.line for hint in drawn),
        lenses=titled,
        by_line=by_line,
        how=f"its file was found as {how.value}",
    )
