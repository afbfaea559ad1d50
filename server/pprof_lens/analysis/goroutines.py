"""What goroutines wait for and on which line, said in the words of the Go community; and which of them are stuck.

The cause is read off the frames above the line: the runtime's and the sync package's names are as much an interface
as any. The runtime proves leaks itself (the profile `goroutineleak`, and `leaked` in a dump). A number at one moment
proves nothing, but that of senders who wait; what becomes more and more is told whatever it waits for.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import NamedTuple

from pprof_lens.analysis.blame import Blame, IsOwn, blame, library
from pprof_lens.profile.goroutines import GoroutineGroup
from pprof_lens.profile.stacks import Frame
from pprof_lens.source.symbols import package_of

MANY_SENDERS = 30
"""So many senders on one line are stuck as far as one profile can tell: unlike receivers they have work in hand."""

TOO_LONG_SECONDS = 5 * 60
"""Nobody holds a lock, or makes a sender wait, for so long on purpose."""


class Wait(Enum):
    """What a goroutine waits for; the value says, after `stuck here, `, what makes it wait for ever."""

    SEND = "sending on a channel that nobody receives from"
    RECEIVE = "receiving from a channel that nobody sends to or closes"
    RECEIVE_OR_RANGE = "receiving from or ranging over a channel that is never closed"
    RANGE = "ranging over a channel that is never closed"
    SELECT = "in a select"
    NOTHING = "in a select without cases"
    NIL_CHANNEL = "on a nil channel, which blocks for ever"
    WAIT_GROUP = "in WaitGroup.Wait without a Done for each Add"
    MUTEX = "locking a Mutex that is never unlocked"
    RW_MUTEX = "locking a RWMutex that is never unlocked"
    COND = "in Cond.Wait without a Signal or Broadcast"
    ONCE = "in Once.Do whose function does not return"
    CONTEXT = "waiting for a context that nobody cancels"
    TIMER = "in a ticker or timer loop that does not end"
    NETWORK_READ = "reading from the network without a deadline"
    NETWORK_WRITE = "writing to the network without a deadline"
    ANSWER = "waiting for an answer over HTTP without a timeout"
    BODY = "for a response body that is neither read to its end nor closed"
    CONNECTION = "for the next request on a connection that is kept open"
    UNKNOWN = "in a call that does not return"


ENDING_BY_THEMSELVES = frozenset(
    (Wait.TIMER, Wait.NETWORK_READ, Wait.NETWORK_WRITE, Wait.ANSWER, Wait.BODY, Wait.CONNECTION, Wait.UNKNOWN)
)
"""Waits that end sooner or later: where more wait so, there may just be more to do."""

OF_CONNECTIONS = frozenset((Wait.BODY, Wait.CONNECTION))
"""Waits of net/http's own goroutines, for a line of the program that made the request."""

OF_WORKERS = frozenset((Wait.RECEIVE, Wait.RECEIVE_OR_RANGE, Wait.RANGE))
"""Waits of those who wait for work: a pool that fills has more and more of them."""


class Blocked(NamedTuple):
    """What a stack waits for, and the index of the frame that does the waiting, beyond the runtime's own."""

    wait: Wait
    at: int


@dataclass(frozen=True, slots=True)
class BlockedLine:
    """The goroutines that wait for the same on one line of the workspace.

    `frames` is the stack of the largest group; `wait_seconds` the longest wait, 0 where none is told, `seen_seconds`
    for how long one of them is known to be there; `created_by` the `go` statements, where a dump tells them. `leaked`
    is the runtime's own proof, and so is `deadlocked`; `hung` are those of a test that never ended. `labels` are those
    that all of them have; `groups` are all of them, by their stacks.
    """

    blame: Blame
    wait: Wait
    count: int
    frames: tuple[Frame, ...]
    wait_seconds: int = 0
    seen_seconds: int = 0
    leaked: bool = False
    deadlocked: bool = False
    hung: bool = False
    created_by: tuple[Frame, ...] = ()
    labels: tuple[tuple[str, tuple[str, ...]], ...] = ()
    groups: tuple[GoroutineGroup, ...] = ()


