"""Which version of the sources a profile was made of: one for all of its files, since it was made of one build.

A version is the texts of all files at one commit, or in the working tree. It fits as well as the functions of the
profile stand at their lines in it and as the sampled lines hold something that can run; the versions that fit best
are the candidates, and evidence of another kind puts them in order. No texts are fetched here, and whether a
candidate really is what was profiled is for `drift` to prove. Lines count from 1.
"""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import NamedTuple

from pprof_lens.source.lines import without_ends
from pprof_lens.source.paths import is_at
from pprof_lens.source.profiled import ProfileFile


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


class Version(NamedTuple):
    """The files at one commit; in `blobs`, which go with the paths asked for, None is a file that is not there.

    `commit` is "" for the working tree, and `seconds`, when it was committed, then 0. `evidence` says as a phrase
    what speaks for it but that its files fit; `is_told` that the build or the profile itself names it.
    """

    commit: str
    seconds: int
    blobs: tuple[str | None, ...]
    evidence: str = ""
    is_told: bool = False


class Fit(NamedTuple):
    """How many functions stand at their lines, and on how many of the sampled lines something can run."""

    functions: int
    lines: int


NO_FIT = Fit(0, 0)

_IDLE = re.compile(r"\s*(?://.*|[{}()\[\];,\s]*)")


def fit(file: ProfileFile, text: str) -> Fit:
    """How well a text fits what the profile has in a file."""
    lines = without_ends(text)
    count = len(lines)
    functions = sum(is_at(function, lines, text) for function in file.functions)
    sampled = {line for function in file.functions for line in function.lines}
    running = sum(0 < line <= count and _IDLE.fullmatch(lines[line - 1]) is None for line in sampled)
    return Fit(functions, running)


def best(versions: Iterable[Version], fit_of: Callable[[int, str], Fit]) -> tuple[Version, ...]:
    """The versions that fit best, each choice of texts once, in the order they came.

    `fit_of` tells how the file of that number fits with that blob.
    """
    seen: set[tuple[str | None, ...]] = set()
    found: list[Version] = []
    most = Fit(1, 0)
    for version in versions:
        if version.blobs in seen:
            continue
        seen.add(version.blobs)
        fits = [fit_of(number, blob) for number, blob in enumerate(version.blobs) if blob is not None]
        total = Fit(sum(fit.functions for fit in fits), sum(fit.lines for fit in fits))
        if total > most:
            found, most = [], total
        if total == most:
            found.append(version)
    return tuple(found)
