"""`peek`: each node that matches, between its callers and its callees."""

from collections.abc import Iterator

from pprof_lens.profile.errors import ProfileError
from pprof_lens.profile.integers import int64
from pprof_lens.profile.regexps import searcher
from pprof_lens.profile.units import percentage
from pprof_lens.report.decoded import Decoded
from pprof_lens.report.graph import Edge, Info, Node
from pprof_lens.report.labels import report_labels
from pprof_lens.report.options import Options
from pprof_lens.report.trimming import edges_in_order, in_one_unit, trimmed
from pprof_lens.report.values import Values

_SEPARATOR = "----------------------------------------------------------+-------------"
_HEADER = "      flat  flat%   sum%        cum   cum%   calls calls% + context \t \t "


def peek(decoded: Decoded, values: Values, options: Options, pattern: str) -> Iterator[str]:
    """The lines of the report. Raises ProfileError where nothing matches."""
    search = searcher(pattern)

    def wanted(info: Info) -> bool:
        return search(info.printable())

    shown = trimmed(decoded, values, options, wanted=wanted)
    values = in_one_unit(values, shown.nodes)
    matching = [node for node in shown.nodes if wanted(node.info)]
    if not matching:
        raise ProfileError(f"no matches found for regexp: {pattern}")
    yield from (*report_labels(decoded.profile, values, options, shown), _SEPARATOR, _HEADER)
    so_far = 0
    for node in matching:
        so_far = int64(so_far + node.flat_value)
        yield _SEPARATOR
        yield from _context(node, values, so_far)
    yield _SEPARATOR


def _context(node: Node, values: Values, so_far: int) -> Iterator[str]:
    flat, cum = node.flat_value, node.cum_value
    for edge in edges_in_order(node.callers):
        yield f"{_weight(edge, values, cum)}{edge.caller.info.printable()}{_inlining(edge)}"
    yield (
        f"{values.text(flat):>10} {values.share(flat)} {values.share(so_far)} "
        f"{values.text(cum):>10} {values.share(cum)}                | {node.info.printable()}"
    )
    for edge in edges_in_order(node.callees):
        yield f"{_weight(edge, values, cum)}{edge.callee.info.printable()}{_inlining(edge)}"


def _weight(edge: Edge, values: Values, cum: int) -> str:
    return f"{values.text(edge.weight):>50} {percentage(edge.weight, cum)} |   "


def _inlining(edge: Edge) -> str:
    return " (inline)" if edge.is_inline else ""