_BY_FUNCTION = {
    "runtime.chansend1": Wait.SEND,
    "runtime.chanrecv1": Wait.RECEIVE,
    "runtime.chanrecv2": Wait.RECEIVE_OR_RANGE,
    "runtime.selectgo": Wait.SELECT,
    "runtime.block": Wait.NOTHING,
    "time.Sleep": Wait.TIMER,
    "sync.(*WaitGroup).Wait": Wait.WAIT_GROUP,
    "sync.(*Mutex).Lock": Wait.MUTEX,
    "sync.(*Mutex).lockSlow": Wait.MUTEX,
    "internal/sync.(*Mutex).lockSlow": Wait.MUTEX,
    "sync.(*RWMutex).Lock": Wait.RW_MUTEX,
    "sync.(*RWMutex).RLock": Wait.RW_MUTEX,
    "sync.(*Cond).Wait": Wait.COND,
    "sync.(*Once).Do": Wait.ONCE,
    "internal/poll.(*FD).Read": Wait.NETWORK_READ,
    "internal/poll.(*FD).ReadFrom": Wait.NETWORK_READ,
    "internal/poll.(*FD).ReadFromInet4": Wait.NETWORK_READ,
    "internal/poll.(*FD).ReadFromInet6": Wait.NETWORK_READ,
    "internal/poll.(*FD).ReadMsg": Wait.NETWORK_READ,
    "internal/poll.(*FD).Write": Wait.NETWORK_WRITE,
}
_BY_STATE = {
    "chan send": Wait.SEND,
    "chan receive": Wait.RECEIVE_OR_RANGE,
    "chan send (nil chan)": Wait.NIL_CHANNEL,
    "chan receive (nil chan)": Wait.NIL_CHANNEL,
    "select": Wait.SELECT,
    "select (no cases)": Wait.NOTHING,
    "sleep": Wait.TIMER,
}
_OF_THE_RUNTIMES_OWN = frozenset(("finalizer wait", "cleanup wait", "idle"))
"""States of what serves the runtime, whose functions were in C once and have no package in a dump of then."""

_WAITING_ROOMS = frozenset(("runtime", "internal", "sync", "syscall"))
OF_THE_RUNTIME = frozenset((*_WAITING_ROOMS, "net", "net/http", "os", "os/signal", "testing", "main"))
"""Goroutines that begin there serve connections, signals or tests, or are told otherwise, but for functions that a
program can call: it may start one itself."""

_SERVES = re.compile(r"[sS]erve|[hH]andle")
"""Who serves a connection was made by whoever connected, and by no line of the program."""

_CHANNEL_OPERATIONS = ("runtime.chansend", "runtime.chanrecv")
_NIL_CHECK_LINES = 40
"""A channel operation parks on a nil channel in its first lines, on any other a hundred lines on (runtime/chan.go)."""


_IDLE = frozenset(
    (
        "internal/poll.(*FD).Accept",
        "os.(*File).Read",
        "runtime.main",
    )
)
"""Functions of which whoever is in them waits just so. Goroutines that run nobody's code at all, as those of HTTP
connections, signals and the runtime, need no entry: they are nobody's fault."""

_READ_LOOP = "net/http.(*persistConn).readLoop"
_BY_WAITER = {
    _READ_LOOP: Wait.BODY,
    "net/http.(*persistConn).roundTrip": Wait.ANSWER,
}


_OF_THE_PROGRAM = frozenset(("runtime.main",))
"""Functions of which there is one."""

_OF_TESTS = frozenset(("testing", "testing/synctest"))
"""What waits in these waits for tests, which are told themselves."""

_WAITING_FOR_TESTS = frozenset(("testing.(*T).Run", "testing.(*T).Parallel", "testing.(*B).Run"))

