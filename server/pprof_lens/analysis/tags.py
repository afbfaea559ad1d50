"""Labels, which the flags call tags: tagfocus, tagignore, tagshow, taghide, and the units of numeric ones.

The meaning is pprof's (internal/driver/driver_focus.go): `[key=]value`, where a value like `32kb`, `:64kb`, `4mb:` or
`12kb:64mb` is a range of a numeric label, and anything else a list of patterns for text.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cache
from math import inf

from pprof_lens.profile.automaton import TooComplex
from pprof_lens.profile.errors import ProfileError
from pprof_lens.profile.model import Sample
from pprof_lens.profile.regexps import searcher
from pprof_lens.profile.units import scale

Matches = Callable[[Sample], bool]

_NUMBER = re.compile(r"([+-]?[0-9]+)([A-Za-z]+)?")
_BYTES = ("alignment", "request")
"""Keys that count bytes even where they name no unit."""

_MOST_LETTERS = 1 << 27
"""Of all different labels with their keys, which are searched together."""


def label_units(samples: Iterable[Sample]) -> dict[str, str]:
    """The unit of each numeric label: the first one that is named, else one that its key suggests."""
    units: dict[str, str] = {}
    keys = set()
    for sample in samples:
        for key, labels in sample.num_labels:
            keys.add(key)
            for label in labels:
                if label.unit:
                    units.setdefault(key, label.unit)
    for key in keys:
        units.setdefault(key, "bytes" if key in _BYTES else key)
    return units


def focused(samples: Iterable[Sample], focus: str, ignore: str, units: Mapping[str, str]) -> Iterator[Sample]:
    """The samples that tagfocus keeps and tagignore does not drop. Raises ProfileError for a bad pattern."""
    wanted = matcher(focus, units) if focus else None
    unwanted = matcher(ignore, units) if ignore else None
    return (
        sample
        for sample in samples
        if (wanted is None or wanted(sample)) and not (unwanted is not None and unwanted(sample))
    )


def shown(samples: Iterable[Sample], show: str, hide: str) -> Iterator[Sample]:
    """The samples with only the labels whose keys are shown and not hidden."""
    shows = searcher(show)
    hides = searcher(hide) if hide else lambda _: False

    def stays(label: tuple[str, object]) -> bool:
        return shows(label[0]) and not hides(label[0])

    return (
        sample._replace(labels=tuple(filter(stays, sample.labels)), num_labels=tuple(filter(stays, sample.num_labels)))
        for sample in samples
    )


def matcher(text: str, units: Mapping[str, str]) -> Matches:
    """Which samples a tagfocus or tagignore names; `units` are those of `label_units`. Raises ProfileError."""
    key, equals, value = text.partition("=")
    if not equals:
        key, value = "", text
    in_range = _range(value)
    if in_range is not None:
        return _numbermatcher(key, in_range, units)
    searches = [searcher(pattern) for pattern in value.split(",")]
    if key:
        # A label is written once, and named by as many samples as there are.
        known = [cache(search) for search in searches]

        def any_of_key(sample: Sample) -> bool:
            texts = dict(sample.labels).get(key, ())
            return any(search(one) for search in known for one in texts)

        return any_of_key

    letters = 0

    @cache
    def found_in(name: str, one: str) -> tuple[bool, ...]:
        nonlocal letters
        letters += len(name) + len(one)
        if letters > _MOST_LETTERS:
            raise TooComplex("The labels are too long to be searched.")
        return tuple(search(f"{name}:{one}") for search in searches)

    def all_of_any(sample: Sample) -> bool:
        found = [found_in(name, one) for name, ones in sample.labels for one in ones]
        return bool(found) and all(map(any, zip(*found, strict=True)))

    return all_of_any


def _numbermatcher(key: str, in_range: Callable[[int, str], bool], units: Mapping[str, str]) -> Matches:
    def matches(sample: Sample) -> bool:
        return any(
            in_range(label.value, units.get(name, ""))
            for name, labels in sample.num_labels
            if not key or name == key
            for label in labels
        )

    return matches


def _range(text: str) -> Callable[[int, str], bool] | None:
    """Whether a value in a unit is in the range; None where the text is no range."""
    numbers = list(_NUMBER.finditer(text))[:2]
    if not numbers:
        return None
    low, unit = _scaled(numbers[0], numbers[0][2] or "")
    if len(numbers) == 2:
        if text != f"{numbers[0][0]}:{numbers[1][0]}":
            return None
        high, other = _scaled(numbers[1], unit)
        if other != unit:
            return None
    else:
        bounds = {
            numbers[0][0]: (low, low),
            f"{numbers[0][0]}:": (low, inf),
            f":{numbers[0][0]}": (-inf, low),
        }
        if text not in bounds:
            return None
        low, high = bounds[text]

    def in_range(value: int, of_unit: str) -> bool:
        amount, found = scale(value, of_unit, unit)
        return found == unit and low <= amount <= high

    return in_range


def _scaled(number: re.Match[str], unit: str) -> tuple[float, str]:
    value = int(number[1])
    if not -(1 << 63) <= value < 1 << 63:
        raise ProfileError(f"{number[1]} is too large for a label.")
    return scale(value, number[2] or "", unit)
