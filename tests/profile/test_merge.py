"""Merging and differences, by pprof's meaning."""

from dataclasses import replace
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pprof_lens.analysis import index as indexes
from pprof_lens.profile import merge
from pprof_lens.profile.errors import ProfileError
from pprof_lens.profile.model import Mapping, Profile
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


def test_where_the_base_has_nothing_a_difference_has_the_total_of_what_is_compared() -> None:
    types = ("inuse_space/bytes", "alloc_space/bytes")
    difference = merge.diff_base(drawn("f a.go:3 = 5 20", *types), drawn("f a.go:3 = 0 8", *types))
    assert indexes.build(difference).totals == (5, 8)


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


def test_units_that_do_not_convert_are_refused() -> None:
    with pytest.raises(ProfileError, match="x in count and x in bytes"):
        merge.merge((drawn("f a.go:3 = 1", "x/count"), drawn("f a.go:3 = 1", "x/bytes")))


def test_a_default_sample_type_that_is_gone_gives_way_to_the_first() -> None:
    merged = merge.merge((drawn("f a.go:3 = 1 2 3", "a/count", "b/count", "c/count", default="c"),
                          drawn("f a.go:3 = 1 2", "a/count", "b/count")))  # fmt: skip
    assert merged.default_sample_type == "a"


def test_the_main_binary_stays_the_first_though_no_sample_is_in_it() -> None:
    mapping = Mapping(1, 0x1000, 0x2000, 0, "/bin/app", "", *(False,) * 4)
    profile = replace(drawn("f a.go:3 = 1"), mappings=(mapping,))
    assert merge.merge((profile, profile)).mappings == (mapping,)


def test_an_old_base_label_is_replaced() -> None:
    once = merge.diff_base(drawn(AFTER), drawn(BEFORE))
    assert "pprof::base=true,true" not in samples_of(merge.diff_base(once, once))


FRAMES = st.sampled_from(["f a.go:3", "g a.go:5", "h b.go:7", "i b.go:8 < g a.go:5"])
DRAWINGS = st.lists(
    st.tuples(st.lists(FRAMES, min_size=1, max_size=4), st.integers(-9, 9)).map(
        lambda s: f"{'; '.join(s[0])} = {s[1]}"
    ),
    max_size=8,
)


def lines_of(profile: Profile) -> dict[str, tuple[int, int]]:
    """flat and cum by file and line."""
    index = indexes.build(profile)
    weights = (
        (index.lines.file(n), index.lines.lines[n], *index.line_weight(n, 0)) for n in range(index.lines.frames.count)
    )
    return {f"{file}:{line}": (flat, cum) for file, line, flat, cum in weights if flat or cum}


@given(DRAWINGS)
def test_merging_with_itself_doubles(rows: list[str]) -> None:
    profile = drawn("\n".join(rows))
    doubled = {line: (2 * flat, 2 * cum) for line, (flat, cum) in lines_of(profile).items()}
    assert lines_of(merge.merge((profile, profile))) == doubled


@given(DRAWINGS)
def test_a_difference_to_itself_is_empty(rows: list[str]) -> None:
    profile = drawn("\n".join(rows))
    assert lines_of(merge.diff_base(profile, profile)) == {}
    assert samples_of(merge.subtract(profile, profile)) == ""


@given(DRAWINGS, DRAWINGS, st.randoms(use_true_random=False))
def test_the_order_of_samples_and_ids_changes_nothing(one: list[str], other: list[str], random: Random) -> None:
    """Shuffled rows number the locations anew."""
    before = lines_of(merge.merge((drawn("\n".join(one)), drawn("\n".join(other)))))
    random.shuffle(one)
    random.shuffle(other)
    assert lines_of(merge.merge((drawn("\n".join(other)), drawn("\n".join(one))))) == before
