"""While someone types, each figure stays with its code."""

import os
import time
from collections.abc import Sequence

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from pprof_lens.source.buffer import Change
from pprof_lens.source.diff import says_something
from pprof_lens.source.drift import Candidate, State, place
from pprof_lens.source.lines import line_starts, utf16_length, without_ends
from pprof_lens.source.profiled import DeclaredFunction, ProfileFile
from pprof_lens.source.tracker import Tracker

STEPS = int(os.environ.get("PPROF_LENS_EDIT_STEPS", "600"))
"""How many random edits are tried; set it to 10000 for a long run."""


def track(text: str, *profile_lines: int) -> Tracker:
    """A buffer that holds what was profiled, with figures on these lines, which count from 1."""
    functions = (DeclaredFunction("text/template.page", 0, tuple(profile_lines)),)
    return Tracker(place(ProfileFile("page.tmpl", functions), [Candidate(text, "this file")], text), text)


def picture(tracker: Tracker) -> str:
    """The buffer with each figure drawn at the end of its line: <profile line and state>."""
    drawn = without_ends(tracker.text)
    for profile_line, (line, state) in sorted(tracker.drift.placements.items()):
        drawn[line] += f" <{profile_line} {state.value}>"
    return "\n".join(drawn)


def between(start: tuple[int, int], end: tuple[int, int], text: str) -> Change:
    return Change(*start, *end, text)


TEXT = "one(1)\ntwo(2)\nthree(3)\nfour(4)\n"


