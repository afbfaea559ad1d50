r"""The lines of a goroutine dump out of a log that keeps something before each line, or each line as a quoted field.

What stands before the first goroutine's header says what stands before the others: the same words, with other numbers
and days (`2026-01-05T12:00:01.5Z `, `Jan 05 12:00:01 host app[123]: `). Of JSON, however deep and whatever stands
before it, of `msg="goroutine 1 [running]:\n"` and of a table as CSV, it is the field that has the header. Programs that
write to one log are told apart by the numbers of their names and processes (`api-1  | `) and by fields such as
`Package`; the lines of each come together, one program after the other. Lines of others in between are passed over.
Nothing is parsed here but that.
"""

import csv
import json
import re
from collections import defaultdict, deque
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from itertools import islice
from typing import NamedTuple

from pprof_lens.profile.comments import unquoted

HEADER = re.compile(r"goroutine [0-9]{1,18}(?: gp=\S+ m=\S+(?: mp=\S+)?)? \[[^\]]+\](?: \{.*\})?:$")
_SOON = 8
"""Lines; others may write to the log in between."""
_LONGEST_PREFIX, _LONGEST_HEADER = 500, 10_000
_LONGEST_LINE, _MOST_ESCAPES = 1 << 20, 300_000

_BEFORE = 1_000
"""Lines above a dump that may say of which program it is, and how that ended."""

NEXT_PROGRAM = "\0"
"""A line of none: what comes next is of another program than what came before."""


class Looks(NamedTuple):
    """By what a text is found in a log: headers that end their lines and have the hint, a frame soon below one."""

    hint: str
    header: "re.Pattern[str]"
    frame: "re.Pattern[str]"


OF_A_DUMP = Looks("goroutine ", HEADER, re.compile(r"\s*\S.*\)$"))

Who = tuple[str, ...]
"""Which of several programs that write to one log."""

Part = Callable[[str], "tuple[Who, Sequence[str]] | None"]
"""Whose a line of the log is, and what of it may be of a dump; None for one that has nothing such."""


def unprefixed(lines: Iterable[str], of: Looks = OF_A_DUMP) -> Iterator[str]:
    """The lines without what a log put before them; as they are where a header stands at the start of its line."""
    programs: _Programs | None = None
    above: deque[str] = deque()
    given = iter(lines)
    for line in given:
        if programs is not None:
            yield from programs.told(line)
            continue
        soon = [line]
        if of.hint in line and (part := _part(line, of.header)) is not None:
            # What a panic says may look like a header; below one stands a frame behind the same words.
            soon += islice(given, _SOON)
            framed = {who for who, texts in filter(None, map(part, soon)) if any(map(of.frame.match, texts))}
            if framed:
                programs = _Programs(part, line, framed, of.header)
                for one in above:
                    yield from programs.told(one) if part(one) is not None else (one,)
                above.clear()
                for one in soon:
                    yield from programs.told(one)
                continue
        above.extend(soon)
        while len(above) > _BEFORE:
            yield above.popleft()
    yield from above if programs is None else programs.others()


class _Programs:
    """What the program says that dumps first, and what all others do.

    `framed` are those of which a frame stands below its header; where it is none of, what tells them apart is another
    on each line, and they are one.
    """

    def __init__(self, part: Part, line: str, framed: Collection[Who], header: "re.Pattern[str]") -> None:
        self._part = part
        self._header = header
        found = part(line)
        self._first = found[0] if found is not None else ()
        self._is_one = self._first not in framed
        self._others: dict[Who, list[str]] = defaultdict(list)

    def told(self, line: str) -> Sequence[str]:
        """What of a line the first one says."""
        found = self._part(line)
        if found is None:
            return ()
        who, texts = found
        if self._is_one or who == self._first:
            return texts
        self._others[who] += texts
        return ()

    def others(self) -> Iterator[str]:
        """What the others say that dump as well, one after the other."""
        for texts in self._others.values():
            if any(map(self._header.match, texts)):
                yield from (NEXT_PROGRAM, *texts)


