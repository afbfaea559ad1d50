"""Which line is which: equal lines in order, never by chance, and in bounded time."""

from hypothesis import given
from hypothesis import strategies as st

from pprof_lens.source.diff import align, carry, likeness, pair_edited, says_something

LINES = st.lists(st.sampled_from(["a(b)", "c(d)", "e(f)", "}", "", "return x"]), max_size=25)


@given(LINES, LINES)
def test_aligned_lines_are_equal_and_in_order(old: list[str], new: list[str]) -> None:
    """Every pair is of one text, and both sides count up."""
    pairs = [(i, j) for i, j in enumerate(align(old, new)) if j >= 0]
    assert all(old[i] == new[j] for i, j in pairs)
    assert [j for _, j in pairs] == sorted({j for _, j in pairs})


@given(LINES, LINES)
def test_no_line_is_carried_twice_to_one_place(old: list[str], new: list[str]) -> None:
    """Nothing is doubled, and what did not change at all stays."""
    places = [j for j in carry(old, new) if j >= 0]
    assert len(places) == len(set(places))
    assert carry(old, old) == list(range(len(old)))


def test_braces_do_not_pair_across_statements() -> None:
    """Lines that occur once hold the others in their place."""
    old = ["if a {", "x()", "}", "if b {", "y()", "}"]
    new = ["if b {", "y()", "}"]
    assert align(old, new) == [-1, -1, -1, 0, 1, 2]


def test_edited_lines_pair_so_that_they_are_most_alike_in_all() -> None:
    """In order; a line that is like none stays alone."""
    old = ["call(one, 1)", "call(two, 2)", "unlike"]
    new = ["entirely different", "call(two, 22)", "call(three, 3)"]
    assert list(pair_edited(old, new)) == [(1, 1)]


def test_a_line_in_the_place_of_another_needs_less_in_common_with_it() -> None:
    """One came where one went."""
    assert list(pair_edited(["call(one)"], ["call(two, 2)"])) == [(0, 0)]
    assert list(pair_edited(["call(one)"], ["call(two, 2)", "more()"])) == []


def test_likeness_is_of_words() -> None:
    """Signs do not count, and neither does their order."""
    assert (likeness("a(b, c)", "a[b] + c"), likeness("a()", "b()"), likeness("", "")) == (1.0, 0.0, 0.0)
    assert [says_something(line) for line in ("}", "return", "return x", "x()")] == [False, False, True, False]


def test_ten_thousand_lines_that_are_nearly_all_alike_are_given_up_rather_than_waited_for() -> None:
    """A gap without a line that occurs once is diffed up to a size; here it is far beyond it."""
    old = ["}" if i % 2 else "" for i in range(10_000)]
    new = ["" if i % 3 else "}" for i in range(10_000)]
    assert align(old, new).count(-1) > 9_000
