"""What goroutines wait for, read off their stacks as Go 1.27 writes them, and which are stuck."""

import pytest

from pprof_lens.analysis.blame import is_own_code
from pprof_lens.analysis.goroutines import (
    TOO_LONG_SECONDS,
    BlockedLine,
    Wait,
    are_too_many,
    blocked,
    blocked_lines,
    is_certain,
    is_too_long,
    waits,
)
from pprof_lens.profile.goroutines import GoroutineGroup
from pprof_lens.profile.stacks import Frame

STARTS = {"runtime.chanrecv": 524, "runtime.chansend": 176}
OWN = "main.work:9"


def stack(text: str) -> tuple[Frame, ...]:
    """`FUNCTION:LINE …`, the leaf first."""
    frames = []
    for word in text.split():
        function, _, line = word.rpartition(":")
        frames.append(Frame(function, "main.go" if function.startswith("main.") else "lib.go", int(line)))
    return tuple(frames)


@pytest.mark.parametrize(
    ("text", "wait"),
    [
        ("runtime.gopark:474 runtime.chansend:283 runtime.chansend1:161", Wait.SEND),
        ("runtime.gopark:474 runtime.chanrecv:667 runtime.chanrecv1:509", Wait.RECEIVE),
        ("runtime.gopark:474 runtime.chanrecv:667 runtime.chanrecv2:514", Wait.RECEIVE_OR_RANGE),
        ("runtime.gopark:474 runtime.chanrecv:536 runtime.chanrecv1:509", Wait.NIL_CHANNEL),
        ("runtime.gopark:474 runtime.chansend:181 runtime.chansend1:161", Wait.NIL_CHANNEL),
        ("runtime.gopark:474 runtime.selectgo:351", Wait.SELECT),
        ("runtime.gopark:474 runtime.block:104", Wait.NOTHING),
        ("runtime.gopark:474 runtime.semacquire1:192 sync.runtime_SemacquireWaitGroup:114 sync.(*WaitGroup).Wait:206",
         Wait.WAIT_GROUP),
        ("runtime.gopark:474 internal/sync.(*Mutex).lockSlow:149 internal/sync.(*Mutex).Lock:70 sync.(*Mutex).Lock:46",
         Wait.MUTEX),
        ("runtime.gopark:474 sync.runtime_SemacquireMutex:95 sync.(*Mutex).lockSlow:171 sync.(*RWMutex).Lock:90",
         Wait.RW_MUTEX),
        ("runtime.gopark:474 runtime.goparkunlock:480 sync.runtime_SemacquireRWMutexR:100 sync.(*RWMutex).RLock:74",
         Wait.RW_MUTEX),
        ("runtime.gopark:474 sync.runtime_notifyListWait:617 sync.(*Cond).Wait:71", Wait.COND),
        ("runtime.gopark:474 sync.(*Mutex).Lock:46 sync.(*Once).doSlow:3 sync.(*Once).Do:4", Wait.ONCE),
        ("runtime.gopark:474 time.Sleep:368", Wait.TIMER),
        ("runtime.gopark:474 internal/poll.runtime_pollWait:351 internal/poll.(*FD).Read:170 net.(*conn).Read:196",
         Wait.NETWORK_READ),
    ],
)  # fmt: skip
def test_the_cause_is_read_off_the_frames_above_the_line(text: str, wait: Wait) -> None:
    frames = stack(f"{text} {OWN}")
    assert blocked(frames, starts=STARTS) == (wait, len(frames) - 1)


@pytest.mark.parametrize(
    ("state", "wait"),
    [
        ("chan send", Wait.SEND),
        ("chan receive", Wait.RECEIVE_OR_RANGE),
        ("chan receive (nil chan)", Wait.NIL_CHANNEL),
        ("select", Wait.SELECT),
        ("select (no cases)", Wait.NOTHING),
    ],
)
def test_a_dump_names_the_state_instead(state: str, wait: Wait) -> None:
    assert blocked(stack(OWN), state) == (wait, 0)