@pytest.mark.parametrize(
    ("law", "changes", "expected"),
    [
        (
            "a line inserted above moves the figures below it",
            [between((1, 0), (1, 0), "new()\n")],
            "one(1) <1 exact>\nnew()\ntwo(2) <2 moved>\nthree(3) <3 moved>\nfour(4)\n",
        ),
        (
            "a touched line is edited",
            [between((1, 4), (1, 5), "20")],
            "one(1) <1 exact>\ntwo(20) <2 edited>\nthree(3) <3 exact>\nfour(4)\n",
        ),
        (
            "what is typed back is as it was",
            [between((1, 4), (1, 5), "20"), between((1, 4), (1, 6), "2")],
            "one(1) <1 exact>\ntwo(2) <2 exact>\nthree(3) <3 exact>\nfour(4)\n",
        ),
        (
            "Enter at the beginning of a line takes its figure down",
            [between((1, 0), (1, 0), "\n")],
            "one(1) <1 exact>\n\ntwo(2) <2 moved>\nthree(3) <3 moved>\nfour(4)\n",
        ),
        (
            "Enter at the end of a line leaves its figure",
            [between((1, 6), (1, 6), "\n\t")],
            "one(1) <1 exact>\ntwo(2) <2 exact>\n\t\nthree(3) <3 moved>\nfour(4)\n",
        ),
        (
            "a line split in two keeps its figure on the longer part",
            [between((2, 6), (2, 6), "\n")],
            "one(1) <1 exact>\ntwo(2) <2 exact>\nthree( <3 edited>\n3)\nfour(4)\n",
        ),
        (
            "joined lines keep both figures",
            [between((0, 6), (1, 0), "; ")],
            "one(1); two(2) <1 edited> <2 edited>\nthree(3) <3 moved>\nfour(4)\n",
        ),
        (
            "joined lines that are split again are as they were",
            [between((0, 6), (1, 0), "; "), between((0, 6), (0, 8), "\n")],
            "one(1) <1 exact>\ntwo(2) <2 exact>\nthree(3) <3 exact>\nfour(4)\n",
        ),
        (
            "the figure of a deleted line goes with it",
            [between((1, 0), (2, 0), "")],
            "one(1) <1 exact>\nthree(3) <3 moved>\nfour(4)\n",
        ),
        (
            "and comes back when the deletion is undone",
            [between((1, 0), (2, 0), ""), between((1, 0), (1, 0), "two(2)\n")],
            "one(1) <1 exact>\ntwo(2) <2 exact>\nthree(3) <3 exact>\nfour(4)\n",
        ),
        (
            "cut lines get their figures back where they are pasted",
            [between((0, 0), (2, 0), ""), between((2, 0), (2, 0), "one(1)\ntwo(2)\n")],
            "three(3) <3 moved>\nfour(4)\none(1) <1 moved>\ntwo(2) <2 moved>\n",
        ),
        (
            "also when the paste indents them, as edited",
            [between((1, 0), (2, 0), ""), between((2, 0), (2, 0), "\ttwo(2)\n")],
            "one(1) <1 exact>\nthree(3) <3 moved>\n\ttwo(2) <2 edited>\nfour(4)\n",
        ),
        (
            "a second paste gets none",
            [
                between((1, 0), (2, 0), ""),
                between((2, 0), (2, 0), "two(2)\n"),
                between((0, 0), (0, 0), "two(2)\n"),
            ],
            "two(2)\none(1) <1 moved>\nthree(3) <3 exact>\ntwo(2) <2 moved>\nfour(4)\n",
        ),
        (
            "a copy gets none",
            [between((3, 0), (3, 0), "two(2)\n")],
            "one(1) <1 exact>\ntwo(2) <2 exact>\nthree(3) <3 exact>\ntwo(2)\nfour(4)\n",
        ),
        (
            "a copy whose original is deleted afterwards is the line",
            [between((3, 0), (3, 0), "two(2)\n"), between((1, 0), (2, 0), "")],
            "one(1) <1 exact>\nthree(3) <3 moved>\ntwo(2) <2 moved>\nfour(4)\n",
        ),
        (
            "a cut line that is pasted before other code is edited there",
            [between((0, 6), (1, 6), ""), between((2, 0), (2, 0), "\ntwo(2)")],
            "one(1) <1 exact>\nthree(3) <3 moved>\n\ntwo(2)four(4) <2 edited>\n",
        ),
        (
            "a cut line that is pasted behind other code is edited there",
            [between((1, 0), (2, 0), ""), between((2, 7), (2, 7), "two(2)\n")],
            "one(1) <1 exact>\nthree(3) <3 moved>\nfour(4)two(2) <2 edited>\n\n",
        ),
        (
            "lines commented out in one edit are edited, each by itself",
            [between((0, 0), (2, 0), "// one(1)\n// two(2)\n")],
            "// one(1) <1 edited>\n// two(2) <2 edited>\nthree(3) <3 exact>\nfour(4)\n",
        ),
        (
            "a form feed ends no line",
            [between((0, 0), (0, 0), "\f\u2028\u0085")],
            "\f\u2028\u0085one(1) <1 edited>\ntwo(2) <2 exact>\nthree(3) <3 exact>\nfour(4)\n",
        ),
        (
            "columns are UTF-16 units",
            [between((0, 0), (0, 0), "😀"), between((0, 2), (0, 2), "\n")],
            "😀\none(1) <1 moved>\ntwo(2) <2 moved>\nthree(3) <3 moved>\nfour(4)\n",
        ),
    ],
)
def test_a_figure_follows_its_line(law: str, changes: Sequence[Change], expected: str) -> None:
    """Each law is one change after the other, on a text whose first three lines have figures."""
    tracker = track(TEXT, 1, 2, 3)
    for change in changes:
        tracker.apply([change])
    assert picture(tracker) == expected, law


def test_a_line_moved_with_the_editors_command_keeps_its_figure_however_little_it_says() -> None:
    """The command sends both halves in one notification: the new line first, then the deletion."""
    tracker = track("one(1)\n}\nthree(3)\n", 1, 2, 3)
    tracker.apply([between((3, 0), (3, 0), "}\n"), between((1, 0), (2, 0), "")])
    assert picture(tracker) == "one(1) <1 exact>\nthree(3) <3 moved>\n} <2 moved>\n"


def test_a_line_that_says_little_is_not_recognised_elsewhere() -> None:
    """A brace that was deleted is not the brace that is typed later."""
    tracker = track("one(1)\n}\nthree(3)\n", 1, 2, 3)
    tracker.apply([between((1, 0), (2, 0), "")])
    tracker.apply([between((0, 0), (0, 0), "}\n")])
    assert picture(tracker) == "}\none(1) <1 moved>\nthree(3) <3 exact>\n"


