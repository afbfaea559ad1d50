"""Why the compiler lets values live on the heap: read from what `cmd/compile -json=0` writes, a file of source each.

Rows are LSP diagnostics in JSON, one a line, after a header that names the file; a decision whose code was inlined
stands at the outer call, with the way to its own place in `inlineLoc` rows before its flow (cmd/compile/internal/
logopt). Positions are lines from 1. Nothing is read here, and no row that cannot be understood is told.
"""

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

_MOST_STEPS = 40
_FROM = re.compile(r"escflow: +from (.*) \(([^()]*)\)$", re.DOTALL)
_ESCAPED = re.compile(r"(?:%[0-9A-Fa-f]{2})+")
_ESCAPES = " escapes to heap"


class Place(NamedTuple):
    """A line of a source file, from 1."""

    path: str
    line: int


class Step(NamedTuple):
    """A step of the flow of a value: the expression that it goes through, and how, in the compiler's words."""

    at: Place
    expression: str
    how: str


class Reason(NamedTuple):
    """A value that lives on the heap. `called` is the call that it was inlined into, None where it was not."""

    at: Place
    what: str
    steps: tuple[Step, ...]
    called: Place | None = None


def source_of(header: bytes) -> str:
    """The path of the source file that the rows after this header are of; empty where it is no header."""
    row = _row(header)
    return _text(row, "file") if row.get("version") == 0 else ""


def reasons(rows: Iterable[bytes], path: str) -> Iterator[Reason]:
    """The values of these rows that live on the heap; `path` is the file that the rows are of."""
    for line in rows:
        if b'"escape' not in line:  # most rows say what can be inlined
            continue
        row = _row(line)
        message = _text(row, "message")
        if row.get("code") in {"escape", "escapes"} and message.endswith(_ESCAPES):
            yield _reason(row, message.removesuffix(_ESCAPES), Place(path, _line(row)))


def _reason(row: Mapping[str, object], what: str, outer: Place) -> Reason:
    related = row.get("relatedInformation")
    inlined: list[Place] = []
    steps: list[Step] = []
    is_in_flow = False
    for entry in related if isinstance(related, list) else ():
        if not isinstance(entry, dict):
            continue
        at, message = _place(entry.get("location")), _text(entry, "message")
        found = _FROM.match(message)
        is_in_flow = is_in_flow or message.startswith("escflow:")
        if message == "inlineLoc" and not is_in_flow:
            inlined.append(at)
        elif message == "inlineLoc" and steps:
            steps[-1] = steps[-1]._replace(at=at)  # the innermost one is the last
        elif found is not None and len(steps) < _MOST_STEPS:
            steps.append(Step(at, found[1], found[2]))
    return Reason(inlined[-1] if inlined else outer, what, tuple(steps), outer if inlined else None)


def _row(line: bytes) -> Mapping[str, object]:
    try:
        row = json.loads(line)
    except (ValueError, RecursionError):
        return {}
    return row if isinstance(row, dict) else {}


def _text(row: Mapping[str, object], name: str) -> str:
    value = row.get(name)
    return value if isinstance(value, str) else ""


def _place(location: object) -> Place:
    if not isinstance(location, dict):
        return Place("", 0)
    uri = _text(location, "uri").removeprefix("file://")
    return Place(_ESCAPED.sub(lambda found: _bytes(found[0]).decode("utf-8", "replace"), uri), _line(location))


def _bytes(escaped: str) -> bytes:
    return bytes.fromhex(escaped.replace("%", ""))


def _line(ranged: Mapping[str, object]) -> int:
    match ranged.get("range"):
        case {"start": {"line": int(line)}}:
            return line
    return 0
