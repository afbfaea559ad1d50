"""What go.mod, go.work and vendor/modules.txt say, as far as finding sources needs it (go.dev/ref/mod).

The grammar alone: texts are handed in, folders are joined and not looked at. Local paths have forward slashes.
"""

import posixpath
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import NamedTuple


class Replace(NamedTuple):
    """A replace directive that leads to a folder; an empty version replaces every version."""

    module: str
    version: str
    directory: str


class Required(NamedTuple):
    """A module at a version, as go.mod requires it or vendor/modules.txt has it."""

    module: str
    version: str


class Forked(NamedTuple):
    """A replace directive that leads to another module; an empty version replaces every version."""

    module: str
    version: str
    by: Required


class Vendor(NamedTuple):
    """A folder that holds `vendor/`, and what its modules.txt lists; there need be no go.mod beside it."""

    directory: str
    modules: tuple[Required, ...]


@dataclass(frozen=True, slots=True)
class Module:
    """A go.mod of the workspace."""

    path: str
    directory: str
    replaces: tuple[Replace, ...] = ()
    forks: tuple[Forked, ...] = ()
    requires: tuple[Required, ...] = ()


def module(text: str, directory: str) -> Module | None:
    """The module that a go.mod in that folder declares; None where it declares none."""
    said = tuple(_directives(text))
    path = next((words[0] for verb, words in said if verb == "module" and words), "")
    if not path:
        return None
    requires = (words for verb, words in said if verb == "require" and len(words) > 1)
    return Module(
        path=path,
        directory=directory,
        replaces=tuple(_replaces(said, directory)),
        forks=tuple(_forks(said)),
        requires=tuple(Required(*words[:2]) for words in requires),
    )


def replaces(text: str, directory: str) -> tuple[Replace, ...]:
    """The replace directives of a go.mod or go.work in that folder that lead to folders."""
    return tuple(_replaces(_directives(text), directory))


def forks(text: str) -> tuple[Forked, ...]:
    """The replace directives of a go.mod or go.work that lead to other modules."""
    return tuple(_forks(_directives(text)))


def vendored(text: str) -> tuple[Required, ...]:
    """The modules at the versions that a vendor/modules.txt lists."""
    words = (line.split() for line in text.splitlines() if line.startswith("# "))
    return tuple(Required(w[1], w[2]) for w in words if len(w) > 2 and w[2] != "=>")


_WORD = re.compile(r'"([^"]*)"|`([^`]*)`|([^\s"`()]+)|([()])')


def _directives(text: str) -> Iterator[tuple[str, list[str]]]:
    """The lines as verb and words, blocks unfolded ("Lexical elements")."""
    block = ""
    for line in text.splitlines():
        words = ["".join(groups) for groups in _WORD.findall(line.partition("//")[0])]
        if not words:
            continue
        if words == [")"]:
            block = ""
        elif words[-1] == "(":
            block = words[0]
        elif block:
            yield block, words
        else:
            yield words[0], words[1:]


def _replaces(directives: Iterable[tuple[str, list[str]]], directory: str) -> Iterator[Replace]:
    for old, new in _replacements(directives):
        if len(new) == 1:
            yield Replace(old[0], old[1] if len(old) > 1 else "", _joined(directory, new[0].replace("\\", "/")))


def _forks(directives: Iterable[tuple[str, list[str]]]) -> Iterator[Forked]:
    for old, new in _replacements(directives):
        if len(new) > 1:
            yield Forked(old[0], old[1] if len(old) > 1 else "", Required(*new[:2]))


def _replacements(directives: Iterable[tuple[str, list[str]]]) -> Iterator[tuple[list[str], list[str]]]:
    """What stands on both sides of each arrow."""
    for verb, words in directives:
        if verb == "replace" and "=>" in words[1:]:
            arrow = words.index("=>")
            yield words[:arrow], words[arrow + 1 :]


def _joined(directory: str, folder: str) -> str:
    return posixpath.normpath(folder if folder[1:2] == ":" else posixpath.join(directory, folder))
