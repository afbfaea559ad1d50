"""Whether those that wait on a line are the same as before, by their ids."""

import pytest

from pprof_lens.analysis.census import Census, Crowd, are_left, census, crowds, go_on, outlasting, stay
from pprof_lens.analysis.series import Series
from pprof_lens.profile.goroutine_dump import MOST_TOLD_APART, Goroutine
from pprof_lens.profile.stacks import Frame


def taken(seconds: float, before: Census | None = None, *, minutes: int = 0, **lines: range) -> Census:
    """The ids of the goroutines on each line of main.go, whose name is the keyword."""
    found = census(
        [
            Goroutine(
                number, "sleep", (Frame(name, "main.go", 1),), minutes, created_by=Frame(f"go {name}", "main.go", 9)
            )
            for name, ids in lines.items()
            for number in ids
        ],
        seconds,
        before,
    )
    assert found is not None
    return found


def crowd(of: Census, name: str) -> Crowd | None:
    return crowds(of, lambda frames: frames[0].function).get(name)


@pytest.mark.parametrize(
    ("before", "after", "do_stay"),
    [
        (range(20), range(40), True),
        (range(20), range(20, 200), False),  # others wait there, and more of them
        (range(20), range(11, 200), False),
        (range(20), range(10, 200), True),  # half of them have stayed
        (range(20), range(90, 91), False),
        (range(4), range(4, 200), None),  # too few to tell
    ],
)
def test_who_waits_on_a_line_has_turned_over_where_most_are_gone(
    before: range,
    after: range,
    do_stay: bool | None,  # noqa: FBT001
) -> None:
    assert stay(crowd(taken(0, work=before), "work"), crowd(taken(10, work=after), "work")) is do_stay


@pytest.mark.parametrize(
    ("work", "elsewhere", "is_on"),
    [
        (range(20), range(30, 40), False),  # others are elsewhere
        (range(18), range(18, 20), True),  # two of twenty are at work now
        (range(19), range(19, 20), False),
        (range(3), range(0), False),  # gone, as after a request
    ],
)
def test_who_is_elsewhere_now_goes_on(work: range, elsewhere: range, is_on: bool) -> None:  # noqa: FBT001
    before, after = taken(0, work=range(20)), taken(10, work=work, busy=elsewhere)
    assert go_on(crowd(before, "work"), crowd(after, "work"), {*work, *elsewhere}) is is_on


@pytest.mark.parametrize(
    ("now", "kept", "are"),
    [
        (range(40), 20, True),
        (range(14, 90), 20, False),  # six of twenty are left, where each was to stay
        (range(14, 90), 8, True),  # six of eight that were to stay
        (range(15, 90), 8, False),
        (range(20, 90), 4, True),  # too few to tell
        (range(5, 90), 900, True),  # more than were there
        (range(6, 90), 900, False),
    ],
)
def test_of_a_leak_those_who_were_there_earlier_are_left(now: range, kept: float, are: bool) -> None:  # noqa: FBT001
    assert are_left(crowd(taken(0, work=range(20)), "work"), crowd(taken(60, work=now), "work"), kept) is are


def test_of_who_was_not_there_earlier_or_is_gone_altogether_that_is_told_as_well() -> None:
    here, nobody = crowd(taken(0, work=range(20)), "work"), None
    assert are_left(nobody, here, 20)
    assert not are_left(here, nobody, 20)


def waves(*lives: tuple[float, float], seconds: int = 300) -> list[tuple[float, Crowd | None]]:
    """Dumps each 15 s of those who come and go so."""
    moments = range(0, seconds + 1, 15)
    return [
        (at, Crowd({n for n, (born, died) in enumerate(lives) if born <= at < died}) if at else None) for at in moments
    ]


def each(pace: float, life: float, *, since: float = 0, until: float = 300) -> list[tuple[float, float]]:
    """One comes each so many seconds, and stays for so long."""
    return [(since + pace * n, since + pace * n + life) for n in range(int((until - since) / pace))]


EVER = 1e9


