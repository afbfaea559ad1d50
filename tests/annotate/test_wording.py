"""Names of a profile are untrusted, numbers are pprof's, labels fit."""

import pytest

from pprof_lens.analysis.names import short
from pprof_lens.annotate.wording import LABEL_LENGTH, Scale, fenced, hint_labels
from pprof_lens.profile.model import ValueType

SPACE = ValueType("inuse_space", "bytes")


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("example.com/leaky/internal/cache.(*Sessions).Open", "cache.(*Sessions).Open"),
        ("main.main", "main.main"),
        ("lib/tree.(*Tree[example.com/a/b.Key]).Walk", "tree.(*Tree[b.Key]).Walk"),
        ("runtime.mallocgc", "runtime.mallocgc"),
        ("main.(*Map[go.shape.string,go.shape.int]).Get", "main.(*Map[string, int]).Get"),
        ("a.com/x.Sum[go.shape.int_0]", "x.Sum[int]"),
        ("x.Do[a.com/b.Key,*c.com/d.Value].func1", "x.Do[b.Key, *d.Value].func1"),
        ("x.Do[go.shape.struct { a.com/b.n int; m string }]", "x.Do[...]"),
        (f"x.Do[{'go.shape.interface_9,' * 9}int]", "x.Do[...]"),
        ("x.Map[...].Get", "x.Map[...].Get"),
        ("", ""),
    ],
)
def test_a_function_is_shown_without_the_directories_of_its_package(name: str, shown: str) -> None:
    assert short(name) == shown


def test_a_strange_sample_type_is_shown_plain() -> None:
    scale = Scale(ValueType("$(zap)\x1b[2J\n", "\u202etib"), 8)
    assert (scale.name, scale.value(8)) == ("$(zap)\ufffd[2J\ufffd", "8")


def test_a_name_cannot_leave_its_block() -> None:
    block = fenced(["main.`x", "```", "[run](command:evil) <b>"])
    assert block == "```text\nmain.'x\n'''\n[run](command:evil) <b>\n```"


def test_a_difference_has_its_sign() -> None:
    scale = Scale(SPACE, 4096, is_difference=True)
    assert (scale.value(1024), scale.value(-1024), scale.value(0)) == ("+1kB", "-1kB", "0")


@pytest.mark.parametrize("value", [1, 524362, 2**40, -(2**62), 987654321098765])
@pytest.mark.parametrize("unit", ["bytes", "nanoseconds", "count", "widgets_of_a_very_long_name"])
def test_a_label_fits_and_no_number_in_it_is_cut(value: int, unit: str) -> None:
    scale = Scale(ValueType("goroutine", unit), abs(value))
    (label,) = hint_labels(scale, value, ("~cum ",))
    assert len(label) <= LABEL_LENGTH
    assert label.endswith((scale.counted(value), scale.value(value), scale.percent(value)))


def test_numbers_are_written_for_people() -> None:
    assert Scale(ValueType("goroutine", "count"), 10).counted(1) == "1 goroutine"
    assert Scale(SPACE, 10**9).percent(48) == "<0.01%"
