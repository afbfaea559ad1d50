"""What one operation allocates on each line: two profiles in, one line of text for each line out."""

from dataclasses import replace

import pytest

from pprof_lens.bench.per_operation import Counted, Total, is_steady, line_costs
from pprof_lens.profile.decode import samples
from pprof_lens.profile.encode import with_samples
from pprof_lens.profile.errors import ProfileError
from pprof_lens.profile.model import NumericLabel, Profile
from profiles import drawn

BENCHMARK = "main.BenchmarkX x_test.go:9; testing.(*B).launch testing.go:1"
NOTHING = Total(0, 0)


def profile(text: str) -> Profile:
    """`STACK = OBJECTS BYTES`; each sample tells the size of its blocks, as Go's memory profiles do."""
    bare = replace(drawn(text, "alloc_objects/count", "alloc_space/bytes"), period=1)
    return with_samples(
        bare,
        [
            sample._replace(num_labels=(("bytes", (NumericLabel(sample.values[1] // sample.values[0], "bytes"),)),))
            for sample in samples(bare)
        ],
    )


def costs(fewer: str, more: str, measured: Total = NOTHING) -> str:
    """`FILE:LINE BYTES ALLOCS` of ten more operations."""
    found = line_costs(Counted(profile(fewer), 10), Counted(profile(more), 20), measured)
    return ", ".join(f"{c.profile_path}:{c.line} {c.bytes_per_op:g} {c.allocs_per_op:g}" for c in found)


def test_what_both_profiles_have_is_set_up_and_cancels() -> None:
    assert (
        costs(
            f"main.set x.go:3; {BENCHMARK} = 1 4096\nmain.do x.go:5; {BENCHMARK} = 20 480",
            f"main.set x.go:3; {BENCHMARK} = 1 4096\nmain.do x.go:5; {BENCHMARK} = 40 960",
        )
        == "x.go:5 48 2"
    )


def test_an_allocation_counts_on_the_innermost_inlined_line() -> None:
    stack = f"main.leaf x.go:5 < main.do x.go:7; {BENCHMARK}"
    assert costs(f"{stack} = 10 240", f"{stack} = 20 480") == "x.go:5 24 1"


def test_what_the_runtime_and_the_main_of_the_test_allocate_is_no_operations() -> None:
    base = f"main.do x.go:5; {BENCHMARK} = 10 240"
    assert (
        costs(
            base,
            f"main.do x.go:5; {BENCHMARK} = 20 480\nruntime.allocm proc.go:1; runtime.mstart proc.go:2 = 1 4096\n"
            "testing.(*B).run1 benchmark.go:1; main.main main.go:1 = 5 80",
        )
        == "x.go:5 24 1"
    )


def test_objects_that_share_blocks_of_16_bytes_are_told_where_these_blocks_are() -> None:
    assert (
        costs(
            f"main.tiny x.go:5; {BENCHMARK} = 5 80\nmain.big x.go:6; {BENCHMARK} = 10 480",
            f"main.tiny x.go:5; {BENCHMARK} = 10 160\nmain.big x.go:6; {BENCHMARK} = 20 960",
            Total(56, 3),
        )
        == "x.go:6 48 1, x.go:5 8 2"
    )


@pytest.mark.parametrize(
    ("measured", "steady"),
    [(Total(48, 2), True), (Total(47, 2), True), (Total(48, 3), False), (Total(60, 2), False), (Total(30, 1), False)],
)
def test_a_benchmark_is_steady_where_its_lines_add_up_to_what_was_measured(measured: Total, steady: bool) -> None:  # noqa: FBT001
    stack = f"main.do x.go:5; {BENCHMARK}"
    found = line_costs(Counted(profile(f"{stack} = 20 480"), 10), Counted(profile(f"{stack} = 40 960"), 20), measured)
    assert is_steady(found, measured) is steady


def test_a_profile_of_some_allocations_only_is_refused() -> None:
    sampled = Counted(replace(profile(f"main.do x.go:5; {BENCHMARK} = 1 16"), period=524288), 1)
    with pytest.raises(ProfileError, match="does not count every allocation"):
        line_costs(sampled, sampled, Total(0, 0))
