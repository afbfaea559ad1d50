"""From the evidence of one run to its findings on this machine's files; what the editor and `pprof-lens leaks` share.

Sources are read only through the files that were allowed. It fetches nothing and shows nothing.
"""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from pprof_lens.analysis.series import Evidence
from pprof_lens.annotate.findings import Finding, at_origins, find, is_ignored, is_silenced
from pprof_lens.source.lines import Text
from pprof_lens.source.paths import resolve
from pprof_lens.source.profiled import ProfileFile
from pprof_lens.workspace import Surroundings


class Leak(NamedTuple):
    """A finding and the local file that it is in, None where that was not found."""

    finding: Finding
    path: str | None

    def as_json(self) -> dict[str, object]:
        finding = self.finding
        return {
            "code": finding.code,
            "profile_path": finding.profile_path,
            "path": self.path,
            "line": finding.line,
            "function": finding.function,
            "message": finding.message,
            "count": finding.count,
            "bytes_per_minute": finding.bytes_per_minute,
        }


def leaks(evidence: Evidence, seen: Surroundings, *, ignored: Sequence[str] = ()) -> tuple[Leak, ...]:
    """The findings, those that start the goroutines behind those that block; silenced and ignored ones left out.

    `ignored` are patterns of the setting `pprofLens.diagnostics.ignore`.
    """
    sources = _Sources(seen)
    found = []
    for finding in find(evidence, source_line=sources.line):
        text, above = (
            sources.line(finding.profile_path, finding.line),
            sources.line(finding.profile_path, finding.line - 1),
        )
        if not is_ignored(finding, ignored) and not is_silenced(finding, text or "", above or ""):
            found.append(Leak(finding, sources.path(finding.profile_path)))
    return tuple(found)


def with_origins(found: Iterable[Leak], seen: Surroundings) -> tuple[Leak, ...]:
    """The findings, each followed by what is said of it where its goroutines are started."""
    sources = _Sources(seen)
    return tuple(
        leak
        for main in found
        for leak in (main, *(Leak(at, sources.path(at.profile_path)) for at in at_origins(main.finding)))
    )


class _Sources:
    """The texts behind the profile's names, each looked up once."""

    def __init__(self, seen: Surroundings) -> None:
        self._seen = seen
        self._paths: dict[str, str | None] = {}
        self._texts: dict[str, Text | None] = {}

    def path(self, profile_path: str) -> str | None:
        if profile_path not in self._paths:
            file = ProfileFile(profile_path, ())
            (found,) = resolve([file], self._seen.workspace, self._seen.files)
            self._paths[profile_path] = found.path
        return self._paths[profile_path]

    def line(self, profile_path: str, line: int) -> str | None:
        """A line of the file, from 1; None where it is not there."""
        if profile_path not in self._texts:
            path = self.path(profile_path)
            content = self._seen.files.read_text(path) if path is not None else None
            self._texts[profile_path] = None if content is None else Text(content)
        text = self._texts[profile_path]
        return text.line(line - 1) if text is not None and 0 < line <= text.count else None
