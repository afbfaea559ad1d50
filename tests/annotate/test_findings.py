"""The findings about leaks in the words that a user reads, and how they are silenced."""

import gc
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from unittest.mock import Mock

import pytest

from heaps import goroutines, heap
from pprof_lens.analysis import verdict
from pprof_lens.analysis.gotext import SourceLine
from pprof_lens.analysis.series import Evidence, Series, of_profiles
from pprof_lens.analysis.verdict import Finder, no_source
from pprof_lens.annotate.findings import Finding, at_origins, in_words, is_ignored, is_silenced, pattern_of, told
from pprof_lens.profile.goroutine_dump import Goroutine, dump_profile
from pprof_lens.profile.goroutines import GoroutineGroup
from pprof_lens.profile.model import Profile
from pprof_lens.profile.stacks import Frame

SEND = "runtime.gopark proc.go:474; runtime.chansend chan.go:283; runtime.chansend1 chan.go:161"
RECEIVE = "runtime.gopark proc.go:474; runtime.chanrecv chan.go:667; runtime.chanrecv2 chan.go:514"
SELECT = "runtime.gopark proc.go:474; runtime.selectgo select.go:351"


def find(evidence: Evidence, source_line: SourceLine = no_source) -> tuple[Finding, ...]:
    """What accuses."""
    return tuple(finding for finding in facts(evidence, source_line) if finding.accuses)


def facts(evidence: Evidence, source_line: SourceLine = no_source) -> list[Finding]:
    """With what only waits."""
    return list(map(in_words, Finder().find(evidence, source_line)))


def all_of(evidence: Evidence, source: str | None = None) -> str:
    """`FILE:LINE CODE: MESSAGE`, one finding a line."""
    found = find(evidence, source_line=lambda _path, _line: source)
    return "\n".join(f"{f.profile_path}:{f.line} {f.code}: {f.message}" for f in found)


def growing(stack: str, *, size: int = 1 << 20, churn: int = 0, rounds: int = 6) -> Evidence:
    """Three objects more each ten seconds, and so many that are freed at once."""
    return of_profiles(
        heap(10 * (i + 1), f"{stack} = {size}: {3 * i + 1} {(3 + churn) * i + 1}") for i in range(rounds)
    )


CACHE = "example.com/shop/cache.Put cache.go:3; example.com/shop/server.handle server.go:9; main.main main.go:7"


def test_growing_memory_is_told_with_its_rate_and_who_allocates() -> None:
    assert all_of(growing(CACHE, rounds=8)) == (
        "cache.go:3 heap-growth: in use here grew 18.0 MB/min over 8 snapshots, never shrank; 18 objects/min; "
        "allocated by cache.Put from server.handle."
    )


def test_memory_that_a_library_allocates_is_put_on_the_line_that_called_it() -> None:
    stack = f"strings.(*Builder).grow strings/builder.go:66; strings.Repeat strings/strings.go:600; {CACHE}"
    assert all_of(growing(stack, rounds=8)) == (
        "cache.go:3 heap-growth: in use here grew 18.0 MB/min over 8 snapshots, never shrank; 18 objects/min; "
        "allocated by strings.Repeat of the standard library from cache.Put."
    )


def test_churn_beside_a_leak_is_told() -> None:
    assert "grew 18.0 MB/min of 78.0 MB/min allocated over" in all_of(growing(CACHE, churn=10, rounds=30))


def test_the_path_of_calls_leads_to_the_line() -> None:
    (finding,) = find(growing(CACHE, rounds=8))
    assert [(r.profile_path, r.line, r.message) for r in finding.related] == [
        ("server.go", 9, "called by server.handle"),
        ("main.go", 7, "called by main.main"),
    ]


def test_what_only_libraries_hold_is_nobodys() -> None:
    assert all_of(growing("net/http.(*conn).serve net/http/server.go:5", rounds=8)) == ""


def test_leaked_goroutines_are_told_with_their_cause() -> None:
    evidence = of_profiles(
        [goroutines(1, f"{SEND}; main.ask main.go:12; main.run main.go:3 = 3", kind="goroutineleak")]
    )
    assert all_of(evidence) == (
        "main.go:12 goroutine-leak: 3 goroutines leaked here, sending on a channel that nobody receives from; "
        "in a goroutine that runs main.run."
    )


def test_the_source_tells_a_range_from_a_receive() -> None:
    evidence = of_profiles([goroutines(1, f"{RECEIVE}; main.work main.go:12 = 1", kind="goroutineleak")])
    assert all_of(evidence, "for job := range jobs {").endswith("ranging over a channel that is never closed.")


def test_a_number_at_one_moment_is_a_fact_and_accuses_nobody() -> None:
    evidence = of_profiles([goroutines(1, f"{SELECT}; main.work main.go:12 = 250\n{SEND}; main.ask main.go:20 = 1")])
    assert all_of(evidence) == ""
    assert [(fact.line, fact.grade, fact.message) for fact in facts(evidence)] == [
        (12, "waiting", "250 goroutines wait here, in a select."),
        (20, "waiting", "1 goroutine waits here, sending on a channel."),
    ]


def test_many_senders_in_a_lone_profile_are_accused_though_they_only_wait() -> None:
    (finding,) = find(of_profiles([goroutines(1, f"{SEND}; main.ask main.go:20 = 40")]))
    assert (finding.line, finding.grade) == (20, "waiting")


@pytest.mark.parametrize(
    ("line", "made", "told"),
    [
        ("jobs <- job", "jobs := make(chan job, 100)", False),
        ("s.jobs <- job", "return &server{jobs: make(chan job, size)}", False),
        ("l.c <- struct{}{}", "return &limit{make(chan struct{}, n)}", False),
        ("jobs <- job", "jobs := make(chan job)", True),
        ("done <- struct{}{}", "done := make(chan struct{}, 1)", True),
        ("jobs <- job", "others := make(chan job, 100)", True),
        ("ask(job)", "jobs := make(chan job, 100)", True),
    ],
)
def test_many_senders_on_a_channel_with_room_may_wait_for_their_turn(line: str, made: str, *, told: bool) -> None:
    text = ["func main() {", f"\t{made}", f"\t{line}"]
    evidence = of_profiles([goroutines(1, f"{SEND}; main.ask main.go:3 = 300")])
    assert bool(find(evidence, lambda _, number: text[number - 1] if number <= len(text) else None)) is told


