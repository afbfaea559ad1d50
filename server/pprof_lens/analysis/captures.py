"""Captures of one run of a program, cut down to what shows growth: for each stack what it holds, nothing else.

A profile of a live program is megabytes of tables that repeat from one capture to the next; here stacks are numbered
once for the whole series, and a capture is columns of numbers. Nothing is judged; `growth` and `goroutines` do that.
"""

import math
from array import array
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from operator import add
from typing import Generic, NamedTuple, TypeVar

from pprof_lens.profile import decode
from pprof_lens.profile.errors import TooLarge
from pprof_lens.profile.fold import TOO_MANY_FRAMES, most_frames
from pprof_lens.profile.model import Profile, Sample
from pprof_lens.profile.stacks import Frame

Key = TypeVar("Key", bound=Hashable)

_MOST = (1 << 63) - 1

DEFAULT_PERIOD = 512 * 1024
"""Bytes; the runtime's MemProfileRate."""


class StackTable:
    """Numbers the stacks of a series: the same frames have the same number in every capture."""

    def __init__(self) -> None:
        self._frames: dict[Frame, int] = {}
        self._named: list[Frame] = []
        self._numbers: dict[tuple[int, ...], int] = {}
        self._stacks: list[tuple[int, ...]] = []

    def __len__(self) -> int:
        return len(self._stacks)

    def __getitem__(self, number: int) -> tuple[Frame, ...]:
        """The frames of a stack, the leaf first, inlined calls as frames of their own."""
        return tuple(map(self._named.__getitem__, self._stacks[number]))

    @property
    def frames(self) -> Sequence[Frame]:
        """The frames of all stacks, each once."""
        return self._named

    def numbers_of(self, profile: Profile, samples: Iterable[Sample]) -> "array[int]":
        """The number of each sample's stack. Raises TooLarge where stacks are out of proportion to the profile."""
        by_location = [self._frames_of(profile, index) for index in range(len(profile.locations))]
        numbers, left = array("q"), most_frames(profile.raw)
        for sample in samples:
            frames = [by_location[index] for index in sample.locations]
            left -= sum(map(len, frames))
            if left < 0:
                raise TooLarge(TOO_MANY_FRAMES)
            numbers.append(self._number(tuple(chain.from_iterable(frames))))
        return numbers

    def _number(self, stack: tuple[int, ...]) -> int:
        number = self._numbers.setdefault(stack, len(self._stacks))
        if number == len(self._stacks):
            self._stacks.append(stack)
        return number

    def _frames_of(self, profile: Profile, location: int) -> tuple[int, ...]:
        found = []
        locations = profile.locations
        for at in range(locations.offsets[location], locations.offsets[location + 1]):
            function = profile.functions[locations.functions[at]]
            frame = Frame(function.name, function.filename, locations.lines[at])
            number = self._frames.setdefault(frame, len(self._named))
            if number == len(self._named):
                self._named.append(frame)
            found.append(number)
        return tuple(found)


@dataclass(frozen=True, slots=True)
class HeapCapture:
    """What each stack holds at one time; `stacks` are numbers of the series' StackTable, the columns go with them.

    Of an object of `size` bytes the runtime samples one in `1 / (1 - exp(-size / period))`, and the profile's values
    are scaled back by that (runtime/pprof/protomem.go). `inuse_samples` and `alloc_samples` undo it: the number of
    samples behind the figures, which is what chance works on. `variances` are those of `inuse_bytes`, in bytes
    squared, if the samples are a Poisson process. `alloc_*` are empty where the profile has no such columns.
    """

    seconds: float
    stacks: "array[int]"
    inuse_bytes: "array[int]"
    inuse_objects: "array[int]"
    alloc_bytes: "array[int]"
    inuse_samples: "array[float]"
    alloc_samples: "array[float]"
    variances: "array[float]"

    def is_of_one_collection_with(self, other: "HeapCapture") -> bool:
        """Whether the two tell the same of everything: a heap profile is as of the last collection of garbage."""
        return len(self.stacks) == len(other.stacks) and _by_stack(self) == _by_stack(other)


class Holding(NamedTuple):
    """What the stacks of one key hold together, in the units of HeapCapture; `alloc_*` are 0 where not known."""

    inuse_bytes: int = 0
    inuse_objects: int = 0
    alloc_bytes: int = 0
    inuse_samples: float = 0.0
    alloc_samples: float = 0.0
    variance: float = 0.0


@dataclass(frozen=True, slots=True)
class Sums(Generic[Key]):
    """A HeapCapture added up by key."""

    seconds: float
    has_allocs: bool
    rows: Mapping[Key, Holding]


@dataclass(frozen=True, slots=True)
class CountCapture:
    """How many goroutines have each stack at one time."""

    seconds: float
    stacks: "array[int]"
    counts: "array[int]"


def _by_stack(capture: HeapCapture) -> dict[int, tuple[int, ...]]:
    columns = [capture.inuse_bytes, capture.inuse_objects, *([capture.alloc_bytes] if capture.alloc_bytes else [])]
    return dict(zip(capture.stacks, zip(*columns, strict=True), strict=True))


