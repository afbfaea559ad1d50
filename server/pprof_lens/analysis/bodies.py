"""What the source does with the body of an HTTP answer: closes it, leaves it open, or hands it on to who may close it.

Text in, a fate out; of a text that is not known nothing is claimed but that nothing was seen to close it.
"""

import re
from collections.abc import Iterator, Sequence
from enum import Enum
from functools import cache
from typing import NamedTuple

from pprof_lens.analysis.gotext import SourceLine, callers_of, depth_of, lines_of_package, loop_around, rest_of_function
from pprof_lens.profile.stacks import Frame

_ASSIGNED = re.compile(r"\s*(?:if |switch |for )?(?:var )?([\w.]+)(?:, *\w+)* *:?= ")
_RETURNED = re.compile(r"\s*return\b")
_LEAVES = re.compile(r"\s*(?:return|break|continue|goto)\b|\s*panic\(")
_OF_BLOCK = re.compile(r"\s*(?:break|continue)$")
_BLOCK = re.compile(r"\s*(?:\w+: *)?(?:for|switch|select)\b")
_IF = re.compile(r"\s*(?:\} else )?if (.*)\{$")
_FAILED = re.compile(r"\b\w*[eE]rr\w*\b|(?:==|!=) nil\b")
"""Conditions under which there is no answer, or another line is taken than the one that has it."""

_FUNCTION = re.compile(r"func (?:\([^)]*\) )?(\w+)(?:\[[^\]]*\])?\(([^)]*)\)")
_CLOSES = re.compile(r"\.Close\(\)")
_WORD = re.compile(r"\w+")
_NESTED = re.compile(r"\([^()]*\)")
_READS = re.compile(r"\.(?:ReadAll|Copy)\(.*\.Body\b")
"""Whole."""

_READERS = r"(?:io|ioutil|json|xml|bufio|fmt|log|httputil|http|bytes|gzip|errors|len|string|append)\b[\w.]*"
"""Who reads a body and closes none."""

_MOST_ASKERS = 50


class Fate(Enum):
    """`UNSURE` is read to its end, which is as good, or handed on to who may close it, `RETURNED` to the caller."""

    LEFT = "left"
    UNSURE = "unsure"
    RETURNED = "returned"
    CLOSED = "closed"


class Body(NamedTuple):
    """`line` is where the function is left before it closes the body; 0 where that is nowhere."""

    fate: Fate
    line: int = 0


class Bodies:
    """What becomes of the bodies of answers by the texts as they are now, each of which is looked at once."""

    def __init__(self, source_line: SourceLine) -> None:
        self._source_line = source_line
        self._closing = cache(lambda path: frozenset(_closing(path, source_line)))
        self._known: dict[Frame, Body] = {}
        """No cache of a method, a cycle: each round of a watch makes one, which holds all texts of the program."""

    def of(self, frame: Frame) -> Body:
        """What becomes of the body of the answer that the call on this line gets."""
        if frame not in self._known:
            self._known[frame] = self._of(frame)
        return self._known[frame]

    def _of(self, frame: Frame) -> Body:
        first, *rest = [*rest_of_function(frame, self._source_line), (0, "")]
        if _RETURNED.match(first[1]):
            return Body(Fate.RETURNED)
        assigned = _ASSIGNED.match(first[1])
        name = assigned[1] if assigned else ""
        if name == "_":
            return Body(Fate.LEFT)
        closes, hands_on = _closes(name, rest), _hands_on(name)
        for at, (_, text) in enumerate(rest):
            handed = _hands_to(name, text)
            if closes.search(text) or (handed is not None and handed in self._closing(frame.file)):
                if _ends(loop_around(frame, self._source_line), rest[:at]):
                    return Body(Fate.LEFT)
                left = _left_before(name, [first, *rest[:at]])
                return Body(Fate.LEFT if left else Fate.CLOSED, left)
        if name and any(re.match(rf"\s*return (?:.*, *)?{re.escape(name)}(?:,|$)", text) for _, text in rest):
            return Body(Fate.RETURNED)
        is_unsure = any(_READS.search(text) or (name and hands_on.search(text)) for _, text in rest)
        return Body(Fate.UNSURE if is_unsure else Fate.LEFT)

    def askers(self, frame: Frame) -> Iterator[Frame]:
        """The lines that get the answer of the call on this line: where its function only returns it, those that call
        that function by the text of its package; the line itself where there are none.
        """
        pending, seen = [frame], set[Frame]()
        while pending and len(seen) < _MOST_ASKERS:
            line = pending.pop()
            seen.add(line)
            is_returned = self.of(line).fate is Fate.RETURNED
            found = callers_of(line, self._source_line) if is_returned else ()
            callers = [caller for caller in found if caller not in seen]
            pending += callers
            if not callers:
                yield line


