"""The text of a Go file as gofmt writes it, line by line: functions, loops and blocks by their indentation.

Nothing is parsed, and a text that is not known is empty. Lines and functions that are too long are cut.
"""

import re
from collections.abc import Callable, Iterator

from pprof_lens.profile.stacks import Frame

SourceLine = Callable[[str, int], str | None]
"""The text of a line of a file of the profile, from 1, as it was profiled; None where it is not known."""

_FUNCTION = re.compile(r"func[ (]")
_INDENT = re.compile(r"\t*")
_LOOP = re.compile(r"\t*(?:\w+:\s*)?for\b")
LONGEST_FUNCTION = 200
"""Lines of one that is looked at."""

_LONGEST_FILE = 5000
_LONGEST_LINE = 500


def depth_of(text: str) -> int:
    """How far the line is indented, in tabs."""
    return len(_INDENT.match(text)[0])  # type: ignore[index]


def loop_around(frame: Frame, source_line: SourceLine) -> str:
    """The head of the innermost loop of its function that the line stands in, as gofmt indents it; empty for none."""
    first, lines = function_around(frame, source_line)
    depth = 1 << 20
    for line in reversed(lines[: frame.line - first + 1]):
        indent = depth_of(line) if line.strip() else depth
        if indent < depth and (_LOOP.match(line) or "func(" in line):
            return line if _LOOP.match(line) else ""
        depth = min(depth, indent)
    return ""


def lines_of(path: str, source_line: SourceLine) -> Iterator[tuple[int, str]]:
    """The lines of a file with their numbers, from 1, long ones cut; as far as it is known."""
    for number in range(1, _LONGEST_FILE):
        text = source_line(path, number)
        if text is None:
            return
        yield number, text[:_LONGEST_LINE]


def function_around(frame: Frame, source_line: SourceLine) -> tuple[int, list[str]]:
    """The top-level function around the line: its first line and its text, as gofmt writes it; nothing if unknown."""
    first, above = frame.line, list[str]()
    while first > 0 and frame.line - first < LONGEST_FUNCTION:
        text = source_line(frame.file, first)
        if text is None:
            return 0, []
        above.append(text[:_LONGEST_LINE])
        if _FUNCTION.match(text):
            break
        first -= 1
    lines = above[::-1]
    for number in range(frame.line + 1, frame.line + LONGEST_FUNCTION):
        text = source_line(frame.file, number)
        if text is None or lines[-1].startswith("}"):
            break
        lines.append(text[:_LONGEST_LINE])
    return max(first, 1), lines


def rest_of_function(frame: Frame, source_line: SourceLine) -> Iterator[tuple[int, str]]:
    """The lines from that of the frame to the end of its function, as gofmt writes it."""
    for line in range(frame.line, frame.line + LONGEST_FUNCTION):
        text = source_line(frame.file, line)
        if text is None:
            return
        yield line, text[:_LONGEST_LINE]
        if text.startswith("}"):
            return
