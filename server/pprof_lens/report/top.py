"""`top`: one row a node, the heaviest first."""

from collections.abc import Iterator

from pprof_lens.profile.integers import int64
from pprof_lens.report.decoded import Decoded
from pprof_lens.report.labels import report_labels
from pprof_lens.report.options import Options
from pprof_lens.report.trimming import in_one_unit, trimmed
from pprof_lens.report.values import Values

_INLINING = ("", " (inline)", "", " (partial-inline)")
"""Whether none of the calls of a node has it inlined, all of them, none, or some; too light ones have no say."""


def top(decoded: Decoded, values: Values, options: Options) -> Iterator[str]:
    """The lines of the report."""
    found = trimmed(decoded, values, options)
    values = in_one_unit(values, found.sums())
    yield from report_labels(decoded.profile, values, options, found.shown())
    yield f"{'flat':>10} {'flat':>5}% {'sum':>5}% {'cum':>10} {'cum':>5}%"
    inlining = found.graph.inlining(found.nodes, found.least_weight)
    so_far = 0
    for number, node in zip(found.nodes, found.sums(), strict=True):
        flat, cum = node.flat_value, node.cum_value
        so_far = int64(so_far + flat)
        yield (
            f"{values.text(flat):>10} {values.share(flat)} {values.share(so_far)} "
            f"{values.text(cum):>10} {values.share(cum)}  {node.info.printable()}{_INLINING[inlining[number]]}"
        )
