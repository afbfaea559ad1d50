"""What the list of problems is told: of what is shown, where its code is now, and again only where that changed."""

from collections.abc import Mapping
from types import SimpleNamespace
from typing import cast
from unittest.mock import Mock

import pytest

from pprof_lens.annotate.diagnostics import Code, Diagnostic
from pprof_lens.annotate.findings import Finding, Related
from pprof_lens.annotate.hot_lines import HotLine
from pprof_lens.bench.figures import Wrong
from pprof_lens.editor.diagnostics import Diagnostics
from pprof_lens.editor.host import Host
from pprof_lens.editor.runs import Runs
from pprof_lens.editor.shown import Findings, Shown
from pprof_lens.leaks import Leak
from pprof_lens.session.goal import Goal
from pprof_lens.session.settings import Settings
from pprof_lens.session.snapshot import Snapshot
from pprof_lens.source.drift import Drift, StaleFunction
from pprof_lens.source.gofuncs import FuncDecl

SILENT = Settings(diagnostics_enabled=False)
MOVED_BY = 10
GONE = 99
"""A line of the profile that stands nowhere now."""
COLUMNS = (1, 9)

HOT = HotLine("app/a.go", 5, "hot", ())
LEAK = Finding("goroutine-leak", "app/a.go", 7, "app.Serve[...]", "leaks", grade="proved")
BROKEN = Wrong("over-budget", "/app/a_test.go", 3, "app.BenchmarkGet", "too much")


class Problems:
    """An editor's list of problems, and what is behind it: each line stands ten further down than it was profiled."""

    def __init__(self) -> None:
        self.snapshot = cast(
            "Snapshot",
            SimpleNamespace(
                profile=SimpleNamespace(time_nanos=0),
                files=SimpleNamespace(
                    local={name: SimpleNamespace(path=f"/{name}") for name in ("app/a.go", "app/b.go")}
                ),
            ),
        )
        self.drifts: Mapping[str, Drift] = {}
        self.functions: tuple[FuncDecl, ...] = ()
        self.wrong: tuple[Wrong, ...] = ()
        self.publish = Mock()
        self._host = SimpleNamespace(
            frontend=SimpleNamespace(publish=self.publish),
            files=SimpleNamespace(
                uri_of="file://{}".format,
                line_now=lambda _, line: None if line == GONE else line - 1 + MOVED_BY,
                code_columns=lambda *_: COLUMNS,
                drifts=lambda _: self.drifts.items(),
                functions=lambda _: self.functions,
            ),
            shown=Shown(),
            settings=Settings(),
        )
        self._diagnostics = Diagnostics(
            cast("Host", self._host), cast("Runs", SimpleNamespace(wrong=lambda: dict.fromkeys(self.wrong)))
        )

    def told(self, found: Findings = Findings(), *, settings: Settings = Settings()) -> dict[str, list[Diagnostic]]:
        """What is sent once this is found of the Snapshot."""
        return self.told_of(Shown(Goal(settings=settings), self.snapshot, findings=found), settings)

    def told_of(self, shown: Shown, settings: Settings = Settings()) -> dict[str, list[Diagnostic]]:
        self._host.shown, self._host.settings = shown, settings
        self.publish.reset_mock()
        self._diagnostics.push()
        return {uri: diagnostics for (uri, diagnostics), _ in self.publish.call_args_list}

    def hot(self, *lines: HotLine) -> Findings:
        return Findings(self.snapshot, hot_lines=lines)


def drift(*stale: StaleFunction) -> Drift:
    return Drift({}, is_verified=not stale, matched="", stale=stale, profiled={})


@pytest.fixture
def problems() -> Problems:
    return Problems()


def test_a_hot_line_stands_where_its_code_is_now_with_the_callers_whose_files_are_here(problems: Problems) -> None:
    callers = tuple(Related(name, line, "f", f"from {name}") for name, line in (("app/b.go", 0), ("lib/c.go", 4)))
    assert problems.told(problems.hot(HOT._replace(callers=callers))) == {
        "file:///app/a.go": [
            Diagnostic(
                Code("file:///app/a.go", 14, COLUMNS),
                "hot-line",
                "hot",
                is_warning=False,
                related=((Code("file:///app/b.go", 0), "from app/b.go"),),
            )
        ]
    }


def test_a_caller_leads_to_its_line(problems: Problems) -> None:
    ((told,),) = problems.told(problems.hot(HOT._replace(callers=(Related("app/b.go", 4, "f", "g"),)))).values()
    assert told.related == ((Code("file:///app/b.go", 3), "g"),)


