"""Where a context comes from that another function made: Go in, a line and its end out. `// waits` marks the wait."""

import pytest

from pprof_lens.analysis.contexts import End, origin_of
from pprof_lens.profile.stacks import Frame

WORKER = "func worker(id int, ctx context.Context) {\n\t<-ctx.Done() // waits\n}\n"
STOP = "func (s *S) Stop() {\n\ts.cancel()\n}\n"
RUN = "func (s *S) run() {\n\t<-s.ctx.Done() // waits\n}\n"


@pytest.mark.parametrize(
    ("calls", "line", "end"),
    [
        ("\tgo worker(1, context.Background())", 6, End.NEVER),
        ("\tgo worker(f(1, 2), context.TODO())\n\tgo worker(2, context.Background())", 6, End.NEVER),
        ("\tctx := context.Background()\n\tgo worker(1, ctx)", 6, End.NEVER),
        ("\tctx, _ := context.WithCancel(parent)\n\tgo worker(1, ctx)", 6, End.DROPPED),
        ("\tctx, stop := context.WithCancel(parent)\n\tgo worker(1, ctx)\n\tstop()", 8, End.CALLED),
        ("\tctx, stop := context.WithTimeout(parent, 9)\n\tgo worker(1, ctx)\n\tdefer stop()", 6, End.TIMED),
    ],
)
def test_a_parameter_is_what_all_callers_give(calls: str, line: int, end: End) -> None:
    assert origin(f"{WORKER}\nfunc g() {{\n{calls}\n}}", "ctx") == (line, end)


@pytest.mark.parametrize(
    "calls",
    [
        "\tgo worker(1, r.Context())",
        "\tgo worker(1, context.Background())\n\tgo worker(2, r.Context())",
        "\tgo worker(1, context.Background())\n\tctx, _ := context.WithCancel(parent)\n\tgo worker(2, ctx)",
        "\tgo worker(1,\n\t\tcontext.Background())",
        "\tgo other(1, context.Background())",
        "\tx.worker(1, context.Background())",
        "\tgo worker(1, context.Background())\n\trun(worker)",
    ],
)
def test_of_callers_that_differ_or_are_not_known_nothing_is_said(calls: str) -> None:
    assert origin(f"{WORKER}\nfunc g() {{\n{calls}\n}}", "ctx") is None


@pytest.mark.parametrize(
    ("made", "line", "end"),
    [
        ("\ts.ctx, s.cancel = context.WithCancel(parent)", 2, End.CALLED),
        ("\ts.ctx, _ = context.WithCancel(parent)", 6, End.DROPPED),
        ("\treturn &S{ctx: context.Background()}", 6, End.NEVER),
        ("\tctx, cancel := context.WithCancel(parent)\n\treturn &S{ctx: ctx, cancel: cancel}", 2, End.CALLED),
        ("\ts.ctx = context.Background()", 6, End.NEVER),
    ],
)
def test_a_field_is_what_it_is_set_to(made: str, line: int, end: End) -> None:
    assert origin(f"{STOP}\nfunc New(s *S) *S {{\n{made}\n}}\n\n{RUN}", "s.ctx") == (line, end)


def test_what_a_function_gives_a_field_is_no_variable_of_its_name() -> None:
    made = "\troot := context.Background()\n\tlog(root)\n\treturn &S{ctx: root()}"
    assert origin(f"{STOP}\nfunc New() *S {{\n{made}\n}}\n\n{RUN}", "s.ctx") is None


def test_what_other_functions_call_by_the_name_of_a_field_is_not_it() -> None:
    other = "func g() {\n\tctx, stop := context.WithCancel(parent)\n\tstop()\n}\n"
    assert origin(f"{other}\nvar all = &S{{ctx: context.Background()}}\n\n{RUN}", "s.ctx") == (6, End.NEVER)


def test_a_field_that_is_set_to_what_is_handed_in_is_not_known() -> None:
    assert origin(f"func New(ctx context.Context) *S {{\n\treturn &S{{ctx: ctx}}\n}}\n\n{RUN}", "s.ctx") is None


def test_a_name_that_is_made_anew_is_no_parameter_any_more() -> None:
    anew = WORKER.replace("\t<-", "\tctx := other()\n\t<-")
    assert origin(f"{anew}\nfunc g() {{\n\tworker(1, context.Background())\n}}", "ctx") is None


def test_of_a_text_that_is_not_known_nothing_is_said() -> None:
    assert origin_of("ctx", Frame("main.worker", "main.go", 3), lambda *_: None) is None


def origin(text: str, name: str) -> tuple[int, End] | None:
    lines = dict(enumerate(text.split("\n"), 1))
    at = next(number for number, line in lines.items() if line.endswith("// waits"))
    found = origin_of(name, Frame("main.worker", "main.go", at), lambda _, number: lines.get(number))
    return (found.line.line, found.end) if found is not None else None