_COLOUR = re.compile(r"\x1b\[[0-9;?]{0,40}[A-Za-z]")


def plain_line(line: str) -> str:
    """The line without colours, and without blanks at its end, which terminals copy along."""
    return (_COLOUR.sub("", line) if "\x1b" in line else line).rstrip()


def _part(line: str, of: "re.Pattern[str]") -> Part | None:
    """How the dump's lines are told from the log's, by the first line that has a header; None where it has none."""
    header = header_in(line, of)
    if header is None:
        field = next((name for name, text in _fields(line) if _has_header(text.splitlines(), of)), None)
        if field is not None:
            return lambda other: _of_field(field, other)
        if _has_header(_strings(line), of):
            return _of_table(line, of) or _of_list
        return _of_table(line, of) or (_of_escaped if _has_header(_unescaped(line), of) else None)
    if header.start() > _LONGEST_PREFIX:
        return None
    prefix = line[: header.start()]
    if not prefix.strip():
        return lambda other: ((), (other,))
    return _behind(_INDENTED.sub(" ", prefix))


def header_in(text: str, of: "re.Pattern[str]" = HEADER) -> "re.Match[str] | None":
    """The header with which a text ends; none in a long one, which can begin as one anywhere and is read from each."""
    return of.search(text) if len(text) <= _LONGEST_HEADER else None


def _has_header(texts: Iterable[str], of: "re.Pattern[str]") -> bool:
    return any(header_in(text, of) for text in texts)


_INDENTED = re.compile(r"\s{4,}$")
"""Behind a log's prefix the lines of a test's message; others of that log stand otherwise."""


def _behind(prefix: str) -> Part:
    """What stands behind a prefix; the numbers of names in it are those of the program."""
    pattern = like(prefix)
    is_cell = prefix.endswith((",", ";", "\t"))

    def part(line: str) -> tuple[Who, Sequence[str]] | None:
        found = pattern.match(line)
        if found is None:
            return None
        text = line[found.end() :]
        if is_cell and len(text) > 1 and text.startswith('"') and text.endswith('"'):
            text = text[1:-1].replace('""', '"')  # of a table, that has quotes only where they are needed
        return found.groups(), (_TAB.sub("\t", text),)

    return part


_TAB = re.compile(r"\A#011")
"""How rsyslog writes a tab."""

_DAYS = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"]
_MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
_HALVES = ["AM", "PM"]
_NUMBER = r"[0-9]+(?:[.,][0-9]+)*"
_OF_NAME = r"(?<![A-Za-z][-_.\[])(?<![A-Za-z]{2})(?<![0-9])"  # what is before `1` in `api-1`, `app[1]` and `api1`
_TAI = "@[0-9a-f]{24}"
"""A time as multilog and s6 write it."""
_CHANGING = re.compile(rf"({_TAI}|\s*{_OF_NAME}{_NUMBER}|\b(?:{'|'.join((*_DAYS, *_MONTHS, *_HALVES))})\b)")


def like(prefix: str) -> "re.Pattern[str]":
    """The same words with any numbers and days, those of names as groups; an empty line may lack white space."""
    words = prefix.rstrip()
    split = [*filter(None, _CHANGING.split(words))]
    parts = (_like_part(part, before) for part, before in zip(split, ("", *split), strict=False))
    return re.compile(f"{''.join(parts)}(?:{re.escape(prefix[len(words) :])}|\\s*$)")


def _like_part(part: str, before: str) -> str:
    if re.fullmatch(_TAI, part):
        return _TAI
    for names in (_DAYS, _MONTHS, _HALVES):
        if part in names:
            return f"(?:{'|'.join(names)})"
    if re.fullmatch(rf"\s*{_OF_NAME}{_NUMBER}", part) is None:
        return "".join("([0-9]+)" if word.isdigit() else re.escape(word) for word in re.split("([0-9]+)", part))
    if not part[0].isspace():
        return _NUMBER
    space = r"\s+" if before[-1:].isdigit() else r"\s*"  # else digits could be parted in many ways
    return space + _NUMBER


