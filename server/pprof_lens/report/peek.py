"""`peek`: each node that matches, between its callers and its callees."""

from array import array
from collections.abc import Callable, Iterable, Iterator
from functools import partial

from pprof_lens.profile.errors import ProfileError
from pprof_lens.profile.fold import NOT_INLINED, Calls
from pprof_lens.profile.integers import int64, magnitude
from pprof_lens.profile.regexps import searcher
from pprof_lens.profile.units import percentage
from pprof_lens.report.decoded import Decoded
from pprof_lens.report.graph import Info, Names, Sums
from pprof_lens.report.labels import report_labels
from pprof_lens.report.options import Options
from pprof_lens.report.trimming import by_bytes, in_one_unit, trimmed
from pprof_lens.report.values import Values

_SEPARATOR = "----------------------------------------------------------+-------------"
_HEADER = "      flat  flat%   sum%        cum   cum%   calls calls% + context \t \t "


def peek(decoded: Decoded, values: Values, options: Options, pattern: str) -> Iterator[str]:
    """The lines of the report. Raises ProfileError where nothing matches."""
    search = searcher(pattern)

    def wanted(info: Info) -> bool:
        return search(info.printable())

    found = trimmed(decoded, values, options)
    values = in_one_unit(values, found.sums())
    matching = array("q", (node for node in found.nodes if wanted(found.graph.sums.frames.info(node))))
    if not matching:
        raise ProfileError(f"no matches found for regexp: {pattern}")
    yield from (*report_labels(decoded.profile, values, options, found.shown()), _SEPARATOR, _HEADER)
    names, printed = Names(found.graph.sums.frames), found.printed_calls()
    so_far = 0
    for number, around in found.graph.around(matching):
        node = found.graph.sums.sums(number)
        so_far = int64(so_far + node.flat_value)
        yield _SEPARATOR
        calls = around.found
        into, out = printed(calls, around.of(number)), printed(calls, around.by(number))
        weight = partial(_weight, values, node.cum_value)
        yield from _edges(into, calls.callers, calls, names, weight)
        yield _row(node, values, so_far)
        yield from _edges(out, calls.callees, calls, names, weight)
    yield _SEPARATOR


def _row(node: Sums, values: Values, so_far: int) -> str:
    flat, cum = node.flat_value, node.cum_value
    return (
        f"{values.text(flat):>10} {values.share(flat)} {values.share(so_far)} "
        f"{values.text(cum):>10} {values.share(cum)}                | {node.info.printable()}"
    )


def _edges(
    places: Iterable[int], ends: "array[int]", calls: Calls, names: Names, written: Callable[[int], str]
) -> Iterator[str]:
    """The calls with those at one end of them, the heaviest first, then by name."""

    def in_order(at: int) -> tuple[int, bytes]:
        return -magnitude(calls.weights[at]), by_bytes(names.of(ends[at]))

    for at in sorted(places, key=in_order):
        inlining = "" if calls.flags[at] & NOT_INLINED else " (inline)"
        yield f"{written(calls.weights[at])} |   {names.of(ends[at])}{inlining}"


def _weight(values: Values, cum: int, weight: int) -> str:
    return f"{values.text(weight):>50} {percentage(weight, cum)}"
