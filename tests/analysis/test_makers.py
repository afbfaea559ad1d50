"""Which calls in the text of a program make what a library runs for itself: Go in, lines out."""

from textwrap import dedent

import pytest

from pprof_lens.analysis.makers import Making
from pprof_lens.profile.stacks import Frame

JANITOR = Frame("example.com/kit/v2.(*Cache).janitor", "example.com/kit/v2@v2.0.1/kit.go", 26)
ROWS = Frame("database/sql.(*Rows).awaitDone", "database/sql/sql.go", 3000)


def lines(text: str) -> dict[int, str]:
    return dict(enumerate(dedent(text).strip("\n").split("\n"), 1))


PROGRAM = """
    package main

    import "example.com/kit/v2"

    func (s *server) ask() {
    	cache := kit.NewCache() // kit.NewCache()
    	cache.Put("a", nil)
    	rows, err := s.db.QueryContext(ctx, "select")
    }

    func serve[T any]() { kit.Close() }
"""


def made(began: Frame, starters: set[str], text: str = PROGRAM) -> list[tuple[str, int, str]]:
    making = Making.of(began, frozenset(starters))
    of = {"main.go": "main"}, lambda _path, number: lines(text).get(number)
    calls = list(making.calls_in(*of)) or list(making.likely().calls_in(*of))
    return [(call.frame.function, call.frame.line, call.called) for call in calls]


def test_a_call_of_the_function_that_started_it_made_it() -> None:
    assert made(JANITOR, {"example.com/kit/v2.NewCache"}) == [
        ("main.(*server).ask", 6, "example.com/kit/v2.NewCache"),
    ]
    assert made(JANITOR, {"example.com/kit/v2.Close"}) == [("main.serve[...]", 11, "example.com/kit/v2.Close")]


def test_where_a_method_started_it_or_nobody_knows_who_calls_by_the_name_of_a_maker_may_have() -> None:
    for starters in ({"example.com/kit/v2.(*Cache).start"}, set[str]()):
        assert [line for _, line, _ in made(JANITOR, starters)] == [6]


@pytest.mark.parametrize("text", [PROGRAM.replace("kit/v2", "kit/v3"), PROGRAM.replace("cache := kit", "cache := it")])
def test_nothing_is_claimed_of_calls_of_another_package(text: str) -> None:
    assert made(JANITOR, {"example.com/kit/v2.NewCache"}, text) == []


def test_a_package_is_known_by_the_name_that_the_file_imports_it_under() -> None:
    text = PROGRAM.replace('"example', 'it "example').replace("cache := kit", "cache := it")
    assert [line for _, line, _ in made(JANITOR, {"example.com/kit/v2.NewCache"}, text)] == [6]


COMMANDS = """
    package main

    import "os/exec"

    func (j *job) run(other *server) {
    	child := exec.Command("sleep", "120")
    	other.Start()
    	if err := child.Start(); err == nil {
    		exec.CommandContext(ctx, "sleep").Start()
    	}
    }

    func start(child *server) { child.Start() }
"""


@pytest.mark.parametrize("starters", [set[str](), {"os/exec.(*Cmd).Start"}])
def test_where_a_method_of_what_the_library_made_started_it_that_call_did(starters: set[str]) -> None:
    """As the name of a literal tells, or a dump."""
    began = Frame("os/exec.(*Cmd).watch" if starters else "os/exec.(*Cmd).Start.func2", "os/exec/exec.go", 780)
    assert made(began, starters, COMMANDS) == [
        ("main.(*job).run", 8, "os/exec.Start"),
        ("main.(*job).run", 9, "os/exec.Start"),
    ]


def test_a_literal_of_the_type_whose_method_runs_made_it_whoever_started_that() -> None:
    text = PROGRAM.replace("kit.NewCache() //", "&kit.Cache{} //")
    for began in (JANITOR, JANITOR._replace(function="example.com/kit/v2.(*Cache[go.shape.int]).janitor.func1")):
        assert [line for _, line, _ in made(began, {"example.com/kit/v2.(*Cache).start"}, text)] == [6]
    assert made(JANITOR, set(), text.replace("&kit.Cache", "&kit.NewCacheOptions")) == []


def test_what_an_internal_package_runs_is_made_by_a_call_of_the_one_that_a_program_can_import() -> None:
    began = Frame(
        "example.com/kit/v2/internal/transport.(*client).reader", "example.com/kit/v2@v2.0.1/internal/transport/t.go", 9
    )
    assert [line for _, line, _ in made(began, {"example.com/kit/v2/internal/transport.NewClient"})] == [6]
    of = {"main.go": "main"}, lambda _path, number: lines(PROGRAM).get(number)
    (call,) = Making.of(began, frozenset()).likely().calls_in(*of)
    assert (call.called, call.library) == ("example.com/kit/v2.NewCache", "example.com/kit/v2")


def test_rows_are_made_by_queries_and_by_nothing_else() -> None:
    text = PROGRAM.replace("example.com/kit/v2", "database/sql")
    assert [(line, called) for _, line, called in made(ROWS, set(), text)] == [(8, "database/sql.QueryContext")]
    making = Making.of(ROWS, frozenset())
    assert making.is_by("database/sql.(*DB).QueryContext")
    assert not making.is_by("database/sql.(*DB).BeginTx")
