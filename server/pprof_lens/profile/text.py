"""The profiles that Go and C++ programs print as text: heap, growth, counts, contention and threads.

The formats are those of google/pprof (profile/legacy_profile.go). Unlike pprof this reads the comments with which Go
tells what the addresses are, so that these profiles have functions and lines; where pprof's figures differ from what
the same program writes as profile.proto, they are profile.proto's here (see `_contention`). A format is recognised by
its first line; what follows is read strictly, and in linear time. Nothing here knows files or bytes.
"""

import math
import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import chain
from typing import NamedTuple

from pprof_lens.profile import comments, memory_map
from pprof_lens.profile.errors import Malformed, Unsupported
from pprof_lens.profile.model import NumericLabel, Profile, ValueType
from pprof_lens.profile.stacks import Header, Place, Stack, interrupted, profile_of

_MIN64, _MAX64 = -(1 << 63), (1 << 63) - 1
_INTEGER = re.compile("-?[0-9]{1,19}$")
_ADDRESS = re.compile("0x([0-9a-f]+)")

_HEAP_COUNTS = r"(-?[0-9]+): *(-?[0-9]+) *\[ *([0-9]+): *([0-9]+) *\] *"
_HEAP_HEADER = re.compile(rf"heap profile: *{_HEAP_COUNTS}@ *(heap[_a-z0-9]*|growthz?|fragmentationz?)/?([0-9]*)")
_HEAP_RECORD = re.compile(rf"{_HEAP_COUNTS}$")
_SAMPLED_HEAPS = ("heap", "heap_v2", "heapz_v2")

_COUNT_HEADER = re.compile(r"(\S.*) profile: total ([0-9]+)$")

_CONTENTION_HEADERS = ("--- contentionz ", "--- mutex:", "--- contention:")
_CONTENTION_RECORD = re.compile(r"([0-9]+) +([0-9]+) *$")

_THREADS_HEADER = re.compile(r"--- threadz [0-9]+ ---")
_THREAD = re.compile(r"--- Thread [0-9a-fA-F]+ \(name: .*/[0-9]+\) stack: ---$")

_JAVA_HEAP = "--- heapz 1 ---"


class _Record(NamedTuple):
    """One line of a profile, cut at its `@`, with the comments that follow it."""

    counts: str
    addresses: tuple[int, ...]
    comments: tuple[str, ...]


def read_text(lines: Iterable[str]) -> Profile | None:
    """The profile that these lines are; None where the first of them is that of no format of this module.

    Raises Malformed where what follows is wrong, Unsupported for what a Java program printed.
    """
    rest = iter(lines)
    first = next((line for line in rest if not _is_comment(line)), "").strip()
    if header := _HEAP_HEADER.match(first):
        return _heap(header, rest)
    if header := _COUNT_HEADER.match(first):
        return replace(_counts(header[1], rest), announced=_number(header[2]))
    if _THREADS_HEADER.match(first) or _THREAD.match(first):
        return _threads(first, rest)
    if first.startswith(_CONTENTION_HEADERS):
        return _contention(first, rest)
    if first == _JAVA_HEAP:
        raise Unsupported("This is a Java heap profile; only those of Go and C++ programs are read.")
    return None


def _heap(first: re.Match[str], lines: Iterator[str]) -> Profile:
    """A heap profile; values are scaled up for what was not sampled, as Go does before it writes profile.proto."""
    header = _heap_header(first)
    stacks = [_heap_stack(record, header) for record in _records(lines)]
    return profile_of(header, stacks, mappings=memory_map.mappings(lines))


def _heap_header(first: re.Match[str]) -> Header:
    """One pair of columns, or two where the first line has other figures for what was allocated in all."""
    inuse, inuse_bytes, allocated, allocated_bytes, format_, written = first.groups()
    two_pairs = allocated not in (inuse, "0") or allocated_bytes not in (inuse_bytes, "0")
    names = ("alloc_objects", "alloc_space", "inuse_objects", "inuse_space") if two_pairs else ("objects", "space")
    rate = _number(written or "0") if format_ in _SAMPLED_HEAPS else 1
    if format_ == "heap":
        rate //= 2  # Go prints it doubled, as early C++ profilers did (runtime/pprof, writeHeapInternal).
    return Header(
        sample_types=tuple(ValueType(name, "bytes" if "space" in name else "count") for name in names),
        period_type=ValueType("space", "bytes"),
        period=rate,
    )