def test_who_waits_for_longer_than_anyone_means_is_accused_though_it_only_waits() -> None:
    assert (dumped().grade, dumped().accuses) == ("waiting", True)


@pytest.mark.parametrize(
    ("loop", "count", "told"),
    [
        ("for {", 1, False),
        ("for n := 0; ; n++ {", 1, False),
        ("for range ticker.C {", 1, False),
        ("for {", 2, True),
        ("for _, row := range rows {", 1, True),
        ("if found {", 1, True),
    ],
)
def test_a_lone_sender_in_an_endless_loop_may_wait_for_as_long_as_nobody_asks(
    loop: str, count: int, *, told: bool
) -> None:
    text = ["func number() {", f"\t{loop}", "\t\tnumbers <- n", "\t}", "}"]
    group = GoroutineGroup(count, (Frame("main.number", "main.go", 3),), "chan send", 3600)
    found = find(Evidence(goroutines=(group,)), lambda _, line: text[line - 1] if line <= len(text) else None)
    assert bool(found) is told


def test_the_first_rounds_of_a_watch_accuse_nobody() -> None:
    series = [goroutines(5 * i, f"{SEND}; main.ask main.go:20 = {40 + 10 * i}") for i in range(1, 4)]
    assert all_of(of_profiles(series)) == ""


def test_waits_that_end_by_themselves_take_longer_to_be_sure_of() -> None:
    def series(seconds: int) -> Evidence:
        sleeping = "runtime.gopark proc.go:474; time.Sleep sleep.go:368; main.poll main.go:12"
        return of_profiles(goroutines(seconds * i, f"{sleeping} = {20 * i}") for i in range(1, 8))

    assert all_of(series(5)) == ""
    assert all_of(series(10)).startswith("main.go:12 goroutines-blocked: 140 goroutines are stuck here")


def watched(*dumps: tuple[int, range]) -> Iterator[Evidence]:
    """A watch of 80 seconds without dumps, and with these: of senders with these ids at these seconds."""
    series = Series()
    for i in range(1, 9):
        series.add(goroutines(10 * i, f"{SEND}; main.ask main.go:20 = {20 * i}"))
    yield series.evidence()
    for seconds, among in dumps:
        stack, by = (Frame("main.ask", "main.go", 20),), Frame("main.serve", "main.go", 7)
        series.add_dump([Goroutine(number, "chan send", stack, created_by=by) for number in among], seconds)
    yield series.evidence()


def after(*dumps: tuple[int, range]) -> Evidence:
    return list(watched(*dumps))[-1]


def test_others_each_time_are_no_leak_however_many_more_they_become() -> None:
    """Two dumps tell whether those that wait are still those that waited."""
    growing_ = "main.go:20 goroutines-blocked: 160 goroutines are stuck here"
    assert all_of(after((50, range(100)), (70, range(140)))).startswith(growing_)
    assert all_of(after((50, range(100)), (70, range(100, 240)))) == ""
    assert all_of(after((50, range(4)), (70, range(140)))) == ""  # which are to be seen again first
    assert all_of(after((70, range(140)))) == ""
    assert all_of(after((10, range(20)), (20, range(20, 40)))).startswith(growing_)  # no newer dump is to be had


def test_workers_who_come_to_their_pool_and_work_are_not_stuck_though_they_stay() -> None:
    series = Series()
    for i in range(1, 13):
        series.add(goroutines(10 * i, f"{RECEIVE}; main.work main.go:12 = {20 * i}"))
    idle, busy = (Frame("main.work", "main.go", 12),), (Frame("main.task", "main.go", 30),)
    series.add_dump([Goroutine(n, "chan receive", idle) for n in range(100)], 100)
    told = []
    for working in (range(0), range(20)):
        dump = [Goroutine(n, "sleep", busy) if n in working else Goroutine(n, "chan receive", idle) for n in range(200)]
        series.add_dump(dump, 115)
        told.append(all_of(series.evidence()) != "")
        series.add_dump([Goroutine(n, "chan receive", idle) for n in range(100)], 100)
    assert told == [True, False]


def test_what_was_proven_by_numbers_is_taken_back_once_dumps_show_others_each_time() -> None:
    finder = Finder()
    rounds = watched((50, range(100)), (70, range(100, 240)))
    assert [[verdict.accuses for verdict in finder.find(evidence)] for evidence in rounds] == [[True], [False]]


def test_a_dump_tells_who_started_them_and_for_how_long_they_are_there() -> None:
    (finding,) = find(after((50, range(100)), (70, range(140))))
    assert [(origin.function, origin.line) for origin in finding.origins] == [("main.serve", 7)]
    assert finding.message.endswith("; one is here for 30 seconds or more; started by main.serve.")


def test_where_the_runtime_has_just_named_nobody_growth_takes_longer_to_be_sure_of() -> None:
    """A pool whose workers come in half a minute looks like a leak until then."""
    counts = [goroutines(5 * i, f"{SELECT}; main.work main.go:12 = {20 * i}") for i in range(1, 13)]
    cleared = goroutines(35, "", kind="goroutineleak")
    assert all_of(of_profiles(counts[:8])) != ""
    assert all_of(of_profiles([*counts[:8], cleared])) == ""
    assert all_of(of_profiles([*counts, cleared])) != ""


def test_receivers_may_be_workers_who_come_to_their_pool() -> None:
    counts = [goroutines(5 * i, f"{RECEIVE}; main.work main.go:12 = {20 * i}") for i in range(1, 13)]
    assert all_of(of_profiles(counts[:8])) == ""
    assert all_of(of_profiles(counts)) != ""


def test_memory_that_grows_for_less_than_a_program_takes_to_start_is_not_told() -> None:
    assert find(growing(CACHE, rounds=5)) == ()
    assert find(growing(CACHE, size=4 << 20, rounds=6))


def test_what_was_full_before_is_no_leak_where_nothing_speaks_against_its_growth_yet() -> None:
    source = {3: " c.entries[key] = make([]byte, n)", 30: " delete(c.entries, oldest)"}
    finder, told = Finder(), []
    live = [4 * min(i, 14) for i in range(1, 26)]
    series = [heap(10 * i, f"{CACHE} = 1048576: {n} {4 * i}") for i, n in enumerate(live, 1)]
    for evidence in evidences(series):
        verdicts = finder.find(evidence, lambda _, number: source.get(number, "") if number < 40 else None)
        told.append([verdict.accuses for verdict in verdicts])
    assert told[12] == [False]  # it fills
    assert [True] not in told


