"""Arguments of commands: whatever is sent, a value or one sentence."""

from collections.abc import Callable

import pytest

from pprof_lens.lsp.arguments import Arguments
from pprof_lens.profile.errors import ProfileError


def given(value: object) -> Arguments:
    return Arguments("pprofLens.server.load", [{"x": value}])


@pytest.mark.parametrize("sent", [["text"], [1], [{}, {}], [[]]])
def test_a_command_takes_one_object(sent: list[object]) -> None:
    with pytest.raises(ProfileError, match=r"^pprofLens\.server\.load takes one object as its argument\.$"):
        Arguments("pprofLens.server.load", sent)


@pytest.mark.parametrize("sent", [[], [None], [{}]])
def test_nothing_is_an_empty_object(sent: list[object]) -> None:
    arguments = Arguments("pprofLens.server.top", sent)
    assert not arguments.has("by")
    assert arguments.number("limit", 50) == 50
    assert arguments.texts("source") == ()


@pytest.mark.parametrize(
    ("read", "value"),
    [
        (lambda a: a.text("x"), ""),
        (lambda a: a.text("x"), None),
        (lambda a: a.optional_text("x"), 1),
        (lambda a: a.optional_text("x"), "a\0"),
        (lambda a: a.texts("x"), ["a", ""]),
        (lambda a: a.texts("x"), {"a": 1}),
        (lambda a: a.choice("x", ("flat", "cum")), "self"),
        (lambda a: a.number("x", 0), "1"),
        (lambda a: a.number("x", 0), True),
        (lambda a: a.number("x", 0), -1),
        (lambda a: a.number("x", 0), float("inf")),
        (lambda a: a.inner("x"), "text"),
    ],
)
def test_a_wrong_value_is_one_sentence(read: Callable[[Arguments], object], value: object) -> None:
    with pytest.raises(ProfileError, match=r"^pprofLens\.server\.load[^\n]*\.$"):
        read(given(value))


def test_values_come_as_they_are() -> None:
    assert given("a").text("x") == "a"
    assert given("a").texts("x") == ("a",)
    assert given(["a", "b"]).texts("x") == ("a", "b")
    assert given({"y": "z"}).inner("x").text("y") == "z"
    assert given(2).number("x", 0) == 2
