"""A profile as a few lines of text, so that a test compares pictures: the reverse of `profiles.drawn`.

    main.leaf app/leaf.go:3; main.main app/main.go:7 = 10 {tenant=blue bytes=512}

A place without names is its address; frames joined by ` < ` share one location, the innermost inlined one first.
"""

from pprof_lens.profile import decode
from pprof_lens.profile.model import Profile, Sample


def pictured(profile: Profile) -> list[str]:
    """One line a sample, in the profile's order."""
    return [_line(profile, sample) for sample in decode.samples(profile)]


def typed(profile: Profile) -> str:
    """The sample types: `alloc_space/bytes inuse_space/bytes`."""
    return " ".join("/".join(sample_type) for sample_type in profile.sample_types)


def _line(profile: Profile, sample: Sample) -> str:
    labels = [f"{key}={value}" for key, values in sample.labels for value in values]
    labels += [f"{key}={number.value}{number.unit}" for key, numbers in sample.num_labels for number in numbers]
    told = f" {{{' '.join(labels)}}}" if labels else ""
    stack = "; ".join(_place(profile, index) for index in sample.locations)
    return f"{stack} = {' '.join(map(str, sample.values))}{told}"


def _place(profile: Profile, index: int) -> str:
    location = profile.locations[index]
    frames = ((profile.functions[line.function], line.line) for line in location.lines)
    return " < ".join(f"{function.name} {function.filename}:{line}" for function, line in frames) or (
        f"{location.address:#x}"
    )
