"""Where the source takes out again what a line puts in: a cache, a ring or a window that fills grows like a leak.

Text in, a line out. The container that the line, or a line below it, stores into is sought by its name: a local one in
its function, a field or a package's variable in the whole file. That something is taken out proves no bound; it is a
reason to look for longer. A text that is not known says nothing.
"""

import re
from collections.abc import Iterator, Sequence

from pprof_lens.analysis.causes import SourceLine
from pprof_lens.profile.stacks import Frame

_STORES = (
    re.compile(r"(?P<into>[\w.]+)\[[^\]]*\] *= *(?P<what>.*)"),
    re.compile(r"(?P<into>[\w.]+) *= *append\( *(?P=into)\b(?P<what>.*)"),
    re.compile(r"(?P<into>[\w.]+)\.(?:Push\w*|Add|Set|Put|Store|Insert\w*|Enqueue|LoadOrStore)\((?P<what>.*)"),
    re.compile(r"heap\.Push\(&?(?P<into>[\w.]+),(?P<what>.*)"),
)
_TAKES = (
    r"\bdelete\((?:\w+\.)*{0},|\bclear\((?:\w+\.)*{0}\)|\bheap\.(?:Pop|Remove)\(&?(?:\w+\.)*{0}\b"
    r"|\b{0}\.(?:Remove|Delete|Pop|Evict|Clear|Reset|Dequeue|Purge|Expire|Trim|Shift|LoadAndDelete)\w*\("
    r"|\b{0} *= *(?:nil\b|(?:\w+\.)*{0}\[|append\((?:\w+\.)*{0}\[)|\b{0}\[[^\]]*\] *= *nil\b"
    r"|\b{0}\[[^\]]*%|\bslices\.Delete\w*\((?:\w+\.)*{0}\b"
)
_ASSIGNS = re.compile(r"\s*(?:(?:var )?(\w+)(?:, *\w+)* *:?= |(\w+)(?:, *\w+)* *:= )")
_FUNCTION = re.compile(r"func[ (]")
_LONGEST_FUNCTION = 200
_LONGEST_FILE = 5000


def outlet(frame: Frame, source_line: SourceLine) -> int | None:
    """The line, from 1, that takes out of what is stored into on this line or with what it makes; None for none."""
    first, function = _function(frame, source_line)
    if not function:
        return None
    for container in _containers(function, frame.line - first):
        name = container.rpartition(".")[2]
        takes = re.compile(_TAKES.format(re.escape(name)))
        is_local = "." not in container and any(_declares(text, name) for text in function)
        lines = enumerate(function, first) if is_local else _whole(frame.file, source_line)
        for number, text in lines:
            if number != frame.line and takes.search(text.partition("//")[0]):
                return number
            if number == frame.line and "%" in text and takes.search(text):
                return number
    return None


def _containers(function: Sequence[str], at: int) -> Iterator[str]:
    """What the line at that index stores into, then what the rest of the function stores its result into."""
    yield from _stored(function[at], "")
    made = _ASSIGNS.match(function[at])
    name = (made[1] or made[2]) if made else ""
    if name and name != "_":
        for text in function[at + 1 :]:
            yield from _stored(text, name)


def _stored(text: str, what: str) -> Iterator[str]:
    """The containers that the line stores into; with `what` only those that it stores that name into."""
    for pattern in _STORES:
        found = pattern.search(text)
        if found is not None and (not what or re.search(rf"\b{re.escape(what)}\b", found["what"])):
            yield found["into"]


def _declares(text: str, name: str) -> bool:
    return bool(re.search(rf"\bvar {name}\b|(?:^|[\s,(]){name}(?:, *\w+)* *:=|, *{name} *:=", text))


def _function(frame: Frame, source_line: SourceLine) -> tuple[int, list[str]]:
    """The top-level function around the line: its first line and its text, as gofmt writes it; nothing if unknown."""
    first, above = frame.line, list[str]()
    while first > 0 and frame.line - first < _LONGEST_FUNCTION:
        text = source_line(frame.file, first)
        if text is None:
            return 0, []
        above.append(text)
        if _FUNCTION.match(text):
            break
        first -= 1
    lines = above[::-1]
    for number in range(frame.line + 1, frame.line + _LONGEST_FUNCTION):
        text = source_line(frame.file, number)
        if text is None or lines[-1].startswith("}"):
            break
        lines.append(text)
    return max(first, 1), lines


def _whole(path: str, source_line: SourceLine) -> Iterator[tuple[int, str]]:
    for number in range(1, _LONGEST_FILE):
        text = source_line(path, number)
        if text is None:
            return
        yield number, text
