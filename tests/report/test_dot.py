"""The drawn graph: what is left of a profile in it, and how its names are written."""

import re

import pytest

from pprof_lens.profile.model import Profile
from pprof_lens.report.short_names import shortened
from profiles import drawn
from report.reports import printed

CALLS = drawn("""
    leaf a.go:1; mid a.go:5; main a.go:9 = 5
    leaf a.go:1; other a.go:7; main a.go:9 = 3
""")


def picture(*flags: str, of: Profile) -> list[str]:
    """Nodes and edges by their labels, without sizes and colours."""
    text = printed("dot", *flags, p=of)
    names = dict(re.findall(r'^(N\w+) \[label ?= ?"(.*?)" id', text, re.MULTILINE))
    edges = re.findall(r'^(N\w+) -> (N\w+) \[label=" (.*?)".*?(style="dotted")?(?: minlen=2)?\]$', text, re.MULTILINE)
    return [*names.values(), *(f"{names[a]} {'...' if dots else '->'} {names[b]}: {w}" for a, b, w, dots in edges)]


def test_a_node_has_its_values_and_an_edge_its_weight() -> None:
    assert picture(of=CALLS) == [
        r"leaf\n8 (100%)",
        r"main\n0 of 8 (100%)",
        r"mid\n0 of 5 (62.50%)",
        r"other\n0 of 3 (37.50%)",
        r"main\n0 of 8 (100%) -> mid\n0 of 5 (62.50%): 5",
        r"mid\n0 of 5 (62.50%) -> leaf\n8 (100%): 5",
        r"main\n0 of 8 (100%) -> other\n0 of 3 (37.50%): 3",
        r"other\n0 of 3 (37.50%) -> leaf\n8 (100%): 3",
    ]


def test_an_edge_over_nodes_that_are_left_out_is_dotted() -> None:
    assert picture("-nodecount=2", of=CALLS) == [
        r"leaf\n8 (100%)",
        r"main\n0 of 8 (100%)",
        r"main\n0 of 8 (100%) ... leaf\n8 (100%): 8",
    ]


def test_a_tree_has_a_node_for_each_path() -> None:
    nodes = [label for label in picture("-call_tree", of=CALLS) if "->" not in label]
    assert sorted(nodes) == [
        r"leaf\n3 (37.50%)",
        r"leaf\n5 (62.50%)",
        r"main\n0 of 8 (100%)",
        r"mid\n0 of 5 (62.50%)",
        r"other\n0 of 3 (37.50%)",
    ]


def test_names_cannot_leave_their_quotes() -> None:
    text = printed("dot", p=drawn(r'f"]x\ a.go:1 = 1'))
    assert r'label="f\"]x\\\n1 (100%)"' in text


@pytest.mark.parametrize(
    ("name", "short"),
    [
        ("main.run", "main.run"),
        ("example.com/a/b.F", "b.F"),
        ("example.com/a/v2/b.F", "b.F"),
        ("example.com/a/v2.F", "a.F"),
        ("example.com/a/v1.F", "v1.F"),
        ("a/b.(*T[example.com/c/d.E]).M", "b.(*T[example.com/c/d.E]).M"),
        ("example.com/only/folders", "example.com/only/folders"),
        ("java.util.concurrent.ThreadPool.run(Z)", "ThreadPool.run"),
        ("(anonymous namespace)::ns::Class::Method", "Class::Method"),
        ("a/b.c\nd", "b.c"),
    ],
)
def test_a_short_name_has_no_folders(name: str, short: str) -> None:
    assert shortened(name) == short


@pytest.mark.parametrize("name", ["a/" * 50_000, "a/." * 30_000, "A.a$1" * 20_000, "a::" * 30_000, "/v22" * 20_000])
def test_a_long_name_is_shortened_in_no_time(name: str) -> None:
    assert len(shortened(name)) <= len(name)
