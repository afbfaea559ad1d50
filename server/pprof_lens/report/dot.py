"""`dot`: the call graph in the language of Graphviz, as `web` and `svg` of pprof have it laid out.

Sizes, colours and shapes are pprof's (internal/graph/dotgraph.go). Names are escaped as far as pprof escapes them.
"""

from collections.abc import Collection, Iterator
from dataclasses import replace
from math import ceil, copysign, inf, nan, sqrt

from pprof_lens.profile.integers import int64, magnitude, quotient
from pprof_lens.profile.units import percentage, scale, scaled_label
from pprof_lens.report import paths
from pprof_lens.report.decoded import Decoded
from pprof_lens.report.drawn import MOST_TAGS, drawn
from pprof_lens.report.graph import Edge, Info, Node, Tag
from pprof_lens.report.labels import report_labels
from pprof_lens.report.options import Options
from pprof_lens.report.short_names import shortened
from pprof_lens.report.trimming import by_bytes, edges_in_order, in_one_unit
from pprof_lens.report.values import Values


def dot(decoded: Decoded, values: Values, options: Options, label_units: dict[str, str]) -> list[str]:
    """The lines of the report."""
    shown = drawn(decoded, values, options, label_units)
    values = in_one_unit(values, shown.nodes)
    mappings = decoded.profile.mappings
    title = paths.base(mappings[0].filename) if mappings and mappings[0].filename else ""
    labels = report_labels(decoded.profile, values, replace(options, compact_labels=False), shown.shown)
    labels.append("\nSee https://git.io/JfYMW for how to read the graph")
    return [
        f'digraph "{title or "unnamed"}" {{',
        _STYLE,
        _legend(labels, title),
        *_Drawing(shown.nodes, values).lines(),
        "}",
    ]


def graph(
    decoded: Decoded, values: Values, options: Options, label_units: dict[str, str]
) -> tuple[list[str], list[Node]]:
    """The same without title and legend, and the nodes: that of number 1 first, as the drawing has them."""
    shown = drawn(decoded, values, options, label_units)
    drawing = _Drawing(shown.nodes, in_one_unit(values, shown.nodes))
    return ["digraph {", _STYLE, *drawing.lines(), "}"], shown.nodes


_STYLE = 'node [style=filled fillcolor="#f8f8f8"]'


def _legend(labels: list[str], title: str) -> str:
    tooltip = f' tooltip="{title}"' if title else ""
    text = "\\l".join(map(_escaped, labels))
    return f'subgraph cluster_L {{ "{_escaped(labels[0])}" [shape=box fontsize=16 label="{text}\\l"{tooltip}] }}'


class _Drawing:
    """Nodes, their tags and their edges, one a line."""

    def __init__(self, nodes: list[Node], values: Values) -> None:
        self._nodes = nodes
        self._values = values
        self._ids = {node: number for number, node in enumerate(nodes, 1)}
        self._most_flat = max((float(magnitude(node.flat_value)) for node in nodes), default=0.0)

    def lines(self) -> Iterator[str]:
        with_tags = set()
        for node in self._nodes:
            yield self._node(node)
            tags = list(self._tags(node))
            yield from tags
            if tags:
                with_tags.add(node)
        for edge in edges_in_order([edge for node in self._nodes for edge in node.callees]):
            yield self._edge(edge) + (" minlen=2]" if edge.caller in with_tags else "]")

    def _node(self, node: Node) -> str:
        flat, cum = node.flat_value, node.cum_value
        text = self._values.text
        label = _over_lines(node.info) + (f"{text(flat)} ({self._share(flat)})" if flat else "0")
        if cum != flat:
            label += ("\\n" if flat else " ") + f"of {text(cum)} ({self._share(cum)})"
        weight = self._of_total(cum)
        number = self._ids[node]
        return (
            f'N{number} [label="{label}" id="node{number}" fontsize={self._font_size(flat)} shape=box '
            f'tooltip="{_escaped(node.info.printable())} ({text(cum)})" '
            f'color="{_color(weight, 1.0, 0.7)}" fillcolor="{_color(weight, 0.1, 0.93)}"]'
        )

    def _font_size(self, flat: int) -> int:
        size = float(magnitude(flat))
        return 8 + (ceil(16 * sqrt(size / self._most_flat)) if flat and 0 <= size <= self._most_flat else 0)

    def _tags(self, node: Node) -> Iterator[str]:
        own = f"N{self._ids[node]}"
        # What a leaf of the drawing calls may have been left out, so its tags are those of its cum.
        by_flat = bool(node.callees)
        if node.tags is None:
            return
        numbers = {labels: list(tags.values()) for labels, tags in node.tags.numbers.items() if tags}
        for i, tag in enumerate(_heaviest(node.tags.labels.values(), by_flat=by_flat)[:MOST_TAGS]):
            value = tag.flat_value if by_flat else tag.cum_value
            if value:
                name, weight = f"{own}_{i}", self._values.text(value)
                yield f'{name} [label = "{tag.name}" id="{name}" fontsize=8 shape=box3d tooltip="{weight}"]'
                yield f"{own} -> {name} [{_weighed(weight)}]"
                yield from self._numbers(numbers.get(tag.name, []), name, by_flat=by_flat)
        yield from self._numbers(numbers.get("", []), own, by_flat=by_flat)

    def _numbers(self, tags: list[Tag], source: str, *, by_flat: bool) -> Iterator[str]:
        for i, tag in enumerate(_grouped(tags, by_flat=by_flat)):
            is_flat = by_flat or tag.flat_value == tag.cum_value
            value = tag.flat_value if is_flat else tag.cum_value
            if value:
                name, weight = f"N{source}_{i}", self._values.text(value)
                style = "" if is_flat else ' style="dotted"'
                yield f'{name} [label = "{tag.name}" id="{name}" fontsize=8 shape=box3d tooltip="{weight}"]'
                yield f"{source} -> {name} [{_weighed(weight)}{style}]"

    def _edge(self, edge: Edge) -> str:
        value, total = edge.weight_value, self._values.total
        text = self._values.text(value)
        attributes = f'label=" {text}' + ('\\n (inline)"' if edge.is_inline else '"')
        if total:
            for name, most in (("weight", 100), ("penwidth", 5)):
                if (size := min(magnitude(quotient(int64(value * most), total)), most)) > 0:
                    attributes += f" {name}={1 + size}"
            attributes += f' color="{_color(self._of_total(value), 1.0, 0.7)}"'
        arrow = "..." if edge.is_residual else "->"
        caller, callee = _escaped(edge.caller.info.printable()), _escaped(edge.callee.info.printable())
        tooltip = f'"{caller} {arrow} {callee} ({text})"'
        style = ' style="dotted"' if edge.is_residual else ""
        ends = f"N{self._ids.get(edge.caller, 0)} -> N{self._ids.get(edge.callee, 0)}"
        return f"{ends} [{attributes} tooltip={tooltip} labeltooltip={tooltip}{style}"

    def _share(self, value: int) -> str:
        return percentage(value, self._values.total).strip()

    def _of_total(self, value: int) -> float:
        total = magnitude(self._values.total)
        if total:
            return float(value) / float(total)
        return copysign(inf, value) if value else nan


