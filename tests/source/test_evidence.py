"""What a line of Go says about a call or an allocation that a profile has on it."""

from unittest.mock import Mock

import pytest

from pprof_lens.source import evidence
from pprof_lens.source.evidence import (
    Calls,
    Direct,
    Verdict,
    closing,
    declares_variables,
    of_allocation,
    statement,
    values,
)
from pprof_lens.source.gofuncs import bare, imported
from pprof_lens.source.symbols import parse

DIRECT = Direct({"local"}, {"strings": "strings", "yaml": "gopkg.in/yaml%2ev3"}, {"strings.ToUpper"})


@pytest.mark.parametrize(
    ("code", "callee", "expected"),
    [
        # it names the callee
        ("x := work(1)", "main.work", "SUPPORTS"),
        ("t.mu.Lock()", "sync.(*Mutex).Lock", "SUPPORTS"),
        ("go s.add(30, &wg)", "main.(*shelf).add", "SUPPORTS"),
        ("return Map[int](x)", "main.Map[go.shape.int]", "SUPPORTS"),
        ("n := C.sum(p)", "main._Cfunc_sum", "SUPPORTS"),
        ("a.\n\tb().\n\tc()", "main.T.c", "SUPPORTS"),
        ("for x := range all {", "main.all", "SUPPORTS"),
        ("for x := range ch {", "runtime.chanrecv2", "SUPPORTS"),
        ("case <-done:", "runtime.selectgo", "SUPPORTS"),
        ("for sweepone() {", "runtime.sweepone", "SUPPORTS"),
        # it may call anything
        ("f(x)", "main.work", "FITS"),
        ("s.less(i, j)", "main.byName", "FITS"),
        ("table[i](x)", "main.work", "FITS"),
        ("func() {", "main.f.func1", "CONTRADICTS"),
        ("}()", "main.f.func1", "FITS"),
        ("for x := range y {", "main.(*T).All.func1", "FITS"),
        # it calls nothing, or something else
        ("n := 0", "main.work", "CONTRADICTS"),
        ("if (n > 0) {", "main.work", "CONTRADICTS"),
        ("x := make([]byte, len(y))", "main.work", "CONTRADICTS"),
        ("return string(x)", "main.work", "CONTRADICTS"),
        ("x := strings.ToUpper(y)", "main.work", "CONTRADICTS"),
        ("x := strings.NewWork(y)", "main.work", "FITS"),
        ("x := yaml.Work(y)", "main.work", "FITS"),
        ("local(x)", "main.work", "CONTRADICTS"),
        ("local(x)", "main.work.func1", "CONTRADICTS"),
        ("working(x)", "main.work", "FITS"),
        # the compiler's own calls, and what is not known
        ("n := 0", "runtime.gcWriteBarrier", "FITS"),
        ("n := 0", "runtime.chanrecv1", "FITS"),
        ("n := 0", "internal/runtime/maps.(*Iter).Next", "FITS"),
        ("n := 0", "type:.eq.main.T", "FITS"),
        ("n := 0", "memcpy", "FITS"),
        ("systemstack(func() {", "_.goready.func1", "FITS"),
    ],
)
def test_whether_a_statement_can_call_a_function(code: str, callee: str, expected: str) -> None:
    """Only what is written counts; types are not known."""
    assert Calls(code, DIRECT).of(parse(callee), may_end=False) is Verdict[expected]


def test_a_statement_is_read_once_for_all_that_stacks_show_it_calling(monkeypatch: pytest.MonkeyPatch) -> None:
    read = Mock(return_value=False)
    monkeypatch.setattr(evidence, "_may_call_indirectly", read)
    calls = Calls("local(x)", DIRECT)
    assert {calls.of(parse(f"main.f{i}"), may_end=False) for i in range(9)} == {Verdict.CONTRADICTS}
    assert read.call_count == 1


