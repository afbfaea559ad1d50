"""Diagnostics: leaks, hot lines, stale sources and broken budgets, pushed where they changed, taken away where not.

They are found on the worker, once what is shown is there, and told of the Snapshot that they were found in.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from lsprotocol import types

from pprof_lens import leaks
from pprof_lens.analysis.verdict import Finder
from pprof_lens.annotate import charts, hot_lines, stale
from pprof_lens.annotate.findings import Finding, Related, pattern_of
from pprof_lens.annotate.hot_lines import HotLine
from pprof_lens.annotate.repaired import Memory
from pprof_lens.editor.documents import scale_of
from pprof_lens.editor.shown import Findings, Shown
from pprof_lens.leaks import Leak
from pprof_lens.lsp.convert import SOURCE, whole_line
from pprof_lens.lsp.server import ProfileServer
from pprof_lens.session.reading import Stop
from pprof_lens.session.snapshot import Snapshot, path_key
from pprof_lens.source.drift import Drift

Told = tuple[str, types.Diagnostic]
"""A diagnostic, and the URI of its file."""


async def find(ls: ProfileServer, finder: Finder, shown: Shown, stop: Stop) -> Shown:
    """With what is worth a diagnostic. `finder` is the worker's: it knows what earlier captures come to."""
    snapshot, seen, settings = shown.snapshot, shown.surroundings, shown.of.settings
    if snapshot is None or seen is None or not settings.diagnostics_enabled:
        return replace(shown, findings=Findings(memories=shown.findings.memories))

    evidence, column, count = snapshot.evidence, snapshot.column, settings.diagnostics_hot_lines
    hot_by = _found_hot(shown)
    if (column, count) not in hot_by:
        index, scale, own = snapshot.index, scale_of(snapshot), snapshot.files.own
        hot_by[column, count] = await ls.work(lambda: hot_lines.find(index, column, scale, own, count, stop))

    def found() -> Findings:
        ignored, holders = settings.diagnostics_ignore, snapshot.holders
        leaking, waiting = leaks.find(evidence, seen, ignored=ignored, finder=finder, holders=holders)
        declared = leaks.declared((*leaking, *waiting), evidence.starts)
        memories, gone = _remembered(shown, [leak.finding for leak in leaking])
        return Findings(
            snapshot=snapshot,
            hot_lines=hot_by[column, count],
            hot_by=hot_by,
            leaks=leaking,
            waiting=waiting,
            leaking={path_key(path): functions for path, functions in declared.items()},
            trends=finder.trends(evidence),
            overview=charts.overview(evidence),
            memories=memories,
            gone=gone,
        )

    return replace(shown, findings=await ls.work_to_the_end(found))


def _found_hot(shown: Shown) -> dict[tuple[int, int], tuple[HotLine, ...]]:
    """What was found hot in the figures that are shown."""
    of, now = shown.findings.snapshot, shown.snapshot
    is_same = of is not None and now is not None and of.index is now.index and of.files is now.files
    return dict(shown.findings.hot_by) if is_same else {}


def _remembered(shown: Shown, found: Sequence[Finding]) -> tuple[Mapping[str, Memory], tuple[str, ...]]:
    """What was found of each watched program, with this round's findings, and what of it is gone now."""
    memories, content, snapshot = shown.findings.memories, shown.of.content, shown.snapshot
    if content is None or content.watch is None or content.watch.is_refresh or snapshot is None:
        return memories, ()
    url, evidence = content.watch.url, snapshot.evidence
    memory = memories.get(url, Memory()).with_round(evidence, found)
    gone = memory.gone(evidence, found, has_proof=content.watch.watched.proof.given > 0)
    return {**memories, url: memory}, gone


def push(ls: ProfileServer) -> None:
    """Send the diagnostics of each file where they changed."""
    found: dict[str, list[types.Diagnostic]] = defaultdict(list)
    for uri, diagnostic in (*_all(ls, ls.shown), *_budgets(ls)):
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
    for uri, drift in ls.files.drifts(shown.snapshot):
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
                types.Location(ls.files.uri_of(found.path), declared), caller.message
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
    if not ls.settings.diagnostics_enabled:
        return
    for wrong in ls.runs.wrong():
        uri, name = ls.files.uri_of(wrong.path), wrong.function.rpartition(".")[2]
        line = next((now.line for now in ls.files.functions(uri) if now.name == name), wrong.line) - 1
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
    uri = ls.files.uri_of(path)
    line = ls.files.line_now(uri, profile_line)
    if line is None:
        return None
    return types.Location(uri, _code_range(ls, uri, line))


def _code_range(ls: ProfileServer, uri: str, line: int) -> types.Range:
    columns = ls.files.code_columns(uri, line)
    if columns is None:
        return whole_line(line)
    return types.Range(types.Position(line, columns[0]), types.Position(line, columns[1]))
