"""What is offered to be picked: profiles by their content, with what they come to, those first that were taken last."""

import gzip
import os
import shutil
from pathlib import Path

import pytest

from pprof_lens.session import profiles as module
from pprof_lens.session.profiles import Listed, begins_a_profile, listed

PROFILES = Path(__file__).parents[2] / "examples" / "leaky" / "profiles"

RAW = bytes([0x0A, 4, 8, 1, 16, 2, 0x32, 0, 0x48, 0x80, 1])
"""A sample type, the empty string, a time: the least that a profile begins with."""

PERIOD_FIRST = bytes([0x5A, 4, 8, 1, 16, 2, 0x60, 0x80, 0x80, 32, 0x0A, 4, 8, 1, 16, 2])
LONG = gzip.compress(RAW + bytes([0x12, 0xFF, 0x7F]) + b"x" * 9000, compresslevel=0)


def found(folder: Path) -> list[Listed]:
    return list(listed((str(folder),), lambda: False))


def drawn(profiles: list[Listed]) -> list[str]:
    return [
        f"{Path(one.path).name}: {one.kind or '?'} {one.sample_type.type if one.sample_type else '?'} {one.total}"
        for one in profiles
    ]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in ("cpu", "heap", "mutex"):
        shutil.copy(PROFILES / f"{name}.pprof", tmp_path)
    return tmp_path


def test_profiles_are_told_by_kind_and_total_those_taken_last_first(folder: Path) -> None:
    os.utime(folder / "cpu.pprof")  # written last, taken first
    assert drawn(found(folder)) == [
        "mutex.pprof: mutex delay 18749048530",
        "heap.pprof: heap inuse_space 55509077",
        "cpu.pprof: cpu cpu 2140000000",
    ]


def test_what_is_no_profile_is_left_out(folder: Path) -> None:
    (folder / "cover.out").write_text("mode: set\nmain.go:1.1,2.2 1 1\n")
    (folder / "trace.out").write_bytes(b"go 1.23 trace\0\0\0" + bytes(5000))
    (folder / "notes.txt").write_text("The rest is silence.\n")
    os.mkfifo(folder / "pipe.out")
    (folder / "heap.link.pprof").symlink_to(folder / "heap.pprof")
    shutil.copytree(PROFILES, folder / "vendor" / "profiles")
    assert len(found(folder)) == 3


def test_a_profile_that_takes_too_long_to_read_is_listed_by_when_it_was_written(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "SECONDS", 0)
    assert drawn(found(folder)) == [f"{name}.pprof: ? ? 0" for name in ("mutex", "heap", "cpu")]


def test_of_a_large_file_only_the_beginning_is_read(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "LARGEST", 4716)  # heap.pprof has 4715
    assert [line for line in drawn(found(folder)) if "?" in line] == ["cpu.pprof: ? ? 0"]


def test_a_bomb_is_listed_and_not_inflated(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "LARGEST_INFLATED", 1 << 16)
    (folder / "bomb.pb.gz").write_bytes(gzip.compress(RAW + bytes([0x12, 0x80, 0x80, 4]) + bytes(1 << 16)))
    assert "bomb.pb.gz: ? ? 0" in drawn(found(folder))


def test_only_so_many_files_are_looked_at_those_written_last(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST", 1)
    os.utime(folder / "cpu.pprof", (2e9, 2e9))
    assert drawn(found(folder)) == ["cpu.pprof: cpu cpu 2140000000"]


@pytest.mark.parametrize(
    "head",
    [RAW, PERIOD_FIRST, gzip.compress(RAW), LONG[:4096], b"heap profile: 1: 2 [3: 4] @ heap/1048576\n",
     b"goroutine 1 [running]:\nmain.main()\n"],
)  # fmt: skip
def test_a_profile_is_told_by_its_beginning(head: bytes) -> None:
    assert begins_a_profile(head)


@pytest.mark.parametrize(
    "head",
    [b"", b"\x7fELF\x02\x01\x01", b"mode: set\nmain.go:1.1,2.2 1 1\n", gzip.compress(b"hello, world"),
     b"\x1f\x8b\x08\x00\x01\x02\x03", b'"use strict";\nThe rest is silence.\n'],
)  # fmt: skip
def test_what_is_none_is_told_too(head: bytes) -> None:
    assert not begins_a_profile(head)