def heap_capture(profile: Profile, table: StackTable) -> HeapCapture | None:
    """The capture of a heap profile; None for one of another kind, of a change over time, or of an unknown time."""
    columns = {sample_type.type: i for i, sample_type in enumerate(profile.sample_types)}
    is_heap = columns.keys() >= {"inuse_space", "inuse_objects"}
    if not is_heap or profile.time_nanos <= 0 or profile.duration_nanos:
        return None
    samples = list(decode.samples(profile))
    rows: dict[int, list[float]] = {}
    weights: dict[float, float] = {}  # by size, of which there are few
    period = profile.period if profile.period > 0 else DEFAULT_PERIOD
    wanted = [columns.get(name) for name in ("inuse_space", "inuse_objects", "alloc_space", "alloc_objects")]
    for number, sample in zip(table.numbers_of(profile, samples), samples, strict=True):
        values = sample.values
        inuse_bytes, inuse_objects, alloc_bytes, alloc_objects = [0 if at is None else values[at] for at in wanted]
        size = _size(sample) or _average(inuse_bytes, inuse_objects) or _average(alloc_bytes, alloc_objects)
        if size <= 0 or not any(values):  # as of what was allocated since the last collection, which is not told yet
            continue
        if size not in weights:
            weights[size] = size / -math.expm1(-size / period)
        weight = weights[size]
        row = rows.get(number)
        if row is None:
            row = rows[number] = [0, 0, 0, 0.0, 0.0, 0.0]
        row[0] += inuse_bytes
        row[1] += inuse_objects
        row[2] += alloc_bytes
        row[3] += inuse_bytes / weight
        row[4] += alloc_bytes / weight
        row[5] += inuse_bytes * weight
    stacks = array("q", rows)
    bytes_, objects, allocated, *rest = ([row[column] for row in rows.values()] for column in range(6))
    has_allocs = "alloc_space" in columns
    inuse_samples, alloc_samples, variances = (array("d", column) for column in rest)
    return HeapCapture(
        seconds=profile.time_nanos / 1e9,
        stacks=stacks,
        inuse_bytes=array("q", map(_clamped, bytes_)),
        inuse_objects=array("q", map(_clamped, objects)),
        alloc_bytes=array("q", map(_clamped, allocated)) if has_allocs else array("q"),
        inuse_samples=inuse_samples,
        alloc_samples=alloc_samples if has_allocs else array("d"),
        variances=variances,
    )


def count_capture(profile: Profile, table: StackTable) -> CountCapture | None:
    """The capture of a goroutine profile; None as for heaps."""
    columns = [i for i, sample_type in enumerate(profile.sample_types) if sample_type.type == "goroutine"]
    if not columns or profile.time_nanos <= 0 or profile.duration_nanos:
        return None
    samples = list(decode.samples(profile))
    counts: dict[int, int] = {}
    for number, sample in zip(table.numbers_of(profile, samples), samples, strict=True):
        counts[number] = counts.get(number, 0) + sample.values[columns[0]]
    return CountCapture(profile.time_nanos / 1e9, array("q", counts), array("q", map(_clamped, counts.values())))


def summed(capture: HeapCapture, key_of: Callable[[int], Key | None]) -> "Sums[Key]":
    """What the stacks of each key hold together; `key_of` puts a stack, by its number, to a key or to None."""
    rows: dict[Key, list[float]] = {}
    nothing = array("q", bytes(8 * len(capture.stacks)))
    columns = (
        capture.inuse_bytes,
        capture.inuse_objects,
        capture.alloc_bytes or nothing,
        capture.inuse_samples,
        capture.alloc_samples or nothing,
        capture.variances,
    )
    for stack, *values in zip(capture.stacks, *columns, strict=True):
        key = key_of(stack)
        if key is not None:
            row = rows.get(key)
            rows[key] = values if row is None else list(map(add, row, values))
    return Sums(
        seconds=capture.seconds,
        has_allocs=bool(capture.alloc_samples),
        rows={key: Holding._make(row) for key, row in rows.items()},
    )


def is_restart(before: HeapCapture, after: HeapCapture) -> bool:
    """Whether the program was started anew between two captures: what it ever allocated can only grow."""
    now = dict(zip(after.stacks, after.alloc_bytes, strict=False))
    fell = any(value > now.get(stack, 0) for stack, value in zip(before.stacks, before.alloc_bytes, strict=False))
    return fell or after.seconds < before.seconds


def _size(sample: Sample) -> int:
    """The size of the sample's objects, which Go's heap profiles tell in the label `bytes`."""
    return next((values[0].value for key, values in sample.num_labels if key == "bytes" and values), 0)


def _clamped(value: float) -> int:
    """What a hostile profile adds up to need not fit a column."""
    return int(value) if -_MOST <= value <= _MOST else _MOST if value > 0 else -_MOST


def _average(size: int, objects: int) -> float:
    return size / objects if size > 0 and objects > 0 else 0
