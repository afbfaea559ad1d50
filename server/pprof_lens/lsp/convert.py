"""Plain data of `annotate` to LSP types; positions in the buffer count from 0, columns in UTF-16 code units.

Lines of a profile count from 1 and become lines of the buffer in `source`, not here.
"""

import os
from functools import lru_cache

from lsprotocol import types
from pygls.uris import to_fs_path

from pprof_lens.analysis.names import short
from pprof_lens.annotate.diagnostics import Code, Diagnostic
from pprof_lens.annotate.hints import Hint
from pprof_lens.annotate.lenses import Lens
from pprof_lens.contract import PREFIX
from pprof_lens.editor import benchmarks
from pprof_lens.source.buffer import Change
from pprof_lens.source.lines import Units

RUN_IN_CLIENT = "pprofLens.runTest"
"""The command behind a test's lens in our own client."""

SOURCE = "pprof-lens"
"""Whose diagnostics they are, as the Problems panel names it."""

_KEPT = 4_000
"""Hints and lenses that are kept: editors ask for the same ones again and again, and lsprotocol's take 7 us each."""


@lru_cache(maxsize=_KEPT)
def inlay_hint(hint: Hint, column: int, show_call_tree: str, uri: str) -> types.InlayHint:
    """A hint behind the last character of its line; a click opens the call tree of the line."""
    command = types.Command("Show call tree", show_call_tree, arguments=[{"uri": uri, "line": hint.line}])
    part = types.InlayHintLabelPart(value=hint.label, tooltip=hint.tooltip, command=command)
    return types.InlayHint(position=types.Position(hint.line, column), label=(part,), padding_left=True)


@lru_cache(maxsize=_KEPT)
def code_lens(lens: Lens, show_call_tree: str) -> types.CodeLens:
    """A lens above its function; a click opens the call tree of the declaration."""
    root = {"function": lens.function, "declaration": lens.function, "title": short(lens.function)}
    start = types.Position(lens.line, 0)
    return types.CodeLens(types.Range(start, start), types.Command(lens.title, show_call_tree, arguments=[root]))


def run_hint(hint: benchmarks.Hint) -> types.InlayHint:
    """A hint behind what a line has of a benchmark."""
    part = types.InlayHintLabelPart(value=hint.label, tooltip=hint.tooltip)
    return types.InlayHint(types.Position(hint.line, hint.column), label=(part,), padding_left=True)


def run_lens(lens: benchmarks.Lens, *, is_ours: bool) -> types.CodeLens:
    """A lens of a test; our own client runs one itself, with what the user's settings for Go say."""
    command = RUN_IN_CLIENT if is_ours and lens.command == "bench" else PREFIX + lens.command
    start = types.Position(lens.line, 0)
    return types.CodeLens(types.Range(start, start), types.Command(lens.title, command, arguments=[lens.argument]))


def diagnostic(told: Diagnostic) -> types.Diagnostic:
    """A problem on the code of its line, or on all of it."""
    severity = types.DiagnosticSeverity.Warning if told.is_warning else types.DiagnosticSeverity.Information
    related = [
        types.DiagnosticRelatedInformation(types.Location(at.uri, _range(at)), said) for at, said in told.related
    ]
    return types.Diagnostic(
        range=_range(told.at),
        message=told.message,
        severity=severity,
        code=told.code,
        source=SOURCE,
        related_information=related or None,
        data=told.data,
    )


def _range(at: Code) -> types.Range:
    """The code of a line; from its start to beyond its end where that is not known: editors clip it there."""
    first, last = at.columns or (0, 1_000)
    return types.Range(types.Position(at.line, first), types.Position(at.line, last))


def silencing(uri: str, problem: types.Diagnostic, column: int) -> types.CodeAction:
    """A quick fix that writes behind the problem's line that it is known and meant."""
    end = types.Position(problem.range.start.line, column)
    edit = types.TextEdit(types.Range(end, end), f" //pprof:ignore {problem.code} reason")
    return types.CodeAction(
        title=f"Silence {problem.code} on this line",
        kind=types.CodeActionKind.QuickFix,
        diagnostics=[problem],
        edit=types.WorkspaceEdit(changes={uri: [edit]}),
    )


def ignoring(problem: types.Diagnostic) -> list[types.CodeAction]:
    """A quick fix that adds the problem's pattern to the setting, by a command that only our own client has."""
    data = problem.data if isinstance(problem.data, dict) else {}
    pattern, function = data.get("pattern"), data.get("function")
    if not isinstance(pattern, str) or not isinstance(function, str):
        return []
    title = f"Never report {problem.code} in {short(function)}"
    return [
        types.CodeAction(
            title=title,
            kind=types.CodeActionKind.QuickFix,
            diagnostics=[problem],
            command=types.Command(title, "pprofLens.neverReport", arguments=[pattern]),
        )
    ]


def showing_stacks(problem: types.Diagnostic) -> types.CodeAction | None:
    """The action of a leak's problem; None where that does not tell its function."""
    data = problem.data if isinstance(problem.data, dict) else {}
    function = data.get("function")
    if not isinstance(function, str):
        return None
    title, asked = "Show the Stacks", {"code": problem.code, "function": function}
    return types.CodeAction(
        title=title,
        kind=types.CodeActionKind.QuickFix,
        diagnostics=[problem],
        command=types.Command(title, f"{PREFIX}showStacks", arguments=[asked]),
    )


def explaining(uri: str, kind: str) -> types.CodeAction:
    """The action on a Go file that says why the lines of its package allocate."""
    title = "Explain Allocations of This Package"
    command = types.Command(title, f"{PREFIX}explainAllocations", arguments=[{"uri": uri}])
    return types.CodeAction(title=title, kind=kind, command=command)


def local_path(uri: str) -> str | None:
    """The path that a URI of an editor names on this machine; None where it names none."""
    try:
        path = to_fs_path(uri) or ""
        os.fsencode(path)
    except ValueError:  # what stands for a host is none, or the system has no such characters
        return None
    return path if path and "\0" not in path else None


def change(sent: types.TextDocumentContentChangePartial) -> Change:
    """An editor's change of a part of a document, in our words."""
    start, end = sent.range.start, sent.range.end
    return Change(start.line, start.character, end.line, end.character, sent.text)


def units(encoding: str | None) -> Units:
    """What columns count, as it was agreed with the editor."""
    match encoding:
        case "utf-8":
            return "utf-8"
        case "utf-32":
            return "utf-32"
        case _:
            return "utf-16"
