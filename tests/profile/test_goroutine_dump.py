"""Goroutine dumps: what each goroutine does, how long it has waited and who started it; and groups of goroutines."""

import pytest

from pictures import pictured
from pprof_lens.profile.errors import ProfileError
from pprof_lens.profile.goroutine_dump import Goroutine, read_dump
from pprof_lens.profile.goroutines import GoroutineGroup, goroutine_groups
from pprof_lens.profile.read import read
from pprof_lens.profile.stacks import Frame
from profiles import drawn

STUCK = """\
goroutine 8 [chan receive, 12 minutes]:
main.receive(...)
	app/main.go:42
main.(*Pool[...]).wait(0x1cff932f2748?, {0x2, 0x3})
	/my app/pool.go:45 +0x25
created by main.leak in goroutine 1
	app/main.go:49 +0x67
"""


def dumped(text: str) -> tuple[Goroutine, ...]:
    return read_dump(text.split("\n"))


def groups(text: str) -> tuple[GoroutineGroup, ...]:
    return goroutine_groups(read(text.encode(), limit=1 << 20))


def test_a_goroutine_tells_its_state_its_wait_its_stack_and_its_creation() -> None:
    assert dumped(STUCK) == (
        Goroutine(
            id=8,
            state="chan receive",
            wait_minutes=12,
            frames=(Frame("main.receive", "app/main.go", 42), Frame("main.(*Pool[...]).wait", "/my app/pool.go", 45)),
            created_by=Frame("main.leak", "app/main.go", 49),
            creator=1,
        ),
    )


