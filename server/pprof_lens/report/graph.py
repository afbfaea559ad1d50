"""Who calls whom, and what flat and cum that has: pprof's graph (internal/graph/graph.go), from which reports print.

Frames that are alike in all that the granularity left of them are one node. A node counts a sample once in its cum,
however often it recurs; it has no edge to itself.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import NamedTuple

from pprof_lens.profile.integers import int64, quotient
from pprof_lens.profile.model import Line, Location
from pprof_lens.report import paths
from pprof_lens.report.decoded import Decoded
from pprof_lens.report.values import Values


class Info(NamedTuple):
    """What tells a node from another. `start_line` and `binary` are left out where binaries do not matter."""

    name: str
    address: int = 0
    file: str = ""
    start_line: int = 0
    line: int = 0
    column: int = 0
    binary: str = ""

    def printable(self) -> str:
        return " ".join(self.components())

    def components(self) -> list[str]:
        """What the name is put together from; never empty."""
        parts = [f"{self.address:016x}"] if self.address else []
        if self.name:
            parts.append(self.name)
        if self.line:
            parts.append(f"{self.file}:{self.line}" + (f":{self.column}" if self.column else ""))
        elif self.file:
            parts.append(self.file)
        elif not self.name:
            parts.append(f"[{paths.base(self.binary)}]" if self.binary else "<unknown>")
        return parts


@dataclass(eq=False, slots=True)
class Edge:
    """Calls from one node to another; `is_inline` if every one of them was inlined.

    `is_residual` if one of them went over nodes that were not kept. The weight of a mean is to be divided.
    """

    caller: "Node"
    callee: "Node"
    weight: int
    is_inline: bool
    is_residual: bool = False
    divisor: int = 0

    @property
    def weight_value(self) -> int:
        return quotient(self.weight, self.divisor)


@dataclass(eq=False, slots=True)
class Tag:
    """The part of a node that samples with one set of labels, or with one value of a numeric label, have in it."""

    name: str
    unit: str = ""
    value: int = 0
    flat: int = 0
    cum: int = 0
    flat_divisor: int = 0
    cum_divisor: int = 0

    @property
    def flat_value(self) -> int:
        return quotient(self.flat, self.flat_divisor)

    @property
    def cum_value(self) -> int:
        return quotient(self.cum, self.cum_divisor)


@dataclass(eq=False, slots=True)
class Sums:
    """What a node comes to: flat and cum are sums; of a mean they are to be divided by the sums of the divisors."""

    info: Info
    flat: int = 0
    cum: int = 0
    flat_divisor: int = 0
    cum_divisor: int = 0

    @property
    def flat_value(self) -> int:
        return quotient(self.flat, self.flat_divisor)

    @property
    def cum_value(self) -> int:
        return quotient(self.cum, self.cum_divisor)


@dataclass(eq=False, slots=True)
class Node(Sums):
    """A node of the graph, with its edges.

    Where the graph is drawn, `labels` are its tags by their labels, and `numbers` those by the value of a numeric
    label, by the labels beside it.
    """

    callers: list[Edge] = field(default_factory=list)
    callees: list[Edge] = field(default_factory=list)
    labels: dict[str, Tag] = field(default_factory=dict)
    numbers: dict[str, dict[str, Tag]] = field(default_factory=dict)


def nodes_of(
    decoded: Decoded, values: Values, *, with_binaries: bool = False, kept: frozenset[Info] | None = None
) -> list[Sums]:
    """What the nodes that the samples touch come to, in no order; only those of `kept`, if it is given.

    `with_binaries` tells functions of the same name in different binaries or at different start lines apart.
    """
    infos, frames = _numbered(decoded, with_binaries=with_binaries, kept=kept)
    nodes = list(map(Sums, infos))
    _weigh(decoded, values, nodes, frames)
    return [node for node in nodes if node.flat or node.cum]


def graph_of(
    decoded: Decoded, values: Values, *, kept: frozenset[Info] | None, wanted: Callable[[Info], bool] | None = None
) -> list[Node]:
    """The nodes with their edges. What is not of `kept` is skipped: its caller calls its callee.

    Of a node that is not `wanted` only the edges to and from those that are: the others can be millions.
    """
    infos, frames = _numbered(decoded, with_binaries=False, kept=kept)
    nodes = list(map(Node, infos))
    _weigh(decoded, values, nodes, frames)
    _connect(decoded, values, nodes, frames, bytes(wanted is None or wanted(info) for info in infos))
    return [node for node in nodes if node.flat or node.cum]


def infos_of(decoded: Decoded, *, with_binaries: bool = False) -> list[list[Info]]:
    """For each location its nodes, innermost line first; a location without lines is one node."""
    clean = cache(paths.clean)  # a long path can be that of every function
    files = [clean(f.filename) if f.filename else "" for f in decoded.functions]

    def info(location: Location, line: Line, binary: str) -> Info:
        function = decoded.functions[line.function]
        has_binary = with_binaries or not function.name
        return Info(
            name=function.name,
            address=location.address,
            file=files[line.function],
            start_line=function.start_line if has_binary else 0,
            line=line.line,
            column=line.column,
            binary=binary if has_binary else "",
        )

    infos = []
    for location in decoded.locations:
        mapping = decoded.mapping(location)
        binary = mapping.filename if mapping else ""
        if location.lines:
            infos.append([info(location, line, binary) for line in location.lines])
        else:
            infos.append([Info(name="", address=location.address, binary=binary)])
    return infos


class Tags(NamedTuple):
    """Which tags a sample counts in: its labels as one text, and its numeric label's values as they are shown."""

    labels: str
    numbers: tuple[Tag, ...]

    def add(self, node: Node, value: int, divisor: int, *, is_leaf: bool) -> None:
        """Add the sample's value to the tags of a node, to their flats where it is the leaf, else to their cums."""
        tags = [node.labels.setdefault(self.labels, Tag(self.labels))] if self.labels else []
        if self.numbers:
            of_labels = node.numbers.setdefault(self.labels, {})
            tags += (of_labels.setdefault(of.name, Tag(of.name, of.unit, of.value)) for of in self.numbers)
        for tag in tags:
            if is_leaf:
                tag.flat, tag.flat_divisor = int64(tag.flat + value), int64(tag.flat_divisor + divisor)
            else:
                tag.cum, tag.cum_divisor = int64(tag.cum + value), int64(tag.cum_divisor + divisor)


