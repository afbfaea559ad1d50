"""What grows over a series beyond chance: slope, its uncertainty, and a test with a stated rate of false alarms.

The null hypothesis is a steady state: objects are allocated at random at a constant rate and each lives for a random
time (the queue M/M/∞), of which the heap profile sees a Poisson process of samples. Two tests stand against it, on
the numbers of samples, not on bytes, so that a line that is seen through three samples proves nothing:

- births against deaths: in a steady state as many samples are freed as allocated, so their difference is that of
  two Poisson numbers at most: `z = (B - D) / sqrt(B + D)`. Where little is freed it is the sharper one;
- the slope of a straight line through the number of live samples, whose variance is the largest that any lifetime
  gives it. It is the sharper one where a line churns and leaks at once, and the only one for goroutines.

A slice, a buffer or a table that grows is one object or few, whatever it holds, and no number of samples tells it. Its
bytes are known well, since objects larger than the sampling period are hardly ever missed: it is told where what stays
(the least of all that follows, so that old tables which are yet to be freed count nothing) has come to new heights at
least `_FEWEST_STEPS` times, or in each of fewer captures, many times over, and still does at its own pace: a table that
doubles takes twice as long for each step. What one sample stands for has to have become more as often: where few
samples of objects of one size come and go, new heights are chance. A large map is a table of many parts, each of which
is split in two once it is full: what is freed then is no noise, and nearly all of them are split at about the same
time, which is no batch. It frees so from the first, as nothing does that is held for a while. Its bytes are looked at
in the same way where its samples show that it is one.

Overdispersion, as from objects that come in batches, widens both by the dispersion that the series itself shows
(McCullagh and Nelder, Generalized Linear Models, 4.5). Half of `FALSE_ALARMS` goes to each test, divided by the number
of lines that have enough samples to be found at all (Bonferroni, as Tarone 1990 has it): for a program in a steady
state, at most one evaluation in 1 / FALSE_ALARMS finds anything.

Programs that start up are not in a steady state. So what grows must also grow, by two standard deviations, without its
largest single rise (a table that is loaded once) and in the later half of the series for itself (a cache that has
filled up), there at no less than half of its overall rate, by no less than in the first half, but for chance, and
still do so in its last third, with enough samples there to tell. Where what stays is ever less of what is allocated,
it fills up, whatever the traffic; and where ever more is allocated, what there is of it may all go again
(`analysis.turnover`). These only take findings away, and near these bounds chance would have one come and
go at every capture: `analysis.lasting` says how long what was proven once stays so. A cache that is still filling grows
like a leak; nothing can tell the two until it is full.
"""

import math
from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import IntEnum
from functools import lru_cache
from itertools import accumulate, chain, pairwise
from operator import gt, mul
from statistics import NormalDist, fmean
from typing import NamedTuple

from pprof_lens.analysis.captures import CountCapture, Holding, Key, Sums
from pprof_lens.analysis.turnover import turns_over

FALSE_ALARMS = 1e-3
"""The chance that anything is proven, or lasts, in a program in a steady state, an evaluation."""

FEWEST = 4
"""Captures; fewer show no trend."""

_FEWEST_SAMPLES = 13.0

_FEWEST_STEPS = 4
_LEAST_STEP = 1.1
_STILL_STEPS = 2.0
"""What has made no step for so many times its pace is no longer known to grow."""

_LEAST_GROWTH, _LEAST_DOUBLED = 8.0, 4.0
"""Times as much as at first, of few objects and of a table of many parts."""
_LEAST_BYTES = 1 << 20
_FEW_OBJECTS = 8.0
"""Samples: so many objects or fewer are looked at by their bytes."""

_MADE, _LARGER, _KEPT = 20.0, 1.5, 1 / 8
"""Of so many samples or more that were allocated, the later half are by so much larger where one object grows, however
often it is copied; those of a pool that is filled anew are of any size at any time. It keeps less than such a part of
what was allocated; one object that doubles, or grows by a quarter, keeps more, whatever comes and goes beside it."""