@pytest.mark.parametrize(
    ("header", "goroutine"),
    [
        ("goroutine 1 [running]:", Goroutine(1, "running", ())),
        ("goroutine 7 [IO wait, 2 minutes]:", Goroutine(7, "IO wait", (), wait_minutes=2)),
        (
            "goroutine 7 [sleep, 3 minutes, locked to thread]:",
            Goroutine(7, "sleep", (), wait_minutes=3),
        ),
        ("goroutine 7 [select (no cases)]:", Goroutine(7, "select (no cases)", ())),
        ("goroutine 7 [chan send (nil chan) (leaked)]:", Goroutine(7, "chan send (nil chan)", (), leaked=True)),
        ("goroutine 7 [runnable (scan)]:", Goroutine(7, "runnable", ())),
        ("goroutine 7 [chan receive (durable), synctest bubble 3]:", Goroutine(7, "chan receive", ())),
        ("goroutine 7 gp=0xc000002380 m=0 mp=0x5f3f60 [running]:", Goroutine(7, "running", ())),
        ("goroutine 7 gp=0xc000002380 m=nil [select]:", Goroutine(7, "select", ())),
        (
            'goroutine 7 [select] {job: "a, b", tenant: blue/1.0}:',
            Goroutine(7, "select", (), labels=(("job", "a, b"), ("tenant", "blue/1.0"))),
        ),
        (
            'goroutine 7 [chan send (nil chan), 3 minutes labels:{"job": "a[0]: {b}", "\\u00fcn": "b"}]:',
            Goroutine(7, "chan send (nil chan)", (), 3, labels=(("job", "a[0]: {b}"), ("\u00fcn", "b"))),
        ),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_header_is_read_as_the_runtime_writes_it(header: str, goroutine: Goroutine) -> None:
    assert dumped(header) == (goroutine,)


@pytest.mark.parametrize(
    ("lines", "frames"),
    [
        pytest.param("main.f()\n\ta.go:1 +0x1d", [Frame("main.f", "a.go", 1)], id="function"),
        pytest.param("main.f(...)\n\tC:/x/a.go:1", [Frame("main.f", "C:/x/a.go", 1)], id="inlined, on Windows"),
        pytest.param("main.f()\n        a.go:1", [Frame("main.f", "a.go", 1)], id="pasted with spaces"),
        pytest.param("panic({0x1?, 0x2?})\n\tp.go:9 +0x1", [Frame("runtime.gopanic", "p.go", 9)], id="panic"),
        pytest.param("main.f()\n\ta.go:1 +0x1 fp=0x1 sp=0x2 pc=0x3", [Frame("main.f", "a.go", 1)], id="crash"),
        pytest.param("work\n\tw.c:7 pc=0x3", [Frame("work", "w.c", 7)], id="C function"),
        pytest.param("non-Go function\n\tpc=0x3", [], id="C function without symbols"),
        pytest.param("\tgoroutine running on other thread; stack unavailable", [], id="no stack"),
        pytest.param("main.f()", [], id="cut short"),
        pytest.param(
            "main.f()\n\ta.go:1\n...51 frames elided...\nmain.g()\n\ta.go:2",
            [Frame("main.f", "a.go", 1), Frame("...51 frames elided...", "", 0), Frame("main.g", "a.go", 2)],
            id="elided",
        ),
        pytest.param(
            "main.f()\n\ta.go:1\n[originating from goroutine 1]:\nmain.g(...)\n\ta.go:2",
            [Frame("main.f", "a.go", 1)],
            id="ancestors are not callers",
        ),
    ],
)
def test_a_stack_is_read_as_the_runtime_writes_it(lines: str, frames: list[Frame]) -> None:
    (goroutine,) = dumped(f"goroutine 1 [running]:\n{lines}\n")
    assert list(goroutine.frames) == frames


def test_a_panic_is_a_dump_among_other_words() -> None:
    panic = (
        "2026/11/23 10:00:00 started\n"
        "panic: boom\n"
        "\tgoroutine 9 [fake]:\n"
        "[signal SIGSEGV: segmentation violation code=0x1 addr=0x0 pc=0x4a]\n\n"
        f"goroutine 1 [running]:\nmain.main()\n\tapp/main.go:112 +0x525\n\n{STUCK}exit status 2\n"
    )
    assert [(goroutine.id, len(goroutine.frames)) for goroutine in dumped(panic)] == [(1, 1), (8, 2)]


def test_a_crash_may_tell_a_goroutine_twice_and_it_counts_once() -> None:
    unavailable = "goroutine 8 [running]:\n\tgoroutine running on other thread; stack unavailable\n\n"
    assert dumped(unavailable + STUCK) == dumped(STUCK)


def test_a_dump_becomes_a_profile_that_carries_what_it_knows_as_labels() -> None:
    profile = read((STUCK + "\n" + STUCK.replace("8", "9")).encode(), limit=1 << 20)
    (sample,) = pictured(profile)
    assert sample == (
        "main.receive app/main.go:42; main.(*Pool[...]).wait /my app/pool.go:45 = 2 "
        "{created by=main.leak app/main.go:49 goroutine state=chan receive goroutine wait=720seconds}"
    )


def test_goroutines_that_differ_only_in_their_wait_are_one_group_with_the_longest() -> None:
    later = STUCK.replace("8", "9").replace("12 minutes", "3 minutes")
    running = 'goroutine 1 [running] {tenant: "a b"}:\nmain.main()\n\tapp/main.go:3 +0x1d\n\n'
    stuck, main = groups(running + STUCK + "\n" + later)
    assert (stuck.count, stuck.state, stuck.wait_seconds, stuck.created_by) == (
        2,
        "chan receive",
        720,
        Frame("main.leak", "app/main.go", 49),
    )
    here = (Frame("main.main", "app/main.go", 3),)
    assert main == GoroutineGroup(1, here, state="running", labels=(("tenant", ("a b",)),), ids=frozenset({1}))
    assert stuck.ids == {8, 9}


def test_a_leak_is_proven_by_its_state_or_by_its_profile() -> None:
    (of_dump,) = groups("goroutine 8 [chan send (leaked)]:\nmain.f()\n\ta.go:1 +0x1\n")
    (of_profile,) = goroutine_groups(drawn("main.f a.go:1 = 1", "goroutineleak/count"))
    assert [(group.leaked, group.frames) for group in (of_dump, of_profile)] == [
        (True, (Frame("main.f", "a.go", 1),))
    ] * 2


def test_a_profile_has_groups_by_stack_with_inlined_calls_as_frames() -> None:
    profile = drawn(
        """
        runtime.gopark proc.go:1; main.get a.go:1 < main.wait a.go:2 = 3
        main.main a.go:9 = 4
        runtime.gopark proc.go:1; main.get a.go:1 < main.wait a.go:2 = 2
        """,
        "goroutine/count",
    )
    assert goroutine_groups(profile) == (
        GoroutineGroup(
            5,
            (
                Frame("runtime.gopark", "proc.go", 1),
                Frame("main.get", "a.go", 1),
                Frame("main.wait", "a.go", 2),
            ),
        ),
        GoroutineGroup(4, (Frame("main.main", "a.go", 9),)),
    )


def test_other_profiles_have_no_goroutines() -> None:
    assert goroutine_groups(drawn("main.main a.go:9 = 4", "cpu/nanoseconds")) == ()


def test_stacks_out_of_proportion_to_the_profiles_bytes_are_refused() -> None:
    """One location of many inlined frames, again and again in one stack: bytes that a bomb would be made of."""
    inlined = " < ".join(["f a.go:1"] * 1_500)
    profile = drawn(f"{'; '.join([inlined] * 1_000)} = 1", "goroutine/count")
    with pytest.raises(ProfileError, match="too many frames"):
        goroutine_groups(profile)


@pytest.mark.parametrize(
    ("first", "deadlocked"),
    [
        ("fatal error: all goroutines are asleep - deadlock!", [True, False, True]),
        ("panic: deadlock: all goroutines in bubble are blocked [recovered, repanicked]", [False, False, True]),
        ("panic: deadlock", [False, False, False]),
        ("SIGQUIT: quit", [False, False, False]),
    ],
)
def test_a_deadlock_that_ended_the_program_or_the_bubble_is_told(first: str, deadlocked: list[bool]) -> None:
    headers = ("goroutine 1 [chan send]:", "goroutine 2 [running]:", "goroutine 3 [select, synctest bubble 1]:")
    dump = "\n".join((first, "", *(f"{header}\nmain.f()\n\tmain.go:3\n" for header in headers)))
    assert [goroutine.deadlocked for goroutine in dumped(dump)] == deadlocked


def test_of_several_programs_that_ended_only_those_that_a_deadlock_ended_are_proof() -> None:
    """As `go test ./...` prints them; a crash tells of its threads behind a signal each."""
    dump = "goroutine 1 [chan send]:\nmain.f()\n\tmain.go:3\n"
    deadlock = "fatal error: all goroutines are asleep - deadlock!"
    ends = (deadlock, "panic: other", "panic: first [recovered]\n\tpanic: second", deadlock, "SIGQUIT: quit")
    found = dumped("\n".join(f"{end}\n\n{dump}" for end in ends))
    assert [goroutine.deadlocked for goroutine in found] == [True, False, False, True]


def of_test(name: str, id_: int, by: str, state: str = "chan receive") -> str:
    return f"goroutine {id_} [{state}]:\n{name}()\n\ta_test.go:{id_}\n{by}"


def test_a_test_that_waited_until_the_time_for_tests_was_over_is_proof_and_whom_it_started_may_be() -> None:
    runs = "testing.tRunner(0x1, 0x2)\n\ttesting.go:9\ncreated by testing.(*T).Run in goroutine 1\n\ttesting.go:8\n"
    main = "testing.(*T).Run(0x1)\n\ttesting.go:8\nmain.main()\n\tmain.go:1\n"

    def by(name: str, id_: str = "") -> str:
        return f"created by {name}{id_}\n\ta_test.go:1\n"

    def told(running: str, id_: str, state: str = "chan receive") -> str:
        parts = (
            "panic: test timed out after 1m0s" + running,
            of_test("pool.init", 1, main),
            of_test("a/b.TestIt", 2, runs, state),
            of_test("a/b.TestIt.func1", 3, by("a/b.TestIt", id_ and f"{id_}2")),
            of_test("a/b.help", 4, by("a/b.TestIt.func1", id_ and f"{id_}3")),
            of_test("pool.work", 5, by("pool.init", id_ and f"{id_}1")),
        )
        return "".join("d" if each.deadlocked else "h" if each.hung else "." for each in dumped("\n\n".join(parts)))

    in_, running = " in goroutine ", "\n\trunning tests:\n\t\tTestIt/{} ({})"
    assert told(running.format("all", "59.9s"), in_) == ".dhh."
    assert told("", "") == ".dh.."  # before Go 1.21 only the function is told
    assert told(running.format("all", "3s"), in_) == "....."
    assert told(running.format("all", "3s"), in_, "chan receive, 1 minutes") == ".dhh."
    assert told(running.format("all", "1m0s"), in_, "sleep") == "....."


def test_the_runtimes_own_way_to_a_goroutine_is_no_frame() -> None:
    """GOTRACEBACK=system shows it."""
    stack = "main.f()\n\tmain.go:3 +0x1 fp=0x1 sp=0x2 pc=0x3\nruntime.goexit({})\n\tasm_amd64.s:1264 +0x1"
    (goroutine,) = dumped(f"goroutine 7 gp=0x1 m=nil [chan send]:\n{stack}\n")
    assert goroutine.frames == (Frame("main.f", "main.go", 3),)
