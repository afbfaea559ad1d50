"""Which line opens what a line stands in."""

from pprof_lens.source.blocks import openers


def test_a_line_stands_in_the_innermost_bracket_and_a_closing_one_in_what_it_closes() -> None:
    """Comments and strings open nothing; `} else {` closes one block and opens the next."""
    code = ["func A() {", "if a {", 'b("{") // {', "} else {", "c(", "1)", "}", "}", "var x"]
    assert openers(code) == [-1, 0, 1, 1, 3, 4, 3, 0, -1]


def test_a_clause_opens_what_follows_it() -> None:
    """The brace behind the last one closes the switch."""
    code = ["switch a {", "case b:", "c()", "default:", "d()", "}", "e()"]
    assert openers(code) == [-1, 0, 1, 0, 3, 0, -1]


def test_what_closes_more_than_was_opened_stands_in_nothing() -> None:
    """A text that does not compile is read as well."""
    assert openers(["}", "})", "f(", "})", "x"]) == [-1, -1, -1, 2, -1]
