"""A profile cut down to what shows growth, with the number of samples that its figures rest on."""

import math
from dataclasses import replace

import pytest

from heaps import goroutines, heap
from pprof_lens.analysis.captures import StackTable, count_capture, heap_capture, is_restart, summed
from pprof_lens.profile.errors import TooLarge
from pprof_lens.profile.model import Profile
from profiles import drawn

PUT = "main.put cache.go:3; main.main main.go:7"
GET = "main.get cache.go:9; main.main main.go:8"


def rows(profile: Profile) -> dict[str, tuple[float, ...]]:
    """What each leaf function holds."""
    table = StackTable()
    capture = heap_capture(profile, table)
    assert capture is not None
    return {name: tuple(held) for name, held in summed(capture, lambda n: table[n][0].function).rows.items()}


def test_a_capture_has_what_each_stack_holds() -> None:
    text = f"""{PUT} = 1024: 5 10
               {PUT} = 2048: 1 1
               {GET} = 16: 0 3"""
    found = rows(heap(1, text))
    assert found["main.put"][:3] == (5 * 1024 + 2048, 6, 10 * 1024 + 2048)
    assert found["main.get"][:3] == (0, 0, 48)


def test_the_samples_behind_a_figure_undo_the_scaling_of_the_runtime() -> None:
    """One sampled object of 1024 bytes stands for 512 of them, as `scaleHeapSample` of runtime/pprof has it."""
    per_sample = 1 / (1 - math.exp(-1024 / 524288))
    found = rows(heap(1, f"{PUT} = 1024: {round(10 * per_sample)} {round(30 * per_sample)}", period=524288))
    _, _, _, live, born, variance = found["main.put"]
    assert (live, born) == pytest.approx((10, 30), rel=1e-3)
    assert variance == pytest.approx(10 * (1024 * per_sample) ** 2, rel=1e-3)


def test_an_object_larger_than_the_period_is_one_sample() -> None:
    assert rows(heap(1, f"{PUT} = 67108864: 3 4", period=524288))["main.put"][3:5] == pytest.approx((3, 4))


def test_the_same_stack_has_the_same_number_in_every_capture() -> None:
    table = StackTable()
    first = heap_capture(heap(1, f"{PUT} = 1: 1 1"), table)
    second = heap_capture(heap(2, f"{GET} = 1: 1 1\n{PUT} = 1: 2 2"), table)
    assert first is not None
    assert second is not None
    assert (list(first.stacks), list(second.stacks), len(table)) == ([0], [1, 0], 2)


def test_goroutines_are_counted_by_stack() -> None:
    table = StackTable()
    capture = count_capture(goroutines(1, f"{PUT} = 3\n{GET} = 4\n{PUT} = 2"), table)
    assert capture is not None
    assert dict(zip(capture.stacks, capture.counts, strict=True)) == {0: 5, 1: 4}


@pytest.mark.parametrize(
    "profile",
    [
        drawn("main.main main.go:1 = 5", "cpu/nanoseconds"),
        heap(0, f"{PUT} = 1: 1 1"),
        replace(heap(9, f"{PUT} = 1: 1 1"), duration_nanos=5),
    ],
    ids=["of another kind", "of an unknown time", "of a change over time"],
)
def test_other_profiles_are_no_captures(profile: Profile) -> None:
    assert heap_capture(profile, StackTable()) is None
    assert count_capture(profile, StackTable()) is None


def test_hostile_values_do_no_harm() -> None:
    huge = (1 << 62) - 1
    text = f"{PUT} = 1: {huge} {huge}\n" * 4 + f"{GET} = 0: 5 5\n{GET} = -7: 5 5\n{GET} = 8: -5 -5"
    assert rows(heap(1, text, period=-3))["main.put"][0] == (1 << 63) - 1


def test_a_few_bytes_cannot_ask_for_any_number_of_frames() -> None:
    """One location of 5,000 inlined calls, in each of many samples."""
    inlined = " < ".join("main.f main.go:1" for _ in range(5000))
    text = "\n".join(f"{inlined} = 1 1" for _ in range(600))
    profile = replace(drawn(text, "inuse_objects/count", "inuse_space/bytes"), time_nanos=1)
    with pytest.raises(TooLarge):
        heap_capture(profile, StackTable())


@pytest.mark.parametrize(
    ("before", "after", "restarted"),
    [
        (f"{PUT} = 1: 1 5", f"{PUT} = 1: 0 5\n{GET} = 1: 1 1", False),
        (f"{PUT} = 1: 1 5", f"{PUT} = 1: 1 4\n{GET} = 1: 90 90", True),
        (f"{PUT} = 1: 1 5", f"{GET} = 1: 90 90", True),
    ],
)
def test_what_was_ever_allocated_falls_only_with_a_new_start(before: str, after: str, restarted: bool) -> None:  # noqa: FBT001
    table = StackTable()
    first, second = heap_capture(heap(1, before), table), heap_capture(heap(2, after), table)
    assert first is not None
    assert second is not None
    assert is_restart(first, second) is restarted
