"""What the source leaves undone of what others wait for: a lock that a return keeps, a cancel that is dropped.

Text in, words out; of a text that is not known, or that hands the lock or the cancel to others, nothing is claimed.
"""

import re
from collections.abc import Sequence
from typing import NamedTuple

from pprof_lens.analysis.gotext import (
    LONGEST_FUNCTION,
    Named,
    SourceLine,
    declares,
    depth_of,
    function_around,
    lines_about,
)
from pprof_lens.profile.stacks import Frame

_LOCKED = re.compile(r"([\w.]+)\.R?Lock\(\)")
_LEAVES = re.compile(r"\s*(?:return\b|panic\()")
_DONE = re.compile(r"<-(\w+)\.Done\(\)")


def returns_locked(frame: Frame, source_line: SourceLine) -> Frame | None:
    """The line of the package that leaves a function which unlocks what is waited for here, but not on that way."""
    locked = _LOCKED.search(source_line(frame.file, frame.line) or "")
    if locked is None:
        return None
    first, around = function_around(frame, source_line)
    lock = Named.of(locked[1], frame.file, around[0] if around else "")
    name = re.escape(lock.name.rpartition(".")[2])
    locks, unlocks = re.compile(rf"\b{name}\.R?Lock\(\)"), re.compile(rf"\b{name}\.R?Unlock\(\)")
    is_own = "." not in lock.name and any(declares(text, name) or _takes(text, name) for text in around)
    within = ((frame.file, number, text) for number, text in enumerate(around, first))
    function: list[tuple[int, str]] = []
    for file, number, text in within if is_own else lines_about(lock, source_line):
        if text.startswith("func "):
            function = []
        function.append((number, text))
        if text.startswith("}") and len(function) <= LONGEST_FUNCTION:
            found = (_kept(function[at:], unlocks) for at, (_, line) in enumerate(function) if locks.search(line))
            if (line := next(filter(None, found), None)) is not None:
                return frame._replace(file=file, line=line)
    return None


def _takes(head: str, name: str) -> bool:
    """Whether it is the head of a function with a parameter of that name."""
    return bool(re.match(rf"func .*[(,] *{name}\b", head))


def _kept(lines: Sequence[tuple[int, str]], unlocks: re.Pattern[str]) -> int | None:
    """The first line that leaves with what the first one locked; None where it is unlocked on each way, or on none."""
    depth, left, unlocked = depth_of(lines[0][1]), None, 1 << 20
    for number, text in lines[1:]:
        indent = depth_of(text)
        if not text.strip():
            continue
        if indent < depth:
            return None
        if unlocks.search(text):
            if indent <= depth or "defer " in text:
                return left
            unlocked = indent
        elif indent < unlocked:
            unlocked = 1 << 20
            if "func(" in text:
                return None
            if left is None and _LEAVES.match(text) and indent > depth:
                left = number
    return None


class Cancel(NamedTuple):
    """What ends a context: the line that made both, its name, and the first line of the function that calls it.

    The name is `_` where it is dropped, and empty of a context that ends by its time.
    """

    line: int
    name: str
    call: int | None = None


def cancel_of(frame: Frame, source_line: SourceLine) -> Cancel | None:
    """What ends the context that is waited for here; None where it is not made in the same function."""
    waited = _DONE.search(source_line(frame.file, frame.line) or "")
    if waited is None:
        return None
    first, function = function_around(frame, source_line)
    made = re.compile(rf"\b{waited[1]}, *(\w+) *:?= *context\.With(Cancel|Timeout|Deadline)\w*\(")
    for line, text in enumerate(function, first):
        if (found := made.search(text)) is not None:
            name = found[1] if found[2] == "Cancel" else ""
            called = re.compile(rf"\b{name}\(")
            calls = (number for number, other in enumerate(function, first) if name and called.search(other))
            return Cancel(line, name, next(calls, None))
    return None