_REPLACED, _GAINED, _LATER = 1 / 4, 4 / 9, 1 / 2
"""Parts of what a table of many parts allocated: freed again, and gained in the later half; and that gain of that in
the first half, as a table that doubles has all but no less. Traffic that rises gains less of what it allocates."""

_EARLY, _AT_ONCE = 1 / 3, 1 / 3
"""Of the first third of what it allocated a table has freed its half already, but for chance."""

_RISING = 1.75
"""Times as much as in the first half: traffic that rises allocates so much in the later one, a table hardly more."""

_LEAST_MINUTES = 0.7
"""A program that starts makes its tables, by doubling as well."""
_ERRORS = 3
_NOTHING = Holding()
_UNKNOWN = (0.0, 0.0)
_LIFETIMES = tuple(2.0**i for i in range(-5, 5))


class Growth(IntEnum):
    """How sure it is that something grows and goes on growing."""

    CHANCE = 0
    """A steady state may do as much."""
    UNEVEN = 1
    """Beyond chance, but all at once or no longer."""
    PROVEN = 2


_EVEN, _EVEN_PART = 2.0, 1 / 2
"""Standard deviations without the largest rise and in the later half, and that half's part of the overall rate."""


_STILL, _STILL_SAMPLES = 1 / 4, 4
"""What grows in the last third of a series at less of its overall rate may just have come to its end, and so may what
keeps most of what it allocates, where fewer samples came there than tell anything."""


_SLOWER = 1.0
"""Standard deviations by which the first half of a series gained more than the later one: what fills up does."""

_MANY_SAMPLES = 18.0
"""Gained: of fewer nothing tells a start that was slow, and an end that is, from a steady pace, but where most of them
are."""

_LESS_STAYS = 2.0
"""Standard deviations by which less stayed of what the later half allocated: what is full lets go for what comes."""


class Course(NamedTuple):
    """What a trend was drawn from, one value a capture: samples in use and ever allocated (None: not known), bytes.

    `is_steps`: it was not the number of samples that proved it, but the bytes of few large objects. `whole` are the
    samples that the whole program ever allocated, which tells how much it had to do; empty where not known.
    """

    times: "Times"
    live: Sequence[float]
    born: Sequence[float] | None
    bytes: Sequence[float]
    is_steps: bool = False
    whole: Sequence[float] = ()


@dataclass(frozen=True, slots=True)
class Trend:
    """How what one key holds went over a series. Rates are per minute.

    `amounts` are bytes in use (goroutines: how many), one a capture; `slope` is that of a straight line through them
    and `error` its standard error from sampling. `allocated` is what was allocated a minute, None where that is not
    known; a slope far below it is churn. Where most goroutines come and go, `staying` are those that do not, of whom
    alone `slope` and `course` are; else 0.
    """

    course: Course

    amounts: tuple[int, ...]
    slope: float
    error: float
    objects: float
    allocated: float | None
    growth: Growth
    staying: int = 0

    @property
    def is_beyond_error(self) -> bool:
        return self.slope > _ERRORS * self.error

    @property
    def falls(self) -> int:
        """How often it shrank from one capture to the next."""
        return sum(map(gt, self.amounts, self.amounts[1:]))


