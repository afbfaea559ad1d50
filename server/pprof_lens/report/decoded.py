"""A profile as a report shows it: what filters take samples, lines, frames and labels from.

The samples stay in the bytes that they came in, and tables in columns, for objects of each cost many times as much; a
filter encodes anew what it leaves. Nothing is changed in place: each filter answers another Decoded.
"""

from array import array
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from pprof_lens.profile import decode
from pprof_lens.profile.encode import with_samples
from pprof_lens.profile.errors import TooLarge
from pprof_lens.profile.model import NO_MAPPING, Functions, Line, Locations, Mapping, Profile, Sample

_TIMES = 32
"""So deep calls are inlined into each other on the average; compilers do not get near it."""

_AT_LEAST = 1 << 22


@dataclass(frozen=True, slots=True)
class Decoded:
    """`profile` is for what stands in headers; functions, locations and samples are those of `shown`."""

    profile: Profile
    shown: Profile

    @property
    def functions(self) -> Functions:
        return self.shown.functions

    @property
    def locations(self) -> Locations:
        return self.shown.locations

    @property
    def samples(self) -> Iterator[Sample]:
        """Each sample as an object, made as it is asked for."""
        return decode.samples(self.shown)

    @property
    def label_sets(self) -> "tuple[array[int], tuple[Sample, ...]]":
        """For each sample the number of its labels, and each of these as a sample that has nothing else."""
        return decode.label_sets(self.shown)

    def mapping(self, location: int) -> Mapping | None:
        """Where the location's address is mapped from."""
        mapping = self.locations.mappings[location]
        return None if mapping == NO_MAPPING else self.profile.mappings[mapping]

    def with_functions(self, functions: Functions) -> "Decoded":
        return replace(self, shown=replace(self.shown, functions=functions))

    def with_locations(self, locations: Locations) -> "Decoded":
        return replace(self, shown=replace(self.shown, locations=locations))

    def with_samples(self, samples: Iterable[Sample]) -> "Decoded":
        return replace(self, shown=with_samples(self.shown, samples))

    def with_lines(self, lines: Iterable[Sequence[Line]]) -> "Decoded":
        """The profile with these lines for each location."""
        offsets, functions, numbers, columns = array("q", [0]), array("q"), array("q"), array("q")
        for of_location in lines:
            for function, number, column in of_location:
                functions.append(function)
                numbers.append(number)
                columns.append(column)
            offsets.append(len(functions))
        left = replace(self.locations, offsets=offsets, functions=functions, lines=numbers, columns=columns)
        return self.with_locations(left)


def decoded(profile: Profile) -> Decoded:
    """The profile to be reported. Raises TooLarge where its stacks are too many frames for what it has."""
    offsets = profile.locations.offsets
    depth = array("q", (max(offsets[at + 1] - offsets[at], 1) for at in range(len(offsets) - 1)))
    found, frames = 0, 0
    for block in decode.unpacked_stacks(profile):
        found += len(block.keys)
        frames += sum(map(depth.__getitem__, block.keys))
    if frames > _AT_LEAST + _TIMES * (sum(depth) + found):
        raise TooLarge(
            f"The profile repeats its inlined calls {frames} times, out of all proportion, so no report is made of it."
        )
    return Decoded(profile, profile)
