"""Callers and callees of a function or a line, one step at a time; nothing is kept between two steps.

A node is its path from the root, so an answer needs only the index and the path. Each sample counts once for a
node, and a function that calls itself is one node, as in pprof's graph: at the first step the figures are those
of `go tool pprof -peek`.
"""

import operator
from array import array
from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import compress
from typing import Literal, NamedTuple

from pprof_lens.analysis.index import Index, Weight
from pprof_lens.profile import engine
from pprof_lens.profile.fold import TOWARDS_CALLEES, TOWARDS_CALLERS, Frames

Direction = Literal["callers", "callees"]

MOST_CALLS = 50

_STEPS = {"callers": TOWARDS_CALLERS, "callees": TOWARDS_CALLEES}


@dataclass(frozen=True, slots=True)
class FunctionRoot:
    """The tree of a function, by its number in `Index.functions`."""

    function: int


@dataclass(frozen=True, slots=True)
class DeclarationRoot:
    """The tree of a declared function with its closures and instantiations, by its `Index.declarations` number."""

    declaration: int


@dataclass(frozen=True, slots=True)
class LineRoot:
    """The tree of a line, by its number in `Index.lines`."""

    line: int


Root = FunctionRoot | DeclarationRoot | LineRoot


class Call(NamedTuple):
    """A line that makes a call, by its number in `Index.lines`, and the cum of the samples in which it does."""

    line: int
    cum: int


class Node(NamedTuple):
    """A function one step beyond a path. flat of a caller is what the root itself has below it.

    `calls` are the lines on which a caller makes its calls, the heaviest first; none of a callee, and where no line
    is known.
    """

    function: int
    weight: Weight
    has_children: bool
    calls: tuple[Call, ...] = ()

    @property
    def call(self) -> int | None:
        """The line of the heaviest call."""
        return self.calls[0].line if self.calls else None


def children(index: Index, root: Root, path: tuple[int, ...], direction: Direction, column: int) -> tuple[Node, ...]:
    """The nodes one step beyond `path` (numbers of functions; empty: beyond the root), the heaviest first."""
    return _Tree(index, root).children(path, direction, column)


def through(index: Index, root: Root, path: tuple[int, ...], direction: Direction) -> bytes:
    """A mask of the samples that pass through this node."""
    profile = index.profile
    return engine.containing(
        profile.raw,
        profile.spans,
        _frames(index, root),
        _full_path(index, root, path),
        _STEPS[direction],
    )


def heaviest_callers(index: Index, root: Root, column: int, depth: int) -> tuple[Node, ...]:
    """The path from the root's heaviest caller up, at most `depth` long."""
    mask = through(index, root, (), "callers")
    if index.mask is not None:
        mask = bytes(map(operator.and_, mask, map(bool, index.mask)))
    tree = _Tree(replace(index, mask=mask), root)  # each step then reads few samples
    path: list[Node] = []
    while len(path) < depth:
        nodes = tree.children(tuple(node.function for node in path), "callers", column)
        if not nodes:
            break
        path.append(nodes[0])
    return tuple(path)


class _Tree:
    """The tree of one root, with what each of its steps needs anew: the tables of frames."""

    def __init__(self, index: Index, root: Root) -> None:
        self._index, self._root = index, root
        self._frames = _frames(index, root)

    def children(self, path: tuple[int, ...], direction: Direction, column: int) -> tuple[Node, ...]:
        index, full = self._index, _full_path(self._index, self._root, path)
        profile, columns = index.profile, len(index.profile.sample_types)
        step = engine.step(profile.raw, profile.spans, self._frames, columns, index.mask, full, _STEPS[direction])
        flats, cums = step.flat[column::columns], step.cum[column::columns]
        names = index.functions.names
        calls = self._calls(full, column) if direction == "callers" else {}
        reached = compress(range(len(names)), map(operator.or_, flats, cums))  # of twenty thousand functions few
        nodes = [
            Node(
                function, Weight(flats[function], cums[function]), bool(step.further[function]), calls.get(function, ())
            )
            for function in reached
        ]
        return tuple(sorted(nodes, key=lambda node: (-abs(node.weight.cum), names[node.function])))

    def _calls(self, full: "array[int]", column: int) -> dict[int, tuple[Call, ...]]:
        """For each function that calls the end of the path, the lines on which it does, the heaviest first."""
        index, frames, pairs = self._index, self._frames, self._pairs
        profile, columns = index.profile, len(index.profile.sample_types)
        by_line = replace(frames, keys=pairs.keys(full), count=frames.count + len(pairs.firsts))
        step = engine.step(profile.raw, profile.spans, by_line, columns, index.mask, full, TOWARDS_CALLERS)
        cums = step.cum[frames.count * columns + column :: columns]
        found: dict[int, list[Call]] = defaultdict(list)
        for at, cum in compress(zip(pairs.firsts, cums, strict=True), cums):
            function, line = index.functions.frames.keys[at], index.lines.frames.keys[at]
            if line >= 0:
                found[function].append(Call(line, cum))
        return {function: heaviest_first(calls) for function, calls in found.items()}

    @cached_property
    def _pairs(self) -> "_Pairs":
        return _Pairs(self._index, self._frames)


class _Pairs:
    """The frames by function and line together, in the order of functions; `firsts` is the first frame of each pair."""

    def __init__(self, index: Index, frames: Frames) -> None:
        numbers, self.firsts = engine.ranked(index.functions.frames.keys, index.lines.frames.keys)
        for at in _places(numbers, -1):
            numbers[at] = len(self.firsts)  # what has no function: in `keys` it is -1 again
        self._numbers, self._count = numbers, frames.count
        self._functions = engine.take(index.functions.frames.keys, self.firsts)
        own = index.functions.frames.count  # as `_frames` numbers a root that is no function
        self._root = _places(engine.take(frames.keys, self.firsts), own)

    def keys(self, full: "array[int]") -> "array[int]":
        """Of each frame what it is known by: what is on the path by its function, all else by its pair."""
        keys = array("q", (*range(self._count, self._count + len(self.firsts)), -1))
        for function in full:
            for pair in range(bisect_left(self._functions, function), bisect_right(self._functions, function)):
                keys[pair] = function
        for pair in self._root:
            keys[pair] = full[0]
        return engine.take(keys, self._numbers)


def heaviest_first(calls: Iterable[Call]) -> tuple[Call, ...]:
    """The calls in the order in which they are shown; no function has more that anyone would read."""
    return tuple(sorted(calls, key=lambda call: (-abs(call.cum), -call.line))[:MOST_CALLS])


def _full_path(index: Index, root: Root, path: tuple[int, ...]) -> "array[int]":
    first = root.function if isinstance(root, FunctionRoot) else len(index.functions.names)
    return array("q", (first, *path))


def _frames(index: Index, root: Root) -> Frames:
    """Frames by function; those of a line or a declaration that is the root have a number of their own."""
    frames = index.functions.frames
    if isinstance(root, FunctionRoot):
        return frames
    if isinstance(root, LineRoot):
        keys, wanted = index.lines.frames.keys, root.line
    else:
        keys, wanted = index.declarations.frames.keys, root.declaration
    own, renumbered = frames.count, frames.keys[:]
    for at in _places(keys, wanted):
        renumbered[at] = own
    return replace(frames, keys=renumbered, count=own + 1)


def _places(numbers: "array[int]", wanted: int) -> list[int]:
    """Where a number stands."""
    found, count = [-1], numbers.count(wanted)
    while len(found) <= count:
        found.append(numbers.index(wanted, found[-1] + 1))
    return found[1:]