def heap_trends(captures: Sequence[Sums[Key]], *, among: int = 0) -> dict[Key, Trend]:
    """The trend of each key over captures in the order of time; none over fewer than FEWEST.

    Keys are whatever the captures were added up by: stacks, lines or functions. Where they were picked for how they
    look, `among` is how many there were to pick from.
    """
    if len(captures) < FEWEST:
        return {}
    has_allocs = all(capture.has_allocs or not capture.rows for capture in captures)
    times = Times.of([capture.seconds / 60 for capture in captures])
    rows = [capture.rows for capture in captures]
    whole = [capture.born for capture in captures] if has_allocs else []
    keys = dict.fromkeys(chain.from_iterable(rows))
    histories = {key: _History(*zip(*[row.get(key, _NOTHING) for row in rows], strict=True)) for key in keys}
    needed = _needed(max(among, sum(_can_be_found(row.live, row.born) for row in histories.values())))
    found = {
        key: _growth(times, row.live, row.born if has_allocs else None, needed)
        for key, row in histories.items()
        if _can_be_found(row.live, row.born) and times.slope(row.bytes) > 0
    }

    def trend(key: Key, row: _History) -> Trend:
        born = row.born if has_allocs else None
        by_samples, by_steps = found.get(key, Growth.CHANCE), _steps(times, row, born, needed)
        return Trend(
            course=Course(times, row.live, born, row.bytes, is_steps=by_steps > by_samples, whole=whole),
            amounts=row.bytes,
            slope=times.slope(row.bytes),
            error=times.slope_error(row.variances),
            objects=times.slope(row.objects),
            allocated=(row.allocated[-1] - row.allocated[0]) / times.span if has_allocs else None,
            growth=max(by_samples, by_steps),
        )

    return {key: trend(key, row) for key, row in histories.items()}


def count_trends(captures: Sequence[CountCapture], key_of: Callable[[int], Key | None]) -> dict[Key, Trend]:
    """The same for goroutines, of which every one is seen: counts stand for samples."""
    if len(captures) < FEWEST:
        return {}
    times = Times.of([capture.seconds / 60 for capture in captures])
    keys: dict[int, Key | None] = {}
    series: dict[Key, list[float]] = defaultdict(lambda: [0.0] * len(captures))
    for at, capture in enumerate(captures):
        for stack, count in zip(capture.stacks, capture.counts, strict=True):
            if stack not in keys:
                keys[stack] = key_of(stack)
            key = keys[stack]
            if key is not None:
                series[key][at] += count
    needed = _needed(sum(_can_be_found(row, _UNKNOWN) for row in series.values()))
    return {
        key: Trend(
            course=Course(times, row, None, row),
            amounts=tuple(map(int, row)),
            slope=times.slope(row),
            error=math.sqrt(max(0.0, fmean(row)) * times.factor),
            objects=times.slope(row),
            allocated=None,
            growth=_growth(times, row, None, needed) if _can_be_found(row, _UNKNOWN) else Growth.CHANCE,
        )
        for key, row in series.items()
    }


