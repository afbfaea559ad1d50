"""What cannot be written leaves nothing, and what was there before."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from pprof_lens.workspace import writing


@contextmanager
def full_after(size: int) -> Iterator[None]:
    """No file of this process becomes larger, as on a disk that is full."""
    import resource  # noqa: PLC0415 - Windows has none

    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


@pytest.mark.skipif(sys.platform == "win32", reason="there no file of a process is bounded")
def test_what_does_not_fit_leaves_what_was_there_and_nothing_else(tmp_path: Path) -> None:
    file = tmp_path / "kept"
    writing.write(file, b"before")
    with full_after(3), pytest.raises(OSError, match="File too large"):
        writing.write(file, b"after")
    assert [(path.name, path.read_bytes()) for path in tmp_path.iterdir()] == [("kept", b"before")]
