"""After a swap: views of the open files made ready, diagnostics pushed, one refresh, the new status told.

Everything is sent from the loop; what takes time is made on the worker first. Files that dropped out of the
findings get an empty list.
"""

import asyncio
import logging
import threading
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager

from lsprotocol import types
from pygls.exceptions import JsonRpcException

from pprof_lens import leaks
from pprof_lens.analysis import callers
from pprof_lens.analysis.call_tree import LineRoot, children
from pprof_lens.analysis.callers import Caller
from pprof_lens.analysis.growth import Trend
from pprof_lens.annotate import hot_lines, stale
from pprof_lens.annotate.findings import Finder, Finding, Place, Related, pattern_of
from pprof_lens.leaks import Leak
from pprof_lens.lsp import status
from pprof_lens.lsp.convert import whole_line
from pprof_lens.lsp.documents import scale_of
from pprof_lens.lsp.server import ProfileServer, Stop
from pprof_lens.profile.errors import Cancelled
from pprof_lens.session import Snapshot, path_key
from pprof_lens.source.drift import Drift
from pprof_lens.workspace.surroundings import with_opened

log = logging.getLogger(__name__)

SOURCE = "pprof-lens"
"""Whose diagnostics they are, as the Problems panel names it."""

STATUS = "pprofLens/status"
"""A notification to our own client: what `pprofLens.server.status` answers, after every change."""


async def everything(ls: ProfileServer) -> None:
    """Show what is loaded now in all open files, and its findings in all files."""
    if ls.publishing is not None:
        ls.publishing.set()
    stop = ls.publishing = threading.Event()
    try:
        await _make_ready(ls)
        await _refresh(ls)
        await _gather_callers(ls, stop.is_set)
        await _find(ls, stop.is_set)  # after the figures, which do not need it and are what the user waits for
        await _make_ready(ls)  # where what leaks is in lines without figures
    except Cancelled:
        return  # it is published anew, or something newer is
    except asyncio.CancelledError:
        stop.set()  # who asked gave up; what is loaded is to be shown all the same
        raise
    _push_diagnostics(ls)
    tell_status(ls)
    if ls.publishing is stop:
        ls.publishing = None


@contextmanager
def held(ls: ProfileServer) -> Iterator[None]:
    """Leave the worker to what is made and published within; where nothing comes of it, publish what is loaded."""
    if ls.publishing is not None:
        ls.publishing.set()
    try:
        yield
    finally:
        if ls.publishing is not None and ls.publishing.is_set():
            ls.in_background(asyncio.get_running_loop().create_task(everything(ls)))


def tell_status(ls: ProfileServer) -> None:
    """Tell our own client what there is to say of the server itself."""
    ls.protocol.notify(STATUS, status.of(ls))


async def file_opened(ls: ProfileServer, uri: str) -> None:
    """A file was opened or saved: find out which text was profiled, and place its figures."""
    if ls.snapshot is None:
        return
    opening = ls.opening[uri] = asyncio.ensure_future(_make_file_ready(ls, ls.snapshot, uri))
    try:
        if await opening:
            _push_diagnostics(ls)
            await _refresh(ls)
    except Cancelled:
        return  # a newer Snapshot is on its way and makes the file ready itself
    finally:
        if ls.opening.get(uri) is opening:
            del ls.opening[uri]


async def callers_of_line(ls: ProfileServer, snapshot: Snapshot, number: int) -> tuple[Caller, ...]:
    """The functions that call into this line: looked up, or until all are gathered found for this one line aside."""
    known = ls.callers
    if known is not None and known.index is snapshot.index:
        return known.of(number, snapshot.column)

    def find(_: object) -> tuple[Caller, ...]:
        nodes = children(snapshot.index, LineRoot(number), (), "callers", snapshot.column)
        return tuple(Caller(node.function, node.weight.cum) for node in nodes if node.weight.cum)

    return await ls.aside(find)


async def _make_ready(ls: ProfileServer) -> None:
    for uri in ls.files.uris():
        if ls.snapshot is None:
            return  # cleared while the file before was made ready
        await _make_file_ready(ls, ls.snapshot, uri)


async def _make_file_ready(ls: ProfileServer, snapshot: Snapshot, uri: str) -> bool:
    """Find out which text was profiled, if that is not known, and draw; answers whether anything was to do."""
    if ls.surroundings is None:
        return False
    threshold = ls.settings.threshold
    find = ls.files.baseline_wanted(uri, snapshot, with_opened(ls.surroundings, ls.files.paths()), ls.leaking)
    if find is not None:
        ls.files.install(uri, await ls.aside(lambda _: find()))
    draw = ls.files.drawing_wanted(uri, snapshot, threshold)
    if draw is not None:
        ls.files.install_drawing(uri, snapshot, threshold, await ls.aside(lambda _: draw()))
    return find is not None or draw is not None


async def _gather_callers(ls: ProfileServer, stop: Stop) -> None:
    """Gather the callers of all lines on the worker, unless those of this index are known."""
    snapshot = ls.snapshot
    if snapshot is None:
        ls.callers = ls.gathered_of = None
    elif snapshot.index is not ls.gathered_of:
        ls.callers = await ls.work(lambda _: callers.gather(snapshot.index), stop)
        ls.gathered_of = snapshot.index


