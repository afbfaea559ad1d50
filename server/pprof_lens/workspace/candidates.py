"""The texts of a file that may be the one that was profiled: the buffer, the disk, and git's versions.

Which of them it is, is not decided here.
"""

from collections.abc import Iterator
from dataclasses import replace
from itertools import chain, islice

from pprof_lens.source.drift import Candidate
from pprof_lens.source.profiled import ProfileFile
from pprof_lens.source.versions import Build
from pprof_lens.workspace.files import decoded
from pprof_lens.workspace.process import Cancellation, never
from pprof_lens.workspace.surroundings import Surroundings


def at_hand(path: str, buffer: str, taken_nanos: int, seen: Surroundings) -> tuple[Candidate, ...]:
    """Those that need no search: the saved file first if it was not changed since, else the buffer."""
    content, changed_nanos = seen.files.read(path)
    now = [Candidate(buffer, "this file as it is")]
    saved = None if content is None else decoded(content)
    if saved is not None and saved != buffer:
        now.append(Candidate(saved, "the saved file"))
    return tuple(reversed(now) if 0 < changed_nanos <= taken_nanos else now)


def candidates(
    path: str, file: ProfileFile, buffer: str, build: Build, seen: Surroundings, *, cancelled: Cancellation = never
) -> Iterator[Candidate]:
    """All of them, the likeliest first: the version that fits all files of the build before any other.

    `file` is what is to be found in the file; the build need not have it. Raises Cancelled.
    """
    of = build if any(path == known for known, _ in build.files) else replace(build, files=((path, file),))
    taken = build.taken_nanos
    now = at_hand(path, buffer, taken, seen)
    origins = {candidate.text: candidate.origin for candidate in now}
    found = seen.histories.of(of, path, seen.files, cancelled)
    of_git = chain(found.texts.get(path, ()), seen.histories.alone(of, path, seen.files, cancelled))
    first = tuple(islice(of_git, 1))
    others = seen.histories.followed(path, taken, seen.files, cancelled)
    is_changed = taken and seen.files.read(path)[1] > taken
    if not found.is_whole:
        others = (candidate._replace(is_doubtful=True) for candidate in others)
        if is_changed or not taken:
            now = tuple(candidate._replace(is_doubtful=True) for candidate in now)
    offered: set[str] = set()
    for candidate in chain(others, now) if is_changed and not first else chain(first, of_git, now, others):
        if candidate.text not in offered:
            offered.add(candidate.text)
            yield candidate._replace(origin=origins.get(candidate.text, candidate.origin))
