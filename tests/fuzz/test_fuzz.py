"""A bounded part of the fuzzer: any bytes are a Profile or a ProfileError, quickly and in little memory.

A failing example is a seed for `python tests/fuzz/run.py --seed`, which is also the way to a longer run.
"""

import random
from datetime import timedelta
from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fuzz import law
from fuzz.mutations import spoiled
from pprof_lens.profile import engine

profiles = cache(law.seeds)


@settings(max_examples=1000, deadline=timedelta(seconds=10))
@given(st.integers(0, 2**64))
def test_a_spoiled_profile_is_read_or_refused(seed: int) -> None:
    choose = random.Random(seed)
    law.attempt_in_bounds(spoiled(choose.choice(profiles()), choose.choice(profiles()), choose))


@settings(max_examples=300, deadline=timedelta(seconds=10))
@given(st.binary(max_size=400))
def test_noise_is_read_or_refused(data: bytes) -> None:
    law.attempt_in_bounds(data)


@pytest.mark.skipif(not engine.NATIVE, reason="no native fold was built here")
@given(st.integers(0, 2**64))
@settings(max_examples=50, deadline=timedelta(seconds=10))
def test_a_spoiled_message_is_to_the_native_part_what_it_is_to_its_twin(seed: int) -> None:
    from fuzz import native  # noqa: PLC0415 - there need not be one

    native.attempt(seed, native.ONE_IN_BOTH + 1)
