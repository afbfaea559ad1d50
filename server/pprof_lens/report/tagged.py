"""The tags of samples: their labels as the drawn graph shows them.

A label is written once and can be named by each sample, and each sample's labels count in all nodes that it touches:
so what they come to is counted before it is made, and what is too light to be drawn is left out before it is counted
in any node.
"""

from array import array
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

from pprof_lens.profile.errors import TooLarge
from pprof_lens.profile.merge import BASE_LABEL
from pprof_lens.profile.model import NumericLabel, Sample
from pprof_lens.profile.proportion import refuse_out_of_proportion
from pprof_lens.profile.units import scaled_label
from pprof_lens.report.decoded import Decoded
from pprof_lens.report.graph import NO_TAGS, Tag, Tags
from pprof_lens.report.trimming import by_bytes
from pprof_lens.report.values import Values

_AT_LEAST, _TIMES = 1 << 20, 4
"""So often labels may count in nodes, and so often for each frame of the samples; a heap profile has two a sample."""

_Labels = tuple[tuple[str, tuple[str, ...]], ...]


@dataclass(frozen=True, slots=True)
class SampleTags:
    """The tags of each sample, which many samples share: `numbers` say which of `different` are its own."""

    numbers: "array[int]"
    different: tuple[Tags, ...]

    def __iter__(self) -> Iterator[Tags]:
        return map(self.different.__getitem__, self.numbers)


def tags_of(decoded: Decoded, numeric: str, unit: str, to: str) -> SampleTags:
    """The tags of each sample, its numbers those of the label `numeric`, which are in `unit` and shown in `to`.

    Raises TooLarge where the labels repeat long texts out of all proportion.
    """
    numbers, sets = decoded.label_sets
    different = dict.fromkeys(labelled.labels for labelled in sets)
    letters = sum(len(key) + len(text) for labels in different for key, texts in labels for text in texts)
    refuse_out_of_proportion(len(decoded.profile.raw), {"letters of labels": (letters, 1)})
    texts = {labels: _text(labels) for labels in different}

    def number(label: NumericLabel) -> Tag:
        return Tag(scaled_label(label.value, unit, to), unit, label.value)

    def tags(labelled: Sample) -> Tags:
        own = (number(one) for key, of in labelled.num_labels if key == numeric for one in of)
        return Tags(texts[labelled.labels], tuple(own))

    return SampleTags(numbers, tuple(map(tags, sets)))


def heavy_tags(decoded: Decoded, values: Values, tags: SampleTags, least: int) -> SampleTags:
    """The tags without those that come to less than `least` in all samples together, so in each node too.

    Raises TooLarge where those that are left count out of all proportion often.
    """
    of_number, frames_of_number, frames = [0] * len(tags.different), [0] * len(tags.different), 0
    for number, sample in zip(tags.numbers, decoded.samples, strict=True):
        of_number[number] += abs(values.of(sample))
        frames_of_number[number] += len(sample.locations)
        frames += len(sample.locations)
    weights = defaultdict[tuple[str, str], int](int)
    for of_sample, weight in zip(tags.different, of_number, strict=True):
        weights[of_sample.labels, ""] += weight
        for own in of_sample.numbers:
            weights[of_sample.labels, own.name] += weight
    heavy = {key for key, weight in weights.items() if weight >= least}
    found = tuple(_those_in(heavy, of_sample) for of_sample in tags.different)
    times = sum((bool(of.labels) + len(of.numbers)) * many for of, many in zip(found, frames_of_number, strict=True))
    if times > _AT_LEAST + _TIMES * frames:
        raise TooLarge(f"The profile repeats its labels {times} times, out of all proportion, so no graph is drawn.")
    return SampleTags(tags.numbers, found)


def _those_in(heavy: set[tuple[str, str]], tags: Tags) -> Tags:
    numbers = tuple(number for number in tags.numbers if (tags.labels, number.name) in heavy)
    return Tags(tags.labels, numbers) if numbers or (tags.labels, "") in heavy else NO_TAGS


def _text(labels: _Labels) -> str:
    return "\\n".join(
        sorted((f"{key}:{text}" for key, texts in labels if key != BASE_LABEL for text in texts), key=by_bytes)
    )
