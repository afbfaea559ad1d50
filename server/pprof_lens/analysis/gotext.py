"""The text of a Go file as gofmt writes it, line by line: functions, loops and blocks by their indentation.

Nothing is parsed, and a text that is not known is empty. Lines and functions that are too long are cut.
"""

import re
from collections.abc import Callable, Iterator
from itertools import chain, islice
from typing import NamedTuple

from pprof_lens.profile.stacks import Frame
from pprof_lens.source.symbols import package_of, parse

SourceLine = Callable[[str, int], str | None]
"""The text of a line of a file of the profile, from 1, as it was profiled; None where it is not known.

A folder, which ends in a slash, has for lines the names of its Go files, so that a package can be read beyond a file.
"""

_FUNCTION = re.compile(r"func[ (]")
_HEAD = re.compile(r"func (?:\((?:\w+ )?(\*?)(\w+)(\[)?[^)]*\) )?(\w+)(\[)?")
_INDENT = re.compile(r"\t*")
_LOOP = re.compile(r"\t*(?:\w+:\s*)?for\b")
LONGEST_FUNCTION = 200
"""Lines of one that is looked at."""

_LONGEST_FILE = 5000
_LONGEST_LINE = 500
MOST_FILES, MOST_LINES = 50, 20_000
"""Of a package that is read beyond a file."""


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


def lines_of_package(path: str, source_line: SourceLine) -> Iterator[tuple[str, int, str]]:
    """The lines of a file, then those of the other files of its package, as far as they are known, with their files."""
    files = chain((path,), beside(path, source_line))
    lines = ((file, number, text) for file in files for number, text in lines_of(file, source_line))
    return islice(lines, MOST_LINES)


def beside(path: str, source_line: SourceLine) -> Iterator[str]:
    """The other files of its package, as far as they are known."""
    folder = path[: path.rfind("/") + 1]
    names = (name for _, name in lines_of(folder, source_line) if name.endswith(".go")) if folder else ()
    return (folder + name for name in islice(names, MOST_FILES) if folder + name != path)


def callers_of(frame: Frame, source_line: SourceLine) -> Iterator[Frame]:
    """The lines of its package that call the function of that line by its name: a method of what is of its type by the
    head of the function around the call.
    """
    name = parse(frame.function)
    of = name.receiver.strip("(*)").partition("[")[0]
    calls = re.compile(rf"(?<![.\w])(\w+\.)?{re.escape(name.function)}\(")
    head = ""
    for file, number, text in lines_of_package(frame.file, source_line):
        if text.startswith("func "):
            head = text
        elif (
            head
            and (call := calls.search(text.partition("//")[0]))
            and bool(call[1]) is bool(of)
            and Named.of(call[1] or "", file, head).type == of
        ):
            yield Frame(f"{package_of(frame.function)}.{declared(head)}", file, number)


def declared(head: str) -> str:
    """A function as a profile names it after its package, by its first line."""
    found = _HEAD.match(head)
    if found is None:
        return ""
    pointer, receiver, of, name, with_ = found.groups("")
    of, with_ = of and "[...]", with_ and "[...]"
    if not receiver:
        return name + with_
    return f"({pointer}{receiver}{of}).{name}" if pointer else f"{receiver}{of}.{name}"


def declares(text: str, name: str) -> bool:
    """Whether the line makes a variable of that name."""
    return bool(re.search(rf"\bvar {name}\b|(?:^|[\s,(]){name}(?:, *\w+)* *:=|, *{name} *:=", text))


class Named(NamedTuple):
    """A variable or a field by its name in that file; `type` is that whose field it is, empty where not known."""

    name: str
    file: str
    type: str

    @classmethod
    def of(cls, name: str, file: str, head: str) -> "Named":
        """Of a field the type is that of the receiver or the parameter, by the head of the function that names it."""
        base = re.escape(name.partition(".")[0])
        found = re.search(rf"[(,] *{base} \*?(\w+)", head) if "." in name else None
        return cls(name, file, found[1] if found is not None else "")


def lines_about(what: Named, source_line: SourceLine) -> Iterator[tuple[str, int, str]]:
    """The lines that may mean it by its name: of its own file all, of others of a field's type the functions."""
    is_field = "." in what.name
    is_meant = re.compile(rf"func .*[ (*]{what.type}(?:\[|\b)") if what.type else None
    is_near = not is_field
    for file, number, text in lines_of_package(what.file, source_line):
        if is_field and (number == 1 or text.startswith("func ")):
            is_near = file == what.file or (is_meant is not None and bool(is_meant.match(text)))
        if is_near:
            yield file, number, text


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
