"""The modules of a workspace, from its go.mod, go.work and vendor/modules.txt files.

What these files mean is `source.gomod`'s to say; here they are found and read.
"""

import os
from collections.abc import Iterator, Sequence
from dataclasses import replace

from pprof_lens.source import gomod
from pprof_lens.source.gomod import Module
from pprof_lens.workspace.files import decoded

LARGEST = 1 << 20
"""Bytes; what a go.mod or modules.txt has beyond is not read."""


def modules(roots: Sequence[str], go_mods: Sequence[str], go_works: Sequence[str]) -> tuple[Module, ...]:
    """The modules of the workspace, and one around each root where the root is a folder of it."""
    above = [go_mod for root in roots for go_mod in _go_mod_above(root)]
    of_works = tuple(r for go_work in go_works for r in gomod.replaces(_text(go_work), _folder(go_work)))
    found = []
    for go_mod in dict.fromkeys([*go_mods, *above]):
        module = gomod.module(_text(go_mod), _folder(go_mod))
        if module is not None:
            vendored = gomod.vendored(_text(f"{module.directory}/vendor/modules.txt"))
            found.append(replace(module, replaces=module.replaces + of_works, vendored=vendored))
    return tuple(found)


def _go_mod_above(root: str) -> Iterator[str]:
    folder = _folder(root)
    while folder:
        if os.path.isfile(f"{folder}/go.mod"):
            yield f"{folder}/go.mod"
            return
        folder = _folder(folder)


def _folder(path: str) -> str:
    return path.rpartition("/")[0]


def _text(path: str) -> str:
    try:
        with open(path, "rb") as file:
            return decoded(file.read(LARGEST))
    except OSError:
        return ""