def test_crlf_is_one_line_end_however_it_comes_about() -> None:
    """A line feed typed after a carriage return makes no new line."""
    tracker = track("one(1)\rtwo(2)\r\nthree(3)", 1, 2, 3)
    tracker.apply([between((1, 0), (1, 0), "\n")])
    assert picture(tracker) == "one(1) <1 exact>\ntwo(2) <2 exact>\nthree(3) <3 exact>"


def test_a_replaced_text_keeps_what_it_kept() -> None:
    """An editor that sends the whole text is followed as well."""
    tracker = track(TEXT, 1, 2, 3)
    tracker.replace("zero()\none(1)\nthree(30)\nfour(4)\ntwo(2)\n")
    assert picture(tracker) == "zero()\none(1) <1 moved>\nthree(30) <3 edited>\nfour(4)\ntwo(2) <2 moved>\n"


def test_of_a_text_that_is_not_the_one_profiled_no_line_is_said_to_be_as_it_was() -> None:
    """Not even one that is typed over and back."""
    functions = (DeclaredFunction("x.One", 3, (4,)), DeclaredFunction("x.Two", 6, (7,), ((7, "x.three"),)))
    text = "package x\n\nfunc Two() {\n\tthree(3)\n}\n"
    tracker = Tracker(place(ProfileFile("x.go", functions), [Candidate(text, "this file")], text), text)
    tracker.apply([between((3, 9), (3, 9), "0")])
    tracker.apply([between((3, 9), (3, 10), "")])
    tracker.apply([between((0, 0), (0, 0), "\n")])
    assert picture(tracker) == "\npackage x\n\nfunc Two() { <6 unknown>\n\tthree(3) <7 unknown>\n}\n"


MARKED = 12
PROFILED = "".join(f"block {i} {{\r\n\twork_{i}(token{i}x) // 😀\n\t}}\n\n" for i in range(1, MARKED + 1))
TYPED = st.lists(st.sampled_from([*"ab{}\t \n\n\f\u2028😀é/", "\r\n"]), max_size=6).map("".join)


def token(profile_line: int) -> str:
    """What the line with that figure says and no other line does."""
    return f"token{(profile_line + 2) // 4}x"


