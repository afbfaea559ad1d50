"""Go's benchmark format, read and written."""

import pytest

from pprof_lens.bench.benchfmt import parse, series, write

PRINTED = """\
goos: linux
pkg: example.com/x
BenchmarkSort/n=10-8   	    1000	       165.5 ns/op	       4 B/op	       1 allocs/op
noise: from the test
BenchmarkSort/n=10-8   	    2000	       170 ns/op	  12.5 MB/s	       4 B/op	       1 allocs/op
PASS
"""


def test_results_are_read_in_seconds_with_their_package() -> None:
    (both,) = series(parse(PRINTED))
    assert (both.package, both.benchmark) == ("example.com/x", "BenchmarkSort/n=10")
    assert both.values("sec/op") == pytest.approx((165.5e-9, 170e-9))
    assert both.values("B/s") == (12.5e6,)


def test_what_is_written_is_read_again_and_is_as_go_prints_it() -> None:
    results = tuple(parse(PRINTED))
    assert write(results).splitlines()[:2] == [
        "pkg: example.com/x",
        "BenchmarkSort/n=10-8\t1000\t165.5 ns/op\t4 B/op\t1 allocs/op",
    ]
    assert tuple(parse(write(results))) == results


@pytest.mark.parametrize(
    ("names", "benchmarks"),
    [
        ("X-8 X/n=10-8", "X X/n=10"),
        ("X X/size-16", "X X/size-16"),
        ("X/size-16 X/size-32", "X/size-16 X/size-32"),
        ("X/a-8 X/b-8", "X/a X/b"),
        ("X-8 X-4 X/a-4", "X X X/a"),
        ("X/size-16! X/size-16", "X/size-16"),
        ("X/size! X/size-16", "X/size"),
        ("X/-2-2 X-2", "X/-2 X"),
    ],
)
def test_processors_are_told_from_a_part_that_ends_like_them(names: str, benchmarks: str) -> None:
    """A name with a `!` is announced, as Go does before it runs a benchmark where it is asked to."""
    lines = (f"Benchmark{name.rstrip('!')}{'' if name.endswith('!') else ' 1 2 ns/op'}" for name in names.split())
    assert [result.benchmark.removeprefix("Benchmark") for result in parse("\n".join(lines))] == benchmarks.split()


def test_a_value_that_is_no_number_leaves_the_others_of_its_line() -> None:
    (result,) = parse("BenchmarkX 1 +Inf x/op 2 ns/op NaN %")
    assert [unit for unit, _ in result.values] == ["sec/op"]


@pytest.mark.parametrize(
    "line",
    [
        "BenchmarkX",
        "BenchmarkX-8 10",
        "BenchmarkX 10 3",
        "BenchmarkX ten 3 ns/op",
        "BenchmarkX 1 nan ns/op",
        f"BenchmarkX {'9' * 99} 1 B/op",
    ],
)
def test_a_line_that_is_no_result_is_passed_over(line: str) -> None:
    assert not list(parse(line))
