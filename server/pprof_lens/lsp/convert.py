"""Plain data of `annotate` to LSP types; positions in the buffer count from 0, columns in UTF-16 code units.

Lines of a profile count from 1 and become lines of the buffer in `source`, not here.
"""

from contextlib import suppress
from functools import lru_cache
from pathlib import Path

from lsprotocol import types
from pygls.uris import to_fs_path

from pprof_lens.analysis.names import short
from pprof_lens.annotate.hints import Hint
from pprof_lens.annotate.lenses import Lens
from pprof_lens.live.address import is_url
from pprof_lens.source.buffer import Change
from pprof_lens.source.lines import Units

SOURCE = "pprof-lens"
"""Whose diagnostics they are, as the Problems panel names it."""

_KEPT = 4_000
"""Hints and lenses that are kept: editors ask for the same ones again and again, and lsprotocol's take 7 us each."""


def whole_line(line: int) -> types.Range:
    """From the start of a line to beyond its end: editors clip a range at the line's real end."""
    return types.Range(types.Position(line, 0), types.Position(line, 1_000))


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


def local_path(uri: str) -> str | None:
    """The path that a URI of an editor names on this machine; None where it names none."""
    try:
        return to_fs_path(uri)
    except ValueError:  # what stands for a host is none
        return None


def absolute(name: str, root: str | None) -> str:
    """A path that a user gave, relative to the root, or as a `file:` URI; an address as it is."""
    if is_url(name):
        return name
    path = Path((local_path(name) if name.startswith("file:") else name) or name)
    with suppress(RuntimeError):  # no user of that name has a home
        path = path.expanduser()
    return str(path if path.is_absolute() or root is None else Path(root) / path)


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
