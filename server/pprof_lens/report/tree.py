"""The call tree that is drawn: a node for each path from a root instead of one for each function.

A small profile of unlike stacks has millions of paths, of which few are heavy enough to be drawn. So the stacks are
walked in such an order that all that share a path follow each other: when the last of them has passed, what the path
comes to is known, and a node is made only where it is needed.
"""

from array import array
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache
from itertools import groupby

from pprof_lens.profile.errors import TooLarge
from pprof_lens.profile.integers import int64, magnitude
from pprof_lens.report.decoded import Decoded
from pprof_lens.report.graph import NO_TAGS, Edge, Node, Tags, connect, frames_of
from pprof_lens.report.values import Values

_AT_LEAST, _TO_ONE = 1 << 15, 80
"""So many nodes of a tree are made, each of some 500 bytes, and one for so many bytes of the profile.

The profile of a program has one for six bytes, of which few are heavy enough.
"""


@dataclass(eq=False, slots=True)
class _Path:
    """A path that the stack at hand takes: its last frame, and what the stacks so far that took it come to.

    `first` is the first sample that takes it, and `depth` the number of frames before its last.
    """

    info: int
    first: int
    depth: int
    is_inline: bool = True
    flat: int = 0
    cum: int = 0
    flat_divisor: int = 0
    cum_divisor: int = 0
    longer: "list[_Made]" = field(default_factory=list)

    @property
    def is_negative(self) -> bool:
        return self.flat < 0 or (self.flat == 0 and self.cum < 0)


@dataclass(eq=False, slots=True)
class _Made:
    """The node of a path. One that is not drawn is still there as the end of edges."""

    node: Node
    first: int
    depth: int
    is_inline: bool
    is_drawn: bool
    caller: Node | None = None


class Stacks:
    """The stacks of the samples that count, in the order in which the tree is walked."""

    def __init__(self, decoded: Decoded, values: Values, *, drop_negative: bool) -> None:
        self._drop_negative = drop_negative
        self._most = _AT_LEAST + len(decoded.profile.raw) // _TO_ONE
        self._frames = frames_of(decoded)
        self._info = cache(self._frames.info)  # that of many paths
        self._offsets, self._locations = array("q", [0]), array("i")
        self._value, self._divisor = array("q"), array("q")
        for sample in decoded.samples:
            self._locations.extend(reversed(sample.locations))
            self._offsets.append(len(self._locations))
            self._value.append(values.of(sample))
            self._divisor.append(values.divisor(sample))
        counted = (i for i in range(len(self._value)) if self._value[i] or self._divisor[i])
        self._order = array("q", sorted((i for i in counted if self._stack(i)), key=self._text))

    def total(self) -> int:
        """What the flats of all nodes come to."""
        total = 0
        for _, alike in groupby(self._order, self._text):
            flat = int64(sum(map(self._value.__getitem__, alike)))
            total += 0 if flat < 0 and self._drop_negative else flat
        return int64(total)

    def tree(self, least: int, tags: Iterable[Tags]) -> tuple[list[Node], int]:
        """The nodes whose cum is at least so much, and those between them and the root, callers before what they call;
        and how many others there are. `tags` are those of each sample.

        Nodes that come to nothing are left out, and are still there as the ends of edges. Raises TooLarge.
        """
        made: list[_Made] = []
        light = 0
        for path, below in self._passed(made):
            is_drawn = bool(path.flat or path.cum) and not (self._drop_negative and path.is_negative)
            if is_drawn and magnitude(path.cum) < least and not path.longer:
                light += 1
                continue
            node = Node(self._info(path.info), path.flat, path.cum, path.flat_divisor, path.cum_divisor)
            for longer in path.longer:
                longer.caller = node
            made.append(_Made(node, path.first, path.depth, path.is_inline, is_drawn))
            if below is not None:
                below.longer.append(made[-1])
        made.sort(key=lambda each: (each.first, each.depth))
        for each in made:
            if each.caller is not None:
                connect(Edge(each.caller, each.node, each.node.cum, each.is_inline, divisor=each.node.cum_divisor))
        self._tag(made, tags)
        return [each.node for each in made if each.is_drawn], light

    def _stack(self, sample: int) -> "array[int]":
        """The locations of the sample, that of the root first."""
        return self._locations[self._offsets[sample] : self._offsets[sample + 1]]

    def _text(self, sample: int) -> bytes:
        """What sorts stacks so that all that begin alike follow each other."""
        frames = array("I")
        for location in self._stack(sample):
            frames.extend(reversed(self._frames.of(location)))
        return frames.tobytes()

    def _passed(self, made: Sequence[_Made]) -> Iterator[tuple[_Path, _Path | None]]:
        """Each path when all stacks that take it have passed, longer ones first, with the one that it makes longer."""
        taken: list[_Path] = []
        for i in self._order:
            depth = 0
            for location in self._stack(i):
                for at, info in enumerate(reversed(self._frames.of(location))):
                    if depth < len(taken) and taken[depth].info != info:
                        yield from _left(taken, depth)
                    if depth == len(taken):
                        taken.append(_Path(info, i, depth))
                        self._refuse_too_many(len(taken) + len(made))
                    path = taken[depth]
                    path.first = min(path.first, i)
                    path.is_inline = path.is_inline and at > 0
                    depth += 1
            yield from _left(taken, depth)
            value, divisor = self._value[i], self._divisor[i]
            leaf = taken[-1]
            leaf.flat, leaf.flat_divisor = int64(leaf.flat + value), int64(leaf.flat_divisor + divisor)
            leaf.cum, leaf.cum_divisor = int64(leaf.cum + value), int64(leaf.cum_divisor + divisor)
        yield from _left(taken, 0)

    def _refuse_too_many(self, nodes: int) -> None:
        if nodes > self._most:
            raise TooLarge(
                f"The call tree has more than {self._most} nodes, out of all proportion to the profile, "
                "so it is not drawn; a larger -nodefraction, or -focus, has fewer."
            )

    def _tag(self, made: Sequence[_Made], tags: Iterable[Tags]) -> None:
        """Add the tags of each sample up in those of the nodes that it touches."""
        nodes = {(each.caller, each.node.info): each.node for each in made}
        for i, of_sample in enumerate(tags):
            value, divisor = self._value[i], self._divisor[i]
            if of_sample == NO_TAGS or not (value or divisor):
                continue
            node: Node | None = None
            frames = (number for location in self._stack(i) for number in reversed(self._frames.of(location)))
            for number in frames:
                node = nodes.get((node, self._info(number)))
                if node is None:
                    break
                of_sample.add(node, value, divisor, is_leaf=False)
            if node is not None:
                of_sample.add(node, value, divisor, is_leaf=True)


def _left(taken: list[_Path], depth: int) -> Iterator[tuple[_Path, _Path | None]]:
    """The paths of more than so many frames, which no stack takes any more, the longest first."""
    while len(taken) > depth:
        path = taken.pop()
        shorter = taken[-1] if taken else None
        if shorter is not None:
            shorter.cum = int64(shorter.cum + path.cum)
            shorter.cum_divisor = int64(shorter.cum_divisor + path.cum_divisor)
        yield path, shorter
