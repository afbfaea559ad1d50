"""A dump that somebody printed as one message, and what checks of tests say of goroutines that outlive them."""

import json

import pytest

from pprof_lens.profile.goroutine_dump import read_dump
from pprof_lens.profile.goroutines import goroutine_groups
from pprof_lens.profile.read import read

STACKS = """goroutine 7 [chan send]:
main.send(...)
\t/app/main.go:3
created by main.main in goroutine 1
\t/app/main.go:2 +0x4f

goroutine 8 [select, 5 minutes]:
main.wait({0x1, 0x2})
\t/app/main.go:9 +0x1d"""

CHECKED = """leaks_test.go:4: found unexpected goroutines:
[Goroutine 7 in state chan send, with main.send on top of the stack:
main.send(...)
\t/app/main.go:3
created by main.main in goroutine 1
\t/app/main.go:2 +0x4f
 Goroutine 8 in state select, 5 minutes, with main.wait on top of the stack:
main.wait({0x1, 0x2})
\t/app/main.go:9 +0x1d
]"""


def message(text: str, *, first: str, others: str) -> list[str]:
    return [(others if n else first) + line for n, line in enumerate(text.split("\n"))]


def named(lines: list[str]) -> list[tuple[int, str, int, bool]]:
    """By its id each goroutine's state, how many frames it has, and whether a check named it."""
    return [(each.id, each.state, len(each.frames), each.outlived) for each in read_dump(lines)]


@pytest.mark.parametrize(
    ("first", "others"),
    [
        ("    a_test.go:10: ", "        "),
        ("        a_test.go:10: state: ", "            "),
        ("2026/01/05 12:00:00 ", ""),
        ("2026-01-05T12:00:01.5Z     a_test.go:10: ", "2026-01-05T12:00:01.7Z         "),
    ],
)
def test_a_dump_is_read_whose_first_line_stands_behind_the_words_of_who_printed_it(first: str, others: str) -> None:
    log = ["=== RUN   TestA", *message(STACKS, first=first, others=others), "--- FAIL: TestA (0.00s)", "main.not()"]
    assert read_dump(log) == read_dump(STACKS.split("\n"))


def test_so_is_that_of_go_test_in_json() -> None:
    log = [
        json.dumps({"Package": "app", "Output": f"{line}\n"})
        for line in message(STACKS, first="    a_test.go:10: ", others="        ")
    ]
    assert read_dump(log) == read_dump(STACKS.split("\n"))


@pytest.mark.parametrize("first", ["", "    ", "2026-01-05T12:00:01.5Z     "])
def test_what_goleak_names_outlived_its_test(first: str) -> None:
    log = message(CHECKED, first=first, others=" " * 4 + first)
    assert named(log) == [(7, "chan send", 1, True), (8, "select", 1, True)]
    in_json = [json.dumps({"Package": "app", "Output": f"{line}\n"}) for line in log]
    assert named(in_json) == named(log)
    assert named([json.dumps({"msg": "\n".join(log)})]) == named(log)


def test_the_second_header_that_goleak_had_once_is_that_of_the_same_goroutine() -> None:
    lines = CHECKED.split("\n")
    log = [*lines[:2], "goroutine 7 [chan send]:", *lines[2:7], "goroutine 8 [select, 5 minutes]:", *lines[7:]]
    assert named(log) == named(lines)
    assert named([json.dumps({"msg": "\n".join(log)})]) == named(lines)


def test_what_leaktest_names_outlived_its_test_whatever_was_named_before() -> None:
    before = message(CHECKED, first="    ", others="        ")
    log = message(
        STACKS.replace("goroutine 7", "goroutine 17"),
        first="    leaktest.go:150: leaktest: leaked goroutine: ",
        others="        ",
    )
    assert named([*before, *log])[:3] == [*named(before), (17, "chan send", 1, True)]


INSTANCES = """Too many goroutines running after app test(s).
3 instances of:
main.send(...)
\t/app/main.go:3 +0x1d
created by main.main
\t/app/main.go:2 +0x4f
1 instances of:
main.wait(...)
\t/app/main.go:9

2 instances of:
main.wait(...)
\t/app/main.go:11
FAIL\tapp\t0.033s
exit status 1
main.not(...)
\t/app/main.go:12"""


