"""Paths as Go's path/filepath handles them on a Unix, and the prefixes that pprof takes off source files."""

from posixpath import normpath

_ALWAYS_TRIMMED = ("/proc/self/cwd/./", "/proc/self/cwd/")


def clean(path: str) -> str:
    """The shortest path that means the same."""
    cleaned = normpath(path)
    # Two leading slashes mean something to POSIX, and nothing to Go.
    return "/" + cleaned.lstrip("/") if cleaned.startswith("//") else cleaned


def base(path: str) -> str:
    """The last element; `.` of an empty path, `/` of one of slashes."""
    if not path:
        return "."
    return path.rstrip("/").rpartition("/")[2] or "/"


def split_list(paths: str) -> list[str]:
    """The paths of a list that is separated by colons."""
    return paths.split(":") if paths else []


def trimmed(path: str, *, trim: str, search: str) -> str:
    """The path without one of the prefixes to trim.

    Where there are none, it is cut behind the first of the directories to search whose last element is an element
    of the path. That is pprof's guess (internal/report/source.go), and it misses files that are there.
    """
    if not trim:
        for directory in split_list(search):
            _, found, after = path.partition(f"/{base(directory)}/")
            if found:
                return after
    for prefix in (*split_list(trim), *_ALWAYS_TRIMMED):
        with_slash = prefix if prefix.endswith("/") else prefix + "/"
        if path.startswith(with_slash):
            return path.removeprefix(with_slash)
    return path
