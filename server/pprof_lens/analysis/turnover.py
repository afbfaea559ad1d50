"""Whether what grows may all go again, since ever more comes: traffic that rises fills the memory and leaks nothing.

Where each object lives for a while, there are as many of them as were allocated in that while. What was allocated is
known at each capture, so that each lifetime says how many there have to be, if none stays for ever, and how many more
for each part of them that stays. What is there is held against both: it turns over unless that a part stays explains it
better by more than chance does. Of lifetimes longer than half of the series nothing is known yet, and the longer it
is, the fewer explain a leak.
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

_BETTER, _LEAST_BETTER = 18.0, 4.0
"""By how much the squares of the deviations have to fall, in the first minute, and in all that follow: in a short
series lives of different lengths look like a part that stays."""


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
    all_gone, some_stay = zip(*_deviations(minutes, live, born, moments), strict=True)
    return float(min(all_gone) - min(some_stay)) <= max(_BETTER / span, _LEAST_BETTER)


def _deviations(
    minutes: Sequence[float], live: Sequence[float], born: Sequence[float], moments: Sequence[int]
) -> Iterator[tuple[float, float]]:
    """Of each lifetime the squares of what it does not explain, if all goes again, and if the likeliest part stays."""
    for part in _LIFETIMES:
        life = (minutes[-1] - minutes[0]) * part
        dying = _dying(minutes, live[0], born, life)
        for expected in ([each.live for each in dying], _lasting(minutes, live[0], born, life)):
            squares = products = of_stay = 0.0
            for at in moments:
                more, stay = live[at] - expected[at], max(born[at] - born[0] - expected[at], 0.0)
                weight = 1 / (1 + dying[at].variance + (_UNALIKE * live[at]) ** 2)
                squares += weight * more * more
                products += weight * more * stay
                of_stay += weight * stay * stay
            yield squares, squares - (max(products, 0.0) ** 2 / of_stay if of_stay else 0.0)


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