async def _find(ls: ProfileServer, stop: Stop) -> None:
    """Find what is worth a diagnostic, on the worker."""
    snapshot, seen, settings = ls.snapshot, ls.surroundings, ls.settings
    if snapshot is None:
        ls.finder = Finder()
    if snapshot is None or seen is None or not settings.diagnostics_enabled:
        ls.hot_lines, ls.leaks, ls.leaking, ls.trends = (), (), {}, {}
        return
    scaled, finder = scale_of(snapshot), ls.finder

    def find(stopped: Stop) -> tuple[tuple[hot_lines.HotLine, ...], tuple[Leak, ...], Mapping[Place, Trend]]:
        hot = hot_lines.find(
            snapshot.index, snapshot.column, scaled, snapshot.files.local, settings.diagnostics_hot_lines, stopped
        )
        found = leaks.leaks(snapshot.evidence, seen, ignored=settings.diagnostics_ignore, finder=finder)
        return hot, found, finder.trends(snapshot.evidence)

    ls.hot_lines, ls.leaks, ls.trends = await ls.work(find, stop)
    declared = leaks.declared(ls.leaks, snapshot.evidence.starts)
    ls.leaking = {path_key(path): functions for path, functions in declared.items()}


def _push_diagnostics(ls: ProfileServer) -> None:
    """Send the diagnostics of each file where they changed; a file that has none any more gets an empty list."""
    found: dict[str, list[types.Diagnostic]] = defaultdict(list)
    if ls.snapshot is not None and ls.settings.diagnostics_enabled:
        for line in ls.hot_lines:
            _add_hot_line(ls, ls.snapshot, line, found)
        for leak in ls.leaks:
            for told in (leak, *leak.origins):
                _add_leak(ls, told, leak.finding, found)
        for uri, drift in ls.files.drifts(ls.snapshot):
            _add_stale(ls.snapshot, uri, drift, found)
    for uri in sorted(set(ls.published) | set(found)):
        diagnostics = found.get(uri, [])
        if ls.published.get(uri, []) != diagnostics:
            ls.text_document_publish_diagnostics(types.PublishDiagnosticsParams(uri, diagnostics))
    ls.published = dict(found)


def _add_leak(ls: ProfileServer, leak: Leak, main: Finding, by_uri: dict[str, list[types.Diagnostic]]) -> None:
    """`main` is what the settings can ignore: the finding itself, or the one whose origin it is."""
    if leak.path is None:
        return
    uri = ls.files.uri_of(leak.path)
    line = ls.files.line_now(uri, leak.finding.line)
    if line is None:
        return
    by_uri[uri].append(
        types.Diagnostic(
            range=_code_of(ls, uri, line),
            message=leak.finding.message,
            severity=types.DiagnosticSeverity.Warning,
            code=leak.finding.code,
            source=SOURCE,
            related_information=_related(ls, leak),
            data={"pattern": pattern_of(main), "function": main.function},
        )
    )


def _related(ls: ProfileServer, leak: Leak) -> list[types.DiagnosticRelatedInformation]:
    found = []
    for place, path in leak.related:
        uri = ls.files.uri_of(path)
        line = ls.files.line_now(uri, place.line)
        if line is not None:
            found.append(
                types.DiagnosticRelatedInformation(types.Location(uri, _code_of(ls, uri, line)), place.message)
            )
    return found


def _add_stale(snapshot: Snapshot, uri: str, drift: Drift, by_uri: dict[str, list[types.Diagnostic]]) -> None:
    message = stale.message(drift, snapshot.profile.time_nanos)
    if message:
        by_uri[uri].append(
            types.Diagnostic(
                range=whole_line(0),
                message=message,
                severity=types.DiagnosticSeverity.Information,
                code=stale.CODE,
                source=SOURCE,
            )
        )


def _add_hot_line(
    ls: ProfileServer,
    snapshot: Snapshot,
    hot: hot_lines.HotLine,
    by_uri: dict[str, list[types.Diagnostic]],
) -> None:
    found = snapshot.files.local.get(hot.profile_path)
    if found is None or found.path is None:
        return  # a file of the Snapshot before this one, whose own lines are still being found
    uri = ls.files.uri_of(found.path)
    line = ls.files.line_now(uri, hot.line)
    if line is None:
        return
    by_uri[uri].append(
        types.Diagnostic(
            range=_code_of(ls, uri, line),
            message=hot.message,
            severity=types.DiagnosticSeverity.Information,
            code=hot_lines.CODE,
            source=SOURCE,
            related_information=_call_path(ls, snapshot, hot.callers),
        )
    )


def _code_of(ls: ProfileServer, uri: str, line: int) -> types.Range:
    columns = ls.files.code_columns(uri, line)
    if columns is None:
        return whole_line(line)
    return types.Range(types.Position(line, columns[0]), types.Position(line, columns[1]))


def _call_path(
    ls: ProfileServer, snapshot: Snapshot, callers: Sequence[Related]
) -> list[types.DiagnosticRelatedInformation]:
    related = []
    for caller in callers:
        found = snapshot.files.local.get(caller.profile_path)
        if found is None or found.path is None:
            continue
        declared = whole_line(max(caller.line - 1, 0))
        location = types.Location(ls.files.uri_of(found.path), declared)
        related.append(types.DiagnosticRelatedInformation(location, caller.message))
    return related


async def _refresh(ls: ProfileServer) -> None:
    """Have the editor ask again, once, for what it shows."""
    workspace = ls.client_capabilities.workspace
    if workspace is None:
        return
    asked = []
    if workspace.inlay_hint is not None and workspace.inlay_hint.refresh_support:
        asked.append(ls.workspace_inlay_hint_refresh_async(None))
    if workspace.code_lens is not None and workspace.code_lens.refresh_support:
        asked.append(ls.workspace_code_lens_refresh_async(None))
    for outcome in await asyncio.gather(*asked, return_exceptions=True):
        if isinstance(outcome, JsonRpcException):
            log.info("The editor refused to refresh: %s", outcome.message)
