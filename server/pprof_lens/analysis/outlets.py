"""Where the source takes out again what a line puts in: a cache, a ring or a window that fills grows like a leak.

Text in, a line out. The container that the line, a line below it, or a function of the package that is handed what it
makes stores into is sought by its name: a local one in its function, a field or a package's variable in the package.
That something is taken out proves no bound, and nor does it that only so many are stored; both are a reason to look
for longer, but where the same line stores it into a map as well, out of which nothing is taken, or where what takes out
is never reached. A text that is not known says nothing.
"""

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from pprof_lens.analysis.gotext import Named, SourceLine, declares, function_around, lines_about, lines_of_package
from pprof_lens.analysis.reached import conditions, is_reached
from pprof_lens.profile.stacks import Frame

_STORES = (
    re.compile(r"(?P<into>[\w.]+)\[(?P<what>[^\]]*\] *= *.*)"),
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

_BOUND = r"(?!math\.Max)[\w.]+(?! *<<)"
"""A number of elements to which a program comes, or a name of it."""

_CALLS = re.compile(r"(?:\b(\w+)\.)?\b(\w+)\(")
_PARAMETER = re.compile(r"(\w+)(?: [^,]*)?(?:,|$)")
_PARAMETERS = re.compile(r"func (?:\((?:\w+ )?\*?(\w*)[^)]*\) )?(\w+)(?:\[[^\]]*\])?\(([^)]*)\)")
_ASSIGNS = re.compile(r"\s*(?:(?:var )?(\w+)(?:, *\w+)* *:?= |(\w+)(?:, *\w+)* *:= )")


class Outlet(NamedTuple):
    """The line that takes out of a container, or that stores no more into it than so many."""

    frame: Frame
    is_cap: bool = False


def outlet(frame: Frame, source_line: SourceLine) -> Outlet | None:
    """What takes out of what is stored into on this line or with what it makes, else what bounds it; None for none."""
    first, function = function_around(frame, source_line)
    if not function:
        return None
    at = frame.line - first
    near = [Named.of(name, frame.file, function[0]) for name in _containers(function, at)]
    stored = (*near, *_handed(function, at, frame.file, source_line))
    wholes = (each._replace(name=whole) for each in stored for whole in _wholes(function, at, each.name))
    cap = None
    for container in (*stored, *wholes):
        name = container.name.rpartition(".")[2]
        is_local = "." not in container.name and any(declares(text, name) for text in function)
        takes = re.compile((_TAKES + _REPLACES if is_local else _TAKES).format(re.escape(name)))
        grows = any(f"append({name}[" in text for text in function)  # each of few may
        within = ((frame.file, number, text) for number, text in enumerate(function, first))
        for file, number, text in within if is_local else lines_about(container, source_line):
            here, place = (file, number) == (frame.file, frame.line), frame._replace(file=file, line=number)
            is_out = takes.search(text.partition("//")[0]) and ("%" in text or not here)
            if is_out and is_reached(place, frame, source_line):
                return Outlet(place)
            is_few = not grows and re.search(rf"(?<![\w.]){name}\[[^\]]*%[^\]]*\] = ", text)
            if cap is None and _stores_into(text, name) and (is_few or _is_capped(place, name, source_line)):
                cap = Outlet(place, is_cap=True)
    return cap


def _stores_into(text: str, name: str) -> bool:
    """Whether the line stores into the container of that name."""
    return any(into.rpartition(".")[2] == name for into in _stored(text.partition("//")[0], ""))


def _is_capped(storing: Frame, name: str, source_line: SourceLine) -> bool:
    """Whether something is stored there only as long as the container has fewer elements than some."""
    first, function = function_around(storing, source_line)
    if not function:
        return False
    size = rf"\blen\((?:\w+\.)*{re.escape(name)}\)"
    within = re.compile(rf"{size} *<=? *{_BOUND}")
    beyond = re.compile(rf"{size} *>=? *{_BOUND}")
    asked = conditions(function, storing.line - first)
    return any((beyond if leaves else within).search(text) for text, leaves in asked)


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


class _Storing(NamedTuple):
    """A function and what it stores into of what it is handed."""

    receiver: str
    file: str
    into: list[Named]


def _handed(function: Sequence[str], at: int, path: str, source_line: SourceLine) -> Iterator[Named]:
    """What the functions store into that the line hands its result to: those of the file, else the one of the package
    that has such a name. Of methods those of the type on which they are called, where the function tells that.
    """
    made = _ASSIGNS.match(function[at])
    result = (made[1] or made[2]) if made else ""
    texts = [text for text in function[at + 1 :] if re.search(rf"\b{result}\b", text)] if result else [function[at]]
    called = {name: _made_as(base, function) for text in texts for base, name in _CALLS.findall(text)}
    found: dict[str, list[_Storing]] = defaultdict(list)
    parameters, head, into = list[str](), "", list[Named]()
    for file, _, text in lines_of_package(path, source_line) if called else ():
        declared = _PARAMETERS.match(text)
        if declared is not None:
            receiver, name, with_ = declared.groups("")
            parameters, head, into = _PARAMETER.findall(with_) if name in called else [], text, []
            found[name].append(_Storing(receiver, file, into))
        for parameter in parameters:
            into += (Named.of(container, file, head) for container in _stored(text, parameter))
    for name, type_ in called.items():
        meant = [each for each in found[name] if each.receiver == type_] or found[name]
        near = [each for each in meant if each.file == path]
        for storing in near or (meant if len(meant) == 1 else ()):
            yield from storing.into


def _made_as(name: str, function: Sequence[str]) -> str:
    """The type that the function has the variable of; empty where it does not tell."""
    made = re.compile(rf"\b{name}(?:, *\w+)* *:?= *&?(\w+)\{{|\bvar {name} \*?(\w+)") if name else None
    found = next(filter(None, map(made.search, function)), None) if made is not None else None
    return (found[1] or found[2]) if found is not None else Named.of(f"{name}.", "", function[0]).type


def _stored(text: str, what: str) -> Iterator[str]:
    """The container that the line stores into; with `what` only where it stores that name. Of what is put into a map
    by `m[key] = list.PushFront(value)` it is the map that keeps it, whatever the list lets go.
    """
    for pattern in _STORES:
        found = pattern.search(text)
        if found is not None and (not what or re.search(rf"\b{re.escape(what)}\b", found["what"])):
            yield found["into"]
            return
