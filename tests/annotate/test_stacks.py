"""The stacks of a finding as a text that reads like a dump."""

from textwrap import dedent

from pprof_lens.annotate import stacks
from pprof_lens.annotate.findings import Finding
from pprof_lens.profile.goroutines import GoroutineGroup
from pprof_lens.profile.stacks import Frame

WAIT, SERVE, START = (
    Frame(f"main.{name}", "/build/main.go", line) for name, line in (("wait", 9), ("serve", 5), ("go", 3))
)
LOCAL = {"/build/main.go": "/home/me/main.go"}


def test_goroutines_stand_with_their_state_their_labels_and_who_started_them() -> None:
    groups = (
        GoroutineGroup(3, (WAIT, SERVE), "chan send", 300, created_by=START, labels=(("endpoint", ("/a", "/b")),)),
        GoroutineGroup(1, (WAIT, Frame("lib.\x1b[31mrun", "lib.go", 7))),
    )
    finding = Finding("goroutine-leak", "/build/main.go", 9, "main.wait", "4 goroutines leaked here.", groups=groups)
    assert stacks.text([(finding, LOCAL)]) == dedent("""\
        goroutine-leak at /home/me/main.go:9
        4 goroutines leaked here.

        3 goroutines [chan send, 5 minutes] {endpoint: /a,/b}:
        main.wait
        \t/home/me/main.go:9
        main.serve
        \t/home/me/main.go:5
        created by main.go
        \t/home/me/main.go:3

        1 goroutine:
        main.wait
        \t/home/me/main.go:9
        lib.\ufffd[31mrun
        \tlib.go:7
        """)


def test_memory_stands_with_the_stack_that_grew_most() -> None:
    finding = Finding("heap-growth", "/build/main.go", 9, "main.wait", "grew.", stack=(WAIT, SERVE))
    assert "allocated here, most of all:\nmain.wait\n\t/home/me/main.go:9\nmain.serve\n" in stacks.text(
        [(finding, LOCAL)]
    )


def test_of_many_stacks_the_rest_is_counted() -> None:
    many = tuple(GoroutineGroup(1, (WAIT._replace(line=n),)) for n in range(60))
    told = stacks.text([(Finding("goroutine-leak", "main.go", 9, "main.wait", "60.", groups=many), {})])
    assert told.count("1 goroutine:") == 50
    assert told.endswith("\nand 10 stacks more\n")
