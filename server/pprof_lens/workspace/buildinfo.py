"""What Go wrote into a program about its build: the commit, read from the file without running it.

Go writes a block that begins with a magic number, whatever the format of the file is (ELF, Mach-O, PE): since Go
1.18 a flag, the version and the module information as strings with their lengths (go/src/debug/buildinfo).
"""

import re
from collections.abc import Iterator
from typing import BinaryIO, NamedTuple

MAGIC = b"\xff Go buildinf:"
ALIGNMENT = 16
"""Bytes; the block begins at a multiple of it."""

LARGEST_PROGRAM = 512 << 20
"""Bytes; what lies beyond is not looked at."""

_CHUNK = 1 << 20
_HEADER = 32
_MOST_TOLD = 1 << 20
_MOST_BLOCKS = 16
"""A program that reads such blocks has a few; a file of nothing else would be read again for each."""
_IS_INLINE = 2
_SETTING = re.compile(rb"^build\tvcs\.(revision|modified)=(.*)$", re.MULTILINE)


class BuildInfo(NamedTuple):
    """The commit that a program was built of, and whether the working tree had more than that; "" if not told."""

    revision: str
    is_modified: bool


def build_info(program: BinaryIO) -> BuildInfo | None:
    """What the program tells; None where it is none of Go's or tells nothing."""
    for block in _blocks(program):
        settings = dict(_SETTING.findall(block))
        if settings.get(b"revision"):
            return BuildInfo(settings[b"revision"].decode("ascii", "replace"), settings.get(b"modified") == b"true")
    return None


def _blocks(program: BinaryIO) -> Iterator[bytes]:
    """The module information of each block; a program that itself reads such blocks has the magic number twice."""
    at, kept, blocks = 0, b"", 0
    while at < LARGEST_PROGRAM and (chunk := _read(program, at, _CHUNK)):
        data, start = kept + chunk, at - len(kept)
        found = data.find(MAGIC)
        while found >= 0:
            if (start + found) % ALIGNMENT == 0:
                yield _told(_read(program, start + found, _HEADER + _MOST_TOLD))
                blocks += 1
                if blocks == _MOST_BLOCKS:
                    return
            found = data.find(MAGIC, found + 1)
        at, kept = at + len(chunk), data[-len(MAGIC) + 1 :]


def _read(program: BinaryIO, at: int, size: int) -> bytes:
    program.seek(at)
    return program.read(size)


def _told(block: bytes) -> bytes:
    if len(block) <= _HEADER or not block[15] & _IS_INLINE:
        return b""
    version, rest = _string(block[_HEADER:])
    return _string(rest)[0] if version.startswith((b"go", b"devel")) else b""


def _string(data: bytes) -> tuple[bytes, bytes]:
    """A string with its length, a varint, before it; and what follows."""
    size = shift = 0
    for at, byte in enumerate(data[:10]):
        size |= (byte & 127) << shift
        shift += 7
        if byte < 128:
            return data[at + 1 : at + 1 + size], data[at + 1 + size :]
    return b"", b""
