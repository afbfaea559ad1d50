"""Whether what grows may all go again, since ever more comes: traffic that rises fills the memory and leaks nothing.

Where each object lives for a while, there are as many of them as were allocated in that while. What was allocated is
known at each capture, so that each lifetime says how many there have to be, if none stays for ever. Of lifetimes longer
than half of the series nothing is known yet, and the longer it is, the fewer explain a leak.
"""

import math
from bisect import bisect_left
from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

_MORE_BORN = 1.2
"""Times as much as in the first half: what is allocated no faster is held against a steady state elsewhere."""

_LIFETIMES = (0.5, 0.4, 0.32, 0.25, 0.2, 0.16, 0.125, 0.1, 0.08)
"""Parts of the series."""

_DEVIATIONS, _UNEXPLAINED = 3.0, 0.15
"""A lifetime explains all but so much by chance, or this part, since no two objects live for equally long."""


class _Expected(NamedTuple):
    """How many samples there are to be at a capture, and the variance of their number."""

    live: float
    variance: float

    def explains(self, live: float) -> bool:
        return abs(live - self.live) <= max(_DEVIATIONS * math.sqrt(self.variance + 1), _UNEXPLAINED * live)


def turns_over(minutes: Sequence[float], live: Sequence[float], born: Sequence[float]) -> bool:
    """Whether the samples in use are explained by those ever allocated, of which more come now, and by a lifetime."""
    span, last = minutes[-1] - minutes[0], len(minutes) - 1
    middle, late = (bisect_left(minutes, minutes[0] + span * part) for part in (1 / 2, 2 / 3))
    if born[last] - born[middle] < _MORE_BORN * (born[middle] - born[0]):
        return False
    expectations = (kind(minutes, live[0], born, span * part) for part in _LIFETIMES for kind in (_dying, _lasting))
    return any(all(expected[at].explains(live[at]) for at in (middle, late, last)) for expected in expectations)


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


def _lasting(minutes: Sequence[float], first: float, born: Sequence[float], life: float) -> list[_Expected]:
    """Of what goes after just this time; how old those were that were there at first is not known."""
    found = []
    for at, minute in enumerate(minutes):
        since = bisect_left(minutes, minute - life)
        if since == 0:
            left = first * max(0.0, 1 - (minute - minutes[0]) / life)
            found.append(_Expected(born[at] - born[0] + left, left))
        else:
            part = (minutes[since] - (minute - life)) / (minutes[since] - minutes[since - 1])
            births = (born[since] - born[since - 1]) * part
            found.append(_Expected(born[at] - born[since] + births, births * (1 - part)))
    return found
