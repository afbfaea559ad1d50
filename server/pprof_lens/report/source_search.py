"""Finding and reading the source files that a listing shows, by pprof's rules (internal/report/source.go).

pprof finds fewer files than the editor does, and says so in its own words; a listing that equals it must too. This
module opens nothing itself.
"""

from collections.abc import Callable
from contextlib import suppress

from pprof_lens.report import paths

ReadFile = Callable[[str], bytes]
"""The content of the file at a path. Raises OSError, or ValueError for a path that cannot be."""

_LONGEST_LINE = (1 << 16) - 1


class NotFound(Exception):
    """The file cannot be read; the message is pprof's."""


class Sources:
    """Source files as they are needed, each read once.

    `trim` and `search` are lists of prefixes and directories, separated by colons.
    """

    def __init__(self, *, trim: str, search: str, read: ReadFile) -> None:
        self._trim = trim
        self._search = search
        self._read = read
        self._known: dict[str, list[str]] = {}
        self._missed: dict[str, str] = {}

    def excerpt(self, path: str, first: int, last: int) -> list[tuple[int, str]]:
        """The lines from the first to the last, with their numbers, as far as there are any. Raises NotFound.

        A file of which nothing is wanted is not missed, unless it was missed before.
        """
        if path in self._missed:
            raise NotFound(self._missed[path])  # a new one: each time that one is raised it holds more
        if first > last and path not in self._known:
            return []
        if path not in self._known:
            try:
                self._known[path] = _lines(self._content(path))
            except NotFound as error:
                self._missed[path] = str(error)
                raise
        return list(enumerate(self._known[path][first - 1 : last], first))

    def _content(self, path: str) -> bytes:
        path = paths.trimmed(path, trim=self._trim, search=self._search)
        if path.startswith("/"):
            try:
                return self._read(path)
            except ValueError:
                raise NotFound(f"open {path}: invalid argument") from None
            except OSError as error:
                raise NotFound(f"open {path}: {(error.strerror or 'input/output error').lower()}") from None
        for directory in paths.split_list(self._search):
            for folder in _with_parents(directory):
                with suppress(OSError, ValueError):
                    return self._read(paths.clean(f"{folder}/{path}" if folder else path))
        raise NotFound(f"could not find file {path} on path {self._search}")


def _with_parents(directory: str) -> list[str]:
    """The directory and all above it; Go gives a relative one `.` for a last parent."""
    folders = [directory]
    while (parent := _parent(directory)) != directory:
        folders.append(parent)
        directory = parent
    return folders


def _parent(directory: str) -> str:
    before, slash, _ = directory.rpartition("/")
    return paths.clean(before + slash) if before + slash else "."


def _lines(content: bytes) -> list[str]:
    """The lines without their ends, up to the first one that is longer than 64 KB, where Go gives up."""
    rows = content.split(b"\n")
    if not rows[-1]:
        rows.pop()
    lines = []
    for row in rows:
        if len(row) > _LONGEST_LINE:
            break
        lines.append(row.removesuffix(b"\r").decode("utf-8", "surrogateescape"))
    return lines
