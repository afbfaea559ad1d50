"""Programs drawn by chance, whose memory is sampled as Go samples it: the sound are not accused, leaks are told.

A sound program is watched for three minutes and counts where any of its 37 rounds accuses. `npm run leaks` draws more
of each and prints how many.
"""

from random import Random

import pytest

from leaks import simulated
from pprof_lens.analysis.growth import FALSE_ALARMS


@pytest.mark.parametrize("kind", simulated.NEVER)
def test_a_sound_program_is_accused_in_no_round(kind: str) -> None:
    """At the stated rate an evaluation, 37 of which are far from independent, eight draws accuse nobody."""
    found = [simulated.first_told(simulated.SOUND[kind], Random(f"{kind} {draw}"), 180) for draw in range(8)]
    assert [seconds for seconds in found if seconds is not None] == []
    assert FALSE_ALARMS == 1e-3


@pytest.mark.parametrize("kind", simulated.FILLING)
def test_what_fills_up_is_no_longer_accused_once_it_is_full(kind: str) -> None:
    """While it fills, nothing can tell it from a leak."""
    told = list(simulated.told(simulated.SOUND[kind], Random(kind), 360))
    assert not told[-1]


def test_goroutines_of_which_the_first_are_gone_are_accused_no_longer() -> None:
    """Each lives for 60 to 90 s; until one is gone nothing can tell them from a leak."""
    lines = [simulated.Waiters(simulated.steady(0.8), simulated.between(60, 90))]
    for draw in range(8):
        found = list(simulated.told(lines, Random(f"sleepers {draw}"), 180))
        assert True in found
        assert not any(found[int(95 / simulated.INTERVAL) :])


@pytest.mark.parametrize(("kind", "seconds"), [(name, seconds) for name, (seconds, _) in simulated.SURE.items()])
def test_a_leak_is_told_in_time(kind: str, seconds: float) -> None:
    lines = simulated.SURE[kind][1]
    assert simulated.first_told([*lines, *simulated.noise()], Random(kind), seconds) is not None


@pytest.mark.parametrize("kind", [f"0.35 MB a minute {what}" for what in ("of 4096 bytes", "appended to a slice")])
def test_a_slow_leak_that_was_told_is_told_in_every_later_round(kind: str) -> None:
    """An hour of it, at the pace to which a series is thinned."""
    seconds, lines = simulated.LEAKS[kind]
    for draw in range(3):
        rounds = simulated.told([*lines, *simulated.noise()], Random(f"{kind} {draw}"), 2 * seconds, interval=30)
        found = list(rounds)
        assert any(found)
        assert simulated.forgotten(found) == 0
