"""The hottest lines of the workspace's own code: a profile in, `FILE:LINE MESSAGE` out."""

from pprof_lens.analysis import index as indexes
from pprof_lens.annotate import hot_lines
from pprof_lens.annotate.wording import Scale
from profiles import drawn


def hot(text: str, sample_type: str = "cpu/nanoseconds", *, is_difference: bool = False) -> list[str]:
    profile = drawn(text, sample_type)
    index = indexes.build(profile)
    scale = Scale(profile.sample_types[0], index.totals[0], is_difference)
    found = hot_lines.find(index, 0, scale, ("app.go", "main.go"), 2, lambda: False)
    return [f"{line.profile_path}:{line.line} {line.message}" for line in found]


def test_what_a_library_does_is_told_on_the_own_line_that_leads_there() -> None:
    assert hot("""
        runtime.memmove memmove.s:1; bytes.(*Buffer).Write buffer.go:2; app.parse app.go:5; main.main main.go:3 = 70
        app.idle app.go:9; main.main main.go:3 = 30
    """) == [
        (
            "app.go:5 70ns (70.00% of cpu) on this line in bytes.(*Buffer).Write, which it leads to; "
            "mostly from main.main."
        ),
        "app.go:9 30ns (30.00% of cpu) on this line; mostly from main.main.",
    ]


def test_what_a_line_does_itself_is_not_told_as_that_of_what_it_leads_to() -> None:
    """A difference may have more on the line than what it leads to leaves of it."""
    text = "strings.Repeat strings.go:2; app.parse app.go:5 = 20\napp.parse app.go:5 = 70\napp.idle app.go:9 = 10"
    line, _ = hot(text)
    assert line == "app.go:5 90ns (90.00% of cpu) on this line, 20ns of it in what it leads to, mostly strings.Repeat."
    line, *_ = hot(text.replace("= 20", "= -20"), is_difference=True)
    assert line == "app.go:5 +50ns (50.00% of cpu) on this line."


def test_what_a_line_leads_to_is_what_its_figure_is_of_and_no_own_function_beside_it() -> None:
    assert hot("""
        fmt.Sprint print.go:2; app.parse app.go:5 = 30
        main.other main.go:9; app.parse app.go:5 = 70
    """) == [
        "main.go:9 70ns (70.00% of cpu) on this line; mostly from app.parse.",
        "app.go:5 30ns (30.00% of cpu) on this line in fmt.Sprint, which it leads to.",
    ]


def test_the_callers_are_told_at_their_calls() -> None:
    profile = drawn("app.parse app.go:5; main.main main.go:3 = 7", "cpu/nanoseconds", starts={"main.main": 1})
    index = indexes.build(profile)
    (line,) = hot_lines.find(index, 0, Scale(profile.sample_types[0], 7), ("app.go",), 1, lambda: False)
    assert [(caller.profile_path, caller.line) for caller in line.callers] == [("main.go", 3)]


def test_parked_goroutines_are_no_heat() -> None:
    assert hot("app.parse app.go:5 = 90", "goroutine/count") == []


def test_a_difference_has_no_heat_where_it_shrank() -> None:
    assert hot("app.parse app.go:5 = -90\napp.idle app.go:9 = 10", is_difference=True) == [
        "app.go:9 +10ns (10.00% of cpu) on this line."
    ]
