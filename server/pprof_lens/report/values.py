"""Which value of a sample counts in a report, and how it is written. The arithmetic is that of 64-bit integers."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from pprof_lens.profile.errors import UnknownSampleType
from pprof_lens.profile.integers import int64, quotient, truncated
from pprof_lens.profile.merge import is_base
from pprof_lens.profile.model import Profile, Sample, ValueType
from pprof_lens.profile.units import percentage, scaled_label
from pprof_lens.report.options import Options

_INDEX = re.compile(r"[+-]?[0-9]+")


@dataclass(frozen=True, slots=True)
class Values:
    """A column of the samples; of a mean, its value is divided by that of the first column.

    `total` is 100 percent. `ratio` is what values are multiplied by before they are written in `unit`.
    """

    column: int
    sample_type: ValueType
    is_mean: bool
    ratio: float
    unit: str
    total: int

    def of(self, sample: Sample) -> int:
        return sample.values[self.column]

    def divisor(self, sample: Sample) -> int:
        """What the value is divided by; 0 where it is not."""
        return sample.values[0] if self.is_mean else 0

    def text(self, value: int) -> str:
        if self.ratio > 0 and self.ratio != 1:
            value = truncated(float(value) * self.ratio)
        return scaled_label(value, self.sample_type.unit, self.unit)

    def share(self, value: int) -> str:
        return percentage(value, self.total)


def values(profile: Profile, samples: Sequence[Sample], options: Options) -> Values:
    """The values of the sample type that is asked for, with the total of the samples. Raises UnknownSampleType."""
    column = _column(profile, options.sample_index)
    counted = [(sample.values[column], sample.values[0], is_base(sample)) for sample in samples]
    # A difference is measured against its base.
    total = int64(sum(abs(value) for value, _, of_base in counted if of_base))
    count = sum(first for _, first, of_base in counted if of_base)
    if total <= 0:
        total = int64(sum(abs(value) for value, _, _ in counted))
        count = sum(first for _, first, _ in counted)
    return Values(
        column=column,
        sample_type=profile.sample_types[column],
        is_mean=options.mean,
        ratio=1 / options.divide_by,
        unit=options.unit,
        total=quotient(total, int64(count)) if options.mean else total,
    )


def _column(profile: Profile, wanted: str) -> int:
    names = [sample_type.type for sample_type in profile.sample_types]
    if not wanted:
        return names.index(profile.default_sample_type) if profile.default_sample_type in names else len(names) - 1
    if _INDEX.fullmatch(wanted):
        column = int(wanted)
    else:
        fitting = (wanted, wanted.removeprefix("inuse_"))
        column = next((i for i, name in enumerate(names) if name in fitting), -1)
        if column < 0:
            raise UnknownSampleType(f"This profile has no sample type {wanted!r}; it has {', '.join(names)}.")
    if not 0 <= column < len(names):
        raise UnknownSampleType(f"-sample_index={wanted} is outside of 0 to {len(names) - 1}.")
    return column
