"""Frames that a profile itself calls uninteresting (drop_frames, keep_frames), taken off its stacks as pprof does.

The source is google/pprof, profile/prune.go: patterns match the whole of a simplified name, a bad pattern prunes
nothing. Go's own profiles name no such frames; those of C++ and the text formats do.
"""

import re
from array import array
from dataclasses import replace

from pprof_lens.profile import decode
from pprof_lens.profile.automaton import TooComplex
from pprof_lens.profile.encode import with_samples
from pprof_lens.profile.model import Locations, Profile, Sample
from pprof_lens.profile.regexps import BadPattern, searcher

_BRACKET = re.compile(r"\(anonymous namespace\)|operator\(\)|(\()")


def remove_uninteresting(profile: Profile) -> Profile:
    """The profile without its uninteresting frames; the same object where it names none."""
    if not profile.drop_frames:
        return profile
    try:
        drops = searcher(f"^({profile.drop_frames})$")
        keeps = searcher(f"^({profile.keep_frames})$") if profile.keep_frames else _nothing
        names = set(profile.functions.names) - {""}
        pruned = {name for name in names if drops(simplified(name)) and not keeps(simplified(name))}
    except (BadPattern, TooComplex):
        return profile
    return _without(profile, frozenset(i for i, name in enumerate(profile.functions.names) if name in pruned))


def simplified(name: str) -> str:
    """The name up to its first parenthesis, without a leading dot; so `sync.(*Mutex).Lock` is `sync.`."""
    name = name.removeprefix(".")
    opening = next((match.start() for match in _BRACKET.finditer(name) if match[1]), None)
    return name if opening is None else name[:opening]


def _nothing(_: str) -> bool:
    return False


def _without(profile: Profile, pruned: frozenset[int]) -> Profile:
    locations = profile.locations
    # For each location, how many of its innermost lines go: all up to the outermost pruned one.
    gone = array("q")
    for i in range(len(locations)):
        functions = locations.functions[locations.offsets[i] : locations.offsets[i + 1]]
        matching = [at for at, function in enumerate(functions) if function in pruned]
        gone.append(matching[-1] + 1 if matching else 0)
    whole = [gone[i] == locations.offsets[i + 1] - locations.offsets[i] and gone[i] > 0 for i in range(len(gone))]

    def cut(sample: Sample) -> Sample:
        """From the root on: frames before the first one that stays are never cut."""
        found_user = False
        for at in range(len(sample.locations) - 1, -1, -1):
            location = sample.locations[at]
            if not gone[location]:
                found_user = True
            elif found_user:
                return sample._replace(locations=sample.locations[at + whole[location] :])
        return sample

    samples = map(cut, decode.samples(profile))
    return replace(with_samples(profile, samples), locations=_with_fewer_lines(locations, gone, whole))


def _with_fewer_lines(locations: Locations, gone: "array[int]", whole: list[bool]) -> Locations:
    offsets, kept = array("q", [0]), array("q")
    for i in range(len(locations)):
        first = locations.offsets[i] + (0 if whole[i] else gone[i])
        kept.extend(range(first, locations.offsets[i + 1]))
        offsets.append(len(kept))
    return replace(
        locations,
        offsets=offsets,
        functions=array("q", map(locations.functions.__getitem__, kept)),
        lines=array("q", map(locations.lines.__getitem__, kept)),
        columns=array("q", map(locations.columns.__getitem__, kept)),
    )
