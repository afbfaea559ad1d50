"""The temporary folder of a server, and the removal of those that servers left which were killed.

A living server holds a lock in its folder, which ends with the process however that ends. Only folders of ours that
are this user's and that nobody holds are removed; where there are no such locks (Windows), none is.
"""

import os
import shutil
import stat
import sys
import tempfile
from contextlib import suppress
from pathlib import Path

if sys.platform != "win32":
    import fcntl

_PREFIX = "pprof-lens-server-"
"""No other folder of ours begins so: benchmarks hold theirs by no lock."""

_LOCK = ".held"


def make() -> Path:
    """A new folder that is held until this process ends. Raises OSError where none can be made."""
    remove_abandoned(Path(tempfile.gettempdir()))
    while True:
        folder = Path(tempfile.mkdtemp(prefix=_PREFIX))
        if _is_held(folder):
            return folder


def remove_abandoned(place: Path) -> None:
    """Remove the folders in `place` whose server has ended."""
    if sys.platform == "win32":
        return
    for folder in place.glob(f"{_PREFIX}*"):
        try:
            facts = folder.lstat()
            if not stat.S_ISDIR(facts.st_mode) or facts.st_uid != os.getuid():
                continue
            descriptor = _locked(folder / _LOCK)
        except OSError:  # it is held, or none of ours
            continue
        shutil.rmtree(folder, ignore_errors=True)
        os.close(descriptor)


def _is_held(folder: Path) -> bool:
    """Hold a folder that was just made; not so where another server took it for abandoned meanwhile."""
    if sys.platform == "win32":
        return True
    with suppress(BlockingIOError, FileNotFoundError):
        _locked(folder / _LOCK)  # never closed: the lock is to last as long as the process
        return (folder / _LOCK).exists()
    return False


def _locked(path: Path) -> int:
    """Hold this file. A server that was killed in the first moment of its folder, or in the last, left it without."""
    descriptor = os.open(path, os.O_RDWR | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CREAT, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(descriptor)
        raise
    return descriptor
