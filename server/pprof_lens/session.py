"""The state: one immutable Snapshot, and how a new one is made; the only place that reads a profile's file.

A Snapshot is everything that can be said about the loaded profile. Making one takes time and happens on a worker;
whoever holds the session replaces the old one by assignment, so a reader never waits and never sees half of
anything. The session knows neither LSP nor what is shown where.
"""

import os
import sys
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import chain
from pathlib import Path
from typing import NamedTuple

from pprof_lens.analysis import filter as filters
from pprof_lens.analysis import index as indexes
from pprof_lens.analysis import select, series
from pprof_lens.analysis.filter import Filter
from pprof_lens.analysis.holders import Holders, holders, is_references
from pprof_lens.analysis.index import Index
from pprof_lens.analysis.series import Evidence
from pprof_lens.profile import merge, prune
from pprof_lens.profile.errors import ProfileError
from pprof_lens.profile.model import Profile, ValueType
from pprof_lens.profile.plain import plain_type
from pprof_lens.profile.read import read
from pprof_lens.source.paths import FileSystem, How, Resolution, Workspace, resolve
from pprof_lens.source.profiled import DeclaredFunction, ProfileFile

Cancelled = Callable[[], bool]


@dataclass(frozen=True, slots=True)
class Source:
    """Where the figures come from: files on disk, and the base that is subtracted from them, if any.

    `name` is what the user gave (a path or a URL); `paths` are the files that hold it.
    """

    name: str
    paths: tuple[str, ...]
    base: tuple[str, ...] = ()


Stamp = tuple[tuple[int, int, int] | None, ...]
"""Size, time of change and identity of each file of a source; None for one that is not there."""


