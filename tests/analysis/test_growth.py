"""What is called growth: never a steady state, however long its objects live; a leak, as soon as chance is ruled out.

A series is written as the number of samples in use at each capture and, after a slash, of those ever allocated:
`0/0 10/12 20/25`. One sample stands for 512 KiB.
"""

import math
import random
from array import array
from collections.abc import Iterator

import pytest

from pprof_lens.analysis.captures import CountCapture, Holding, Sums
from pprof_lens.analysis.growth import FALSE_ALARMS, FEWEST, Growth, Trend, count_trends, heap_trends

SAMPLE = 512 * 1024


def trend(series: str, *, seconds: float = 60, others: int = 0) -> Trend:
    """The trend of a line, one capture every so many seconds, in a program with so many other lines."""
    captures = []
    for i, both in enumerate(series.split()):
        live, _, born = both.partition("/")
        rows = {"line": held(float(live), float(born or 0))}
        rows.update((f"other {n}", held(20, 20)) for n in range(others))
        captures.append(Sums(1e9 + i * seconds, bool(born), rows))
    return heap_trends(captures)["line"]


def held(live: float, born: float) -> Holding:
    return Holding(
        inuse_bytes=round(live * SAMPLE),
        inuse_objects=round(live * 512),
        alloc_bytes=round(born * SAMPLE),
        inuse_samples=live,
        alloc_samples=born,
        variance=live * SAMPLE**2,
    )


def test_a_leak_is_proven_and_its_rate_told() -> None:
    found = trend("0/0 6/6 12/12 18/18 24/24 30/30")
    assert found.growth is Growth.PROVEN
    assert (found.slope / SAMPLE, found.objects / 512, found.falls) == pytest.approx((6, 6, 0))


def test_the_rate_has_the_error_of_the_samples_behind_it() -> None:
    assert trend("100 100 100 100 100 100").error / SAMPLE == pytest.approx(10 / math.sqrt(17.5))


def test_a_leak_beside_churn_on_the_same_line_is_proven() -> None:
    assert trend("10/0 20/5000 30/10000 40/15000 50/20000 60/25000 70/30000 80/35000").growth is Growth.PROVEN


def test_a_leak_is_proven_without_columns_of_allocations() -> None:
    assert trend("0 12 24 36 48 60").growth is Growth.PROVEN


@pytest.mark.parametrize(
    ("why", "series"),
    [
        ("three samples prove nothing", "0/0 1/1 1/1 2/2 2/2 3/3"),
        ("nor do twelve, though no other line asks for proof", "0/0 3/3 5/5 8/8 10/10 12/12"),
        ("memory in use stays while much is allocated: churn", "20/0 19/900 22/1800 20/2700 18/3600 21/4500"),
        ("a table is loaded once", "0/0 0/0 0/0 60/60 60/60 60/60"),
        ("it warms up", "0/0 40/40 60/60 70/70 70/70 70/70 70/70 70/70"),
        ("a cache fills up and is full", "0/0 30/30 50/60 62/90 68/120 70/150 70/180 70/210"),
        ("a burst goes away", "5/5 5/20 60/80 90/120 40/140 5/150 5/160 5/170"),
        ("it shrinks", "60/60 50/60 40/60 30/60 20/60 10/60"),
        ("three captures are no trend", "0/0 50/50 100/100"),
    ],
)
def test_what_is_no_leak_is_not_proven(why: str, series: str) -> None:
    captures = [
        Sums(60.0 * i, has_allocs=True, rows={"line": held(*map(float, both.split("/")))})
        for i, both in enumerate(series.split())
    ]
    assert not any(found.growth is Growth.PROVEN for found in heap_trends(captures).values()), why


def test_one_object_that_is_larger_in_each_of_four_captures_is_proven() -> None:
    """As a slice is; of more captures four times have to be new heights."""

    def growth(*sizes: float) -> Growth:
        holdings = [Holding(round(size * SAMPLE), 1, round(3 * size * SAMPLE), 1, 9, size) for size in sizes]
        captures = [Sums(1e9 + 20 * i, True, {"line": each}) for i, each in enumerate(holdings)]  # noqa: FBT003
        return heap_trends(captures)["line"].growth

    assert growth(2, 11, 18, 28) is Growth.PROVEN
    assert growth(2, 18, 28, 28) is Growth.CHANCE
    assert growth(2, 11, 18, 28, 28) is Growth.CHANCE


