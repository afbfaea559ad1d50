r"""The lines of a goroutine dump out of a message that somebody printed, whose other lines stand elsewhere.

`t.Log` and `log.Printf` put the file and the time before the first line only (`a_test.go:12: goroutine 7 [running]:`),
and go test indents the others. Where they begin is told by the two lines below a header, which are a frame's. What a
check of a test says of goroutines that outlive it (goleak's `Goroutine 7 in state select, with f on top of the stack:`,
leaktest's `leaked goroutine: goroutine 7 [select]:`, what gomega's gleak lists and those of net/http and etcd count)
becomes the runtime's, marked so.
Nothing is parsed here but that.
"""

import re
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, islice, repeat

from pprof_lens.profile.log_lines import header_in, like

NAMED_BY_A_CHECK = "outlived its test"
"""Stands behind the state of a goroutine that a check of a test named."""

PLACE = re.compile(r"[\t ]*(\S.*):([0-9]{1,9})(?: \+0x[0-9a-f]+)?(?: fp=\S+ sp=\S+)?(?: pc=\S+)?$")
"""The line below a call: its file and line."""

_CHECKED = re.compile(
    r"[\[ ]Goroutine ([0-9]{1,18}) in state ([^\]\"\n]{1,200}?), with \S{1,1000} on top of the stack:"
    r"(?:\\n\s*goroutine [0-9]{1,18} \[[^\]\n]{1,200}\]:)?"  # by goleak until 1.2 both, here in one field of JSON
    r"|[Ll]eaked goroutine: goroutine ([0-9]{1,18}) \[([^\]\"\n]{1,200})\]:"
)
_LISTED = re.compile(r"Expected not to leak [0-9]{1,9} goroutines:$")
_LISTED_HEADER = re.compile(r"goroutine ([0-9]{1,18}) \[([^\]\n]{1,200})\]$")
_COUNTED = re.compile(r"Too many goroutines running after .{1,100}\btest\(s\)\.$")
_INSTANCES = re.compile(r"\b([0-9]{1,9}) instances of:$")
_OF_STACK = re.compile(r"\)$|created by \S|\S:[0-9]{1,9}(?: \+0x[0-9a-f]+)?$")
_MOST_REPEATED = 100_000
"""Lines of all instances in one text, of which a goroutine has some twenty."""
_AT = re.compile(r"\S[^\n]*:[0-9]{1,9}$")
_FRAME = re.compile(r"\S.*\)$")
_INDENTED = re.compile(r"(.{0,500}?)\t\S")
_INDENT = "    "
_LONGEST_PREFIX = 500
_MOST_PREFIXES = 100
"""In one text; each costs as much as the lines of a dump."""


_NO_POINTER = re.compile(r"(?<=\.)\((?:_|\\\*)?(?=[A-Za-z]\w*(?:\[[^\]]{0,200}\])?\)\.)")


def with_pointers(text: str) -> str:
    """The name of a method with the `*` of its receiver, of which Markdown makes `(_T)` or, copied from a page, `(T)`.

    No receiver stands in parentheses without one.
    """
    return _NO_POINTER.sub("(*", text) if ".(" in text else text


def as_of_the_runtime(lines: Iterable[str]) -> Iterator[str]:
    """The lines with the headers of checks as the runtime writes its own; of two for one goroutine the check's."""
    checked = ""
    for line in lines:
        if ("Goroutine " in line or "eaked goroutine: " in line) and (found := [*_CHECKED.finditer(line)]):
            checked = found[-1][1] or found[-1][3]
            yield _CHECKED.sub(rf"goroutine \1\3 [\2\4, {NAMED_BY_A_CHECK}]:", line)
            continue
        if not checked or f"goroutine {checked} [" not in line:
            yield line
        checked = ""


def uncounted(lines: Iterable[str]) -> Iterator[str]:
    """The lines with the stacks that the checks of net/http and etcd count (`2 instances of:`), each as often."""
    is_list, times, left, before = False, 0, _MOST_REPEATED, ""
    stack: list[str] = []
    for line in lines:
        found = _INSTANCES.search(line) if is_list and line.endswith(" instances of:") else None
        if times and (found or not _OF_STACK.search(line)):
            times = max(1, min(times, left // len(stack)))
            left -= times * len(stack)
            yield from chain(chain.from_iterable(repeat(stack, times)), (before,))
            times = 0
        if found:
            times = max(1, int(found[1]))
            before = line[: found.start()]
            stack = [f"{before}goroutine 0 [, {NAMED_BY_A_CHECK}]:"]
        elif times:
            stack.append(line)
        else:
            is_list = is_list or (line.endswith(" test(s).") and bool(_COUNTED.search(line)))
            yield line
    if times:
        yield from chain.from_iterable(repeat(stack, max(1, min(times, left // len(stack)))))


def unlisted(lines: Iterable[str]) -> Iterator[str]:
    """The lines with those of a list of gleak's, a frame on each (`f(...) at dir/file.go:7`), as the runtime's two."""
    is_list = False
    for line in lines:
        if line.endswith(" goroutines:") and _LISTED.search(line):
            is_list = True
        elif is_list:
            listed = _listed(line.rpartition(_INDENT)[2].strip())
            is_list = bool(listed)
            yield from listed or ("", line)
            continue
        yield line


def _listed(text: str) -> tuple[str, ...]:
    """The lines of the runtime's for one of a list; none for what is none."""
    if header := _LISTED_HEADER.match(text):
        return "", f"goroutine {header[1]} [{header[2]}, {NAMED_BY_A_CHECK}]:"
    called, _, place = text.rpartition(" at ")
    is_frame = called.endswith(")") or called.startswith("created by ")
    return (called, f"\t{place}") if is_frame and _AT.match(place) else ()


def unindented(lines: Iterable[str]) -> Iterator[str]:
    """The lines with those of messages as the program wrote them; a blank one ends each message."""
    given, ahead = iter(lines), deque[str]()
    prefixes: dict[str, re.Pattern[str]] = {}
    behind: re.Pattern[str] | None = None
    while (line := ahead.popleft() if ahead else next(given, None)) is not None:
        if line.endswith(":") and (start := _start(line)):
            ahead += islice(given, 2 - len(ahead))
            behind = _of_others(line[:start], ahead, prefixes)
            yield line if behind is None else line[start:]
        elif behind is None:
            yield line
        elif found := behind.match(line):
            yield line[found.end() :]
        else:
            behind = None
            yield ""
            yield line


def _start(line: str) -> int:
    """Where a header begins that stands behind something else; 0 where none does."""
    header = header_in(line) if "goroutine " in line and not line.startswith("goroutine ") else None
    return header.start() if header and header.start() <= _LONGEST_PREFIX else 0


def _of_others(prefix: str, below: Sequence[str], known: "dict[str, re.Pattern[str]]") -> "re.Pattern[str] | None":
    """What stands before the lines below a header with that prefix; None where no frame stands there."""
    if len(below) < 2 or not _FRAME.search(below[0]) or not PLACE.match(below[1]):
        return None
    indented = _INDENTED.match(below[1])
    for each in (prefix, *((indented[1],) if indented else ())):
        if each not in known and len(known) >= _MOST_PREFIXES:
            return None
        pattern = known.setdefault(each, like(each))
        called, place = (pattern.match(line) for line in below)
        if called and place and _FRAME.match(below[0], called.end()) and PLACE.match(below[1], place.end()):
            return pattern
    return None
