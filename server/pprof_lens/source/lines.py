r"""Lines and columns of a text, for every module that turns a profile's line into an editor's position.

All the units in one place: a profile counts lines from 1; LSP counts lines from 0, ends them at \n, \r\n and \r
only (`str.splitlines` also splits at form feeds and five others), and counts columns in the units that client and
server agreed on, UTF-16 code units unless they said otherwise. Nothing here knows a profile or an editor.
"""

import re
from functools import cached_property
from typing import Literal

Units = Literal["utf-16", "utf-8", "utf-32"]
"""What one step of a column is: the names are those of LSP's position encodings."""

_END = re.compile(r"\r\n?|\n")
_LINE = re.compile(r"[^\r\n]*(?:\r\n?|\n)|[^\r\n]+\Z")


def line_starts(text: str) -> tuple[int, ...]:
    """The offset in `text` at which each line begins; a text that ends in a line end has an empty last line."""
    return (0, *(end.end() for end in _END.finditer(text)))


def with_ends(text: str) -> list[str]:
    """The lines of the text with their line ends, as many as `line_starts` gives."""
    lines: list[str] = _LINE.findall(text)
    if not lines or lines[-1].endswith(("\n", "\r")):
        lines.append("")
    return lines


def without_ends(text: str) -> list[str]:
    """The lines of the text without their line ends, as many as `line_starts` gives."""
    return text.split("\n") if "\r" not in text else _END.split(text)


def utf16_length(text: str) -> int:
    """How many UTF-16 code units the text takes."""
    return len(text) if text.isascii() else len(text.encode("utf-16-le", "surrogatepass")) // 2


def length(text: str, units: Units) -> int:
    """How many of these units the text takes."""
    if units == "utf-32" or text.isascii():
        return len(text)
    return utf16_length(text) if units == "utf-16" else len(text.encode("utf-8", "surrogatepass"))


def offset_of_column(line: str, column: int, units: Units) -> int:
    """Where in `line` that column stands; a column past its end, or inside a character, is moved back into it."""
    if units == "utf-32" or line.isascii():
        return min(column, len(line))
    passed = 0
    for offset, character in enumerate(line):
        passed += length(character, units)
        if passed > column:
            return offset
    return len(line)


class Text:
    """A text that is asked for its lines often; whoever holds it keeps it as long as the text stays the same."""

    def __init__(self, content: str) -> None:
        self.content = content

    @cached_property
    def lines(self) -> tuple[str, ...]:
        """The lines without their ends."""
        return tuple(without_ends(self.content))

    @property
    def count(self) -> int:
        return len(self.lines)

    def line(self, number: int) -> str:
        """The line of that number, from 0, without its end."""
        return self.lines[number]
