"""The callers of all lines at once: for each line the same as one step from it in the call tree."""

from hypothesis import given
from hypothesis import strategies as st

import hostile
from pprof_lens.analysis import callers as line_callers
from pprof_lens.analysis import index as indexes
from pprof_lens.analysis.call_tree import Call, LineRoot, children
from pprof_lens.analysis.callers import Caller
from pprof_lens.profile.read import read
from profiles import drawn

FRAMES = st.sampled_from(("f a.go:1", "f a.go:2", "g a.go:2", "g b.go:1", "h b.go:7"))
ROWS = st.tuples(st.lists(FRAMES, min_size=1, max_size=6), st.integers(-9, 9))


@given(st.lists(ROWS, min_size=1, max_size=8))
def test_all_callers_are_those_of_the_call_tree(rows: list[tuple[list[str], int]]) -> None:
    index = indexes.build(drawn("\n".join(f"{'; '.join(stack)} = {value}" for stack, value in rows)))
    gathered = line_callers.gather(index)
    assert gathered is not None
    for line in range(len(index.lines.lines)):
        nodes = children(index, LineRoot(line), (), "callers", 0)
        expected = [Caller(node.function, node.weight.cum, node.calls) for node in nodes if node.weight.cum]
        assert list(gathered.of(line, 0)) == expected


def test_a_filter_leaves_callers_out() -> None:
    index = indexes.build(drawn("f a.go:1; g b.go:1 = 3\nf a.go:1; h b.go:7 = 4"))
    gathered = line_callers.gather(indexes.filtered(index, b"\0\1"))
    assert gathered is not None
    assert gathered.of(0, 0) == (Caller(index.functions.numbers["h"], 4, (Call(2, 4),)),)


def test_more_different_calls_than_any_program_makes_are_not_gathered() -> None:
    profile = read(hostile.profile(hostile.named(600), hostile.drawn(1, 600, 200, 1000)), limit=1 << 20)
    assert line_callers.gather(indexes.build(profile)) is None
