"""The files below the folders of a workspace, listed once.

No symbolic link is followed, so that nothing outside gets in, and the walk ends however many files there are.
"""

import os
from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from pprof_lens.profile.errors import Cancelled
from pprof_lens.workspace.process import Cancellation

MOST_FILES = 300_000
"""The index of a workspace stops here."""

NOT_WALKED = frozenset({".git", ".hg", ".svn", "node_modules"})


class Index(NamedTuple):
    """The files by their name, and by their folder and name."""

    by_tail: Mapping[str, Sequence[str]]
    go_mods: tuple[str, ...]
    go_works: tuple[str, ...]
    modules_txts: tuple[str, ...]


def walk(roots: Sequence[str], cancelled: Cancellation) -> Index:
    """The files below the roots; no symbolic link is followed, so that nothing outside gets in."""
    by_tail: dict[str, list[str]] = defaultdict(list)
    special: dict[str, list[str]] = {"go.mod": [], "go.work": [], "modules.txt": []}
    folders = list(reversed(roots))
    seen = set(folders)
    count = 0
    while folders and count < MOST_FILES:
        folder = folders.pop()
        if cancelled():
            raise Cancelled
        name = folder.rpartition("/")[2]
        try:
            entries = list(os.scandir(folder))
        except OSError:
            continue
        for entry in entries:
            path = f"{folder}/{entry.name}"
            if entry.is_dir(follow_symlinks=False):
                if entry.name not in NOT_WALKED and path not in seen:
                    seen.add(path)
                    folders.append(path)
            elif entry.is_file(follow_symlinks=False):
                count += 1
                by_tail[entry.name].append(path)
                by_tail[f"{name}/{entry.name}"].append(path)
                if entry.name in special:
                    special[entry.name].append(path)
    vendored = tuple(path for path in special["modules.txt"] if path.endswith("/vendor/modules.txt"))
    return Index(by_tail, tuple(special["go.mod"]), tuple(special["go.work"]), vendored)
