"""Encoded samples and profiles of every shape that the format allows, for hypothesis and for the fuzzer.

What `profiles.drawn` draws is what a Go program writes. Here are the rest: unpacked fields, unknown ones between
them, sparse ids, negative values, frames without a key, masks, paths.
"""

from array import array
from collections.abc import Sequence
from dataclasses import dataclass

from hypothesis import strategies as st

from pprof_lens.profile.fold import TOWARDS_CALLEES, TOWARDS_CALLERS, Frames

VARINT, FIXED64, BYTES, FIXED32 = 0, 1, 2, 5
INT64 = st.integers(-(2**63), 2**63 - 1)


def varint(number: int) -> bytes:
    number &= 2**64 - 1
    encoded = bytearray()
    while number >= 0x80:
        encoded.append(number & 0x7F | 0x80)
        number >>= 7
    return bytes((*encoded, number))


def number_field(number: int, value: int) -> bytes:
    return varint(number << 3 | VARINT) + varint(value)


def bytes_field(number: int, body: bytes) -> bytes:
    return varint(number << 3 | BYTES) + varint(len(body)) + body


def packed_field(number: int, values: Sequence[int]) -> bytes:
    return bytes_field(number, b"".join(map(varint, values)))


def sample(locations: Sequence[int], values: Sequence[int], rest: bytes = b"") -> bytes:
    """The body of a sample as runtime/pprof writes it."""
    return packed_field(1, locations) + packed_field(2, values) + rest


@dataclass(frozen=True, slots=True)
class Stacks:
    """What one fold is asked: samples as (ids, values, label fields), the frames of each id, and what to walk."""

    samples: tuple[tuple[tuple[int, ...], tuple[int, ...], bytes], ...]
    bodies: tuple[bytes, ...]
    frames: Frames
    columns: int
    mask: bytes | None
    path: "array[int]"
    direction: int

    @property
    def raw(self) -> bytes:
        return b"".join(bytes_field(2, body) for body in self.bodies)


LABELS = (b"", bytes_field(3, b"\x08\x01\x10\x02"), bytes_field(3, b"\x08\x03\x18\x05\x20\x02"), bytes_field(3, b""))
UNKNOWN = (b"", number_field(15, 2**64 - 1), varint(9 << 3 | FIXED64) + bytes(8), varint(4 << 3 | FIXED32) + b"abcd")


@st.composite
def stacks(draw: st.DrawFn, values: "st.SearchStrategy[int]" = INT64) -> Stacks:
    """Few locations and fewer keys, so that stacks recur, meet and hold each other's paths."""
    ids = tuple(draw(st.lists(st.integers(1, 6) | st.integers(2**40, 2**64 - 1), min_size=1, max_size=6, unique=True)))
    columns = draw(st.integers(1, 3))
    count = draw(st.integers(1, 5))
    keys = [draw(st.lists(st.integers(-1, count - 1), max_size=3)) for _ in ids]
    row = st.tuples(
        st.lists(st.sampled_from(ids), max_size=8).map(tuple),
        st.tuples(*[values] * columns),
        st.sampled_from(LABELS),
    )
    samples = tuple(draw(st.lists(row, max_size=6)))
    offsets = array("q", [0])
    for of_location in keys:
        offsets.append(offsets[-1] + len(of_location))
    return Stacks(
        samples=samples,
        bodies=tuple(_shuffled_fields(draw, *one) for one in samples),
        frames=Frames(array("Q", ids), offsets, array("q", [key for some in keys for key in some]), count),
        columns=columns,
        mask=draw(st.none() | st.binary(min_size=len(samples), max_size=len(samples))),
        path=array("q", draw(st.lists(st.integers(-1, count - 1), min_size=1, max_size=3))),
        direction=draw(st.sampled_from((TOWARDS_CALLERS, TOWARDS_CALLEES))),
    )


def _shuffled_fields(draw: st.DrawFn, locations: tuple[int, ...], values: tuple[int, ...], label: bytes) -> bytes:
    """One sample: its lists packed, in two packed parts or number by number, and its fields in any order."""
    parts = [_in_parts(draw, 1, locations), _in_parts(draw, 2, values), label, draw(st.sampled_from(UNKNOWN))]
    return b"".join(draw(st.permutations(parts)))


def _in_parts(draw: st.DrawFn, number: int, values: tuple[int, ...]) -> bytes:
    match draw(st.integers(0, 2)):
        case 0:
            return packed_field(number, values)
        case 1:
            middle = len(values) // 2
            return packed_field(number, values[:middle]) + packed_field(number, values[middle:])
        case _:
            return b"".join(number_field(number, value) for value in values)
