"""Which samples count: focus and ignore by name, file or library, and labels; a mask, one byte a sample.

The meaning is pprof's (profile/filter.go): a pattern matches a location if it is found in the name or the file
of one of its lines or in the file of its mapping; focus keeps samples with a matching location, ignore drops
them. A name as it is shown, `cache.(*Map[string, int]).Get`, means its functions, too. Nothing is folded here.
"""

import operator
from array import array
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from itertools import accumulate

from pprof_lens.analysis import tags
from pprof_lens.analysis.names import meant
from pprof_lens.profile import decode, engine
from pprof_lens.profile.model import Profile
from pprof_lens.profile.regexps import BadPattern, Search, searcher


@dataclass(frozen=True, slots=True)
class Filter:
    """Regular expressions of Go, empty where not set; tags are as pprof's `-tagfocus` takes them (see `tags`).

    `through` is a mask that a call tree node gave, with the words that describe it.
    """

    focus: str = ""
    ignore: str = ""
    tag_focus: str = ""
    tag_ignore: str = ""
    through: bytes | None = None
    through_text: str = ""

    def __bool__(self) -> bool:
        return any((self.focus, self.ignore, self.tag_focus, self.tag_ignore, self.through is not None))


def mask(profile: Profile, wanted: Filter) -> bytes | None:
    """One byte a sample, nonzero where it passes; None where there is no filter.

    Raises BadPattern where a pattern is no regular expression of Go's, TooComplex where it would take too long.
    """
    masks = []
    if wanted.focus:
        masks.append(_touching(profile, wanted.focus))
    if wanted.ignore:
        masks.append(_inverted(_touching(profile, wanted.ignore)))
    if wanted.tag_focus:
        masks.append(_labelled(profile, wanted.tag_focus))
    if wanted.tag_ignore:
        masks.append(_inverted(_labelled(profile, wanted.tag_ignore)))
    if wanted.through is not None:
        masks.append(wanted.through)
    if not masks:
        return None
    # Bytes as one long number: 20,000 samples meet in microseconds.
    length = profile.sample_count
    together = int.from_bytes(masks[0], "little")
    for other in masks[1:]:
        together &= int.from_bytes(other, "little")
    return together.to_bytes(length, "little")


def _touching(profile: Profile, pattern: str) -> bytes:
    functions, shown = profile.functions, _shown_as(pattern, profile.functions.names)
    search = cache(_searcher(pattern, is_name=bool(shown)))
    by_name = map(operator.or_, map(search, functions.names), map(shown.__contains__, functions.names))
    matching = array("q", map(operator.or_, by_name, map(search, functions.filenames)))
    mappings = {i for i, mapping in enumerate(profile.mappings) if search(mapping.filename)}
    locations = profile.locations
    before = tuple(accumulate(engine.take(matching, locations.functions), initial=0))  # frames that match, up to each
    at_start = map(before.__getitem__, locations.offsets)
    at_end = map(before.__getitem__, locations.offsets[1:])
    flags = bytes(map(operator.or_, map(operator.lt, at_start, at_end), map(mappings.__contains__, locations.mappings)))
    return engine.touching(profile.raw, profile.spans, locations.ids, flags)


_OTHERWISE_READ = frozenset("([")
"""What makes a name mean something else as a regular expression; any other is found as one anyway."""


def _shown_as(pattern: str, names: Sequence[str]) -> frozenset[str]:
    """The functions that are shown by this name, with the closures in them."""
    if not _OTHERWISE_READ.intersection(pattern):
        return frozenset()
    found = frozenset(names[number] for number in meant(names, pattern))
    inner = tuple(f"{name}." for name in found)
    return found.union(name for name in names if name.startswith(inner)) if found else found


def _searcher(pattern: str, *, is_name: bool) -> Search:
    """What finds the pattern; a name that is shown need not be one."""
    try:
        return searcher(pattern)
    except BadPattern:
        if not is_name:
            raise
    return lambda _: False


def _labelled(profile: Profile, wanted: str) -> bytes:
    numbers, sets = decode.label_sets(profile)
    passing = list(map(tags.matcher(wanted, tags.label_units(sets)), sets))
    return bytes(map(passing.__getitem__, numbers))


def _inverted(flags: bytes) -> bytes:
    return flags.translate(b"\x01" + bytes(255))