def _closes(name: str, lines: Sequence[tuple[int, str]]) -> re.Pattern[str]:
    """What closes the body of the answer of this name, or of any where it has none, be it under another name."""
    if not name:
        return re.compile(r"\.Body\.Close\(\)")
    body = rf"\b{re.escape(name)}\.Body"
    others = (found[1] for _, text in lines if (found := re.search(rf"(\w+) *:?= *{body}\b(?!\.)", text)))
    closers = "|".join((body, *(rf"\b{other}" for other in others)))
    return re.compile(rf"(?:{closers})\.Close\(\)")


def _hands_on(name: str) -> re.Pattern[str]:
    """What gives the answer, or its body, to somebody else."""
    given = rf"\b{re.escape(name)}(?:\.Body)?\b(?!\.|\()"
    return re.compile(rf"\breturn\b.*{given}|<- *{given}|: *{given}|(?<![\w.])(?!{_READERS}\()[\w.]+\([^()]*{given}")


class _Closing(NamedTuple):
    """A function of the package that closes the body of the answer that is its parameter at this position."""

    function: str
    position: int


def _closing(path: str, source_line: SourceLine) -> Iterator[_Closing]:
    function, parameters = "", list[str]()
    for _, _, text in lines_of_package(path, source_line):
        head = _FUNCTION.match(text)
        if head is not None:
            function = head[1]
            parameters = [(parameter.split() or [""])[0] for parameter in head[2].split(",")]
        elif _CLOSES.search(text):
            words = set(_WORD.findall(text))
            yield from (_Closing(function, at) for at, parameter in enumerate(parameters) if parameter in words)


def _hands_to(name: str, text: str) -> _Closing | None:
    """The function that the line hands the answer to, and as which of its parameters."""
    others = r"(?:[^()]|\([^()]*\))*"
    given = rf"{others}\b{re.escape(name)}(?:\.Body)?\b(?!\.){others}"
    called = re.search(rf"(?<![\w.])(?!{_READERS}\()(?:\w+\.)*(\w+)\(({given})\)", text) if name else None
    if called is None:
        return None
    position = next(
        n
        for n, given in enumerate(_NESTED.sub("", called[2]).split(","))
        if re.search(rf"\b{re.escape(name)}\b", given)
    )
    return _Closing(called[1], position)


def _ends(loop: str, lines: Sequence[tuple[int, str]]) -> bool:
    """Whether the loop with that head is over before these lines are, so that it may have asked again."""
    return bool(loop) and any(text.strip() and depth_of(text) <= depth_of(loop) for _, text in lines)


def _left_before(name: str, lines: Sequence[tuple[int, str]]) -> int:
    """The first line behind the call that leaves the function though there is an answer; 0 where there is none."""
    for at, (number, text) in enumerate(lines[1:], 1):
        if _READS.search(text):
            return 0
        if _LEAVES.match(text) and not _has_failed(name, lines, at) and not _stays(lines, at):
            return number
    return 0


def _stays(lines: Sequence[tuple[int, str]], at: int) -> bool:
    """Whether the line only leaves a block that began behind the call."""
    around = (text for _, text in lines[1:at] if depth_of(text) < depth_of(lines[at][1]))
    return bool(_OF_BLOCK.match(lines[at][1])) and any(map(_BLOCK.match, around))


def _has_failed(name: str, lines: Sequence[tuple[int, str]], at: int) -> bool:
    """Whether there is no answer on the line, by the innermost `if` around it, as gofmt indents it.

    Where that `if` begins by doing something with the answer, it is this that failed.
    """
    indent = depth_of(lines[at][1])
    for number in range(at - 1, -1, -1):
        text = lines[number][1]
        if text.strip() and depth_of(text) < indent:
            condition = found[1] if (found := _IF.match(text)) is not None else "err"
            begins, _, then = condition.partition(";")
            uses_answer = bool(number and name and then and re.search(rf"\b{re.escape(name)}\b", begins))
            return bool(_FAILED.search(condition)) and not uses_answer
    return True
