"""`top`: one row a node, the heaviest first."""

from pprof_lens.profile.integers import int64
from pprof_lens.report.decoded import Decoded
from pprof_lens.report.graph import Node
from pprof_lens.report.labels import report_labels
from pprof_lens.report.options import Options
from pprof_lens.report.trimming import in_one_unit, trimmed
from pprof_lens.report.values import Values


def top(decoded: Decoded, values: Values, options: Options) -> list[str]:
    """The lines of the report."""
    shown = trimmed(decoded, values, options)
    values = in_one_unit(values, shown.nodes)
    lines = report_labels(decoded.profile, values, options, shown)
    lines.append(f"{'flat':>10} {'flat':>5}% {'sum':>5}% {'cum':>10} {'cum':>5}%")
    so_far = 0
    for node in shown.nodes:
        flat, cum = node.flat_value, node.cum_value
        so_far = int64(so_far + flat)
        lines.append(
            f"{values.text(flat):>10} {values.share(flat)} {values.share(so_far)} "
            f"{values.text(cum):>10} {values.share(cum)}  {node.info.printable()}{_inlining(node)}"
        )
    return lines


def _inlining(node: Node) -> str:
    """Whether its callers have it inlined; calls that were too light to be shown have no say."""
    inlined = [edge.is_inline for edge in node.callers]
    if not any(inlined):
        return ""
    return " (inline)" if all(inlined) else " (partial-inline)"
