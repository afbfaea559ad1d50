"""The text of a profile out of what surrounds it: a comment of an issue, a fence, a quote, a log; or a part of it.

`debug=1` begins with its header and has nothing else. People paste the records they mean, without the header, with
words above and below, with blanks for tabs, without the `#` that Markdown takes for a heading, cut at both ends; and
programs log it, a prefix on each line. What is found becomes the lines that the runtime writes. Records without a
header are of goroutines, of which nearly all such are. Nothing is read here but what line is which.
"""

import re
from collections.abc import Iterable, Iterator
from itertools import chain, pairwise

from pprof_lens.profile.comments import symbol
from pprof_lens.profile.errors import Malformed
from pprof_lens.profile.log_lines import NEXT_PROGRAM, Looks, plain_line, unprefixed
from pprof_lens.profile.message_lines import with_pointers

_TITLE = re.compile(r"[a-z]\w{0,40} profile: total [0-9]{1,18}$|heap profile: [0-9: \[\]]{5,100}@ heap/[0-9]{1,18}$")
_COUNTS = r"(?:[0-9]{1,18}: [0-9]{1,18} \[[0-9]{1,18}: [0-9]{1,18}\]|[0-9]{1,18})"
_RECORD = re.compile(rf"({_COUNTS}) @((?: 0x[0-9a-f]{{1,16}})+)(?: 0x| ?\.\.\.)?$")
_BEGINS = re.compile(rf"{_COUNTS} @")
_FRAME = re.compile(r"\s*(?:#(?:\s|#011)*)?0x[0-9a-f]{1,16}\b")
_LOOKS = Looks(" @ 0x", re.compile(rf"(?<!\S){_RECORD.pattern}"), _FRAME)
_LABELS = "labels: {"
_UNTITLED = "goroutine profile: total 0"


def pasted(lines: Iterable[str]) -> Iterator[str]:
    """The lines of the first profile in this text, as the runtime writes them; none where there is no record of one.

    A stack that comes again with the same labels is of another profile, as one that was taken later; in that of a heap,
    which has its header, it is of objects of another size.
    Raises Malformed where a line begins as a record and is none.
    """
    title, seen = "", set[tuple[str, str]]()
    for given, below in pairwise(chain(unprefixed(map(plain_line, lines), _LOOKS), ("",))):
        line = _bare(given)
        record = _RECORD.match(line)
        if given == NEXT_PROGRAM or (seen and _TITLE.match(line)):
            return
        if record:
            is_of_heap = not record[1].isdigit()
            if is_of_heap and not title:
                return  # its sampling the header tells
            which = record[2], _labels(_bare(below))
            if which in seen and not is_of_heap:
                return
            if not seen:
                yield title or _UNTITLED
            seen.add(which)
            yield f"{record[1]} @{record[2]}"
        elif _TITLE.match(line):
            title = line
        elif seen and _BEGINS.match(line):
            raise Malformed(f"Malformed profile: it says {line[:20]!r} where a sample should stand.")
        elif seen and (_labels(line) or symbol(line)):
            yield with_pointers(f"# {line.lstrip('# ')}")


def _bare(line: str) -> str:
    return line.replace("#011", "\t").strip()


def _labels(line: str) -> str:
    """The labels that stand below a record; empty where the line has none."""
    text = line.lstrip("# ")
    return text if text.startswith(_LABELS) else ""
