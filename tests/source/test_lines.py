"""Lines end where LSP ends them and nowhere else."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pprof_lens.source.buffer import Buffer, Change
from pprof_lens.source.lines import (
    Text,
    Units,
    length,
    line_starts,
    offset_of_column,
    utf16_length,
    with_ends,
    without_ends,
)

TEXTS = st.text(st.sampled_from("a\n\r\f\v\x1c\x85\u2028😀é"), max_size=30)


@pytest.mark.parametrize(
    ("text", "starts"),
    [
        ("", (0,)),
        ("a", (0,)),
        ("a\n", (0, 2)),
        ("a\r\nb\rc\n\nd", (0, 3, 5, 7, 8)),
        ("a\fb\vc\x1cd\x85e\u2028f\u2029", (0,)),
    ],
)
def test_line_starts(text: str, starts: tuple[int, ...]) -> None:
    """After \\n, \\r\\n and \\r; a last line end begins an empty line."""
    assert line_starts(text) == starts


@given(TEXTS)
def test_lines_with_and_without_ends_are_those_of_line_starts(text: str) -> None:
    """The three views of a text agree."""
    starts = line_starts(text)
    lines = with_ends(text)
    assert lines == [text[a:b] for a, b in zip(starts, (*starts[1:], len(text)), strict=True)]
    assert without_ends(text) == [line.rstrip("\r\n") for line in lines]
    assert Text(text).count == len(lines)


@pytest.mark.parametrize(
    ("units", "columns"), [("utf-16", (0, 1, 3, 4)), ("utf-8", (0, 2, 6, 7)), ("utf-32", (0, 1, 2, 3))]
)
def test_columns_count_in_the_units_agreed_on(units: Units, columns: tuple[int, ...]) -> None:
    """Of é, a character beyond the basic plane, and x."""
    assert tuple(length("é😀x"[:offset], units) for offset in range(4)) == columns
    assert tuple(offset_of_column("é😀x", column, units) for column in columns) == (0, 1, 2, 3)
    assert offset_of_column("é😀x", 99, units) == 3


def test_a_column_inside_a_character_is_before_it() -> None:
    """As the specification has it for positions that are none."""
    assert offset_of_column("😀x", 1, "utf-16") == 0
    assert utf16_length("😀x") == 3


def test_a_lone_surrogate_is_one_unit() -> None:
    """Some editors send halves of characters while they are typed."""
    assert utf16_length("\ud83d") == 1


@given(TEXTS, TEXTS, st.data())
def test_a_change_makes_the_text_that_replacing_its_range_makes(text: str, new: str, data: st.DataObject) -> None:
    """Whatever the line ends around it are, and however it merges them."""
    starts = line_starts(text)

    def position() -> tuple[int, int, int]:
        line = data.draw(st.integers(0, len(starts) - 1))
        offset = starts[line] + data.draw(st.integers(0, len(without_ends(text)[line])))
        return offset, line, utf16_length(text[starts[line] : offset])

    (start, top, left), (end, bottom, right) = sorted((position(), position()))
    buffer = Buffer(text)
    buffer.apply(Change(top, left, bottom, right, new), "utf-16")
    assert buffer.text == text[:start] + new + text[end:]
    assert buffer.lines == with_ends(buffer.text)


SOME_LINES = st.lists(st.sampled_from(("", "x", "\n", "\r", "\r\n", "ab\n", "cd\r", "é\n")), max_size=300)
CHANGES = st.lists(
    st.builds(
        Change,
        st.integers(-1, 320),
        st.integers(-1, 3),
        st.integers(-1, 320),
        st.integers(-1, 3),
        st.text("a\r\n", max_size=3),
    )
    | st.builds(
        lambda line, down, text: Change(line, 0, line + down, 0, text),
        st.integers(100, 110),
        st.integers(0, 3),
        st.text("a\r\n", max_size=3),
    ),
    max_size=30,
)


@given(SOME_LINES, CHANGES)
def test_many_changes_make_what_each_of_them_makes(lines: list[str], changes: list[Change]) -> None:
    at_once, one_by_one = Buffer("".join(lines)), Buffer("".join(lines))
    at_once.apply_all(changes, "utf-16")
    for change in changes:
        one_by_one.apply(change, "utf-16")
    assert at_once.lines == one_by_one.lines == with_ends(one_by_one.text)


@pytest.mark.parametrize("text", ["x", "\n", "x\ny"])
def test_a_hundred_thousand_changes_of_a_place_take_no_longer_each_than_a_hundred(text: str) -> None:
    def seconds(many: int) -> float:
        buffer = Buffer("func main() {\n}\n" * 500)
        begin = time.process_time()
        buffer.apply_all([Change(300, 0, 300, 0, text)] * many, "utf-16")
        return time.process_time() - begin

    few = min(seconds(1000) for _ in range(5))
    assert seconds(100_000) < 100 * 10 * few


def test_positions_outside_the_text_are_moved_into_it() -> None:
    """Neither a line past the end nor a column past its line is an error."""
    buffer = Buffer("a\nb")
    buffer.apply(Change(0, 9, 0, 9, "x"), "utf-16")
    buffer.apply(Change(7, 0, 9, 0, "y"), "utf-16")
    assert buffer.text == "ax\nby"
