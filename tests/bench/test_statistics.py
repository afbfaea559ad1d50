"""What series prove, in benchstat's own figures: `data/benchstat.csv` is what benchstat printed of these series."""

import csv
import math
import random
from pathlib import Path

import pytest

from pprof_lens.bench.statistics import FEWEST_FOR_INTERVAL, FEWEST_FOR_VERDICT, compare, summary
from pprof_lens.bench.words import proved, spread

RECORDED = Path(__file__).parent / "data" / "benchstat.csv"


def drawn(seed: int) -> tuple[list[float], list[float]]:
    """Two series as they are measured: some with ties, some long, some that differ."""
    draw = random.Random(seed)
    sizes = [draw.randint(1, 12)] * 2 if seed % 3 == 0 else [draw.choice([1, 5, 20, 29, 30, 31, 50, 60]) for _ in "12"]
    finest = draw.choice([3, 10, 100, 10**9])
    shift = draw.choice([0, 0, 1, finest // 3])
    old, new = ([float(draw.randint(1, finest)) for _ in range(size)] for size in sizes)
    return old, [value + shift for value in new]


def as_benchstat(old: list[float], new: list[float]) -> list[str]:
    """Median and interval of both, the change and its p, as benchstat prints them."""
    compared, cells = compare(old, new), list[str]()
    for series in (old, new):
        found = summary(series)
        cells += [f"{found.median:g}", spread(found).removeprefix("± ")]
    return [*cells, proved(compared).replace("from nothing", "?"), f"p={compared.p:.3f}"]


@pytest.mark.parametrize(
    "row", list(csv.reader(RECORDED.read_text(encoding="utf-8").splitlines())), ids=lambda row: row[0]
)
def test_medians_intervals_and_verdicts_are_those_of_benchstat(row: list[str]) -> None:
    assert as_benchstat(*drawn(int(row[0]))) == row[1:]


def test_series_too_short_prove_nothing_and_say_so() -> None:
    short = [1.0] * (FEWEST_FOR_VERDICT - 1)
    assert compare(short, [value + 9 for value in short]).is_undecidable
    assert math.isinf(summary([1.0] * (FEWEST_FOR_INTERVAL - 1)).spread)


def test_smaller_is_better_and_what_chance_may_make_is_neither() -> None:
    low, high = [1.0, 2.0, 3.0, 4.0, 5.0], [11.0, 12.0, 13.0, 14.0, 15.0]
    assert [compare(high, low).verdict, compare(low, high).verdict, compare(low, low).verdict] == [
        "better",
        "worse",
        "~",
    ]


def test_one_value_among_many_proves_nothing() -> None:
    many = [0.0] * 6 + [1.0] * 2 + [2.0] * 4
    assert compare([2.0], many).p == compare(many, [2.0]).p == pytest.approx(2 * 5 / 13)


@pytest.mark.parametrize(
    ("series", "told"),
    [([0, 0, 0, 0, 0, 0, 9], "± ?"), ([0] * 7, "± 0%"), ([0, 1, 1, 1, 1, 2], "± ?"), ([1] * 5, "± ∞")],
)
def test_an_interval_down_to_nothing_is_no_share_of_the_median(series: list[float], told: str) -> None:
    assert spread(summary(series)) == told


def test_a_difference_that_is_proved_of_equal_medians_is_told_as_none() -> None:
    assert proved(compare([1.0] * 10 + [2.0] * 11, [2.0] * 11 + [3.0] * 10)) == "0.00%"


def test_series_without_a_difference_are_alike_however_long() -> None:
    assert compare([7.0] * 100, [7.0] * 100).p == 1