def test_what_was_told_is_told_again_only_where_it_changed_and_taken_away_where_it_is_gone(problems: Problems) -> None:
    both = (HOT, HOT._replace(profile_path="app/b.go"))
    assert problems.told(problems.hot(*both)).keys() == {"file:///app/a.go", "file:///app/b.go"}
    assert problems.told(problems.hot(*both)) == {}
    assert problems.told(problems.hot(both[0], both[1]._replace(message="other"))).keys() == {"file:///app/b.go"}
    assert problems.told(problems.hot(both[0])) == {"file:///app/b.go": []}
    assert problems.told(problems.hot(both[0])) == {}


def test_a_leak_is_told_with_what_belongs_to_it_and_where_its_goroutines_are_started(problems: Problems) -> None:
    related = tuple(
        (Related("app/b.go", line, "f", f"line {line}"), path) for line, path in ((3, "/app/b.go"), (GONE, "/app/b.go"))
    )
    origin = Leak(Finding("goroutine-leak", "app/b.go", 2, "app.Start", "started"), "/app/b.go")
    data = {"pattern": "goroutine-leak:app.Serve[[]...]", "function": "app.Serve[...]", "grade": "proved"}
    told = problems.told(Findings(leaks=(Leak(LEAK, "/app/a.go", related, (origin,)),)))
    assert told == {
        "file:///app/a.go": [
            Diagnostic(
                Code("file:///app/a.go", 16, COLUMNS),
                "goroutine-leak",
                "leaks",
                is_warning=True,
                related=((Code("file:///app/b.go", 12, COLUMNS), "line 3"),),
                data=data,
            )
        ],
        "file:///app/b.go": [
            Diagnostic(
                Code("file:///app/b.go", 11, COLUMNS), "goroutine-leak", "started", is_warning=True, data=data
            )
        ],
    }  # fmt: skip


@pytest.mark.parametrize(("path", "line"), [(None, 7), ("/app/a.go", GONE)])
def test_of_a_line_that_stands_nowhere_nothing_is_told(problems: Problems, path: str | None, line: int) -> None:
    leak = Leak(Finding("heap-growth", "app/a.go", line, "f", "grows"), path)
    assert problems.told(Findings(problems.snapshot, (HOT._replace(line=GONE),), leaks=(leak,))) == {}


def test_a_file_that_is_no_longer_as_it_was_profiled_says_so_on_its_first_line(problems: Problems) -> None:
    stale = StaleFunction("app.f", 3, None)
    problems.drifts = {f"file:///app/{name}.go": drift(*gone) for name, gone in (("a", (stale,)), ("b", ()))}
    ((uri, (told,)),) = problems.told().items()
    assert (uri, told.at, told.code, told.is_warning) == (
        "file:///app/a.go", Code("file:///app/a.go", 0), "stale-source", False,
    )  # fmt: skip
    assert told.message.startswith("One function is no longer as the profile has them: app.f is gone. ")


@pytest.mark.parametrize(("declared", "line"), [("BenchmarkGet", 41), ("BenchmarkPut", 2)])
def test_a_broken_budget_stands_on_its_benchmark_where_that_is_now(
    problems: Problems, declared: str, line: int
) -> None:
    problems.wrong = (BROKEN,)
    problems.functions = (FuncDecl("other", 1, 2), FuncDecl(declared, 42, 43))
    at = Code("file:///app/a_test.go", line, COLUMNS)
    assert problems.told_of(Shown()) == {
        "file:///app/a_test.go": [Diagnostic(at, "over-budget", "too much", is_warning=True)]
    }


def test_nothing_is_told_where_the_settings_say_so(problems: Problems) -> None:
    problems.wrong = (BROKEN,)
    problems.drifts = {"file:///b.go": drift(StaleFunction("f", 3, None))}
    leaks = (Leak(LEAK, "/app/a.go"),)
    assert problems.told(Findings(problems.snapshot, (HOT,), leaks=leaks), settings=SILENT) == {}


def test_what_was_found_of_what_is_no_longer_shown_is_not_told(problems: Problems) -> None:
    problems.drifts = {"file:///b.go": drift(StaleFunction("f", 3, None))}
    assert problems.told_of(Shown(findings=problems.hot(HOT))) == {}
    assert problems.told(Findings(None, (HOT,))).keys() == {"file:///b.go"}
