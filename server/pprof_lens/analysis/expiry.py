"""After how long the source takes out again what is stored, where it says so: until then nothing tells a leak.

Text in, seconds out. The durations are those to which an age or a time is compared in the function that takes out, or
that are added to a time where it is stored; a name stands for what its package assigns to it.
"""

import re
from collections.abc import Iterator

from pprof_lens.analysis.gotext import SourceLine, function_around, lines_of_package
from pprof_lens.profile.stacks import Frame

_OF_AGES = re.compile(r"\btime\.(?:Since|Until|AfterFunc)\(|\.(?:Sub|Add|Before|After)\(")
_SECONDS = {"Second": 1, "Minute": 60, "Hour": 3600}
_UNIT = r"time\.(Second|Minute|Hour)\b"
_DURATION = re.compile(rf"(?:\b(\d+) ?\* ?)?{_UNIT}(?: ?\* ?(\d+)\b)?")
_NAME = re.compile(r"\b([A-Za-z]\w*)\b(?![.(])")
_LONGEST = 24 * 3600.0


def seconds_until_taken(out: Frame, stored: Frame, source_line: SourceLine) -> float:
    """The longest age at which the line `out` takes out what that other line makes; 0 where the source tells none."""
    first, taking = function_around(out, source_line)
    texts = taking[: out.line - first + 1]
    if (stored.file, stored.line) != (out.file, out.line):
        texts += function_around(stored, source_line)[1]
    of_ages = [text.partition("//")[0] for text in texts if _OF_AGES.search(text.partition("//")[0])]
    found = [each for text in of_ages for each in durations(text)]
    names = {name[1] for text in of_ages for name in _NAME.finditer(text)}
    found += _assigned(names, out.file, source_line) if names else ()
    return min(max(found, default=0.0), _LONGEST)


def durations(text: str) -> Iterator[float]:
    """The seconds of what the line says in words, as `10*time.Minute`."""
    for match in _DURATION.finditer(text):
        yield float(match[1] or match[3] or 1) * _SECONDS[match[2]]


def _assigned(names: set[str], file: str, source_line: SourceLine) -> Iterator[float]:
    """What the package assigns to those names, of what is a duration in words."""
    any_of = "|".join(sorted(map(re.escape, names)))
    assigns = re.compile(rf"\b(?:{any_of})(?: +[\w.]+)? *(?::?=|:) *([^=]*)")
    for _, _, text in lines_of_package(file, source_line):
        if "time." in text and (found := assigns.search(text.partition("//")[0])):
            yield from durations(found[1])
