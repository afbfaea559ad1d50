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


class NotFound(Exception):  # noqa: N818 - what is said of it is part of the report
    """The file cannot be read; the message is pprof's."""


def source_lines(path: str, *, trim: str, search: str, read: ReadFile) -> list[str]:
    """The lines of the file, those from the first one that is longer than 64 KB left out. Raises NotFound."""
    path = paths.trimmed(path, trim=trim, search=search)
    if path.startswith("/"):
        try:
            return _lines(read(path))
        except ValueError:
            raise NotFound(f"open {path}: invalid argument") from None
        except OSError as error:
            raise NotFound(f"open {path}: {(error.strerror or 'input/output error').lower()}") from None
    for directory in paths.split_list(search):
        for folder in _with_parents(directory):
            with suppress(OSError, ValueError):
                return _lines(read(paths.clean(f"{folder}/{path}" if folder else path)))
    raise NotFound(f"could not find file {path} on path {search}")


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
    rows = content.split(b"\n")
    if not rows[-1]:
        rows.pop()
    lines = []
    for row in rows:
        if len(row) > _LONGEST_LINE:
            break
        lines.append(row.removesuffix(b"\r").decode("utf-8", "surrogateescape"))
    return lines
