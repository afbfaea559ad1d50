"""How long what was proven to grow stays told: until there is evidence against it, which silence is none of.

A slow leak is proven in one capture and a little below the bound in the next, and what was said is not unsaid by that.
Against it is that a part of the series, up to its end, gained so much less than at the rate that was proven that chance
is ruled out: its upper bound lies below half of that rate. Where the rest of the program allocates less as well, less
is asked for by as much: who has little to do, or little time for it, leaks more slowly. What few large objects proved
by their steps ends where no new height came for several times as long as between any two before, or where half of what
they held stays let go.

What came to no new height for as long as it took to come to the last one stands: a warm-up that is over, or a leak of a
program that nobody asks for anything any more. Nothing tells which, so it is a fact that accuses nobody until it grows.
"""

import math
from collections.abc import Iterator
from itertools import accumulate

from pprof_lens.analysis.growth import Course, Trend, steps_of

_DEVIATIONS = 3.0
_PART = 1 / 2
"""Of the rate that was proven: below it growth has ended, or was less than it looked like."""

_LEAST_BUSY = 1 / 10
"""A program that has nothing to do any more goes on to be judged, if more slowly."""

_FEWEST_INTERVALS = 3
_STEPS_WAITED = 4.0
_STOOD, _STOOD_OF_STEPS = 1.0, 2.0
"""Times as long as it grew; a table that doubles takes as long for the next step as for all before."""


def has_ended(proven: Trend, now: Trend) -> bool:
    """Whether the newer trend, of a series that goes on, is evidence against the one that was proven."""
    pace = _pace(proven.course)
    if proven.course.is_steps:
        # Heights that were reached, not what is held: one object is now and then not sampled.
        held, heights = now.course.bytes, list(accumulate(now.course.bytes, max))
        is_let_go = max(held[-_FEWEST_INTERVALS:]) < _PART * heights[-1]
        steps = steps_of(heights)
        waited = now.course.times.waited(steps) * _busy(now.course, steps[-1] if steps else 0, pace)
        return is_let_go or waited > _STEPS_WAITED
    rate = proven.course.times.slope(proven.course.live)
    bounds = _bounds(now.course, _dispersion(proven.course))
    return any(most < _PART * rate * _busy(now.course, start, pace) for start, most in bounds)


def stands_since(trend: Trend) -> int | None:
    """The capture since which it came to no new height, for as long as it took to come there; None where it grows."""
    course = trend.course
    minutes = course.times.minutes
    values = course.bytes if course.is_steps else course.live
    top = max(range(len(values)), key=values.__getitem__)
    start = max(at for at in range(top + 1) if values[at] == min(values[: top + 1]))
    grew, stood = minutes[top] - minutes[start], minutes[-1] - minutes[top]
    is_long = stood >= (_STOOD_OF_STEPS if course.is_steps else _STOOD) * grew
    return top if is_long and len(values) - 1 - top >= _FEWEST_INTERVALS else None


def _pace(course: Course) -> float:
    """Samples a minute that the rest of the program allocates."""
    return _elsewhere(course, 0) / course.times.span


def _busy(course: Course, start: int, pace: float) -> float:
    """What part of that pace the rest of the program may have, but for chance, from this capture on."""
    usual = pace * (course.times.minutes[-1] - course.times.minutes[start])
    if usual <= 0:
        return 1.0
    made = _elsewhere(course, start)
    return min(1.0, max(_LEAST_BUSY, (made + _beyond(made, 1.0)) / usual))


def _elsewhere(course: Course, start: int) -> float:
    """How many samples the rest of the program allocated from this capture on; 0 where that is not known."""
    if course.born is None or not course.whole:
        return 0.0
    return course.whole[-1] - course.whole[start] - (course.born[-1] - course.born[start])


def _bounds(course: Course, dispersion: float) -> Iterator[tuple[int, float]]:
    """The most samples a minute that it may still gain, by each part of it from a capture up to its end."""
    minutes, live, born = course.times.minutes, course.live, course.born
    turnover, level = 0.0, 0.0
    for start in range(len(live) - 2, -1, -1):
        turnover += abs(live[start + 1] - live[start])
        level = max(level, live[start], live[start + 1])
        length = minutes[-1] - minutes[start]
        if len(live) - 1 - start < _FEWEST_INTERVALS or length <= 0:
            continue
        gained = live[-1] - live[start]
        births = born[-1] - born[start] if born is not None else (turnover + gained) / 2
        # In a steady state two moments differ by no more than their level allows, whatever comes and goes between.
        variance = min(births + max(births - gained, 0.0), 2 * level)
        yield start, (gained + _beyond(variance * dispersion, dispersion)) / length


def _beyond(variance: float, dispersion: float) -> float:
    """So much more may it be: a Poisson number's upper bound, for none seen does not mean that there can be none."""
    half = _DEVIATIONS**2 * dispersion / 2
    return half + math.sqrt(half**2 + _DEVIATIONS**2 * variance)


def _dispersion(course: Course) -> float:
    """How much further than by chance what was proven came unevenly, as in batches."""
    times, live, born = course.times, course.live, course.born
    level = sum(live) / len(live)
    by_rate = times.rate_dispersion(born) if born is not None else 1.0
    return max(by_rate, times.dispersion(live, level)) if level > 0 else by_rate
