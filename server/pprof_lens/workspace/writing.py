"""Writes files of ours; on a disk that is full or may not be written, what was there stays and nothing is left."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from pprof_lens.profile.errors import ProfileError


def write(path: Path, content: bytes) -> None:
    """Have the file hold this, at once for who reads it; a hidden file beside it is left where we are killed meanwhile.

    Raises OSError.
    """
    with _beside(path) as file:
        file.write_bytes(content)


def write_for_user(path: Path, content: bytes) -> None:
    """The same of a file that the user named, where it leads; a pipe or a device takes it as it comes.

    Raises OSError.
    """
    file = path.resolve()
    if file.exists() and not file.is_file():
        file.write_bytes(content)
    else:
        write(file, content)


def copy_for_user(source: Path, path: Path) -> None:
    """The same with what another file holds. Raises OSError, SameFileError where it is that very file."""
    file = path.resolve()
    if file.exists() and (not file.is_file() or file.samefile(source)):
        shutil.copyfile(source, file)
    else:
        with _beside(file) as new:
            shutil.copyfile(source, new)


@contextmanager
def _beside(path: Path) -> Iterator[Path]:
    """A file that takes the place of that one once it is written."""
    file = path.with_name(f".{path.name}.{os.getpid()}.new")
    try:
        yield file
        file.replace(path)
    except OSError:
        with suppress(OSError):
            file.unlink()
        raise


def write_temporary(path: Path, content: bytes) -> None:
    """The same of a file in the temporary folder. Raises ProfileError."""
    try:
        write(path, content)
    except OSError as error:
        raise refused(error) from None


def refused(error: OSError) -> ProfileError:
    """The sentence for whoever wanted something of which the temporary folder takes nothing."""
    return ProfileError(f"Nothing can be written to the temporary folder: {why(error)}.")


def why(error: OSError) -> str:
    """What the system says, as a part of a sentence."""
    return error.strerror or str(error)