def test_what_the_source_takes_out_again_may_be_filling_and_is_told_after_three_minutes_of_it() -> None:
    source = {3: " c.entries[key] = make([]byte, n)", 30: " delete(c.entries, oldest)"}

    def line(_: str, number: int) -> str | None:
        return source.get(number, "") if number < 40 else None

    (early,) = facts(growing(CACHE, rounds=20), line)
    assert not early.accuses
    assert early.message.endswith("; cache.go:30 takes out again: it may be filling up.")
    (late,) = facts(growing(CACHE, rounds=22), line)
    assert late.accuses
    assert late.message.endswith("; cache.go:30 takes out again, less than comes.")
    assert [place.line for place in late.related if place.message == "taken out here"] == [30]


@pytest.mark.parametrize(("rounds", "told"), [(20, ": it may be filling up."), (22, ", to which it has not come.")])
def test_what_stores_only_so_many_may_be_filling(rounds: int, told: str) -> None:
    source = {29: "\tif len(c.entries) < c.most {", 30: "\t\tc.entries[key] = page", 3: "\tpage := make([]byte, n)"}

    def line(_: str, number: int) -> str | None:
        return source.get(number, "") if number < 40 else None

    (finding,) = facts(growing(CACHE, rounds=rounds), line)
    assert finding.message.endswith(f"; cache.go:30 stores only so many{told}")
    assert [place.line for place in finding.related if place.message == "stored here up to a number"] == [30]


@pytest.mark.parametrize(("rounds", "accuses"), [(85, False), (95, True)])
def test_what_goes_at_an_age_that_the_source_tells_may_be_filling_until_then(rounds: int, *, accuses: bool) -> None:
    """A session stays for ten minutes: only after a quarter of an hour less has to go than comes."""
    source = {
        3: " c.entries[key] = make([]byte, n)",
        29: "\tif time.Since(entry.seen) > 10*time.Minute {",
        30: "\t\tdelete(c.entries, oldest)",
    }

    def line(_: str, number: int) -> str | None:
        return source.get(number, "") if number < 40 else None

    assert [finding.accuses for finding in facts(growing(CACHE, rounds=rounds), line)] == [accuses]


def test_a_module_may_have_the_name_of_a_package_of_the_standard_library() -> None:
    shipping = f"{SEND}; log/shipper.ship log/shipper/ship.go:7"
    evidence = of_profiles(goroutines(10 * i, f"{shipping} = {9 * i}") for i in range(1, 9))
    assert all_of(evidence) == ""
    (verdict,) = Finder().find(evidence, modules=frozenset(("log/shipper",)))
    assert verdict.frame.line == 7


def test_whatever_becomes_more_and_more_is_told() -> None:
    waiting = "syscall.Syscall6 s.go:1; os/exec.(*Cmd).Wait os/exec/exec.go:3; main.run main.go:12"
    assert all_of(of_profiles(goroutines(10 * i, f"{waiting} = {5 * i}") for i in range(1, 9))) == (
        "main.go:12 goroutines-blocked: 40 goroutines are stuck here in exec.(*Cmd).Wait of the standard library, "
        "in a call that does not return; 30 more each minute over 8 snapshots."
    )


def test_a_deadlock_that_ended_the_program_is_proof() -> None:
    group = GoroutineGroup(1, (Frame("main.work", "main.go", 12),), "sync.Mutex.Lock", deadlocked=True)
    (finding,) = find(Evidence(goroutines=(group,)))
    assert (finding.code, finding.line, finding.grade) == ("goroutines-blocked", 12, "proved")


def test_where_all_wait_so_do_a_librarys_workers_which_are_not_accused() -> None:
    worker = Frame("example.com/kit.(*Pool).work", "example.com/kit@v1.0.0/kit.go", 9)
    groups = (
        GoroutineGroup(1, (Frame("main.main", "main.go", 1), Frame("runtime.main", "proc.go", 2)), "chan receive"),
        GoroutineGroup(3, (worker,), "select"),
    )
    found = find(Evidence(goroutines=tuple(replace(group, deadlocked=True) for group in groups)), program)
    assert [(finding.line, finding.grade) for finding in found] == [(1, "proved")]


def test_what_a_check_of_a_test_names_outlived_it_whatever_it_does() -> None:
    named = Goroutine(1, "running", (Frame("main.work", "main.go", 12),), outlived=True)
    (finding,) = find(of_profiles([dump_profile([named])]))
    assert (finding.code, finding.line, finding.grade) == ("goroutine-leak", 12, "proved")


def test_who_runs_waits_for_nothing() -> None:
    busy = dump_profile([Goroutine(1, "running", (Frame("main.work", "main.go", 12),))])
    idle = dump_profile([Goroutine(1, "select", (Frame("main.work", "main.go", 12),))])
    assert [len(facts(of_profiles([one]))) for one in (busy, idle)] == [0, 1]


@pytest.mark.parametrize(
    ("state", "line", "told"),
    [
        ("sync.Mutex.Lock", "mu.Lock()", True),
        ("chan send", "results <- one", True),
        ("chan receive", "<-answer", True),
        ("chan receive", "for job := range jobs {", False),
        ("chan receive", "<-ctx.Done()", False),
        ("chan receive", None, False),
        ("select", "select {", False),
    ],
)
def test_of_those_that_a_test_started_which_hung_workers_that_wait_for_work_are_not_accused(
    state: str, line: str | None, *, told: bool
) -> None:
    locking = (Frame("sync.(*Mutex).Lock", "mutex.go", 3),) if "Mutex" in state else ()
    group = GoroutineGroup(1, (*locking, Frame("main.work", "main.go", 12)), state, hung=True)
    assert [f.grade for f in find(Evidence(goroutines=(group,)), lambda *_: line)] == ["proved"] * told


def test_a_state_that_tells_a_nil_channel_says_more_than_the_frames() -> None:
    frames = (Frame("runtime.chansend1", "chan.go", 161), Frame("main.work", "main.go", 12))
    (finding,) = find(Evidence(goroutines=(GoroutineGroup(1, frames, "chan send (nil chan)"),)))
    assert "on a nil channel" in finding.message


