"""The tags of samples: their labels as the drawn graph shows them.

A label is written once and can be named by each sample, and each sample's labels count in all nodes that it touches:
so what they come to is counted before it is made, and what is too light to be drawn is left out before it is counted
in any node.
"""

from collections import defaultdict
from collections.abc import Sequence

from pprof_lens.profile.errors import TooLarge
from pprof_lens.profile.merge import BASE_LABEL
from pprof_lens.profile.model import NumericLabel
from pprof_lens.profile.proportion import refuse_out_of_proportion
from pprof_lens.profile.units import scaled_label
from pprof_lens.report.decoded import Decoded
from pprof_lens.report.graph import NO_TAGS, Tag, Tags
from pprof_lens.report.trimming import by_bytes
from pprof_lens.report.values import Values

_AT_LEAST, _TIMES = 1 << 20, 4
"""So often labels may count in nodes, and so often for each frame of the samples; a heap profile has two a sample."""

_Labels = tuple[tuple[str, tuple[str, ...]], ...]


def tags_of(decoded: Decoded, numeric: str, unit: str, to: str) -> list[Tags]:
    """The tags of each sample, its numbers those of the label `numeric`, which are in `unit` and shown in `to`.

    Raises TooLarge where the labels repeat long texts out of all proportion.
    """
    different = dict.fromkeys(sample.labels for sample in decoded.samples)
    letters = sum(len(key) + len(text) for labels in different for key, texts in labels for text in texts)
    refuse_out_of_proportion(len(decoded.profile.raw), {"letters of labels": (letters, 1)})
    texts = {labels: _text(labels) for labels in different}

    def number(label: NumericLabel) -> Tag:
        return Tag(scaled_label(label.value, unit, to), unit, label.value)

    return [
        Tags(texts[sample.labels], tuple(number(one) for key, of in sample.num_labels if key == numeric for one in of))
        for sample in decoded.samples
    ]


def heavy_tags(decoded: Decoded, values: Values, tags: Sequence[Tags], least: int) -> list[Tags]:
    """The tags without those that come to less than `least` in all samples together, so in each node too.

    Raises TooLarge where those that are left count out of all proportion often.
    """
    weights = defaultdict[tuple[str, str], int](int)
    for sample, of_sample in zip(decoded.samples, tags, strict=True):
        weight = abs(values.of(sample))
        weights[of_sample.labels, ""] += weight
        for number in of_sample.numbers:
            weights[of_sample.labels, number.name] += weight
    heavy = {key for key, weight in weights.items() if weight >= least}
    found = [_those_in(heavy, of_sample) for of_sample in tags]
    frames = sum(len(sample.locations) for sample in decoded.samples)
    times = sum(
        (bool(of.labels) + len(of.numbers)) * len(sample.locations)
        for sample, of in zip(decoded.samples, found, strict=True)
    )
    if times > _AT_LEAST + _TIMES * frames:
        raise TooLarge(f"The profile repeats its labels {times} times, out of all proportion, so no graph is drawn.")
    return found


def _those_in(heavy: set[tuple[str, str]], tags: Tags) -> Tags:
    numbers = tuple(number for number in tags.numbers if (tags.labels, number.name) in heavy)
    return Tags(tags.labels, numbers) if numbers or (tags.labels, "") in heavy else NO_TAGS


def _text(labels: _Labels) -> str:
    return "\\n".join(
        sorted((f"{key}:{text}" for key, texts in labels if key != BASE_LABEL for text in texts), key=by_bytes)
    )
