"""One open file: its text as it is now, how the profile's lines lie in it, and what it shows at its lines.

An edit only moves lines; a request places those of the drawing that it asks for.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from pprof_lens.analysis.index import Index
from pprof_lens.annotate import held, hints, lenses
from pprof_lens.annotate.figures import LineFigure
from pprof_lens.annotate.hints import Hint
from pprof_lens.annotate.lenses import Lens
from pprof_lens.editor.drawing import Drawing
from pprof_lens.profile.model import Profile
from pprof_lens.session.snapshot import Files, Snapshot
from pprof_lens.source.buffer import Buffer, Change
from pprof_lens.source.drift import Placement, State
from pprof_lens.source.gofuncs import FuncDecl, functions
from pprof_lens.source.lines import Units, length
from pprof_lens.source.profiled import DeclaredFunction
from pprof_lens.source.tracker import Tracker


@dataclass(slots=True)
class OpenFile:
    """One open file: its text as it is now, and where the profile's lines lie in it.

    `tracker` is of `profile` and of the functions that are `leaking`; None as long as it is not known which text was
    profiled. `placed` is the text for which that was found out last, of the version `placed_in`, and `is_sought`
    whether in all that git has.
    `drawings` are of `drawn_of`, by column and threshold: who switches between sample types comes back to what was
    drawn.
    """

    uri: str
    path: str
    buffer: Buffer
    version: int
    size: int
    """No fewer than its characters."""

    profile: Profile | None = None
    leaking: tuple[DeclaredFunction, ...] = ()
    tracker: Tracker | None = None
    placed: str = ""
    placed_in: int | None = None
    typed: list[Sequence[Change]] | None = None
    """What was changed of that text since it is looked for; None where nothing is, or not all is known."""
    is_sought: bool = False
    drawn_of: tuple[Index, Files] | None = None
    drawings: dict[tuple[int, float], Drawing | None] = field(default_factory=dict)
    scanned: tuple[int, tuple[FuncDecl, ...]] | None = None

    def drawings_of(self, snapshot: Snapshot) -> dict[tuple[int, float], Drawing | None]:
        """What was drawn of the Snapshot's figures; what was drawn of others is forgotten."""
        if self.drawn_of is None or self.drawn_of[0] is not snapshot.index or self.drawn_of[1] is not snapshot.files:
            self.drawn_of, self.drawings = (snapshot.index, snapshot.files), {}
        return self.drawings

    def place(self, profile_line: int) -> Placement | None:
        return self.tracker.drift.place(profile_line) if self.tracker is not None else None

    def functions(self) -> tuple[FuncDecl, ...]:
        """What the text declares."""
        if self.scanned is None or self.scanned[0] != self.version:
            self.scanned = self.version, functions(self.buffer.text)
        return self.scanned[1]

    def declared(self, line: int) -> int | None:
        """The line of the `func` whose body holds this line, both from 0."""
        holding = [f.line - 1 for f in self.functions() if f.line - 1 <= line <= f.end_line - 1]
        return holding[-1] if holding else None


class FileView(NamedTuple):
    """What an open file shows now."""

    file: OpenFile
    drawing: Drawing

    def hints(self, first: int, last: int) -> tuple[Hint, ...]:
        """The hints of the buffer's lines from `first` to `last`, from 0."""
        return hints.between(self.drawing.labels, self.file.place, first, last)

    def lenses(self) -> tuple[Lens, ...]:
        """The lenses of the whole buffer."""
        return lenses.placed(self.drawing.titles, self.file.place, self.file.declared)

    def lines(self) -> Iterator[tuple[LineFigure, Placement]]:
        """Each figure whose place is known, with that place."""
        for figure in self.drawing.figures.lines():
            placed = self.file.place(figure.profile_line)
            if placed is not None:
                yield figure, placed

    def figure_at(self, line: int) -> tuple[LineFigure, State] | None:
        """The figure that stands on this line of the buffer, the larger one if there are two."""
        tracker, of_line = self.file.tracker, self.drawing.figures.of_line
        if tracker is None:
            return None
        on_line = [
            (figure, tracker.drift.placements[profile_line].state)
            for profile_line in tracker.standing_on(line)
            if (figure := of_line(profile_line)) is not None
        ]
        return max(on_line, key=lambda found: found[0].weight, default=None)

    def held(self, line: int, figure: LineFigure, state: State, snapshot: Snapshot) -> list[str]:
        """Who holds what a line of the buffer allocates; nothing for one that may have been edited."""
        if state.is_doubtful:
            return []
        (function, *_) = snapshot.index.lines.functions(figure.numbers[0])
        of_type = held.allocated_type(self.file.buffer.line(line), snapshot.profile.functions.names[function])
        return held.rows(of_type, snapshot.holders)

    def end_column(self, line: int, units: Units) -> int:
        """The column behind the last character of a line of the buffer, from 0."""
        lines = self.file.buffer
        return length(lines.line(line), units) if line < len(lines.lines) else 0

    @property
    def how(self) -> str:
        """How the file and its text were found, as a part of a sentence."""
        matched = self.file.tracker.drift.matched if self.file.tracker is not None else ""
        return f"{matched}; file found by {self.drawing.found.value}"