MAP = "3/11 10/21 21/42 21/42 36/71 36/78 36/78 36/78 38/80 63/133 75/153 75/153 75/153"
"""Of a `map[int]int64` that keys come to, five seconds apart: Go splits its tables in two, most of them at once."""


def test_a_map_that_grows_is_proven_though_it_frees_half_of_what_it_makes_and_all_at_once() -> None:
    assert trend(MAP, seconds=5, others=4).growth is Growth.PROVEN


@pytest.mark.parametrize(
    ("why", "series"),
    [
        ("a map that is full", "3/11 10/21 21/42 21/42 36/71 36/78 36/78 36/78 36/78 36/78 36/78 36/78 36/78"),
        ("a table of which nothing is freed", "3/3 10/10 21/21 21/21 36/36 36/36 36/36 36/36 38/38 63/63 75/75 75/75"),
        ("batches", "20/20 40/40 40/40 20/40 40/60 60/80 60/80 40/80 80/120 120/160 100/160 100/160 100/160"),
        (
            "traffic that rises",
            "3/11 10/30 21/90 22/130 36/200 38/280 40/380 44/480 48/580 63/690 70/800 75/930 75/1050",
        ),
        ("a map that is ever less", "3/11 30/90 40/110 44/118 47/125 50/131 50/131 53/137 53/137 53/137 59/149 65/160"),
        ("waves", "3/6 12/20 10/20 24/40 20/40 36/70 30/70 44/100 40/100 60/140 54/140 80/170 80/176"),
        ("what lives for half a minute", "0/0 5/5 5/5 6/6 10/10 12/14 12/16 13/17 14/20 18/25 20/29"),
        ("few samples", "1/2 2/4 4/8 4/8 5/11 5/11 6/12 6/12 7/14 9/19 11/23 11/23 11/23"),
    ],
)
def test_what_grows_like_a_map_and_is_none_is_not_proven(why: str, series: str) -> None:
    assert trend(series, seconds=5, others=4).growth is not Growth.PROVEN, why


def test_more_lines_need_more_proof() -> None:
    series = "0/0 4/4 8/8 12/12 16/16 20/20"
    assert trend(series).growth is Growth.PROVEN
    assert trend(series, others=1000).growth is not Growth.PROVEN


def test_lines_that_have_too_few_samples_to_be_found_ask_for_no_more_proof() -> None:
    captures = [
        Sums(60.0 * i, has_allocs=True, rows={"line": held(4 * i, 4 * i), **dict.fromkeys(range(1000), held(1, 1))})
        for i in range(6)
    ]
    assert heap_trends(captures)["line"].growth is Growth.PROVEN


def test_captures_of_the_same_time_show_nothing() -> None:
    assert trend("0/0 20/20 40/40 60/60", seconds=0).growth is not Growth.PROVEN


def test_goroutines_that_become_more_and_more_are_proven() -> None:
    assert counted(0, 7, 13, 21, 28, 36).growth is Growth.PROVEN


@pytest.mark.parametrize("counts", [(64,) * 8, (0, 30, 60, 64, 64, 64, 64, 64), (40, 12, 55, 30, 48, 20, 51, 33)])
def test_pools_and_bursts_of_goroutines_are_not(counts: tuple[int, ...]) -> None:
    assert counted(*counts).growth is not Growth.PROVEN


@pytest.mark.parametrize("lifetime", [0.2, 2, 20, 200])
@pytest.mark.parametrize("captures", [FEWEST, 6, 20])
def test_a_steady_state_is_hardly_ever_taken_for_a_leak(captures: int, lifetime: float) -> None:
    """400 drawn series of one line; at the stated rate one in a thousand may be found, so three are too many."""
    rng = random.Random(f"{captures} {lifetime}")
    drawn_series = (trend(" ".join(steady(rng, captures, 30, lifetime))) for _ in range(400))
    found = sum(each.growth is Growth.PROVEN for each in drawn_series)
    assert found <= 2
    assert FALSE_ALARMS == 1e-3


