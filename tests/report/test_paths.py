"""Paths as Go has them, and the prefixes that pprof takes off."""

import pytest

from pprof_lens.report.paths import base, clean, trimmed
from pprof_lens.report.source_search import NotFound, Sources


@pytest.mark.parametrize(
    ("path", "cleaned"),
    [("a//b/../c/.", "a/c"), ("//a", "/a"), ("///a", "/a"), ("/..", "/"), ("./a", "a"), ("..", ".."), ("a/..", ".")],
)
def test_clean_is_the_shortest_path(path: str, cleaned: str) -> None:
    assert clean(path) == cleaned


@pytest.mark.parametrize(("path", "last"), [("/a/b", "b"), ("a/", "a"), ("/", "/"), ("//", "/"), ("", "."), ("a", "a")])
def test_base_is_the_last_element(path: str, last: str) -> None:
    assert base(path) == last


@pytest.mark.parametrize(
    ("path", "trim", "search", "left"),
    [
        ("/home/app/cmd/a.go", "", "/x/app", "cmd/a.go"),
        ("/home/app/cmd/a.go", "", "/x/other:/x/cmd", "a.go"),
        ("/home/app/cmd/app/a.go", "", "/x/app", "cmd/app/a.go"),
        ("app/a.go", "", "/x/app", "app/a.go"),
        ("/home/app/a.go", "/home", "/x/app", "app/a.go"),
        ("/home/app/a.go", "/nowhere:/home/app/", "", "a.go"),
        ("/homework/a.go", "/home", "", "/homework/a.go"),
        ("/proc/self/cwd/a.go", "", "", "a.go"),
        ("/proc/self/cwd/./a.go", "/x", "", "a.go"),
    ],
)
def test_trimmed_by_prefix_or_by_the_name_of_a_directory(path: str, trim: str, search: str, left: str) -> None:
    assert trimmed(path, trim=trim, search=search) == left


@pytest.mark.parametrize(
    ("path", "trim", "search", "found"),
    [
        ("/d/foo/bar.cc", "", "", "/d/foo/bar.cc"),
        ("foo/bar.cc", "", "/d", "/d/foo/bar.cc"),
        ("foo/bar.cc", "", "some/path:/d", "/d/foo/bar.cc"),
        ("bar.cc", "", "/d/foo/bar", "/d/bar.cc"),
        ("bar.cc", "", "foo/bar", "bar.cc"),
        ("/remote/path/app/foo/bar.cc", "some-path:/remote/path", "/d", "/d/app/foo/bar.cc"),
        ("/remote/path/app/foo/bar.cc", "", "/d/app", "/d/app/foo/bar.cc"),
    ],
)
def test_a_source_is_found(path: str, trim: str, search: str, found: str) -> None:
    """The cases of google/pprof's own test, and a relative directory."""

    def read(asked: str) -> bytes:
        if asked != found:
            raise FileNotFoundError(2, "No such file or directory")
        return b"text"

    assert Sources(trim=trim, search=search, read=read).excerpt(path, 1, 9) == [(1, "text")]


def test_a_source_is_missed_when_lines_of_it_are_wanted_and_from_then_on() -> None:
    def read(_: str) -> bytes:
        raise PermissionError(13, "Permission denied")

    sources = Sources(trim="", search="", read=read)
    assert sources.excerpt("/a", 9, 1) == []
    for first in (1, 9):
        with pytest.raises(NotFound, match="open /a: permission denied"):
            sources.excerpt("/a", first, 1)


def test_a_path_that_cannot_be_is_an_invalid_argument() -> None:
    def read(path: str) -> bytes:
        raise ValueError(path)

    with pytest.raises(NotFound, match="invalid argument"):
        Sources(trim="", search="", read=read).excerpt("/a\0", 1, 1)


def test_a_file_that_is_missed_again_and_again_is_told_of_anew_and_holds_nothing() -> None:
    def read(_: str) -> bytes:
        raise FileNotFoundError(2, "No such file or directory")

    sources = Sources(trim="", search="", read=read)
    told = []
    for _ in range(3):
        with pytest.raises(NotFound, match=r"^open /a\.go: no such file or directory$") as missed:
            sources.excerpt("/a.go", 1, 9)
        told.append(missed.value)
    assert len(set(map(id, told))) == 3
