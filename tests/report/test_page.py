"""The call graphs of a page: by which shares there is one, and that each is what `dot` draws by the same shares."""

import pytest

from pprof_lens.profile import decode
from pprof_lens.profile.encode import with_samples
from pprof_lens.profile.model import NumericLabel, Profile
from pprof_lens.report.options import Options, Request
from pprof_lens.report.page import Budget, page
from profiles import drawn
from report.reports import printed

CALLS = drawn(
    """
    leaf a.go:1; mid a.go:5; main a.go:9 = 5000 1
    leaf a.go:1; other a.go:7; main a.go:9 = 3000 9000
    rare a.go:8; mid a.go:5; main a.go:9 = 15 0
    """,
    "samples/count",
    "cpu/nanoseconds",
)


def drawings(budget: Budget | None = None, of: Profile = CALLS) -> list[dict[str, object]]:
    graphs = page(Request("html", None, ("p",), Options()), lambda _: of, title="t", budget=budget).data["graphs"]
    assert isinstance(graphs, list)
    return graphs


def test_there_is_a_graph_by_each_two_shares_of_functions_and_of_calls_in_each_sample_type() -> None:
    assert sorted((row["column"], row["nodesFrom"], row["edgesFrom"]) for row in drawings()) == [
        (column, nodes, edges) for column in (0, 1) for nodes in (0.001, 0.005, 0.02) for edges in (0.0, 0.001, 0.01)
    ]


@pytest.mark.parametrize("column", [0, 1])
def test_a_graph_is_what_dot_draws_by_the_same_shares(column: int) -> None:
    for row in drawings():
        if row["column"] == column:
            flags = (f"-nodefraction={row['nodesFrom']}", f"-edgefraction={row['edgesFrom']}")
            (_, style, _, *lines) = printed("dot", *flags, f"-sample_index={column}", p=CALLS).splitlines()
            assert str(row["dot"]).splitlines() == ["digraph {", style, *lines]


def test_the_graph_of_pprof_is_the_first_and_the_only_one_of_a_profile_that_is_too_large_for_all() -> None:
    (first,) = drawings(Budget(frames_drawn=0))
    assert (first["column"], first["nodesFrom"], first["edgesFrom"]) == (1, 0.005, 0.001)


@pytest.mark.parametrize("word", ["x", "x" * 5000])
def test_each_graph_is_counted_with_the_labels_that_it_writes(word: str) -> None:
    labelled = with_samples(CALLS, [one._replace(labels=((word, ("v",)),)) for one in decode.samples(CALLS)])
    assert (len(drawings(Budget(frames_drawn=5000), labelled)) == 1) == (len(word) > 1)


@pytest.mark.parametrize("many", [1, 500])
def test_each_graph_is_counted_with_the_numbers_that_it_reads(many: int) -> None:
    numbers = tuple(NumericLabel(i, "") for i in range(many))
    labelled = with_samples(CALLS, [one._replace(num_labels=(("k", numbers),)) for one in decode.samples(CALLS)])
    assert (len(drawings(Budget(frames_drawn=9000), labelled)) == 1) == (many > 1)
