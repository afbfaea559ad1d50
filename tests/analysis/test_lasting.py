"""What was proven to grow stays told until a part of the series speaks against it: silence and chance do not.

A series is the number of samples in use at each capture, a minute apart; it is proven by its first ten.
"""

from array import array
from collections.abc import Sequence
from dataclasses import replace
from itertools import accumulate
from random import Random

import pytest

from leaks.simulated import drawn
from pprof_lens.analysis.captures import CountCapture, Holding, Sums
from pprof_lens.analysis.growth import Growth, Trend, count_trends, heap_trends
from pprof_lens.analysis.lasting import has_ended, stands_since

SAMPLE = 512 * 1024
PROVEN = tuple(range(0, 40, 4))


def test_growth_that_goes_on_lasts() -> None:
    assert told(*PROVEN, *range(40, 400, 4))


@pytest.mark.parametrize("rest", [(36,) * 4, (37, 36, 38, 37), (36, 33, 36, 36)])
def test_a_few_captures_without_growth_say_nothing(rest: tuple[int, ...]) -> None:
    assert told(*PROVEN, *rest)


@pytest.mark.parametrize("rest", [(36,) * 6, (36, 30, 24, 20), (37, 38, 36, 35, 36, 37) * 2])
def test_what_is_full_or_goes_away_is_no_longer_told(rest: tuple[int, ...]) -> None:
    assert not told(*PROVEN, *rest)


