"""A watch of a program that is played by the loopback: what each round tells, and how the watch ends."""

import gc
import gzip
import socket
import threading
import tracemalloc
from collections.abc import Sequence
from pathlib import Path

import pytest

from loopback import Loopback, Script, answers, says, stays_silent_after
from pprof_lens.live import watch as live
from pprof_lens.live.address import parse
from pprof_lens.live.errors import FetchError, UnreachableError
from pprof_lens.live.watch import ALWAYS_ANEW, MOST_FAILURES, RESTARTED, Pace, Round, watch
from pprof_lens.profile.errors import Cancelled

PROFILES = Path(__file__).parent.parent.parent / "examples" / "leaky" / "profiles"
SERIES = PROFILES / "series"
GOROUTINES = answers((PROFILES / "goroutine.pprof").read_bytes())
LEAKED = answers((PROFILES / "goroutineleak.pprof").read_bytes())
NONE_LEAKED = answers(b"goroutineleak profile: total 0\n")
MISSING = answers(b"Unknown profile", status="404 Not Found")
PAGE = answers(b"<!doctype html><title>app</title>", content_type="text/html")
ERROR = answers(b"", status="500 Internal Server Error")
BROKEN = says("")


def heap(number: int) -> Script:
    return answers((SERIES / f"heap-{number}.pprof").read_bytes())


def dump(*numbers: int) -> Script:
    text = "\n".join(f"goroutine {n} [chan send]:\nmain.ask()\n\t/app/main.go:20 +0x1\n" for n in numbers)
    return answers(text.encode())


def counted(count: int) -> Script:
    stack = "#\t0x1\tmain.ask+0x1\t/app/main.go:20\n"
    return answers(f"goroutine profile: total {count}\n{count} @ 0x1\n{stack}".encode())


class Program:
    """Answers each kind of profile with the scripts for it in turn, the last for ever; `asked` has the kinds."""

    def __init__(self, serve: Loopback, **scripts: Sequence[Script]) -> None:
        self._serve = serve
        self._scripts = {kind: list(of) for kind, of in scripts.items()}
        self.place = serve(self._answer)

    @property
    def asked(self) -> list[str]:
        return [request.split()[1].partition("?")[0].rpartition("/")[2] for request in self._serve.requests]

    def _answer(self, connection: socket.socket) -> None:
        of_kind = self._scripts.get(self.asked[-1], [MISSING])
        (of_kind.pop(0) if len(of_kind) > 1 else of_kind[0])(connection)


def watched(place: str, rounds: int, patience: float = 0, leaks_every: float = 1000) -> list[Round]:
    """What so many rounds tell; the watch is stopped in the last."""
    told: list[Round] = []
    stop = threading.Event()

    def tell(last: Round) -> None:
        told.append(last)
        if len(told) == rounds:
            stop.set()

    pace = Pace(0, leaks_every=leaks_every, patience=patience)
    watch(parse(place), pace=pace, limit=1 << 24, stop=stop, tell=tell)
    return told


def test_each_round_adds_a_capture_of_heap_and_goroutines(serve: Loopback) -> None:
    program = Program(serve, heap=[heap(1), heap(2), heap(3)], goroutine=[GOROUTINES], goroutineleak=[LEAKED])
    told = watched(program.place, 3)
    assert program.asked == ["heap", "goroutine", "goroutineleak", *["heap", "goroutine"] * 2]
    assert [len(last.evidence.heaps) for last in told] == [1, 2, 3]
    assert [last.body for last in told] == [(SERIES / f"heap-{number}.pprof").read_bytes() for number in (1, 2, 3)]
    assert sum(group.count for group in told[-1].evidence.leaked) == 176


def test_an_answer_that_unfolds_out_of_all_proportion_is_not_read(
    serve: Loopback, monkeypatch: pytest.MonkeyPatch
) -> None:
    """To read it takes minutes, and every round would bring it anew."""
    monkeypatch.setattr("pprof_lens.live.transfer._UNFOLDED", 1000)
    bomb = gzip.compress(bytes(1 << 20))
    place = serve(answers(bomb))
    with pytest.raises(FetchError) as refused:
        watched(place, 1)
    told = f"answers with {len(bomb)} bytes that unfold to more than {200 * len(bomb)}."
    assert str(refused.value) == f"http://{place}/debug/pprof/heap {told}"


