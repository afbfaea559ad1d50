"""`traces`: each sample with its labels and its stack, as the profile has them."""

from collections.abc import Iterator, Mapping

from pprof_lens.profile.integers import quotient
from pprof_lens.profile.model import Sample
from pprof_lens.profile.units import scaled_label
from pprof_lens.report.decoded import Decoded
from pprof_lens.report.graph import Frames, frames_of
from pprof_lens.report.labels import profile_labels
from pprof_lens.report.trimming import by_bytes
from pprof_lens.report.values import Values

_MOST_LETTERS, _MOST_KEPT = 1 << 22, 1 << 14
_SEPARATOR = "-----------+-------------------------------------------------------"


def traces(decoded: Decoded, values: Values, label_units: Mapping[str, str]) -> Iterator[str]:
    """The lines of the report."""
    names = _Names(frames_of(decoded))
    yield from profile_labels(decoded.profile, values)
    for sample in decoded.samples:
        frames = (name for location in sample.locations for name in names.of(location))
        leaf = next(frames, None)
        if leaf is None:
            continue
        yield _SEPARATOR
        yield from _labels(sample, label_units)
        value = values.text(quotient(values.of(sample), values.divisor(sample)))
        yield f"{value:>10}   {leaf}"
        yield from (f"{'':10}   {frame}" for frame in frames)
    yield _SEPARATOR


class _Names:
    """What the frames of a location are called, kept for the next sample; few long ones, for one can be of many."""

    def __init__(self, frames: Frames) -> None:
        self._frames = frames
        self._made: dict[int, list[str]] = {}
        self._letters = 0

    def of(self, location: int) -> list[str]:
        if location in self._made:
            return self._made[location]
        infos = list(map(self._frames.info, self._frames.of(location)))
        innermost = len(infos) - 1
        made = [info.printable() + (" (inline)" if at < innermost else "") for at, info in enumerate(infos)]
        if self._letters < _MOST_LETTERS and len(self._made) < _MOST_KEPT:
            self._letters += sum(map(len, made))
            self._made[location] = made
        return made


def _labels(sample: Sample, units: Mapping[str, str]) -> Iterator[str]:
    yield from sorted((f"{key:>10}:  {' '.join(texts)}" for key, texts in sample.labels), key=by_bytes)
    numeric = (
        f"{key:>10}:  {' '.join(scaled_label(label.value, units[key]) for label in labels)}"
        for key, labels in sample.num_labels
    )
    yield from sorted(numeric, key=by_bytes)
