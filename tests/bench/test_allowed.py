"""What of an editor's settings for Go a run takes: nothing that runs a program or writes a file."""

import pytest

from pprof_lens.bench.allowed import allowed


@pytest.mark.parametrize(
    ("flag", "build", "arguments"),
    [
        ("-race", ("-race",), ()),
        ("--tags=linux,integration", ("-tags=linux,integration",), ()),
        ("-gcflags=all=-N -l", ("-gcflags=all=-N -l",), ()),
        ("-ldflags=-s -X main.version=1.2", ("-ldflags=-s -X main.version=1.2",), ()),
        ("-mod=vendor", ("-mod=vendor",), ()),
        ("-short", (), ("-test.short",)),
        ("-test.v", (), ("-test.v",)),
        ("-cpu=2", (), ("-test.cpu=2",)),
        ("-timeout=30s", (), ()),
    ],
)
def test_flags_are_given_to_the_build_or_to_the_test(flag: str, build: tuple[str], arguments: tuple[str]) -> None:
    taken = allowed([flag], "", {})
    assert (taken.build, taken.arguments, taken.refused) == (build, arguments, ())


@pytest.mark.parametrize(
    "flag",
    [
        "-exec=touch ran",
        "-toolexec=touch ran",
        "-o=/tmp/there",
        "-vettool=touch",
        "-modfile=other.mod",
        "-overlay=overlay.json",
        "-cpuprofile=there",
        "-test.memprofile=there",
        "-outputdir=/tmp",
        "-coverprofile=there",
        "-gcflags=-json=0,file:///tmp/there",
        "-ldflags=-extld=touch",
        "-ldflags=-s -extld=touch",
        "-ldflags=-X a.b=c -extld=touch",
        "-ldflags=-X a.b='c -extld=touch'",
        "-asmflags=-o=there",
        "-mod=mod -exec=touch",
        "-race=-exec=touch",
        "-C=/tmp",
        "touch",
        "-",
    ],
)
def test_a_flag_that_runs_a_program_or_writes_a_file_is_refused(flag: str) -> None:
    taken = allowed([flag], "", {})
    assert (taken.build, taken.arguments, taken.refused) == ((), (), (flag,))


def test_a_value_that_is_a_word_of_its_own_is_refused_with_its_flag() -> None:
    taken = allowed(["-exec", "touch ran", "-short"], "", {})
    assert (taken.arguments, taken.refused) == (("-test.short",), ("-exec touch ran",))


def test_what_the_test_itself_is_given_has_no_flag_of_the_testing_package() -> None:
    taken = allowed(["-args", "-update", "-test.outputdir=/tmp", "-exec=touch"], "", {})
    assert (taken.arguments, taken.refused) == (("-update", "-exec=touch"), ("-test.outputdir=/tmp",))


@pytest.mark.parametrize("entry", ["DB=postgres://localhost", "CGO_ENABLED=0", "GOFLAGS=-mod=mod -race", "GOPROXY=off"])
def test_variables_are_taken(entry: str) -> None:
    assert allowed((), "", dict([entry.split("=", 1)])).environ == (tuple(entry.split("=", 1)),)


@pytest.mark.parametrize(
    "entry",
    [
        *(
            "CC=touch",
            "cc=touch",
            "PATH=/tmp",
            "GOROOT=/tmp",
            "GOTOOLCHAIN=go1.99",
            "GOENV=/tmp/env",
            "LD_PRELOAD=/tmp/x",
        ),
        *("HOME=/tmp", "XDG_CONFIG_HOME=/tmp", "AppData=/tmp", "GOPATH=/tmp", "COMPILER_PATH=/tmp", "HGRCPATH=/tmp"),
        *("GOCACHEPROG=touch", "GOAUTH=touch", "PKG_CONFIG=touch", "GIT_SSH_COMMAND=touch", "CGO_LDFLAGS_ALLOW=.*"),
        *("GOFLAGS=-exec=touch", "GOFLAGS=-args -exec=touch", "GOFLAGS=-mod -exec=touch", "GOFLAGS='-toolexec=touch'"),
        "A B=c",
    ],
)
def test_a_variable_that_names_a_program_or_a_place_of_gos_is_refused(entry: str) -> None:
    taken = allowed((), "", dict([entry.split("=", 1)]))
    assert (taken.environ, taken.refused) == ((), (entry.split("=", 1)[0],))


def test_tags_are_taken_where_they_are_tags() -> None:
    assert allowed((), "a,!b", {}).build == ("-tags=a,!b",)
    assert allowed((), "a'$(touch ran)", {}).refused == ("-tags=a'$(touch ran)",)