class _History(NamedTuple):
    """The fields of Holding over a series."""

    bytes: tuple[int, ...]
    objects: tuple[int, ...]
    allocated: tuple[int, ...]
    live: tuple[float, ...]
    born: tuple[float, ...]
    variances: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Times:
    """The times of a series in minutes, and what depends on nothing but them.

    `weights` make a slope of values, `squares` are those of the weights; `factor` makes the slope's variance of that of
    one value, in a steady state with the lifetime that makes it largest.
    """

    minutes: Sequence[float]
    weights: Sequence[float]
    squares: Sequence[float]
    factor: float

    @classmethod
    def of(cls, minutes: Sequence[float]) -> "Times":
        return cls._of(tuple(minutes))

    @classmethod
    @lru_cache(maxsize=8)
    def _of(cls, minutes: tuple[float, ...]) -> "Times":
        middle = fmean(minutes)
        squares = sum((t - middle) ** 2 for t in minutes)
        if not squares:
            nothing = [0.0] * len(minutes)
            return cls(minutes, nothing, nothing, math.inf)
        weights = [(t - middle) / squares for t in minutes]
        span = minutes[-1] - minutes[0]
        lifetimes = (0.0, *(span * part for part in _LIFETIMES))
        factor = max(_contrast(minutes, weights, lifetime) for lifetime in lifetimes)
        return cls(minutes, weights, [weight * weight for weight in weights], factor)

    @property
    def span(self) -> float:
        return self.minutes[-1] - self.minutes[0] or math.inf

    def middle(self) -> int:
        """The capture that is closest to the middle of the time."""
        return min(range(len(self.minutes)), key=lambda at: abs(self.minutes[at] - self.minutes[0] - self.span / 2))

    def later_half(self) -> "Times":
        """Of the time, however many captures of a long series are of its end, and of the captures."""
        middle = bisect_right(self.minutes, self.minutes[0] + (self.minutes[-1] - self.minutes[0]) / 2) - 1
        return Times.of(self.minutes[min(middle, len(self.minutes) // 2 - 1) :])

    def last_third(self) -> "Times":
        """The same of a third, but for the gap in which it begins."""
        start = bisect_left(self.minutes, self.minutes[0] + (self.minutes[-1] - self.minutes[0]) * 2 / 3) + 1
        return Times.of(self.minutes[min(start, len(self.minutes) - max(3, len(self.minutes) // 3)) :])

    def waited(self, steps: Sequence[int]) -> float:
        """How long the last of the steps is past, in units of the longest time between two of them."""
        moments = [self.minutes[at] for at in (0, *steps)]
        pace = max((after - before for before, after in pairwise(moments)), default=0.0)
        return (self.minutes[-1] - moments[-1]) / pace if pace else math.inf

    def slope(self, values: Sequence[float]) -> float:
        return float(sum(map(mul, self.weights, values)))

    def slope_error(self, variances: Sequence[float]) -> float:
        """The standard error of the slope of values that have these variances."""
        return math.sqrt(max(0.0, sum(map(mul, self.squares, variances))))

    def dispersion(self, values: Sequence[float], level: float) -> float:
        """How much further than by chance the values are off a straight line; at least 1."""
        middle, mean, slope = fmean(self.minutes), fmean(values), self.slope(values)
        off = sum((v - mean - slope * (t - middle)) ** 2 for t, v in zip(self.minutes, values, strict=True))
        return max(1.0, off / (len(values) - 2) / level)

    def rate_dispersion(self, born: Sequence[float]) -> float:
        """How much further than by chance the births of each interval are off a constant rate; at least 1."""
        births = born[-1] - born[0]
        if births <= 0:
            return 1.0
        rate = births / (self.minutes[-1] - self.minutes[0])
        lengths = [after - before for before, after in pairwise(self.minutes)]
        off = sum(
            (after - before - rate * length) ** 2 / (rate * length)
            for (before, after), length in zip(pairwise(born), lengths, strict=True)
            if length > 0
        )
        return max(1.0, off / (len(lengths) - 1) - 1 / math.sqrt(births))  # which few births add by chance


def _contrast(minutes: Sequence[float], weights: Sequence[float], lifetime: float) -> float:
    """The variance of the weighted sum of values of variance 1, correlated as `exp(-time between / lifetime)`."""
    variance = before = 0.0
    for i, weight in enumerate(weights):
        variance += weight * weight + 2 * weight * before
        if i + 1 < len(weights):
            before = (before + weight) * math.exp(-(minutes[i + 1] - minutes[i]) / lifetime) if lifetime else 0.0
    return variance


def _growth(times: Times, live: Sequence[float], born: Sequence[float] | None, needed: float) -> Growth:
    """What is shown against a steady state, of which `needed` standard deviations are beyond chance."""
    if _test(times, live, born) < needed:
        return Growth.CHANCE
    later = times.later_half()
    start = len(live) - len(later.minutes)
    later_live, later_born = live[start:], born[start:] if born is not None else None
    part = later.slope(later_live) / times.slope(live)
    deviations = min(_test(later, later_live, later_born), _test(*_without_largest_rise(times, live, born)))
    last = times.last_third()
    recent = live[-len(last.minutes) :]
    has_ended = last.slope(recent) < _STILL * times.slope(live)
    if born is not None and live[-1] - live[0] > (born[-1] - born[0]) / 2:
        has_ended = has_ended or recent[-1] - recent[0] < _STILL_SAMPLES
    is_even = deviations >= _EVEN and part >= _EVEN_PART and not has_ended and not _slows(times, live, born)
    is_sound = not is_even or (born is not None and turns_over(times.minutes, live, born))
    return Growth.UNEVEN if is_sound else Growth.PROVEN


def _slows(times: Times, live: Sequence[float], born: Sequence[float] | None) -> bool:
    """Whether it gained less in the later half, of time or of what was allocated, by more than chance may do."""
    middle = times.middle()
    rates, variance = [], 0.0
    for start, end in ((0, middle), (middle, len(live) - 1)):
        length, gained = times.minutes[end] - times.minutes[start], live[end] - live[start]
        if not length:
            return False
        births = born[end] - born[start] if born is not None else abs(gained)
        rates.append(gained / length)
        variance += (births + max(births - gained, 0.0)) / length**2
    is_slower = rates[0] - rates[1] > _SLOWER * math.sqrt(variance) or _came_early(times, live)
    return is_slower or _keeps_less(middle, live, born)


def _came_early(times: Times, live: Sequence[float]) -> bool:
    """Whether what few samples gained since a third of the time is over came rather before than behind its middle."""
    start = bisect_left(times.minutes, times.minutes[0] + (times.minutes[-1] - times.minutes[0]) / 3)
    if live[-1] - live[0] > _MANY_SAMPLES or len(live) - start < FEWEST:
        return False
    center = (times.minutes[start] + times.minutes[-1]) / 2
    moments = ((before + after) / 2 - center for before, after in pairwise(times.minutes[start:]))
    gains = (after - before for before, after in pairwise(live[start:]))
    return float(sum(map(mul, moments, gains))) < 0


def _keeps_less(middle: int, live: Sequence[float], born: Sequence[float] | None) -> bool:
    """Whether less stays of what comes after that capture than before: no traffic makes that of a leak."""
    if born is None:
        return False
    births = (born[middle] - born[0], born[-1] - born[middle])
    if min(births) <= 0:
        return False
    gains = (live[middle] - live[0], live[-1] - live[middle])
    share = min(max(sum(gains) / sum(births), 0.0), 1.0)
    error = math.sqrt(share * (1 - share) * (1 / births[0] + 1 / births[1]))
    return gains[0] / births[0] - gains[1] / births[1] > _LESS_STAYS * error > 0


def _steps(times: Times, row: _History, born: Sequence[float] | None, needed: float) -> Growth:
    """What the bytes of few and large objects show, or of a table of many parts."""
    is_few = max(row.live) <= _FEW_OBJECTS
    if times.span < _LEAST_MINUTES or not (
        _are_larger(row, born) if is_few else _is_table(times, row.live, born, needed)
    ):
        return Growth.CHANCE
    stays = _stays(row.bytes)
    sizes = _stays([size / samples if samples else 0.0 for size, samples in zip(row.bytes, row.live, strict=True)])
    steps = steps_of(stays)
    larger, times_more = (steps_of(sizes), _LEAST_GROWTH) if is_few else (steps, _LEAST_DOUBLED)
    grew = stays[-1] - stays[0]
    fewest = min(_FEWEST_STEPS, len(row.live) - 1)
    if min(len(steps), len(larger)) < fewest or grew < _LEAST_BYTES or stays[-1] < times_more * stays[0]:
        return Growth.CHANCE
    if sum(row.bytes) - sum(stays) > sum(stays) / 2:
        return Growth.CHANCE
    return Growth.PROVEN if times.waited(steps) <= _STILL_STEPS else Growth.UNEVEN


def _are_larger(row: _History, born: Sequence[float] | None) -> bool:
    """Whether those that are made become larger, or much of them is kept; of few nobody can tell."""
    made = row.allocated
    if born is None or born[-1] - born[0] < _MADE or row.bytes[-1] - row.bytes[0] >= _KEPT * (made[-1] - made[0]):
        return True
    middle = bisect_left(born, (born[0] + born[-1]) / 2)
    if not born[0] < born[middle] < born[-1]:
        return True
    first = (made[middle] - made[0]) / (born[middle] - born[0])
    return (made[-1] - made[middle]) / (born[-1] - born[middle]) >= _LARGER * first


def _is_table(times: Times, live: Sequence[float], born: Sequence[float] | None, needed: float) -> bool:
    """Whether it gains as a table of many parts does, which makes two of one that is full and frees that."""
    if born is None:
        return False
    middle = times.middle()
    first, later = live[middle] - live[0], live[-1] - live[middle]
    births, births_later = born[-1] - born[0], born[-1] - born[middle]
    falls = sum(max(before - after, 0.0) for before, after in pairwise(live))
    if first + later < needed * math.sqrt(live[0] + live[-1]):
        return False
    # A table is freed as soon as two come for it; what is freed only after a while had a life of its own.
    start = next(at for at, ever in enumerate(born) if ever - born[0] >= _EARLY * births)
    births_early = born[start] - born[0]
    is_freed_at_once = births_early - (live[start] - live[0]) >= _AT_ONCE * births_early
    is_replaced = births - first - later >= _REPLACED * births and later >= _GAINED * births_later
    # Batches are freed when no others come: they fall by more than chance.
    is_rising = births_later > _RISING * (births - births_later)
    is_steady = later >= _LATER * first and falls <= math.sqrt(first + later) and not is_rising
    return is_replaced and is_freed_at_once and is_steady


def _stays(values: Sequence[float]) -> list[float]:
    """Of each value what is never fallen below again."""
    return list(accumulate(reversed(values), min))[::-1]


def steps_of(stays: Sequence[float]) -> list[int]:
    """Where it comes to new heights."""
    return [at for at in range(1, len(stays)) if stays[at] > _LEAST_STEP * stays[at - 1]]


def _test(times: Times, live: Sequence[float], born: Sequence[float] | None) -> float:
    """The larger of the two statistics; 0 where nothing grows."""
    level, slope = fmean(live), times.slope(live)
    if slope <= 0 or level <= 0:
        return 0.0
    dispersion = times.dispersion(live, level)
    if born is None:
        return slope / math.sqrt(level * times.factor * dispersion)
    gained, births = live[-1] - live[0], born[-1] - born[0]
    dispersion = max(dispersion, times.rate_dispersion(born))
    by_slope = slope / math.sqrt(level * times.factor * dispersion)
    events = births + max(births - gained, 0.0)
    return max(by_slope, gained / math.sqrt(events * dispersion)) if events > 0 else by_slope


def _without_largest_rise(
    times: Times, live: Sequence[float], born: Sequence[float] | None
) -> tuple[Times, Sequence[float], Sequence[float] | None]:
    """The series as if the time between the two captures with the largest rise between them had not been."""
    rises = [after - before for before, after in pairwise(live)]
    at = max(range(len(rises)), key=rises.__getitem__) + 1

    def cut(values: Sequence[float]) -> Sequence[float]:
        return [*values[:at], *(value - values[at] + values[at - 1] for value in values[at + 1 :])]

    return Times.of(cut(times.minutes)), cut(live), cut(born) if born is not None else None


def _can_be_found(live: Sequence[float], born: Sequence[float]) -> bool:
    """Whether there are enough samples for any growth to be proven by them."""
    return max(fmean(live) * 2, born[-1] - born[0]) >= _FEWEST_SAMPLES


def _needed(lines: int) -> float:
    return NormalDist().inv_cdf(1 - FALSE_ALARMS / 2 / max(lines, 1))
