"""The graph that is drawn: which nodes, edges and tags are worth it, as in pprof (internal/report, internal/graph).

Nodes are ordered by how much their calls branch and join, tags count as nodes, and an edge over nodes that were left
out goes where another path shows the same. What is not drawn (`top`, `peek`) is trimming's business.
"""

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from math import frexp, inf, log, nan

from pprof_lens.profile.integers import int64, magnitude, truncated
from pprof_lens.report.decoded import Decoded
from pprof_lens.report.graph import Edge, Graph, Info, Node, OwnTags, Sums, Tag, frames_of, graph_of, tag, weighed
from pprof_lens.report.options import Options
from pprof_lens.report.tagged import SampleTags, heavy_tags, tags_of
from pprof_lens.report.tree import Stacks
from pprof_lens.report.trimming import (
    Shown,
    by_bytes,
    cutoffs,
    edges_in_order,
    heavy_nodes,
    total_of,
    with_trimmed_files,
    without_light_edges,
)
from pprof_lens.report.values import Values

MOST_TAGS = 4
"""How many tags of a node are drawn, of labels and of the values of one numeric label each."""


_NUMERIC = "bytes"
"""The one numeric label that is drawn."""


@dataclass(frozen=True, slots=True)
class Drawn:
    """The nodes to draw, in their order, with their edges and tags."""

    nodes: list[Node]
    shown: Shown


def drawn(decoded: Decoded, values: Values, options: Options, label_units: dict[str, str]) -> Drawn:
    """The nodes to draw, with the edges and tags that are left to them. Raises TooLarge where labels are too many."""
    tags = tags_of(decoded, _NUMERIC, label_units.get(_NUMERIC, ""), options.unit)
    return (_drawn_tree if options.call_tree else _drawn_graph)(decoded, values, options, tags)


def _drawn_graph(decoded: Decoded, values: Values, options: Options, tags: SampleTags) -> Drawn:
    # pprof trims the names anew for each graph, which can take a second prefix off.
    decoded = with_trimmed_files(decoded, options)
    # The edges of what is dropped are the most: a profile of unlike stacks has millions.
    every = weighed(frames_of(decoded), values)
    heavy, dropped, (least_cum, least_weight) = heavy_nodes(every, options)
    kept = frozenset(map(every.frames.info, heavy))
    del every
    if not kept:
        return Drawn([], Shown(0, 0, 0, dropped))
    if dropped:
        decoded = with_trimmed_files(decoded, options)
    graph = graph_of(decoded, values, kept=kept if dropped else None)
    order = _graph_in_order(graph, options)
    of, count = len(order), options.nodecount
    tags = heavy_tags(decoded, values, tags, least_cum)
    is_all = True
    if count > 0:
        # No more can be chosen, and tags of every node are out of all proportion where each sample has its own.
        first = list(map(graph.sums.node, order[:count]))
        tag(decoded, values, first, tags)
        _drop_light_tags(first, least_cum)
        chosen = frozenset(node.info for node in first[: _chosen(first, count)])
        is_all = len(chosen) == of
        if not is_all:
            decoded = with_trimmed_files(decoded, options)
            graph = graph_of(decoded, values, kept=chosen)
            order = _graph_in_order(graph, options)
    nodes, light = graph.connected(order, least_weight)
    tag(decoded, values, nodes, tags)
    _drop_light_tags(nodes, least_cum)
    _drop_redundant_edges(nodes)
    # Where all that are heavy enough are chosen, pprof has dropped the light edges before it counts them.
    return Drawn(nodes, Shown(len(nodes), total_of(nodes), of, dropped, 0 if count > 0 and is_all else light))


def _drawn_tree(decoded: Decoded, values: Values, options: Options, tags: SampleTags) -> Drawn:
    decoded = with_trimmed_files(decoded, options)
    stacks = Stacks(decoded, values, drop_negative=options.drop_negative)
    least_cum, least_weight = cutoffs(stacks.total(), options)
    nodes, light = stacks.tree(least_cum, heavy_tags(decoded, values, tags, least_cum))
    kept = [node for node in nodes if magnitude(node.cum) >= least_cum]
    dropped = light + len(nodes) - len(kept)
    if len(kept) != len(nodes):
        _cut_out(nodes, kept)
    of = len(kept)
    nodes = _in_order(kept)
    if options.nodecount > 0:
        _drop_light_tags(nodes, least_cum)
        without_light_edges(nodes, least_weight)
        chosen = nodes[: _chosen(nodes, options.nodecount)]
        if len(chosen) != len(nodes):
            _cut_out(nodes, chosen)
            nodes = _in_order(chosen)
    _drop_light_tags(nodes, least_cum)
    light_edges = without_light_edges(nodes, least_weight)
    return Drawn(nodes, Shown(len(nodes), total_of(nodes), of, dropped, light_edges))


def _in_order(nodes: list[Node]) -> list[Node]:
    return sorted(nodes, key=lambda node: _place(node, _node_score(node)))


def _node_score(node: Node) -> int:
    return _score(node, [edge.weight for edge in node.callers], [edge.weight for edge in node.callees])


