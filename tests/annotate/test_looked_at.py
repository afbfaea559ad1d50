"""What is said of a search for leaks, whether it found anything or not."""

import os
import time
from array import array
from collections.abc import Iterator
from dataclasses import replace

import pytest

from pprof_lens.analysis.captures import CountCapture, HeapCapture
from pprof_lens.analysis.series import Evidence
from pprof_lens.analysis.watched import Proof, Silence, Watched
from pprof_lens.annotate.findings import Finding
from pprof_lens.annotate.looked_at import sentences, stopped
from pprof_lens.annotate.process import paragraph
from pprof_lens.annotate.repaired import Memory
from pprof_lens.profile.goroutines import GoroutineGroup
from pprof_lens.profile.memory_stats import MemoryStats
from pprof_lens.profile.stacks import Frame

NOON = 1_795_521_600.0
MB = 1 << 20


@pytest.fixture(autouse=True)
def _universal_time(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("TZ", "UTC")
    if hasattr(time, "tzset"):
        time.tzset()
    yield
    monkeypatch.undo()
    if hasattr(time, "tzset"):
        time.tzset()


needs_tzset = pytest.mark.skipif(os.name == "nt", reason="the local time cannot be set here")


def heap(seconds: float, size: int) -> HeapCapture:
    one = array("q", [size])
    few = array("d", [1.0])
    return HeapCapture(NOON + seconds, array("q", [0]), one, array("q", [1]), one, few, few, few)


def count(seconds: float, number: int) -> CountCapture:
    return CountCapture(NOON + seconds, array("q", [0]), array("q", [number]))


def series(captures: int, start: float = 0) -> Evidence:
    times = [start + 10 * i for i in range(captures)]
    return Evidence(heaps=tuple(heap(t, 8 * MB) for t in times), counts=tuple(count(t, 243) for t in times))


def test_whose_proof_it_is_that_goroutines_outlived_a_test() -> None:
    named = (GoroutineGroup(2, (Frame("main.work", "main.go", 12),), "select", leaked=True, outlived=True),)
    assert sentences(Evidence(goroutines=named, leaked=named), None)[-1] == (
        "A test's own check names 2 goroutines that outlived it."
    )


@needs_tzset
def test_a_quiet_watch_says_what_it_looked_at() -> None:
    watched = Watched(rounds=7, proof=Proof(given=2, at=NOON + 60))
    assert sentences(series(7), watched) == (
        "Looked at 7 captures over 60 seconds: 8MB in use and 243 goroutines in the last one.",
        "The runtime's own proof of leaked goroutines was asked for twice, last at 12:01:00, and names none.",
    )


@needs_tzset
def test_what_could_not_be_known_is_said() -> None:
    refusal = "localhost:6060 answers with an error (500)."
    watched = Watched(rounds=2, proof=Proof(refusal=refusal), refused=(("heap", refusal),))
    assert sentences(series(2), watched)[1:] == (
        "Growth shows over 4 captures or more.",
        f"The runtime's own proof of leaked goroutines was not to be had: {refusal}",
        f"Its heap profile was not to be had: {refusal}",
    )


def test_a_watch_that_was_too_short_for_memory_says_so() -> None:
    assert sentences(series(5), None)[1] == (
        "Memory that grows shows over 50 seconds or more: what starts grows as well."
    )


@needs_tzset
def test_what_changed_in_between_is_said_with_its_time() -> None:
    silences = (Silence(NOON + 20, "x", NOON + 40), Silence(NOON + 190, "Nothing listens at localhost:6060."))
    watched = Watched(proof=Proof(1, NOON), restarts=(NOON + 70,), silences=silences)
    assert sentences(series(5), watched)[-3:] == (
        "The program was started anew at 12:01:10; what is told is of its last run.",
        "It did not answer from 12:00:20 to 12:00:40.",
        "The program stopped answering at 12:03:10: Nothing listens at localhost:6060.",
    )


@needs_tzset
def test_an_answer_that_was_refused_is_not_said_to_be_none() -> None:
    page = Silence(NOON + 20, "It answers with a page.", NOON + 40, is_answered=True)
    now = Silence(NOON + 190, "It is too large.", is_answered=True)
    assert sentences(series(5), Watched(proof=Proof(1, NOON), silences=(page, now)))[-2:] == (
        "What it answered was of no use from 12:00:20 to 12:00:40: It answers with a page.",
        "What the program answers is of no use since 12:03:10: It is too large.",
    )


@needs_tzset
def test_a_program_that_answers_with_a_hostile_sentence_breaks_no_line() -> None:
    assert stopped(Silence(NOON, "a\n\x1b[31mb")) == "The program stopped answering at 12:00:00: a��[31mb"


def test_one_capture_is_said_to_be_one() -> None:
    assert sentences(replace(series(1), counts=()), None)[:2] == (
        "Looked at 1 capture: 8MB in use in the last one.",
        "Growth shows over 4 captures or more.",
    )


STATS = MemoryStats(
    seconds=1, allocated=66 * MB, live=60 * MB, next_collection=120 * MB, heap=116 * MB, returned=12 * MB,
    stacks=MB, from_system=125 * MB, peak=120 * MB,
)  # fmt: skip


class TestProcess:
    def test_the_parts_of_a_process_are_told(self) -> None:
        assert paragraph([STATS]) == (
            "The process: 60MB in use, 6MB of garbage, garbage up to 120MB in all until the next collection (GOGC), "
            "38MB free but kept, 1MB of stacks, 8MB of the runtime's own; Go holds 113MB of the system. "
            "At its peak the process held 120MB, nothing of which need be outside of Go."
        )

    def test_what_is_outside_of_go_and_grows_is_told(self) -> None:
        later = STATS._replace(seconds=121, peak=825 * MB)
        told = paragraph([STATS._replace(peak=425 * MB), later])
        assert "At its peak the process held 825MB, of which at least 700MB outside of Go (cgo, mapped files)." in told
        assert told.endswith("What grows is what is outside of Go by 200MB a minute.")

    def test_what_does_not_grow_is_not_said_to(self) -> None:
        assert paragraph([STATS, STATS._replace(seconds=61, live=61 * MB)]).endswith("No part of it grows.")

    def test_what_grew_since_an_unknown_time_is_not_told_with_a_rate(self) -> None:
        assert "grow" not in paragraph([STATS._replace(seconds=0), STATS._replace(seconds=121, live=825 * MB)])

    def test_a_process_that_says_nothing_has_no_paragraph(self) -> None:
        assert paragraph([]) == ""


class TestRepair:
    LEAK = Finding("goroutine-leak", "/src/shop/cart.go", 12, "shop.(*Cart).wait", "3 goroutines leaked here.")
    GROWTH = Finding("heap-growth", "/src/shop/cache.go", 21, "shop.Put", "in use here grew.")

    def remembered(self) -> Memory:
        return Memory().with_round(series(4), [self.LEAK, self.GROWTH])

    @needs_tzset
    def test_what_is_gone_is_told_with_since_when(self) -> None:
        leak, growth = self.remembered().gone(series(6, start=300), [], has_proof=True)
        assert leak == (
            "goroutine-leak in shop.(*Cart).wait (cart.go:12), last told at 12:00:30, is gone: "
            "nothing of it since 12:05:00, over 6 captures."
        )
        assert growth.startswith("heap-growth in shop.Put (cache.go:21), last told at 12:00:30, is gone: ")

    def test_it_is_not_gone_while_it_could_not_have_been_found_yet(self) -> None:
        assert self.remembered().gone(series(3, start=300), [], has_proof=True) == ()

    def test_a_proven_leak_is_gone_only_where_the_runtime_was_asked_again(self) -> None:
        (told,) = self.remembered().gone(series(6, start=300), [], has_proof=False)
        assert told.startswith("heap-growth")

    def test_what_is_found_again_on_another_line_is_not_gone(self) -> None:
        moved = replace(self.GROWTH, line=99)
        (told,) = self.remembered().gone(series(6, start=300), [moved], has_proof=True)
        assert told.startswith("goroutine-leak")


def test_of_one_moment_is_told_where_most_wait_and_how_many_the_text_left_out() -> None:
    runtime = Frame("runtime.gopark", "/usr/local/go/src/runtime/proc.go", 424)
    read = Frame("bufio.(*Reader).Read", "/usr/local/go/src/bufio/bufio.go", 223)
    stack = runtime, read, Frame("lib.(*Conn).wait", "/mod/lib@v1.2.3/conn.go", 8), Frame("main.f", "/app/f.go", 9)
    groups = GoroutineGroup(70, stack), GoroutineGroup(12, (runtime, Frame("main.other", "/app/other.go", 3)))
    looked, most, *_ = sentences(Evidence(goroutines=groups, announced=90), None)
    assert looked == "Looked at 82 goroutines of 90 of one moment."
    assert most == (
        "70 of them wait at /mod/lib@v1.2.3/conn.go:8 (lib.(*Conn).wait); "
        "whether their number grows, one moment does not tell."
    )


@pytest.mark.parametrize(
    ("groups", "announced"),
    [
        pytest.param((29,), 0, id="few"),
        pytest.param((31, 1), 200, id="a part of many"),
    ],
)
def test_few_in_one_place_are_not_told(groups: tuple[int, ...], announced: int) -> None:
    given = tuple(GoroutineGroup(n, (Frame("main.f", "/app/f.go", n),)) for n in groups)
    assert "wait at" not in " ".join(sentences(Evidence(goroutines=given, announced=announced), None))


def test_of_whom_is_proved_to_be_stuck_it_is_not_said_that_one_moment_does_not_tell() -> None:
    here = (Frame("main.f", "/app/f.go", 1),)
    for group in (GoroutineGroup(70, here, leaked=True), GoroutineGroup(70, here, deadlocked=True)):
        assert "wait at" not in " ".join(sentences(Evidence(goroutines=(group,)), None))


def test_nor_of_senders_who_are_told_to_be_stuck() -> None:
    sending = Frame("runtime.chansend1", "/usr/local/go/src/runtime/chan.go", 161), Frame("main.f", "/app/f.go", 1)
    assert "wait at" not in " ".join(sentences(Evidence(goroutines=(GoroutineGroup(70, sending),)), None))
