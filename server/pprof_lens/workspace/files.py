"""The files that may be read: those of the workspace, GOROOT, the module cache, mapped folders and opened files.

Whatever a profile says and wherever a symbolic link leads, nothing else is read, and only plain files of a sane size.
"""

import os
from collections.abc import Mapping, Sequence
from io import FileIO

from pprof_lens.source.paths import Workspace
from pprof_lens.workspace.reading import opened, read

LARGEST_SOURCE = 16 << 20
"""Bytes; a larger file is no source that anyone reads."""

_LARGEST_WRITTEN = 1 << 18
"""Bytes; a larger one is generated, as a rule."""


class DiskFiles:
    """The file system that `source.paths` is given: the allowed folders and nothing else."""

    def __init__(self, workspace: Workspace, by_tail: Mapping[str, Sequence[str]]) -> None:
        self._by_tail = by_tail
        self._opened = frozenset(map(_key, workspace.opened))
        local = (mapped for _, mapped in workspace.mappings)
        folders = [*workspace.roots, workspace.goroot, workspace.module_cache, *local]
        self._allowed = tuple(_key(os.path.realpath(folder)).rstrip("/") + "/" for folder in folders if folder)

    def for_workspace(self, workspace: Workspace) -> "DiskFiles":
        return DiskFiles(workspace, self._by_tail)

    def ending(self, tail: str) -> Sequence[str]:
        """The files of the workspace whose folder and name are `tail`."""
        return self._by_tail.get(tail, ())

    def sources(self, folder: str) -> Sequence[str]:
        """The names of the Go files in an allowed folder, without those of tests and those that nobody wrote."""
        try:
            real = os.path.realpath(folder)
            entries = list(os.scandir(real)) if f"{_key(real)}/".startswith(self._allowed) else []
            return sorted(entry.name for entry in entries if _is_written(entry))
        except (OSError, ValueError):
            return ()

    def is_file(self, path: str) -> bool:
        if path in self.ending("/".join(path.rsplit("/", 2)[-2:])):
            return True
        real = self._real(path)
        return real is not None and os.path.isfile(real)

    def read_text(self, path: str) -> str | None:
        content, _ = self.read(path)
        return None if content is None else decoded(content)

    def read(self, path: str) -> tuple[bytes | None, int]:
        """The content of a source and the time of its last change in nanoseconds; None and 0 if it may not be read."""
        real = self._real(path)
        if real is None:
            return None, 0
        try:
            content, facts = read(real, LARGEST_SOURCE + 1)
        except OSError:
            return None, 0
        return (content, facts.st_mtime_ns) if len(content) <= LARGEST_SOURCE else (None, 0)

    def open(self, path: str) -> FileIO | None:
        """The file, to be read in parts and closed; None for one that may not be read."""
        real = self._real(path)
        try:
            return None if real is None else opened(real)
        except OSError:
            return None

    def _real(self, path: str) -> str | None:
        """Where the path really leads, if that is allowed."""
        try:
            real = os.path.realpath(path)
        except (OSError, ValueError):
            return None
        is_allowed = _key(path) in self._opened or _key(real).startswith(self._allowed)
        return real if is_allowed and os.path.isabs(path) else None


def _is_written(entry: os.DirEntry[str]) -> bool:
    is_source = entry.name.endswith(".go") and not entry.name.endswith("_test.go")
    return is_source and entry.is_file() and entry.stat().st_size <= _LARGEST_WRITTEN


def _key(path: str) -> str:
    """The same for all spellings of a path that the system takes for one."""
    return portable(os.path.normcase(path))


def portable(path: str) -> str:
    return path.replace(os.sep, "/") if os.sep != "/" else path


def decoded(content: bytes) -> str:
    return content.decode("utf-8", "replace").removeprefix("\ufeff")
