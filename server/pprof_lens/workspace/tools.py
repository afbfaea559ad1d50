"""The programs that may be run, and what Go's own says of where it keeps its sources.

`git` and `go` are those of the user, never those that the workspace brought, and only where the editor trusts it.
"""

import os
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pprof_lens.workspace import process
from pprof_lens.workspace.files import portable


@dataclass(frozen=True, slots=True)
class Tools:
    """The programs that may be run, by absolute path; None for one that is not installed or not to be run."""

    git: str | None = None
    go: str | None = None


def installed(roots: Sequence[str], environ: Mapping[str, str]) -> Tools:
    return Tools(git=_installed("git", roots, environ), go=_installed("go", roots, environ))


def _installed(name: str, roots: Sequence[str], environ: Mapping[str, str]) -> str | None:
    """The program on the path, unless the workspace brought it."""
    found = shutil.which(name, path=environ.get("PATH", ""))
    if found is None or not os.path.isabs(found):
        return None
    folders = [portable(os.path.normcase(path)) for root in roots for path in (root, os.path.realpath(root))]
    places = [portable(os.path.normcase(path)) for path in (os.path.abspath(found), os.path.realpath(found))]
    return None if any(place.startswith(f"{folder}/") for place in places for folder in folders) else found


def go_folders(
    tools: Tools, environ: Mapping[str, str], cancelled: process.Cancellation
) -> tuple[str | None, str | None]:
    """GOROOT and the module cache: from the environment, else asked of Go, else where they usually are.

    Raises Cancelled.
    """
    goroot, module_cache = environ.get("GOROOT", ""), environ.get("GOMODCACHE", "")
    if not module_cache and environ.get("GOPATH"):
        module_cache = os.path.join(environ["GOPATH"].split(os.pathsep)[0], "pkg", "mod")
    if tools.go is not None and not (goroot and module_cache):
        # elsewhere than in the workspace, whose go.mod could ask for another toolchain
        command = [tools.go, "env", "GOROOT", "GOMODCACHE"]
        answer = process.run(command, {**environ, "GOTOOLCHAIN": "local"}, cancelled)
        asked = answer.decode("utf-8", "replace").splitlines()
        if len(asked) == 2:
            goroot, module_cache = goroot or asked[0], module_cache or asked[1]
    goroot = goroot or "/usr/local/go"
    module_cache = module_cache or os.path.join(os.path.expanduser("~"), "go", "pkg", "mod")
    return _existing(goroot), _existing(module_cache)


def _existing(folder: str) -> str | None:
    is_there = os.path.isabs(folder) and os.path.isdir(folder)
    return portable(os.path.normpath(folder)) if is_there else None
