"""Real programs, built and run: each leak is found at its line with its cause, nothing on the sound ones.

These are some of the programs with one seed; `npm run leaks` runs all of them, and others for minutes.
"""

from pathlib import Path

import pytest

from leaks import lab
from pprof_lens.analysis.series import Series, of_profiles


@pytest.fixture(scope="module")
def program(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return lab.build(tmp_path_factory.mktemp("leaks"))


@pytest.mark.parametrize("case", ["chan-range", "nil-channel", "ticker-loop", "network-read", "map", "http-body"])
def test_a_leak_is_found_at_its_line_with_its_cause(program: Path, case: str) -> None:
    assert lab.wanted(case)
    assert lab.observed(program, case, seed=1) == ()


@pytest.mark.parametrize("case", ["warm-up", "bounded-cache", "burst", "worker-pool", "http-closed"])
def test_nothing_is_found_in_a_sound_program(program: Path, case: str) -> None:
    assert not lab.wanted(case)
    assert lab.observed(program, case, seed=1) == ()


@pytest.mark.parametrize("case", ["warm-up", "burst", "worker-pool"])
def test_a_sound_program_is_accused_in_no_round(program: Path, case: str, tmp_path: Path) -> None:
    lab.run(program, case, 1, tmp_path)
    taken = sorted(lab.profiles(tmp_path, "[gh]*-0?.debug0"), key=lambda profile: profile.time_nanos)
    series = Series()
    for profile in taken:
        series.add(profile)
        assert lab.findings(series.evidence()) == ()


def test_a_dump_names_the_line_that_started_the_goroutines(program: Path, tmp_path: Path) -> None:
    lab.run(program, "chan-range", 1, tmp_path)
    (finding,) = lab.findings(of_profiles(lab.profiles(tmp_path, "*.debug2")))
    assert finding.code == "goroutine-leak"
    assert [lab.source_line(origin.profile_path, origin.line) for origin in finding.origins] == [
        "\t\t\tgo consume(jobs)"
    ]


def test_every_program_says_what_is_wrong_with_it_or_is_sound() -> None:
    sound = [case for case in lab.cases() if not lab.wanted(case)]
    assert sound == [
        "warm-up", "bounded-cache", "churn", "worker-pool", "burst", "turnover", "time-after", "good-pool",
        "http-closed", "short-lock", "ended-routines",
    ]  # fmt: skip
