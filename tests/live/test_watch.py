"""A watch of a program that is played by the loopback: what each round tells, and how the watch ends."""

import socket
import threading
from pathlib import Path

import pytest

from loopback import Loopback, Script, answers, says, stays_silent_after
from pprof_lens.live.address import parse
from pprof_lens.live.errors import FetchError, UnreachableError
from pprof_lens.live.watch import MOST_FAILURES, RESTARTED, Round, watch
from pprof_lens.profile.errors import Cancelled

PROFILES = Path(__file__).parent.parent.parent / "examples" / "leaky" / "profiles"
GOROUTINES = answers((PROFILES / "goroutine.pprof").read_bytes())
LEAKED = answers((PROFILES / "goroutineleak.pprof").read_bytes())
MISSING = answers(b"Unknown profile", status="404 Not Found")
BROKEN = says("")


def heap(number: int) -> Script:
    return answers((PROFILES / "series" / f"heap-{number}.pprof").read_bytes())


def watched(place: str, rounds: int) -> list[Round]:
    """What so many rounds tell; the watch is stopped in the last."""
    told: list[Round] = []
    stop = threading.Event()

    def tell(last: Round) -> None:
        told.append(last)
        if len(told) == rounds:
            stop.set()

    watch(parse(place), interval=0, limit=1 << 24, stop=stop, tell=tell, leaks_every=1000)
    return told


def test_each_round_adds_a_capture_of_heap_and_goroutines(serve: Loopback) -> None:
    place = serve(heap(1), GOROUTINES, LEAKED, heap(2), GOROUTINES, heap(3), GOROUTINES)
    told = watched(place, 3)
    assert [request.split()[1] for request in serve.requests] == [
        "/debug/pprof/heap?gc=1",
        "/debug/pprof/goroutine",
        "/debug/pprof/goroutineleak",
        *["/debug/pprof/heap?gc=1", "/debug/pprof/goroutine"] * 2,
    ]
    assert [len(last.evidence.heaps) for last in told] == [1, 2, 3]
    assert sum(group.count for group in told[-1].evidence.leaked) == 176


def test_a_program_without_goroutineleak_is_told_once_and_not_asked_again(serve: Loopback) -> None:
    place = serve(heap(1), GOROUTINES, MISSING, heap(2), GOROUTINES)
    first, second = watched(place, 2)
    assert "Go has it since 1.27" in first.note
    assert second.note == ""


def test_a_restarted_program_begins_a_new_series(serve: Loopback) -> None:
    place = serve(heap(5), GOROUTINES, LEAKED, heap(6), GOROUTINES, heap(1), GOROUTINES)
    told = watched(place, 3)
    assert [last.note for last in told] == ["", "", RESTARTED]
    assert len(told[-1].evidence.heaps) == 1
    assert told[-1].evidence.leaked == ()


def test_a_failed_round_keeps_what_is_known(serve: Loopback) -> None:
    place = serve(heap(1), GOROUTINES, LEAKED, BROKEN, heap(2), GOROUTINES)
    _, failed, after = watched(place, 3)
    assert "without an answer" in failed.failure
    assert len(failed.evidence.heaps) == 1
    assert (after.failure, after.failures, len(after.evidence.heaps)) == ("", 0, 2)


def test_ten_failures_in_a_row_end_the_watch(serve: Loopback) -> None:
    place = serve(heap(1), GOROUTINES, LEAKED, BROKEN)
    with pytest.raises(FetchError, match="The watch ended after 10 failures in a row; the last: "):
        watched(place, 100)
    assert len(serve.requests) == 3 + MOST_FAILURES


def test_a_watch_that_does_not_even_begin_says_why(serve: Loopback) -> None:
    with pytest.raises(UnreachableError):
        watched(serve(BROKEN), 1)


def test_a_stop_ends_a_transfer_that_is_under_way(serve: Loopback) -> None:
    stop = threading.Event()

    def stall(connection: socket.socket) -> None:
        stop.set()
        stays_silent_after(b"HTTP/1.1 200 OK\r\n")(connection)

    with pytest.raises(Cancelled):
        watch(parse(serve(stall)), interval=60, limit=1 << 24, stop=stop, tell=lambda _: None)
