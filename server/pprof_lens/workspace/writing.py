"""Writes files of ours; on a disk that is full or may not be written, what was there stays and nothing is left."""

import os
from contextlib import suppress
from pathlib import Path

from pprof_lens.profile.errors import ProfileError


def write(path: Path, content: bytes) -> None:
    """Have the file hold this, at once for who reads it. Raises OSError."""
    beside = path.with_name(f"{path.name}.{os.getpid()}.new")
    try:
        beside.write_bytes(content)
        beside.replace(path)
    except OSError:
        with suppress(OSError):
            beside.unlink()
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