def _graph_in_order(graph: Graph, options: Options) -> list[int]:
    scores: dict[int, int] = {}
    for number, around in graph.around([*graph.sums.nodes(drop_negative=options.drop_negative)]):
        weights = around.found.weights.__getitem__
        into, out = map(weights, around.of(number)), map(weights, around.by(number))
        scores[number] = _score(graph.sums.sums(number), list(into), list(out))
    return sorted(scores, key=lambda number: _place(graph.sums.sums(number), scores[number]))


def _place(node: Sums, score: int) -> tuple[int, bytes, int, bytes]:
    return (
        -magnitude(score),
        by_bytes(node.info.printable()),
        -magnitude(node.flat),
        by_bytes(_as_go_prints(node.info)),
    )


def _as_go_prints(info: Info) -> str:
    return f"{{{info.name}  {info.address} {info.file} {info.start_line} {info.line} {info.column} {info.binary}}}"


def _score(node: Sums, into: Sequence[int], out: Sequence[int]) -> int:
    """How worth drawing the node is: less where its callers merely fall through to its callees.

    `into` are the weights of the edges to it, `out` of those from it.
    """
    score = _entropy(into, 0) if into else 1.0
    score += _entropy(out, node.flat) if out else 1.0
    return int64(truncated(score * float(node.cum)) + node.flat)


def _entropy(edges: Sequence[int], own: int) -> float:
    """The entropy of the weights of the edges and of what the node has by itself."""
    total = int64(own + sum(weight for weight in edges if weight > 0))
    if not total:
        return 0.0
    weights = [*edges, *([own] if own > 0 else [])]
    of = {weight: _uncertainty(float(magnitude(weight)) / float(total)) for weight in set(weights)}
    return sum(map(of.__getitem__, weights))


def _uncertainty(share: float) -> float:
    return -share * _log2(share)


_LN2 = 0.693147180559945309417232121458176568


def _log2(number: float) -> float:
    """As Go has it, to the last digit where the C library is as exact."""
    if number <= 0:
        return -inf if number == 0 else nan
    fraction, exponent = frexp(number)
    return float(exponent - 1) if fraction == 0.5 else log(fraction) * (1 / _LN2) + float(exponent)


def _chosen(nodes: list[Node], count: int) -> int:
    """How many of the nodes make so many together with their tags."""
    so_far = 0
    for number, node in enumerate(nodes, 1):
        own = node.tags or OwnTags()
        of_node = (tag for tags in (own.labels, *own.numbers.values()) for tag in tags.values())
        so_far += 1 + min(MOST_TAGS, sum(tag.flat != 0 for tag in of_node))
        if so_far >= count:
            return number
    return min(count, len(nodes))


def _drop_light_tags(nodes: list[Node], least: int) -> None:
    def heavy(tags: dict[str, Tag]) -> dict[str, Tag]:
        return {name: tag for name, tag in tags.items() if magnitude(tag.flat) >= least or magnitude(tag.cum) >= least}

    for own in filter(None, (node.tags for node in nodes)):
        own.labels = heavy(own.labels)
        own.numbers = {labels: heavy(tags) for labels, tags in own.numbers.items()}


def _cut_out(nodes: list[Node], kept: list[Node]) -> None:
    """Take the nodes of a tree out of it that are not kept: what they call is called by who called them."""
    gone = set(nodes) - set(kept)
    above = set()
    for node in filter(gone.__contains__, _callers_first(nodes)):  # so each edge moves once
        into = node.callers[0] if node.callers else None
        for edge in node.callees:
            if into is None:
                edge.callee.callers = []
                continue
            edge.caller, edge.is_residual = into.caller, True
            edge.is_inline = edge.is_inline and into.is_inline
            into.caller.callees.append(edge)
        if into is not None:
            above.add(into.caller)
    for node in above - gone:
        node.callees = [edge for edge in node.callees if edge.callee not in gone]


def _callers_first(nodes: list[Node]) -> list[Node]:
    own = set(nodes)
    found = dict.fromkeys(node for node in nodes if not node.callers or node.callers[0].caller not in own)
    waiting = deque(found)
    while waiting:
        called = [edge.callee for edge in waiting.popleft().callees if edge.callee not in found]
        found.update(dict.fromkeys(called))
        waiting.extend(called)
    return list(found)


def _drop_redundant_edges(nodes: list[Node]) -> None:
    """Take off each residual edge whose end another path reaches, unless it is heavier than a real one."""
    for node in reversed(nodes):
        for edge in reversed(edges_in_order(node.callers)):
            if not edge.is_residual:
                break
            if _is_redundant(edge):
                edge.caller.callees.remove(edge)
                edge.callee.callers.remove(edge)


def _is_redundant(edge: Edge) -> bool:
    seen = {edge.callee}
    waiting = [edge.callee]
    while waiting:
        for into in waiting.pop().callers:
            if into is edge or into.caller in seen:
                continue
            if into.caller is edge.caller:
                return True
            seen.add(into.caller)
            waiting.append(into.caller)
    return False
