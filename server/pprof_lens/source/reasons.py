"""Why values live on the heap, and what is not inlined: from what `cmd/compile -json=0` writes, a file of source each.

Rows are LSP diagnostics in JSON, one a line, after a header that names the file; a decision whose code was inlined
stands at the outer call, with the way to its own place in `inlineLoc` rows before its flow (cmd/compile/internal/
logopt). Positions are lines from 1. Nothing is read here, and no row that cannot be understood is told.
"""

import json
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import takewhile
from typing import Literal, NamedTuple

from pprof_lens.source.gofuncs import scan

_MOST_STEPS = 40
_FROM = re.compile(r"escflow: +from (.*) \(([^()]*)\)$", re.DOTALL)
_ESCAPED = re.compile(r"(?:%[0-9A-Fa-f]{2})+")
_ESCAPES = " escapes to heap"
_INLINED = "inlineLoc"
_FUNC = re.compile(rb"\bfunc\b")
_GROWN = re.compile(r"\b(\w+)[ \t]*=[ \t]*append\([ \t]*\1\b")
_NOT_INLINED: Mapping[str, Literal["function", "call"]] = {
    "cannotInlineFunction": "function",
    "cannotInlineCall": "call",
}


class Place(NamedTuple):
    """A line of a source file, from 1."""

    path: str
    line: int


class Step(NamedTuple):
    """A step of the flow of a value: the expression that it goes through, and how, in the compiler's words.

    `column` counts bytes, from 1.
    """

    at: Place
    expression: str
    how: str
    column: int = 0


class Reason(NamedTuple):
    """A value that lives on the heap. `called` is the call that it was inlined into, None where it was not."""

    at: Place
    what: str
    steps: tuple[Step, ...]
    called: Place | None = None


class NotInlined(NamedTuple):
    """A function that is inlined nowhere, where it is declared, or one call that is not; `why` is the compiler's."""

    at: Place
    kind: Literal["function", "call"]
    why: str


Decision = Reason | NotInlined


class Function(NamedTuple):
    """A function and its lines; `name` is empty where it is a literal, `not_inlined` is why it is inlined nowhere."""

    name: str
    line: int
    end_line: int
    not_inlined: str = ""


@dataclass(frozen=True, slots=True)
class Explained:
    """A file as it was compiled: by line, from 1, which values live on the heap and which calls are not inlined."""

    path: str
    lines: tuple[str, ...]
    by_line: Mapping[int, tuple[Reason, ...]]
    calls: Mapping[int, tuple[NotInlined, ...]]
    functions: tuple[Function, ...]

    def function_at(self, step: Step) -> Function | None:
        """The innermost function of this file that a step is in."""
        line = step.at.line
        around = (of for of in self.functions if step.at.path == self.path and of.line <= line <= of.end_line)
        inside = (of for of in around if of.line < line or of.name or self._is_in_a_literal(step))
        return max(inside, key=lambda of: of.line, default=None)

    def grown(self, line: int) -> frozenset[str]:
        """The slices that the function around a line, from 1, appends to: they may begin on its stack (Go 1.26)."""
        around = (of for of in self.functions if of.line <= line <= of.end_line)
        inner = max(around, key=lambda of: of.line, default=None)
        text = "\n".join(self.lines[inner.line - 1 : inner.end_line]) if inner is not None else ""
        return frozenset(_GROWN.findall(text))

    def _is_in_a_literal(self, step: Step) -> bool:
        """Whether a literal begins before the step on its line."""
        line = "".join(self.lines[step.at.line - 1 : step.at.line])
        before = line.encode()[: max(0, step.column - 1)]
        is_declared_here = any(of.name and of.line == step.at.line for of in self.functions)
        return len(_FUNC.findall(before)) > is_declared_here


def source_of(header: bytes) -> str:
    """The path of the source file that the rows after this header are of; empty where it is no header."""
    row = _row(header)
    return _text(row, "file") if row.get("version") == 0 else ""


def decisions(rows: Iterable[bytes], path: str) -> Iterator[Decision]:
    """The values of these rows that live on the heap, and what is not inlined; `path` is the file that they are of."""
    for line in rows:
        if b'"escape' not in line and b'"cannotInline' not in line:  # most rows say what can be done
            continue
        row = _row(line)
        code, message, at = _text(row, "code"), _text(row, "message"), Place(path, _start(row, "line"))
        if code in {"escape", "escapes"} and message.endswith(_ESCAPES):
            yield _reason(row, message.removesuffix(_ESCAPES), at)
        elif code in _NOT_INLINED and message:
            yield NotInlined(_inner(row) or at, _NOT_INLINED[code], message)


def explained(path: str, text: str, decisions: Iterable[Decision]) -> Explained:
    """What was decided of the lines of a file with this text."""
    by_line: dict[int, list[Reason]] = defaultdict(list)
    calls: dict[int, list[NotInlined]] = defaultdict(list)
    functions: dict[int, str] = {}
    for decision in decisions:
        if isinstance(decision, Reason):
            by_line[decision.at.line].append(decision)
        elif decision.kind == "call":
            calls[decision.at.line].append(decision)
        else:
            functions.setdefault(decision.at.line, decision.why)
    found = scan(text)
    return Explained(
        path,
        tuple(text.split("\n")),
        {line: tuple(of) for line, of in by_line.items()},
        {line: tuple(of) for line, of in calls.items()},
        (
            *(Function("", of.line, of.end_line, functions.get(of.line, "")) for of in found.literals),
            *(Function(of.name, of.line, of.end_line, functions.get(of.line, "")) for of in found.functions),
        ),
    )


def _reason(row: Mapping[str, object], what: str, outer: Place) -> Reason:
    steps: list[Step] = []
    for entry in _related(row):
        location, message = entry.get("location"), _text(entry, "message")
        found = _FROM.match(message)
        if message == _INLINED and steps:  # the innermost one is the last
            steps[-1] = steps[-1]._replace(at=_place(location), column=_start(location, "character"))
        elif found is not None and len(steps) < _MOST_STEPS:
            steps.append(Step(_place(location), found[1], found[2], _start(location, "character")))
    inner = _inner(row)
    return Reason(inner or outer, what, tuple(steps), outer if inner is not None else None)


def _inner(row: Mapping[str, object]) -> Place | None:
    """Where the code stands that was inlined; None where it is not of another function."""
    leading = takewhile(lambda entry: _text(entry, "message") == _INLINED, _related(row))
    return next((_place(entry.get("location")) for entry in reversed(list(leading))), None)


def _related(row: Mapping[str, object]) -> list[Mapping[str, object]]:
    related = row.get("relatedInformation")
    return [entry for entry in related if isinstance(entry, dict)] if isinstance(related, list) else []


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
    path = _ESCAPED.sub(lambda found: _bytes(found[0]).decode("utf-8", "replace"), uri)
    return Place(path, _start(location, "line"))


def _bytes(escaped: str) -> bytes:
    return bytes.fromhex(escaped.replace("%", ""))


def _start(ranged: object, what: Literal["line", "character"]) -> int:
    match ranged:
        case {"range": {"start": {**start}}}:
            found = start.get(what)
            return found if isinstance(found, int) else 0
    return 0
