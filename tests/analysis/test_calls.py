"""What the stacks show each line doing."""

import hostile
from pprof_lens.analysis import index as indexes
from pprof_lens.analysis.calls import doings
from pprof_lens.profile.read import read
from profiles import drawn

HEAP = ("alloc_objects/count", "alloc_space/bytes", "inuse_objects/count", "inuse_space/bytes")


def picture(text: str, *types: str) -> str:
    """`FUNCTION:LINE` with what it calls there, or that it allocates."""
    profile = drawn(text, *types)
    done = doings(indexes.build(profile), lambda: False)
    names = profile.functions.names
    rows = [f"{names[at]}:{line} calls {name}" for at, found in done.calls.items() for line, name in found]
    rows += [f"{names[at]}:{line} allocates" for at, found in done.allocates.items() for line in found]
    rows += [f"{names[at]}:{line} waits" for at, found in done.waits.items() for line in found]
    return "\n".join(sorted(rows))


def test_a_frame_calls_the_one_below_it_inlined_or_not() -> None:
    profile = """
        leaf a.go:3 < inlined a.go:5 < outer a.go:9; main b.go:7 = 1
        other a.go:1; main b.go:7 = 2
    """
    assert picture(profile) == "inlined:5 calls leaf\nmain:7 calls other\nmain:7 calls outer\nouter:9 calls inlined"


def test_calls_of_a_function_are_in_the_order_of_its_lines_and_of_names() -> None:
    profile = drawn("z a.go:1; main b.go:7 = 1\ny a.go:2; main b.go:7 = 1\nx a.go:3; main b.go:5 = 1")
    (calls,) = doings(indexes.build(profile), lambda: False).calls.values()
    assert tuple(calls) == ((5, "x"), (7, "y"), (7, "z"))
    assert (calls[0], calls[1:], len(calls)) == ((5, "x"), ((7, "y"), (7, "z")), 3)


def test_a_function_that_calls_itself_tells_nothing_of_the_line() -> None:
    assert picture("walk a.go:3; walk a.go:4; main a.go:9 = 1") == "main:9 calls walk"


def test_the_leaf_of_a_heap_profile_allocates() -> None:
    assert picture("make a.go:3; main a.go:9 = 1 8 0 0", *HEAP) == "main:9 calls make\nmake:3 allocates"
    assert picture("spin a.go:3 = 1") == ""


def test_a_goroutine_waits_on_its_leaf() -> None:
    assert picture("wait a.go:3; main a.go:9 = 1", "goroutine/count") == "main:9 calls wait\nwait:3 waits"


def test_of_more_different_calls_than_any_program_makes_none_is_told() -> None:
    profile = read(hostile.profile(hostile.named(600), hostile.drawn(1, 600, 200, 1000)), limit=1 << 20)
    assert doings(indexes.build(profile), lambda: False).calls == {}