@pytest.mark.parametrize("prefix", ["", "2026-01-05T12:00:01.5Z ", "    "])
def test_what_the_check_of_net_http_counts_outlived_its_test_as_often(prefix: str) -> None:
    found = read_dump(message(INSTANCES, first=prefix, others=prefix))
    assert [each.frames[0].line for each in found] == [3, 3, 3, 9, 11, 11]
    assert {(each.state, each.outlived, len(each.frames)) for each in found} == {("", True, 1)}
    assert goroutine_groups(read(INSTANCES.encode(), limit=1 << 20))[0].count == 3


def test_what_else_is_counted_is_no_goroutine() -> None:
    assert read_dump(INSTANCES.split("\n")[1:]) == ()


@pytest.mark.parametrize("end", ["", "\nFAIL"])
def test_of_ever_so_many_instances_no_more_is_made_than_memory_allows(end: str) -> None:
    head, _, _ = INSTANCES.partition("3 instances")
    deep = "main.deep(...)\n\t/app/main.go:3\n" * 100
    text = f"{head}999999999 instances of:\n{deep}{head}9999 instances of:\n{deep.rstrip()}{end}"
    found = read_dump(text.split("\n"))
    assert 10_000 < sum(len(each.frames) for each in found) < 60_000


@pytest.mark.parametrize("first", ["    ", "2026-01-05T12:00:01.5Z     "])
def test_what_gleak_lists_outlived_its_test(first: str) -> None:
    listed = """a_test.go:13:
    Timed out after 1.000s.
    Expected not to leak 2 goroutines:
        goroutine 7 [chan send]
            main.send(...) at app/main.go:3
            created by main.main in goroutine 1 at app/main.go:2
        goroutine 8 [select, 5 minutes]
            main.wait({0x1, 0x2}) at app/main.go:9
FAIL
main.not(...) at app/main.go:9"""
    log = message(listed, first=first, others=first)
    assert named(log) == [(7, "chan send", 1, True), (8, "select", 1, True)]
    assert named([f"\x1b[38;5;9m{line}\x1b[0m" for line in log]) == named(log)
    assert [(each.frames[0].file, each.frames[0].line) for each in read_dump(log)] == [
        ("app/main.go", 3),
        ("app/main.go", 9),
    ]


def test_a_line_that_looks_like_a_header_is_none_without_a_frame_below() -> None:
    log = ["panic: saw goroutine 5 [running]:", "", *STACKS.split("\n")]
    assert read_dump(log) == read_dump(STACKS.split("\n"))


def test_of_ever_new_prefixes_only_so_many_are_looked_at() -> None:
    other = STACKS.split("\n")[:3]
    log = [
        line for n in range(300) for line in message("\n".join(other), first=f"x{chr(97 + n % 26) * n}: ", others="")
    ]
    assert len(read_dump(log)) == 1
    assert len(named([line.replace("goroutine 7", f"goroutine {n}") for n, line in enumerate(log)])) < 150


@pytest.mark.parametrize("receiver", ["(*Mutex)", "(_Mutex)", "(\\*Mutex)", "(Mutex)", "(_Mutex[...])"])
def test_a_pointer_that_markdown_took_for_emphasis_is_one(receiver: str) -> None:
    text = f"goroutine 7 [semacquire]:\nsync.{receiver}.Lock(0x1)\n\tm.go:8\ncreated by main.{receiver}.f\n\tm.go:9\n"
    (goroutine,) = read_dump(text.split("\n"))
    pointer = "(*Mutex[...])" if "[" in receiver else "(*Mutex)"
    assert goroutine.frames[0].function == f"sync.{pointer}.Lock"
    assert goroutine.created_by is not None
    assert goroutine.created_by.function == f"main.{pointer}.f"


@pytest.mark.parametrize("name", ["main.(*T).(main.f)-fm", "main.T.f", "main.glob..func1", "main.(*T).f._g"])
def test_other_names_stay_as_they_are(name: str) -> None:
    (goroutine,) = read_dump(["goroutine 7 [select]:", f"{name}(0x1)", "\tm.go:8"])
    assert goroutine.frames[0].function == name