def test_tests_that_wait_for_other_tests_are_not_told_though_all_wait() -> None:
    frames = (Frame("testing.(*B).run1", "benchmark.go", 1), Frame("main.TestMain", "main_test.go", 12))
    assert find(Evidence(goroutines=(GoroutineGroup(1, frames, "chan receive", deadlocked=True),))) == ()


READS = f"{SELECT}; io.(*pipe).read io/pipe.go:1; io.ReadAll io/io.go:722"
POSTS = f"{SELECT}; net/http.(*persistConn).roundTrip http/transport.go:1; net/http.Post http/client.go:9"


@pytest.mark.parametrize(
    ("stack", "go", "told"),
    [
        (READS, "go io.ReadAll(from)", True),
        (READS, "go func() { io.ReadAll(from) }()", False),
        (POSTS, 'go http.Post("http://there", "", nil)', True),
        (POSTS, 'http.NewRequest("POST", "http://there", nil)', False),
    ],
)
def test_a_librarys_function_that_the_program_started_is_told_at_the_go_statement(
    stack: str, go: str, *, told: bool
) -> None:
    text = ["import (", '\t"io"', '\t"net/http"', ")", "func main() {", f"\t{go}", "}"]
    waiting = f"{RECEIVE}; main.main main.go:7 = 1\n"
    evidence = of_profiles(goroutines(10 * i, f"{waiting}{stack} = {9 * i}") for i in range(1, 9))
    found = find(evidence, lambda path, line: text[line - 1] if path == "main.go" and line <= len(text) else None)
    assert [(finding.line, finding.count) for finding in found] == [(6, 72)] * told


def test_a_librarys_function_that_is_proved_to_leak_is_told_where_a_dump_says_that_it_was_started() -> None:
    by = Frame("main.serve", "main.go", 30)
    group = GoroutineGroup(2, (Frame("io.ReadAll", "io/io.go", 722),), "select", leaked=True, created_by=by)
    (finding,) = find(Evidence(goroutines=(group,), leaked=(group,)))
    assert (finding.line, finding.grade) == (30, "proved")
    assert finding.message.startswith("2 goroutines leaked here in io.ReadAll of the standard library, in a select;")


