"""Temporary folders of ours, and the removal of those that were left by who was killed.

Whoever lives holds a lock in its folder, which ends with the process however that ends. Only folders of ours that are
this user's and that nobody holds are removed; where there are no such locks (Windows), none is.
"""

import errno
import os
import shutil
import stat
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from pprof_lens.workspace import writing

if sys.platform != "win32":
    import fcntl

_PREFIX = "pprof-lens-own-"
"""No other folder of ours begins so."""

_LOCK = ".held"


def make(gone: Path | None = None) -> Path:
    """A new folder that is held until this process ends; it stands where that stood which is gone, if it can.

    Raises OSError where none can be made.
    """
    if gone is not None:
        with suppress(OSError):
            gone.mkdir(0o700)
            if _held(gone) is not None:
                return gone
    return _made()[0]


def remove(folder: Path) -> None:
    """Remove a folder of ours, be it that somebody still writes there: under another name nobody finds it."""
    gone = folder.with_name(f"{folder.name}-gone")
    with suppress(OSError):
        folder.rename(gone)
    for path in (gone, folder):
        shutil.rmtree(path, ignore_errors=True)


@contextmanager
def held() -> Iterator[Path]:
    """A new folder that is held within and then removed. Raises ProfileError where none can be made."""
    try:
        folder, lock = _made()
    except OSError as error:
        raise writing.refused(error) from None
    try:
        yield folder
    finally:
        remove(folder)
        if lock is not None:
            os.close(lock)


def remove_abandoned(place: Path) -> None:
    """Remove the folders in `place` whose process has ended."""
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


def _made() -> tuple[Path, int | None]:
    """A new folder and the lock that holds it, where there are locks."""
    place = _place()
    remove_abandoned(place)
    while True:
        folder = Path(tempfile.mkdtemp(prefix=_PREFIX, dir=place))
        if sys.platform == "win32":
            return folder, None
        if (lock := _held(folder)) is not None:
            return folder, lock


def _place() -> Path:
    """The system's folder for what is temporary. Raises OSError where it takes no file."""
    none = FileNotFoundError(errno.ENOENT, "there is none that takes a file")
    try:
        place = Path(tempfile.gettempdir())
    except FileNotFoundError:
        raise none from None
    # Python would take the folder that we are in, be it the user's code, before it takes none.
    if place == Path.cwd() and str(place) not in map(os.environ.get, ("TMPDIR", "TEMP", "TMP")):
        raise none
    return place


def _held(folder: Path) -> int | None:
    """What holds a folder that was just made; None where another process took it for abandoned meanwhile."""
    if sys.platform == "win32":
        return 0
    with suppress(BlockingIOError, FileNotFoundError):
        lock = _locked(folder / _LOCK)
        if (folder / _LOCK).exists():
            return lock
        os.close(lock)
    return None


def _locked(path: Path) -> int:
    """Hold this file. Who was killed in the first moment of its folder, or in the last, left it without."""
    # Not O_NONBLOCK: who opens both ends of a pipe waits for nobody.
    descriptor = os.open(path, os.O_RDWR | os.O_NOFOLLOW | os.O_CREAT, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(descriptor)
        raise
    return descriptor
