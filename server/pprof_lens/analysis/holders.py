"""Who holds which objects: the chains of references in a profile of goref's, by the type of the objects at their ends.

goref (github.com/cloudwego/goref, pkg/proc/protobuf.go and docs/principle.md) writes a `grf.out`: a profile without
files, lines and time whose functions are variables and fields. The last frame of a stack is a root,
`package.variable` or `package.function.variable`; those before it are `field. (type)`, `[0]. (type)`,
`$mapkey. (type)` or `$mapval. (type)`. An object is counted once, at the first chain that finds it, by the frame whose
pointer leads to it. Only where that frame's type is a pointer to a named type is it known what the objects are;
nothing in the file says where they were allocated.
"""

import re
from collections import defaultdict
from collections.abc import Mapping
from heapq import nlargest
from itertools import pairwise
from typing import NamedTuple

from pprof_lens.profile.decode import samples
from pprof_lens.profile.model import Profile

MOST_HOLDERS = 3
"""So many are known of each type, the ones that hold the most bytes."""

_TYPED = re.compile(r"(?P<name>.*)\. \((?P<type>.*)\)", re.DOTALL)
_COLUMNS = ["inuse_objects", "inuse_space"]


class Holder(NamedTuple):
    """A chain of references, the root first, and what its end holds directly."""

    bytes: int
    objects: int
    path: tuple[str, ...]


Holders = Mapping[str, tuple[Holder, ...]]
"""By the full name of a type, `example.com/shop/cache.Session`, who holds objects of it, the most bytes first."""

NOBODY: Holders = {}


def is_references(profile: Profile) -> bool:
    """Whether the profile is one of goref's: heap columns, no places in files, and fields for functions."""
    columns = [sample_type.type for sample_type in profile.sample_types]
    names, files = profile.functions.names, profile.functions.filenames
    return columns == _COLUMNS and not any(files) and any(_TYPED.fullmatch(name) for name in names)


def holders(profile: Profile) -> Holders:
    """Who holds the objects of each type that a profile of goref's tells."""
    locations, names = profile.locations, profile.functions.names
    of_location = [names[locations.functions[at]] if at < end else "" for at, end in pairwise(locations.offsets)]
    types = [_pointed_to(name) for name in of_location]
    found: dict[str, list[tuple[int, int, tuple[int, ...]]]] = defaultdict(list)
    for sample in samples(profile):
        of_type = types[sample.locations[0]] if sample.locations else ""
        if of_type:
            objects, size = sample.values
            found[of_type].append((size, objects, sample.locations))
    return {
        of_type: tuple(
            Holder(size, objects, tuple(_without_type(of_location[at]) for at in reversed(chain)))
            for size, objects, chain in nlargest(MOST_HOLDERS, chains)
        )
        for of_type, chains in found.items()
    }


def _pointed_to(name: str) -> str:
    typed = _TYPED.fullmatch(name)
    return typed["type"][1:] if typed and typed["type"].startswith("*") else ""


def _without_type(name: str) -> str:
    typed = _TYPED.fullmatch(name)
    return typed["name"] if typed else name
