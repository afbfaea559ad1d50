"""Who calls whom, and what flat and cum that has: pprof's graph (internal/graph/graph.go), from which reports print.

Frames that are alike in all that the granularity left of them are one node. A node counts a sample once in its cum,
however often it recurs; it has no edge to itself.
"""

from dataclasses import dataclass, field
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
        parts = [f"{self.address:016x}"] if self.address else []
        if self.name:
            parts.append(self.name)
        if self.line:
            parts.append(f"{self.file}:{self.line}" + (f":{self.column}" if self.column else ""))
        elif self.file:
            parts.append(self.file)
        elif not self.name:
            parts.append(f"[{paths.base(self.binary)}]" if self.binary else "<unknown>")
        return " ".join(parts)


@dataclass(eq=False, slots=True)
class Edge:
    """Calls from one node to another; `is_inline` if every one of them was inlined."""

    caller: "Node"
    callee: "Node"
    weight: int
    is_inline: bool


@dataclass(eq=False, slots=True)
class Node:
    """flat and cum are sums; of a mean they are to be divided by the sums of the divisors."""

    info: Info
    flat: int = 0
    cum: int = 0
    flat_divisor: int = 0
    cum_divisor: int = 0
    callers: list[Edge] = field(default_factory=list)
    callees: list[Edge] = field(default_factory=list)

    @property
    def flat_value(self) -> int:
        return quotient(self.flat, self.flat_divisor)

    @property
    def cum_value(self) -> int:
        return quotient(self.cum, self.cum_divisor)


def nodes_of(
    decoded: Decoded, values: Values, *, with_binaries: bool = False, kept: frozenset[Info] | None = None
) -> list[Node]:
    """The nodes that the samples touch, in no order and without edges; only those of `kept`, if it is given.

    `with_binaries` tells functions of the same name in different binaries or at different start lines apart.
    """
    nodes, frames = _numbered(decoded, with_binaries=with_binaries, kept=kept)
    _weigh(decoded, values, nodes, frames)
    return [node for node in nodes if node.flat or node.cum]


def graph_of(decoded: Decoded, values: Values, *, kept: frozenset[Info] | None) -> list[Node]:
    """The nodes with their edges. What is not of `kept` is skipped: its caller calls its callee."""
    nodes, frames = _numbered(decoded, with_binaries=False, kept=kept)
    _weigh(decoded, values, nodes, frames)
    _connect(decoded, values, nodes, frames)
    return [node for node in nodes if node.flat or node.cum]


def infos_of(decoded: Decoded, *, with_binaries: bool = False) -> list[list[Info]]:
    """For each location its nodes, innermost line first; a location without lines is one node."""
    files = [paths.clean(f.filename) if f.filename else "" for f in decoded.functions]

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


_SKIPPED = -1

_Frames = list[tuple[int, ...]]
"""For each location the numbers of its nodes, the outermost line's first, as stacks are walked from the root."""


def _numbered(decoded: Decoded, *, with_binaries: bool, kept: frozenset[Info] | None) -> tuple[list[Node], _Frames]:
    infos = infos_of(decoded, with_binaries=with_binaries)
    numbers: dict[Info, int] = {}
    for of_location in infos:
        for info in of_location:
            if kept is None or info in kept:
                numbers.setdefault(info, len(numbers))
    frames = [tuple(numbers.get(info, _SKIPPED) for info in reversed(of_location)) for of_location in infos]
    return [Node(info) for info in numbers], frames


def _weigh(decoded: Decoded, values: Values, nodes: list[Node], frames: _Frames) -> None:
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


def _connect(decoded: Decoded, values: Values, nodes: list[Node], frames: _Frames) -> None:
    """Add up the calls between what is not skipped."""
    count = len(nodes)
    # Of a location all but the outermost line were inlined.
    calls = [
        [(number, at > 0) for at, number in enumerate(of_location) if number != _SKIPPED] for of_location in frames
    ]
    weights: dict[int, int] = {}
    not_inlined: set[int] = set()
    for sample in decoded.samples:
        value = values.of(sample)
        if not (value or values.divisor(sample)):
            continue
        seen: set[int] = set()
        caller = _SKIPPED
        for location in reversed(sample.locations):
            for number, is_inline in calls[location]:
                edge = caller * count + number
                if caller not in (number, _SKIPPED) and edge not in seen:
                    seen.add(edge)
                    weights[edge] = weights.get(edge, 0) + value
                    if not is_inline:
                        not_inlined.add(edge)
                caller = number
    for edge, weight in weights.items():
        calling, called = divmod(edge, count)
        call = Edge(nodes[calling], nodes[called], int64(weight), edge not in not_inlined)
        call.caller.callees.append(call)
        call.callee.callers.append(call)
