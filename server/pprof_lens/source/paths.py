"""From the file names of a profile to files on this machine, in the design's order, each answer with its reason.

A profile's paths are untrusted: a name is only ever looked up through the `FileSystem` it is given, which answers
for the workspace, GOROOT, the module cache, mapped folders and opened files and for nothing else. Nothing is
found by its base name alone; a tie is refused. No I/O here.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Protocol

from pprof_lens.source.profiled import ProfileFile


class How(str, Enum):
    """How a file was found; the words are those of the command line's JSON."""

    EXACT = "exact"
    MODULE = "module"
    MODCACHE = "modcache"
    VENDOR = "vendor"
    GOROOT = "goroot"
    MAPPING = "mapping"
    SUFFIX = "suffix"
    UNRESOLVED = "unresolved"


@dataclass(frozen=True, slots=True)
class Resolution:
    """Where a file of the profile is, or why it is nowhere; `reason` is one sentence for the user."""

    profile_path: str
    path: str | None
    how: How
    reason: str


class FileSystem(Protocol):
    """What may be asked about files; paths are absolute, with forward slashes. Forbidden paths are as if absent."""

    def is_file(self, path: str) -> bool: ...

    def read_text(self, path: str) -> str | None: ...

    def named(self, base_name: str) -> Sequence[str]:
        """The files of the workspace with that base name, from an index that was built beforehand."""
        ...


@dataclass(frozen=True, slots=True)
class Replace:
    """A replace directive with a folder as its target; an empty version replaces all."""

    module: str
    version: str
    directory: str


@dataclass(frozen=True, slots=True)
class Module:
    """A go.mod of the workspace. `vendored` has, for each module in vendor/modules.txt, its version."""

    path: str
    directory: str
    replaces: tuple[Replace, ...] = ()
    vendored: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Workspace:
    """The places where source may be; folders are absolute, with forward slashes and none at the end."""

    roots: tuple[str, ...]
    modules: tuple[Module, ...] = ()
    goroot: str | None = None
    module_cache: str | None = None
    mappings: tuple[tuple[str, str], ...] = ()
    opened: frozenset[str] = frozenset()


def resolve(files: Sequence[ProfileFile], workspace: Workspace, fs: FileSystem) -> tuple[Resolution, ...]:
    """One resolution a file, in the order of `files`."""
    answers = []
    for file in files:
        path = file.path.replace("\\", "/")
        inside = any(path.startswith(root + "/") for root in workspace.roots)
        if (inside or path in workspace.opened) and fs.is_file(path):
            answers.append(Resolution(file.path, path, How.EXACT, "the profile names this very file"))
        else:
            answers.append(Resolution(file.path, None, How.UNRESOLVED, "no file of the workspace matches"))
    return tuple(answers)