def test_a_slice_that_grows_is_told_though_it_is_one_object() -> None:
    sizes = [1 << max(20, 20 + i // 2) for i in range(13)]
    evidence = of_profiles(heap(5 * (i + 1), f"{CACHE} = {size}: 1 {i + 1}") for i, size in enumerate(sizes))
    assert all_of(evidence).startswith("cache.go:3 heap-growth: in use here grew 47.7 MB/min")


def test_what_churns_beside_a_leak_on_its_line_hides_nothing() -> None:
    table = "runtime.growWork map.go:1; " + CACHE
    evidence = of_profiles(
        heap(10 * i, f"{CACHE} = 524288: {2 * i} {2 * i}\n{table} = 524288: {4 + 9 * (i % 3)} {60 * i + 9 * (i % 3)}")
        for i in range(1, 21)
    )
    assert all_of(evidence).startswith("cache.go:3 heap-growth: in use here grew")


def test_in_a_series_only_those_that_become_more_are_stuck() -> None:
    pool, leak = f"{RECEIVE}; main.work main.go:12 = 500", f"{SELECT}; main.ask main.go:20 = "
    evidence = of_profiles(goroutines(60 * i, f"{pool}\n{leak}{7 * i}") for i in range(1, 9))
    assert all_of(evidence) == (
        "main.go:20 goroutines-blocked: 56 goroutines are stuck here, in a select; 7 more each minute over 8 snapshots."
    )


def test_a_proven_leak_is_not_told_again_as_blocked() -> None:
    stack = f"{SEND}; main.ask main.go:12 = 300"
    evidence = of_profiles([goroutines(1, stack), goroutines(2, stack, kind="goroutineleak")])
    assert [finding.code for finding in find(evidence)] == ["goroutine-leak"]


def test_what_joined_a_proven_leak_since_is_told_with_it() -> None:
    stack = f"{SEND}; main.ask main.go:12 = "
    series = [goroutines(60 * i, f"{stack}{9 * i}") for i in range(1, 9)]
    evidence = of_profiles([*series, goroutines(61, f"{stack}9", kind="goroutineleak")])
    assert all_of(evidence).endswith(
        "9 goroutines leaked here, sending on a channel that nobody receives from; 72 wait here now; "
        "9 more each minute over 8 snapshots."
    )


@pytest.mark.parametrize(
    ("gap", "rate"),
    [(1, "9 more each minute"), (60, "9 more each hour"), (24 * 60, "9 more each day"), (20, "27 more each hour")],
)
def test_a_rate_is_told_by_the_time_in_which_there_are_some_more(gap: int, rate: str) -> None:
    evidence = of_profiles(goroutines(60 * gap * i, f"{SELECT}; main.ask main.go:20 = {9 * i}") for i in range(1, 9))
    assert f"; {rate} over 8 snapshots" in all_of(evidence)


def test_a_series_of_dumps_is_one_of_numbers_though_only_dumps_tell_the_wait() -> None:
    def dump(minute: int) -> Profile:
        stuck = [Goroutine(n, "chan receive", (Frame("main.ask", "main.go", 12),)) for n in range(9 * minute)]
        return replace(dump_profile(stuck), time_nanos=minute * 60 * 10**9)

    assert all_of(of_profiles(map(dump, range(1, 9)))) == (
        "main.go:12 goroutines-blocked: 72 goroutines are stuck here, receiving from or ranging over a channel that is "
        "never closed; 9 more each minute over 8 snapshots; one is here for 420 seconds or more."
    )


@pytest.mark.parametrize(("stay", "told"), [(1, True), (0, False)])
def test_more_goroutines_in_each_dump_are_no_leak_where_they_are_others_each_time(stay: int, *, told: bool) -> None:
    """Of those of the dump before all are there again, or none."""

    def dump(minute: int) -> Profile:
        first = 0 if stay else 1000 * minute
        busy = [Goroutine(first + n, "select", (Frame("main.ask", "main.go", 12),)) for n in range(9 * minute)]
        return replace(dump_profile(busy), time_nanos=minute * 60 * 10**9)

    assert bool(find(of_profiles(map(dump, range(1, 9))))) is told


def turning_over(minute: int) -> Profile:
    """Each minute brings 60, of whom three stay and the others are gone before the next."""
    ids = [*range(3 * minute), *range(1000 * minute, 1000 * minute + 57)]
    waiting = [Goroutine(n, "select", (Frame("main.ask", "main.go", 12),)) for n in ids]
    return replace(dump_profile(waiting), time_nanos=minute * 60 * 10**9)


def test_those_that_stay_among_many_that_turn_over_are_a_leak_in_dumps_of_an_hour() -> None:
    assert "; 24 of them stay while the others come and go, 3 more each minute over 9 snapshots" in all_of(
        of_profiles(map(turning_over, range(1, 10)))
    )


def test_a_search_leaves_nothing_behind_that_waits_for_a_collection() -> None:
    """Who watches makes one each two seconds, and each reads the texts of the program."""
    finder, evidence = Finder(), of_profiles(map(turning_over, range(1, 10)))
    finder.find(evidence)
    gc.collect()
    gc.disable()
    try:
        finder.find(evidence)
        assert gc.collect() == 0
    finally:
        gc.enable()


def test_who_stays_is_looked_for_once_until_there_is_another_dump(monkeypatch: pytest.MonkeyPatch) -> None:
    looked = Mock(return_value=None)
    monkeypatch.setattr(verdict, "outlasting", looked)
    finder, series = Finder(), Series()
    for minute in range(1, 10):
        series.add(turning_over(minute))
    for _ in range(3):
        finder.find(series.evidence())
    series.add(turning_over(10))
    finder.find(series.evidence())
    assert looked.call_count == 2


@pytest.mark.parametrize(
    ("text", "minutes", "told"),
    [
        ("\ttime.Sleep(90 * time.Second)", 2, False),
        ("\ttime.Sleep(90 * time.Second)", 3, True),  # those who came first are to be gone
        ("\ttime.Sleep(5 * time.Second)", 2, True),
        ("\ttime.Sleep(time.Hour)", 2, True),  # as good as for ever
    ],
)
def test_who_waits_until_a_time_is_over_may_be_more_until_then(text: str, minutes: int, *, told: bool) -> None:
    series = [
        goroutines(10 * i, f"runtime.gopark proc.go:1; time.Sleep time.go:1; main.ask main.go:2 = {9 * i}")
        for i in range(1, 6 * minutes + 2)
    ]
    lines = {1: "func ask() {", 2: text, 3: "}"}
    assert bool(find(of_profiles(series), lambda _, number: lines.get(number))) is told


def test_what_an_earlier_proof_named_stays_proved_where_a_later_one_has_others_only() -> None:
    first, later = (f"{SEND}; main.{name} main.go:{line} = 3" for name, line in (("ask", 12), ("tell", 20)))
    leaks = of_profiles([goroutines(1, first, kind="goroutineleak"), goroutines(2, later, kind="goroutineleak")])
    assert [(finding.line, finding.count) for finding in find(leaks)] == [(12, 3), (20, 3)]
    ended = dump_profile([Goroutine(1, "select", (Frame("main.ask", "main.go", 12),), deadlocked=True)])
    assert [finding.grade for finding in find(of_profiles([ended, goroutines(2, later)]))] == ["proved"]


def dumped() -> Finding:
    created = Frame("main.start", "main.go", 30)
    group = GoroutineGroup(2, (Frame("main.work", "main.go", 12),), "chan send", 540, created_by=created)
    (finding,) = find(Evidence(goroutines=(group,)))
    return finding


def test_a_dump_tells_the_longest_wait_and_who_started_them() -> None:
    assert dumped().message == (
        "2 goroutines are stuck here, sending on a channel that nobody receives from; longest wait 9 minutes; "
        "started by main.start."
    )


def test_the_blocked_line_and_the_go_statement_lead_to_each_other() -> None:
    there = dumped()
    (back,) = at_origins(there)
    assert (there.related[-1].line, back.line, back.related[0].line) == (30, 30, 12)
    assert back.message == "Goroutines that are started here are blocked in main.work."


WAITING = f"{SELECT}; net/http.(*persistConn).readLoop net/http/transport.go:2616"
REQUEST = "net/http.NewRequest request.go:1; net/http.Get client.go:1; "


def connections(*requests: str, readers: int = 0) -> Evidence:
    """Ten connections more every ten seconds that wait for their body, and so many goroutines that read one."""
    reader = f"\nruntime.gopark proc.go:474; time.Sleep sleep.go:1; main.read main.go:30 = {readers}"
    heaps = [heap(1, "\n".join(f"{REQUEST}{request} = 256: 9 9" for request in requests))]
    counts = (
        goroutines(10 * i, f"{WAITING} = {10 * i}{reader.replace(f'= {readers}', f'= {readers * i}')}")
        for i in range(1, 9)
    )
    return of_profiles([*heaps, *counts])


def test_connections_that_wait_for_their_body_are_put_on_the_request() -> None:
    assert all_of(connections("main.poll main.go:5")) == (
        "main.go:5 goroutines-blocked: 80 goroutines are stuck here in http.Get of the standard library, "
        "for a response body that is neither read to its end nor closed; 60 more each minute over 8 snapshots."
    )


@pytest.mark.parametrize(("other", "lines"), [("http.Get(u)", [9]), ("http.NewRequest(u)", [])])
def test_a_request_whose_body_is_closed_is_not_accused_where_the_one_that_keeps_it_is_not_seen(
    other: str, lines: list[int]
) -> None:
    head, end = ['import "net/http"', "func poll() {", "", ""], ["}", "func keep() {", f"\t{other}", "}"]
    text = [*head, "\tr, err := http.Get(u)", "\tdefer r.Body.Close()", *end]

    def line(path: str, number: int) -> str | None:
        return text[number - 1] if path == "main.go" and number <= len(text) else None

    assert [finding.line for finding in find(connections("main.poll main.go:5"), line)] == lines


REFUSES = [
    'import "net/http"',
    "func poll() {",
    "\tr, err := http.Get(u)",
    "\tif r.StatusCode != 200 {",
    "\t\treturn",
    "\t}",
    "\tdefer r.Body.Close()",
    "}",
    "func never() {",
    "\thttp.Get(u)",
    "}",
]


def refuses(path: str, line: int) -> str | None:
    return REFUSES[line - 1] if path == "main.go" and line <= len(REFUSES) else None


def test_a_request_that_is_made_comes_before_one_that_only_the_text_has_and_where_it_leaves_is_told() -> None:
    (finding,) = find(connections("main.poll main.go:3"), refuses)
    assert finding.line == 3
    assert "neither read to its end nor closed, as line 5 leaves before that; 60 more" in finding.message


ROWS = f"{SELECT}; database/sql.(*Rows).awaitDone database/sql/sql.go:3000"
QUERY = "database/sql.(*DB).query sql.go:1; database/sql.(*DB).QueryContext sql.go:2; "


def of_database(*calls: str) -> Evidence:
    """Ten goroutines more every ten seconds that database/sql runs for itself, and what its calls hold, if so more."""
    heaps = []
    for i in range(1, 9):
        held = ((call.partition(" + "), i) for call in calls)
        heaps.append(heap(10 * i, "\n".join(f"{QUERY}{c[0]} = 256: {9 + n * int(c[2] or 0)} 999" for c, n in held)))
    return of_profiles([*heaps, *(goroutines(10 * i, f"{ROWS} = {10 * i}") for i in range(1, 9))])


def test_goroutines_that_a_library_runs_for_itself_are_put_on_the_call_whose_memory_grew() -> None:
    told = all_of(of_database("main.list main.go:5 + 10", "main.count main.go:9"))
    assert (
        "main.go:5 goroutines-blocked: 80 goroutines are stuck here in sql.(*DB).QueryContext of the standard library, "
        "in database/sql.(*Rows).awaitDone, which runs for it; 60 more each minute over 8 snapshots."
    ) in told
    assert "main.go:9" not in told


KEPT = "strings.(*Builder).String builder.go:1; example.com/kit.(*Recorder).read example.com/kit@v1.0.0/kit.go:75"
PROGRAM = [
    'import "example.com/kit"',
    "func main() {",
    "\tkit.NewRecorder(from)",
    "}",
    "func once() {",
    "\tkit.NewRecorder(from)",
    "}",
]


def of_recorders(*makers: tuple[int, Frame], dumps: int = 2) -> Evidence:
    """What recorders of a library keep, and dumps in which so many more were made by those who are there now."""
    series = Series()
    own = "runtime.gopark proc.go:1; time.Sleep sleep.go:1; main.main main.go:2"
    for i in range(1, 13):
        series.add(heap(10 * i, f"{KEPT} = 1048576: {10 * i} {10 * i}"))
        series.add(goroutines(10 * i, f"{own} = 1"))
    read, start = (
        Frame("example.com/kit.(*Recorder).read", "kit.go", 75),
        Frame("example.com/kit.NewRecorder", "kit.go", 7),
    )
    for seconds, growth in ((100, 1), (120, 3))[-dumps:]:
        dump = [Goroutine(n, "sleep", (by,)) for n, (_, by) in enumerate(makers, 1)]
        for n, (many, _) in enumerate(makers, 1):
            made = 2 + many * growth
            dump += [Goroutine(1000 * n + k, "IO wait", (read,), created_by=start, creator=n) for k in range(made)]
        series.add_dump(dump, seconds)
    return series.evidence()


def program(path: str, line: int) -> str | None:
    return PROGRAM[line - 1] if path == "main.go" and line <= len(PROGRAM) else None


def test_what_a_library_keeps_in_a_goroutine_of_its_own_is_told_where_the_program_made_it() -> None:
    (finding, other) = find(of_recorders(), program)
    assert (finding.line, other.line) == (3, 6)
    assert finding.message == (
        "in use here grew 60.0 MB/min over 12 snapshots, never shrank; kept by kit.(*Recorder).read, which "
        "kit.NewRecorder of example.com/kit made; one of 2 calls that may have made it (main.go:3, main.go:6)."
    )


def test_of_two_makers_the_one_that_makes_more_and_more_is_told() -> None:
    def who(name: str, growth: int) -> tuple[int, Frame]:
        return growth, Frame(f"main.{name}", "main.go", 4)

    for dumps in (1, 2):
        recorders = of_recorders(who("main", 20), who("once", 0), dumps=dumps)
        assert [finding.line for finding in find(recorders, program)] == [3]
    assert [finding.line for finding in find(of_recorders(who("main", 0), who("once.func1", 20)), program)] == [6]


def test_a_method_of_a_library_that_keeps_more_and_more_made_none_of_its_goroutines() -> None:
    keeps = "example.com/kit.(*Recorder).Write example.com/kit@v1.0.0/kit.go:9; main.list main.go:9"
    waiting = f"{RECEIVE}; example.com/kit.(*Recorder).read example.com/kit@v1.0.0/kit.go:75; main.main main.go:2"
    series = of_profiles(
        [
            *(heap(10 * i, f"{keeps} = 1048576: {10 * i} {10 * i}") for i in range(1, 13)),
            *(goroutines(10 * i, f"{waiting.rpartition(';')[0]} = {10 * i}\n{waiting} = 1") for i in range(1, 13)),
        ]
    )
    stuck = [finding for finding in find(series, program) if finding.code == "goroutines-blocked"]
    assert [finding.line for finding in stuck] == [3, 6]


@pytest.mark.parametrize(
    ("began", "start", "lines"),
    [
        ("(*peer).loop", "newClientPeer", [6]),
        ("(*http2Client).read", "newPeer", [6]),
        ("(*peer).loop", "newServerPeer", [5]),
        ("(*peer).loop", "newPeer", [5, 6]),
    ],
)
def test_a_server_is_no_candidate_for_what_a_client_runs(began: str, start: str, lines: list[int]) -> None:
    text = ["import (", '\t"example.com/kit"', ")", "func main() {", "\tkit.NewServer()", "\tkit.NewClient(addr)", "}"]
    wire, file = "example.com/kit/internal/wire", "example.com/kit@v1.0.0/internal/wire/wire.go"
    read, by, series = Frame(f"{wire}.{began}", file, 75), Frame(f"{wire}.{start}", file, 7), Series()
    for i in range(1, 13):
        waiting = f"{RECEIVE}; {read.function} {read.file}:{read.line}"
        series.add(goroutines(10 * i, f"{waiting} = {10 * i}\n{RECEIVE}; main.main main.go:7 = 1"))
    for seconds in (100, 120):
        series.add_dump((Goroutine(n, "chan receive", (read,), created_by=by) for n in range(seconds)), seconds)
    found = find(series.evidence(), lambda path, at: text[at - 1] if path == "main.go" and at <= len(text) else None)
    assert [finding.line for finding in found] == lines


def test_where_the_memory_of_none_grew_all_calls_of_the_library_are_named() -> None:
    told = all_of(of_database("main.list main.go:5", "main.count main.go:9"))
    assert told.count("one of 2 calls that may have made them (main.go:5, main.go:9)") == 2


def test_goroutines_of_a_transaction_are_put_on_the_call_that_began_it_though_a_query_grows_more() -> None:
    begin = "database/sql.(*DB).beginDC sql.go:1; database/sql.(*DB).BeginTx sql.go:2; main.order main.go:7"
    heaps = [
        heap(10 * i, f"{QUERY}main.list main.go:5 = 256: {100 * i} 9999\n{begin} = 256: {9 + i} 999")
        for i in range(1, 9)
    ]
    waiting = f"{SELECT}; database/sql.(*Tx).awaitDone database/sql/sql.go:2000"
    told = all_of(of_profiles([*heaps, *(goroutines(10 * i, f"{waiting} = {10 * i}") for i in range(1, 9))]))
    assert "main.go:7 goroutines-blocked: 80 goroutines are stuck here in sql.(*DB).BeginTx" in told
    assert "main.go:5 goroutines-blocked" not in told


@pytest.mark.parametrize(
    "place", ["database/sql.(*Rows).awaitDone sql.go:3000", "net/http.(*worker).run http/w.go:3000"]
)
def test_what_is_proved_is_told_on_a_librarys_line_where_no_line_of_the_program_is_known(place: str) -> None:
    (finding,) = find(of_profiles([goroutines(1, f"{SELECT}; {place} = 3", kind="goroutineleak")]))
    assert (finding.line, finding.grade, finding.count) == (3000, "proved", 3)


def test_goroutines_of_a_library_that_nobody_is_known_to_have_called_accuse_nobody() -> None:
    assert all_of(of_profiles([goroutines(10 * i, f"{ROWS} = {10 * i}") for i in range(1, 9)])) == ""


def test_connections_that_goroutines_of_the_program_may_read_accuse_nobody() -> None:
    assert "response body" not in all_of(connections("main.poll main.go:5", readers=10))


def test_who_is_stuck_elsewhere_reads_no_connection() -> None:
    stuck = "\n".join(f"{SEND}; main.send main.go:{line} = {{0}}" for line in (40, 50))
    series = [
        heap(1, f"{REQUEST}main.poll main.go:5 = 256: 9 9"),
        *(goroutines(10 * i, f"{WAITING} = {10 * i}\n{stuck.format(10 * i)}") for i in range(1, 9)),
    ]
    assert "main.go:5 goroutines-blocked: 80 goroutines" in all_of(of_profiles(series))


def test_who_gets_the_answer_of_a_function_that_asks_for_it_keeps_it() -> None:
    get, keep = "func get() (*Response, error) {|\treturn http.Get(u)|}", "func keep() {|\tr, err := get()|}"
    lines = f"{get}|{keep}|{keep.replace('keep', 'use')[:-1]}\tr.Body.Close()|}}"
    source = dict(enumerate(lines.split("|"), 1))
    both = connections("main.get main.go:2; main.use main.go:8", "main.get main.go:2; main.keep main.go:5")
    (finding,) = find(both, source_line=lambda _path, line: source.get(line))
    assert finding.line == 5


def test_connections_that_stay_open_are_told_where_a_transport_is_made_before_a_request_by_that_of_all() -> None:
    idle = "runtime.gopark proc.go:1; net/http.(*persistConn).readLoop transport.go:2100"
    series = [
        heap(1, f"{REQUEST}main.ask main.go:5 = 256: 9 9"),
        *(goroutines(10 * i, f"{idle} = {10 * i}") for i in range(1, 9)),
    ]
    asks = ["import (", '\t"net/http"', ")", "func ask() {", "\thttp.Get(u)", "}", "func client() {", "", "}"]
    for text, line in (
        ("\tt := &http.Transport{}", 8),
        ("\tt := http.DefaultTransport.(*http.Transport).Clone()", 8),
        ("", 5),
    ):
        asks[7] = text
        found = find(of_profiles(series), source_line=lambda _, n: asks[n - 1] if n <= len(asks) else None)
        assert [finding.line for finding in found] == [line]


def test_the_other_files_of_a_package_are_read_once_for_a_cause_while_a_program_is_watched() -> None:
    files = {"a/": ["main.go", "other.go"], "a/main.go": ["func (s *S) get() {", "\ts.mu.Lock()", "}"]}
    read = list[str]()

    def line_at(path: str, line: int) -> str | None:
        read.append(path)
        return dict(enumerate(files.get(path, ()), 1)).get(line)

    locking = "runtime.gopark proc.go:1; sync.(*Mutex).Lock mutex.go:1; main.(*S).get a/main.go:2 = {}"
    run, finder = Series(), Finder()
    for i in (1, 2):
        read.clear()
        run.add(goroutines(10 * i, locking.format(i)))
        finder.find(run.evidence(), line_at)
        assert ("a/other.go" in read) is (i == 1)


@pytest.mark.parametrize(("then", "told"), [("use(r)", "a/main.go:5"), ("r.Body.Close()", "a/other.go:5")])
def test_a_request_in_a_file_that_no_stack_is_in_is_told_where_no_other_may_have_made_the_connections(
    then: str, told: str
) -> None:
    asks = ["import (", '\t"net/http"', ")", "func ask() {", "\tr, err := http.Get(u)", "}"]
    files = {"a/": ["main.go", "other.go"], "a/main.go": [*asks[:5], f"\t{then}", "}"], "a/other.go": asks}

    def line_at(path: str, line: int) -> str | None:
        return dict(enumerate(files.get(path, ()), 1)).get(line)

    found = find(connections("main.ask a/main.go:5"), source_line=line_at)
    assert [f"{finding.profile_path}:{finding.line}" for finding in found] == [told]


def test_the_package_is_read_no_more_often_where_more_stacks_lead_to_one_request() -> None:
    files = {"a/": ["main.go", "other.go"], "a/main.go": ["func ask() {", "\tr, err := http.Get(u)", "\tuse(r)", "}"]}
    reads = Counter[tuple[int, str]]()

    for many in (2, 20):

        def line_at(path: str, line: int, many: int = many) -> str | None:
            reads[many, path] += 1
            return dict(enumerate(files.get(path, ()), 1)).get(line)

        asking = [f"main.ask a/main.go:2; main.main a/main.go:{line}" for line in range(10, 10 + many)]
        assert [finding.line for finding in find(connections(*asking), source_line=line_at)] == [2]
    assert reads[20, "a/other.go"] == reads[2, "a/other.go"] > 0


def test_of_several_requests_all_are_named_but_those_that_close_their_body() -> None:
    both = connections("main.poll main.go:5", "main.check main.go:9")
    assert all_of(both).count("one of 2 requests that may have made them (main.go:5, main.go:9)") == 2
    source = ["", "", "", "func poll() {", "\tr := get()", "\tr.Body.Close()", "}", "func check() {", "\tget()", "}"]
    found = find(both, source_line=lambda _path, line: source[line - 1] if line <= len(source) else None)
    assert [finding.line for finding in found] == [9]


def test_finding_again_after_another_capture_is_finding_anew() -> None:
    finder = Finder()
    for rounds in (3, 8, 12):
        evidence = growing(CACHE, rounds=rounds)
        assert finder.find(evidence) == Finder().find(evidence)


def test_what_grows_is_found_as_long_as_its_growth_lasts() -> None:
    """It has grown for 30 captures when it ends; who comes to look at the first 45 is told of it as well."""
    counts = [20 + min(i, 30) for i in range(55)]
    churn = "main.churn main.go:30 = 1048576: 1 "
    series = [heap(10 * (i + 1), f"{CACHE} = {1 << 20}: {count} {count}\n{churn}{i}") for i, count in enumerate(counts)]
    finder = Finder()
    seen = [bool(finder.find(evidence)) for evidence in evidences(series)]
    assert [captures for captures, is_found in enumerate(seen, 1) if is_found] == list(range(15, 51))
    assert find(of_profiles(series[:45]))
    assert find(of_profiles(series[:52])) == ()


def evidences(series: list[Profile]) -> Iterator[Evidence]:
    """What is known after each capture of one run."""
    run = Series()
    for profile in series:
        run.add(profile)
        yield run.evidence()


def trends(evidence: Evidence) -> list[str]:
    return [told(trend) for trend in Finder().trends(evidence).values()]


def test_the_trend_of_a_line_is_told_with_its_uncertainty() -> None:
    assert trends(growing(CACHE, rounds=8)) == [
        "In use grew 18.0 MB ± 3.1 MB a minute over 8 snapshots, never shrank, 18.0 MB a minute allocated."
    ]


def test_a_trend_that_proves_nothing_says_so() -> None:
    (trend,) = trends(growing(CACHE, rounds=4, churn=20))
    assert trend.startswith("In use grew 18.0 MB ± 6.3 MB a minute over 4 snapshots, never shrank, 138.0 MB a minute")
    assert trend.endswith(", no more than chance may do.")


def test_what_grows_fastest_is_told_first() -> None:
    slow, fast = f"{RECEIVE}; main.slow main.go:12 = ", f"{SELECT}; main.fast main.go:20 = "
    evidence = of_profiles(goroutines(60 * i, f"{slow}{100 + 40 * i}\n{fast}{50 * i}") for i in range(1, 9))
    assert [finding.function for finding in find(evidence)] == ["main.fast", "main.slow"]


def test_a_finding_has_its_series_with_the_times() -> None:
    (finding,) = find(growing(CACHE, rounds=8))
    assert [(round(s), a >> 20) for s, a in zip(finding.seconds, finding.amounts, strict=True)] == [
        (10 * (i + 1), 3 * i + 1) for i in range(8)
    ]


def test_hostile_names_do_not_leave_their_line() -> None:
    stack = "evil\x1b[31m.Put cache.go:3; evil\u2028\u202e.Call main.go:9"
    (finding,) = find(growing(stack, rounds=8))
    assert finding.message.isprintable()


@pytest.mark.parametrize(
    ("text", "above", "silenced"),
    [
        ("ch <- 1 //pprof:ignore goroutines-blocked it ends with the program", "", True),
        ("ch <- 1", "\t// pprof:ignore heap-growth,goroutines-blocked why", True),
        ("ch <- 1", "x() //pprof:ignore goroutines-blocked of that line only", False),
        ("ch <- 1 //pprof:ignore heap-growth", "", False),
        ("ch <- 1", "", False),
    ],
)
def test_a_comment_silences_a_finding_at_its_line(text: str, above: str, *, silenced: bool) -> None:
    assert is_silenced(dumped(), text, above) is silenced


@pytest.mark.parametrize(
    ("pattern", "ignored"),
    [
        ("goroutines-blocked", True),
        ("goroutines-*", True),
        ("*:main.work", True),
        ("goroutines-blocked:*.go", True),
        ("heap-growth", False),
        ("goroutines-blocked:main.other", False),
        ("", False),
    ],
)
def test_a_pattern_of_the_settings_ignores_findings(pattern: str, *, ignored: bool) -> None:
    assert is_ignored(dumped(), [pattern]) is ignored


def test_a_pattern_may_name_a_function_as_it_is_shown() -> None:
    finding = Finding("heap-growth", "cache.go", 3, "a.com/lru.(*Cache[go.shape.string,go.shape.int]).Put", "")
    assert is_ignored(finding, ["heap-growth:lru.(*Cache[string, int]).Put"])
    assert not is_ignored(finding, ["heap-growth:lru.(*Cache[string, int]).Pu"])


@pytest.mark.parametrize(
    ("function", "ignored"),
    [("cache.(*S[...]).Put", True), ("cache.(*TS[...]).Put", False), ("cache.(*S.).Put", False)],
)
def test_the_pattern_of_a_finding_ignores_its_function_only(function: str, *, ignored: bool) -> None:
    finding = Finding("heap-growth", "cache.go", 3, "cache.(*S[...]).Put", "")
    other = Finding("heap-growth", "cache.go", 3, function, "")
    assert is_ignored(other, [pattern_of(finding)]) is ignored