@pytest.mark.parametrize(
    "text",
    [
        "main.work:9",
        "runtime.gopark:1 runtime.selectgo:2",
        "internal/poll.runtime_pollWait:1 internal/poll.(*FD).Accept:2 net.(*TCPListener).Accept:3 main.serve:4",
        "runtime.gopark:1 runtime.chanrecv1:2 main.main:3 runtime.main:4",
        "internal/poll.(*FD).Read:1 os.(*File).Read:2 main.readLines:3",
        "runtime.gopark:1 runtime.chanrecv1:2 testing.(*T).Run:3 main.TestX:4",
    ],
)
def test_running_and_known_idle_goroutines_wait_for_nothing(text: str) -> None:
    assert blocked(stack(text), starts=STARTS) is None


@pytest.mark.parametrize("state", ["finalizer wait", "GC worker (idle)", "timer goroutine (idle)"])
def test_what_serves_the_runtime_waits_for_nothing_whatever_its_functions_were_called(state: str) -> None:
    """As before Go 1.5, where a deadlock would else prove them to be stuck."""
    served = (
        Frame("runtime.park", "/go/src/pkg/runtime/proc.c", 1369),
        Frame("runfinq", "/go/src/pkg/runtime/mgc0.c", 9),
    )
    assert waits(served, state) is None
    assert waits(served, "chan receive") is not None


def test_goroutines_that_wait_for_the_same_on_one_line_are_told_together() -> None:
    created = Frame("main.start", "main.go", 3)
    groups = (
        GoroutineGroup(5, stack("main.work:9 main.a:1"), "chan send", wait_seconds=60, created_by=created),
        GoroutineGroup(2, stack("main.work:9 main.b:1"), "chan send", wait_seconds=180, created_by=created),
        GoroutineGroup(9, stack("main.work:9 main.a:1"), "select"),
    )
    assert [
        (line.count, line.wait, line.wait_seconds, line.created_by) for line in blocked_lines(groups, is_own_code)
    ] == [(9, Wait.SELECT, 0, ()), (7, Wait.SEND, 180, (created,))]


def test_a_wait_inside_a_library_is_put_on_the_line_that_called_in() -> None:
    frames = stack("runtime.gopark:1 runtime.selectgo:2 net/http.(*persistConn).roundTrip:3 net/http.Get:4 main.work:9")
    (line,) = blocked_lines((GoroutineGroup(1, frames),), is_own_code)
    assert (line.blame.frame.function, line.blame.called, line.wait) == ("main.work", "net/http.Get", Wait.ANSWER)


def test_a_handler_that_reads_its_request_is_told() -> None:
    reading = "internal/poll.(*FD).Read:1 net.(*conn).Read:2 net/http.(*connReader).Read:3 io.ReadAll:4"
    (line,) = blocked_lines((GoroutineGroup(1, stack(f"{reading} main.work:9 net/http.(*conn).serve:5")),), is_own_code)
    assert (line.wait, line.blame.called) == (Wait.NETWORK_READ, "io.ReadAll")


@pytest.mark.parametrize(
    "text",
    [
        "internal/poll.(*FD).Read:1 net.(*conn).Read:2 net/http.(*connReader).Read:3 net/http.(*conn).serve:4",
        "runtime.gopark:1 runtime.selectgo:2 net/http.(*persistConn).writeLoop:3",
        "os/signal.signal_recv:1 os/signal.loop:2",
    ],
)
def test_goroutines_that_run_nobodys_code_are_nobodys_fault(text: str) -> None:
    assert blocked_lines((GoroutineGroup(900, stack(text)),), is_own_code) == ()


