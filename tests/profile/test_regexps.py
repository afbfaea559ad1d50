"""Regular expressions find what Go's find, and refuse what Go refuses."""

import re
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pprof_lens.profile import automaton
from pprof_lens.profile.automaton import TooComplex
from pprof_lens.profile.regexps import BadPattern, searcher


@pytest.mark.parametrize(
    ("pattern", "text"),
    [
        ("", ""),
        ("main.work", "main.work.func1"),
        (r"main\.work", "main.work"),
        (r"\(\*T\)\.M$", "main.(*T).M"),
        ("^main", "main.main"),
        ("a|b(c|)d", "xbd"),
        ("x{2,3}y", "xxy"),
        ("x{,2}", "x{,2}"),
        ("a{2}{", "aa{"),
        ("(?i)MAIN", "main"),
        ("a(?i)B|C", "c"),
        ("(?i:K)", "\u212a"),
        ("(?s)a.b", "a\nb"),
        ("(?m)^b$", "a\nb\nc"),
        (r"\Qa.b*\E+", "a.b**"),
        (r"\x41\x{42}\103\n", "ABC\n"),
        (r"[\w.]+@\d", "a.b@1"),
        ("[[:alpha:]][[:^digit:]]", "ab"),
        (r"[^\s[\]-]", "x"),
        ("[]a]", "]"),
        (r"\pL\p{Nd}\PL", "é1-"),
        (r"\bgo\b", "to go on"),
        ("(?P<name>a)(?<other>b)", "ab"),
        (r"a\z", "ba"),
        ("^*a", "a"),
        ("(a*)*b", "b"),
        ("(?i:\u00b5)", "\u039c"),
        (r"(?i)^\PL$", "1"),
        (r"^\pl\p{ascii}\p{LC}$", "aaa"),
        ("a{01}", "a{01}"),
        ("�", "\udcff"),
        ("^.$", "\udcff"),
    ],
)
def test_finds(pattern: str, text: str) -> None:
    assert searcher(pattern)(text)


@pytest.mark.parametrize(
    ("pattern", "text"),
    [
        ("a$", "a\n"),
        ("a.b", "a\nb"),
        (r"\d", "٣"),
        (r"\w", "é"),
        (r"\s", "\v"),
        ("(?i:a)b", "AB"),
        ("x{3}", "xx"),
        (r"\Bgo", "to go"),
        (r"(?i)\W", "k"),
        (r"(?i)[\W[:^word:]]", "K"),
        (r"(?i)\P{Lu}", "a"),
        (r"\P{Any}", "a"),
        ("(?i)i", "\u0131"),
    ],
)
def test_does_not_find(pattern: str, text: str) -> None:
    assert not searcher(pattern)(text)


@pytest.mark.parametrize(
    "pattern",
    [
        "(",
        ")",
        "main.(*T).M",
        "[",
        "[b-a]",
        "*",
        "a**",
        "a*+",
        "a{2}{3}",
        "a{1001}",
        "a{2,1}",
        "a{100000000}",
        pytest.param("a{1," + "9" * 5000 + "}", id="a number of 5000 digits"),
        "(?=a)",
        "(?<=a)",
        "(?!a)",
        r"\1",
        r"\8",
        r"\y",
        "\\",
        r"\pX",
        r"\p{}",
        r"\p{^^L}",
        r"\p{Greek}",
        "(?P<n",
        "(?P<n>a)(?<n>b)",
        "(?z)",
        "(?i",
        r"\x{110000}",
        r"\xg1",
        "[[:nope:]]",
        "\udcff",
        "(" * 1001 + ")" * 1001,
        "((a{99}){99}){99}",
        "(?:(?:(?:(?:){1000}){1000}){1000}){1000}",
        "(?:a{2,}){501}",
    ],
)
def test_refuses_what_go_refuses_and_scripts(pattern: str) -> None:
    with pytest.raises(BadPattern, match="is not a regular expression"):
        searcher(pattern)


def test_a_hostile_expression_costs_no_more_than_it_is_given(monkeypatch: pytest.MonkeyPatch) -> None:
    """Python's own engine would not come back from the first of these."""
    assert not searcher("^(a+)+$")("a" * 5000 + "b")
    monkeypatch.setattr(automaton, "_MOST_WORK", 100_000)
    with pytest.raises(TooComplex):
        searcher("(a|b)*a(a|b){900}c")("".join(Random(1).choices("ab", k=50_000)))


@pytest.mark.parametrize(
    "pattern",
    [
        r"(?i)" + r"[\x{0}-\x{2fff}]" * 2000,
        "[" + r"\pL" * 100_000 + "]",
        r"\p{L}" * 100_000,
        "(?:){1000}" * 10_000,
        ".{1000}" * 100,
        "[[:" * 100_000,
        "|" * 100_000,
    ],
    ids=lambda pattern: pattern[:12],
)
def test_a_long_expression_is_refused_before_it_is_large(pattern: str) -> None:
    with pytest.raises(TooComplex, match="too large"):
        searcher(pattern)


def test_a_long_text_without_a_choice_is_found_as_it_is() -> None:
    assert searcher(r"\Qa\E" * 50_000)("a" * 50_000)
    assert searcher("{" * 50_000)("{" * 50_000)


def test_a_class_that_is_repeated_without_end_is_searched_as_one() -> None:
    letters = "".join(chr(0x4E00 + 2 * i) for i in range(10_000))
    assert searcher(f"^[{letters}]+$")(letters * 20)


PATTERNS = st.recursive(
    st.sampled_from(["a", "b", "c", ".", "[ab]", "[^a]", "^", "$", r"\b", ""]),
    lambda inner: st.one_of(
        st.tuples(inner, inner).map("".join),
        st.tuples(inner, inner).map(lambda parts: f"(?:{parts[0]}|{parts[1]})"),
        st.tuples(inner, st.sampled_from(["*", "+", "?", "{2}", "{1,2}"])).map(lambda two: f"(?:{two[0]}){two[1]}"),
    ),
    max_leaves=8,
)


@given(PATTERNS, st.text("abc ", max_size=8))
def test_agrees_with_python_where_the_two_read_alike(pattern: str, text: str) -> None:
    assert searcher(pattern)(text) == bool(re.search(pattern, text))
