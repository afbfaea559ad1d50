"""The temporary folder of a server, and the removal of those that servers left which were killed.

A living server holds a lock in its folder, which ends with the process however that ends. Only folders of ours that
are this user's and that nobody holds are removed; where there are no such locks (Windows), none is.
"""

import os
import shutil
import stat
import sys
import tempfile
from pathlib import Path

if sys.platform != "win32":
    import fcntl

_PREFIX = "pprof-lens-"
_LOCK = ".held"


def make() -> Path:
    """A new folder that is held until this process ends. Raises OSError where none can be made."""
    remove_abandoned(Path(tempfile.gettempdir()))
    folder = Path(tempfile.mkdtemp(prefix=_PREFIX))
    if sys.platform != "win32":
        _locked(folder / _LOCK, os.O_CREAT)  # never closed: the lock is to last as long as the process
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


def _locked(path: Path, flags: int = 0) -> int:
    descriptor = os.open(path, os.O_RDWR | os.O_NOFOLLOW | os.O_NONBLOCK | flags, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(descriptor)
        raise
    return descriptor
