"""What repeated measurements prove, in benchstat's terms: median, its interval, and whether two series differ.

No distribution is assumed: the interval of a median is that of order statistics, two series are compared by the
Mann-Whitney U test at a level of 0.05. The figures are those of golang.org/x/perf/cmd/benchstat. This module knows
numbers only, no benchmarks and no units.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate
from math import comb, copysign, floor, inf, sqrt
from statistics import NormalDist, median
from typing import Literal

LEVEL = 0.05
"""A difference is told where chance makes one as large less often than this."""

CONFIDENCE = 0.95

FEWEST_FOR_INTERVAL = 6
"""With fewer measurements no interval of a median has a confidence of 95 percent."""

FEWEST_FOR_VERDICT = 4
"""With fewer measurements on both sides no difference, however large, is proved at a level of 0.05."""

_EXACT_UP_TO = 50
_EXACT_WITH_TIES_UP_TO = 25
_BINOMIAL_UP_TO = 30

Verdict = Literal["better", "worse", "~"]


@dataclass(frozen=True, slots=True)
class Summary:
    """The median of a series with its interval of 95 percent, infinite on both sides where the series is too short."""

    median: float
    low: float
    high: float

    @property
    def spread(self) -> float:
        """How far the interval goes from the median, as a share of it; infinite where nothing is known."""
        if self.median == 0:
            return 0.0 if self.low == self.high == 0 else inf
        return max(self.high / self.median - 1, 1 - self.low / self.median)


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two series side by side: `p` is the chance of such a difference between two that do not differ."""

    old: float
    new: float
    p: float
    fewest: int

    @property
    def verdict(self) -> Verdict:
        """Smaller is better, as for time, bytes and allocations of an operation."""
        if self.p > LEVEL or self.old == self.new:
            return "~"
        return "better" if self.new < self.old else "worse"

    @property
    def change(self) -> float:
        """The change of the median as a share of the old one."""
        if self.old == 0:
            return 0.0 if self.new == 0 else inf
        return self.new / self.old - 1

    @property
    def is_undecidable(self) -> bool:
        """Whether there are too few measurements to prove any difference."""
        return self.p > LEVEL and self.fewest < FEWEST_FOR_VERDICT


def summary(values: Sequence[float]) -> Summary:
    """The median of at least one value, with its interval."""
    ordered = sorted(values)
    low, high = _interval(len(ordered))
    return Summary(
        median(ordered),
        ordered[low - 1] if low >= 1 else -inf,
        ordered[high - 1] if high <= len(ordered) else inf,
    )


def compare(old: Sequence[float], new: Sequence[float]) -> Comparison:
    """Whether two series of at least one value each differ."""
    return Comparison(median(old), median(new), _mann_whitney(old, new), max(len(old), len(new)))


def _interval(n: int) -> tuple[int, int]:
    """Which values of n in order, counted from 1, bound the median with a confidence of 95 percent at least.

    0 and n + 1 stand for no bound. How many of n values lie below the median has a binomial distribution: the
    likeliest numbers are taken together until they are likely enough, the lower one first of two that are alike.
    (Of 24 values benchstat takes the upper one, by the rounding of its logarithms; both are as sure.)
    """
    if n > _BINOMIAL_UP_TO:
        return _approximate_interval(n)
    low = (n + 2) // 2 - 1
    high, sure, needed = low + 1, comb(n, low), CONFIDENCE * 2**n
    while sure < needed and (low > 0 or high <= n):
        left, right = comb(n, low - 1) if low else 0, comb(n, high)
        if left >= right:
            low, sure = low - 1, sure + left
        else:
            high, sure = high + 1, sure + right
    return low, high


def _approximate_interval(n: int) -> tuple[int, int]:
    """The same by the normal distribution, with its correction for whole numbers; one less above if that is enough."""
    normal = NormalDist(n / 2, sqrt(n) / 2)
    lowest = normal.inv_cdf((1 - CONFIDENCE) / 2)
    low, high = floor(lowest - 0.5) + 1, n - floor(lowest - 0.5)

    def confidence(below: int) -> float:
        return normal.cdf(below - 0.5) - normal.cdf(low - 0.5)

    if CONFIDENCE <= confidence(high - 1) < confidence(high):
        high -= 1
    return max(low, 0), min(high, n + 1)


def _mann_whitney(first: Sequence[float], second: Sequence[float]) -> float:
    """The two-sided p of the Mann-Whitney U test (Mann, Whitney 1947; with ties Klotz 1966); 1 where all are equal.

    It is twice that of the lower tail, as benchstat has it. With ties that one may hold nothing as far out as what
    was measured, as where a single value lies among many: there the upper one is taken, where benchstat has a p of 0.
    """
    n1, n2 = len(first), len(second)
    counts, of_first = Counter(first), Counter(second)
    counts, of_first = counts + of_first, counts
    ties = [counts[value] for value in sorted(counts)]
    if len(ties) == 1:
        return 1.0
    before = [0, *accumulate(ties)]
    ranks = (
        of_first[value] * (2 * start + tied + 1)
        for value, start, tied in zip(sorted(counts), before, ties, strict=False)
    )
    twice_u = sum(ranks) - n1 * (n1 + 1)
    if twice_u == n1 * n2:
        return 1.0
    smaller, has_ties = min(twice_u, 2 * n1 * n2 - twice_u), max(ties) > 1
    if max(n1, n2) > (_EXACT_WITH_TIES_UP_TO if has_ties else _EXACT_UP_TO):
        return _approximate_p(twice_u / 2, n1, n2, ties)
    if has_ties:
        ways = _ways_with_ties(n1, smaller, ties) or _ways_with_ties(n1, smaller, ties[::-1])
    else:
        ways = _ways(n1, n2, smaller // 2)
    return 2 * ways / comb(n1 + n2, n1)


def _ways(n1: int, n2: int, most: int) -> int:
    """In how many orders of two series without ties U is at most `most`: coefficients of a Gaussian binomial."""
    coefficients = [1] + [0] * most
    for i in range(1, n1 + 1):
        for u in range(most, n2 + i - 1, -1):
            coefficients[u] -= coefficients[u - n2 - i]
        for u in range(i, most + 1):
            coefficients[u] += coefficients[u - i]
    return sum(coefficients)


def _ways_with_ties(n1: int, most: int, ties: Sequence[int]) -> int:
    """The same with ties, for twice U: how many of each group of equal values are of the first series, added up."""
    limit = most + n1 * (n1 + 1)
    ways: dict[tuple[int, int], int] = {(0, 0): 1}
    start = 0
    for tied in ties:
        rank, start, grown = 2 * start + tied + 1, start + tied, Counter[tuple[int, int]]()
        for (taken, ranks), number in ways.items():
            for more in range(min(tied, n1 - taken) + 1):
                if ranks + more * rank <= limit:
                    grown[taken + more, ranks + more * rank] += number * comb(tied, more)
        ways = grown
    return sum(number for (taken, _), number in ways.items() if taken == n1)


def _approximate_p(u: float, n1: int, n2: int, ties: Sequence[int]) -> float:
    """By the normal distribution, corrected for ties and for whole numbers."""
    n = n1 + n2
    correction = sum(tied**3 - tied for tied in ties) / (n * (n - 1))
    away = u - n1 * n2 / 2
    z = (away - copysign(0.5, away)) / sqrt(n1 * n2 * (n + 1 - correction) / 12)
    return 2 * NormalDist().cdf(-abs(z))
