"""Where a context comes from that was made in another function than the one that waits for its end.

A parameter is followed to the calls of its function in the package, a field to where it is set. Text in, a line out;
where callers or settings differ, or one of them is not known, nothing is claimed.
"""

import re
from collections.abc import Iterator, Sequence
from enum import Enum
from itertools import islice
from typing import NamedTuple

from pprof_lens.analysis.gotext import (
    Named,
    SourceLine,
    callers_of,
    declared,
    declares,
    function_around,
    lines_about,
    lines_of_package,
)
from pprof_lens.profile.stacks import Frame
from pprof_lens.source.symbols import package_of

_ROOT = re.compile(r"context\.(?:Background|TODO)\(\)$")
_HEAD = re.compile(r"func (?:\([^)]*\) )?\w+(?:\[[^\]]*\])?\(")
_NAME = re.compile(r"\w+(?:\.\w+)?$")
_NAMING = (("", r"\b"), ("", r"\("), (r"func .*", r"\("))
_MOST_ORIGINS = 10


class End(Enum):
    """How such a context ends: never, since it is the root of all, or its cancel is dropped; by its time; by a call."""

    NEVER = "never"
    DROPPED = "dropped"
    TIMED = "timed"
    CALLED = "called"


class Origin(NamedTuple):
    """`line` makes the context, or hands the root on, or calls what ends it."""

    line: Frame
    end: End


def origin_of(waited: str, frame: Frame, source_line: SourceLine) -> Origin | None:
    """Where the context of that name, as the function around the frame has it, comes from."""
    _, function = function_around(frame, source_line)
    if not function:
        return None
    if "." in waited:
        return _of_field(Named.of(waited, frame.file, function[0]), frame, source_line)
    if any(declares(text, waited) or re.search(rf"\bfunc\([^)]*\b{waited}\b", text) for text in function[1:]):
        return None
    opening = _HEAD.match(function[0])
    names = [(each.split() or [""])[0] for each in _arguments(function[0][opening.end() :])] if opening else []
    if waited not in names:
        return None
    own = frame._replace(function=f"{package_of(frame.function)}.{declared(function[0])}")
    return _agreed(_handed(own, names.index(waited), source_line))


def _handed(function: Frame, position: int, source_line: SourceLine) -> Iterator[Origin | None]:
    """What each line that names the function gives it there; None for one that is not known to call it."""
    name = re.escape(function.function.rpartition(".")[2])
    named, called, declares_it = (re.compile(rf"{start}\b{name}{end}") for start, end in _NAMING)
    callers = {(caller.file, caller.line): caller for caller in callers_of(function, source_line)}
    naming = (
        (file, number, text)
        for file, number, line in lines_of_package(function.file, source_line)
        if named.search(text := line.partition("//")[0]) and not declares_it.match(text)
    )
    for file, number, text in naming:
        caller, call = callers.get((file, number)), called.search(text)
        given = _arguments(text[call.end() :]) if caller is not None and call is not None else []
        is_given = position < len(given)
        yield _given(given[position], caller, source_line) if caller is not None and is_given else None


def _given(words: str, at: Frame, source_line: SourceLine) -> Origin | None:
    """What a context is that stands so on that line."""
    if _ROOT.match(words):
        return Origin(at, End.NEVER)
    if not _NAME.match(words):
        return None
    first, function = function_around(at, source_line)
    if "." in words:
        return _of_field(Named.of(words, at.file, function[0] if function else ""), at, source_line)
    lines = [(at.file, number, text) for number, text in enumerate(function, first)]
    return _agreed(_made(rf"(?<!\.)\b{words}", at, lines, lines))


def _of_field(field: Named, frame: Frame, source_line: SourceLine) -> Origin | None:
    """What a field is set to in the functions about its type."""
    name = field.name.rpartition(".")[2]
    lines = [(file, number, text.partition("//")[0]) for file, number, text in lines_about(field, source_line)]
    set_to = re.compile(rf"(?:\b{name}: *|\.{name} = )(\w[\w.]*(?:\(\))?)(?:,|\}}|$)")

    def origins() -> Iterator[Origin | None]:
        yield from _made(rf"\.{name}", frame, lines, lines)
        for file, number, text in lines:
            if (found := set_to.search(text)) is not None:
                at = frame._replace(file=file, line=number)
                first, function = function_around(at, source_line)
                near = [(file, line, text) for line, text in enumerate(function, first)]
                root = Origin(at, End.NEVER) if _ROOT.match(found[1]) else None
                yield root or _agreed(_made(rf"(?<!\.)\b{re.escape(found[1])}", at, near, lines))

    return _agreed(origins())


_Lines = Sequence[tuple[str, int, str]]


def _made(name: str, frame: Frame, lines: _Lines, users: _Lines) -> Iterator[Origin | None]:
    """What the lines make under a name that matches; `users` may call what ends it."""
    made = re.compile(rf"{name}, *(?:\w+\.)*(\w+) *:?= *context\.With(Cancel|Timeout|Deadline)\w*\(")
    root = re.compile(rf"{name} *:?= *{_ROOT.pattern}")
    for file, number, text in lines:
        at = frame._replace(file=file, line=number)
        if (found := made.search(text)) is not None:
            yield _ending(at, found[1], users) if found[2] == "Cancel" else Origin(at, End.TIMED)
        elif root.search(text):
            yield Origin(at, End.NEVER)


def _ending(made: Frame, cancel: str, users: _Lines) -> Origin | None:
    if cancel == "_":
        return Origin(made, End.DROPPED)
    called = re.compile(rf"\b{cancel}\(")
    calls = ((file, number) for file, number, text in users if called.search(text) and not text.startswith("func "))
    call = next(calls, None)
    return Origin(made._replace(file=call[0], line=call[1]), End.CALLED) if call is not None else None


def _agreed(origins: Iterator[Origin | None]) -> Origin | None:
    """The first of them, if they are few and all end in the same way."""
    found = list(islice(origins, _MOST_ORIGINS + 1))
    first = found[0] if 0 < len(found) <= _MOST_ORIGINS else None
    is_agreed = first is not None and all(each is not None and each.end is first.end for each in found)
    return first if is_agreed else None


def _arguments(text: str) -> list[str]:
    """What stands between the commas up to the closing parenthesis; nothing where that is not on the line."""
    depth, found, start = 0, list[str](), 0
    for at, letter in enumerate(text):
        if letter in "([{":
            depth += 1
        elif depth == 0 and letter in ",)":
            found.append(text[start:at].strip())
            start = at + 1
            if letter == ")":
                return found
        elif letter in ")]}":
            depth -= 1
    return []
