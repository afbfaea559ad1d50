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
