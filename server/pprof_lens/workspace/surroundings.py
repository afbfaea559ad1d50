"""What surrounds the code: found once, on the worker, and used by everything that has to find or read a source.

Nothing outside the workspace, GOROOT, the module cache, mapped folders and opened files is read, and no program is
run where the editor does not trust the workspace. Nothing here decides which file is meant.
"""

import os
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import NamedTuple

from pprof_lens.source.paths import Workspace
from pprof_lens.workspace import tools
from pprof_lens.workspace.files import DiskFiles, portable
from pprof_lens.workspace.history import Histories
from pprof_lens.workspace.modules import modules, vendors
from pprof_lens.workspace.process import Cancellation, never
from pprof_lens.workspace.tools import Tools
from pprof_lens.workspace.walk import walk


class Surroundings(NamedTuple):
    """The places where source may be, what may be read there, and what may be run."""

    workspace: Workspace
    files: DiskFiles
    tools: Tools
    histories: Histories


def discover(
    roots: Iterable[str],
    *,
    mappings: Iterable[tuple[str, str]] = (),
    opened: Iterable[str] = (),
    is_trusted: bool = False,
    environ: Mapping[str, str] = os.environ,
    cancelled: Cancellation = never,
) -> Surroundings:
    """Look around once, on the worker: walk the workspace, read its go.mod files, ask where Go keeps its sources.

    Raises Cancelled.
    """
    folders = tuple(dict.fromkeys(portable(os.path.abspath(root)) for root in roots))
    programs = tools.installed(folders, environ) if is_trusted else Tools()
    index = walk(folders, cancelled)
    goroot, module_cache = tools.go_folders(programs, environ, cancelled)
    own = modules(folders, index.go_mods, index.go_works, cancelled)
    workspace = Workspace(
        roots=folders,
        modules=own.modules,
        vendors=vendors(index.modules_txts, own.modules, cancelled),
        replaces=own.replaces,
        forks=own.forks,
        goroot=goroot,
        module_cache=module_cache,
        mappings=tuple((prefix, portable(os.path.expanduser(local))) for prefix, local in mappings),
        elsewhere=_elsewhere(folders),
        folds_case=any(map(_folds_case, folders)),
    )
    workspace = _with_opened(workspace, opened)
    return Surroundings(workspace, DiskFiles(workspace, index.by_tail), programs, Histories(programs.git))


def with_opened(surroundings: Surroundings, opened: Iterable[str]) -> Surroundings:
    """The same with other opened files; nothing is walked again."""
    workspace = _with_opened(surroundings.workspace, opened)
    return surroundings._replace(workspace=workspace, files=surroundings.files.for_workspace(workspace))


def _with_opened(workspace: Workspace, opened: Iterable[str]) -> Workspace:
    paths = tuple(map(portable, opened))
    elsewhere = tuple(dict.fromkeys([*_elsewhere(workspace.roots), *_elsewhere(paths)]))
    return replace(workspace, opened=frozenset(paths), elsewhere=elsewhere)


def _elsewhere(paths: Iterable[str]) -> tuple[tuple[str, str], ...]:
    """Where those of the paths that lead through a link really are, and the path."""
    real = ((portable(os.path.realpath(path)), path) for path in paths)
    return tuple((place, path) for place, path in real if place != path)


def _folds_case(folder: str) -> bool:
    """Whether the disk takes another case of a name for the same name."""
    parent, slash, name = folder.rpartition("/")
    try:
        return name != name.swapcase() and os.path.samefile(folder, f"{parent}{slash}{name.swapcase()}")
    except OSError:
        return False
