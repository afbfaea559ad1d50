"""From the evidence of one run to its findings on this machine's files; what the editor and `pprof-lens leaks` share.

Sources are read only through the files that were allowed. It fetches nothing and shows nothing.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property, partial
from itertools import islice, takewhile
from typing import NamedTuple

from pprof_lens.analysis.holders import NOBODY, Holders
from pprof_lens.analysis.series import Evidence
from pprof_lens.analysis.verdict import Finder
from pprof_lens.annotate import held, stacks
from pprof_lens.annotate.findings import GROWTH, Finding, Related, at_origins, in_words, is_ignored, is_silenced
from pprof_lens.formats import Line, Problem
from pprof_lens.source.constraints import System
from pprof_lens.source.lines import Text
from pprof_lens.source.paths import resolve
from pprof_lens.source.profiled import DeclaredFunction, ProfileFile
from pprof_lens.workspace.surroundings import Surroundings

_LONGEST_HEAD = 100
"""Lines before `package` in which a file's build constraint is looked for."""

_MOST_BESIDE = 100
"""Files of a folder that are named at all."""


class Leak(NamedTuple):
    """A finding and the local file that it is in, None where that was not found.

    `related` are the lines that belong to it, with their local files as far as those were found; `origins` is what is
    said of it where its goroutines are started; `local` are the local files of its stacks by those of the profile.
    """

    finding: Finding
    path: str | None
    related: tuple[tuple[Related, str], ...] = ()
    origins: tuple["Leak", ...] = ()
    local: Mapping[str, str] = {}

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
            "grade": finding.grade,
        }

    def as_problem(self) -> Problem:
        finding = self.finding
        at = Line(self.path or finding.profile_path, finding.line, finding.message)
        related = tuple(Line(path, place.line, place.message) for place, path in self.related)
        return Problem(finding.code, finding.function, at, is_proved=finding.grade == "proved", related=related)


class Found(NamedTuple):
    """The findings, and where goroutines only wait, which accuses nobody."""

    leaks: tuple[Leak, ...]
    waiting: tuple[Leak, ...]


def find(
    evidence: Evidence,
    seen: Surroundings,
    *,
    ignored: Sequence[str] = (),
    finder: Finder | None = None,
    holders: Holders = NOBODY,
) -> Found:
    """What the evidence comes to; silenced and ignored findings left out.

    `ignored` are patterns of the setting `pprofLens.diagnostics.ignore`, `holders` those that a profile of references
    knows. A `finder` that is kept need not add up again what it knows of a series.
    """
    sources = _Sources(evidence, seen)
    told = tuple(map(in_words, (finder or Finder()).find(evidence, sources.line, _modules(seen))))
    accusing = (finding for finding in sources.heard(told) if finding.accuses and not is_ignored(finding, ignored))
    leaks = (
        sources.leak(finding)._replace(origins=tuple(map(sources.leak, sources.heard(at_origins(finding)))))
        for finding in (sources.held(each, holders) for each in accusing)
    )
    return Found(tuple(leaks), tuple(sources.leak(fact) for fact in told if not fact.accuses))


def declared(found: Iterable[Leak], starts: Mapping[str, int]) -> dict[str, tuple[DeclaredFunction, ...]]:
    """By local file the functions that the findings speak of, with the lines in them: what finding those again needs.

    The file of a goroutine need not be in the heap profile that is shown. `starts` has the functions' own lines.
    """
    lines: dict[str, dict[str, set[int]]] = defaultdict(lambda: defaultdict(set))
    for main in found:
        for leak in (main, *main.origins):
            finding = leak.finding
            if leak.path is not None:
                lines[leak.path][finding.function].add(finding.line)
            for related, path in leak.related:
                lines[path][related.function].add(related.line)

    def function(name: str, of: set[int]) -> DeclaredFunction:
        return DeclaredFunction(name, starts.get(name, 0), tuple(sorted(of)), waits=tuple(sorted(of)))

    return {path: tuple(function(name, of[name]) for name in sorted(of)) for path, of in lines.items()}


def _modules(seen: Surroundings) -> frozenset[str]:
    return frozenset(module.path for module in seen.workspace.modules)


