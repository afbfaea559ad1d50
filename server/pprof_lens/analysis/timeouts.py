"""After how long a wait is over by itself, where the source says so: until then who waits is no more than young.

Text in, seconds out: of a sleep, of a case of the select for a time that is over, of a context that is given up after a
time in the same function, or of a deadline that is set there. Nothing is read beyond the function.
"""

import re
from collections.abc import Iterator, Sequence

from pprof_lens.analysis.expiry import durations
from pprof_lens.analysis.gotext import SourceLine, depth_of, function_around, loop_around
from pprof_lens.profile.stacks import Frame

_AFTER = re.compile(r"\btime\.(?:Sleep|After)\(")
_RECEIVED = re.compile(r"<-(\w+)(\.C\b|\.Done\(\))?")
_DEADLINE = re.compile(r"\.Set(?:Read|Write)?Deadline\(time\.Now\(\)\.Add\(")
_MADE = {
    "": r"time\.After\(",
    ".C": r"time\.NewTimer\(",
    ".Done()": r"context\.With(?:Timeout|Deadline)(?:Cause)?\(",
}


def seconds_until_over(frame: Frame, source_line: SourceLine) -> float:
    """The longest time after which what the line waits for is over by itself; 0 where the source tells none."""
    first, function = function_around(frame, source_line)
    if not function:
        return 0.0
    at = frame.line - first
    waiting = [text.partition("//")[0] for text in _waiting(function, at)]
    above = [text.partition("//")[0] for text in function[:at]]
    # In a loop it begins anew each time, but for a context that is given up.
    is_once = not loop_around(frame, source_line)
    said = [text for text in waiting if is_once and _AFTER.search(text)]
    said += (text for text in above if is_once and _DEADLINE.search(text))
    for name, kind in (received for text in waiting for received in _RECEIVED.findall(text)):
        if is_once or kind == ".Done()":
            made = re.compile(rf"\b{name}\b(?:, *\w+)* *:?= *{_MADE[kind]}")
            said += filter(made.search, above)
    return max((each for text in said for each in durations(text)), default=0.0)


def _waiting(function: Sequence[str], at: int) -> Iterator[str]:
    """The line, and of a select its cases."""
    yield function[at]
    if function[at].strip() == "select {":
        for text in function[at + 1 :]:
            if text.strip() and depth_of(text) <= depth_of(function[at]):
                if not text.strip().startswith("case "):
                    return
                yield text
