"""Chains of references as goref writes them: who holds objects of which type."""

from dataclasses import replace

import pytest

from pprof_lens.analysis.holders import Holder, holders, is_references
from pprof_lens.profile.model import Profile
from pprof_lens.profile.read import read
from references import grf

SESSION = "*example.com/shop/cache.Session"
MAP = f"""
    main.shop; sessions. (*example.com/shop/cache.Sessions); byToken. (map[string]{SESSION}) = 9 900
    main.shop; sessions. (*example.com/shop/cache.Sessions); $mapval. ({SESSION}) = 7 700
    main.last; [0]. ({SESSION}) = 1 100
    main.shop; $sub_objects$ = 5 5000
"""


def profile(text: str) -> Profile:
    return read(grf(text), limit=1 << 20)


def test_objects_are_held_by_the_chains_that_end_in_a_pointer_to_their_type() -> None:
    assert holders(profile(MAP)) == {
        "example.com/shop/cache.Session": (
            Holder(700, 7, ("main.shop", "sessions", "$mapval")),
            Holder(100, 1, ("main.last", "[0]")),
        )
    }


def test_a_profile_of_references_has_fields_for_functions_and_no_files() -> None:
    of_goref, calls = profile(MAP), profile("main.main; main.put = 1 2")
    functions = of_goref.functions
    placed = replace(of_goref, functions=replace(functions, filenames=("main.go",) * len(functions)))
    assert [is_references(each) for each in (of_goref, calls, placed)] == [True, False, False]


@pytest.mark.parametrize("chain", ["main.shop = 1 1", "main.shop; list. ([]int) = 1 1", "main.shop; a. (*) = 1 1"])
def test_what_has_no_named_type_is_left_out(chain: str) -> None:
    assert holders(profile(chain)) == {}
