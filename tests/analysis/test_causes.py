"""What the source says of a wait: Go in, a phrase out."""

from textwrap import dedent

import pytest

from pprof_lens.analysis.causes import cause, of_leaf, refined
from pprof_lens.analysis.goroutines import Wait
from pprof_lens.profile.stacks import Frame


@pytest.mark.parametrize(
    ("text", "wait"),
    [
        ("for job := range jobs {", Wait.RANGE),
        ("job, ok := <-jobs", Wait.RECEIVE),
        ("for range ticker.C {", Wait.TIMER),
        ("<-time.After(time.Hour)", Wait.TIMER),
        ("<-ctx.Done()", Wait.CONTEXT),
        (None, Wait.RECEIVE_OR_RANGE),
    ],
)
def test_the_text_of_the_line_tells_a_receiver_more_closely(text: str | None, wait: Wait) -> None:
    assert refined(Wait.RECEIVE_OR_RANGE, text) is wait


def of(source: str, wait: Wait) -> str:
    """The cause on the line that is marked with `// here`."""
    lines = dedent(source).strip("\n").split("\n")
    at = next(number for number, line in enumerate(lines, 1) if line.endswith("// here"))

    def line_at(_path: str, line: int) -> str | None:
        return lines[line - 1].removesuffix(" // here") if 0 < line <= len(lines) else None

    return cause(wait, Frame("main.f", "main.go", at), line_at)


def test_a_select_that_has_a_way_out_is_not_told_to_lack_one() -> None:
    source = """
    func serve() {
    	for {
    		select { // here
    		case job := <-jobs:
    			work(job)
    		case <-c.quit:
    			return
    		}
    	}
    }
    """
    assert of(source, Wait.SELECT) == "in a select whose way out, `case <-c.quit`, nobody uses"


def test_a_case_that_only_leaves_the_select_is_no_way_out_of_its_loop() -> None:
    source = """
    func serve() {
    	for {
    		select { // here
    		case job := <-jobs:
    			work(job)
    		case <-ctx.Done():
    			break
    		}
    	}
    }
    """
    assert of(source, Wait.SELECT) == "in a select whose `case <-ctx.Done()` does not leave its loop"
    assert "way out" in of(source.replace("for {", "for !done {"), Wait.SELECT)


@pytest.mark.parametrize(
    ("wait", "source", "said"),
    [
        (Wait.CONTEXT, "ctx, _ := context.WithCancel(parent)|<-ctx.Done() // here", "as line 2 drops what would"),
        (
            Wait.CONTEXT,
            "ctx, stop := context.WithCancel(parent)|defer stop()|<-ctx.Done() // here",
            "though line 3 would",
        ),
        (Wait.COND, "turn.Wait() // here|turn.Signal()", "though line 3 would"),
        (Wait.MUTEX, "mu.Lock() // here|if full {|\treturn|}|mu.Unlock()", "as line 4 leaves with it locked"),
    ],
)
def test_who_would_end_a_wait_or_keeps_it_from_ending_is_named(wait: Wait, source: str, said: str) -> None:
    text = "func f() {\n" + "".join(f"\t{line}\n" for line in source.split("|")) + "}"
    assert of(text, wait) == f"{wait.value}, {said}"


def test_a_context_that_has_an_end_is_not_told_to_lack_who_cancels_it() -> None:
    source = "func f() {\n\tctx, _ := context.WithTimeout(parent, time.Hour)\n\t<-ctx.Done() // here\n}"
    assert of(source, Wait.CONTEXT) == "waiting for a context until its time is over"


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ("context.Background()", "waiting for a context that nobody cancels, as line 6 has context.Background()"),
        ("request.Context()", "waiting for a context that nobody cancels"),
    ],
)
def test_a_context_that_is_handed_in_is_told_to_have_no_end_where_the_source_shows_it(given: str, said: str) -> None:
    call = f"\nfunc g() {{\n\tgo f({given})\n}}"
    waits = "\nfunc f(ctx context.Context) {\n\t<-ctx.Done() // here\n}\n"
    assert of(waits + call, Wait.CONTEXT) == said
    select = waits.replace("<-ctx.Done() //", "select { //").replace(
        "here\n", "here\n\tcase <-ctx.Done():\n\t\treturn\n\t}\n"
    )
    assert of(select + call, Wait.SELECT).endswith(" has context.Background()") is (given == "context.Background()")


def test_a_select_that_waits_for_the_end_of_a_context_does_not_lack_a_way_out() -> None:
    source = """
    func acquire() {
    	select { // here
    	case slots <- struct{}{}:
    		work()
    	case <-ctx.Done():
    	}
    }
    """
    assert of(source, Wait.SELECT) == "in a select whose way out, `case <-ctx.Done()`, nobody uses"


