"""Budgets above benchmarks: source in, `FUNCTION LINE: LIMITS` out."""

import pytest

from pprof_lens.bench.budgets import declarations


def budget(source: str) -> str:
    return "; ".join(
        f"{one.function} {one.line}: "
        + (one.mistake or ", ".join(f"{limit.most:g} {limit.unit}" for limit in one.limits))
        for one in declarations(source)
    )


def test_a_budget_stands_in_the_comment_above_its_benchmark() -> None:
    assert budget(
        "//pprof:max 3 allocs/op 512B/op\nfunc BenchmarkA(b *testing.B) {\n}\n\nfunc BenchmarkB(b *testing.B) {}"
    ) == ("BenchmarkA 2: 3 allocs/op, 512 B/op; BenchmarkB 5: ")


def test_a_comment_may_go_on_below_a_budget_and_an_empty_line_ends_it() -> None:
    assert (
        budget("//pprof:max 1kB/op\n// of the decoder\nfunc BenchmarkA(b *testing.B) {}") == "BenchmarkA 3: 1024 B/op"
    )
    assert budget("//pprof:max 1kB/op\n\nfunc BenchmarkA(b *testing.B) {}") == "BenchmarkA 3: "


@pytest.mark.parametrize(
    ("words", "limits"),
    [
        ("2µs/op", "2e-06 sec/op"),
        ("2us/op, 1.5 MB/op", "2e-06 sec/op, 1.57286e+06 B/op"),
        ("1KiB/op", "1024 B/op"),
        ("0 allocs/op", "0 allocs/op"),
        ("3 allocs", "3 allocs"),
        ("3 allocs/op please", "please"),
        ("-1 B/op", "-1 B/op"),
    ],
)
def test_units_are_those_of_go_and_what_cannot_be_read_is_said(words: str, limits: str) -> None:
    assert budget(f"//pprof:max {words}\nfunc BenchmarkA(b *testing.B) {{}}") == f"BenchmarkA 2: {limits}"
