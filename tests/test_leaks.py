"""Findings stand in the same files as figures."""

from pathlib import Path

from heaps import heap
from pprof_lens.analysis.holders import Holder
from pprof_lens.analysis.series import Evidence, of_profiles
from pprof_lens.leaks import find
from pprof_lens.profile.goroutines import GoroutineGroup
from pprof_lens.profile.stacks import Frame
from pprof_lens.workspace.surroundings import discover

STUCK = "package main\n\nfunc stuck(ch chan int) {\n\tch <- 1\n}\n"


def test_a_finding_of_a_program_that_was_built_elsewhere_is_put_on_the_local_file(tmp_path: Path) -> None:
    """The functions at their lines say which file it is, as they do for figures; the one without them is not it."""
    for folder, text in (("app", STUCK), ("other", STUCK.replace("stuck", "fine"))):
        (tmp_path / folder / "cmd").mkdir(parents=True)
        (tmp_path / folder / "cmd" / "main.go").write_text(text)
    parked = (Frame("runtime.gopark", "/go/src/runtime/proc.go", 457), Frame("runtime.chansend1", "chan.go", 161))
    group = GoroutineGroup(60, (*parked, Frame("main.stuck", "/build/cmd/main.go", 4)))
    evidence = Evidence(goroutines=(group,), starts={"main.stuck": 3})
    around = discover([str(tmp_path)], environ={"PATH": ""})
    (leak,) = find(evidence, around).leaks
    assert (leak.path, leak.finding.line) == (f"{tmp_path}/app/cmd/main.go", 4)


def test_memory_that_grows_is_told_with_its_holder(tmp_path: Path) -> None:
    (tmp_path / "main.go").write_text("package main\n\nfunc open() *Session {\n\treturn &Session{}\n}\n")
    series = of_profiles([heap(10 * i, f"main.open {tmp_path}/main.go:4 = 1048576: {i} {i}") for i in range(1, 30)])
    holders = {"main.Session": (Holder(2048, 9, ("main.sessions", "all")),)}
    (leak,) = find(series, discover([str(tmp_path)], environ={"PATH": ""}), holders=holders).leaks
    assert leak.finding.message.endswith("; 2kB of it held by main.sessions → all.")
