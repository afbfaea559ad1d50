"""What can be said of the files of a profile."""

from pathlib import Path

import pytest

from heaps import heap
from pprof_lens.analysis.index import build
from pprof_lens.session.maker import load
from pprof_lens.session.snapshot import Files, path_key, profile_files, unresolved_sentence
from pprof_lens.source.paths import How, Resolution
from pprof_lens.source.profiled import DeclaredFunction, ProfileFile
from pprof_lens.source.versions import Build
from references import grf

EXAMPLE = Path(__file__).parent.parent.parent / "examples" / "leaky"

OWN = ProfileFile("shop/cart.go", (DeclaredFunction("shop.Add", 3),), ("shop.Add", "sort.Sort"))
LIBRARY = ProfileFile("sort/sort.go", (DeclaredFunction("sort.Sort", 9),), ("shop.Add", "sort.Sort"))


@pytest.mark.parametrize("how", [How.GOROOT, How.MODCACHE, How.VENDOR])
def test_own_files_are_those_of_no_library(how: How) -> None:
    found = (Resolution(OWN.path, "/cart.go", How.MODULE, ""), Resolution(LIBRARY.path, "/sort.go", how, ""))
    files = Files((OWN, LIBRARY), found, {one.profile_path: one for one in found}, {}, Build((), 0))
    assert files.own == ("shop/cart.go",)


def test_what_a_profile_has_in_a_file_is_told_under_each_of_its_names() -> None:
    again = ProfileFile("/app/cart.go", (DeclaredFunction("shop.Drop", 7),), OWN.profiled)
    files = Files((OWN, again, LIBRARY), (), {}, {}, Build((), 0))
    assert files.named_as(["shop/cart.go", "/app/cart.go"]) == ProfileFile(
        "shop/cart.go", (*OWN.functions, *again.functions), OWN.profiled
    )
    assert files.named_as(["gone.go"]) == ProfileFile("gone.go", ())


def test_a_build_is_of_own_files_only(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "src/runtime").mkdir(parents=True)
    (tmp_path / "src/runtime/proc.go").write_text("package runtime\n")
    monkeypatch.setenv("GOROOT", str(tmp_path))
    files = load(str(EXAMPLE / "profiles/heap.pprof"), "", limit=1 << 30, folder=str(EXAMPLE)).files
    assert How.GOROOT in {found.how for found in files.local.values()}
    assert {Path(path).is_relative_to(EXAMPLE) for path, _ in files.build.files} == {True}


def test_a_program_without_a_name_is_none(tmp_path: Path) -> None:
    path = tmp_path / "unnamed.pprof"
    path.write_bytes(grf("main.last; [0]. (*shop.Session) = 1 100"))
    assert load(str(path), "", limit=1 << 30, folder=str(tmp_path)).files.build.programs == ()


def test_functions_have_their_lines_and_whom_they_call_there_and_a_line_that_is_unknown_is_none() -> None:
    profile = heap(1, "main.put cache.go:0; main.add main.go:7; main.main main.go:9 = 1: 1 1")
    files = profile_files(build(profile), lambda: False)
    told = {function.name: (function.lines, tuple(function.calls)) for file in files for function in file.functions}
    assert told == {
        "main.put": ((), ()),
        "main.add": ((7,), ((7, "main.put"),)),
        "main.main": ((9,), ((9, "main.add"),)),
    }


@pytest.mark.parametrize(("platform", "is_same"), [("darwin", True), ("linux", False)])
def test_case_tells_files_apart_where_the_system_does(
    monkeypatch: pytest.MonkeyPatch, platform: str, *, is_same: bool
) -> None:
    monkeypatch.setattr("sys.platform", platform)
    path_key.cache_clear()
    assert (path_key("/gone/Main.go") == path_key("/gone/main.go")) == is_same
    path_key.cache_clear()


@pytest.mark.parametrize(
    ("found", "said"),
    [
        ({"shop/cart.go": How.MODULE, "shop/gone.go": None}, ""),
        ({"sort/sort.go": How.GOROOT}, ""),
        ({}, ""),
        ({"sort/sort.go": How.GOROOT, "shop/a.go": None, "shop/b.go": None}, "(2 are missing, such as shop/a.go)"),
        ({"x/y.go": How.MODCACHE, "shop/a.go": None}, "(1 are missing, such as shop/a.go)"),
    ],
)
def test_where_no_own_file_is_found_it_is_said(found: dict[str, How | None], said: str) -> None:
    resolutions = tuple(
        Resolution(path, path if how is not None else None, how or How.UNRESOLVED, "") for path, how in found.items()
    )
    local = {one.profile_path: one for one in resolutions if one.path is not None}
    sentence = unresolved_sentence(Files((), resolutions, local, {}, Build((), 0)))
    assert said in sentence
    assert bool(sentence) == bool(said)
