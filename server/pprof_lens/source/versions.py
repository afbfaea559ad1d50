"""Which version of the sources a profile was made of: one for all of its files, since it was made of one build.

A version is the texts of all files at one commit, or in the working tree. It fits as well as the functions of the
profile stand at their lines in it and as the sampled lines hold something that can run; the versions that fit best
are the candidates, and evidence of another kind puts them in order. No texts are fetched here, and whether a
candidate really is what was profiled is for `drift` to prove. Lines count from 1.
"""

import re
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import NamedTuple

from pprof_lens.source.lines import without_ends
from pprof_lens.source.paths import is_at, is_checkable
from pprof_lens.source.profiled import ProfileFile


class Deployment(NamedTuple):
    """Where programs run that a profile is of, and what they say they were built of: commits, and their repository."""

    place: str
    commits: tuple[str, ...]
    repository: str = ""

    @property
    def names(self) -> tuple[str, ...]:
        """The commits as git is asked for them: hashes and tags, for what a branch names changes."""
        return tuple(
            name if _HASH.fullmatch(name) else f"refs/tags/{name}" for name in self.commits if _REF.fullmatch(name)
        )


@dataclass(frozen=True, slots=True)
class Build:
    """What a profile tells of the build that it is of.

    `files` are the local paths of its own files, each with what the profile has in it. `taken_nanos` is 0 if unknown.
    `revisions` are words that may name a commit or a tag, `programs` the paths of what was run, as it was built.
    """

    files: tuple[tuple[str, ProfileFile], ...]
    taken_nanos: int
    revisions: tuple[str, ...] = ()
    programs: tuple[str, ...] = ()
    deployment: Deployment | None = None


MOST_REVISIONS = 8

_AT_VERSION = re.compile(r"@(v[0-9][^/@]*)/")
_PSEUDO_VERSION = re.compile(r"[-.][0-9]{14}-([0-9a-f]{12})(?:\+|$)")
_HASH = re.compile("[0-9a-f]{7,64}")
_REF = re.compile(r"[0-9A-Za-z_][0-9A-Za-z_./+-]{0,99}")
_FULL_NAME = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")


def revisions(paths: Iterable[str], words: Iterable[str]) -> tuple[str, ...]:
    """What may name a commit: the versions in the profile's own paths (`mod@v1.2.3/a.go`), and words that look so."""
    versions = dict.fromkeys(found[1] for path in paths if (found := _AT_VERSION.search(path)))
    tags = [pseudo[1] if (pseudo := _PSEUDO_VERSION.search(version)) else version for version in versions]
    named = [word for word in words if _FULL_NAME.fullmatch(word)]
    return tuple([*tags, *named][:MOST_REVISIONS])


class Version(NamedTuple):
    """The files at one commit; in `blobs`, which go with the paths asked for, None is a file that is not there.

    `commit` is "" for the working tree, and `seconds`, when it was committed, then 0. `evidence` says as a phrase
    what speaks for it but that its files fit; `is_told` that the build or the profile itself names it; `place` is
    where it runs.
    """

    commit: str
    seconds: int
    blobs: tuple[str | None, ...]
    evidence: str = ""
    is_told: bool = False
    place: str = ""


class Fit(NamedTuple):
    """How many functions stand at their lines, and on how many of the sampled lines something can run."""

    functions: int
    lines: int


NO_FIT = Fit(0, 0)

Read = Callable[[str], str | None]
"""Reads a blob as text."""

PATIENCE = 100
"""Versions."""

_IDLE = re.compile(r"\s*(?://.*|[{}()\[\];,\s]*)")


def count(file: ProfileFile) -> int:
    """How many functions of a file can stand at their lines."""
    return sum(map(is_checkable, file.functions))


def fit(file: ProfileFile, text: str) -> Fit:
    """How well a text fits what the profile has in a file."""
    lines = without_ends(text)
    count = len(lines)
    functions = sum(is_at(function, lines, text) for function in file.functions)
    sampled = {line for function in file.functions for line in function.lines}
    running = sum(0 < line <= count and _IDLE.fullmatch(lines[line - 1]) is None for line in sampled)
    return Fit(functions, running)


