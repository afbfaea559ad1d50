"""Profiles drawn in a few lines of text, so that a test shows what it is about.

    main.leaf app/leaf.go:3; main.main app/main.go:7 = 10

One line a sample: its frames leaf first, then the values, one a sample type. A frame is `FUNCTION FILE:LINE`; frames
joined by ` < ` share one location, the innermost inlined one first. Equal frames have equal addresses.
"""

from array import array
from zlib import crc32

from pprof_lens.profile import decode
from pprof_lens.profile.encode import with_samples
from pprof_lens.profile.model import NO_MAPPING, Function, Functions, Locations, Profile, Sample, ValueType


def drawn(text: str, *types: str, starts: dict[str, int] | None = None, default: str = "") -> Profile:
    """The profile of the drawing; `types` are `name/unit`; `starts` gives functions their start lines."""
    sample_types = tuple(ValueType(*spec.split("/")) for spec in types or ("samples/count",))
    functions: dict[tuple[str, str], int] = {}
    places: dict[str, int] = {}
    samples = []
    for row in filter(None, map(str.strip, text.splitlines())):
        stack, _, values = row.partition(" = ")
        frames = [frame.strip() for frame in stack.split(";") if frame.strip()]
        locations = tuple(places.setdefault(frame, len(places)) for frame in frames)
        samples.append(Sample(locations, tuple(map(int, values.split()))))
    offsets, owners, lines = array("q", [0]), array("q"), array("q")
    for frame in places:
        for inlined in frame.split(" < "):
            name, _, place = inlined.rpartition(" ")
            file, _, line = place.rpartition(":")
            owners.append(functions.setdefault((name, file), len(functions)))
            lines.append(int(line))
        offsets.append(len(owners))
    count = len(places)
    profile = Profile(
        sample_types=sample_types,
        default_sample_type=default,
        mappings=(),
        locations=Locations(
            ids=array("Q", range(1, count + 1)),
            mappings=array("q", [NO_MAPPING] * count),
            addresses=array("Q", (crc32(frame.encode()) for frame in places)),
            folded=bytes(count),
            offsets=offsets,
            functions=owners,
            lines=lines,
            columns=array("q", [0] * len(lines)),
        ),
        functions=Functions.of(Function(name, name, file, (starts or {}).get(name, 0)) for name, file in functions),
        strings=("",),
        raw=b"",
        spans=array("q"),
    )
    return with_samples(profile, samples)


def samples_of(profile: Profile) -> str:
    """`FUNCTION FUNCTION … = VALUES [LABELS]`, one sample a line, the leaf first."""
    names = [function.name for function in profile.functions]
    rows = []
    for sample in decode.samples(profile):
        stack = " ".join(names[line.function] for i in sample.locations for line in profile.locations[i].lines)
        labels = "".join(f" {key}={','.join(values)}" for key, values in sample.labels)
        rows.append(f"{stack} = {' '.join(map(str, sample.values))}{labels}")
    return "\n".join(rows)