def test_a_long_text_that_is_taken_out_and_put_back_takes_time_in_proportion_to_its_lines() -> None:
    lines = 16_000
    text = "".join(f"work({line})\n}}\n" for line in range(lines // 2))
    tracker = track(text, *range(1, lines + 1, 2))
    begin = time.thread_time()
    tracker.replace("x\n" * lines)
    tracker.replace(text.replace("work(77)", "other()"))
    assert time.thread_time() - begin < 1
    assert len(tracker.drift.placements) == lines // 2 - 1


def test_alike_lines_that_are_put_back_take_no_longer() -> None:
    tracker = track("}\n" * 8000, *range(1, 8001))
    begin = time.thread_time()
    tracker.replace("x\n" * 8001)
    tracker.replace("}\n" * 16000 + "y\n")
    assert time.thread_time() - begin < 1


class Editing(RuleBasedStateMachine):
    """Someone edits a text in which every line with a figure is unlike all others."""

    def __init__(self) -> None:
        super().__init__()
        self.text = PROFILED
        self.of = {2 + 4 * i: line for i, line in enumerate(without_ends(PROFILED)[1::4]) if line}
        self.tracker = track(PROFILED, *self.of)
        self.copied: set[int] = set()
        self.undo: list[list[tuple[int, int, str]]] = []

    def change(self, start: int, end: int, text: str) -> Change:
        """The change in LSP's words, and the inverse of it kept for an undo."""
        starts = line_starts(self.text)

        def position(offset: int) -> tuple[int, int]:
            line = max(i for i, at in enumerate(starts) if at <= offset)
            return line, utf16_length(self.text[starts[line] : offset])

        made = Change(*position(start), *position(end), text)
        self.undo[-1].append((start, start + len(text), self.text[start:end]))
        self.text = self.text[:start] + text + self.text[end:]
        return made

    def offset(self, data: st.DataObject) -> int:
        """An offset that an editor can have a cursor at: not inside a line end."""
        at = data.draw(st.integers(0, len(self.text)))
        return at + (self.text[at - 1 : at + 1] == "\r\n")

    def lines(self, data: st.DataObject) -> tuple[int, int]:
        """The offsets of some whole lines."""
        starts = [*line_starts(self.text)]
        first = data.draw(st.integers(0, len(starts) - 1))
        last = min(first + data.draw(st.integers(1, 5)), len(starts) - 1)
        return starts[first], starts[last]

    @rule(data=st.data(), text=TYPED)
    def type_or_paste(self, data: st.DataObject, text: str) -> None:
        self.undo.append([])
        at = self.offset(data)
        self.tracker.apply([self.change(at, at, text)])

    @rule(data=st.data(), text=TYPED, length=st.integers(1, 60))
    def overwrite(self, data: st.DataObject, text: str, length: int) -> None:
        self.undo.append([])
        at = self.offset(data)
        end = min(at + length, len(self.text))
        end += self.text[end - 1 : end + 1] == "\r\n"
        self.tracker.apply([self.change(at, end, text)])

    @rule(data=st.data(), at_once=st.booleans())
    def move_lines(self, data: st.DataObject, *, at_once: bool) -> None:
        self.undo.append([])
        start, end = self.lines(data)
        block = self.text[start:end]
        cut = self.change(start, end, "")
        if not at_once:
            self.tracker.apply([cut])
        at = data.draw(st.sampled_from(line_starts(self.text)))
        paste = self.change(at, at, block)
        self.tracker.apply([cut, paste] if at_once else [paste])

    @rule(data=st.data())
    def copy_lines(self, data: st.DataObject) -> None:
        self.undo.append([])
        start, end = self.lines(data)
        block = self.text[start:end]
        self.copied |= {p for p in self.of if token(p) in block}
        at = data.draw(st.sampled_from(line_starts(self.text)))
        self.tracker.apply([self.change(at, at, block)])

    @precondition(lambda self: self.undo)
    @rule()
    def take_back(self) -> None:
        inverses = self.undo.pop()
        self.undo.append([])
        for start, end, text in reversed(inverses):
            self.tracker.apply([self.change(start, end, text)])
        self.undo.pop()

    @invariant()
    def the_texts_are_one(self) -> None:
        assert self.tracker.text == self.text

    @invariant()
    def every_figure_stands_on_its_line(self) -> None:
        lines = without_ends(self.text)
        for profile_line, original in self.of.items():
            placement = self.tracker.drift.place(profile_line)
            if placement is not None:
                is_touched = lines[placement.line] != original
                assert (placement.state is State.EDITED) == is_touched
                assert (placement.state is State.EXACT) == (not is_touched and placement.line == profile_line - 1)
            if profile_line in self.copied:
                continue
            there = [i for i, line in enumerate(lines) if line == original]
            if there:
                assert placement is not None
                assert placement.line in there
            elif any(token(profile_line) in line and says_something(line) for line in lines):
                assert placement is not None, "nothing is dropped but what was cut down to a single word"

    def teardown(self) -> None:
        while self.undo:
            self.take_back()
        self.the_texts_are_one()
        self.every_figure_stands_on_its_line()


Editing.TestCase.settings = settings(
    max_examples=STEPS // 30, stateful_step_count=30, deadline=None, derandomize="CI" in os.environ
)
TestEditing = Editing.TestCase


def test_a_line_that_one_change_brings_and_a_later_one_takes_away_is_no_matter() -> None:
    tracker = track("".join(f"call({i})\n" for i in range(20)), 2, 3, 4, 5)
    paste = [between((line, 0), (line + 1, 0), "call(1)\ncall(2)\n") for line in (1, 19, 20, 21)]
    tracker.apply([*paste, between((3, 0), (99, 0), "")])
    assert set(tracker.drift.placements) <= {2, 3, 4, 5}