class Fits:
    """How well the texts of each file fit: a text is read once, and none that need not be.

    Of one that could not be read it is not known; it is read again when it is asked for again.
    """

    def __init__(self, files: Sequence[ProfileFile]) -> None:
        self.counts = tuple(map(count, files))
        self._files = files
        self._known: list[dict[str, Fit]] = [{} for _ in files]
        self._missing = [0] * len(files)
        """How many functions had no place in the text of each file that was read last."""

    def of(self, number: int, blob: str, read: Read) -> Fit:
        """How well the file of that number fits with that blob."""
        known = self._known[number].get(blob)
        if known is None:
            text = read(blob)
            if text is None:
                return NO_FIT
            known = self._known[number][blob] = fit(self._files[number], text)
            self._missing[number] = self.counts[number] - known.functions
        return known

    def total(self, version: Version, needed: int, read: Read) -> Fit:
        """How well all files fit together; too little, whatever it is, where fewer functions than needed can stand.

        What is known is asked first, then what is likely to be missing something: most versions need one text read.
        """
        possible, lines, unknown = sum(self.counts), 0, []
        for number, blob in enumerate(version.blobs):
            known = NO_FIT if blob is None else self._known[number].get(blob)
            if known is None:
                unknown.append(number)
            else:
                possible -= self.counts[number] - known.functions
                lines += known.lines
        for number in sorted(unknown, key=self._missing.__getitem__, reverse=True):
            if possible < needed:
                break
            found = self.of(number, version.blobs[number] or "", read)
            possible -= self.counts[number] - found.functions
            lines += found.lines
        return Fit(possible, lines)


class Drawn:
    """Versions that are drawn one by one, and can be drawn ahead of their turn."""

    def __init__(self, versions: Iterable[Version]) -> None:
        self._rest = iter(versions)
        self._ahead: deque[Version] = deque()

    def __iter__(self) -> Iterator[Version]:
        return self

    def __next__(self) -> Version:
        return self._ahead.popleft() if self._ahead else next(self._rest)

    def ahead(self, most: int) -> Sequence[Version]:
        """So many more versions, or fewer at the end; their turn is still to come."""
        drawn = tuple(islice(self._rest, most))
        self._ahead.extend(drawn)
        return drawn


def reached(rows: Sequence[Drawn], fits: Fits, read: Read) -> int:
    """How many functions have their place in some version, looked for in all rows by turns until it is all of them.

    Who knows it early need not read much of those versions in which fewer have theirs.
    """
    most, seen = 1, set[tuple[str | None, ...]]()
    rest = list(rows)
    while rest and most < sum(fits.counts):
        row = rest.pop(0)
        drawn = row.ahead(PATIENCE)
        for version in drawn:
            if version.blobs not in seen:
                seen.add(version.blobs)
                most = max(most, fits.total(version, most, read).functions)
        if drawn:
            rest.append(row)
    return most


def best(versions: Iterable[Version], fits: Fits, read: Read, *, needed: int = 1) -> tuple[Version, ...]:
    """The versions that fit best, each choice of texts once, in the order they came; none with fewer functions.

    Where every function has its place, no more versions are looked at after PATIENCE that do not fit in a row: code
    does not come back.
    """
    seen: set[tuple[object, ...]] = set()
    found: list[Version] = []
    most, misses = Fit(needed, 0), 0
    for version in versions:
        key = (*version.blobs, bool(version.commit))  # what is in the working tree can be at a commit, too
        if key in seen:
            continue
        seen.add(key)
        total = fits.total(version, most.functions, read)
        misses += 1
        if total > most:
            found, most = [], total
        if total == most:
            found.append(version)
            misses = 0
        if misses > PATIENCE and found and most.functions == sum(fits.counts):
            break
    return tuple(found)
