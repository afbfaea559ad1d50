"""Heap and goroutine profiles of a time, drawn in a few lines of text.

    main.put cache.go:3; main.main main.go:7 = 1024: 5 10

One line a stack, the leaf first: the size of its objects, how many are in use, how many were ever allocated; of a
goroutine profile only how many there are.
"""

from collections.abc import Iterator
from dataclasses import replace

from pprof_lens.profile.model import NumericLabel, Profile, ValueType
from pprof_lens.profile.stacks import Frame, Header, Place, Stack, profile_of

HEAP = tuple(
    ValueType(f"{when}_{what}", unit)
    for when in ("alloc", "inuse")
    for what, unit in (("objects", "count"), ("space", "bytes"))
)


def heap(seconds: float, text: str, *, period: int = 1) -> Profile:
    """A heap profile in which, with a period of 1, every object is seen."""
    kind = Header(HEAP, ValueType("space", "bytes"), period)
    return replace(profile_of(kind, _heap_stacks(text)), time_nanos=round(seconds * 1e9))


def goroutines(seconds: float, text: str, *, kind: str = "goroutine") -> Profile:
    count = ValueType(kind, "count")
    stacks = (Stack(places, (int(values),)) for places, values in _rows(text))
    return replace(profile_of(Header((count,), count, 1), stacks), time_nanos=round(seconds * 1e9))


def _heap_stacks(text: str) -> Iterator[Stack]:
    for places, values in _rows(text):
        size, inuse, allocated = map(int, values.replace(":", " ").split())
        label = (("bytes", (NumericLabel(size, ""),)),)
        yield Stack(places, (allocated, allocated * size, inuse, inuse * size), num_labels=label)


def _rows(text: str) -> Iterator[tuple[tuple[Place, ...], str]]:
    for row in filter(None, map(str.strip, text.split("\n"))):
        stack, _, values = row.partition(" = ")
        frames = (frame.strip().rpartition(" ") for frame in stack.split(";"))
        yield tuple(Place(0, (_frame(name, place),)) for name, _, place in frames), values


def _frame(name: str, place: str) -> Frame:
    file, _, line = place.rpartition(":")
    return Frame(name, file, int(line))
