"""Merging and differences, by pprof's meaning."""

import pytest

from pprof_lens.analysis import index as indexes
from pprof_lens.profile import merge
from pprof_lens.profile.errors import ProfileError
from profiles import drawn, samples_of

BEFORE = "f a.go:3; main a.go:9 = 10\ng a.go:5; main a.go:9 = 7"
AFTER = "g a.go:5; main a.go:9 = 9\nh a.go:7; main a.go:9 = 2"


def test_equal_stacks_add_up() -> None:
    merged = merge.merge((drawn(BEFORE), drawn(AFTER)))
    assert samples_of(merged) == "f main = 10\ng main = 16\nh main = 2"


def test_one_profile_is_itself() -> None:
    profile = drawn(BEFORE)
    assert merge.merge((profile,)) is profile


def test_subtracting_leaves_what_differs() -> None:
    assert samples_of(merge.subtract(drawn(AFTER), drawn(BEFORE))) == "g main = 2\nh main = 2\nf main = -10"


def test_a_difference_keeps_the_base_apart_and_its_total_is_the_bases() -> None:
    difference = merge.diff_base(drawn(AFTER), drawn(BEFORE))
    assert samples_of(difference) == (
        "g main = 9\nh main = 2\nf main = -10 pprof::base=true\ng main = -7 pprof::base=true"
    )
    index = indexes.build(difference)
    assert index.totals == (17,)
    (number,) = (n for n in index.lines.files["a.go"] if index.lines.lines[n] == 5)
    assert index.line_weight(number, 0) == (2, 2)


def test_a_profile_less_itself_is_empty() -> None:
    assert samples_of(merge.subtract(drawn(BEFORE), drawn(BEFORE))) == ""


def test_only_common_sample_types_remain_in_the_finest_unit() -> None:
    fine = drawn("f a.go:3 = 1 1500", "samples/count", "cpu/nanoseconds")
    coarse = drawn("f a.go:3 = 2 9", "cpu/milliseconds", "other/count")
    merged = merge.merge((fine, coarse))
    assert [tuple(sample_type) for sample_type in merged.sample_types] == [("cpu", "nanoseconds")]
    assert samples_of(merged) == "f = 2001500"


def test_profiles_without_a_common_sample_type_are_refused() -> None:
    with pytest.raises(ProfileError, match="no sample type in common"):
        merge.merge((drawn("f a.go:3 = 1", "x/count"), drawn("f a.go:3 = 1", "y/count")))


def test_normalizing_gives_the_totals_of_the_base() -> None:
    scaled = merge.normalized(drawn("f a.go:3 = 1\ng a.go:5 = 3"), drawn("f a.go:3 = 400"))
    assert samples_of(scaled) == "f = 100\ng = 300"
