"""Which files of a folder a program was built from, by their names, their constraints and its profile's files."""

import pytest

from pprof_lens.source.constraints import System

LINUX = System.of(["/go/src/runtime/proc.go", "/go/src/runtime/os_linux.go", "/go/src/runtime/asm_amd64.s"])
UNKNOWN = System.of(["main.go"])


@pytest.mark.parametrize(
    ("name", "built"),
    [
        ("a.go", True),
        ("a_linux.go", True),
        ("a_linux_amd64.go", True),
        ("a_linux_arm64.go", False),
        ("a_windows.go", False),
        ("a_windows_amd64.go", False),
        ("a_arm64.go", False),
        ("a_darwin_test.go", False),
        ("linux.go", True),
        ("windows.go", True),
        ("a_unix.go", True),
    ],
)
def test_a_name_tells_the_system(name: str, *, built: bool) -> None:
    assert LINUX.builds(name, "") is built


@pytest.mark.parametrize(
    ("constraint", "built"),
    [
        ("linux", True),
        ("!linux", False),
        ("unix && !cgo", True),
        ("ignore", False),
        ("!ignore && gc && go1.21", True),
        ("windows || darwin && !ios", False),
        ("(windows || linux) && amd64", True),
        ("!(windows || plan9)", True),
        ("integration || debug", False),
        ("!race", True),
        ("(" * 10_000, True),
        ("!" * 10_001 + "linux", False),
        ("&& ||", True),
    ],
)
def test_a_constraint_tells_what_it_is_built_for(constraint: str, *, built: bool) -> None:
    assert LINUX.builds("a.go", f"//go:build {constraint}") is built


def test_of_a_system_that_is_not_known_only_what_is_like_no_unix_is_left_out() -> None:
    assert UNKNOWN.builds("a_darwin_arm64.go", "//go:build !freebsd")
    assert UNKNOWN.builds("a.go", "//go:build unix")
    assert not UNKNOWN.builds("a_windows.go", "")
    assert not UNKNOWN.builds("a.go", "//go:build darwin && ignore")
    assert not UNKNOWN.builds("a.go", "//go:build js && wasm")
    assert System.of(["fd_windows.go"]).builds("a_windows.go", "//go:build !unix")
