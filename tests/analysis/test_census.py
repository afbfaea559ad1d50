"""Whether those that wait on a line are the same as before, by their ids."""

import pytest

from pprof_lens.analysis.census import MOST_GOROUTINES, Census, census, turned_over
from pprof_lens.profile.goroutine_dump import Goroutine
from pprof_lens.profile.stacks import Frame


def taken(seconds: float, **lines: range) -> Census:
    """The ids of the goroutines on each line of main.go, whose name is the keyword."""
    all_of = [Goroutine(number, "sleep", (Frame(name, "main.go", 1),)) for name, ids in lines.items() for number in ids]
    found = census(all_of, seconds)
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("before", "after", "is_turnover"),
    [
        (range(20), range(40), False),  # all have stayed
        (range(20), range(20, 200), True),  # others wait there, and more of them
        (range(20), range(11, 200), True),
        (range(20), range(10, 200), False),  # half of them have stayed
        (range(20), range(90, 91), True),
        (range(4), range(4, 200), False),  # too few to tell
    ],
)
def test_who_waits_on_a_line_has_turned_over_where_most_are_gone(
    before: range,
    after: range,
    is_turnover: bool,  # noqa: FBT001
) -> None:
    found = turned_over(taken(0, work=before), taken(10, work=after), lambda frames: frames[0].function)
    assert (found == {"work"}) is is_turnover


def test_who_went_to_another_line_is_gone_from_the_first() -> None:
    before, after = taken(0, read=range(9), write=range(10, 19)), taken(10, write=range(19))
    assert turned_over(before, after, lambda frames: frames[0].function) == {"read"}


def test_of_too_many_goroutines_there_is_no_census() -> None:
    goroutine = Goroutine(1, "sleep", ())
    assert census([goroutine] * MOST_GOROUTINES, 0) is not None
    assert census([goroutine] * (MOST_GOROUTINES + 1), 0) is None
