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
from pprof_lens.workspace.modules import modules
from pprof_lens.workspace.process import Cancellation, never
from pprof_lens.workspace.tools import Tools
from pprof_lens.workspace.walk import walk


class Surroundings(NamedTuple):
    """The places where source may be, what may be read there, and what may be run."""

    workspace: Workspace
    files: DiskFiles
    tools: Tools


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
    goroot, module_cache = tools.go_folders(programs, environ)
    workspace = Workspace(
        roots=folders,
        modules=modules(folders, index.go_mods, index.go_works),
        goroot=goroot,
        module_cache=module_cache,
        mappings=tuple((prefix, portable(os.path.expanduser(local))) for prefix, local in mappings),
        opened=frozenset(map(portable, opened)),
    )
    return Surroundings(workspace, DiskFiles(workspace, index.by_tail), programs)


def with_opened(surroundings: Surroundings, opened: Iterable[str]) -> Surroundings:
    """The same with other opened files; nothing is walked again."""
    workspace = replace(surroundings.workspace, opened=frozenset(map(portable, opened)))
    return surroundings._replace(workspace=workspace, files=surroundings.files.for_workspace(workspace))
