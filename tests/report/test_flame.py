"""Boxes of a flame graph, drawn: path, what is above zero and what is below it, and the line that most went through."""

import pytest

from pprof_lens.profile.model import Profile
from pprof_lens.report import flame
from pprof_lens.report.decoded import decoded
from pprof_lens.report.flame import Boxes, boxes_of, functions_of, lines_of, paths_of
from profiles import drawn

CALLS = drawn("""
    leaf a.go:1; mid a.go:5; main a.go:9 = 5
    leaf a.go:2; mid a.go:6; main a.go:9 = 3
    other a.go:7; main a.go:9 = 1
""")


def picture(profile: Profile, most: int = 100) -> list[str]:
    boxes = boxes_of(paths_of(decoded(profile)), column=0, most=most)
    return [f"{'  ' * depth(boxes, at)}{told(boxes, at)}" for at in in_depth(boxes)]


def told(boxes: Boxes, at: int) -> str:
    if at == 0:
        return f"root +{boxes.more[0][0]}"
    kind = boxes.kinds[boxes.sources[at]]
    less = f" -{boxes.less[0][at]}" if boxes.less[0] and boxes.less[0][at] else ""
    return f"{kind.name}{' inlined' if kind.is_inlined else ''}:{boxes.lines[at]} +{boxes.more[0][at]}{less}"


def depth(boxes: Boxes, at: int) -> int:
    return 0 if at == 0 else 1 + depth(boxes, boxes.parents[at])


def in_depth(boxes: Boxes, at: int = 0) -> list[int]:
    inner = [i for i, parent in enumerate(boxes.parents) if parent == at]
    return [at, *(one for i in inner for one in in_depth(boxes, i))]


def test_stacks_that_begin_alike_share_boxes() -> None:
    assert picture(CALLS) == [
        "root +9",
        "  main:9 +9",
        "    mid:5 +8",
        "      leaf:1 +8",
        "    other:7 +1",
    ]


def test_a_function_has_a_box_where_it_is_inlined_and_one_where_it_is_not() -> None:
    profile = drawn("leaf a.go:1 < main a.go:5 = 2\nleaf a.go:1; main a.go:6 = 3")
    assert picture(profile) == ["root +5", "  main:6 +5", "    leaf:1 +3", "    leaf inlined:1 +2"]


def test_of_a_difference_what_grew_and_what_shrank_stay_apart() -> None:
    profile = drawn("a a.go:1; main a.go:9 = 5\nb a.go:2; main a.go:9 = -3")
    assert picture(profile) == ["root +5", "  main:9 +5 -3", "    a:1 +5", "    b:2 +0 -3"]


def test_what_is_too_light_stays_in_its_caller() -> None:
    assert picture(CALLS, most=4) == ["root +9", "  main:9 +9", "    mid:5 +8", "      leaf:1 +8"]
    assert boxes_of(paths_of(decoded(CALLS)), column=0, most=4).left_out == 1 / 9


def test_a_function_counts_a_stack_once_however_often_it_recurs() -> None:
    profile = drawn("walk t.go:5; walk t.go:7; main m.go:3 = 2\nmain m.go:4 = 1")
    functions = functions_of(paths_of(decoded(profile)), column=0, most=10, most_calls=10)
    names = [name for name, _ in functions.kinds]
    assert dict(zip(names, zip(functions.flat[0], functions.cum[0], strict=True), strict=True)) == {
        "main": (1, 3),
        "walk": (2, 2),
    }
    calls = zip(functions.callers, functions.callees, functions.weights[0], strict=True)
    assert [(names[a], names[b], weight) for a, b, weight in calls] == [("main", "walk", 2)]


def test_a_stack_of_any_depth_is_drawn() -> None:
    stack = "; ".join(f"f{i} a.go:{i + 1}" for i in range(3000))
    boxes = boxes_of(paths_of(decoded(drawn(f"{stack} = 1"))), column=0, most=10_000)
    assert len(boxes.parents) == 3001


def test_of_more_boxes_than_are_wanted_the_heaviest_are_made() -> None:
    lines = [f"f{i % 7} a.go:1; g{i % 5} a.go:2; h{i % 3} a.go:3; main a.go:9 = {i + 1}" for i in range(100)]
    paths = paths_of(decoded(drawn("\n".join(lines))))
    every = boxes_of(paths, column=0, most=10_000)
    for most in range(1, len(every.parents)):
        some = boxes_of(paths, column=0, most=most)
        weights = sorted(every.more[0], reverse=True)
        assert sorted(some.more[0], reverse=True) == weights[:most]
        assert some.left_out == weights[most] / weights[0]


def test_where_too_many_functions_call_each_other_the_heaviest_are_told(monkeypatch: pytest.MonkeyPatch) -> None:
    lines = [f"leaf{i} a.go:1; mid{i} a.go:2; main a.go:9 = {10 - i}" for i in range(10)]
    paths = paths_of(decoded(drawn("\n".join(lines))))
    monkeypatch.setattr(flame, "most_calls_at_once", lambda _: 10)
    functions = functions_of(paths, column=0, most=100, most_calls=100)
    names = [name for name, _ in functions.kinds]
    calls = zip(functions.callers, functions.callees, functions.weights[0], strict=True)
    told = [(names[a], names[b], weight) for a, b, weight in calls]
    assert told == [
        ("mid0", "leaf0", 10),
        ("main", "mid0", 10),
        ("mid1", "leaf1", 9),
        ("main", "mid1", 9),
        ("mid2", "leaf2", 8),
        ("main", "mid2", 8),
        ("mid3", "leaf3", 7),
        ("main", "mid3", 7),
    ]
    assert functions.calls_left_out == 6 / 55


def test_of_a_function_of_many_lines_those_near_its_start_are_told_and_its_last() -> None:
    paths = paths_of(decoded(drawn("\n".join(f"{name} a.go:{i + 1} = 1" for i in range(100) for name in "fg"))))
    found = lines_of(paths, {("f", "a.go"): 10, ("g", "a.go"): 0}, 5)
    assert {kind: sorted(lines) for kind, lines in found.items()} == {
        ("f", "a.go"): [10, 11, 12, 13, 14, 100],
        ("g", "a.go"): [],
    }
