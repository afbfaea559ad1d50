"""Why a profile's file cannot be had, in one sentence."""

import errno
from pathlib import Path
from typing import NoReturn

import pytest

from pprof_lens.profile.errors import ProfileError
from pprof_lens.session import reading


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (OSError(errno.EIO, "Input/output error"), "heap.pprof cannot be read: Input/output error."),
        (OSError("the disk is gone"), "heap.pprof cannot be read: the disk is gone."),
    ],
)
def test_a_file_that_cannot_be_read_is_told_with_the_system_s_reason(
    monkeypatch: pytest.MonkeyPatch, error: OSError, said: str
) -> None:
    def fail(*_: object) -> NoReturn:
        raise error

    monkeypatch.setattr("pprof_lens.session.reading.reading.read", fail)
    with pytest.raises(ProfileError) as refused:
        reading.read_file("/tmp/heap.pprof", 100)
    assert str(refused.value) == said


def test_a_file_is_read_up_to_the_limit(tmp_path: Path) -> None:
    path = tmp_path / "heap.pprof"
    path.write_bytes(bytes(100))
    assert reading.read_file(str(path), 100) == bytes(100)
    with pytest.raises(ProfileError, match=r"^heap\.pprof is larger than 99 bytes; raise the setting"):
        reading.read_file(str(path), 99)