@pytest.mark.parametrize(
    ("others", "found"),
    [
        (each(10, EVER), (45, 26, 6.1)),
        (each(15, EVER), (45, 18, 4.2)),
        (each(20, EVER), None),  # too few of them to tell
        (each(4, EVER, until=80), None),  # a pool that was filled, or who came with a rush
        (each(4, EVER, since=180), None),
        (each(10, 100), None),  # who takes longer than the rest
        ([*each(10, EVER), (20, 100), (40, 130)], (45, 26, 6.1)),  # two of them have ended
        ([*each(10, EVER), *each(10, 60, until=40)], None),
        ([*each(10, EVER, since=-1000), *each(10, 1000, since=-1000, until=0)], None),  # as many go as come
    ],
)
def test_who_stays_among_many_that_turn_over_outlasts_them(
    others: list[tuple[float, float]], found: tuple[float, int, float] | None
) -> None:
    """Beside those come 120 a minute who stay for 30 s, thus 60 at a time."""
    told = outlasting(waves(*others, *each(0.5, 30, since=-60)))
    assert (told and (told.old, told.many, round(told.a_minute, 1))) == found


def test_who_outlasts_others_of_a_longer_life_is_known_after_a_longer_time() -> None:
    lives = [*each(10, EVER, until=900), *each(1, 80, since=-100, until=900)]
    assert outlasting(waves(*lives, seconds=345)) is None
    assert (outlasting(waves(*lives, seconds=375)) or (0,))[0] == 90


@pytest.mark.parametrize(("life", "is_found"), [(EVER, True), (900, False)])
def test_who_is_gone_between_two_dumps_that_are_far_apart_outlasts_nobody(life: float, is_found: bool) -> None:  # noqa: FBT001
    """Of a long watch few earlier dumps are kept; where they live for a quarter of an hour, as many go as come."""
    dumps = waves(*each(10, life, since=-890, until=600), *each(0.5, 30, since=-60, until=600), seconds=600)
    kept = [dump for dump in dumps if dump[0] in (15, 555, 570, 585, 600)]
    assert bool(outlasting(kept)) is is_found


def test_workers_who_are_elsewhere_now_and_then_outlast_nobody() -> None:
    """Each is at work in one of ten dumps."""
    dumps = waves(*each(10, EVER), *each(0.5, 30, since=-60))
    assert outlasting(dumps) is not None
    workers = range(30)
    at_work = [
        (at, crowd and Crowd({n for n in crowd.ids if n not in workers or (n + number) % 10}))
        for number, (at, crowd) in enumerate(dumps[:-1])
    ]
    assert outlasting([*at_work, dumps[-1]]) is None


def test_nobody_outlasts_others_who_is_not_there_now() -> None:
    assert outlasting([]) is None
    assert outlasting([*waves(*each(10, EVER)), (315, None)]) is None


def test_who_went_to_another_line_is_gone_from_the_first() -> None:
    before, after = taken(0, read=range(9), write=range(10, 19)), taken(10, write=range(19))
    assert stay(crowd(before, "read"), crowd(after, "read")) is False
    assert stay(crowd(before, "write"), crowd(after, "write")) is True


def test_the_oldest_is_known_for_as_long_as_it_is_seen_or_says_that_it_waits() -> None:
    first = taken(100, work=range(3))
    second = taken(120, first, work=range(2, 9))
    third = taken(140, second, work=range(2, 4), read=range(1))
    found = [crowd(each, "work") for each in (first, second, third)]
    assert [(each.since, each.wait_seconds) for each in found if each] == [(100, 0), (100, 0), (100, 0)]
    assert (crowd(third, "read") or Crowd()).since == 140
    waiting = crowd(taken(500, minutes=3, work=range(1)), "work") or Crowd()
    assert (waiting.since, waiting.wait_seconds) == (320, 180)


def test_a_census_knows_who_started_whom() -> None:
    found = crowd(taken(0, work=range(3)), "work")
    assert found is not None
    assert found.started == {Frame("go work", "main.go", 9)}


def test_of_too_many_goroutines_there_is_no_census() -> None:
    goroutine = Goroutine(1, "sleep", ())
    assert census([goroutine] * MOST_TOLD_APART, 0) is not None
    assert census([goroutine] * (MOST_TOLD_APART + 1), 0) is None


def test_of_the_dumps_of_a_long_watch_the_newest_two_stay_and_a_few_from_the_first_on() -> None:
    series = Series()
    for seconds in range(100, 400, 15):
        series.add_dump([Goroutine(1, "sleep", (Frame("work", "main.go", 1),))], seconds)
    evidence = series.evidence()
    assert [taken.seconds for taken in evidence.censuses] == [370, 385]
    earlier = [taken.seconds for taken in evidence.earlier]
    assert (earlier[0], earlier[-1], len(earlier)) == (100, 355, 6)
    assert earlier == sorted(earlier)
