"""The modules of a workspace, from its go.mod, go.work and vendor/modules.txt files.

What these files mean is `source.gomod`'s to say; here they are found and read.
"""

import os
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from pprof_lens.profile.errors import Cancelled
from pprof_lens.source import gomod
from pprof_lens.source.gomod import Forked, Module, Replace, Vendor
from pprof_lens.workspace.files import decoded
from pprof_lens.workspace.process import Cancellation, never
from pprof_lens.workspace.reading import leads_out, read

LARGEST = 1 << 20
"""Bytes; what a go.mod or modules.txt has beyond is not read."""


MOST_BYTES = 64 << 20
"""Of all such files together; those beyond are not read."""


class Modules(NamedTuple):
    """The modules of a workspace, and the replace directives of its go.work files, which hold for all of them."""

    modules: tuple[Module, ...]
    replaces: tuple[Replace, ...]
    forks: tuple[Forked, ...]


def modules(
    roots: Sequence[str], go_mods: Sequence[str], go_works: Sequence[str], cancelled: Cancellation = never
) -> Modules:
    """The modules of the workspace, and one around each root where the root is a folder of it. Raises Cancelled."""
    above = [go_mod for root in roots for go_mod in _go_mod_above(root)]
    works = list(_texts(go_works, cancelled))
    replaces = tuple(r for path, text in works for r in gomod.replaces(text, _folder(path)))
    forks = tuple(f for _, text in works for f in gomod.forks(text))
    found = (gomod.module(text, _folder(path)) for path, text in _texts(dict.fromkeys([*go_mods, *above]), cancelled))
    return Modules(tuple(filter(None, found)), replaces, forks)


def vendors(
    modules_txts: Sequence[str], modules: Sequence[Module], cancelled: Cancellation = never
) -> tuple[Vendor, ...]:
    """The folders with a `vendor/`: those that were walked, and those of modules around the workspace."""
    paths = [*modules_txts, *(f"{module.directory}/vendor/modules.txt" for module in modules)]
    texts = _texts(dict.fromkeys(paths), cancelled)
    found = (Vendor(_folder(_folder(path)), gomod.vendored(text)) for path, text in texts)
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


def _texts(paths: Iterable[str], cancelled: Cancellation) -> Iterator[tuple[str, str]]:
    """What the files say, until there is more than a workspace has."""
    left = MOST_BYTES
    for path in paths:
        if cancelled():
            raise Cancelled
        text = _text(path)
        left -= len(text)
        if left < 0:
            return
        yield path, text


def _text(path: str) -> str:
    """What the file says; nothing where it is none, or a link out of its folder, as a clone may bring."""
    try:
        return "" if leads_out(path, _folder(path)) else decoded(read(path, LARGEST)[0])
    except OSError:
        return ""
