"""The texts of a file that may be the one that was profiled: the buffer, the disk, and git's versions.

Which of them it is, is not decided here.
"""

import os
import re
from collections.abc import Iterable, Iterator
from datetime import datetime, timezone
from itertools import islice
from typing import NamedTuple

from pprof_lens.source.drift import Candidate
from pprof_lens.workspace import git
from pprof_lens.workspace.files import decoded
from pprof_lens.workspace.process import Cancellation, never
from pprof_lens.workspace.surroundings import Surroundings

NANOS = 1_000_000_000

MOST_VERSIONS = 50
"""So many versions of a file are fetched from git at most."""

MOST_COMMITS = 1_000
"""So many changes of a file are looked through for those before the profile's time."""


def candidates(
    path: str,
    buffer: str,
    taken_nanos: int,
    surroundings: Surroundings,
    *,
    cancelled: Cancellation = never,
) -> Iterator[Candidate]:
    """The texts of a file that may be what was profiled, the likeliest first; `taken_nanos` is 0 if unknown.

    A file that was not changed since the profile was taken is what was profiled. For one that was, git's version of
    that time comes before the buffer: an edit inside one function moves no function, and only that version shows
    it. Then the other versions, up to that time newest first, then later ones (a rebase dates commits anew) oldest
    first. Raises Cancelled.
    """
    saved, changed_nanos = surroundings.files.read(path)
    now = [Candidate(buffer, "this file as it is")]
    if saved is not None and saved != buffer:
        now.append(Candidate(saved, "the saved file"))
    history = _History(path, buffer, taken_nanos, surroundings, cancelled)
    if saved is not None and 0 < changed_nanos <= taken_nanos:
        yield from reversed(now)
        yield from history.before()
    elif taken_nanos:
        before = history.before()
        yield from islice(before, 1)
        yield from now
        yield from before
    else:
        yield from now
        yield from history.before()
    yield from history.elsewhere()


_LOG = ("log", "-z", "--raw", "--no-abbrev", "--no-ext-diff", "--no-textconv", "--follow", "--format=%x01%H %ct")
_COMMIT = re.compile(rb"([0-9a-f]{40,64}) (\d+)")
_BLOB = re.compile(rb":\d+ \d+ [0-9a-f]{40,64} ([0-9a-f]{40,64}) [AMRCT]\d*\x00")


class _Version(NamedTuple):
    """A text of the file in git; `seconds` is when it was committed."""

    blob: str
    commit: str
    seconds: int


class _History:
    """The texts that a file had in git, each once and no more than MOST_VERSIONS; none without git."""

    def __init__(
        self, path: str, buffer: str, taken_nanos: int, surroundings: Surroundings, cancelled: Cancellation
    ) -> None:
        self._path = path
        self._buffer = buffer
        self._taken_nanos = taken_nanos
        self._git = surroundings.tools.git if surroundings.files.is_file(path) else None
        self._cancelled = cancelled
        self._seen: set[str] = set()

    def before(self) -> Iterator[Candidate]:
        """Those of this branch up to the profile's time, or all if that is unknown, newest first."""
        yield from self._texts(v for v in self._logged("HEAD") if self._is_before(v))

    def elsewhere(self) -> Iterator[Candidate]:
        """Those of other branches and of the reflog up to that time, then the later ones, oldest first."""
        versions = tuple(self._logged("--all", "--reflog"))
        yield from self._texts(filter(self._is_before, versions))
        later = (version for version in versions if not self._is_before(version))
        yield from self._texts(sorted(later, key=lambda version: version.seconds))

    def _is_before(self, version: _Version) -> bool:
        """Git's clock has seconds only; a commit in the second of a profile came after it, as a build takes longer."""
        committed = version.seconds * NANOS
        return not self._taken_nanos or committed == self._taken_nanos or committed + NANOS <= self._taken_nanos

    def _logged(self, *which: str) -> Iterator[_Version]:
        """The versions of the file, newest first; git finds its old names only if it walks from today on."""
        if len(self._seen) >= MOST_VERSIONS:
            return
        log = self._run(*_LOG, f"--max-count={MOST_COMMITS}", *which, "--", os.path.basename(self._path))
        for entry in log.split(b"\x01")[1:]:
            commit, blob = _COMMIT.match(entry), _BLOB.search(entry)
            if commit is not None and blob is not None:
                yield _Version(blob[1].decode(), commit[1].decode(), int(commit[2]))

    def _texts(self, versions: Iterable[_Version]) -> Iterator[Candidate]:
        for version in versions:
            if version.blob in self._seen or len(self._seen) >= MOST_VERSIONS:
                continue
            self._seen.add(version.blob)
            text = decoded(self._run("cat-file", "blob", version.blob))
            day = datetime.fromtimestamp(version.seconds, timezone.utc).date()
            origin = "this file as it is" if text == self._buffer else f"commit {version.commit[:7]} of {day}"
            if text:
                yield Candidate(text, origin)

    def _run(self, *arguments: str) -> bytes:
        if self._git is None:
            return b""
        folder = os.path.dirname(os.path.realpath(self._path))
        return git.run(self._git, folder, *arguments, cancelled=self._cancelled)
