"""Leaving out of a graph what is too light, in the order and with the sums that pprof has (internal/report/report.go).

A graph without some of its nodes is built anew from the samples, so that callers of what is left out are joined to
what it called.
"""

from array import array
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from functools import lru_cache, partial
from typing import NamedTuple

from pprof_lens.profile.fold import Calls
from pprof_lens.profile.integers import int64, magnitude, truncated
from pprof_lens.profile.units import scale
from pprof_lens.report import paths
from pprof_lens.report.decoded import Decoded
from pprof_lens.report.graph import Edge, Graph, Info, Node, Sums, Weighed, frames_of, graph_of, weighed
from pprof_lens.report.options import Options
from pprof_lens.report.values import Values

_MOST_TRIMMED = 1 << 12
"""So many paths are kept as they are trimmed: one can be that of every function, or each that of one."""


@dataclass(frozen=True, slots=True)
class Shown:
    """How many nodes are printed, and what they come to. `of` are heavy enough, `dropped` are not.

    `dropped_edges` counts those that are too light, where they are drawn.
    """

    nodes: int
    total: int
    of: int
    dropped: int
    dropped_edges: int = 0


@dataclass(frozen=True, slots=True)
class Trimmed:
    """A graph with the nodes to print, by number in their order. Edges below `least_weight` are not printed."""

    graph: Graph
    nodes: list[int]
    of: int
    dropped: int
    least_weight: int

    def sums(self) -> Iterator[Sums]:
        return map(self.graph.sums.sums, self.nodes)

    def printed_calls(self) -> Callable[[Calls, Iterable[int]], Iterator[int]]:
        """What leaves of calls, by their places, those that are printed: a light one to a node that is is not."""
        least = self.least_weight
        is_printed = bytearray(len(self.graph.sums.flat))
        for node in self.nodes:
            is_printed[node] = True

        def printed(calls: Calls, places: Iterable[int]) -> Iterator[int]:
            return (at for at in places if magnitude(calls.weights[at]) >= least or not is_printed[calls.callees[at]])

        return printed

    def shown(self) -> Shown:
        return Shown(len(self.nodes), total_of(self.sums()), self.of, self.dropped)


def trimmed(decoded: Decoded, values: Values, options: Options) -> Trimmed:
    """The nodes over the options' fractions of the total, at most as many as the options want."""
    chosen = _chosen(with_trimmed_files(decoded, options), values, options)
    graph = graph_of(chosen.decoded, values, kept=chosen.kept)
    nodes = in_order(graph.sums, graph.sums.nodes(drop_negative=options.drop_negative), options)
    return Trimmed(graph, nodes, chosen.of, chosen.dropped, chosen.least_weight)


def total_of(nodes: Iterable[Sums]) -> int:
    """What the flats of the nodes come to, as they are printed."""
    return int64(sum(node.flat_value for node in nodes))


class _Chosen(NamedTuple):
    """What the graph is made of: `kept` are its nodes, all of them if it is None."""

    decoded: Decoded
    kept: frozenset[Info] | None
    of: int
    dropped: int
    least_weight: int


def _chosen(decoded: Decoded, values: Values, options: Options) -> _Chosen:
    kept: frozenset[Info] | None = None
    every = weighed(frames_of(decoded), values)
    heavy, dropped, (_, least_weight) = heavy_nodes(every, options)
    of = len(heavy)
    # pprof trims the names anew for each graph, which can take a second prefix off.
    if dropped:
        kept = frozenset(map(every.frames.info, heavy))
        decoded = with_trimmed_files(decoded, options)
        every = weighed(frames_of(decoded, kept=kept), values)
        heavy = [*every.nodes(drop_negative=options.drop_negative)]
        of = len(heavy)
    if 0 < options.nodecount < of:
        kept = frozenset(map(every.frames.info, in_order(every, heavy, options)[: options.nodecount]))
        decoded = with_trimmed_files(decoded, options)
    return _Chosen(decoded, kept, of, dropped, least_weight)


def without_light_edges(nodes: list[Node], least_weight: int) -> int:
    """Take the edges that are lighter off the nodes; how many they were."""
    light = {edge for node in nodes for edge in node.callers if magnitude(edge.weight) < least_weight}
    for node in {node for edge in light for node in (edge.caller, edge.callee)}:
        node.callers = [edge for edge in node.callers if edge not in light]
        node.callees = [edge for edge in node.callees if edge not in light]
    return len(light)


def heavy_nodes(every: Weighed, options: Options) -> tuple[list[int], int, tuple[int, int]]:
    """The nodes that are heavy enough, how many are not, and the least cum of a node and weight of an edge."""
    total = sum(every.flat[node] for node in every.nodes(drop_negative=options.drop_negative))
    least = cutoffs(int64(total), options)
    heavy, dropped = list[int](), 0
    for node in every.nodes(drop_negative=options.drop_negative):
        if magnitude(every.cum[node]) >= least[0]:
            heavy.append(node)
        else:
            dropped += 1
    return heavy, dropped, least


def cutoffs(total: int, options: Options) -> tuple[int, int]:
    """The least cum of a node and the least weight of an edge, by the options' fractions of what all nodes come to."""
    of = float(total)
    return magnitude(truncated(of * options.nodefraction)), magnitude(truncated(of * options.edgefraction))


def with_trimmed_files(decoded: Decoded, options: Options) -> Decoded:
    """The profile with the prefixes of the options taken off its source files."""
    trimmed = lru_cache(_MOST_TRIMMED)(partial(paths.trimmed, trim=options.trim_path, search=options.source_path))
    filenames = tuple(map(trimmed, decoded.functions.filenames))
    return decoded.with_functions(replace(decoded.functions, filenames=filenames))


def in_order(sums: Weighed, nodes: Iterable[int], options: Options) -> list[int]:
    """The heaviest first, by flat or by cum, then by name. pprof leaves the order of equal ones to chance."""
    weights = sums.cum if options.cum else sums.flat

    def place(node: int) -> tuple[int, bytes, tuple[object, ...]]:
        info = sums.frames.info(node)
        # Nodes without a name can be written alike.
        return -magnitude(weights[node]), by_bytes(info.printable()), () if info.name else info

    return sorted(nodes, key=place)


def edges_in_order(edges: list[Edge]) -> list[Edge]:
    """The heaviest first, then by the names of caller and callee."""
    return sorted(
        edges,
        key=lambda edge: (
            -magnitude(edge.weight),
            by_bytes(edge.caller.info.printable()),
            by_bytes(edge.callee.info.printable()),
        ),
    )


def by_bytes(text: str) -> bytes:
    """What sorts a text as Go does."""
    return text.encode("utf-8", "surrogateescape")


def in_one_unit(values: Values, nodes: Iterable[Sums]) -> Values:
    """The values in the one unit that suits the smallest of the nodes, if the unit was left to us."""
    if values.unit != "minimum":
        return values
    found = array("q", (magnitude(node.flat_value) or magnitude(node.cum_value) for node in nodes))
    if not found:
        return values
    least = min((value for value in found if value > 0), default=values.total)
    most = values.total
    if values.ratio > 0 and values.ratio != 1:
        least, most = truncated(float(least) * values.ratio), truncated(float(most) * values.ratio)
    unit = values.sample_type.unit
    _, of_least = scale(least, unit, "minimum")
    _, of_most = scale(most, unit, "minimum")
    if of_least != of_most and int64(100 * least) < most:
        # A hundred times the smallest, which itself may be shown as 0.01.
        _, of_least = scale(int64(100 * least), unit, "minimum")
    return replace(values, unit=of_least or unit)
