"""Several profiles as one, and one as the difference to another, as google/pprof does it (profile/merge.go).

Profiles are made comparable first: only the sample types that all have, in the finest unit of each. Locations are
one where their place in a mapping and their lines are; samples where their stacks and labels are. The order is that
of first appearance. Nothing is read and nothing printed.
"""

from array import array
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from functools import cache
from itertools import chain
from math import copysign, trunc

from pprof_lens.profile import decode, units
from pprof_lens.profile.encode import with_samples
from pprof_lens.profile.errors import ProfileError
from pprof_lens.profile.integers import int64, truncated
from pprof_lens.profile.model import NO_MAPPING, Function, Functions, Locations, Mapping, Profile, Sample, ValueType

BASE_LABEL = "pprof::base"
"""Marks the samples of the base in a difference that keeps them apart."""

_PAGE = 0x1000
_MASK64 = (1 << 64) - 1


def merge(profiles: Sequence[Profile]) -> Profile:
    """The profiles as one; their values add up. Raises ProfileError where they have no sample type in common."""
    alike = _alike(profiles)
    return alike[0] if len(alike) == 1 else _merged(alike)


def beside(profiles: Sequence[Profile]) -> Profile:
    """Profiles of the same samples, each with sample types of its own, as one that has all of them."""
    types = tuple(chain.from_iterable(profile.sample_types for profile in profiles))
    wide, before = [], 0
    for profile in profiles:
        left, after = (0,) * before, (0,) * (len(types) - before - len(profile.sample_types))
        samples = (sample._replace(values=left + sample.values + after) for sample in decode.samples(profile))
        wide.append(replace(with_samples(profile, samples), sample_types=types))
        before += len(profile.sample_types)
    return merge(wide)


def diff_base(source: Profile, base: Profile) -> Profile:
    """What `source` has more than `base`; samples of the base are kept apart by their label, so they never cancel."""
    source, base = _alike((source, base))
    marked = with_samples(base, (_marked(sample) for sample in decode.samples(base)))
    return _merged((source, _scaled(marked, [-1.0] * len(base.sample_types))))


def subtract(source: Profile, base: Profile) -> Profile:
    """`source` less `base`; equal stacks cancel."""
    source, base = _alike((source, base))
    return _merged((source, _scaled(base, [-1.0] * len(base.sample_types))))


def normalized(source: Profile, base: Profile) -> Profile:
    """`source` scaled so that each sample type has the total of `base`. Raises ProfileError for other types."""
    if (source.sample_types, source.period_type) != (base.sample_types, base.period_type):
        raise ProfileError("The profiles have different sample types and cannot be normalized.")
    sums = zip(_sums(source), _sums(base), strict=True)
    ratios = [float(theirs) / float(ours) if ours else 0.0 for ours, theirs in sums]
    return _scaled(source, ratios)


def is_base(sample: Sample) -> bool:
    """Whether the sample came from the base of a difference."""
    return any(key == BASE_LABEL and "true" in texts for key, texts in sample.labels)


def _alike(profiles: Sequence[Profile]) -> tuple[Profile, ...]:
    """The profiles with the sample types that all of them have, in the finest unit of each."""
    counts = Counter(sample_type.type for profile in profiles for sample_type in profile.sample_types)
    common = [t.type for t in profiles[0].sample_types if counts[t.type] == len(profiles)]
    if not common:
        raise ProfileError("The profiles have no sample type in common.")
    picked = [_with_types(profile, common) for profile in profiles]
    if len(picked) == 1:
        return tuple(picked)
    finest = [_finest([profile.sample_types[i] for profile in picked]) for i in range(len(common))]
    period = _finest([profile.period_type for profile in picked])
    return tuple(_in_units(profile, finest, period) for profile in picked)


def _with_types(profile: Profile, names: Sequence[str]) -> Profile:
    own = [sample_type.type for sample_type in profile.sample_types]
    if own == list(names):
        return profile
    first = {name: column for column, name in reversed(tuple(enumerate(own)))}
    columns = [first[name] for name in names]
    default = profile.default_sample_type if profile.default_sample_type in names else names[0]
    picked = (
        sample._replace(values=tuple(sample.values[column] for column in columns)) for sample in decode.samples(profile)
    )
    types = tuple(profile.sample_types[column] for column in columns)
    return replace(with_samples(profile, picked), sample_types=types, default_sample_type=default)


