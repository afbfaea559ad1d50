"""Which value of a sample counts in a report, and how it is written. The arithmetic is that of 64-bit integers."""

import re
from dataclasses import dataclass
from itertools import compress, repeat

from pprof_lens.profile import decode
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


def values(counted: Profile, options: Options) -> Values:
    """The values of the sample type that is asked for, with the total of the samples. Raises UnknownSampleType."""
    column = column_of(counted, options)
    numbers, sets = decode.label_sets(counted)
    of_base = bytes(map(is_base, sets))
    # A difference is measured against its base.
    total, count = _sums(counted, column, bytes(map(of_base.__getitem__, numbers))) if any(of_base) else (0, 0)
    if total <= 0:
        total, count = _sums(counted, column, None)
    return Values(
        column=column,
        sample_type=counted.sample_types[column],
        is_mean=options.mean,
        ratio=1 / options.divide_by,
        unit=options.unit,
        total=quotient(total, int64(count)) if options.mean else total,
    )


def _sums(profile: Profile, column: int, mask: bytes | None) -> tuple[int, int]:
    """The sum of the column without signs and that of the first one, of the samples that the mask has."""
    columns, total, count, at = len(profile.sample_types), 0, 0, 0
    for block in decode.unpacked_stacks(profile):
        size = len(block.offsets) - 1
        selected = repeat(1) if mask is None else mask[at : at + size]
        total += sum(map(abs, compress(block.values[column::columns], selected)))
        count += sum(compress(block.values[::columns], selected))
        at += size
    return int64(total), count


def column_of(profile: Profile, options: Options) -> int:
    """The column of the sample type that is asked for. Raises UnknownSampleType."""
    wanted = options.sample_index
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