def _weighed(weight: str) -> str:
    return f'label=" {weight}" weight=100 tooltip="{weight}" labeltooltip="{weight}"'


def _heaviest(tags: Collection[Tag], *, by_flat: bool) -> list[Tag]:
    return sorted(
        tags,
        key=lambda tag: (0 if by_flat else -magnitude(tag.cum), -magnitude(tag.flat), by_bytes(tag.name)),
    )


def _grouped(tags: list[Tag], *, by_flat: bool) -> list[Tag]:
    """At most four tags: the heaviest, each with the others whose values are nearest to its own."""
    tags = _heaviest(tags, by_flat=by_flat)
    if len(tags) <= MOST_TAGS:
        return tags
    groups = [[tag] for tag in tags[:MOST_TAGS]]
    for tag in tags[MOST_TAGS:]:
        min(groups, key=lambda group: _distance(tag, group[0])).append(tag)
    return _heaviest(list(map(_as_one, groups)), by_flat=by_flat)


def _distance(one: Tag, other: Tag) -> float:
    value, _ = scale(other.value, other.unit, one.unit)
    return abs(value - float(one.value))


def _as_one(group: list[Tag]) -> Tag:
    if len(group) == 1:
        tag = group[0]
        return Tag(scaled_label(tag.value, tag.unit), flat=tag.flat_value, cum=tag.cum_value)
    least = min(group, key=lambda tag: tag.value)
    most = max(group, key=lambda tag: tag.value)
    return Tag(
        f"{scaled_label(least.value, least.unit)}..{scaled_label(most.value, most.unit)}",
        flat=quotient(int64(sum(tag.flat for tag in group)), int64(sum(tag.flat_divisor for tag in group))),
        cum=quotient(int64(sum(tag.cum for tag in group)), int64(sum(tag.cum_divisor for tag in group))),
    )


_AWAY_FROM_GREY = 0.3


def _color(score: float, saturation: float, value: float) -> str:
    """Red for 1, grey for 0, green for -1."""
    score = max(-1.0, min(1.0, score)) if score == score else score  # noqa: PLR0124 - NaN stays NaN
    if abs(score) < 0.2:
        saturation *= abs(score) / 0.2
    if score:
        score = copysign(abs(score) ** _AWAY_FROM_GREY, score)
    less = value * (1 - saturation * abs(score))
    red, green = (less, value) if score < 0 else (value, less)
    return "#" + "".join(f"{_byte(part):02x}" for part in (red, green, value * (1 - saturation)))


def _byte(part: float) -> int:
    return int(part * 255.0) if part == part else 0  # noqa: PLR0124 - as on amd64


def _over_lines(info: Info) -> str:
    """The name with a line for each of its parts."""
    name = _escaped(shortened(info.name)).replace("::", "\\n").replace("[...]", "[…]").replace(".", "\\n")
    info = info._replace(name=name, file=paths.base(info.file) if info.file else "")
    return "\\n".join(info.components()) + "\\n"


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\l")
