"""After how long a wait is over by itself, by the text: `>` marks the line that waits."""

import pytest

from pprof_lens.analysis.timeouts import seconds_until_over
from pprof_lens.profile.stacks import Frame

SELECT = (
    ">\tselect {\n\tcase job := <-jobs:\n\t\tdo(job)\n\tcase <-%s:\n\t\ttime.Sleep(time.Hour)\n\t}\n"
    "\ttime.Sleep(time.Hour)"
)


def seconds(body: str) -> float:
    lines = f"func F() {{\n{body}\n}}".split("\n")
    texts = [line.removeprefix(">") for line in lines]
    line = next(n for n, text in enumerate(lines, 1) if text.startswith(">"))
    return seconds_until_over(Frame("main.F", "f.go", line), lambda _, n: texts[n - 1] if 0 < n <= len(texts) else None)


@pytest.mark.parametrize(
    ("body", "found"),
    [
        (">\ttime.Sleep(90 * time.Second)", 90),
        (">\t<-time.After(2 * time.Minute)", 120),
        (SELECT % "time.After(time.Minute)", 60),
        ("\tlate := time.After(time.Minute)\n" + SELECT % "late", 60),
        ("\ttimer := time.NewTimer(time.Minute)\n" + SELECT % "timer.C", 60),
        ("\tctx, cancel := context.WithTimeout(parent, 75*time.Second)\n" + SELECT % "ctx.Done()", 75),
        ("\tctx, cancel := context.WithTimeout(parent, 75*time.Second)\n>\t<-ctx.Done()", 75),
        ("\tconn.SetReadDeadline(time.Now().Add(time.Minute))\n>\tconn.Read(b)", 60),
        (SELECT % "quit", 0),
        (SELECT % "ctx.Done()", 0),
        ("\tother, cancel := context.WithTimeout(parent, time.Minute)\n" + SELECT % "ctx.Done()", 0),
        ("\tfor {\n>\t\ttime.Sleep(time.Minute)\n\t}", 0),
        ("\tfor {\n\t\tconn.SetDeadline(time.Now().Add(time.Minute))\n>\t\tconn.Read(b)\n\t}", 0),
        ("\tctx, cancel := context.WithTimeout(parent, time.Minute)\n\tfor {\n>\t\t<-ctx.Done()\n\t}", 60),
        ("\tlate := time.After(time.Minute)\n\tfor {\n>\t\t<-late\n\t}", 0),
        ("\ttick := time.NewTicker(time.Minute)\n" + SELECT % "tick.C", 0),  # again and again
        ("\ttime.Sleep(time.Minute)\n>\t<-done", 0),
        (">\t<-done // time.After(time.Minute)", 0),
    ],
)
def test_a_wait_that_is_over_after_a_time_is_read(body: str, found: float) -> None:
    assert seconds(body) == found


def test_of_a_function_that_is_not_known_nothing_is_read() -> None:
    assert seconds_until_over(Frame("main.F", "f.go", 3), lambda *_: None) == 0