@dataclass(frozen=True, slots=True)
class Files:
    """Where the files of the profile are on this machine."""

    named: tuple[ProfileFile, ...]
    resolutions: tuple[Resolution, ...]
    local: dict[str, Resolution]
    by_key: dict[str, tuple[str, ...]]

    @property
    def resolved(self) -> int:
        return len(self.local)

    def of_local(self, path: str) -> tuple[str, ...]:
        """The profile's names for the local file at `path`; empty where it has none."""
        return self.by_key.get(path_key(path), ())

    def named_as(self, profile_paths: Sequence[str]) -> ProfileFile:
        """What the profile has in the one file that it knows by these names."""
        functions = (file.functions for file in self.named if file.path in profile_paths)
        return ProfileFile(profile_paths[0], tuple(chain.from_iterable(functions)))


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A loaded profile with its figures, what is selected of it, and where its files are."""

    generation: int
    source: Source
    stamp: Stamp
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


def load(
    source: Source,
    *,
    generation: int,
    limit: int,
    sample_type: str = "",
    preferred: str = "",
    workspace: Workspace,
    fs: FileSystem,
    evidence: Evidence | None = None,
    cancelled: Cancelled = lambda: False,
) -> Snapshot:
    """Read the files of `source` and make them a Snapshot; one of goref's beside others tells who holds what.

    `limit` bounds each decompressed profile in bytes. The sample type is `sample_type`, which the profile must have,
    else `preferred` if the profile has it, else its own default.
    `evidence` is that of the series that the profile is of; else it is drawn from the files.
    Raises ProfileError with the sentence for the user, Cancelled when `cancelled` answers true.
    """
    stamped = stamp(source)
    profiles, references = _apart(read_profiles(source.paths, limit, cancelled))
    profile = merge.merge(profiles)
    if source.base:
        profile = merge.diff_base(profile, merge.merge(read_profiles(source.base, limit, cancelled)))
    index = indexes.build(profile, cancelled=cancelled)
    if sample_type:
        choice = select.Choice(select.named(profile, sample_type), "")
    else:
        choice = select.preferred(profile, index.totals, preferred)
    return Snapshot(
        generation=generation,
        source=source,
        stamp=stamped,
        index=index,
        column=choice.column,
        note=choice.note,
        filter=Filter(),
        files=locate(index, workspace, fs),
        evidence=_evidence(profiles) if evidence is None else evidence,
        holders=holders(references) if references is not None else {},
    )


def with_sample_type(snapshot: Snapshot, name: str, *, generation: int) -> Snapshot:
    """The same profile with another sample type. Raises UnknownSampleType."""
    return replace(snapshot, generation=generation, column=select.named(snapshot.profile, name), note="")


def with_filter(snapshot: Snapshot, wanted: Filter, *, generation: int) -> Snapshot:
    """The same profile under another filter. Raises ProfileError where a pattern is no regular expression."""
    mask = filters.mask(snapshot.profile, wanted)
    return replace(
        snapshot,
        generation=generation,
        index=indexes.filtered(snapshot.index, mask),
        filter=wanted,
    )


def stamp(source: Source) -> Stamp:
    """What tells a rewritten file from the one that was read."""

    def of_file(path: str) -> tuple[int, int, int] | None:
        try:
            facts = Path(path).stat()
        except (OSError, ValueError):
            return None
        return facts.st_size, facts.st_mtime_ns, facts.st_ino

    return tuple(map(of_file, source.paths + source.base))


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


def locate(index: Index, workspace: Workspace, fs: FileSystem) -> Files:
    """Find the files of the profile among those of the workspace and of its Go installation."""
    named = profile_files(index)
    resolutions = resolve(named, workspace, fs)
    local = {found.profile_path: found for found in resolutions if found.path is not None}
    by_key: dict[str, list[str]] = defaultdict(list)
    for found in local.values():
        assert found.path is not None
        by_key[path_key(found.path)].append(found.profile_path)
    return Files(named, resolutions, local, {key: tuple(paths) for key, paths in by_key.items()})


@lru_cache(maxsize=1 << 16)
def path_key(path: str) -> str:
    """What all spellings of one local path have in common, those through links included."""
    key = os.path.normcase(os.path.realpath(path))
    return key.casefold() if sys.platform == "darwin" else key


def profile_files(index: Index) -> tuple[ProfileFile, ...]:
    """The source files that the profile names, with its functions in each and their sampled lines."""
    lines: dict[int, list[int]] = defaultdict(list)
    for number, owner in zip(index.lines.owned, index.lines.owners, strict=True):
        lines[owner].append(index.lines.lines[number])
    files: dict[str, list[DeclaredFunction]] = defaultdict(list)
    for i, function in enumerate(index.profile.functions):
        if function.filename:
            sampled = tuple(sorted(lines.get(i, ())))
            files[function.filename].append(DeclaredFunction(function.name, function.start_line, sampled))
    return tuple(ProfileFile(path, tuple(files[path])) for path in sorted(files))


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


def read_profiles(paths: Sequence[str], limit: int, cancelled: Cancelled = lambda: False) -> tuple[Profile, ...]:
    """The profiles in these files, each bounded by `limit` bytes. Raises ProfileError or Cancelled."""
    return tuple(
        prune.remove_uninteresting(read(read_file(path, limit), limit=limit, cancelled=cancelled)) for path in paths
    )


def _apart(profiles: Sequence[Profile]) -> tuple[Sequence[Profile], Profile | None]:
    """The profiles to show, and the last one of goref's among them; that is shown itself where there is no other."""
    measured = [profile for profile in profiles if not is_references(profile)]
    references = [profile for profile in profiles if is_references(profile)]
    return (measured, references[-1]) if measured and references else (profiles, None)


def _evidence(profiles: Sequence[Profile]) -> Evidence:
    """What the profiles say about leaks; a lone heap profile shows no growth and is not looked through for it."""
    telling = [p for p in profiles if len(profiles) > 1 or select.kind(p) in ("goroutine", "goroutineleak")]
    return series.of_profiles(telling)


def demand(source: Source, limit: int) -> None:
    """Raise ProfileError where a file of `source` is missing, before anything gives way to it."""
    for path, stamped in zip(source.paths + source.base, stamp(source), strict=True):
        if stamped is None:
            read_file(path, limit)


def read_file(path: str, limit: int) -> bytes:
    """The bytes of a profile's file. Raises ProfileError in one sentence where they cannot be had."""
    name = Path(path).name
    try:
        with Path(path).open("rb") as file:
            data = file.read(limit + 1)
    except FileNotFoundError:
        raise ProfileError(f"There is no file {path}.") from None
    except IsADirectoryError:
        raise ProfileError(f"{path} is a folder, not a profile.") from None
    except PermissionError:
        raise ProfileError(f"{path} may not be read: permission denied.") from None
    except (OSError, ValueError) as error:
        raise ProfileError(f"{name} cannot be read: {error}.") from None
    if len(data) > limit:
        raise ProfileError(
            f"{name} is larger than {limit} bytes; raise the setting pprofLens.limits.profileBytes to load it."
        )
    return data
