"""`traces`: each sample with its labels and its stack, as the profile has them."""

from collections.abc import Iterator, Mapping

from pprof_lens.profile.integers import quotient
from pprof_lens.profile.model import Sample
from pprof_lens.profile.units import scaled_label
from pprof_lens.report.decoded import Decoded
from pprof_lens.report.graph import Names, frames_of
from pprof_lens.report.labels import profile_labels
from pprof_lens.report.trimming import by_bytes
from pprof_lens.report.values import Values

_SEPARATOR = "-----------+-------------------------------------------------------"


def traces(decoded: Decoded, values: Values, label_units: Mapping[str, str]) -> Iterator[str]:
    """The lines of the report."""
    nodes = frames_of(decoded)
    names = Names(nodes)

    def called(location: int) -> Iterator[str]:
        *inlined, outermost = nodes.of(location)
        yield from (f"{names.of(node)} (inline)" for node in inlined)
        yield names.of(outermost)

    yield from profile_labels(decoded.profile, values)
    for sample in decoded.samples:
        frames = (name for location in sample.locations for name in called(location))
        leaf = next(frames, None)
        if leaf is None:
            continue
        yield _SEPARATOR
        yield from _labels(sample, label_units)
        value = values.text(quotient(values.of(sample), values.divisor(sample)))
        yield f"{value:>10}   {leaf}"
        yield from (f"{'':10}   {frame}" for frame in frames)
    yield _SEPARATOR


def _labels(sample: Sample, units: Mapping[str, str]) -> Iterator[str]:
    yield from sorted((f"{key:>10}:  {' '.join(texts)}" for key, texts in sample.labels), key=by_bytes)
    numeric = (
        f"{key:>10}:  {' '.join(scaled_label(label.value, units[key]) for label in labels)}"
        for key, labels in sample.num_labels
    )
    yield from sorted(numeric, key=by_bytes)