NO_TAGS = Tags("", ())

_SKIPPED = -1

_Frames = list[tuple[int, ...]]
"""For each location the numbers of its nodes, the outermost line's first, as stacks are walked from the root."""


def _numbered(
    decoded: Decoded, *, with_binaries: bool, kept: frozenset[Info] | None
) -> tuple[tuple[Info, ...], _Frames]:
    infos = infos_of(decoded, with_binaries=with_binaries)
    numbers: dict[Info, int] = {}
    for of_location in infos:
        for info in of_location:
            if kept is None or info in kept:
                numbers.setdefault(info, len(numbers))
    frames = [tuple(numbers.get(info, _SKIPPED) for info in reversed(of_location)) for of_location in infos]
    return tuple(numbers), frames


def _weigh(decoded: Decoded, values: Values, nodes: Sequence[Sums], frames: _Frames) -> None:
    """Add up flat and cum. A leaf that is skipped takes its flat with it."""
    # One more for what is skipped, which is -1.
    flat, cum, flat_divisor, cum_divisor = ([0] * (len(nodes) + 1) for _ in range(4))
    for sample in decoded.samples:
        value, divisor = values.of(sample), values.divisor(sample)
        if not sample.locations or not (value or divisor):
            continue
        touched = set().union(*map(frames.__getitem__, sample.locations))
        for number in touched:
            cum[number] += value
        leaf = frames[sample.locations[0]][-1]
        flat[leaf] += value
        if divisor:
            flat_divisor[leaf] += divisor
            for number in touched:
                cum_divisor[number] += divisor
    for i, node in enumerate(nodes):
        node.flat, node.cum = int64(flat[i]), int64(cum[i])
        node.flat_divisor, node.cum_divisor = int64(flat_divisor[i]), int64(cum_divisor[i])


def _connect(decoded: Decoded, values: Values, nodes: list[Node], frames: _Frames, wanted: bytes) -> None:
    """Add up the calls between what is not skipped, where one end is wanted."""
    count = len(nodes)
    # Of a location all but the outermost line were inlined.
    calls = [[(number, at > 0) for at, number in enumerate(of_location)] for of_location in frames]
    weights: dict[int, int] = {}
    divisors: dict[int, int] = {}
    not_inlined: set[int] = set()
    residual: set[int] = set()
    for sample in decoded.samples:
        value, divisor = values.of(sample), values.divisor(sample)
        if not (value or divisor):
            continue
        seen: set[int] = set()
        caller = _SKIPPED
        has_skipped = False
        for location in reversed(sample.locations):
            for number, is_inline in calls[location]:
                if number == _SKIPPED:
                    has_skipped = True
                    continue
                edge = caller * count + number
                is_wanted = caller not in (number, _SKIPPED) and (wanted[caller] or wanted[number])
                if is_wanted and edge not in seen:
                    seen.add(edge)
                    weights[edge] = weights.get(edge, 0) + value
                    if divisor:
                        divisors[edge] = divisors.get(edge, 0) + divisor
                    if not is_inline:
                        not_inlined.add(edge)
                    if has_skipped:
                        residual.add(edge)
                caller = number
                has_skipped = False
    for edge, weight in weights.items():
        calling, called = divmod(edge, count)
        connect(
            Edge(
                nodes[calling],
                nodes[called],
                weight=int64(weight),
                is_inline=edge not in not_inlined,
                is_residual=edge in residual,
                divisor=int64(divisors.get(edge, 0)),
            )
        )


def connect(edge: Edge) -> None:
    """Have both ends know the edge."""
    edge.caller.callees.append(edge)
    edge.callee.callers.append(edge)


def tag(decoded: Decoded, values: Values, nodes: Sequence[Node], tags: Sequence[Tags]) -> None:
    """Add the tags of each sample up in those of the nodes that it touches."""
    known = {node.info: node for node in nodes}
    infos = infos_of(decoded)
    of_locations = [[known[info] for info in of_location if info in known] for of_location in infos]
    for sample, of_sample in zip(decoded.samples, tags, strict=True):
        value, divisor = values.of(sample), values.divisor(sample)
        if of_sample == NO_TAGS or not sample.locations or not (value or divisor):
            continue
        for node in set[Node]().union(*map(of_locations.__getitem__, sample.locations)):
            of_sample.add(node, value, divisor, is_leaf=False)
        leaf = known.get(infos[sample.locations[0]][0])
        if leaf is not None:
            of_sample.add(leaf, value, divisor, is_leaf=True)
