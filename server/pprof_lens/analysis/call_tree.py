"""Callers and callees of a function or a line, one step at a time; nothing is kept between two steps.

A node is its path from the root, so an answer needs only the index and the path. Each sample counts once for a
node, and a function that calls itself is one node, as in pprof's graph: at the first step the figures are those
of `go tool pprof -peek`.
"""

import operator
from array import array
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, replace
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
    columns = len(index.profile.sample_types)
    step = engine.step(
        index.profile.raw,
        index.profile.spans,
        _frames(index, root),
        columns,
        index.mask,
        _full_path(index, root, path),
        _STEPS[direction],
    )
    # Slices first: of twenty thousand functions few are a step away.
    flats, cums = step.flat[column::columns], step.cum[column::columns]
    names = index.functions.names
    calls = _calls(index, root, path, column) if direction == "callers" else {}
    nodes = [
        Node(function, Weight(flats[function], cum), bool(step.further[function]), calls.get(function, ()))
        for function, cum in enumerate(cums[: len(names)])
        if cum or flats[function]
    ]
    return tuple(sorted(nodes, key=lambda node: (-abs(node.weight.cum), names[node.function])))


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
    narrowed = replace(index, mask=mask)  # each step then reads few samples
    path: list[Node] = []
    while len(path) < depth:
        nodes = children(narrowed, root, tuple(node.function for node in path), "callers", column)
        if not nodes:
            break
        path.append(nodes[0])
    return tuple(path)


def _calls(index: Index, root: Root, path: tuple[int, ...], column: int) -> dict[int, tuple[Call, ...]]:
    """For each function that calls the end of the path, the lines on which it does, the heaviest first."""
    frames, full = _frames(index, root), _full_path(index, root, path)
    of_function, of_line = index.functions.frames.keys, index.lines.frames.keys
    pairs, firsts = engine.ranked(of_function, of_line)
    # What is on the path is known by its function, all else by function and line.
    on_path = frozenset(full)
    keys = (
        key if key in on_path or pair < 0 else frames.count + pair for key, pair in zip(frames.keys, pairs, strict=True)
    )
    by_line = replace(frames, keys=array("q", keys), count=frames.count + len(firsts))
    profile, columns = index.profile, len(index.profile.sample_types)
    step = engine.step(profile.raw, profile.spans, by_line, columns, index.mask, full, TOWARDS_CALLERS)
    found: dict[int, list[Call]] = defaultdict(list)
    for at, cum in zip(firsts, step.cum[frames.count * columns + column :: columns], strict=True):
        function, line = of_function[at], of_line[at]
        if cum and line >= 0:
            found[function].append(Call(line, cum))
    return {function: heaviest_first(calls) for function, calls in found.items()}


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
    for at in [at for at, key in enumerate(keys) if key == wanted]:
        renumbered[at] = own
    return replace(frames, keys=renumbered, count=own + 1)
