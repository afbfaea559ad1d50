"""Real benchmarks, run by the Go of the test environment: what `benched` says of its lines against what is found."""

import os
import re
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from pprof_lens.bench import figures
from pprof_lens.bench.compiler import explain
from pprof_lens.bench.figures import Benchmark
from pprof_lens.bench.run import Asker, Built, Chosen, Go, Package, Profiling, profile
from pprof_lens.profile.errors import Cancelled, ProfileError

HERE = Path(__file__).parent
GO = Go(
    str(Path(sys.executable).with_name("go")),
    {**os.environ, "GOFLAGS": "-mod=mod", "GOTOOLCHAIN": "local", "GOPROXY": "off"},
)
NAMES = re.findall(
    r"^func (Benchmark\w+)", (HERE / "benched" / "benched_test.go").read_text(encoding="utf-8"), re.MULTILINE
)


def benchmarks(folder: Path, chosen: Chosen, asker: Asker | None = None) -> tuple[Benchmark, ...]:
    return tuple(figures.benchmarks(GO, ["."], str(folder), chosen=chosen, asker=asker or Asker()))


@pytest.fixture(scope="module")
def found() -> dict[str, Benchmark]:
    many = benchmarks(HERE / "benched", Chosen(".", 1, "50000x"))
    return {one.measured.benchmark: one for one in many}


def wanted() -> Iterator[tuple[str, int, float, float]]:
    """Benchmark, line, bytes and allocations of an operation, as the comments have it."""
    text = (HERE / "benched" / "benched_test.go").read_text(encoding="utf-8")
    for number, line in enumerate(text.splitlines(), 1):
        for name, in_bytes, allocs in re.findall(r"([\w/]+) (\d+) (\d+)(?=,|$)", line.partition("// want ")[2]):
            yield f"Benchmark{name}", number, float(in_bytes), float(allocs)


def test_each_line_has_what_one_operation_allocates_on_it(found: dict[str, Benchmark]) -> None:
    told = sorted(
        (name, cost.line, round(cost.bytes_per_op, 1), round(cost.allocs_per_op, 2))
        for name, benchmark in found.items()
        if benchmark.is_steady and name != "BenchmarkTwoTiny"  # two lines that share their blocks
        for cost in benchmark.lines
        if cost.profile_path.endswith("benched_test.go") and cost.allocs_per_op > 0.01  # what runs beside it
    )
    assert told == sorted(wanted())


def test_a_benchmark_whose_operations_grow_is_told_to_be_unsteady(found: dict[str, Benchmark]) -> None:
    unsteady = {name for name, benchmark in found.items() if not benchmark.is_steady}
    assert unsteady == {"BenchmarkMap", "BenchmarkGrows"}


def test_the_lines_of_a_steady_benchmark_add_up_to_what_benchmem_prints(found: dict[str, Benchmark]) -> None:
    assert len(found) == len(NAMES) + 1  # one has two parts
    for benchmark in found.values():
        if benchmark.is_steady:
            allocs = sum(cost.allocs_per_op for cost in benchmark.lines)
            assert int(allocs + 0.01) == benchmark.medians["allocs/op"].median
            in_bytes, printed = sum(cost.bytes_per_op for cost in benchmark.lines), benchmark.medians["B/op"].median
            # go test cuts off what is beyond a whole byte, as it does with allocations
            assert -max(0.5, printed / 100) <= in_bytes - printed < 1 + printed / 100


def module(folder: Path, test: str) -> Path:
    (folder / "go.mod").write_text("module example.com/x\n\ngo 1.24\n", encoding="utf-8")
    (folder / "x_test.go").write_text(f'package x\n\nimport "testing"\n\n{test}\n', encoding="utf-8")
    return folder


def importing(folder: Path, *names: str) -> None:
    """Has the test of the module import these packages, too."""
    source = folder / "x_test.go"
    imports = "".join(f'\t"{name}"\n' for name in sorted((*names, "testing")))
    source.write_text(source.read_text(encoding="utf-8").replace('import "testing"', f"import (\n{imports})"), "utf-8")


def test_a_test_that_does_not_build_is_refused_with_the_compilers_first_error(tmp_path: Path) -> None:
    broken = module(tmp_path, "func BenchmarkX(b *testing.B) {\n\tmissing()\n}")
    with pytest.raises(ProfileError, match=r"example.com/x does not build: .*x_test.go:6:2: undefined: missing"):
        benchmarks(broken, Chosen())


