"""Whether a line is ever reached, by the text: not where a bound is asked for that no program comes to, nor in a
function that nothing calls.

Text in, yes or no out; what is not known is reached.
"""

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from pprof_lens.analysis.gotext import MOST_FILES, MOST_LINES, SourceLine, depth_of, function_around, lines_of_package
from pprof_lens.profile.stacks import Frame

_ABOVE = re.compile(r"(\blen\()?.*?[^<>=!]>=?(?![=>])([^{|]+?)(?:\{|&&|$)")
_BELOW = re.compile(r"(\blen\()?.*?[^<]<=?(?![=<-])([^{|&]+?)\{$")
_IF = re.compile(r"\s*(?:\} else )?(?:if|for) (.*)")
_OUT = re.compile(r"\s*(?:return|continue|break)\b")
_FUNCTION = re.compile(r"func (?:\([^)]*\) )?([a-z]\w*)[\[(]")
_BY_GO = frozenset(("main", "init"))

_MOST_ELEMENTS, _MOST = 1 << 30, 1 << 40
"""What no program comes to: of elements of a container, and of anything else, bytes among it."""

_NUMBER = re.compile(r"(?:\d[\d_]*|\d+(?:\.\d+)?[eE]\+?\d{1,2})$")
_LARGEST = re.compile(r"(?:\w+\()?math\.Max(?:Int|Int64|Uint|Uint32|Uint64|Float32|Float64)\)?$")
_NAME = re.compile(r"(?:\w+\.)?([A-Za-z]\w*)$")
_DEEPEST = 3


def is_reached(line: Frame, running: Frame, source_line: SourceLine) -> bool:
    """Whether a program may come to that line, of which the other one is known to run."""
    first, function = function_around(line, source_line)
    if not function:
        return True
    bounds = _bounds(function, line.line - first)
    least = ((most, _values(bound, line.file, source_line, _DEEPEST)) for bound, most in bounds)
    if any(values and min(values) >= most for most, values in least):
        return False
    is_running = line.file == running.file and first <= running.line < first + len(function)
    return is_running or _is_called(function[0], line.file, source_line)


class Condition(NamedTuple):
    """What is asked on the way to a line, and whether the function is left where it holds."""

    text: str
    leaves: bool


def conditions(function: Sequence[str], at: int) -> Iterator[Condition]:
    """What has to be passed on the way to the line at that index, by the conditions around it and by those above under
    which the function is left.
    """
    depth = depth_of(function[at])
    above = list(enumerate(function[:at]))
    for number, text in reversed(above):
        condition = _IF.match(text) if text.strip() and depth_of(text) <= depth else None
        leaves = condition is not None and bool(_OUT.match(function[number + 1]))
        is_around = bool(text.strip()) and depth_of(text) < depth
        if condition is not None and "||" not in text and (is_around or leaves):
            yield Condition(condition[1], leaves)
        depth = min(depth, depth_of(text)) if text.strip() else depth


def _bounds(function: Sequence[str], at: int) -> Iterator[tuple[str, int]]:
    """The bounds of those conditions, and what no program passes there."""
    for text, leaves in conditions(function, at):
        found = (_BELOW if leaves else _ABOVE).match(text)
        if found is not None:
            yield found[2].strip(), _MOST_ELEMENTS if found[1] else _MOST


def _values(words: str, file: str, source_line: SourceLine, depth: int) -> list[float]:
    """What it may be, by all that the package assigns to a name; nothing where that is not known."""
    shifted, product = words.split("<<"), words.split("*")
    if len(shifted) == 2 or len(product) == 2:
        left, right = (
            _values(part.strip(" ()"), file, source_line, depth) for part in (shifted if len(shifted) == 2 else product)
        )
        if not left or not right:
            return []
        return [min(left) * 2.0 ** min(*right, 1000)] if len(shifted) == 2 else [min(left) * min(right)]
    if _NUMBER.match(words):
        return [float(words.replace("_", ""))]
    if _LARGEST.match(words):
        return [float(1 << 62)]
    name = _NAME.match(words) if depth else None
    if name is None:
        return []
    assigned = re.compile(rf"(?:^|[\s.,{{(]){name[1]}(?: +\w+)? *(:|:?=) *([^=,}}]+?)(?=,? *(?:\}}|$)|, )")
    found = [match[2] for text in _texts(file, source_line) for match in assigned.finditer(text)]
    values = [_values(each, file, source_line, depth - 1) for each in found if each != words]
    return [min(each) for each in values] if values and all(values) else []


def _is_called(head: str, file: str, source_line: SourceLine) -> bool:
    """Whether the function of that first line is named anywhere else in its package, or is not its own."""
    function = _FUNCTION.match(head)
    if function is None or function[1] in _BY_GO:
        return True
    named = re.compile(rf"\b{function[1]}\b")
    lines = list(lines_of_package(file, source_line))
    is_whole = len(lines) < MOST_LINES and len({file for file, _, _ in lines}) < MOST_FILES
    texts = (text.partition("//")[0] for _, _, text in lines if not text.startswith(head))
    return not is_whole or any(map(named.search, texts))


def _texts(file: str, source_line: SourceLine) -> Iterator[str]:
    return (text.partition("//")[0] for _, _, text in lines_of_package(file, source_line))
