"""Diagnostics: leaks, hot lines, stale sources and broken budgets, pushed where they changed, taken away where not.

They are found on the worker, once what is shown is there, and told of the Snapshot that they were found in.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator

from lsprotocol import types

from pprof_lens.annotate import hot_lines, stale
from pprof_lens.annotate.findings import Finding, Related, pattern_of
from pprof_lens.annotate.hot_lines import HotLine
from pprof_lens.editor.shown import Shown
from pprof_lens.leaks import Leak
from pprof_lens.lsp.convert import SOURCE, whole_line
from pprof_lens.lsp.server import ProfileServer
from pprof_lens.session.snapshot import Snapshot
from pprof_lens.source.drift import Drift

Told = tuple[str, types.Diagnostic]
"""A diagnostic, and the URI of its file."""


def push(ls: ProfileServer) -> None:
    """Send the diagnostics of each file where they changed."""
    found: dict[str, list[types.Diagnostic]] = defaultdict(list)
    for uri, diagnostic in (*_all(ls, ls.backend.shown), *_budgets(ls)):
        found[uri].append(diagnostic)
    for uri in sorted(ls.published.keys() | found.keys()):
        if ls.published.get(uri, []) != found.get(uri, []):
            ls.text_document_publish_diagnostics(types.PublishDiagnosticsParams(uri, found.get(uri, [])))
    ls.published = dict(found)


def _all(ls: ProfileServer, shown: Shown) -> Iterator[Told]:
    if shown.snapshot is None or not shown.of.settings.diagnostics_enabled:
        return
    found = shown.findings
    if found.snapshot is not None:
        for line in found.hot_lines:
            yield from _hot_line(ls, found.snapshot, line)
    for leak in found.leaks:
        for told in (leak, *leak.origins):
            yield from _leak(ls, told, leak.finding)
    for uri, drift in ls.backend.files.drifts(shown.snapshot):
        yield from _stale(shown.snapshot, uri, drift)


def _leak(ls: ProfileServer, leak: Leak, main: Finding) -> Iterator[Told]:
    """`main` is what the settings can ignore: the finding itself, or the one whose origin it is."""
    if (at := _code_at(ls, leak.path, leak.finding.line)) is not None:
        yield (
            at.uri,
            types.Diagnostic(
                range=at.range,
                message=leak.finding.message,
                severity=types.DiagnosticSeverity.Warning,
                code=leak.finding.code,
                source=SOURCE,
                related_information=list(_related(ls, leak)),
                data={"pattern": pattern_of(main), "function": main.function, "grade": main.grade},
            ),
        )


def _related(ls: ProfileServer, leak: Leak) -> Iterator[types.DiagnosticRelatedInformation]:
    for place, path in leak.related:
        if (at := _code_at(ls, path, place.line)) is not None:
            yield types.DiagnosticRelatedInformation(at, place.message)


def _hot_line(ls: ProfileServer, snapshot: Snapshot, hot: HotLine) -> Iterator[Told]:
    found = snapshot.files.local[hot.profile_path]
    if (at := _code_at(ls, found.path, hot.line)) is not None:
        yield (
            at.uri,
            types.Diagnostic(
                range=at.range,
                message=hot.message,
                severity=types.DiagnosticSeverity.Information,
                code=hot_lines.CODE,
                source=SOURCE,
                related_information=list(_call_path(ls, snapshot, hot.callers)),
            ),
        )


def _call_path(
    ls: ProfileServer, snapshot: Snapshot, callers: Iterable[Related]
) -> Iterator[types.DiagnosticRelatedInformation]:
    for caller in callers:
        found = snapshot.files.local.get(caller.profile_path)
        if found is not None and found.path is not None:
            declared = whole_line(max(caller.line - 1, 0))
            yield types.DiagnosticRelatedInformation(
                types.Location(ls.backend.files.uri_of(found.path), declared), caller.message
            )


def _stale(snapshot: Snapshot, uri: str, drift: Drift) -> Iterator[Told]:
    message = stale.message(drift, snapshot.profile.time_nanos)
    if message:
        yield (
            uri,
            types.Diagnostic(
                range=whole_line(0),
                message=message,
                severity=types.DiagnosticSeverity.Information,
                code=stale.CODE,
                source=SOURCE,
            ),
        )


def _budgets(ls: ProfileServer) -> Iterator[Told]:
    """The budgets that are broken, each on its benchmark as it stands now."""
    if not ls.backend.settings.diagnostics_enabled:
        return
    for wrong in ls.backend.runs.wrong():
        uri, name = ls.backend.files.uri_of(wrong.path), wrong.function.rpartition(".")[2]
        line = next((now.line for now in ls.backend.files.functions(uri) if now.name == name), wrong.line) - 1
        warning = types.DiagnosticSeverity.Warning
        yield (
            uri,
            types.Diagnostic(
                _code_range(ls, uri, line), wrong.message, severity=warning, code=wrong.code, source=SOURCE
            ),
        )


def _code_at(ls: ProfileServer, path: str | None, profile_line: int) -> types.Location | None:
    """Where the code of a profile's line is now; None where that is not known."""
    if path is None:
        return None
    uri = ls.backend.files.uri_of(path)
    line = ls.backend.files.line_now(uri, profile_line)
    if line is None:
        return None
    return types.Location(uri, _code_range(ls, uri, line))


def _code_range(ls: ProfileServer, uri: str, line: int) -> types.Range:
    columns = ls.backend.files.code_columns(uri, line)
    if columns is None:
        return whole_line(line)
    return types.Range(types.Position(line, columns[0]), types.Position(line, columns[1]))
