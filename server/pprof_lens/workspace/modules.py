"""The modules of a workspace, from its go.mod, go.work and vendor/modules.txt files.

What these files mean is `source.gomod`'s to say; here they are found and read.
"""

import os
from collections.abc import Iterator, Sequence
from dataclasses import replace

from pprof_lens.source import gomod
from pprof_lens.source.gomod import Module, Vendor
from pprof_lens.workspace.files import decoded
from pprof_lens.workspace.reading import leads_out, read

LARGEST = 1 << 20
"""Bytes; what a go.mod or modules.txt has beyond is not read."""


def modules(roots: Sequence[str], go_mods: Sequence[str], go_works: Sequence[str]) -> tuple[Module, ...]:
    """The modules of the workspace, and one around each root where the root is a folder of it."""
    above = [go_mod for root in roots for go_mod in _go_mod_above(root)]
    works = [(_text(go_work), _folder(go_work)) for go_work in go_works]
    replaces = tuple(r for text, folder in works for r in gomod.replaces(text, folder))
    forks = tuple(f for text, _ in works for f in gomod.forks(text))
    found = []
    for go_mod in dict.fromkeys([*go_mods, *above]):
        module = gomod.module(_text(go_mod), _folder(go_mod))
        if module is not None:
            found.append(replace(module, replaces=module.replaces + replaces, forks=module.forks + forks))
    return tuple(found)


def vendors(modules_txts: Sequence[str], modules: Sequence[Module]) -> tuple[Vendor, ...]:
    """The folders with a `vendor/`: those that were walked, and those of modules around the workspace."""
    paths = [*modules_txts, *(f"{module.directory}/vendor/modules.txt" for module in modules)]
    found = (Vendor(_folder(_folder(path)), gomod.vendored(_text(path))) for path in dict.fromkeys(paths))
    return tuple(vendor for vendor in found if vendor.modules)


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
    """What the file says; nothing where it is none, or a link out of its folder, as a clone may bring."""
    try:
        return "" if leads_out(path, _folder(path)) else decoded(read(path, LARGEST)[0])
    except OSError:
        return ""
