"""The captures of one run: in the order of time, bounded, and begun anew with the program."""

from dataclasses import replace
from itertools import pairwise

import pytest

from heaps import goroutines, heap
from pprof_lens.analysis import series
from pprof_lens.analysis.series import MOST_CAPTURES, Evidence, Series, of_profiles
from pprof_lens.profile.model import Function, Functions, Profile
from pprof_lens.profile.read import read

PUT = "main.put cache.go:3"


def seconds(evidence: series.Evidence) -> list[float]:
    return [capture.seconds for capture in evidence.heaps]


def test_profiles_are_put_in_the_order_of_their_times() -> None:
    assert seconds(of_profiles([heap(s, f"{PUT} = 8: 1 {s}") for s in (30, 10, 20)])) == [10, 20, 30]


def test_the_same_profile_twice_is_one_capture() -> None:
    assert seconds(of_profiles([heap(s, f"{PUT} = 8: 1 {s}") for s in (10, 10, 20)])) == [10, 20]


def test_profiles_between_two_collections_of_garbage_are_one_measurement() -> None:
    evidence = of_profiles([heap(s, f"{PUT} = 8: {s // 20} {s // 20}") for s in range(20, 80, 10)])
    assert (seconds(evidence), evidence.repeated) == ([20, 40, 60], 3)


def as_text(at: int, live: int) -> Profile:
    """What `heap?debug=1` answers: without a time of its own, with that of the last collection of garbage."""
    frame = "#\t0x1\tmain.put+0x1\t/src/cache.go:3\n"
    memory = f"# runtime.MemStats\n# Sys = 99\n# HeapAlloc = {live}\n# HeapSys = 50\n# LastGC = {at}000000000\n"
    text = f"heap profile: 1: {live} [2: {at}] @ heap/2\n1: {live} [2: {at}] @ 0x1\n{frame}\n{memory}"
    return read(text.encode(), limit=1 << 20)


def test_heap_profiles_as_text_are_a_series_by_the_collections_that_they_are_of() -> None:
    evidence = of_profiles([as_text(at, at) for at in (30, 20, 20, 40)])
    assert seconds(evidence) == [20, 30, 40]
    assert [(stats.seconds, stats.live) for stats in evidence.memory] == [(20, 20), (30, 30), (40, 40)]


def test_a_restart_leaves_what_comes_after_it() -> None:
    profiles = [heap(s, f"{PUT} = 8: 1 {allocated}") for s, allocated in ((1, 10), (2, 20), (3, 5), (4, 9))]
    assert seconds(of_profiles(profiles)) == [3, 4]


def test_a_clock_that_was_set_back_leaves_what_was_before_that() -> None:
    collected = Series()
    for s in (10, 20, 30, 15, 25):
        collected.add(goroutines(s, f"{PUT} = 1"))
    assert [capture.seconds for capture in collected.evidence().counts] == [10, 15, 25]


def test_a_run_of_which_enough_is_known_is_told_though_the_program_was_started_anew_then() -> None:
    first = [heap(s, f"{PUT} = 8: 1 {10 * s}") for s in range(1, 6)]
    leak = goroutines(6, f"{PUT} = 3", kind="goroutineleak")
    evidence = of_profiles([*first, heap(7, f"{PUT} = 8: 1 2"), leak])
    assert (seconds(evidence), evidence.other_runs) == ([1, 2, 3, 4, 5], 1)
    later = of_profiles([leak, *first, *(heap(s, f"{PUT} = 8: 1 {s}") for s in range(7, 12))])
    assert (seconds(later), later.other_runs) == ([7, 8, 9, 10, 11], 1)
    assert [group.count for each in (evidence, later) for group in each.leaked] == [3, 3]


def test_a_long_series_is_thinned_and_keeps_its_length() -> None:
    collected = Series()
    for s in range(1, 10 * MOST_CAPTURES):
        collected.add(heap(s, f"{PUT} = 8: 1 {s}"))
        collected.add(goroutines(s, f"{PUT} = 1"))
    kept = seconds(collected.evidence())
    assert len(kept) <= MOST_CAPTURES
    assert len(collected.evidence().counts) <= MOST_CAPTURES
    assert (kept[0], kept[-1]) == (1, 10 * MOST_CAPTURES - 1)
    assert kept[-MOST_CAPTURES // 4 :] == list(range(int(kept[-MOST_CAPTURES // 4]), 10 * MOST_CAPTURES))
    assert all(later - before <= (kept[-1] - before) / 8 for before, later in pairwise(kept[: -MOST_CAPTURES // 4]))


def test_ever_new_stacks_do_not_fill_the_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(series, "MOST_STACKS", 3)
    collected = Series()
    for s in range(1, 9):
        collected.add(goroutines(s, f"main.f{s} f.go:{s} = 1"))
    assert len(collected.evidence().stacks) <= 4


def test_ever_new_lines_do_not_fill_the_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(series, "MOST_NAMES", 6)
    collected = Series()
    for s in range(1, 9):
        collected.add(goroutines(s, f"main.f f.go:{s} = 1"))
    assert len(collected.evidence().stacks.frames) <= 5


def test_ever_new_functions_in_no_stack_do_not_fill_the_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(series, "MOST_NAMES", 6)
    collected = Series()
    first = collected.evidence().stacks
    for s in range(1, 9):
        profile = goroutines(s, f"{PUT} = 1")
        functions = Functions.of(Function("main.put", "", file, 0) for file in ("cache.go", f"{s}.go"))
        collected.add(replace(profile, functions=functions))
    assert collected.evidence().stacks is not first


def test_ever_new_functions_of_proofs_do_not_fill_the_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(series, "MOST_NAMES", 3)
    assert len(of_ever_new_proofs().starts) <= 4


def test_ever_new_proofs_do_not_fill_the_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(series, "MOST_STACKS", 3)
    assert len(of_ever_new_proofs().leaked) <= 4


def of_ever_new_proofs() -> Evidence:
    """Eight, each of another function at another line."""
    collected = Series()
    for s in range(1, 9):
        collected.add(goroutines(s, f"main.f{s} f.go:{s} = 1", kind="goroutineleak"))
    return collected.evidence()


def test_evidence_does_not_change_with_later_profiles() -> None:
    collected = Series()
    collected.add(heap(1, f"{PUT} = 8: 1 1"))
    before = collected.evidence()
    collected.add(heap(2, f"{PUT} = 8: 1 1"))
    assert seconds(before) == [1]


def test_the_newest_goroutines_and_the_newest_proof_are_kept() -> None:
    collected = Series()
    for s in (1, 2):
        collected.add(goroutines(s, f"{PUT} = {s}"))
        collected.add(goroutines(s, f"{PUT} = {s}", kind="goroutineleak"))
    evidence = collected.evidence()
    assert ([g.count for g in evidence.goroutines], [g.count for g in evidence.leaked]) == ([2], [2])


def test_what_was_proven_stays_so_though_a_later_proof_is_empty() -> None:
    collected = Series()
    collected.add(goroutines(1, f"{PUT} = 1", kind="goroutineleak"))
    collected.add(goroutines(2, "", kind="goroutineleak"))
    assert [group.count for group in collected.evidence().leaked] == [1]
