"""What there is of what is allocated ever faster may all go again after a while, or stay; a capture every 5 s."""

import math
from itertools import accumulate

import pytest

from pprof_lens.analysis.turnover import turns_over

MINUTES = [n / 12 for n in range(25)]
RISING = list(range(25))
"""Samples that are allocated before each capture."""


def living(captures: float, births: list[int] = RISING) -> list[float]:
    """How many are there of which each goes at random, after so many captures in the mean."""
    stays = math.exp(-1 / captures)
    return list(accumulate(births, lambda there, new: there * stays + new, initial=0.0))[1:]


def lasting(captures: int, births: list[int] = RISING) -> list[float]:
    """How many are there of which each goes after just so many captures."""
    return [float(sum(births[max(0, at - captures + 1) : at + 1])) for at in range(len(births))]


@pytest.mark.parametrize("live", [living(2), living(6), lasting(4), lasting(12)])
def test_ever_more_that_lives_for_up_to_half_of_the_series_may_all_go_again(live: list[float]) -> None:
    assert turns_over(MINUTES, live, born())


@pytest.mark.parametrize("live", [lasting(25), lasting(20), living(100)])
def test_what_stays_is_explained_by_no_such_life(live: list[float]) -> None:
    assert not turns_over(MINUTES, live, born())


def test_what_was_there_before_the_watch_goes_as_well() -> None:
    births = [4] * 20 + [4 + n for n in range(25)]
    live = living(6, births)[20:]
    assert turns_over(MINUTES, live, list(accumulate(births))[20:])


def test_a_part_that_stays_of_what_else_goes_is_told_from_it_once_it_was_seen_for_longer() -> None:
    births = [*range(10), *[10] * 40]
    live = [(a + b) / 2 for a, b in zip(living(2, births), lasting(50, births), strict=True)]
    assert not turns_over([n / 12 for n in range(50)], live, list(map(float, accumulate(births))))


def test_a_fifth_that_stays_is_told_while_ever_more_comes() -> None:
    births = list(range(0, 180, 2))
    live = [(4 * a + b) / 5 for a, b in zip(living(4, births), lasting(90, births), strict=True)]
    assert not turns_over([n / 12 for n in range(90)], live, list(map(float, accumulate(births))))


@pytest.mark.parametrize("part", [1 / 5, 1 / 2, 4 / 5])
def test_some_that_live_for_long_beside_others_that_live_for_a_moment_may_all_go_again(part: float) -> None:
    births = list(range(0, 120, 2))
    live = [part * a + (1 - part) * b for a, b in zip(living(12, births), living(1 / 5, births), strict=True)]
    assert turns_over([n / 12 for n in range(60)], live, list(map(float, accumulate(births))))


def test_of_a_leak_of_which_nothing_ever_goes_few_samples_tell_that_no_life_explains_it() -> None:
    ever = [0, 1, 2, 3, 4, 6, 8, 10, 12, 14, 16]
    assert not turns_over([n / 12 for n in range(11)], ever, ever)
    assert turns_over([n / 12 for n in range(11)], [0, 1, 2, 3, 4, 5, 6, 7, 9, 10, 11], ever)


def test_lives_of_different_lengths_in_a_short_series_look_no_more_like_it_than_chance_does() -> None:
    births = list(range(0, 40, 2))
    live = [(a + b) / 2 for a, b in zip(living(1, births), living(7, births), strict=True)]
    assert turns_over([n / 12 for n in range(20)], live, list(map(float, accumulate(births))))


def test_what_is_allocated_no_faster_is_judged_by_others() -> None:
    births = [10] * 25
    assert not turns_over(MINUTES, living(4, births), list(map(float, accumulate(births))))


def born() -> list[float]:
    return list(map(float, accumulate(RISING)))