def counted(*counts: int) -> Trend:
    captures = [CountCapture(60.0 * i, array("q", [0]), array("q", [count])) for i, count in enumerate(counts)]
    return count_trends(captures, lambda stack: stack)[0]


def steady(rng: random.Random, captures: int, level: float, lifetime: float) -> Iterator[str]:
    """Samples that come at random and live for a random time, which is `lifetime` captures in the mean."""
    live, born = drawn(rng, level), 0
    yield f"{live}/{born}"
    stays = math.exp(-1 / lifetime)
    for _ in range(captures - 1):
        come = drawn(rng, level / lifetime)
        left = sum(rng.random() < lifetime * (1 - stays) for _ in range(come))
        live = sum(rng.random() < stays for _ in range(live)) + left
        born += come
        yield f"{live}/{born}"


def drawn(rng: random.Random, mean: float) -> int:
    """A Poisson number, as the count of exponential waits."""
    count, waited = 0, rng.expovariate(1)
    while waited < mean:
        count, waited = count + 1, waited + rng.expovariate(1)
    return count


def of_sizes(*captures: tuple[float, float, float, float]) -> Trend:
    """The trend of few objects: samples in use and their MB, samples ever made and their MB, each five seconds."""
    rows = [
        Holding(round(mb * 1e6), round(live), round(made * 1e6), live, born, live * SAMPLE**2)
        for live, mb, born, made in captures
    ]
    return heap_trends([Sums(1e9 + 5 * at, has_allocs=True, rows={"line": row}) for at, row in enumerate(rows)])["line"]


POOL = (
    (0, 0, 0, 0), (1, 2.3, 4, 11), (1, 3.6, 9, 28), (2, 7.7, 17, 53), (1, 6.1, 32, 101), (2, 11.1, 48, 139),
    (3, 15.2, 66, 186), (3, 13.6, 88, 243), (3, 12.4, 109, 291), (3, 10.6, 130, 341), (3, 17.8, 152, 409),
    (3, 19.7, 171, 455), (3, 19.7, 190, 502),
)  # fmt: skip
"""Buffers of any size up to 4 MB, of which more are in use at once as the traffic rises: of a program that ran."""


def test_large_objects_that_are_made_no_larger_are_a_pool_and_not_one_that_grows() -> None:
    assert of_sizes(*POOL).growth is not Growth.PROVEN


@pytest.mark.parametrize("copies", [1, 20])
def test_one_object_that_grows_is_proven_however_often_it_is_copied(copies: int) -> None:
    """Each capture finds it larger by a quarter, after so many copies of it."""
    course = [(1.0, 1.25**at, float(copies * at), copies * sum(1.25**n for n in range(at))) for at in range(13)]
    assert of_sizes(*course).growth is Growth.PROVEN


BESIDE = (
    (0, 0, 0, 0), (1, 2.6, 11, 9), (1, 5.2, 17, 17), (1, 10.5, 27, 32), (1, 10.5, 37, 38), (2, 13.1, 42, 42),
    (3, 24.1, 46, 65), (2, 26.2, 56, 75), (2, 31.5, 61, 88), (2, 31.5, 66, 90), (2, 31.5, 72, 93), (3, 32.0, 75, 95),
    (2, 31.5, 81, 98), (2, 31.5, 87, 101), (3, 53.0, 94, 146), (2, 52.4, 98, 149), (2, 52.4, 106, 153),
    (2, 52.4, 109, 154), (3, 53.0, 112, 156),
)  # fmt: skip
"""A buffer of a pool that is never emptied, and texts of 9 kB that are written to it: of a program that ran."""


def test_one_object_that_grows_beside_many_small_ones_is_proven() -> None:
    assert of_sizes(*BESIDE).growth is Growth.PROVEN
