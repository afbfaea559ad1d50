"""Charts in block characters: their shape, their ends, and what stands in the status bar."""

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from pprof_lens.analysis.series import of_profiles
from pprof_lens.annotate.charts import ends, large, overview, small
from pprof_lens.profile.read import read

PROFILES = Path(__file__).parent.parent.parent / "examples" / "leaky" / "profiles"


@pytest.mark.parametrize(
    ("values", "bars"),
    [
        ([], ""),
        ([5], "▁"),
        ([0, 0], "▁▁"),
        ([100, 101, 100], "▁▂▁"),
        ([0, 50, 100], "▁▅█"),
        ([*range(99)], "▁▂▂▃▄▄▅▅▆▇▇█"),
    ],
)
def test_a_small_chart_runs_from_the_smallest_to_the_largest_of_the_newest_values(values: list[int], bars: str) -> None:
    assert small(values) == bars


def test_a_large_chart_has_a_column_for_each_value() -> None:
    assert large([0, 8, 16, 24, 31]) == "   ▁█\n  ▁██\n ▁███\n▁████"


@pytest.fixture
def _in_utc(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    with monkeypatch.context() as patch:
        patch.setenv("TZ", "UTC")
        time.tzset()
        yield
    time.tzset()


@pytest.mark.usefixtures("_in_utc")
@pytest.mark.parametrize(
    ("seconds", "unit", "told"),
    [
        ((0, 9, 72), "bytes", "1kB at 00:00:00, 3kB at 00:01:12"),
        ((0, 9, 72), "goroutines", "1024 goroutines at 00:00:00, 3072 goroutines at 00:01:12"),
        ((0, 9, 86400), "bytes", "1kB at 1970-01-01 00:00, 3kB at 1970-01-02 00:00"),
    ],
)
def test_the_ends_of_a_series_are_told_with_their_times(seconds: tuple[float, ...], unit: str, told: str) -> None:
    assert ends((1024, 5, 3072), seconds, unit) == told


def test_the_overview_shows_the_newest_six_totals_of_bytes_and_of_goroutines() -> None:
    names = ["heap.pprof", *(f"series/heap-{number}.pprof" for number in range(1, 7)), "goroutine.pprof"]
    evidence = of_profiles(read((PROFILES / name).read_bytes(), limit=1 << 24) for name in names)
    assert len(evidence.heaps) == 7
    assert overview(evidence) == "▁▂▄▆██ 52.94MB  ▁ 190 goroutines"