@pytest.mark.parametrize(
    ("root", "is_told"),
    [
        ("net/rpc.(*Client).input:109", True),
        ("os/exec.(*Cmd).Start.func2:768", True),
        ("net/http/httptest.(*Server).goServe.func1:586", False),
        ("net/http.(*Server).Serve:1 net/http/httptest.(*Server).goServe.func1:586", False),
        ("net.(*TCPListener).Accept:1 net/http/httptest.(*Server).goServe.func1:586", True),
        ("net/rpc.(*Server).ServeConn:9", False),
        ("os/signal.loop:9", False),
    ],
)
def test_what_a_library_runs_for_itself_is_told_where_it_begins_but_for_who_serves(
    root: str,
    is_told: bool,  # noqa: FBT001
) -> None:
    frames = stack(f"runtime.gopark:474 runtime.selectgo:351 {root}")
    (*_, begin) = frames
    told = blocked_lines([GoroutineGroup(3, frames)], is_own_code)
    assert [line.blame.frame for line in told] == ([begin] if is_told else [])


def test_a_connection_that_waits_for_its_body_is_told_though_it_is_nobodys() -> None:
    frames = stack("runtime.gopark:474 runtime.selectgo:351 net/http.(*persistConn).readLoop:2616")
    (line,) = blocked_lines((GoroutineGroup(1, frames),), is_own_code)
    assert line.wait is Wait.BODY


def told(wait: Wait, count: int = 1, seconds: int = 0) -> BlockedLine:
    frames = stack(OWN)
    (whose,) = {line.blame for line in blocked_lines((GoroutineGroup(1, frames, "select"),), is_own_code)}
    return BlockedLine(whose, wait, count, frames, seconds)


@pytest.mark.parametrize(
    ("wait", "seconds", "too_long"),
    [
        (Wait.SEND, TOO_LONG_SECONDS, True),
        (Wait.MUTEX, TOO_LONG_SECONDS, True),
        (Wait.SEND, TOO_LONG_SECONDS - 60, False),
        (Wait.RECEIVE, TOO_LONG_SECONDS, False),
    ],
)
def test_a_sender_or_whoever_wants_a_lock_may_wait_too_long(wait: Wait, seconds: int, too_long: bool) -> None:  # noqa: FBT001
    assert is_too_long(told(wait, seconds=seconds)) is too_long


@pytest.mark.parametrize(
    ("wait", "count", "many"), [(Wait.SEND, 30, True), (Wait.SEND, 29, False), (Wait.RECEIVE, 900, False)]
)
def test_only_of_senders_a_number_says_something(wait: Wait, count: int, many: bool) -> None:  # noqa: FBT001
    assert are_too_many(told(wait, count)) is many


def test_whoever_waits_for_a_nil_channel_waits_for_ever() -> None:
    assert is_certain(told(Wait.NIL_CHANNEL))
    assert not is_certain(told(Wait.SEND))


@pytest.mark.parametrize(
    ("text", "wait"),
    [
        ("syscall.Syscall6:1 os.(*Process).blockUntilWaitable:2 os/exec.(*Cmd).Wait:3 main.work:9", Wait.UNKNOWN),
        ("internal/poll.(*FD).Read:1 os.(*File).Read:2 io.Copy:3 main.work:9", Wait.UNKNOWN),
        ("internal/poll.(*FD).Read:1 net/http.(*persistConn).Read:3 net/http.(*persistConn).readLoop:4",
         Wait.CONNECTION),
        ("runtime.gopark:474 runtime.selectgo:351 net/http.(*persistConn).readLoop:4", Wait.BODY),
        ("main.work:9", Wait.UNKNOWN),
    ],
)  # fmt: skip
def test_whatever_a_stack_waits_for_it_can_become_more(text: str, wait: Wait) -> None:
    found = waits(stack(text))
    assert found is not None
    assert found.wait is wait


def test_who_waits_for_a_test_is_no_leak_though_a_check_names_it() -> None:
    main = stack("runtime.gopark:474 runtime.chanrecv1:509 testing.(*T).Run:647 testing.(*M).Run:743 main.main:54")
    other = stack("runtime.gopark:474 runtime.exotic:1 main.work:8")
    groups = [GoroutineGroup(1, frames, leaked=True, outlived=True) for frames in (main, other)]
    assert [line.blame.frame.line for line in blocked_lines(groups, is_own_code)] == [8]
