"""A Profile out of stacks: what every format shares that is not profile.proto.

Formats that print a profile as text have stacks, values and perhaps names; this module gives them the tables that a
profile needs. It knows no format and reads no bytes.
"""

from array import array
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from pprof_lens.profile.encode import with_samples
from pprof_lens.profile.model import (
    NO_MAPPING,
    Function,
    Functions,
    Locations,
    Mapping,
    NumericLabel,
    Profile,
    Sample,
    ValueType,
)

MASK64 = (1 << 64) - 1


class Frame(NamedTuple):
    """A call as text formats name it. The line counts from 1; 0 means unknown, as does an empty file."""

    function: str
    file: str
    line: int


class Place(NamedTuple):
    """One entry of a stack: its address (0 where there is none) and its frames, the innermost inlined one first."""

    address: int
    frames: tuple[Frame, ...] = ()


class Stack(NamedTuple):
    """The places of a sample, the leaf first, with its values and labels as `model.Sample` has them."""

    places: tuple[Place, ...]
    values: tuple[int, ...]
    labels: tuple[tuple[str, tuple[str, ...]], ...] = ()
    num_labels: tuple[tuple[str, tuple[NumericLabel, ...]], ...] = ()


class Header(NamedTuple):
    """What a profile counts, and how often a sample was taken. Durations are nanoseconds."""

    sample_types: tuple[ValueType, ...]
    period_type: ValueType
    period: int
    duration_nanos: int = 0


def profile_of(header: Header, stacks: Iterable[Stack], *, mappings: Sequence[Mapping] = ()) -> Profile:
    """The profile of these stacks; locations and functions are numbered in the order in which they turn up."""
    numbers: dict[Place, int] = {}
    samples = []
    for stack in stacks:
        indexes = tuple(numbers.setdefault(place, len(numbers)) for place in stack.places)
        samples.append(Sample(indexes, stack.values, stack.labels, stack.num_labels))
    locations, functions = _tables(tuple(numbers), mappings)
    tables = Profile(
        sample_types=header.sample_types,
        default_sample_type="",
        mappings=tuple(mappings),
        locations=locations,
        functions=functions,
        strings=("",),
        raw=b"",
        spans=array("q"),
        duration_nanos=header.duration_nanos,
        period_type=header.period_type,
        period=header.period,
    )
    return with_samples(tables, samples)


def interrupted(addresses: Sequence[int]) -> tuple[Place, ...]:
    """The stack of a thread that was stopped at the first of these addresses; the others are where it returns to.

    Those are set back by one byte, onto the call. A leaf that was told twice, by the signal and by the stack, stands
    once (google/pprof, cleanupDuplicateLocations).
    """
    calls = [*addresses[:1], *((address - 1) & MASK64 for address in addresses[1:])]
    if len(calls) > 1 and calls[0] == calls[1] + 1:
        del calls[1]
    return tuple(map(Place, calls))


def _tables(places: Sequence[Place], mappings: Sequence[Mapping]) -> tuple[Locations, Functions]:
    numbers: dict[tuple[str, str], int] = {}
    offsets, owners, lines = array("q", [0]), array("q"), array("q")
    for place in places:
        for frame in place.frames:
            owners.append(numbers.setdefault((frame.function, frame.file), len(numbers)))
            lines.append(frame.line)
        offsets.append(len(owners))
    by_start = sorted(range(len(mappings)), key=lambda i: mappings[i].memory_start)
    starts = [mappings[i].memory_start for i in by_start]

    def mapping(address: int) -> int:
        below = bisect_right(starts, address) - 1
        if below >= 0 and address < mappings[by_start[below]].memory_limit:
            return by_start[below]
        return NO_MAPPING

    locations = Locations(
        ids=array("Q", range(1, len(places) + 1)),
        mappings=array("q", (mapping(place.address) for place in places)),
        addresses=array("Q", (place.address for place in places)),
        folded=bytes(len(places)),
        offsets=offsets,
        functions=owners,
        lines=lines,
        columns=array("q", bytes(8 * len(lines))),
    )
    return locations, Functions.of(Function(name, name, file, 0) for name, file in numbers)
