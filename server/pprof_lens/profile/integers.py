"""Whole numbers as Go has them in an int64: they wrap, and what is too large for one becomes the least of all."""

from math import isfinite, trunc

_LEAST, _MOST = -(1 << 63), (1 << 63) - 1


def int64(number: int) -> int:
    """The number as it is left when it wraps at 64 bits."""
    number &= (1 << 64) - 1
    return number - (1 << 64) if number >> 63 else number


def magnitude(number: int) -> int:
    """The number without its sign; the least of all keeps it, as there is no number to lose it to."""
    return int64(abs(number))


def truncated(number: float) -> int:
    """The number without its fraction; out of range it is the least of all, as on amd64."""
    whole = trunc(number) if isfinite(number) else _LEAST
    return whole if _LEAST <= whole <= _MOST else _LEAST


def quotient(value: int, divisor: int) -> int:
    """The quotient without its fraction; the value itself where there is no divisor."""
    if divisor == 0:
        return value
    whole = abs(value) // abs(divisor)
    return whole if (value < 0) == (divisor < 0) else -whole