class _Sources:
    """The files and texts behind the profile's names: found as those of figures are, by the functions in them."""

    def __init__(self, evidence: Evidence, seen: Surroundings) -> None:
        self._evidence = evidence
        self._seen = seen
        self._texts: dict[str, Text | None] = {}

    def leak(self, finding: Finding) -> Leak:
        related = ((place, self.path(place.profile_path)) for place in finding.related)
        found = tuple((place, path) for place, path in related if path is not None)
        local = ((name, self.path(name)) for name in {finding.profile_path, *stacks.files(finding)})
        known = {name: path for name, path in local if path is not None}
        return Leak(finding, self.path(finding.profile_path), found, local=known)

    def held(self, finding: Finding, holders: Holders) -> Finding:
        """With who holds most of what the line makes, where that is known."""
        text = self.line(finding.profile_path, finding.line) if finding.code == GROWTH and holders else None
        return held.by_holders(finding, text, holders) if text is not None else finding

    def heard(self, findings: Iterable[Finding]) -> Iterator[Finding]:
        """Those that no comment silences."""
        for finding in findings:
            text, above = (self.line(finding.profile_path, line) for line in (finding.line, finding.line - 1))
            if not is_silenced(finding, text or "", above or ""):
                yield finding

    def path(self, profile_path: str) -> str | None:
        return self._paths.get(profile_path)

    @cached_property
    def _paths(self) -> dict[str, str | None]:
        seen, past = self._seen, partial(self._seen.histories.once, taken_nanos=0, disk=self._seen.files)
        resolutions = resolve(tuple(_files(self._evidence)), seen.workspace, seen.files, past=past)
        return {found.profile_path: found.path for found in resolutions}

    @cached_property
    def _folders(self) -> dict[str, str]:
        """The local folders of packages by those of the profile, where a file of them was found."""
        found = ((name.rpartition("/"), path.rpartition("/")) for name, path in self._paths.items() if path is not None)
        return {f"{folder}/": f"{local}/" for (folder, _, file), (local, _, same) in found if file == same}

    def line(self, profile_path: str, line: int) -> str | None:
        """A line of the file, from 1, or the name of one of the folder; None where it is not there."""
        if profile_path not in self._texts:
            content = self._content(profile_path)
            self._texts[profile_path] = None if content is None else Text(content)
        text = self._texts[profile_path]
        return text.line(line - 1) if text is not None and 0 < line <= text.count else None

    @cached_property
    def _system(self) -> System:
        return System.of({frame.file for frame in self._evidence.frames()})

    def _is_built(self, folder: str, name: str) -> bool:
        """Whether that file of the folder may be part of the program."""
        texts = takewhile(lambda text: text is not None, (self.line(folder + name, n) for n in range(1, _LONGEST_HEAD)))
        head = takewhile(lambda text: not text.startswith("package "), filter(None, texts))
        constraint = next((text for text in head if text.startswith("//go:build ")), "")
        return self._system.builds(name, constraint)

    def _content(self, profile_path: str) -> str | None:
        """The text of a file, also of one that no stack names, beside one that was found."""
        path, (folder, slash, name) = self.path(profile_path), profile_path.rpartition("/")
        local = self._folders.get(folder + slash) if path is None else None
        if local is not None and not name:
            names = (name for name in self._seen.files.sources(local) if self._is_built(folder + slash, name))
            return "\n".join(islice(names, _MOST_BESIDE))
        path = path or (local and local + name)
        return self._seen.files.read_text(path) if path else None


def _files(evidence: Evidence) -> Iterator[ProfileFile]:
    """The files of all stacks, with the functions and lines that they have in them."""
    files: dict[str, dict[str, set[int]]] = defaultdict(lambda: defaultdict(set))
    for frame in evidence.frames():
        if frame.file:
            files[frame.file][frame.function].add(frame.line)
    for path in sorted(files):
        functions = files[path].items()
        starts = evidence.starts
        yield ProfileFile(path, tuple(DeclaredFunction(n, starts.get(n, 0), tuple(sorted(of))) for n, of in functions))
