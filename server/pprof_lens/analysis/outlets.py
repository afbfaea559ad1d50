"""Where the source takes out again what a line puts in: a cache, a ring or a window that fills grows like a leak.

Text in, a line out. The container that the line, a line below it, or a function of the file that is handed what it
makes stores into is sought by its name: a local one in its function, a field or a package's variable in the file. That
something is taken out proves no bound; it is a reason to look for longer. A text that is not known says nothing.
"""

import re
from collections.abc import Iterator, Sequence

from pprof_lens.analysis.gotext import SourceLine, function_around, lines_of
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
    r"|%=? *len\((?:\w+\.)*{0}\)|\bslices\.Delete\w*\((?:\w+\.)*{0}\b"
)
_REPLACES = r"|^\s*(?:\w+, *)*{0}(?:, *\w+)* = (?!append\({0}\b)"
"""Of a local one: where it is made anew, it is not where it is made."""

_CALLS = re.compile(r"\b(\w+)\(")
_PARAMETER = re.compile(r"(\w+)(?: [^,]*)?(?:,|$)")
_PARAMETERS = re.compile(r"func (?:\([^)]*\) )?(\w+)(?:\[[^\]]*\])?\(([^)]*)\)")
_ASSIGNS = re.compile(r"\s*(?:(?:var )?(\w+)(?:, *\w+)* *:?= |(\w+)(?:, *\w+)* *:= )")


def outlet(frame: Frame, source_line: SourceLine) -> int | None:
    """The line, from 1, that takes out of what is stored into on this line or with what it makes; None for none."""
    first, function = function_around(frame, source_line)
    if not function:
        return None
    at = frame.line - first
    handed = _handed(function, at, frame.file, source_line)
    stored = (*_containers(function, at), *handed)
    for container in (*stored, *(whole for name in stored for whole in _wholes(function, at, name))):
        name = container.rpartition(".")[2]
        is_local = "." not in container and any(_declares(text, name) for text in function)
        takes = re.compile((_TAKES + _REPLACES if is_local else _TAKES).format(re.escape(name)))
        lines = enumerate(function, first) if is_local else lines_of(frame.file, source_line)
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


def _wholes(function: Sequence[str], at: int, name: str) -> Iterator[str]:
    """What the container is an element of: where the newest of some windows is stored into, the oldest may go."""
    element = re.compile(rf"\b{re.escape(name)}(?:, *\w+)* *:?= *([\w.]+)\[")
    for text in function[:at]:
        found = element.search(text)
        if found is not None:
            yield found[1]


def _handed(function: Sequence[str], at: int, path: str, source_line: SourceLine) -> Iterator[str]:
    """What the functions of the file store into that the line hands its result to."""
    made = _ASSIGNS.match(function[at])
    name = (made[1] or made[2]) if made else ""
    texts = [text for text in function[at + 1 :] if re.search(rf"\b{name}\b", text)] if name else [function[at]]
    called = {call for text in texts for call in _CALLS.findall(text)}
    parameters: list[str] = []
    for _, text in lines_of(path, source_line) if called else ():
        head = _PARAMETERS.match(text)
        if head is not None:
            parameters = _PARAMETER.findall(head[2]) if head[1] in called else []
        for parameter in parameters:
            yield from _stored(text, parameter)


def _stored(text: str, what: str) -> Iterator[str]:
    """The containers that the line stores into; with `what` only those that it stores that name into."""
    for pattern in _STORES:
        found = pattern.search(text)
        if found is not None and (not what or re.search(rf"\b{re.escape(what)}\b", found["what"])):
            yield found["into"]


def _declares(text: str, name: str) -> bool:
    return bool(re.search(rf"\bvar {name}\b|(?:^|[\s,(]){name}(?:, *\w+)* *:=|, *{name} *:=", text))
