"""The top of a profile: its heaviest functions, as pprof's `top` has them, with values in words."""

import heapq
from typing import Literal, NamedTuple

from pprof_lens.analysis.index import Index, Weight
from pprof_lens.annotate.wording import Scale


class Row(NamedTuple):
    """A function by its number in `Index.functions`; `label` and `percent` are of the value that it is ranked by."""

    function: int
    weight: Weight
    label: str
    percent: str


def rows(index: Index, column: int, scale: Scale, by: Literal["flat", "cum"], limit: int) -> tuple[Row, ...]:
    """At most `limit` functions that have a figure, the heaviest first, those of one weight by their names."""
    names, at = index.functions.names, Weight._fields.index(by)
    weights = ((number, index.function_weight(number, column)) for number in range(len(names)))
    found = ((-abs(weight[at]), names[number], number, weight) for number, weight in weights if any(weight))
    return tuple(
        Row(number, weight, scale.counted(weight[at]), scale.percent(weight[at]))
        for _, _, number, weight in heapq.nsmallest(limit, found)
    )
