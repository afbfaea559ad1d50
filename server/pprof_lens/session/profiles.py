"""The profiles below some folders, for a picker: what each is of, what it comes to, and when it was taken.

Files are found by name and told by their first bytes. How many are looked at, how much of each is read and how long
all of it takes is bounded; where that is not enough, a profile is listed without what it comes to. Nothing is kept.
"""

import os
import re
import time
import zlib
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from pprof_lens.analysis import index, select
from pprof_lens.profile.errors import Cancelled, ProfileError
from pprof_lens.profile.model import ValueType
from pprof_lens.profile.plain import plain_type
from pprof_lens.profile.read import read
from pprof_lens.session.reading import Stop
from pprof_lens.workspace import reading
from pprof_lens.workspace.walk import walk

MOST = 500
"""How many files are looked at, those that were written last."""

SECONDS = 2.0
"""How long whole profiles are read; the rest is told by the beginning."""

LARGEST = 1 << 23
LARGEST_INFLATED = 1 << 26
"""No larger file is read whole, in bytes as it lies there and inflated."""

_NAMED = re.compile(r"(?i)\.(pprof|pb|gz|prof|out|pgo|profile|heap|cpu|mem|txt)$")
_LEFT_OUT = re.compile(r"/vendor/")
_HEAD = 4096
_HEAD_INFLATED = 1 << 16
_GZIP = b"\x1f\x8b"
_TEXT = re.compile(
    rb"heap profile: |goroutine profile: |threadcreate profile: |goroutineleak profile: |--- (?:contention|mutex):"
    rb"|goroutine [0-9]{1,18} \["
)
_WIRES = {**dict.fromkeys((7, 8, 9, 10, 12, 14, 15), (0,)), **dict.fromkeys((1, 2, 3, 4, 5, 6, 11), (2,)), 13: (0, 2)}
"""The wire types of the fields of profile.proto's Profile."""

_LEAST_FIELDS = 3
"""Even an empty profile has a sample type and the strings that name it; other bytes rarely get so far by chance."""


@dataclass(frozen=True, slots=True)
class Listed:
    """A profile. `kind` is empty and there is no sample type where it was not read whole.

    `taken_nanos` is when it was taken, or written, where it does not tell.
    """

    path: str
    size: int
    taken_nanos: int
    kind: str = ""
    sample_type: ValueType | None = None
    total: int = 0


def listed(folders: Sequence[str], stop: Stop) -> tuple[Listed, ...]:
    """The profiles below the folders, those first that were taken last. Raises Cancelled."""
    until = time.monotonic() + SECONDS
    found = (_one(path, facts, until, stop) for path, facts in _written_last(_named(folders, stop)))
    return tuple(sorted(filter(None, found), key=lambda profile: (-profile.taken_nanos, profile.path)))


def begins_a_profile(head: bytes) -> bool:
    """Whether a file that begins so can be a profile, compressed or not."""
    if head.startswith(_GZIP):
        try:
            head = zlib.decompressobj(wbits=31).decompress(head, _HEAD_INFLATED)
        except zlib.error:
            return False
    return _TEXT.match(head) is not None or _has_fields(head)


def _named(folders: Sequence[str], stop: Stop) -> Iterator[str]:
    by_tail = walk(folders, stop).by_tail
    for name, paths in by_tail.items():
        if "/" not in name and _NAMED.search(name):
            yield from (path for path in paths if not _LEFT_OUT.search(path))


def _written_last(paths: Iterable[str]) -> list[tuple[str, os.stat_result]]:
    facts: list[tuple[str, os.stat_result]] = []
    for path in paths:
        with suppress(OSError, ValueError):
            facts.append((path, Path(path).lstat()))
    return sorted(facts, key=lambda fact: -fact[1].st_mtime_ns)[:MOST]


def _one(path: str, facts: os.stat_result, until: float, stop: Stop) -> Listed | None:
    """The profile at the path; None where there is none."""
    if stop():
        raise Cancelled
    with suppress(OSError, ValueError):
        head, _ = reading.read(path, _HEAD)
        if not begins_a_profile(head):
            return None
        told_by_head = Listed(path, facts.st_size, facts.st_mtime_ns)
        if facts.st_size > LARGEST or time.monotonic() > until:
            return told_by_head
        data, _ = reading.read(path, LARGEST, stop)
        return _whole(told_by_head, data, lambda: stop() or time.monotonic() > until)
    return None


def _whole(profile: Listed, data: bytes, stop: Stop) -> Listed:
    """What the whole file tells; what its beginning tells where it cannot be read in time, or is damaged."""
    try:
        content = read(data, limit=LARGEST_INFLATED, cancelled=stop)
        totals = index.totals(content, stop)
    except (ProfileError, Cancelled):
        return profile
    column, _ = select.default(content, totals)
    return Listed(
        path=profile.path,
        size=profile.size,
        taken_nanos=content.time_nanos or profile.taken_nanos,
        kind=select.kind(content),
        sample_type=plain_type(content.sample_types[column]),
        total=totals[column],
    )


def _has_fields(head: bytes) -> bool:
    """Whether every whole field could be one of a Profile's; writers differ in which comes first."""
    at = fields = 0
    while at < len(head):
        tag, start = _varint(head, at)
        value, end = _varint(head, start)
        if end > len(head):
            break
        if tag & 7 not in _WIRES.get(tag >> 3, ()):
            return False
        at = end + value if tag & 7 == 2 else end
        fields += 1
    return fields >= _LEAST_FIELDS


def _varint(data: bytes, at: int) -> tuple[int, int]:
    """A number of protobuf's and where it ends; beyond the data where that ends before it does."""
    value = 0
    for i, byte in enumerate(data[at : at + 10]):
        value |= (byte & 0x7F) << 7 * i
        if byte < 0x80:
            return value, at + i + 1
    return 0, len(data) + 1
