"""What cannot be written leaves nothing, and what was there before."""

import shutil
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
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


def copied(path: Path, content: bytes) -> None:
    source = path.parent.parent / "source"
    source.write_bytes(content)
    with full_after(3):
        writing.copy_for_user(source, path)


@pytest.mark.skipif(sys.platform == "win32", reason="there no file of a process is bounded")
@pytest.mark.parametrize("write", [writing.write, writing.write_for_user, copied])
def test_what_does_not_fit_leaves_what_was_there_and_nothing_else(
    tmp_path: Path, write: Callable[[Path, bytes], None]
) -> None:
    folder = tmp_path / "folder"
    folder.mkdir()
    file = folder / "kept"
    file.write_bytes(b"before")
    with nullcontext() if write is copied else full_after(3), pytest.raises(OSError, match="File too large"):
        write(file, b"after")
    assert [(path.name, path.read_bytes()) for path in folder.iterdir()] == [("kept", b"before")]


@pytest.mark.skipif(sys.platform == "win32", reason="a link needs a right there")
def test_what_a_link_of_the_user_leads_to_is_written_and_the_link_stays(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(tmp_path / "file")
    (tmp_path / "source").write_bytes(b"two")
    writing.write_for_user(tmp_path / "link", b"one")
    assert (tmp_path / "file").read_bytes() == b"one"
    writing.copy_for_user(tmp_path / "source", tmp_path / "link")
    assert (tmp_path / "file").read_bytes() == b"two"
    assert (tmp_path / "link").is_symlink()


def test_a_file_is_not_copied_onto_itself(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"one")
    with pytest.raises(shutil.SameFileError):
        writing.copy_for_user(tmp_path / "file", tmp_path / "file")
    assert (tmp_path / "file").read_bytes() == b"one"