@pytest.mark.parametrize(("case", "wait"), [("<-time.After(time.Second)", Wait.TIMER), ("<-done", Wait.SELECT)])
def test_a_select_with_a_timeout_of_its_own_ends_by_itself(case: str, wait: Wait) -> None:
    source = {3: "\tselect {", 4: "\tcase <-answer:", 5: f"\tcase {case}:", 6: "\t}", 7: "}"}
    parked, line = Frame("runtime.selectgo", "select.go", 1), Frame("main.f", "main.go", 3)
    assert of_leaf(Wait.SELECT, parked, line, lambda _path, number: source.get(number)) is wait


def test_a_select_without_a_way_out_is_told_so_where_its_cases_are_known() -> None:
    source = """
    func serve() {
    	select { // here
    	case <-a:
    		work()
    	case b <- 1:
    	}
    	return
    }
    """
    assert of(source, Wait.SELECT) == "in a select without a way out, such as a case for ctx.Done()"
    assert of("select // here", Wait.SELECT) == "in a select"


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("results <- r", Wait.SEND.value),
        ("r := <-results", Wait.RECEIVE.value),
        ("for r := range results {", Wait.RANGE.value),
        ("mu.Lock()", Wait.MUTEX.value),
        ("cmd.Run()", Wait.UNKNOWN.value),
    ],
)
def test_where_no_frame_tells_the_wait_the_line_does(line: str, words: str) -> None:
    assert of(f"{line} // here", Wait.UNKNOWN) == words


@pytest.mark.parametrize(
    ("source", "wait", "words"),
    [
        (
            """
            func ask() {
            	go func() {
            		answers <- fetch() // here
            	}()
            	return <-answers
            }
            """,
            Wait.SEND,
            f"{Wait.SEND.value}, though line 5 would",
        ),
        (
            """
            func (s *server) run() {
            	for job := range s.jobs { // here
            		work(job)
            	}
            }

            func (s *server) stop() {
            	close(s.jobs)
            }
            """,
            Wait.RECEIVE_OR_RANGE,
            f"{Wait.RANGE.value}, though line 8 would",
        ),
        (
            """
            func run(jobs chan job) {
            	for job := range jobs { // here
            		other <- job
            	}
            }

            func stop() {
            	close(jobs)
            }
            """,
            Wait.RECEIVE_OR_RANGE,
            Wait.RANGE.value,
        ),
        (
            """
            func wait() {
            	done := make(chan bool)
            	go func() {
            		// done <- true
            		if work() == nil {
            			done <- true
            		}
            	}()
            	<-done // here
            }
            """,
            Wait.RECEIVE,
            f"{Wait.RECEIVE.value}, though line 6 would",
        ),
    ],
)
def test_the_line_that_would_end_the_wait_is_named(source: str, wait: Wait, words: str) -> None:
    assert of(source, wait) == words


@pytest.mark.parametrize(
    ("source", "wait", "words"),
    [
        ("func f() {\n\tfor {\n\t\ttime.Sleep(second) // here\n\t}\n}", Wait.TIMER, Wait.TIMER.value),
        ("func f() {\n\tfor range ticker.C { // here\n\t}\n}", Wait.RECEIVE, Wait.TIMER.value),
        ("func f() {\n\ttime.Sleep(hour) // here\n}", Wait.TIMER, "asleep, or waiting for a timer"),
        (
            "func f() {\n\tfor {\n\t\tgo func() {\n\t\t\ttime.Sleep(hour) // here\n\t\t}()\n\t}\n}",
            Wait.TIMER,
            "asleep, or waiting for a timer",
        ),
        ("func f() {\n\tc.Read(b) // here\n}", Wait.NETWORK_READ, Wait.NETWORK_READ.value),
        (
            "func f() {\n\tc.SetReadDeadline(soon)\n\tc.Read(b) // here\n}",
            Wait.NETWORK_READ,
            "reading from the network",
        ),
        (
            "var client = &http.Client{Timeout: second}\n\nfunc f() {\n\tclient.Get(u) // here\n}",
            Wait.ANSWER,
            "waiting for an answer over HTTP",
        ),
    ],
)
def test_nothing_is_claimed_that_the_source_speaks_against(source: str, wait: Wait, words: str) -> None:
    assert of(source, wait) == words


@pytest.mark.parametrize(("function", "wait"), [("main.work", Wait.SEND), ("main.other", Wait.UNKNOWN)])
def test_a_line_of_another_function_says_nothing_of_a_wait(function: str, wait: Wait) -> None:
    source = {3: "func work() {", 4: "\tc <- 1", 5: "}"}
    frame = Frame(function, "main.go", 4)
    assert of_leaf(Wait.UNKNOWN, frame, frame, lambda _path, number: source.get(number)) is wait
    assert cause(Wait.UNKNOWN, frame, lambda _path, number: source.get(number)).startswith(wait.value)


@pytest.mark.parametrize("function", ["main.glob..func1", "main.init.func1"])
def test_what_a_variable_of_the_package_has_waits_as_it_says(function: str) -> None:
    source = {3: "func other() {", 4: "}", 5: "var work = func() {", 6: "\tc <- 1", 7: "}"}
    frame = Frame(function, "main.go", 6)
    assert cause(Wait.UNKNOWN, frame, lambda _path, number: source.get(number)).startswith(Wait.SEND.value)
