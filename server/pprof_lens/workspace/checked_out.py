"""Which commit files are of, and whether one of them is another than it is there; git reads, and nothing else runs."""

import hashlib
import os
from collections.abc import Mapping
from typing import NamedTuple

from pprof_lens.workspace.files import portable
from pprof_lens.workspace.git import Repository
from pprof_lens.workspace.process import Cancellation, never
from pprof_lens.workspace.work_tree import top_of


class CheckedOut(NamedTuple):
    """A commit, empty where there is none, and whether a file is not as it has it."""

    commit: str = ""
    is_dirty: bool = False


def checked_out(git: str | None, texts: Mapping[str, str], cancelled: Cancellation = never) -> CheckedOut:
    """What is checked out where the first of the files is; those elsewhere are not asked for. Raises Cancelled."""
    paths = [portable(os.path.realpath(path)) for path in texts]
    top = top_of(os.path.dirname(paths[0])) if paths else ""
    if git is None or not top:
        return CheckedOut()
    inner = {path[len(top) + 1 :]: text for path, text in zip(paths, texts.values(), strict=True) if _is_in(path, top)}
    try:
        with Repository(git, top, tuple(inner), cancelled) as repository:
            (commit,) = repository.resolved(["HEAD^{commit}"])
            if commit is None:
                return CheckedOut()
            blobs = repository.blobs_at(commit)
    except OSError:
        return CheckedOut()
    is_dirty = any(blob != _blob(text, commit) for blob, text in zip(blobs, inner.values(), strict=True))
    return CheckedOut(commit, is_dirty)


def _is_in(path: str, top: str) -> bool:
    return path.startswith(f"{top}/")


def _blob(text: str, commit: str) -> str:
    """The name that git has for the content, by the kind of name that the commit has."""
    data = text.encode("utf-8", "surrogateescape")
    made = hashlib.sha256() if len(commit) == hashlib.sha256().digest_size * 2 else hashlib.sha1(usedforsecurity=False)
    made.update(b"blob %d\0" % len(data))
    made.update(data)
    return made.hexdigest()
