"""Diagnostics: leaks, hot lines, stale sources and broken budgets, pushed where they changed, taken away where not.

They are found on the worker, once what is shown is there, and told of the Snapshot that they were found in.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping

from pprof_lens.annotate import hot_lines, stale
from pprof_lens.annotate.diagnostics import Code, Diagnostic
from pprof_lens.annotate.findings import Finding, Related, pattern_of
from pprof_lens.annotate.hot_lines import HotLine
from pprof_lens.editor.host import Host
from pprof_lens.editor.runs import Runs
from pprof_lens.leaks import Leak
from pprof_lens.session.snapshot import Snapshot
from pprof_lens.source.drift import Drift


class Diagnostics:
    """What the editor was told, and what there is to tell now."""

    def __init__(self, host: Host, runs: Runs) -> None:
        self._host = host
        self._runs = runs
        self._published: Mapping[str, list[Diagnostic]] = {}

    def push(self) -> None:
        """Send the diagnostics of each file where they changed."""
        found: dict[str, list[Diagnostic]] = defaultdict(list)
        for diagnostic in self._all():
            found[diagnostic.at.uri].append(diagnostic)
        for uri in sorted(self._published.keys() | found.keys()):
            if self._published.get(uri, []) != found.get(uri, []):
                self._host.frontend.publish(uri, found.get(uri, []))
        self._published = dict(found)

    def _all(self) -> Iterator[Diagnostic]:
        shown = self._host.shown
        if shown.snapshot is not None and shown.of.settings.diagnostics_enabled:
            found = shown.findings
            if found.snapshot is not None:
                for line in found.hot_lines:
                    yield from self._hot_line(found.snapshot, line)
            for leak in found.leaks:
                for told in (leak, *leak.origins):
                    yield from self._leak(told, leak.finding)
            for uri, drift in self._host.files.drifts(shown.snapshot):
                yield from _stale(shown.snapshot, uri, drift)
        if self._host.settings.diagnostics_enabled:
            yield from self._budgets()

    def _leak(self, leak: Leak, main: Finding) -> Iterator[Diagnostic]:
        """`main` is what the settings can ignore: the finding itself, or the one whose origin it is."""
        if (at := self._code_at(leak.path, leak.finding.line)) is not None:
            related = ((self._code_at(path, place.line), place.message) for place, path in leak.related)
            yield Diagnostic(
                at,
                leak.finding.code,
                leak.finding.message,
                is_warning=True,
                related=tuple((code, message) for code, message in related if code is not None),
                data={"pattern": pattern_of(main), "function": main.function, "grade": main.grade},
            )

    def _hot_line(self, snapshot: Snapshot, hot: HotLine) -> Iterator[Diagnostic]:
        found = snapshot.files.local[hot.profile_path]
        if (at := self._code_at(found.path, hot.line)) is not None:
            path = tuple(self._call_path(snapshot, hot.callers))
            yield Diagnostic(at, hot_lines.CODE, hot.message, is_warning=False, related=path)

    def _call_path(self, snapshot: Snapshot, callers: Iterable[Related]) -> Iterator[tuple[Code, str]]:
        for caller in callers:
            found = snapshot.files.local.get(caller.profile_path)
            if found is not None and found.path is not None:
                yield Code(self._host.files.uri_of(found.path), max(caller.line - 1, 0)), caller.message

    def _budgets(self) -> Iterator[Diagnostic]:
        """The budgets that are broken, each on its benchmark as it stands now."""
        files = self._host.files
        for wrong in self._runs.wrong():
            uri, name = files.uri_of(wrong.path), wrong.function.rpartition(".")[2]
            line = next((now.line for now in files.functions(uri) if now.name == name), wrong.line) - 1
            at = Code(uri, line, files.code_columns(uri, line))
            yield Diagnostic(at, wrong.code, wrong.message, is_warning=True)

    def _code_at(self, path: str | None, profile_line: int) -> Code | None:
        """Where the code of a profile's line is now; None where that is not known."""
        if path is None:
            return None
        files = self._host.files
        uri = files.uri_of(path)
        line = files.line_now(uri, profile_line)
        return Code(uri, line, files.code_columns(uri, line)) if line is not None else None


def _stale(snapshot: Snapshot, uri: str, drift: Drift) -> Iterator[Diagnostic]:
    message = stale.message(drift, snapshot.profile.time_nanos)
    if message:
        yield Diagnostic(Code(uri, 0), stale.CODE, message, is_warning=False)
