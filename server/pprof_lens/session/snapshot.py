"""One frozen Snapshot: everything that can be said about the loaded profile; look-ups in it take no time.

A reader never waits for one and never sees half of one: it is replaced as a whole. How one is made is `maker`'s.
"""

import os
import re
import sys
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain, pairwise
from typing import NamedTuple

from pprof_lens.analysis import calls, select
from pprof_lens.analysis.filter import Filter
from pprof_lens.analysis.holders import Holders
from pprof_lens.analysis.index import Index
from pprof_lens.analysis.series import Evidence
from pprof_lens.profile import engine
from pprof_lens.profile.model import Profile, ValueType
from pprof_lens.profile.origin import origin_of
from pprof_lens.profile.plain import plain, plain_type
from pprof_lens.session.goal import Source
from pprof_lens.session.reading import FileStamp, Stop
from pprof_lens.source.paths import FileSystem, How, Past, Resolution, Workspace, no_past, resolve
from pprof_lens.source.profiled import DeclaredFunction, ProfileFile
from pprof_lens.source.versions import Build, Deployment, revisions


@dataclass(frozen=True, slots=True)
class Files:
    """Where the files of the profile are on this machine."""

    named: tuple[ProfileFile, ...]
    resolutions: tuple[Resolution, ...]
    local: dict[str, Resolution]
    by_key: dict[str, tuple[str, ...]]
    build: Build

    @property
    def resolved(self) -> int:
        return len(self.local)

    @property
    def own(self) -> tuple[str, ...]:
        """The profile's names for the files that are the workspace's own code, and no library's."""
        libraries = (How.GOROOT, How.MODCACHE, How.VENDOR)
        return tuple(path for path, found in self.local.items() if found.how not in libraries)

    def of_local(self, path: str) -> tuple[str, ...]:
        """The profile's names for the local file at `path`; empty where it has none."""
        return self.by_key.get(path_key(path), ())

    def named_as(self, profile_paths: Sequence[str]) -> ProfileFile:
        """What the profile has in the one file that it knows by these names."""
        named = [file for file in self.named if file.path in profile_paths]
        functions = tuple(chain.from_iterable(file.functions for file in named))
        return ProfileFile(profile_paths[0], functions, named[0].profiled if named else ())


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A loaded profile with its figures, what is selected of it, and where its files are.

    `index` has the figures of the samples that pass the filter, `whole` those of all. `stamps` are of the files of the
    source and of its base as they were read.
    """

    generation: int
    source: Source
    stamps: tuple[FileStamp, ...]
    whole: Index
    index: Index
    column: int
    note: str
    filter: Filter
    files: Files
    evidence: Evidence
    holders: Holders

    @property
    def profile(self) -> Profile:
        return self.index.profile

    @property
    def sample_type(self) -> ValueType:
        return self.profile.sample_types[self.column]

    @property
    def total(self) -> int:
        return self.index.totals[self.column]

    @property
    def is_difference(self) -> bool:
        return bool(self.source.base)


@dataclass(frozen=True, slots=True)
class Summary:
    """What the contracts call P: the profile in a few plain values, names made plain. Times are nanoseconds."""

    kind: str
    sample_types: tuple[ValueType, ...]
    sample_type: ValueType
    total: int
    time_nanos: int
    duration_nanos: int
    samples: int

    def as_json(self) -> dict[str, object]:
        return {
            "kind": self.kind,
            "sample_types": [sample_type._asdict() for sample_type in self.sample_types],
            "sample_type": self.sample_type._asdict(),
            "total": self.total,
            "time_nanos": self.time_nanos,
            "duration_nanos": self.duration_nanos,
            "samples": self.samples,
        }


class LineRow(NamedTuple):
    """A line of the profile, from 1, with its raw values and the functions that own it."""

    line: int
    flat: int
    cum: int
    functions: tuple[str, ...]


class FileLines(NamedTuple):
    """A file of the profile, where it was found, and its lines."""

    found: Resolution
    lines: tuple[LineRow, ...]

    def as_json(self) -> dict[str, object]:
        return {
            "profile_path": self.found.profile_path,
            "path": self.found.path,
            "how": self.found.how.value,
            "lines": [row._asdict() for row in self.lines],
        }


def summary(snapshot: Snapshot) -> Summary:
    """The Snapshot's profile in a few plain values."""
    profile = snapshot.profile
    return Summary(
        kind=select.kind(profile),
        sample_types=tuple(map(plain_type, profile.sample_types)),
        sample_type=plain_type(snapshot.sample_type),
        total=snapshot.total,
        time_nanos=profile.time_nanos,
        duration_nanos=profile.duration_nanos,
        samples=profile.sample_count,
    )


