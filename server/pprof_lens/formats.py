"""Problems in the forms that other tools read: SARIF, GitHub's workflow commands, a table for a pull request.

`leaks` and `bench` share them. Names and paths come from profiles and are untrusted: each form escapes what it gives a
meaning to. Nothing is judged, written or read here.
"""

import hashlib
import re
from collections.abc import Iterable, Iterator, Sequence
from pathlib import PurePath
from typing import NamedTuple
from urllib.parse import quote

from pprof_lens.profile.plain import harmless

SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"

_LINK = re.compile(r"\[(?=[^\[\]]{0,1000}\]\()")
_MARKDOWN = re.compile(r"[\\`*_{}\[\]<>()#+!|~&$]")
_MENTION = re.compile(r"(?<!\w)@(?=\w)")


class Line(NamedTuple):
    """A line of a local file, or of one that the profile names and that was not found; and what is said of it."""

    path: str
    line: int
    message: str


class Problem(NamedTuple):
    """What is wrong on a line. `code` and `function` stay when lines move; `related` are further lines, nearest first.

    `is_proved` where no doubt is left.
    """

    code: str
    function: str
    at: Line
    is_proved: bool = False
    related: tuple[Line, ...] = ()


def sarif(problems: Sequence[Problem], *, version: str, root: str, notes: Iterable[str]) -> dict[str, object]:
    """A log of SARIF 2.1.0 (OASIS): paths below `root` are relative to it; `notes` is what else the run has to say."""
    codes = tuple(dict.fromkeys(problem.code for problem in problems))
    return {
        "$schema": SCHEMA,
        "version": "2.1.0",
        "runs": [
            {
                "tool": {
                    "driver": {
                        "name": "Pprof Lens",
                        "version": version,
                        "rules": [{"id": code, "name": _pascal(code)} for code in codes],
                    }
                },
                "columnKind": "unicodeCodePoints",
                "originalUriBaseIds": {"ROOT": {"uri": f"{_uri(PurePath(root).as_posix())}/"}},
                "invocations": [
                    {
                        "executionSuccessful": True,
                        "toolExecutionNotifications": [
                            {"level": "note", "message": {"text": _without_links(note)}} for note in notes
                        ],
                    }
                ],
                "results": [_result(problem, codes.index(problem.code), root) for problem in problems],
            }
        ],
    }


def github(problems: Iterable[Problem], *, root: str) -> Iterator[str]:
    """A workflow command of GitHub Actions for each problem, with its further lines in its message."""
    for problem in problems:
        at = problem.at
        further = (f"{_below(line.path, root)}:{line.line}: {line.message}" for line in problem.related)
        text = "\n".join(map(harmless, (at.message, *further)))
        place = f"file={_property(_below(at.path, root))},line={max(at.line, 1)},title={_property(problem.code)}"
        yield f"::{'error' if problem.is_proved else 'warning'} {place}::{_data(text)}"


def markdown(problems: Sequence[Problem], *, root: str, notes: Iterable[str]) -> Iterator[str]:
    """A table with a row for each problem, and the notes below it."""
    if problems:
        yield "| where | what | |"
        yield "|---|---|---|"
        for problem in problems:
            place = f"{_below(problem.at.path, root)}:{problem.at.line}"
            yield f"| {_cell(place)} | {_cell(problem.code)} | {_cell(problem.at.message)} |"
        yield ""
    yield from map(_cell, notes)


def _result(problem: Problem, rule: int, root: str) -> dict[str, object]:
    identity = hashlib.sha256(f"{problem.code}\0{problem.function}".encode("utf-8", "surrogatepass")).hexdigest()
    result: dict[str, object] = {
        "ruleId": problem.code,
        "ruleIndex": rule,
        "level": "error" if problem.is_proved else "warning",
        "message": {"text": _without_links(problem.at.message)},
        "locations": [{"physicalLocation": _location(problem.at, root)}],
        "partialFingerprints": {"codeAndFunction/v1": identity},
    }
    if problem.related:
        result["relatedLocations"] = [
            {"id": i, "physicalLocation": _location(line, root), "message": {"text": _without_links(line.message)}}
            for i, line in enumerate(problem.related)
        ]
    return result


def _location(line: Line, root: str) -> dict[str, object]:
    pure, below = PurePath(line.path), _below(line.path, root)
    artifact = {"uri": _uri(below) if pure.is_absolute() else quote(below, errors="surrogateescape")}
    if pure.is_relative_to(root):
        artifact = {"uri": quote(below, errors="surrogateescape"), "uriBaseId": "ROOT"}
    return {"artifactLocation": artifact, "region": {"startLine": max(line.line, 1)}}


def _below(path: str, root: str) -> str:
    """The path with slashes, relative where it is below `root`."""
    pure = PurePath(path)
    return (pure.relative_to(root) if pure.is_relative_to(root) else pure).as_posix()


def _uri(path: str) -> str:
    return "file://" + quote(path if path.startswith("/") else f"/{path}", errors="surrogateescape")


def _without_links(text: str) -> str:
    """As plain text of SARIF, in which `[words](place)` would be a link."""
    return _LINK.sub(r"\\[", harmless(text))


def _pascal(code: str) -> str:
    return "".join(word.capitalize() for word in code.split("-"))


def _data(text: str) -> str:
    """What stands behind `::` of a workflow command."""
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(harmless(text)).replace(":", "%3A").replace(",", "%2C")


def _cell(text: str) -> str:
    """As text of GitHub's Markdown that renders nothing, and calls nobody."""
    return _MENTION.sub("@<!-- -->", _MARKDOWN.sub(r"\\\g<0>", harmless(text)))