def _finest(types: Sequence[ValueType]) -> str:
    """The smallest unit of types that mean the same. Raises ProfileError where they do not."""
    finest = types[0]
    for other in types[1:]:
        alike = finest.type.removesuffix("s") == other.type.removesuffix("s")
        if not alike or not units.same_family(finest.unit, other.unit):
            found = " and ".join(f"{sample_type.type} in {sample_type.unit}" for sample_type in (finest, other))
            raise ProfileError(f"The profiles cannot be put together: they have {found}.")
        if units.scale(1, other.unit, finest.unit)[0] < 1:
            finest = other
    return finest.unit


def _in_units(profile: Profile, names: Sequence[str], period: str) -> Profile:
    ratios = [
        units.scale(1, sample_type.unit, name)[0] for sample_type, name in zip(profile.sample_types, names, strict=True)
    ]
    types = tuple(
        sample_type._replace(unit=name) for sample_type, name in zip(profile.sample_types, names, strict=True)
    )
    return replace(
        _scaled(profile, ratios),
        sample_types=types,
        period=truncated(units.scale(profile.period, profile.period_type.unit, period)[0]),
        period_type=profile.period_type._replace(unit=period),
    )


def _scaled(profile: Profile, ratios: Sequence[float]) -> Profile:
    """Each column times its ratio, rounded half away from zero; samples without a scaled value vanish, as in pprof."""
    if all(ratio == 1 for ratio in ratios):
        return profile

    def scaled() -> Iterator[Sample]:
        for sample in decode.samples(profile):
            values = tuple(
                value if ratio == 1 else _rounded(value, ratio)
                for value, ratio in zip(sample.values, ratios, strict=True)
            )
            if any(value for value, ratio in zip(values, ratios, strict=True) if ratio != 1):
                yield sample._replace(values=values)

    return with_samples(profile, scaled())


def _rounded(value: int, ratio: float) -> int:
    product = float(value) * ratio
    whole = float(trunc(product))
    return truncated(whole + copysign(1, product) if abs(product - whole) >= 0.5 else whole)


def _sums(profile: Profile) -> list[int]:
    sums = [0] * len(profile.sample_types)
    for sample in decode.samples(profile):
        for column, value in enumerate(sample.values):
            sums[column] = int64(sums[column] + value)
    return sums


def _marked(sample: Sample) -> Sample:
    return sample._replace(labels=tuple(sorted({**dict(sample.labels), BASE_LABEL: ("true",)}.items())))


def _merged(profiles: Sequence[Profile]) -> Profile:
    for other in profiles[1:]:
        if other.period_type != profiles[0].period_type:
            raise ProfileError("The profiles have different period types and cannot be put together.")
    merging = _Merging()
    for profile in profiles:
        merging.add(profile)
    merged = merging.result(profiles)
    # Stacks that cancelled leave no trace, nor do the locations that only they had.
    return _merged((merged,)) if merging.has_zeros else merged


