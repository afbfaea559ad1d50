"""An open document as its editor has it, line by line, changed by the content changes of LSP.

Lines end where LSP ends them: a form feed ends none, and a carriage return that comes to stand before a line feed
becomes one line end with it. Positions outside the text are moved into it. Knows no profile.
"""

from collections.abc import Sequence
from typing import NamedTuple

from pprof_lens.source.lines import Units, offset_of_column, with_ends

_AROUND, _AT_ONCE = 64, 256
"""Lines before and behind a change, and changes, that are made on a few lines alone."""


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
        top, removed, inserted, before, after = self._made(change, units)
        return Edit(
            top, list(map(without_end, removed)), list(map(without_end, inserted)), *map(without_end, (before, after))
        )

    def _made(self, change: Change, units: Units) -> tuple[int, list[str], list[str], str, str]:
        """Make a change: its line, the lines that gave way, those that came, and what stayed of the first and last one.

        All with line ends, and of a long line no more copies than must be: someone may send thousands of changes of it.
        """
        top, start = self._position(change.start_line, change.start_column, units)
        bottom, end = max((top, start), self._position(change.end_line, change.end_column, units))
        before, after = self.lines[top][:start], self.lines[bottom][end:]
        is_within = top == bottom and not ("\n" in change.text or "\r" in change.text)
        bottom += 1
        if top and not before and self.lines[top - 1].endswith("\r") and (change.text + after)[:1] == "\n":
            top -= 1
            before = self.lines[top]
        joined = before + change.text + after
        if joined.endswith("\r") and self.lines[bottom : bottom + 1] == ["\n"]:
            joined += "\n"
            bottom += 1
        if is_within:
            inserted = [joined]
        else:
            inserted = with_ends(joined)
            if bottom < len(self.lines):
                inserted.pop()  # what follows is the next line, not an empty last one
        removed = self.lines[top:bottom]
        self.lines[top:bottom] = inserted
        return top, removed, inserted, before, after

    def apply_all(self, changes: Sequence[Change], units: Units) -> None:
        """Make many changes. Those that lie near each other take no longer in a long document than in a short one."""
        done = 0
        while done < len(changes):
            done += self._apply_around(changes[done : done + _AT_ONCE], units)

    def _apply_around(self, changes: Sequence[Change], units: Units) -> int:
        """Make the first change, and those after it that lie around its line, on the lines there; how many those are.

        What ends such a stretch is a line that no change touches, as the line end before another one may become
        a part of that one's.
        """
        low = max(0, min(changes[0].start_line, len(self.lines)) - _AROUND)
        high = low + 2 * _AROUND
        follows = high < len(self.lines)
        near = Buffer("")
        near.lines = self.lines[low:high] + [""] * follows
        done = 0
        for change in changes:
            start, end = change.start_line - low, max(change.start_line, change.end_line) - low
            if (low and start < 1) or (follows and end + 2 >= len(near.lines)):
                break
            near._made(change._replace(start_line=start, end_line=change.end_line - low), units)
            done += 1
        if not done:
            self._made(changes[0], units)
            return 1
        self.lines[low:high] = near.lines[:-1] if follows else near.lines
        return done

    def _position(self, line: int, column: int, units: Units) -> tuple[int, int]:
        if line >= len(self.lines):
            return len(self.lines) - 1, len(self.lines[-1])
        line, column = max(line, 0), max(column, 0)
        whole = self.lines[line]
        if whole.isascii():
            return line, min(column, len(whole) - _end_length(whole))
        return line, offset_of_column(without_end(whole), column, units)


def _end_length(line: str) -> int:
    return 2 if line.endswith("\r\n") else int(line.endswith(("\r", "\n")))


def without_end(line: str) -> str:
    """The line without its line end."""
    return line.rstrip("\r\n")