_AT_WORK = frozenset((Wait.SEND, Wait.RECEIVE, Wait.MUTEX, Wait.RW_MUTEX, Wait.WAIT_GROUP, Wait.ONCE))
"""Waits of who is no worker that waits for work, where others hang."""


def blocked(frames: Sequence[Frame], state: str = "", starts: Mapping[str, int] | None = None) -> Blocked | None:
    """What this stack, its leaf first, waits for; None where it runs or is known to be idle.

    `state` is a dump's; `starts` has the line of each function's `func`, which tells a nil channel in a profile.
    """
    if any(frame.function in _IDLE for frame in frames):
        return None
    at = next((i for i, frame in enumerate(frames) if not _is_waiting_room(frame.function)), None)
    if at is None or package_of(frames[at].function) in _OF_TESTS:
        return None
    named = [_BY_FUNCTION[frame.function] for frame in frames[:at] if frame.function in _BY_FUNCTION]
    of_state = _BY_STATE.get(state)
    wait = of_state if of_state is Wait.NIL_CHANNEL or not named else named[-1]
    if wait is None:
        return None
    if wait is Wait.SELECT:
        return Blocked(_BY_WAITER.get(frames[at].function, wait), at)
    return Blocked(Wait.NIL_CHANNEL if _parks_at_nil_check(frames[:at], starts or {}) else wait, at)


def waits(frames: Sequence[Frame], state: str = "", starts: Mapping[str, int] | None = None) -> Blocked | None:
    """The same of every stack that has a frame of anyone's: idle ones and those of an unknown wait are where they are.

    What becomes more and more is told whatever it waits for.
    """
    if state in _OF_THE_RUNTIMES_OWN or state.endswith("(idle)"):
        return None
    known = blocked(frames, state, starts)
    loop = next((i for i, frame in enumerate(frames) if frame.function == _READ_LOOP), None)
    if loop is not None and (known is None or known.wait is not Wait.BODY):
        return Blocked(Wait.CONNECTION, loop)
    if known is not None:
        return known
    at = next((i for i, frame in enumerate(frames) if not _is_waiting_room(frame.function)), None)
    if at is None or any(frame.function in _OF_THE_PROGRAM for frame in frames):
        return None
    return Blocked(Wait.UNKNOWN, at) if package_of(frames[at].function) not in _OF_TESTS else None


def blocked_lines(
    groups: Iterable[GoroutineGroup], is_own: IsOwn, starts: Mapping[str, int] | None = None
) -> tuple[BlockedLine, ...]:
    """The lines of the workspace on which goroutines wait, the most goroutines first.

    Those that a library runs for itself stand where they begin in it.
    """
    found: dict[tuple[str, int, Wait, bool, bool, bool], list[tuple[Blame, GoroutineGroup]]] = defaultdict(list)
    for group in groups:
        is_proved = group.leaked or group.deadlocked
        # That of main waits for the others, as a rule; proved to be stuck it is one of them.
        frames = group.frames if not is_proved else [f for f in group.frames if f.function != "runtime.main"]
        what = waits(frames, group.state, starts)
        if what is None and group.leaked and frames and not _is_of_tests(frames):
            what = Blocked(Wait.UNKNOWN, len(frames) - 1)
        whose = whose_fault(group.frames, what, is_own) if what else None
        if what and whose is None and group.leaked:
            whose = Blame(group.frames[what.at], what.at)
        if what and whose:
            key = (whose.frame.file, whose.frame.line, what.wait, group.leaked, group.deadlocked, group.hung)
            found[key].append((whose, group))
    lines = [
        BlockedLine(
            blame=members[0][0],
            wait=wait,
            count=sum(group.count for _, group in members),
            frames=members[0][1].frames,
            wait_seconds=max(group.wait_seconds for _, group in members),
            leaked=leaked,
            deadlocked=deadlocked,
            hung=hung,
            labels=_shared([group.labels for _, group in members]),
            groups=tuple(group for _, group in members),
            created_by=tuple(dict.fromkeys(group.created_by for _, group in members if group.created_by)),
        )
        for (_, _, wait, leaked, deadlocked, hung), members in found.items()
    ]
    return tuple(sorted(lines, key=lambda line: (-line.count, line.blame.frame)))