def _heap_stack(record: _Record, header: Header) -> Stack:
    counts = _HEAP_RECORD.match(record.counts)
    if not counts:
        raise _malformed(record.counts)
    objects, space, all_objects, all_space = map(_number, counts.groups())
    in_use, allocated = (objects, space), (all_objects, all_space)
    pairs = (in_use,) if len(header.sample_types) == 2 else (allocated, in_use)
    if any(count == 0 and size for count, size in pairs):
        raise _malformed(record.counts)
    sizes = [_quotient(size, count) for count, size in pairs if count]
    return Stack(
        places=_without_hidden_leaf(comments.places(record.addresses, record.comments)),
        values=tuple(value for count, size in pairs for value in _unsampled(count, size, header.period)),
        labels=comments.labels(record.comments),
        num_labels=(("bytes", (NumericLabel(sizes[-1] if sizes else 0, ""),)),),
    )


def _counts(name: str, lines: Iterator[str]) -> Profile:
    """How many of something each stack has: goroutine, goroutineleak, threadcreate, a program's own profiles."""
    count = ValueType(name, "count")
    stacks = []
    for record in _records(lines):
        depth = next((i for i in range(len(record.addresses), 0, -1) if record.addresses[i - 1]), 0)
        stacks.append(
            Stack(
                places=comments.places(record.addresses[:depth], record.comments),  # the rest is padding
                values=(_number(record.counts.strip()),),
                labels=comments.labels(record.comments),
            )
        )
    return profile_of(Header((count,), count, 1), stacks, mappings=memory_map.mappings(lines))


def _contention(first: str, lines: Iterator[str]) -> Profile:
    """A block or mutex profile of Go, or the contentions of a C++ program.

    Go's runtime multiplies what it sampled by the sampling period before it prints it (runtime/mprof.go,
    saveBlockEventStack). pprof multiplies once more and is off by that factor; this does not. For C++, whose
    programs leave it to the reader, it does.
    """
    clock, lines = _clock(lines)
    if not first.startswith("--- contentionz"):
        clock = clock._replace(period=1)
    stacks = [_contention_stack(record, clock) for record in _records(lines)]
    header = Header(
        sample_types=(ValueType("contentions", "count"), ValueType("delay", "nanoseconds")),
        period_type=ValueType("contentions", "count"),
        period=clock.period,
        duration_nanos=clock.duration_nanos,
    )
    return profile_of(header, stacks, mappings=memory_map.mappings(lines))


class _Clock(NamedTuple):
    """How the cycles of a contention profile become time: 0 hertz or no period mean that they cannot."""

    hertz: int = 0
    period: int = 1
    duration_nanos: int = 0


def _clock(lines: Iterator[str]) -> tuple[_Clock, Iterator[str]]:
    """What the attributes before the records say, and the lines from the first record on."""
    clock = _Clock()
    for line in lines:
        if _is_comment(line):
            continue
        name, assigned, value = (part.strip() for part in line.partition("="))
        if not assigned:
            return clock, chain((line,), lines)
        if name in ("format", "resolution"):
            raise Unsupported("This is a Java contention profile; only those of Go and C++ programs are read.")
        if name == "cycles/second":
            clock = clock._replace(hertz=_number(value))
        elif name == "sampling period":
            clock = clock._replace(period=_number(value))
        elif name == "ms since reset":
            clock = clock._replace(duration_nanos=_truncated(_number(value) * 1_000_000))
        elif name != "discarded samples":
            raise _malformed(line)
    return clock, lines


