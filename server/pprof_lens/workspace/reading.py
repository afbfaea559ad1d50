"""Reads files; everything that the server reads from this machine comes through here.

Whatever stands at a path (a pipe, a device, a folder, a file that grows): nothing waits, nothing but a regular file is
read, and no more of it than was asked for. Which paths may be read is for the caller to say.
"""

import os
import stat
from collections.abc import Callable
from io import FileIO
from pathlib import Path

from pprof_lens.profile.errors import Cancelled

_FLAGS = (
    os.O_RDONLY
    | getattr(os, "O_NONBLOCK", 0)  # a pipe would wait for its writer
    | getattr(os, "O_NOCTTY", 0)
    | getattr(os, "O_CLOEXEC", 0)
    | getattr(os, "O_BINARY", 0)
)
_BLOCK = 1 << 24


class NotRegularError(OSError):
    """There is something else than a file at the path."""


def read(path: str, most: int, cancelled: Callable[[], bool] = lambda: False) -> tuple[bytes, os.stat_result]:
    """The first `most` bytes of a file, and what the system says of it.

    Raises what `opened` does, and Cancelled.
    """
    with opened(path) as file:
        parts: list[bytes] = []
        left = most
        # By what is there and not by what may be: a limit is not allocated.
        while left > 0 and (part := file.read(min(left, _BLOCK))):
            if cancelled():
                raise Cancelled
            parts.append(part)
            left -= len(part)
        return b"".join(parts), os.fstat(file.fileno())


def opened(path: str) -> FileIO:
    """A file of which parts are read; to be closed.

    Raises OSError as opening does, NotRegularError, ValueError for what is no path.
    """
    descriptor = os.open(path, _FLAGS)
    mode = os.fstat(descriptor).st_mode
    if stat.S_ISREG(mode):
        return FileIO(descriptor, "rb")
    os.close(descriptor)
    raise IsADirectoryError(path) if stat.S_ISDIR(mode) else NotRegularError("it is no file")


def leads_out(path: str, folder: str) -> bool:
    """Whether the path is a link that leads out of the folder."""
    real, inside = os.path.realpath(path), os.path.realpath(folder)
    return not Path(real).is_relative_to(inside)
