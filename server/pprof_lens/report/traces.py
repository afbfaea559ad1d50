"""`traces`: each sample with its labels and its stack, as the profile has them."""

from collections.abc import Iterator, Mapping

from pprof_lens.profile.integers import quotient
from pprof_lens.profile.model import Sample
from pprof_lens.profile.units import scaled_label
from pprof_lens.report.decoded import Decoded
from pprof_lens.report.graph import infos_of
from pprof_lens.report.labels import profile_labels
from pprof_lens.report.trimming import by_bytes
from pprof_lens.report.values import Values

_SEPARATOR = "-----------+-------------------------------------------------------"


def traces(decoded: Decoded, values: Values, label_units: Mapping[str, str]) -> list[str]:
    """The lines of the report."""
    names = [
        [info.printable() + (" (inline)" if at < len(infos) - 1 else "") for at, info in enumerate(infos)]
        for infos in infos_of(decoded)
    ]
    lines = profile_labels(decoded.profile, values)
    for sample in decoded.samples:
        frames = [name for location in sample.locations for name in names[location]]
        if not frames:
            continue
        lines += (_SEPARATOR, *_labels(sample, label_units))
        value = values.text(quotient(values.of(sample), values.divisor(sample)))
        lines.append(f"{value:>10}   {frames[0]}")
        lines += (f"{'':10}   {frame}" for frame in frames[1:])
    return [*lines, _SEPARATOR]


def _labels(sample: Sample, units: Mapping[str, str]) -> Iterator[str]:
    yield from sorted((f"{key:>10}:  {' '.join(texts)}" for key, texts in sample.labels), key=by_bytes)
    numeric = (
        f"{key:>10}:  {' '.join(scaled_label(label.value, units[key]) for label in labels)}"
        for key, labels in sample.num_labels
    )
    yield from sorted(numeric, key=by_bytes)