def _of_table(line: str, of: "re.Pattern[str]") -> Part | None:
    """How the cells with the dump's lines are told from the others, by one of them that is a header."""
    for separator in ",;\t":
        column = next((n for n, cell in enumerate(_cells(line, separator)) if header_in(cell, of)), None)
        if column is not None:
            return lambda other: ((), _cells(other, separator)[column : column + 1])
    return None


def _cells(line: str, separator: str) -> list[str]:
    """The cells of a row of a table, whose quoted ones write a quote twice."""
    try:
        return next(csv.reader([line], delimiter=separator)) if line and len(line) <= _LONGEST_HEADER else []
    except csv.Error:
        return []


_STRING = re.compile(r'"[^"\\]*(?:\\.[^"\\]*)*(?:"|\\?$)')
"""One that does not end goes to the end of the line, so that nothing in it is looked at again."""


def _of_list(line: str) -> tuple[Who, Sequence[str]] | None:
    """Of lists of JSON and YAML, as Loki's of times and texts, what is no time."""
    texts = [part for text in _strings(line) if not text.isdigit() for part in text.removesuffix("\n").split("\n")]
    return ((), texts) if texts else None


def _strings(line: str) -> list[str]:
    """The texts of a line that have no names."""
    return list(map(_text, _STRING.findall(line))) if _may_have_texts(line) else []


def _may_have_texts(line: str) -> bool:
    """Whether memory allows to look for them: an expression keeps 150 bytes for each escape that it passed."""
    return len(line) <= _LONGEST_LINE and line.count("\\") <= _MOST_ESCAPES


_LINE_END, _ESCAPED_TAB = re.compile(r"\\+n"), re.compile(r"\\+t")


def _of_escaped(line: str) -> tuple[Who, Sequence[str]]:
    """Of one line that was made of many, be it JSON within JSON."""
    return (), _unescaped(line)


def _unescaped(line: str) -> list[str]:
    if len(line) > _LONGEST_LINE or "\\n" not in line:
        return [line]
    return [_ESCAPED_TAB.sub("\t", part) for part in _LINE_END.split(line)]


_FIELD = re.compile(
    r'(?<![\w.@-])"?([\w.@-]{1,99})"?'
    r'(?:\s{0,8}:\s{0,8}("[^"\\]*(?:\\.[^"\\]*)*")|=("[^"\\]*(?:\\.[^"\\]*)*"|[^\s"]*))'
)
"""A name and its text as JSON and logfmt write them."""


_OF_PROGRAM = re.compile(
    "package|pod(?:_name)?|container(?:_name|_id)?|_?host(?:name)?|instance|service|app|_?pid|_systemd_unit|"
    "syslog_identifier",
    re.IGNORECASE,
)
"""Fields that tell which program a line is of."""


def _of_field(field: str, line: str) -> tuple[Who, Sequence[str]] | None:
    fields = list(_fields(line))
    texts = [part for name, text in fields if name == field for part in text.removesuffix("\n").split("\n")]
    return (tuple(text for name, text in fields if _OF_PROGRAM.fullmatch(name)), texts) if texts else None


def _fields(line: str) -> Iterator[tuple[str, str]]:
    """The texts of a line by their names."""
    if _may_have_texts(line):
        for name, in_json, in_logfmt in _FIELD.findall(line):
            yield name, _text(in_json or in_logfmt)


_HALF = re.compile("[\ud800-\udc7f\udd00-\udfff]")
"""Half a character, which JSON can escape alone; what stands for a byte that is none (U+DC80 to U+DCFF) stays."""


def _text(written: str) -> str:
    if not written.startswith('"'):
        return written
    try:
        text = _HALF.sub("\ufffd", str(json.loads(written, strict=False)))
    except ValueError:
        text = unquoted(written)
    return _COLOUR.sub("", text)