class _Merging:
    """The tables that grow as profiles are added; samples are keyed by their merged locations and labels."""

    def __init__(self) -> None:
        self.has_zeros = False
        self._mappings: dict[object, int] = {}
        self._mapping_rows: list[Mapping] = []
        self._functions: dict[Function, int] = {}
        self._locations: dict[object, int] = {}
        self._rows: list[tuple[int, int, bool, tuple[tuple[int, int, int], ...]]] = []
        self._samples: dict[tuple[object, ...], list[int]] = {}

    def add(self, profile: Profile) -> None:
        if profile.mappings and not self._mapping_rows:
            self._mapping(profile.mappings[0])  # the main binary stays the first, even where no sample is in it
        functions = cache(lambda i: self._functions.setdefault(profile.functions[i], len(self._functions)))
        mappings = cache(lambda i: self._mapping(profile.mappings[i]))
        locations = cache(lambda i: self._location(profile, i, mappings, functions))
        for sample in decode.samples(profile):
            if not any(sample.values):
                continue
            key = (tuple(map(locations, sample.locations)), sample.labels, sample.num_labels)
            values = self._samples.get(key)
            if values is None:
                self._samples[key] = list(sample.values)
            else:
                for column, value in enumerate(sample.values):
                    values[column] = int64(values[column] + value)

    def result(self, profiles: Sequence[Profile]) -> Profile:
        self.has_zeros = not all(map(any, self._samples.values()))
        first = profiles[0]
        tables = replace(
            first,
            mappings=tuple(self._mapping_rows),
            locations=self._location_table(),
            functions=Functions.of(self._functions),
            strings=("",),
            raw=b"",
            spans=array("q"),
            time_nanos=_earliest(profile.time_nanos for profile in profiles),
            duration_nanos=int64(sum(profile.duration_nanos for profile in profiles)),
            period=max(profile.period for profile in profiles),
            comments=tuple(dict.fromkeys(chain.from_iterable(profile.comments for profile in profiles))),
            default_sample_type=_first(profile.default_sample_type for profile in profiles),
            doc_url=_first(profile.doc_url for profile in profiles),
        )
        samples = (
            Sample(locations, tuple(values), labels, num_labels)  # type: ignore[arg-type]
            for (locations, labels, num_labels), values in self._samples.items()
        )
        return with_samples(tables, samples)

    def _mapping(self, mapping: Mapping) -> tuple[int, int]:
        """The index of the merged mapping, and how far an address moves to lie in it."""
        size = (mapping.memory_limit - mapping.memory_start + _PAGE - 1) & _MASK64
        size -= size % _PAGE
        key = (size, mapping.file_offset, mapping.build_id or mapping.filename)
        at = self._mappings.setdefault(key, len(self._mapping_rows))
        if at == len(self._mapping_rows):
            self._mapping_rows.append(mapping._replace(id=at + 1))
        return at, self._mapping_rows[at].memory_start - mapping.memory_start

    def _location(
        self,
        profile: Profile,
        index: int,
        mappings: Callable[[int], tuple[int, int]],
        functions: Callable[[int], int],
    ) -> int:
        location = profile.locations[index]
        mapping, moved = (NO_MAPPING, 0) if location.mapping == NO_MAPPING else mappings(location.mapping)
        lines = tuple((functions(line.function), line.line, line.column) for line in location.lines)
        address = (location.address + moved) & _MASK64
        start = self._mapping_rows[mapping].memory_start if mapping != NO_MAPPING else 0
        # pprof's key forgets the column of every line but the last one (profile/merge.go, Location.key).
        keyed = tuple((*line[:2], line[2] if i == len(lines) - 1 else 0) for i, line in enumerate(lines))
        key = (address - start, mapping, keyed, location.is_folded)
        at = self._locations.setdefault(key, len(self._rows))
        if at == len(self._rows):
            self._rows.append((mapping, address, location.is_folded, lines))
        return at

    def _location_table(self) -> Locations:
        offsets, lines = array("q", [0]), list(chain.from_iterable(row[3] for row in self._rows))
        for row in self._rows:
            offsets.append(offsets[-1] + len(row[3]))
        return Locations(
            ids=array("Q", range(1, len(self._rows) + 1)),
            mappings=array("q", (row[0] for row in self._rows)),
            addresses=array("Q", (row[1] for row in self._rows)),
            folded=bytes(row[2] for row in self._rows),
            offsets=offsets,
            functions=array("q", (line[0] for line in lines)),
            lines=array("q", (line[1] for line in lines)),
            columns=array("q", (line[2] for line in lines)),
        )


def _earliest(times: Iterable[int]) -> int:
    """The first time, then earlier ones; a later 0 wins, as in pprof."""
    earliest = 0
    for time in times:
        if earliest == 0 or time < earliest:
            earliest = time
    return earliest


def _first(texts: Iterable[str]) -> str:
    return next(filter(None, texts), "")
