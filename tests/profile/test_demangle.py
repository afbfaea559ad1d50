"""Names are rewritten as pprof rewrites them on load."""

from dataclasses import replace

import pytest

from pprof_lens.profile.demangle import simplified
from pprof_lens.profile.model import Function, Functions
from profiles import drawn


def shown(name: str, system_name: str) -> str:
    profile = replace(drawn("f a.go:1 = 1"), functions=Functions.of([Function(name, system_name, "a.go", 1)]))
    return simplified(profile).functions[0].name


@pytest.mark.parametrize(
    ("name", "rewritten"),
    [
        ("main.(*T).M", "main.(*T).M"),
        ("main.(*S).GM[go.shape.int]", "main..GM[go.shape.int]"),
        ("main.(*Tree[go.shape.int]).Walk", "main.(*Tree[go.shape.int]).Walk"),
        ("main.Gen[go.shape.struct { F func(int) string }].func1", "main.Gen[go.shape.struct { F func string }].func1"),
        ("std::map<int, std::pair<a, b>>::find(int (*)(int))", "std::map::find"),
        ("Foo.<init>(int)", "Foo.<init>(int)"),
        ("a::b)c(d)", "a::b)c(d)"),
        ("a::b(c", "a::b(c"),
        ("a::(b)(c))(d)", "a::)(d)"),
        ("_ZN3foo3barEv", "_ZN3foo3barEv"),
    ],
)
def test_what_looks_like_cpp_loses_its_parameters(name: str, rewritten: str) -> None:
    assert shown(name, name) == rewritten


def test_a_name_that_was_demangled_stays() -> None:
    assert shown("a::b(c)", "_ZN1a1bE") == "a::b(c)"


def test_a_missing_name_is_taken_from_the_system_name() -> None:
    assert shown("", "a::b(c)") == "a::b"