def _is_of_tests(frames: Sequence[Frame]) -> bool:
    """Whether it is one of the testing package's own, or waits in that for a test, as main does."""
    waits_in = next((frame for frame in frames if not _is_waiting_room(frame.function)), frames[-1])
    return waits_in.function in _WAITING_FOR_TESTS or package_of(frames[-1].function) in _OF_TESTS


def whose_fault(frames: Sequence[Frame], what: Blocked, is_own: IsOwn) -> Blame | None:
    """The workspace's frame that waits, or that called what waits; of a library's own goroutine where that begins."""
    if what.wait in OF_CONNECTIONS:
        return Blame(frames[what.at], what.at)
    whose = blame(frames, is_own, leaf=what.at)
    if whose is None and _is_of_library(frames):
        return Blame(frames[-1], len(frames) - 1)
    return whose


def kept_by_library(frames: Sequence[Frame]) -> Blame | None:
    """Where a goroutine begins that allocates wholly in a library, which is not the standard one."""
    whose = library(frames[-1]) if frames else ""
    is_kept = whose and whose != "the standard library" and _is_of_library(frames)
    return Blame(frames[-1], len(frames) - 1) if is_kept else None


def _is_of_library(frames: Sequence[Frame]) -> bool:
    """Whether a library runs it for itself, since the program made something of the library's."""
    package, name = package_of(frames[-1].function), frames[-1].function.rpartition("/")[2]
    is_callable = name.rpartition(".")[2][:1].isupper()
    if (package in OF_THE_RUNTIME and not is_callable) or package.split("/")[0] in _WAITING_ROOMS:
        return False
    return not _SERVES.search(name) or any(frame.function.endswith(".Accept") for frame in frames)


def is_certain(line: BlockedLine) -> bool:
    """Whether one profile proves that these never go on: the runtime says so, or they wait for a nil channel."""
    is_at_work = line.hung and line.wait in _AT_WORK
    return line.leaked or line.deadlocked or is_at_work or line.wait is Wait.NIL_CHANNEL


def is_running(line: BlockedLine) -> bool:
    """Whether a dump says of all of them that they wait for nothing, only perhaps for their turn."""
    return all(group.state in ("running", "runnable") for group in line.groups)


def is_too_long(line: BlockedLine) -> bool:
    """Whether a sender or whoever wants a lock has waited for longer than anyone does on purpose, as a dump tells.

    Receivers, selects and the like may be idle workers, which wait just so.
    """
    return line.wait in (Wait.SEND, Wait.MUTEX, Wait.RW_MUTEX) and line.wait_seconds >= TOO_LONG_SECONDS


def are_too_many(line: BlockedLine) -> bool:
    """Whether so many have work in hand that nobody takes, as far as a lone profile can tell."""
    return line.wait is Wait.SEND and line.count >= MANY_SENDERS


def _shared(labels: Sequence[tuple[tuple[str, tuple[str, ...]], ...]]) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """The labels that are in all of these sets."""
    return tuple(label for label in labels[0] if all(label in other for other in labels[1:]))


def _is_waiting_room(function: str) -> bool:
    """Whether a function is one that waits on behalf of whoever called it."""
    package = package_of(function)
    return package.split("/")[0] in _WAITING_ROOMS or package == "net" or function == "time.Sleep"


def _parks_at_nil_check(frames: Sequence[Frame], starts: Mapping[str, int]) -> bool:
    return any(
        frame.function in _CHANNEL_OPERATIONS and 0 < frame.line - starts.get(frame.function, 0) < _NIL_CHECK_LINES
        for frame in frames
        if starts.get(frame.function)
    )
