"""Reads profiles from files; the only place that does. Bounded in bytes, and each error is one sentence."""

from collections.abc import Callable, Sequence
from pathlib import Path

from pprof_lens.profile import prune
from pprof_lens.profile.errors import ProfileError
from pprof_lens.profile.model import Profile
from pprof_lens.profile.read import read
from pprof_lens.workspace import reading

Stop = Callable[[], bool]
"""Answers true once nobody wants the result."""

FileStamp = tuple[int, int, int] | None
"""Size, time of change and identity of a file, which tell a rewritten one; None for one that is not there."""


def stamps(paths: Sequence[str]) -> tuple[FileStamp, ...]:
    """What the files are now."""
    return tuple(map(stamp, paths))


def stamp(path: str) -> FileStamp:
    """What the file is now."""
    try:
        facts = Path(path).stat()
    except (OSError, ValueError):
        return None
    return facts.st_size, facts.st_mtime_ns, facts.st_ino


def read_profiles(paths: Sequence[str], limit: int, stop: Stop = lambda: False) -> tuple[Profile, ...]:
    """The profiles in these files, each bounded by `limit` bytes. Raises ProfileError or Cancelled."""
    return tuple(read_profile(path, limit, stop) for path in paths)


def read_profile(path: str, limit: int, stop: Stop = lambda: False) -> Profile:
    """The profile in this file, bounded by `limit` bytes. Raises ProfileError or Cancelled."""
    return prune.remove_uninteresting(read(read_file(path, limit, stop), limit=limit, cancelled=stop))


def read_file(path: str, limit: int, stop: Stop = lambda: False) -> bytes:
    """The bytes of a profile's file. Raises ProfileError in one sentence where they cannot be had, or Cancelled."""
    name = Path(path).name
    try:
        data, _ = reading.read(path, limit + 1, stop)
    except FileNotFoundError:
        raise ProfileError(f"There is no file {path}.") from None
    except IsADirectoryError:
        raise ProfileError(f"{path} is a folder, not a profile.") from None
    except PermissionError:
        raise ProfileError(f"{path} may not be read: permission denied.") from None
    except reading.NotRegularError:
        raise ProfileError(f"{path} is a device or a pipe and no file, so it is not read.") from None
    except OSError as error:
        raise ProfileError(f"{name} cannot be read: {error.strerror or error}.") from None
    except ValueError:
        raise ProfileError(f"{name!r} is no path.") from None
    if len(data) > limit:
        raise ProfileError(
            f"{name} is larger than {limit} bytes; raise the setting pprofLens.limits.profileBytes to load it."
        )
    return data