def test_an_answer_that_goes_on_and_on_is_not_taken_and_what_is_known_stays(
    serve: Loopback, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = ((SERIES / f"heap-{number}.pprof").read_bytes() for number in (1, 2))
    monkeypatch.setattr(live, "MOST_TAKEN", len(first))
    program = Program(
        serve, heap=[answers(first), answers(first + second)], goroutine=[MISSING], goroutineleak=[MISSING]
    )
    (*_, last) = watched(program.place, 2)
    assert last.failure == f"{program.place} sends more than {len(first)} bytes."
    assert (last.body, len(last.evidence.heaps)) == (first, 1)


def test_nothing_of_what_was_refused_is_kept_while_a_watch_goes_on(
    serve: Loopback, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live, "MOST_TAKEN", 1 << 22)
    goes_on = says(b"HTTP/1.1 200 OK\r\n\r\n" + bytes(1 << 23))
    program = Program(serve, heap=[goes_on], goroutine=[GOROUTINES], goroutineleak=[MISSING])
    left: list[int] = []
    stop = threading.Event()

    def tell(_: Round) -> None:
        gc.collect()
        left.append(tracemalloc.get_traced_memory()[0])
        stop.set()

    tracemalloc.start()
    watch(parse(program.place), pace=Pace(0), limit=1 << 24, stop=stop, tell=tell)
    tracemalloc.stop()
    assert left[0] < 1 << 22


class TestProof:
    """The runtime's own, which costs the program two garbage collections each time."""

    def test_a_first_one_that_names_nobody_may_be_incomplete_and_is_asked_for_again(self, serve: Loopback) -> None:
        program = Program(serve, heap=[heap(1)], goroutine=[GOROUTINES], goroutineleak=[NONE_LEAKED, LEAKED])
        (told,) = watched(program.place, 1)
        assert program.asked == ["heap", "goroutine", "goroutineleak", "goroutineleak"]
        assert sum(group.count for group in told.evidence.leaked) == 176

    def test_it_is_asked_for_again_in_the_round_that_ends_the_watch(self, serve: Loopback) -> None:
        program = Program(serve, heap=[heap(1), heap(2)], goroutine=[GOROUTINES], goroutineleak=[LEAKED])
        told: list[Round] = []
        pace = Pace(1000, total=0.2)
        watch(parse(program.place), pace=pace, limit=1 << 24, stop=threading.Event(), tell=told.append)
        assert program.asked == [*["heap", "goroutine", "goroutineleak"] * 2, "heap"]
        assert told[-1].watched.proof.given == 2

    def test_a_watch_that_is_to_finish_looks_once_more_at_once_and_asks_for_it(self, serve: Loopback) -> None:
        program = Program(serve, heap=[heap(1), heap(2)], goroutine=[GOROUTINES], goroutineleak=[LEAKED])
        told: list[Round] = []
        finish = threading.Event()

        def tell(last: Round) -> None:
            told.append(last)
            finish.set()

        place, never = parse(program.place), threading.Event()
        watch(place, pace=Pace(1000), limit=1 << 24, stop=never, tell=tell, finish=finish)
        assert [(last.is_last, last.watched.proof.given) for last in told] == [(False, 1), (True, 2)]

    def test_it_is_asked_for_sooner_where_goroutines_become_more(
        self, serve: Loopback, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(live, "LEAKS_SOONEST", 0)
        few, many = (answers(f"goroutine profile: total {n}\n{n} @ 0x1 0x2\n".encode()) for n in (10, 20))
        program = Program(serve, heap=[heap(1)], goroutine=[few, few, many, many], goroutineleak=[LEAKED])
        watched(program.place, 4)
        assert "".join(kind[-1] for kind in program.asked if kind != "heap") == "ekeeeke"  # and a dump before the proof

    @pytest.mark.parametrize("refusal", [MISSING, PAGE, ERROR, BROKEN, GOROUTINES])
    def test_a_program_that_has_none_is_watched_without_it_and_that_is_told_once(
        self, serve: Loopback, refusal: Script
    ) -> None:
        program = Program(serve, heap=[heap(1), heap(2)], goroutine=[GOROUTINES], goroutineleak=[refusal])
        first, second = watched(program.place, 2)
        assert first.note == first.watched.proof.refusal != ""
        assert (second.note, second.failure, len(second.evidence.heaps)) == ("", "", 2)

    @pytest.mark.parametrize(("soonest", "more", "asked"), [(0, 16, 1), (0, 17, 2), (1000, 17, 1)])
    def test_goroutines_that_become_few_more_or_have_become_so_just_now_are_no_reason(
        self, serve: Loopback, monkeypatch: pytest.MonkeyPatch, soonest: float, more: int, asked: int
    ) -> None:
        monkeypatch.setattr(live, "LEAKS_SOONEST", soonest)
        program = Program(serve, heap=[heap(1)], goroutine=[counted(10), counted(more)], goroutineleak=[LEAKED])
        watched(program.place, 2)
        assert program.asked.count("goroutineleak") == asked

    def test_it_is_asked_for_again_after_a_while_though_goroutines_do_not_become_more(self, serve: Loopback) -> None:
        program = Program(serve, heap=[heap(1)], goroutine=[counted(3)], goroutineleak=[LEAKED, NONE_LEAKED])
        assert watched(program.place, 3, leaks_every=0)[-1].watched.proof.given == 3
        assert program.asked.count("goroutineleak") == 3, "only the first of a run may be incomplete"

    def test_a_program_that_refuses_it_twice_is_told_once(self, serve: Loopback) -> None:
        program = Program(serve, heap=[heap(1), heap(2)], goroutine=[GOROUTINES], goroutineleak=[ERROR])
        told = watched(program.place, 2, leaks_every=0)
        assert program.asked.count("goroutineleak") == 2
        assert [bool(last.note) for last in told] == [True, False]

    @pytest.mark.parametrize(("longest", "asked"), [(1000, 2), (0, 1)])
    def test_a_program_that_takes_long_to_refuse_it_is_not_asked_again(
        self, serve: Loopback, monkeypatch: pytest.MonkeyPatch, longest: float, asked: int
    ) -> None:
        monkeypatch.setattr(live, "_LONGEST_PROOF", longest)
        program = Program(serve, heap=[heap(1)], goroutine=[GOROUTINES], goroutineleak=[ERROR])
        pace = Pace(1000, total=0.2, leaks_every=0)
        watch(parse(program.place), pace=pace, limit=1 << 24, stop=threading.Event(), tell=lambda _: None)
        assert program.asked.count("goroutineleak") == asked

    def test_a_watch_is_longer_by_the_time_that_a_refused_proof_took(
        self, serve: Loopback, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(live, "_LONGEST_PROOF", 0.3)
        refused = threading.Event()

        def late(connection: socket.socket) -> None:
            refused.wait(0.6)
            ERROR(connection)

        program = Program(serve, heap=[heap(1), heap(2), heap(3)], goroutine=[GOROUTINES], goroutineleak=[late])
        told: list[Round] = []
        pace = Pace(0.1, total=0.5)
        watch(parse(program.place), pace=pace, limit=1 << 24, stop=threading.Event(), tell=told.append)
        assert len(told) > 2

    def test_a_program_without_it_is_told_which_ones_have_it_and_not_asked_again(self, serve: Loopback) -> None:
        program = Program(serve, heap=[heap(1)], goroutine=[GOROUTINES])
        pace = Pace(1000, total=0.2, leaks_every=0)
        told: list[Round] = []
        watch(parse(program.place), pace=pace, limit=1 << 24, stop=threading.Event(), tell=told.append)
        assert "Go has it since 1.27" in told[0].note
        assert program.asked.count("goroutineleak") == 1


def test_a_program_with_many_goroutines_is_not_asked_for_them_at_each_round(
    serve: Loopback, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live, "MANY_GOROUTINES", 5)
    program = Program(serve, heap=[heap(1), heap(2)], goroutine=[GOROUTINES], goroutineleak=[LEAKED])
    watched(program.place, 3)
    assert program.asked == ["heap", "goroutine", "goroutineleak", "heap", "heap"]


def test_a_program_with_many_goroutines_is_asked_for_them_and_the_proof_in_the_round_that_ends_the_watch(
    serve: Loopback, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live, "MANY_GOROUTINES", 5)
    program = Program(serve, heap=[heap(1)], goroutine=[GOROUTINES], goroutineleak=[LEAKED])
    pace, never = Pace(1000, total=0.1), threading.Event()
    watch(parse(program.place), pace=pace, limit=1 << 24, stop=never, tell=lambda _: None)
    assert (program.asked.count("goroutine"), program.asked.count("goroutineleak")) == (2, 2)


@pytest.mark.parametrize(("count", "given"), [(5, 3), (6, 1)])
def test_of_a_program_with_many_goroutines_the_proof_is_not_asked_for_at_each_round(
    serve: Loopback, monkeypatch: pytest.MonkeyPatch, count: int, given: int
) -> None:
    monkeypatch.setattr(live, "MANY_GOROUTINES", 5)
    monkeypatch.setattr(live, "LEAKS_A_SECOND", 0.01)
    program = Program(serve, heap=[heap(1)], goroutine=[counted(count)], goroutineleak=[LEAKED])
    assert watched(program.place, 3, leaks_every=0)[-1].watched.proof.given == given


def test_the_goroutines_of_such_a_program_without_a_heap_stay_shown_meanwhile(
    serve: Loopback, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live, "MANY_GOROUTINES", 5)
    program = Program(serve, goroutine=[GOROUTINES], goroutineleak=[LEAKED])
    told = watched(program.place, 3)
    assert program.asked.count("goroutine") == 1
    assert [each.profile is not None for each in told] == [True] * 3


def test_a_watch_that_goes_on_asks_for_the_memory_of_the_process(
    serve: Loopback, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live, "MEMORY_AFTER", 0)
    program = Program(serve, heap=[heap(1)], goroutine=[GOROUTINES])
    watched(program.place, 1)
    assert "/debug/pprof/heap?debug=1&gc=0" in [request.split()[1] for request in serve.requests]


def test_a_program_without_a_heap_that_does_not_say_what_memory_it_has_is_not_asked_again(
    serve: Loopback, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live, "MEMORY_AFTER", 0)
    monkeypatch.setattr(live, "MEMORY_EVERY", 0)
    program = Program(serve, goroutine=[GOROUTINES])
    watched(program.place, 3)
    assert program.asked.count("heap") == 2


def test_a_watch_that_goes_on_asks_for_the_memory_of_the_process_now_and_then_only(
    serve: Loopback, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live, "MEMORY_AFTER", 0)
    text = answers((PROFILES / "heap.debug1.txt").read_bytes())
    program = Program(serve, heap=[heap(1), text, heap(2)], goroutine=[GOROUTINES])
    assert len(watched(program.place, 3)[-1].evidence.memory) == 1


def test_the_round_that_ends_the_watch_asks_again_for_a_proof_that_names_nobody(serve: Loopback) -> None:
    program = Program(serve, heap=[heap(1), heap(2)], goroutine=[GOROUTINES], goroutineleak=[LEAKED, NONE_LEAKED])
    pace = Pace(1000, total=0.1)
    watch(parse(program.place), pace=pace, limit=1 << 24, stop=threading.Event(), tell=lambda _: None)
    assert program.asked.count("goroutineleak") == 3


def test_the_round_that_ends_the_watch_asks_for_the_memory_of_the_process(serve: Loopback) -> None:
    text = answers((PROFILES / "heap.debug1.txt").read_bytes())
    program = Program(serve, heap=[heap(1), heap(2), text], goroutine=[GOROUTINES])
    told: list[Round] = []
    pace = Pace(1000, total=0.1)
    watch(parse(program.place), pace=pace, limit=1 << 24, stop=threading.Event(), tell=told.append)
    assert serve.requests[-1].split()[1] == "/debug/pprof/heap?debug=1&gc=0"
    (stats,) = told[-1].evidence.memory
    assert stats.from_system == 125_057_320
    assert stats.live == sum(told[-1].evidence.heaps[-1].inuse_bytes)


def test_a_program_without_a_goroutine_profile_is_watched_for_its_heap(serve: Loopback) -> None:
    program = Program(serve, heap=[heap(1), heap(2)], goroutineleak=[LEAKED])
    told = watched(program.place, 2)
    assert "has no profile goroutine (404)" in told[0].note
    assert program.asked.count("goroutine") == 1
    assert len(told[-1].evidence.heaps) == 2


@pytest.mark.parametrize("refusal", [PAGE, ERROR])
def test_a_program_that_refuses_its_goroutines_is_watched_for_its_heap(serve: Loopback, refusal: Script) -> None:
    program = Program(serve, heap=[heap(n) for n in range(1, 5)], goroutine=[refusal], goroutineleak=[LEAKED])
    told = watched(program.place, 4)
    assert [bool(each.note) for each in told] == [True, False, False, False]
    assert ("".join(each.failure for each in told), program.asked.count("goroutine")) == ("", 2)
    assert told[-1].watched.refused == (("goroutine", told[0].note),)
    assert len(told[-1].evidence.heaps) == 4


@pytest.mark.parametrize(("refusal", "asked"), [(PAGE, 2), (ERROR, 2), (MISSING, 1)])
def test_a_program_that_refuses_its_heap_is_watched_for_its_goroutines(
    serve: Loopback, refusal: Script, asked: int
) -> None:
    program = Program(serve, heap=[refusal], goroutine=[GOROUTINES], goroutineleak=[LEAKED])
    told = watched(program.place, 4)
    assert [bool(each.note) for each in told] == [True, False, False, False]
    assert ("".join(each.failure for each in told), program.asked.count("heap")) == ("", asked)
    assert [each.profile is not None for each in told] == [True] * 4
    assert (len(told[-1].evidence.counts), len(told[-1].evidence.leaked) > 0) == (4, True)
    assert told[-1].watched.refused == (("heap", told[0].note),)


def test_a_program_that_refuses_its_heap_once_is_asked_again(serve: Loopback) -> None:
    program = Program(serve, heap=[ERROR, heap(1), heap(2)], goroutine=[GOROUTINES], goroutineleak=[LEAKED])
    told = watched(program.place, 3)
    assert [len(each.evidence.heaps) for each in told] == [0, 1, 2]
    assert [len(each.watched.refused) for each in told] == [1, 0, 0]


def test_where_goroutines_are_all_that_is_had_a_round_without_them_failed(serve: Loopback) -> None:
    program = Program(serve, heap=[MISSING], goroutine=[GOROUTINES, ERROR, GOROUTINES])
    told = watched(program.place, 3)
    assert [bool(each.failure) for each in told] == [False, True, False]
    assert "(500)" in told[1].failure


def test_a_program_that_refuses_both_is_not_watched_and_says_why_it_refuses_its_heap(serve: Loopback) -> None:
    with pytest.raises(FetchError, match="has no profile heap"):
        watched(Program(serve, heap=[MISSING], goroutine=[ERROR]).place, 1)


def test_a_program_that_goes_while_it_is_asked_for_its_goroutines_is_gone(serve: Loopback) -> None:
    program = Program(serve, heap=[heap(1)], goroutine=[GOROUTINES, BROKEN], goroutineleak=[LEAKED])
    assert [bool(each.failure) for each in watched(program.place, 2)] == [False, True]


def test_a_program_that_refuses_its_goroutines_once_is_asked_again(serve: Loopback) -> None:
    program = Program(serve, heap=[heap(1)], goroutine=[ERROR, GOROUTINES, ERROR, GOROUTINES], goroutineleak=[LEAKED])
    told = watched(program.place, 4)
    assert [each.failure for each in told] == [""] * 4
    assert len(told[-1].evidence.counts) > 1


def test_a_restarted_program_begins_a_new_series(serve: Loopback) -> None:
    program = Program(serve, heap=[heap(5), heap(6), heap(1)], goroutine=[GOROUTINES], goroutineleak=[LEAKED, MISSING])
    told = watched(program.place, 3)
    assert [last.note.partition(" 127")[0] for last in told] == ["", "", RESTARTED]
    assert len(told[-1].evidence.heaps) == 1
    assert told[-1].evidence.leaked == ()
    assert len(told[-1].watched.restarts) == 1


def test_each_start_of_runs_that_last_is_told(serve: Loopback) -> None:
    run = [heap(number) for number in (1, 2, 5, 6)]
    program = Program(serve, heap=run * 4, goroutine=[GOROUTINES], goroutineleak=[NONE_LEAKED])
    assert [last.note for last in watched(program.place, 16) if last.note] == [RESTARTED] * 3


def test_another_program_at_each_round_is_told_once_and_not_each_time(serve: Loopback) -> None:
    program = Program(serve, heap=[heap(6), heap(1)] * 8, goroutine=[GOROUTINES], goroutineleak=[NONE_LEAKED])
    told = watched(program.place, 16)
    assert [last.note for last in told if last.note] == [RESTARTED, ALWAYS_ANEW]
    assert len(told[-1].watched.restarts) > 6


def test_a_failed_round_keeps_what_is_known(serve: Loopback) -> None:
    program = Program(serve, heap=[heap(1), BROKEN, heap(2)], goroutine=[GOROUTINES], goroutineleak=[LEAKED])
    _, failed, after = watched(program.place, 3)
    assert "without an answer" in failed.failure
    assert len(failed.evidence.heaps) == 1
    assert (after.failure, after.failures, len(after.evidence.heaps)) == ("", 0, 2)


def test_when_the_program_was_silent_is_remembered(serve: Loopback) -> None:
    program = Program(serve, heap=[heap(1), BROKEN, BROKEN, heap(2), BROKEN], goroutine=[GOROUTINES])
    over, lasting = watched(program.place, 6)[-1].watched.silences
    assert over.until is not None
    assert over.since <= over.until <= lasting.since
    assert "without an answer" in lasting.why
    assert lasting.until is None


def test_a_time_of_answers_that_are_of_no_use_is_none_in_which_the_program_is_gone(serve: Loopback) -> None:
    program = Program(serve, heap=[heap(1), answers(b"<html>"), BROKEN, heap(2)], goroutine=[GOROUTINES])
    page, gone = watched(program.place, 4)[-1].watched.silences
    assert (page.is_answered, page.until == gone.since, gone.is_answered) == (True, True, False)


def test_a_silence_that_is_over_is_over_since_the_first_round_after_it(serve: Loopback) -> None:
    program = Program(serve, heap=[heap(1), BROKEN, heap(2), heap(3)], goroutine=[GOROUTINES])
    *_, first, second = watched(program.place, 4)
    assert first.watched.silences == second.watched.silences


def test_ten_failures_in_a_row_end_the_watch(serve: Loopback) -> None:
    program = Program(serve, heap=[heap(1), BROKEN], goroutine=[GOROUTINES], goroutineleak=[LEAKED])
    with pytest.raises(FetchError, match="The watch ended after 10 failures in a row; the last: "):
        watched(program.place, 100)
    assert len(serve.requests) == 3 + MOST_FAILURES


def test_a_program_that_answers_without_a_profile_is_given_up_at_once(serve: Loopback) -> None:
    program = Program(serve, heap=[heap(1), MISSING], goroutine=[GOROUTINES])
    with pytest.raises(FetchError, match="The watch ended after 10 failures in a row; the last: "):
        watched(program.place, 100, patience=600)


def test_a_forwarded_port_that_breaks_for_a_while_does_not_end_the_watch(serve: Loopback) -> None:
    program = Program(serve, heap=[heap(1), *[BROKEN] * 15, heap(2)], goroutine=[GOROUTINES])
    told = watched(program.place, 17, patience=600)
    assert [last.failures for last in told] == [0, *range(1, 16), 0]


def test_a_watch_that_does_not_even_begin_says_why(serve: Loopback) -> None:
    with pytest.raises(UnreachableError):
        watched(serve(BROKEN), 1)


def test_a_stop_ends_a_transfer_that_is_under_way(serve: Loopback) -> None:
    stop = threading.Event()

    def stall(connection: socket.socket) -> None:
        stop.set()
        stays_silent_after(b"HTTP/1.1 200 OK\r\n")(connection)

    with pytest.raises(Cancelled):
        watch(parse(serve(stall)), pace=Pace(60), limit=1 << 24, stop=stop, tell=lambda _: None)


def test_where_goroutines_become_more_a_dump_tells_which_they_are(
    serve: Loopback, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live, "CENSUS_EVERY", 0.0)
    more = [counted(10), counted(30), dump(*range(1, 31)), counted(40), dump(*range(1, 41))]
    program = Program(serve, heap=[heap(1)], goroutine=more, goroutineleak=[MISSING])
    (*_, last) = watched(program.place, 3)
    assert [sum(map(len, taken.ids.values())) for taken in last.evidence.censuses] == [30, 40]


def test_where_they_stay_as_many_no_dump_is_asked_for(serve: Loopback, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live, "CENSUS_EVERY", 0.0)
    program = Program(serve, heap=[heap(1)], goroutine=[GOROUTINES], goroutineleak=[MISSING])
    watched(program.place, 3)
    assert program.asked.count("goroutine") == 3


def test_a_dump_that_was_just_taken_is_not_taken_again(serve: Loopback) -> None:
    more = [counted(10), counted(30), dump(*range(1, 31)), counted(40)]
    program = Program(serve, heap=[heap(1)], goroutine=more, goroutineleak=[MISSING])
    watched(program.place, 4)
    assert program.asked.count("goroutine") == 4 + 1


def test_a_program_that_gives_no_dump_is_not_asked_again(serve: Loopback, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live, "CENSUS_EVERY", 0.0)
    more = [counted(10), counted(30), MISSING, counted(40)]
    program = Program(serve, heap=[heap(1)], goroutine=more, goroutineleak=[MISSING])
    assert [last.failure for last in watched(program.place, 4)] == [""] * 4
    assert program.asked.count("goroutine") == 4 + 1


@pytest.mark.parametrize(("count", "dumps"), [(14, 0), (15, 1), (20, 1), (21, 0)])
def test_no_dump_is_taken_of_few_more_or_of_too_many(
    serve: Loopback, monkeypatch: pytest.MonkeyPatch, count: int, dumps: int
) -> None:
    monkeypatch.setattr(live, "MOST_DUMPED", 20)
    program = Program(serve, heap=[heap(1)], goroutine=[counted(10), counted(count)], goroutineleak=[MISSING])
    watched(program.place, 2)
    assert program.asked.count("goroutine") == 2 + dumps


def test_a_dump_that_is_larger_than_one_of_few_goroutines_is_not_taken(
    serve: Loopback, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live, "MOST_OF_A_DUMP", 1000)
    monkeypatch.setattr(live, "CENSUS_EVERY", 0.0)
    more = [counted(10), counted(30), dump(*range(1, 31)), counted(40)]
    program = Program(serve, heap=[heap(1)], goroutine=more, goroutineleak=[MISSING])
    (*_, last) = watched(program.place, 3)
    assert (last.evidence.censuses, program.asked.count("goroutine")) == ((), 3 + 1)


def test_a_dump_of_lines_without_end_is_not_read(serve: Loopback, monkeypatch: pytest.MonkeyPatch) -> None:
    """As objects they would take many times their size."""
    monkeypatch.setattr("pprof_lens.profile.read.read_dump", lambda _: pytest.fail("it was read"))
    lines = answers(b"goroutine 1 [running]:" + b"\n" * (1 << 20))
    more = [counted(10), counted(30), lines, counted(40)]
    program = Program(serve, heap=[heap(1)], goroutine=more, goroutineleak=[MISSING])
    assert [last.failure for last in watched(program.place, 3)] == [""] * 3


def test_after_a_dump_that_takes_long_to_read_none_is_asked_for(
    serve: Loopback, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live, "CENSUS_EVERY", 0.0)
    monkeypatch.setattr(live, "_LONGEST_READING", 0.0)
    more = [counted(10), counted(30), dump(*range(1, 31)), counted(40)]
    program = Program(serve, heap=[heap(1)], goroutine=more, goroutineleak=[MISSING])
    (*_, last) = watched(program.place, 3)
    assert (len(last.evidence.censuses), program.asked.count("goroutine")) == (1, 3 + 1)