def test_a_benchmark_that_fails_is_refused_with_its_first_words(tmp_path: Path) -> None:
    failing = module(tmp_path, 'func BenchmarkX(b *testing.B) {\n\tb.Fatal("no table")\n}')
    with pytest.raises(ProfileError, match=r"A benchmark of example.com/x failed: BenchmarkX: x_test.go:6: no table"):
        benchmarks(failing, Chosen())


def test_what_a_failure_says_is_found_in_time_among_empty_lines(tmp_path: Path) -> None:
    program = tmp_path / "test"
    program.write_text("#!/bin/sh\nyes '' | head -n 60000\necho broken\nexit 1\n")
    program.chmod(0o755)
    built = Built(Package("example.com/a", str(tmp_path), ()), str(program), {**os.environ})
    begin = time.monotonic()
    with pytest.raises(ProfileError, match=r"failed: broken$"):
        profile(built, Profiling("TestA", "cpu", tmp_path / "to"), Asker())
    assert time.monotonic() - begin < 5


def test_a_benchmark_that_hangs_ends_with_all_that_it_started_once_nobody_waits(tmp_path: Path) -> None:
    hanging = module(tmp_path, 'func BenchmarkX(b *testing.B) {\n\tprintln("begins")\n\ttime.Sleep(time.Hour)\n}')
    importing(hanging, "time")
    told: list[str] = []
    with pytest.raises(Cancelled):
        benchmarks(hanging, Chosen(), Asker(gave_up=lambda: bool(told), tell=told.append))


def test_a_budget_that_is_broken_is_told_on_the_line_of_the_benchmark(tmp_path: Path) -> None:
    over = module(
        tmp_path,
        "var kept []byte\n\n//pprof:max 512B/op 1 allocs/op\nfunc BenchmarkX(b *testing.B) {\n"
        "\tfor b.Loop() {\n\t\tkept = make([]byte, 1024)\n\t}\n}",
    )
    (found,) = benchmarks(over, Chosen(".", 3, "5000x"))  # what runs beside it is nothing of so many
    assert [f"{wrong.line}: {wrong.message}" for wrong in found.wrong] == [
        "8: BenchmarkX takes 1kB/op, more than its 512B/op."
    ]


def test_no_pattern_of_a_package_is_taken_for_a_flag() -> None:
    with pytest.raises(ProfileError, match="Go does not know"):
        tuple(figures.benchmarks(GO, ["-exec=touch"], str(HERE / "benched"), chosen=Chosen(), asker=Asker()))


def test_what_a_test_prints_does_not_change_which_package_its_benchmarks_are_of(tmp_path: Path) -> None:
    noisy = module(
        tmp_path,
        "func BenchmarkA(b *testing.B) {}\n\n"
        'func BenchmarkB(b *testing.B) {\n\tos.Stdout.WriteString("\\npkg: example.com/other\\n")\n}',
    )
    importing(noisy, "os")
    assert {found.measured.package for found in benchmarks(noisy, Chosen(".", 1, "1x"))} == {"example.com/x"}


ODD = """
var kept []byte

func body(b *testing.B) {
	for b.Loop() {
		kept = make([]byte, 1000)
	}
}

func BenchmarkNames(b *testing.B) {
	for _, name := range []string{"größe", "a b", "a b", "a/b", "[", "(?i)", "size-16", "日本", ""} {
		b.Run(name, body)
	}
}

func BenchmarkPrints(b *testing.B) {
	fmt.Println("BenchmarkPrints-2")
	b.Run("part", func(b *testing.B) { fmt.Print("behind this: "); body(b) })
}

func BenchmarkReports(b *testing.B) { body(b); b.ReportMetric(math.Inf(1), "x/op"); b.ReportMetric(math.NaN(), "%") }

func BenchmarkWithoutTime(b *testing.B) { body(b); b.ReportMetric(0, "ns/op") }

func BenchmarkSkips(b *testing.B) { b.Skip("not here") }
"""