def test_growth_that_became_a_tenth_has_ended() -> None:
    assert not told(*PROVEN, *(36 + n // 3 for n in range(40)))


@pytest.mark.parametrize(("others", "ended"), [(50, True), (5, False), (0, False)])
def test_a_leak_lasts_that_is_slower_since_the_whole_program_is(others: int, *, ended: bool) -> None:
    """A tenth as fast as before, beside that many samples a minute elsewhere, of which there were 50."""
    live = (*PROVEN, *(36 + 2 * n // 5 for n in range(40)))
    work = accumulate((50,) * len(PROVEN) + (others,) * 40)
    whole = [ever + made for ever, made in zip(live, work, strict=True)]
    assert has_ended(trend(live[: len(PROVEN)], whole=whole), trend(live, whole=whole)) is ended


def test_what_is_full_is_no_longer_told_though_the_program_has_nothing_to_do_either() -> None:
    live = (*PROVEN, *(36,) * 60)
    whole = [ever + 50 * min(n, len(PROVEN)) for n, ever in enumerate(live)]
    assert not has_ended(trend(live[: len(PROVEN)], whole=whole), trend(live[:20], whole=whole))
    assert has_ended(trend(live[: len(PROVEN)], whole=whole), trend(live, whole=whole))


def test_a_leak_that_comes_in_batches_lasts_between_two_of_them() -> None:
    batches = tuple(100 * (n // 4) for n in range(40))
    assert trend(batches).growth is Growth.PROVEN
    assert not has_ended(trend(batches), trend((*batches, *(batches[-1],) * 4)))


def test_churn_beside_a_leak_does_not_hide_that_it_has_ended() -> None:
    """20 samples live for less than a minute each, so that no two captures have the same."""
    rng = Random(1)
    churn = [drawn(rng, 20) for _ in range(90)]
    born = list(accumulate(churn))
    leak = [6 * min(n, 40) for n in range(90)]
    live, ever = ([a + b for a, b in zip(leak, other, strict=True)] for other in (churn, born))
    assert trend(live[:40], ever[:40]).growth is Growth.PROVEN
    assert has_ended(trend(live[:40], ever[:40]), trend(live, ever))
    assert not has_ended(trend(live[:20], ever[:20]), trend(live[:40], ever[:40]))


def test_a_slow_leak_is_hardly_ever_forgotten() -> None:
    """Of 200 leaks of three samples in two minutes, over 50 captures after the proof."""
    rng = Random(2)
    series = [tuple(accumulate(drawn(rng, 1.5) for _ in range(80))) for _ in range(200)]
    proven = [each for each in series if trend(each[:30]).growth is Growth.PROVEN]
    lost = sum(any(has_ended(trend(each[:30]), trend(each[:n])) for n in range(31, 81)) for each in proven)
    assert len(proven) > 150
    assert lost <= 2


def test_goroutines_last_and_end_as_samples_do() -> None:
    proven = counted(*range(0, 40, 4))
    assert not has_ended(proven, counted(*range(0, 60, 4)))
    assert has_ended(proven, counted(*range(0, 40, 4), *(36,) * 8))


@pytest.mark.parametrize(
    ("more", "ended"),
    [
        ((16, 0, 16, 16), False),
        ((16, 16, 32, 32), False),
        ((16,) * 20, True),
        ((9, 9, 9), False),
        ((7, 7, 7), True),
    ],
)
def test_a_table_lasts_until_no_new_height_comes(more: tuple[int, ...], *, ended: bool) -> None:
    """One object, now and then not sampled, until half of it is let go; megabytes."""
    proven = (0.25, 0.5, 1, 2, 2, 4, 4, 8, 8, 8, 16, 16)
    assert table(proven).growth is Growth.PROVEN
    assert has_ended(table(proven), table((*proven, *more))) is ended


def test_a_table_lasts_where_the_whole_program_is_slower() -> None:
    """The step that it just made, and the next one that takes ten times as long."""
    proven, later = (0.25, 0.5, 1, 2, 4, 8), (0.25, 0.5, 1, 2, 4, 8, *(8,) * 5)
    work = [50 * min(n, 5) + max(0, n - 5) for n in range(20)]
    assert not has_ended(table(proven, work), table(proven, work))
    assert not has_ended(table(proven, work), table(later, work))
    assert has_ended(table(proven, work), table(later, [50 * n for n in range(20)]))


def told(*live: int) -> bool:
    return not has_ended(trend(live[: len(PROVEN)]), trend(live))


def trend(
    live: "list[int] | tuple[int, ...]", born: list[int] | None = None, whole: Sequence[float] | None = None
) -> Trend:
    """`whole` are the samples that the whole program ever allocated."""
    ever = born or list(accumulate(max(0, after - before) for before, after in zip((0, *live), live, strict=False)))
    captures = [held(n, *both) for n, both in enumerate(zip(live, ever, strict=True))]
    made = zip(captures, whole or ever, strict=False)
    return heap_trends([replace(capture, born=samples) for capture, samples in made])["line"]


def held(at: int, live: float, born: float) -> Sums[str]:
    return Sums(
        1e9 + 60 * at,
        has_allocs=True,
        rows={
            "line": Holding(
                inuse_bytes=round(live * SAMPLE),
                inuse_objects=round(live * 512),
                alloc_bytes=round(born * SAMPLE),
                inuse_samples=live,
                alloc_samples=born,
                variance=live * SAMPLE**2,
            )
        },
    )


def counted(*counts: int) -> Trend:
    captures = [CountCapture(60.0 * i, array("q", [0]), array("q", [count])) for i, count in enumerate(counts)]
    return count_trends(captures, lambda stack: stack)[0]


def table(megabytes: "tuple[float, ...]", work: Sequence[float] = (0,) * 100) -> Trend:
    """`work` are the samples that the rest of the program ever allocated."""
    captures = [
        Sums(
            1e9 + 60 * at,
            has_allocs=True,
            rows={"line": Holding(round(size * 2**20), int(size > 0), round(size * 2**21), float(size > 0), 10, size)},
            born=10 + work[at],
        )
        for at, size in enumerate(megabytes)
    ]
    return heap_trends(captures)["line"]


@pytest.mark.parametrize(
    ("rest", "since"), [((36,) * 9, 9), ((36,) * 8, None), ((36, 35) * 6, 9), ((36,) * 9 + (37,), None)]
)
def test_what_came_to_no_new_height_for_as_long_as_it_grew_stands(rest: tuple[int, ...], since: int | None) -> None:
    assert stands_since(trend((*PROVEN, *rest))) == since


def test_growth_that_began_late_stands_after_as_long_as_itself() -> None:
    assert stands_since(trend((*(0,) * 30, *PROVEN, *(36,) * 8))) is None
    assert stands_since(trend((*(0,) * 30, *PROVEN, *(36,) * 10))) == 39


def test_a_table_that_doubles_takes_longer_for_each_step_than_for_all_before() -> None:
    steps = trend((1,) * 10)
    course = steps.course._replace(bytes=(1, 2, 4, 4, 8, 8, 8, 8, 8, 8), is_steps=True)
    assert stands_since(replace(steps, course=course)) is None
    assert stands_since(replace(steps, course=course._replace(bytes=(1, 4, 8, *(8,) * 7)))) == 2
