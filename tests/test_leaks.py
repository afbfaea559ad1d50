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


def test_another_file_of_the_package_says_where_what_grows_is_taken_out_again(tmp_path: Path) -> None:
    """No stack names that file: it allocates nothing."""
    cache = "package main\n\nfunc (c *cache) put(key string) {\n\tc.pages[key] = read(key)\n}\n"
    sweep = "package main\n\nfunc (c *cache) Sweep() {\n\tclear(c.pages)\n}\n"
    put = "main.(*cache).put /build/main/cache.go:4"
    series = of_profiles([heap(5 * i, f"{put} = 1048576: {3 * i} {3 * i}") for i in range(1, 30)])
    tool = f"// A tool.\n\n//go:build ignore\n\n{sweep}"
    for name, text, told in (
        ("sweep.go", sweep, True),
        ("sweep_test.go", sweep, False),
        ("sweep.txt", sweep, False),
        ("sweep_windows.go", sweep, False),
        ("tool.go", tool, False),
    ):
        folder = tmp_path / name / "main"
        folder.mkdir(parents=True)
        (folder / "cache.go").write_text(cache)
        (folder / name).write_text(text)
        found = find(series, discover([str(folder.parent)], environ={"PATH": ""}))
        assert len(found.leaks) == int(not told)
        assert [told.finding.message.partition("; sweep.go:4 ")[2] for told in found.waiting] == (
            ["takes out again: it may be filling up."] if told else []
        )


def test_a_warm_up_that_is_over_is_told_as_what_it_is_though_nothing_else_is_done_either(tmp_path: Path) -> None:
    """Three minutes of it, and as long without anything."""
    load = "main.load /build/main/main.go:4 = 1048576"
    grown = [heap(5 * i, f"{load}: {3 * i} {3 * i}\nmain.work w.go:9 = 64: 0 {900 * i}") for i in range(1, 37)]
    idle = [heap(5 * i, f"{load}: 108 108\nmain.work w.go:9 = 64: {i % 2} 32400") for i in range(37, 73)]
    found = find(of_profiles([*grown, *idle[:30]]), discover([str(tmp_path)], environ={"PATH": ""}))
    assert len(found.leaks) == 1
    found = find(of_profiles([*grown, *idle]), discover([str(tmp_path)], environ={"PATH": ""}))
    assert found.leaks == ()
    assert [(told.finding.grade, told.finding.message.partition(" until ")[0]) for told in found.waiting] == [
        ("waiting", "in use here grew")
    ]
