"""A profile whose samples are objects, for reports: what filters take lines, frames and labels from.

The editor's figures never come this way; they are folded from the bytes. Nothing is changed in place: each filter
answers another Decoded.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from pprof_lens.profile import decode
from pprof_lens.profile.errors import TooLarge
from pprof_lens.profile.model import NO_MAPPING, Function, Location, Mapping, Profile, Sample

_TIMES = 32
"""So deep calls are inlined into each other on the average; compilers do not get near it."""

_AT_LEAST = 1 << 22


@dataclass(frozen=True, slots=True)
class Decoded:
    """`profile` is for what stands in headers; functions, locations and samples are those here."""

    profile: Profile
    functions: tuple[Function, ...]
    locations: tuple[Location, ...]
    samples: tuple[Sample, ...]

    def mapping(self, location: Location) -> Mapping | None:
        """Where the location's address is mapped from."""
        return None if location.mapping == NO_MAPPING else self.profile.mappings[location.mapping]

    def with_stacks(self, locations: Sequence[Location], samples: Sequence[Sample]) -> "Decoded":
        return replace(self, locations=tuple(locations), samples=tuple(samples))


def decoded(profile: Profile) -> Decoded:
    """The profile with its samples decoded. Raises TooLarge where its stacks are too many frames for what it has."""
    locations, samples = tuple(profile.locations), tuple(decode.samples(profile))
    depth = [max(len(location.lines), 1) for location in locations]
    frames = sum(sum(map(depth.__getitem__, sample.locations)) for sample in samples)
    if frames > _AT_LEAST + _TIMES * (sum(depth) + sum(len(sample.locations) for sample in samples)):
        raise TooLarge(
            f"The profile repeats its inlined calls {frames} times, out of all proportion, so no report is made of it."
        )
    return Decoded(profile, tuple(profile.functions), locations, samples)
