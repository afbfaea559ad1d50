"""Whole numbers are those of Go's int64."""

import pytest

from pprof_lens.profile.integers import int64, magnitude, quotient, truncated


@pytest.mark.parametrize(
    ("number", "wrapped"), [(1, 1), (-1, -1), (1 << 63, -(1 << 63)), (-(1 << 63) - 1, (1 << 63) - 1)]
)
def test_wraps_at_64_bits(number: int, wrapped: int) -> None:
    assert int64(number) == wrapped


@pytest.mark.parametrize(("number", "without_sign"), [(3, 3), (-3, 3), (-(1 << 63), -(1 << 63))])
def test_the_least_of_all_keeps_its_sign(number: int, without_sign: int) -> None:
    assert magnitude(number) == without_sign


@pytest.mark.parametrize(("number", "whole"), [(1.9, 1), (-1.9, -1), (1e19, -(1 << 63)), (float("inf"), -(1 << 63))])
def test_a_fraction_is_lost_and_what_is_too_large_is_the_least(number: float, whole: int) -> None:
    assert truncated(number) == whole


@pytest.mark.parametrize(("value", "divisor", "whole"), [(7, 2, 3), (-7, 2, -3), (7, -2, -3), (-7, -2, 3), (7, 0, 7)])
def test_quotients_are_cut_towards_zero(value: int, divisor: int, whole: int) -> None:
    assert quotient(value, divisor) == whole
