"""Frames that the profile calls uninteresting, cut off where pprof cuts them."""

from dataclasses import replace

import pytest

from pprof_lens.profile.prune import remove_uninteresting, simplified
from profiles import drawn, samples_of


def pruned(text: str, *, drop: str, keep: str = "") -> str:
    return samples_of(remove_uninteresting(replace(drawn(text), drop_frames=drop, keep_frames=keep)))


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("malloc m.c:1; user u.c:2; main m.c:3 = 1", "user main = 1"),
        ("inner i.c:1; malloc m.c:1; user u.c:2 = 1", "user = 1"),
        ("user u.c:2; malloc m.c:1 = 1", "user malloc = 1"),
        ("inner i.c:1 < malloc m.c:1 < user u.c:2; main m.c:3 = 1", "user main = 1"),
        ("malloc_x m.c:1; user u.c:2 = 1", "malloc_x user = 1"),
    ],
)
def test_cuts_from_the_first_uninteresting_frame_above_a_user_frame(text: str, left: str) -> None:
    assert pruned(text, drop="malloc") == left


def test_keeps_what_is_to_be_kept() -> None:
    assert pruned("malloc m.c:1; user u.c:2 = 1", drop="mal.*", keep="malloc") == "malloc user = 1"


def test_a_bad_pattern_prunes_nothing() -> None:
    assert pruned("malloc m.c:1; user u.c:2 = 1", drop="(") == "malloc user = 1"


def test_a_profile_that_names_none_is_itself() -> None:
    profile = drawn("f a.go:1 = 1")
    assert remove_uninteresting(profile) is profile


@pytest.mark.parametrize(
    ("name", "short"),
    [
        ("sync.(*Mutex).Lock", "sync."),
        (".foo(int)", "foo"),
        ("(anonymous namespace)::f(int)", "(anonymous namespace)::f"),
        ("operator()(int)", "operator()"),
    ],
)
def test_patterns_see_a_simplified_name(name: str, short: str) -> None:
    assert simplified(name) == short
