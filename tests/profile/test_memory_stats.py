"""What the runtime says of its memory, at the end of a heap profile as text."""

from pathlib import Path

from pprof_lens.profile.memory_stats import MemoryStats, memory_stats

LEAKY = Path(__file__).parent.parent.parent / "examples" / "leaky" / "profiles"


def test_the_parts_add_up_to_what_go_holds() -> None:
    stats = memory_stats((LEAKY / "heap.debug1.txt").read_bytes())
    assert stats == MemoryStats(
        seconds=1_795_393_630.2382502,
        allocated=66_923_376,
        live=66_923_376,
        next_collection=122_413_010,
        heap=116_457_472,
        returned=12_640_256,
        stacks=983_040,
        from_system=125_057_320,
        peak=121_573_376,
    )
    assert stats.beside(60_000_000).live == 60_000_000
    assert stats.held == stats.allocated + stats.kept + stats.stacks + stats.own
    assert stats.outside == 0


def test_what_the_process_had_beyond_go_is_outside_of_it() -> None:
    text = b"# HeapAlloc = 5\n# HeapSys = 10\n# Sys = 30\n# MaxRSS = 100\n"
    stats = memory_stats(text)
    assert stats is not None
    assert (stats.outside, stats.live) == (70, 5)


def test_anything_else_says_nothing() -> None:
    for data in (b"", b"heap profile: 0: 0 [0: 0] @ heap/1\n", (LEAKY / "heap.pprof").read_bytes(), b"# Sys = x\n" * 9):
        assert memory_stats(data) is None


def test_numbers_that_no_process_can_have_are_passed_over() -> None:
    text = b"# HeapAlloc = 5\n# HeapSys = 1\n# Sys = 2\n# HeapReleased = 99999999999999999999\n# MaxRSS = -1\n"
    stats = memory_stats(text)
    assert stats is not None
    assert (stats.kept, stats.held, stats.own, stats.peak) == (0, 2, 1, 0)