def _contention_stack(record: _Record, clock: _Clock) -> Stack:
    counts = _CONTENTION_RECORD.match(record.counts)
    if not counts:
        raise _malformed(record.counts)
    cycles, contentions = map(_number, counts.groups())
    delay = cycles
    if clock.hertz > 0 and clock.period > 0:
        delay = _truncated(float(cycles) * clock.period / (clock.hertz / 1e9))
    places = comments.places(record.addresses, record.comments)
    return Stack(places, (contentions * max(clock.period, 1), delay))


def _threads(first: str, lines: Iterator[str]) -> Profile:
    """The threads of a C++ program; one that says that its stack is that of the thread before counts there."""
    line = first
    if _THREADS_HEADER.match(first):
        line = next((line for line in lines if line.startswith("-")), "")
    stacks: list[Stack] = []
    while _THREAD.match(line.strip()):
        addresses: list[int] = []
        repeated = False
        for line in lines:  # the one that ends this thread begins the next
            if line.lstrip().startswith("---"):
                break
            repeated = repeated or "same as previous thread" in line
            addresses += _addresses(line)
        else:
            line = ""
        if addresses and not repeated:
            stacks.append(Stack(interrupted(addresses), (1,)))
        elif stacks:
            stacks[-1] = stacks[-1]._replace(values=(stacks[-1].values[0] + 1,))
    if line and not memory_map.begins(line) and not line.startswith("---- no stack trace for"):
        raise _malformed(line)
    count = ValueType("thread", "count")
    return profile_of(Header((count,), count, 1), stacks, mappings=memory_map.mappings(lines))


def _records(lines: Iterable[str]) -> Iterator[_Record]:
    """The records up to the next section of the file."""
    record = ""
    following: list[str] = []
    for line in lines:
        if _is_comment(line):
            following.append(line)
            continue
        if record:
            yield _record(record, following)
            following = []
        record = line.strip()
        if record.startswith("---") or memory_map.begins(record):
            return
    if record:
        yield _record(record, following)


def _record(line: str, following: Iterable[str]) -> _Record:
    counts, at, addresses = line.partition("@")
    if not at:
        raise _malformed(line)
    return _Record(counts, tuple(_addresses(addresses)), tuple(following))


def _addresses(text: str) -> Iterator[int]:
    for digits in _ADDRESS.findall(text):
        if len(digits.lstrip("0")) > 16:
            raise _malformed(text)
        yield int(digits, 16)


def _without_hidden_leaf(places: tuple[Place, ...]) -> tuple[Place, ...]:
    """The stack from its first known frame on: Go hides what the runtime does in order to allocate."""
    known = next((i for i, place in enumerate(places) if place.frames), 0)
    return places[known:]


def _unsampled(count: int, size: int, rate: int) -> tuple[int, int]:
    """The estimate of how many objects and bytes there were, where one in `rate` bytes was sampled.

    A sample of this size is taken with a probability of 1 - exp(-size/rate) (google/pprof, scaleHeapSample).
    """
    if count == 0 or size == 0:
        return 0, 0
    if rate <= 1:
        return count, size
    try:
        scale = 1 / (1 - math.exp(-(size / count) / rate))
    except (OverflowError, ZeroDivisionError):
        raise _malformed(f"{count}: {size}") from None
    return _truncated(count * scale), _truncated(size * scale)


def _truncated(value: float) -> int:
    if not _MIN64 <= value <= _MAX64:
        raise Malformed("Malformed profile: one of its values does not fit into 64 bits.")
    return int(value)


def _quotient(size: int, count: int) -> int:
    """As integers divide in Go: towards zero."""
    quotient = abs(size) // abs(count)
    return quotient if (size < 0) == (count < 0) else -quotient


def _number(digits: str) -> int:
    if not _INTEGER.match(digits) or not _MIN64 <= (number := int(digits)) <= _MAX64:
        raise _malformed(digits)
    return number


def _is_comment(line: str) -> bool:
    return line.lstrip()[:1] in ("", "#")


def _malformed(text: str) -> Malformed:
    return Malformed(f"Malformed profile: it says {text[:20]!r} where a sample or a number should stand.")
