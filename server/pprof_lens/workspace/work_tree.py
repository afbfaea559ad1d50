"""Where the work tree is that a folder belongs to, and the files that change with what git has checked out there.

No git is run for it: these files are asked for again and again, and nothing but when they changed is looked at.
"""

import os
import re
from collections.abc import Sequence

from pprof_lens.workspace.files import portable
from pprof_lens.workspace.reading import read

_LONGEST_LINK = 1 << 13
"""Bytes of a `.git` that is a file."""

_LINK = re.compile(rb"gitdir: ([^\r\n\0]{1,4096})[\r\n]{0,2}")

OF_HEAD_AND_FETCHED = ("HEAD", "FETCH_HEAD")
OF_ALL = (*OF_HEAD_AND_FETCHED, "logs/HEAD", "packed-refs", "index")


def top_of(folder: str) -> str:
    """The folder that has the `.git`, that one or above it; "" where there is none."""
    while not os.path.exists(f"{folder}/.git"):
        above = os.path.dirname(folder)
        if above == folder:
            return ""
        folder = above
    return portable(folder)


def telling(top: str, names: Sequence[str]) -> tuple[str, ...]:
    """The files of git by these names, there or not, of the work tree and of what it shares with others.

    Where the `.git` is a file that leads to them, it is one of them.
    """
    try:
        content, _ = read(f"{top}/.git", _LONGEST_LINK)
    except OSError:
        return tuple(f"{top}/.git/{name}" for name in names)
    return (f"{top}/.git", *(f"{folder}/{name}" for folder in _linked(top, content) for name in names))


def _linked(top: str, content: bytes) -> tuple[str, ...]:
    """What git keeps of this work tree; of a linked one, what it shares with others is two folders above."""
    link = _LINK.fullmatch(content)
    if link is None:
        return ()
    own = portable(os.path.normpath(os.path.join(top, os.fsdecode(link[1]))))
    shared, _, linked = own.rpartition("/worktrees/")
    return (own, shared) if shared and "/" not in linked else (own,)
