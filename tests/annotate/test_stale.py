"""What a file says of itself when the profile is of another version of it."""

from pprof_lens.annotate.stale import message
from pprof_lens.source.drift import Drift, StaleFunction


def drift(*stale: StaleFunction) -> Drift:
    return Drift({}, is_verified=not stale, matched="", stale=stale, profiled={})


def test_a_file_whose_functions_were_followed_says_nothing() -> None:
    assert message(drift(), 0) == ""


def test_tells_what_moved_and_what_vanished_and_what_to_do() -> None:
    moved = StaleFunction("example.com/app/cache.(*Cache).Put", 42, 56)
    gone = StaleFunction("example.com/app/cache.Get", 10, None)
    assert message(drift(moved, gone), 1_700_000_000_000_000_000) == (
        "2 functions are no longer as the profile of 2023-11-14 22:13 UTC has them: "
        "cache.(*Cache).Put was at line 42 and is at line 57, cache.Get is gone. "
        "Their figures are left out; take a new profile, or check out the version that was profiled."
    )


def test_names_a_few_and_counts_the_rest() -> None:
    many = (StaleFunction(f"app.f{i}", i, None) for i in range(9))
    assert "app.f2 is gone, and 6 more. " in message(drift(*many), 0)


def test_a_function_that_stands_where_it_stood_has_changed_inside() -> None:
    assert "app.f at line 3 has changed inside." in message(drift(StaleFunction("app.f", 3, 2)), 0)
