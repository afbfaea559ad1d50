"""Captures of one run of a program, cut down to what shows growth: for each stack what it holds, nothing else.

A profile of a live program is megabytes of tables that repeat from one capture to the next; here stacks are numbered
once for the whole series, and a capture is columns of numbers. Nothing is judged; `growth` and `goroutines` do that.
"""

import math
from array import array
from collections.abc import Callable, Collection, Hashable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from operator import add
from typing import Generic, NamedTuple, TypeVar

from pprof_lens.profile import decode
from pprof_lens.profile.fold import Frames
from pprof_lens.profile.model import Profile, Sample
from pprof_lens.profile.stacks import Frame

Key = TypeVar("Key", bound=Hashable)

_MOST = (1 << 63) - 1

DEFAULT_PERIOD = 512 * 1024
"""Bytes; the runtime's MemProfileRate."""


class StackTable:
    """Numbers the stacks of a series: the same frames have the same number in every capture."""

    def __init__(self) -> None:
        self._functions: dict[tuple[str, str], int] = {}
        self._frames: dict[tuple[int, int], int] = {}
        self._named: list[Frame] = []
        self._numbers: dict[bytes, int] = {}
        self._stacks: list[bytes] = []

    def __len__(self) -> int:
        return len(self._stacks)

    def __getitem__(self, number: int) -> tuple[Frame, ...]:
        """The frames of a stack, the leaf first, inlined calls as frames of their own."""
        return tuple(map(self._named.__getitem__, array("i", self._stacks[number])))

    @property
    def names(self) -> int:
        """How many functions and frames are known, also those that stand in no stack."""
        return len(self._functions) + len(self._frames)

    @property
    def frames(self) -> Sequence[Frame]:
        """The frames of all stacks, each once."""
        return self._named

    def read(self, profile: Profile) -> "tuple[array[int], array[int]]":
        """The number of each sample's stack, and the values of all samples, those of one together.

        Raises TooLarge where stacks are out of proportion to the profile.
        """
        numbers, values = array("q"), array("q")
        for block in decode.unpacked(profile, self._frames_of(profile)):
            stacks, size = block.keys.tobytes(), block.keys.itemsize
            values.extend(block.values)
            for start, end in pairwise(block.offsets):
                stack = stacks[start * size : end * size]
                number = self._numbers.setdefault(stack, len(self._stacks))
                if number == len(self._stacks):
                    self._stacks.append(stack)
                numbers.append(number)
        return numbers, values

    def _frames_of(self, profile: Profile) -> Frames:
        """The frames of the profile by their numbers in this table."""
        functions, locations = profile.functions, profile.locations
        named = zip(functions.names, functions.filenames, strict=True)
        of_function = [self._functions.setdefault(function, len(self._functions)) for function in named]
        keys = array("q")
        for at, line in zip(locations.functions, locations.lines, strict=True):
            number = self._frames.setdefault((of_function[at], line), len(self._named))
            if number == len(self._named):
                self._named.append(Frame(functions.names[at], functions.filenames[at], line))
            keys.append(number)
        return Frames(locations.ids, locations.offsets, keys, len(self._named))


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
    """A HeapCapture added up by key; `born` are the samples that the whole program ever allocated."""

    seconds: float
    has_allocs: bool
    rows: Mapping[Key, Holding]
    born: float = 0.0

    def only(self, keys: Collection[Key]) -> "Sums[Key]":
        """The same of some of its keys."""
        return replace(self, rows={key: row for key, row in self.rows.items() if key in keys})


@dataclass(frozen=True, slots=True)
class CountCapture:
    """How many goroutines have each stack at one time."""

    seconds: float
    stacks: "array[int]"
    counts: "array[int]"


def _by_stack(capture: HeapCapture) -> dict[int, tuple[int, ...]]:
    columns = [capture.inuse_bytes, capture.inuse_objects, *([capture.alloc_bytes] if capture.alloc_bytes else [])]
    return dict(zip(capture.stacks, zip(*columns, strict=True), strict=True))


def taken(profile: Profile) -> float:
    """When, in seconds since 1970; of a heap profile as text the collection of garbage that it is of; 0 if unknown."""
    return profile.time_nanos / 1e9 or (profile.memory.seconds if profile.memory is not None else 0.0)


def heap_capture(profile: Profile, table: StackTable) -> HeapCapture | None:
    """The capture of a heap profile; None for one of another kind, of a change over time, or of an unknown time."""
    columns = {sample_type.type: i for i, sample_type in enumerate(profile.sample_types)}
    is_heap = columns.keys() >= {"inuse_space", "inuse_objects"}
    if not is_heap or taken(profile) <= 0 or profile.duration_nanos:
        return None
    stacks_of, values = table.read(profile)
    labels_of, sets = decode.label_sets(profile)
    sizes = list(map(_size, sets))
    rows: dict[int, list[float]] = {}
    weights: dict[float, float] = {}  # by size, of which there are few
    period = profile.period if profile.period > 0 else DEFAULT_PERIOD
    nothing = array("q", bytes(8 * len(stacks_of)))
    inuse_space, inuse, alloc_space, alloc = (
        values[columns[name] :: len(profile.sample_types)] if name in columns else nothing
        for name in ("inuse_space", "inuse_objects", "alloc_space", "alloc_objects")
    )
    samples = zip(stacks_of, labels_of, inuse_space, inuse, alloc_space, alloc, strict=True)
    for number, labels, inuse_bytes, inuse_objects, alloc_bytes, alloc_objects in samples:
        size = sizes[labels] or _average(inuse_bytes, inuse_objects) or _average(alloc_bytes, alloc_objects)
        # Without values it is of what was allocated since the last collection, which is not told yet.
        if size <= 0 or not (inuse_bytes or inuse_objects or alloc_bytes or alloc_objects):
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
        seconds=taken(profile),
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
    stacks, values = table.read(profile)
    counts: dict[int, int] = {}
    for number, count in zip(stacks, values[columns[0] :: len(profile.sample_types)], strict=True):
        counts[number] = counts.get(number, 0) + count
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
        born=sum(capture.alloc_samples),
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
