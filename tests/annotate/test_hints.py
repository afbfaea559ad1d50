"""Hints drawn into the source: what stands at the end of each line, and what does not."""

from textwrap import dedent

from pprof_lens.analysis import index as indexes
from pprof_lens.annotate import figures, hints
from pprof_lens.annotate.figures import Placing
from pprof_lens.annotate.wording import LABEL_LENGTH, Scale
from pprof_lens.profile.model import Profile
from pprof_lens.source.drift import Placement, State
from profiles import drawn

SOURCE = """\
package app

func parse() {
	alloc()
	loop()
}
"""


def as_profiled(line: int) -> Placement:
    return Placement(line - 1, State.EXACT)


def check(
    profile: Profile, expected: str, *, column: int = 0, threshold: float = 0.5, place: Placing = as_profiled
) -> None:
    """The source of app.go with its hints drawn behind their lines as `<label>` must be `expected`."""
    index = indexes.build(profile)
    scale = Scale(profile.sample_types[column], index.totals[column])
    written = hints.labels(figures.of_file(index, column, ["app.go"]), scale, threshold)
    shown = hints.between(written, place, 0, len(SOURCE))
    labels = {hint.line: f" <{hint.label}>" for hint in shown}
    lines = [line + labels.get(number, "") for number, line in enumerate(SOURCE.splitlines())]
    assert "\n".join(lines) == dedent(expected).strip("\n")
    assert all(len(hint.label) <= LABEL_LENGTH for hint in shown)


def test_a_line_shows_its_flat_and_else_its_cum() -> None:
    check(
        drawn("alloc lib.go:1; parse app.go:4 = 1048576\nparse app.go:5 = 3145728", "inuse_space/bytes"),
        """
        package app

        func parse() {
        	alloc() <cum 1MB 25.00%>
        	loop() <3MB 75.00%>
        }
        """,
    )


def test_a_flat_that_does_not_matter_gives_way_to_the_cum_that_does() -> None:
    check(
        drawn(
            "alloc lib.go:1; parse app.go:4 = 800000000\nparse app.go:4 = 48\nparse app.go:5 = 200000000", "cpu/bytes"
        ),
        """
        package app

        func parse() {
        	alloc() <cum 762.94MB 80.00%>
        	loop() <190.73MB 20.00%>
        }
        """,
    )


def test_a_line_below_the_threshold_stays_empty() -> None:
    check(
        drawn("parse app.go:4 = 4\nparse app.go:5 = 996", "cpu/nanoseconds"),
        """
        package app

        func parse() {
        	alloc()
        	loop() <996ns 99.60%>
        }
        """,
    )


def test_a_count_says_what_it_counts_as_long_as_there_is_room() -> None:
    check(
        drawn("parse app.go:4 = 3\nparse app.go:5 = 1234567", "goroutine/count"),
        """
        package app

        func parse() {
        	alloc() <3 goroutines>
        	loop() <1234567 goroutines>
        }
        """,
        threshold=0,
    )


def test_a_line_that_was_edited_is_marked() -> None:
    def edited(line: int) -> Placement:
        return Placement(line - 1, State.EDITED if line == 4 else State.EXACT)

    check(
        drawn("parse app.go:4 = 25\nalloc lib.go:1; parse app.go:5 = 75", "cpu/nanoseconds"),
        """
        package app

        func parse() {
        	alloc() <~25ns 25.00%>
        	loop() <cum 75ns 75.00%>
        }
        """,
        place=edited,
    )


def test_a_line_of_which_nobody_knows_whether_it_was_edited_is_marked_and_says_so() -> None:
    def unknown(line: int) -> Placement:
        return Placement(line - 1, State.UNKNOWN)

    profile = drawn("parse app.go:4 = 25", "cpu/nanoseconds")
    index = indexes.build(profile)
    scale = Scale(profile.sample_types[0], index.totals[0])
    written = hints.labels(figures.of_file(index, 0, ["app.go"]), scale, 0.5)
    (hint,) = hints.between(written, unknown, 0, 9)
    assert hint.label == "~25ns 100%"
    assert hint.tooltip.endswith("; this line may have been edited since the profile was taken")


def test_a_line_whose_place_is_unknown_is_left_out() -> None:
    check(
        drawn("parse app.go:4 = 25\nparse app.go:5 = 75", "cpu/nanoseconds"),
        """
        package app

        func parse() {
        	alloc()
        	loop() <75ns 75.00%>
        }
        """,
        place=lambda line: Placement(4, State.MOVED) if line == 5 else None,
    )


def test_another_sample_type_is_another_column() -> None:
    check(
        drawn("parse app.go:4 = 2 4096", "alloc_objects/count", "alloc_space/bytes"),
        """
        package app

        func parse() {
        	alloc() <4kB 100%>
        	loop()
        }
        """,
        column=1,
    )
