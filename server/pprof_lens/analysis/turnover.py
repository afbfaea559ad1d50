"""Whether what grows may all go again, since ever more comes: traffic that rises fills the memory and leaks nothing.

Where each object lives for a while, there are as many of them as were allocated in that while. What was allocated is
known at each capture, so that each lifetime says how many there have to be, if none stays for ever, and how many more
for each part of them that stays. What is there is held against both: it turns over unless that a part stays explains it
better by more than chance does. Some may live for longer than others, as an answer does than what was read for it: any
two lifetimes in any proportion count against a leak as one does. Of lifetimes longer than half of the series nothing is
known yet, and the longer it is, the fewer explain a leak.
"""

import math
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple

_MORE_BORN = 1.2
"""Times as much as in the first half: what is allocated no faster is held against a steady state elsewhere."""

_LIFETIMES = (0.5, 0.42, 0.35, 0.3, 0.25, 0.21, 0.18, 0.15, 0.125, 0.105, 0.09, 0.075, 0.06)
"""Parts of the series."""

_MOMENTS = 6
"""At so many, as far apart as lives are long, what is there is new each time."""

_UNALIKE = 0.05
"""No two objects live for equally long: a lifetime explains what is there but for this part and chance."""

_BETTER, _LEAST_BETTER = 10.0, 2.5
"""By how much the deviance has to fall, in the first minute, and in all that follow: in a short series lives of
different lengths look like a part that stays."""

_LEAST = 0.3
"""Samples: none are never sure to be there, or to be gone."""


class _Point(NamedTuple):
    """How many samples of all that ever were there are at a capture, and are to be; the inverse of the variance of how
    far apart those are, and that variance but for lives that are not equally long.
    """

    live: float
    expected: float
    ever: float
    weight: float
    spread: float

    @property
    def mortal(self) -> float:
        """How many are to be gone."""
        return max(self.ever - self.expected, 0.0)

    def deviance(self, stays: float) -> float:
        """Twice by how much the logarithm of the likelihood falls short of the best, if this part of them stays.

        Each is there or gone (a binomial number), so that of a leak, of which none is ever gone, few samples tell much.
        """
        there = max(self.expected + stays * self.mortal, _LEAST)
        gone = max(self.ever - there, _LEAST)
        off = _times_log(self.live, there) + _times_log(self.ever - self.live, gone)
        return 2 * off * self.weight * self.spread


def _times_log(seen: float, expected: float) -> float:
    return seen * math.log(seen / expected) if seen > 0 else 0.0


class _Expected(NamedTuple):
    """How many samples there are to be at a capture, and the variance of their number."""

    live: float
    variance: float


def turns_over(minutes: Sequence[float], live: Sequence[float], born: Sequence[float]) -> bool:
    """Whether the samples in use are explained by those ever allocated, of which more come now, and by a lifetime."""
    span, last = minutes[-1] - minutes[0], len(minutes) - 1
    middle = bisect_left(minutes, minutes[0] + span / 2)
    if born[last] - born[middle] < _MORE_BORN * (born[middle] - born[0]):
        return False
    times = (minutes[0] + span * part / _MOMENTS for part in range(1, _MOMENTS))
    moments = sorted({*(bisect_left(minutes, time) for time in times), last})
    all_gone, some_stay = zip(*_deviances(minutes, live, born, moments), strict=True)
    return float(min(all_gone) - min(some_stay)) <= max(_BETTER / span, _LEAST_BETTER)


def _deviances(
    minutes: Sequence[float], live: Sequence[float], born: Sequence[float], moments: Sequence[int]
) -> Iterator[tuple[float, float]]:
    """Of each lifetime the deviance of what there is, if all goes again, be it beside others of a shorter life, and if
    the likeliest part stays.
    """
    ever = [live[0] + born[at] - born[0] for at in moments]
    shorter = list[list[float]]()
    for part in reversed(_LIFETIMES):
        life = (minutes[-1] - minutes[0]) * part
        dying = _dying(minutes, live[0], born, life)
        spreads = [dying[at].variance + 1 for at in moments]
        for lasting in ([each.live for each in dying], _lasting(minutes, live[0], born, life)):
            points = [
                _Point(live[at], lasting[at], all_, 1 / (spread + (_UNALIKE * live[at]) ** 2), spread)
                for at, all_, spread in zip(moments, ever, spreads, strict=True)
            ]
            of_stay = sum(point.weight * point.mortal**2 for point in points)
            more = sum(point.weight * point.mortal * (point.live - point.expected) for point in points)
            stays = min(max(more / of_stay, 0.0), 1.0) if of_stay else 0.0
            all_gone = (sum(point.deviance(0.0) for point in points), *(_mixed(points, each) for each in shorter))
            yield min(all_gone), sum(point.deviance(stays) for point in points)
        shorter.append([dying[at].live for at in moments])


def _mixed(points: Sequence[_Point], others: Sequence[float]) -> float:
    """The deviance of what there is, if the likeliest part of it has this life and the rest that of the points."""
    apart = [point.expected - other for point, other in zip(points, others, strict=True)]
    squares = sum(point.weight * each**2 for point, each in zip(points, apart, strict=True))
    more = sum(
        point.weight * each * (point.live - other) for point, each, other in zip(points, apart, others, strict=True)
    )
    part = min(max(more / squares, 0.0), 1.0) if squares else 0.0
    return sum(
        point._replace(expected=part * point.expected + (1 - part) * other).deviance(0.0)
        for point, other in zip(points, others, strict=True)
    )


def _dying(minutes: Sequence[float], first: float, born: Sequence[float], life: float) -> list[_Expected]:
    """Of what goes at random, after this time in the mean."""
    found = [_Expected(first, 0.0)]
    for (before, after), (ever, now) in zip(pairwise(minutes), pairwise(born), strict=True):
        length, births, (there, variance) = after - before, now - ever, found[-1]
        stays = math.exp(-length / life)
        of_new = (1 - stays) * life / length if length > 0 else 1.0
        spread = variance * stays**2 + there * stays * (1 - stays) + births * of_new * (1 - of_new)
        found.append(_Expected(there * stays + births * of_new, spread))
    return found


def _lasting(minutes: Sequence[float], first: float, born: Sequence[float], life: float) -> list[float]:
    """Of what goes after just this time; how old those were that were there at first is not known."""
    found = []
    for at, minute in enumerate(minutes):
        since = bisect_left(minutes, minute - life)
        if since == 0:
            found.append(born[at] - born[0] + first * max(0.0, 1 - (minute - minutes[0]) / life))
        else:
            part = (minutes[since] - (minute - life)) / (minutes[since] - minutes[since - 1])
            found.append(born[at] - born[since] + (born[since] - born[since - 1]) * part)
    return found
