"""flat and cum by file and line, once from our index and once added up from the text of `go tool pprof -raw`."""

import re
from collections import defaultdict

from pprof_lens.analysis import index as indexes
from pprof_lens.profile.model import Profile

Figures = dict[tuple[str, int], tuple[tuple[int, ...], tuple[int, ...]]]
"""By file and line the flats and the cums, one a sample type; only where one is not zero."""

_LOCATION = re.compile(r"\s*(\d+): 0x[0-9a-f]+ (?:M=\d+ )?(?:\[F\] )?(.*)")
_FRAME = re.compile(r"\s*(?:.*) (\S*):(-?\d+):-?\d+ s=-?\d+(?:\(.*\))?$")
_SAMPLE = re.compile(r"([-\d ]+): ([\d ]*)$")


def ours(profile: Profile) -> Figures:
    """From the index that the editor's figures come from."""
    index = indexes.build(profile)
    columns = range(len(profile.sample_types))
    figures = {}
    for number, line in enumerate(index.lines.lines):
        weights = [index.line_weight(number, column) for column in columns]
        flats, cums = tuple(flat for flat, _ in weights), tuple(cum for _, cum in weights)
        if any(flats) or any(cums):
            figures[index.lines.file(number), line] = flats, cums
    return figures


def of_raw(text: str) -> Figures:
    """From pprof's text, sample by sample."""
    # Only a line feed ends a line; names may have other things that Python splits at.
    before, _, after = text.partition("\nLocations\n")
    frames: dict[int, list[tuple[str, int]]] = {}
    for row in after.partition("\nMappings\n")[0].split("\n"):
        if start := _LOCATION.match(row):
            current = frames.setdefault(int(start[1]), [])
            row = " " + start[2]  # noqa: PLW2901
        if frame := _FRAME.match(row):
            current.append((frame[1], int(frame[2])))
    flats: dict[tuple[str, int], list[int]] = {}
    cums: dict[tuple[str, int], list[int]] = defaultdict(list)
    for row in before.partition("\nSamples:\n")[2].split("\n"):
        sample = _SAMPLE.match(row)
        if not sample:
            continue
        values = list(map(int, sample[1].split()))
        stack = [frames[int(location)] for location in sample[2].split()]
        for place in {place for location in stack for place in location if place[0]}:
            cums[place] = [a + b for a, b in zip(cums[place] or [0] * len(values), values, strict=True)]
        if stack and stack[0] and stack[0][0][0]:
            leaf = stack[0][0]
            flats[leaf] = [a + b for a, b in zip(flats.get(leaf, [0] * len(values)), values, strict=True)]
    figures = {place: (tuple(flats.get(place, [0] * len(cum))), tuple(cum)) for place, cum in cums.items()}
    return {place: both for place, both in figures.items() if any(both[0]) or any(both[1])}


def first_difference(one: Figures, other: Figures) -> str:
    place = next(place for place in sorted({*one, *other}) if one.get(place) != other.get(place))
    return f"  {place[0]}:{place[1]}\n  ours   {one.get(place)}\n  pprof  {other.get(place)}"
