"""The CPU profiles of C++ programs and of Go before 1.8: words of four or eight bytes, then a memory map.

The format is that of google/pprof (profile/legacy_profile.go, parseCPU): five words `0 3 0 period 0`, the period in
microseconds, then for each stack its count, its depth and its addresses, until `0 1 0`. Nothing is symbolised.
"""

import struct
from array import array
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

from pprof_lens.profile import memory_map
from pprof_lens.profile.errors import Malformed, Unsupported
from pprof_lens.profile.model import Profile, ValueType
from pprof_lens.profile.proportion import blocks, refuse_out_of_proportion, refuse_too_many_addresses
from pprof_lens.profile.stacks import Header, Stack, interrupted, profile_of

_HEADER_WORDS = 5
_LONGEST_PERIOD = 1 << 40


class _Words(NamedTuple):
    """How a word is written: for `struct`, its order and its letter, and the bytes that it takes."""

    order: str
    letter: str
    size: int

    def at(self, raw: bytes, offset: int, count: int) -> tuple[int, ...]:
        return struct.unpack_from(f"{self.order}{count}{self.letter}", raw, offset)


_WORDS = (_Words("<", "I", 4), _Words(">", "I", 4), _Words("<", "Q", 8), _Words(">", "Q", 8))


def read_cpu(raw: bytes, lines: Callable[[bytes], Iterable[str]]) -> Profile | None:
    """The profile in `raw`; None where it does not begin as one. `lines` makes lines of the memory map's bytes.

    Raises Malformed where a stack breaks off, Unsupported for the profile of a Java program.
    """
    for words in _WORDS:
        if len(raw) < _HEADER_WORDS * words.size:
            continue
        zero, three, java, microseconds, padding = words.at(raw, 0, _HEADER_WORDS)
        if (zero, three, padding) == (0, 3, 0) and java in (0, 1) and 0 < microseconds < _LONGEST_PERIOD:
            break
    else:
        return None
    if java:
        raise Unsupported("This is a Java CPU profile; only those of Go and C++ programs are read.")
    period = microseconds * 1000
    every = array(words.letter)
    every.frombytes(raw[: len(raw) // words.size * words.size])
    refuse_out_of_proportion(len(raw), {"addresses": (len(every), 50)})
    refuse_too_many_addresses(len(raw), blocks(every), 430)
    samples, end = _samples(raw, words)
    stacks = [Stack(interrupted(addresses), (count, count * period)) for count, addresses in _without_handler(samples)]
    types = (ValueType("samples", "count"), ValueType("cpu", "nanoseconds"))
    mappings = memory_map.mappings(lines(raw[end:]))
    return profile_of(Header(types, types[1], period), stacks, mappings=mappings)


_Counted = tuple[int, tuple[int, ...]]
"""How often a stack was met, and its addresses, the leaf first."""


def _samples(raw: bytes, words: _Words) -> tuple[list[_Counted], int]:
    """The stacks, and where the bytes after them begin."""
    samples = []
    at = _HEADER_WORDS * words.size
    while at < len(raw):
        try:
            count, depth = words.at(raw, at, 2)
            at += 2 * words.size
            if depth > len(raw) // words.size:
                raise _cut_short()
            addresses = words.at(raw, at, depth)
        except struct.error:
            raise _cut_short() from None
        at += depth * words.size
        if (count, addresses) == (0, (0,)):
            break
        samples.append((count, addresses))
        if len(samples) % 4096 == 0:
            refuse_out_of_proportion(len(raw), {"stacks": (len(samples), 550)})
    return samples, at


def _without_handler(samples: Sequence[_Counted]) -> Sequence[_Counted]:
    """The stacks without the frame of the signal handler that may stand second, up to twice.

    It is what all stacks but one in 32 have there.
    """
    for _ in range(2):
        second = Counter(addresses[1] for _, addresses in samples if len(addresses) > 1)
        handler, times = second.most_common(1)[0] if second else (0, 0)
        if not second or times < len(samples) - len(samples) // 32:
            break
        samples = [
            (count, addresses[:1] + addresses[2:] if addresses[1:2] == (handler,) else addresses)
            for count, addresses in samples
        ]
    return samples


def _cut_short() -> Malformed:
    return Malformed("The CPU profile is cut short: it ends in the middle of a stack.")
