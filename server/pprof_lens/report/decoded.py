"""A profile whose samples are objects, for reports: what filters take lines, frames and labels from.

The editor's figures never come this way; they are folded from the bytes. Nothing is changed in place: each filter
answers another Decoded.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from pprof_lens.profile import decode
from pprof_lens.profile.model import NO_MAPPING, Function, Location, Mapping, Profile, Sample


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
    """The profile with its samples decoded."""
    return Decoded(profile, tuple(profile.functions), tuple(profile.locations), tuple(decode.samples(profile)))
