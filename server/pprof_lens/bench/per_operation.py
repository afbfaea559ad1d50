"""What one operation of a benchmark allocates on each line, from two memory profiles of fixed numbers of operations.

Both profiles count every allocation (a rate of 1). Set-up, the benchmark's first run and the test's own work are the
same in both, so the difference divided by the difference of the operations is what one operation allocates. What
goroutines of the runtime and of the test's main allocate meanwhile is no operation's and left out. This module runs
nothing and measures no time.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

from pprof_lens.profile.decode import samples
from pprof_lens.profile.errors import ProfileError
from pprof_lens.profile.model import Profile, Sample

TINY_BLOCK = 16
"""Bytes: the runtime puts several objects without pointers that are smaller than this into one block."""

_LEAST_SHARE = 0.002
"""Of all bytes: less, of hardly any allocations, is what goes on beside the benchmark."""

_FEWEST_SHARED = 0.01
"""Allocations of an operation that are missing: fewer are what goes on beside the benchmark."""


@dataclass(frozen=True, slots=True)
class Counted:
    """A memory profile of so many operations."""

    profile: Profile
    operations: int


@dataclass(frozen=True, slots=True)
class LineCost:
    """What a line itself allocates in one operation.

    `blocks` are its blocks of 16 bytes among the allocations: of objects that share such a block a profile counts
    the first only. `is_shared` is true where allocations were added for those that it does not count; these may be of
    other lines, which never come first.
    """

    profile_path: str
    line: int
    function: str
    bytes_per_op: float
    allocs_per_op: float
    blocks: float = 0.0
    is_shared: bool = False


class Total(NamedTuple):
    """What `-benchmem` prints of a benchmark, which cuts off fractions."""

    bytes_per_op: float
    allocs_per_op: float


def line_costs(fewer: Counted, more: Counted, measured: Total) -> tuple[LineCost, ...]:
    """The lines that allocate, the most bytes first. Raises ProfileError where a profile is not of every allocation.

    Where small objects share blocks, the allocations that the profile does not count are added to the lines that
    have such blocks, in proportion to them; `measured` tells how many there are.
    """
    operations = more.operations - fewer.operations
    differences: dict[_Place, list[int]] = defaultdict(lambda: [0, 0, 0])
    for counted, sign in ((more, 1), (fewer, -1)):
        for place, allocated, objects, in_blocks in _allocations(counted.profile):
            difference = differences[place]
            difference[0] += sign * allocated
            difference[1] += sign * objects
            difference[2] += sign * in_blocks
    costs = [
        LineCost(*place, allocated / operations, objects / operations, blocks / operations)
        for place, (allocated, objects, blocks) in differences.items()
        if objects > 0
    ]
    costs.sort(key=lambda cost: (-cost.bytes_per_op, cost.profile_path, cost.line))
    least = _LEAST_SHARE * sum(cost.bytes_per_op for cost in costs)
    told = [cost for cost in costs if cost.bytes_per_op >= least or cost.allocs_per_op >= _FEWEST_SHARED]
    return tuple(_with_shared(told, measured.allocs_per_op))


def is_steady(costs: Iterable[LineCost], measured: Total) -> bool:
    """Whether the lines add up to what was measured over many more operations: bytes to a percent, allocations whole.

    Where they do not, an operation costs more or less the more of them there are.
    """
    lines = tuple(costs)
    in_bytes = sum(cost.bytes_per_op for cost in lines)
    allocs = sum(cost.allocs_per_op for cost in lines)
    slack = max(0.01 * measured.bytes_per_op, 0.5)
    return (
        measured.bytes_per_op - slack <= in_bytes < measured.bytes_per_op + 1 + slack
        and measured.allocs_per_op - 0.1 <= allocs < measured.allocs_per_op + 1.1
    )


class _Place(NamedTuple):
    file: str
    line: int
    function: str


def _with_shared(costs: Sequence[LineCost], measured: float) -> Iterator[LineCost]:
    missing, blocks = measured - sum(cost.allocs_per_op for cost in costs), sum(cost.blocks for cost in costs)
    for cost in costs:
        if cost.blocks and missing >= _FEWEST_SHARED:
            share = missing * cost.blocks / blocks
            yield replace(cost, allocs_per_op=cost.allocs_per_op + share, is_shared=True)
        else:
            yield cost


def _allocations(profile: Profile) -> Iterator[tuple[_Place, int, int, int]]:
    """Bytes, objects and those in blocks of 16 bytes of each sample, at its leaf."""
    columns = {value.type: i for i, value in enumerate(profile.sample_types)}
    if not {"alloc_space", "alloc_objects"} <= columns.keys() or profile.period != 1:
        raise ProfileError(
            "The benchmark's memory profile does not count every allocation; does the test set runtime.MemProfileRate?"
        )
    space, number = columns["alloc_space"], columns["alloc_objects"]
    for sample in samples(profile):
        frames = [line for at in sample.locations for line in profile.locations[at].lines]
        if not frames or _is_of_no_operation(profile.functions.names[frames[-1].function]):
            continue
        leaf = frames[0]
        place = _Place(profile.functions.filenames[leaf.function], leaf.line, profile.functions.names[leaf.function])
        objects = sample.values[number]
        yield place, sample.values[space], objects, objects if _is_block(sample) else 0


def _is_of_no_operation(root: str) -> bool:
    """Whether the goroutine that began in this function runs no benchmark."""
    return root.startswith("runtime.") or root == "main.main"


def _is_block(sample: Sample) -> bool:
    return any(name == "bytes" and values[0].value == TINY_BLOCK for name, values in sample.num_labels if values)
