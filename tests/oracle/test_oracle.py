"""A part of the oracle suite that takes under a minute; `run.py --all` is the whole of it."""

import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from oracle import cases, compare, pprof
from oracle.run import QUICK, QUICK_MADE


@pytest.fixture(autouse=True)
def _one_time_zone(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    with monkeypatch.context() as patched:
        patched.setenv("TZ", pprof.ZONE)
        time.tzset()
        yield
    time.tzset()


def told(result: compare.Result, capsys: pytest.CaptureFixture[str]) -> None:
    """Say how much was compared, whether or not the output is captured."""
    with capsys.disabled():
        sys.stdout.write(f"\n{result}\n")


def test_reports_equal_pprofs_byte_for_byte(capsys: pytest.CaptureFixture[str]) -> None:
    chosen = cases.quick_cases(QUICK)
    result = compare.reports(chosen, told=print)
    told(result, capsys)
    assert not result.different
    assert result.compared + result.refused == len(chosen)
    assert result.compared >= len(chosen) // 2


def test_reports_of_awkward_profiles_do_too(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    chosen = cases.quick_made_cases(tmp_path, QUICK_MADE)
    result = compare.reports(chosen, told=print)
    told(result, capsys)
    assert not result.different
    assert result.compared + result.refused == len(chosen)
    assert result.compared >= len(chosen) // 2


def test_lines_equal_what_pprofs_raw_samples_add_up_to(capsys: pytest.CaptureFixture[str]) -> None:
    paths = cases.profiles()
    result = compare.figures(paths, told=print)
    told(result, capsys)
    assert not result.different
    assert result.compared + result.excepted.total() == len(paths)