def test_the_end_of_a_function_may_run_what_was_deferred() -> None:
    """So does a return."""
    assert Calls("}", DIRECT).of(parse("main.work"), may_end=True) is Verdict.FITS


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("x := make([]byte, n)", "SUPPORTS"),
        ("return &T{1}", "SUPPORTS"),
        ("s = append(s, 1)", "SUPPORTS"),
        ("go func() {", "SUPPORTS"),
        ('return "" + name', "SUPPORTS"),
        ("x := f(y)", "FITS"),
        ("var x T", "FITS"),
        ("n := 1", "FITS"),
        ("m[k] = nil", "FITS"),
        ("m[k]++", "FITS"),
        ("func F(n int) {", "FITS"),
        ("for i := range 10 {", "FITS"),
        ("return x", "FITS"),
        ("}", "CONTRADICTS"),
        ("\t} else {", "CONTRADICTS"),
        ("continue outer", "CONTRADICTS"),
        ("default:", "FITS"),
        ("again:", "CONTRADICTS"),
        ("{", "FITS"),
        ("}, {", "FITS"),
        ("return", "FITS"),
        ("return nil, false", "CONTRADICTS"),
        ("s.err = nil", "CONTRADICTS"),
        ("n++", "CONTRADICTS"),
    ],
)
def test_whether_a_line_can_allocate(code: str, expected: str) -> None:
    """A variable whose address leaves is allocated where it is declared; a value in an interface anywhere."""
    assert of_allocation(code) is Verdict[expected]


def test_what_looks_like_an_assignment_makes_a_variable_where_variables_are_declared() -> None:
    """`empty = ""` allocates there, where its address leaves; so much may stand above that it is not known."""
    lines = [
        "func F() {",
        "\tvar (",
        "\t\ta = f(",
        "\t\t\t1)",
        '\t\tempty = ""',
        "\t)",
        "\tn = 0",
        "\tif b {",
        "\t\tn = 1",
    ]
    assert [at for at in range(len(lines)) if declares_variables(lines, at)] == [2, 4, 5]
    assert declares_variables(["func F() {", *["\ta()"] * 99, "\tn = 0"], 100)


def test_a_statement_ends_where_its_brackets_do_or_its_block_begins() -> None:
    lines = ["x := f(", "\ta,", ")", "y := a.", "\tb()", "if z {", "\tc()", "}"]
    assert [statement(lines, at) for at in (0, 3, 5)] == ["x := f(\n\ta,\n)", "y := a.\n\tb()", "if z {"]
    assert [closing(lines, at) for at in (0, 4, 5)] == [2, 4, 7]


def test_a_case_is_not_what_is_done_in_it() -> None:
    lines = ["case a.B,", "\tc():", "\td()", "default:", "\te()", "again:", "\tf()", "x := T{", "\tkey:", "\tg(),"]
    assert [statement(lines, at) for at in (0, 3, 5)] == ["case a.B,\n\tc():", "default:", "again:"]
    assert statement(lines, 8) == "\tkey:"


def test_comments_and_strings_are_no_code() -> None:
    text = 'a() // b()\nx := "c()" + `d\ne()` /* f()\n */ + \'"\'\n'
    assert bare(text) == 'a()  \nx := "" + "\n"  \n + ""\n'


def test_what_a_file_imports() -> None:
    text = 'package x\n\nimport "C"\nimport (\n\t"net/http"\n\tlog "a/log15"\n\t"a.in/y.v3"\n)\n\nfunc F() {\n\t"no"\n}'
    assert imported(text) == {"http": "net/http", "log": "a/log15", "y.v3": "a.in/y%2ev3"}


@pytest.mark.parametrize("code", ["x" * 30_000, " " * 30_000 + "n := 0", "a[" * 15_000, "f(" * 15_000])
def test_of_a_line_longer_than_anyone_writes_nothing_is_told(code: str) -> None:
    assert Calls(code, DIRECT).of(parse("main.work"), may_end=False) is Verdict.FITS
    assert of_allocation(code) is Verdict.FITS
    assert len(statement([code] * 60, 0)) < len(code)


def test_space_within_a_line_costs_no_more_than_its_length() -> None:
    """Where it may belong to several parts of an expression, each way to share it would be tried."""
    assert of_allocation(f"{' ' * 15_000}x") is Verdict.FITS


def test_what_is_used_as_a_value_may_be_a_variable() -> None:
    assert values("func each(f func(int), n int) {\n\tf(n)\n\tlocal(url.Parse(s.url))\n\tcall(work)\n") >= {"n", "work"}
    assert not values("f(n)\nlocal(url.Parse(s.url))") & {"f", "local", "url"}