def file_lines(snapshot: Snapshot) -> Iterator[FileLines]:
    """Flat and cum of every line of every file of the profile, nonzero ones only, by file and line."""
    index = snapshot.index
    for found in snapshot.files.resolutions:
        rows = []
        for number in index.lines.files.get(found.profile_path, ()):
            weight = index.line_weight(number, snapshot.column)
            if any(weight):
                names = {index.profile.functions.names[i] for i in index.lines.functions(number)}
                rows.append(LineRow(index.lines.lines[number], *weight, tuple(sorted(names))))
        yield FileLines(found, tuple(rows))


def locate(index: Index, workspace: Workspace, fs: FileSystem, cancelled: Stop, past: Past = no_past) -> Files:
    """Find the files of the profile among those of the workspace and of its Go installation."""
    named = profile_files(index, cancelled)
    origin = origin_of(index.profile)
    program = plain(origin.root) if origin is not None else ""
    resolutions = resolve(named, workspace, fs, program=program, past=past)
    local = {found.profile_path: found for found in resolutions if found.path is not None}
    by_key: dict[str, list[str]] = defaultdict(list)
    for found in local.values():
        assert found.path is not None
        by_key[path_key(found.path)].append(found.profile_path)
    build = _build(index.profile, named, local)
    return Files(named, resolutions, local, {key: tuple(paths) for key, paths in by_key.items()}, build)


def _build(profile: Profile, named: Sequence[ProfileFile], local: Mapping[str, Resolution]) -> Build:
    """What the profile tells of its build, and its own files; libraries have histories of their own."""
    functions: dict[str, list[DeclaredFunction]] = defaultdict(list)
    own = []
    for file in named:
        found = local.get(file.path)
        if found is not None and found.path is not None and found.how not in (How.GOROOT, How.MODCACHE):
            own.append(file.path)
            functions[found.path] += file.functions
    return Build(
        files=tuple((path, ProfileFile(path, tuple(of))) for path, of in functions.items()),
        taken_nanos=profile.time_nanos,
        revisions=revisions(own, profile.strings),
        deployment=_deployment(profile),
        programs=tuple(dict.fromkeys(mapping.filename for mapping in profile.mappings[:1] if mapping.filename)),
    )


def _deployment(profile: Profile) -> Deployment | None:
    """What the profile says of where it was taken."""
    origin = origin_of(profile)
    place = _NOT_OF_PLACE.sub("_", origin.source[:_LONGEST_PLACE]) if origin is not None else ""
    return None if origin is None else Deployment(place, origin.commits, origin.repository)


_NOT_OF_PLACE = re.compile(r"[^\w.:-]")
_LONGEST_PLACE = 64


@lru_cache(maxsize=1 << 16)
def path_key(path: str) -> str:
    """What all spellings of one local path have in common, those through links included."""
    key = os.path.normcase(os.path.realpath(path))
    return key.casefold() if sys.platform == "darwin" else key


def profile_files(index: Index, cancelled: Stop) -> tuple[ProfileFile, ...]:
    """The source files that the profile names, with its functions in each and what they do on their sampled lines."""
    lines = _lines(index)
    done = calls.doings(index, cancelled)
    files: dict[str, list[DeclaredFunction]] = defaultdict(list)
    functions = index.profile.functions
    for i, (name, file, start_line) in enumerate(
        zip(functions.names, functions.filenames, functions.start_lines, strict=True)
    ):
        if file:
            files[file].append(
                DeclaredFunction(
                    name,
                    start_line,
                    lines.get(i, ()),
                    calls=done.calls.get(i, ()),
                    allocates=tuple(done.allocates.get(i, ())),
                    waits=tuple(done.waits.get(i, ())),
                )
            )
    names = frozenset(functions.names)
    return tuple(ProfileFile(path, tuple(files[path]), names) for path in sorted(files))


def _lines(index: Index) -> dict[int, tuple[int, ...]]:
    """The lines of each function in order; one below 1 is none."""
    lines = engine.take(index.lines.lines, index.lines.owned)
    _, rows = engine.ranked(index.lines.owners, lines)
    owners, lines = engine.take(index.lines.owners, rows), engine.take(lines, rows)
    _, firsts = engine.numbered(owners, len(index.profile.functions), owners)
    return {
        owners[start]: tuple(lines[bisect_left(lines, 1, start, stop) : stop])
        for start, stop in pairwise((*firsts, len(rows)))
    }


def unresolved_sentence(files: Files) -> str:
    """What to say when no file of the profile but those of libraries was found; empty where some were."""
    if any(found.how not in (How.GOROOT, How.MODCACHE) for found in files.local.values()):
        return ""
    missing = [found.profile_path for found in files.resolutions if found.path is None]
    if not missing:
        return ""
    return (
        f"None of the profile's own files is in this workspace ({len(missing)} are missing, such as {missing[0]}); "
        "if it is the same program built elsewhere, map its folder in the setting pprofLens.pathMappings."
    )
