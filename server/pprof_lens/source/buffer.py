"""An open document as its editor has it, line by line, changed by the content changes of LSP.

Lines end where LSP ends them: a form feed ends none, and a carriage return that comes to stand before a line feed
becomes one line end with it. Positions outside the text are moved into it. Knows no profile.
"""

from typing import NamedTuple

from pprof_lens.source.lines import Units, offset_of_column, with_ends


class Change(NamedTuple):
    """One content change of LSP: lines and columns count from 0, columns in the units agreed on."""

    start_line: int
    start_column: int
    end_line: int
    end_column: int
    text: str


class Edit(NamedTuple):
    """What a change did to whole lines: from `line` on, `removed` gave way to `inserted`, both without line ends.

    Of the first removed line `kept_before` is still there, of the last one `kept_after`; neither has a line end.
    """

    line: int
    removed: list[str]
    inserted: list[str]
    kept_before: str
    kept_after: str


class Buffer:
    """The lines of a document, with their line ends."""

    def __init__(self, text: str) -> None:
        self.lines = with_ends(text)

    @property
    def text(self) -> str:
        return "".join(self.lines)

    def line(self, number: int) -> str:
        """The line of that number, from 0, without its end."""
        return without_end(self.lines[number])

    def apply(self, change: Change, units: Units) -> Edit:
        """Make a change; answers what it did."""
        top, start = self._position(change.start_line, change.start_column, units)
        bottom, end = max((top, start), self._position(change.end_line, change.end_column, units))
        before, after = self.lines[top][:start], self.lines[bottom][end:]
        bottom += 1
        if top and not before and self.lines[top - 1].endswith("\r") and (change.text + after)[:1] == "\n":
            top -= 1
            before = self.lines[top]
        joined = before + change.text + after
        if joined.endswith("\r") and self.lines[bottom : bottom + 1] == ["\n"]:
            joined += "\n"
            bottom += 1
        inserted = with_ends(joined)
        if bottom < len(self.lines):
            inserted.pop()  # what follows is the next line, not an empty last one
        removed = self.lines[top:bottom]
        self.lines[top:bottom] = inserted
        return Edit(
            top, list(map(without_end, removed)), list(map(without_end, inserted)), *map(without_end, (before, after))
        )

    def _position(self, line: int, column: int, units: Units) -> tuple[int, int]:
        if line >= len(self.lines):
            return len(self.lines) - 1, len(self.lines[-1])
        line = max(line, 0)
        return line, offset_of_column(self.line(line), max(column, 0), units)


def without_end(line: str) -> str:
    """The line without its line end."""
    return line.rstrip("\r\n")