@pytest.mark.parametrize("processors", ["1", "2"])
def test_benchmarks_of_odd_names_that_print_and_report_are_measured(tmp_path: Path, processors: str) -> None:
    odd = module(tmp_path, ODD)
    importing(odd, "fmt", "math")
    told: list[str] = []
    go = replace(GO, environ={**GO.environ, "GOMAXPROCS": processors})
    found = figures.benchmarks(go, ["."], str(odd), chosen=Chosen(".", 2, "20x"), asker=Asker(tell=told.append))
    names = {}
    for one in found:
        names[one.measured.benchmark.removeprefix("Benchmark")] = len(one.measured.results)
        assert [round(cost.bytes_per_op) for cost in one.lines] == [1024]
    parts = ("größe", "a_b", "a_b#01", "a/b", "[", "(?i)", "size-16", "日本", "#00")
    assert names == dict.fromkeys([*(f"Names/{part}" for part in parts), "Prints/part", "Reports"], 2)
    assert "BenchmarkWithoutTime is left out: its results have no time or no allocations." in told


@pytest.mark.parametrize(
    ("body", "why"),
    [
        # Beside it: the benchmark's own goroutine says that it is over before its panic ends the process.
        ("go os.Exit(0); select {}", r"panic: unexpected call to os\.Exit\(0\) during test"),
        ("os.Exit(3)", "it ended with status 3"),
        ("p, _ := os.FindProcess(os.Getpid()); p.Kill(); select {}", "it ended with signal 9"),
        ('go func() { panic("boom") }(); select {}', "panic: boom"),
    ],
)
def test_a_benchmark_that_ends_its_process_is_told_to(tmp_path: Path, body: str, why: str) -> None:
    ends = module(tmp_path, f"var _ = os.Exit\n\nfunc BenchmarkX(b *testing.B) {{ {body} }}")
    importing(ends, "os")
    with pytest.raises(ProfileError, match=f"A benchmark of example.com/x failed: {why}"):
        benchmarks(ends, Chosen(".", 1, "1x"))


@pytest.mark.parametrize("way", ["external", "workspace", "vendored"])
def test_a_package_is_measured_however_its_module_is_built(tmp_path: Path, way: str) -> None:
    """Tests of another package only; a module of a workspace; dependencies that are vendored."""
    folder = tmp_path / "x"
    folder.mkdir()
    package = module(folder, "var kept []byte\n\nfunc BenchmarkX(b *testing.B) { for b.Loop() { kept = dep.Make() } }")
    importing(package, "example.com/dep")
    source = package / "x_test.go"
    if way == "external":
        source.write_text(source.read_text(encoding="utf-8").replace("package x", "package x_test"), encoding="utf-8")
    dep = package / "vendor" / "example.com" / "dep" if way == "vendored" else tmp_path / "dep"
    dep.mkdir(parents=True)
    (dep / "dep.go").write_text("package dep\n\nfunc Make() []byte { return make([]byte, 1000) }\n", encoding="utf-8")
    mod = package / "go.mod"
    required = "require example.com/dep v1.0.0\n"
    if way == "vendored":
        mod.write_text(mod.read_text(encoding="utf-8") + required, encoding="utf-8")
        listed = "# example.com/dep v1.0.0\n## explicit; go 1.24\nexample.com/dep\n"
        (package / "vendor" / "modules.txt").write_text(listed, encoding="utf-8")
    else:
        (dep / "go.mod").write_text("module example.com/dep\n\ngo 1.24\n", encoding="utf-8")
    if way == "workspace":
        (tmp_path / "go.work").write_text("go 1.24\n\nuse (\n\t./x\n\t./dep\n)\n", encoding="utf-8")
    if way == "external":
        replaced = f"{required}\nreplace example.com/dep => ../dep\n"
        mod.write_text(mod.read_text(encoding="utf-8") + replaced, encoding="utf-8")
    flags = {"external": "", "workspace": "", "vendored": "-mod=vendor"}[way]
    go = replace(GO, environ={**GO.environ, "GOFLAGS": flags})
    (found,) = figures.benchmarks(go, ["."], str(package), chosen=Chosen(".", 1, "20x"), asker=Asker())
    (cost,) = found.lines
    assert (Path(cost.profile_path).name, cost.line, round(cost.bytes_per_op)) == ("dep.go", 3, 1024)
    answers = tmp_path / "answers"
    answers.mkdir()
    assert explain(go, str(dep if way != "vendored" else package), answers, lambda: False)
