"""Where a profile's files are: the ordered steps, the ties that are refused, and the mappings that are suggested."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace

import pytest

from pprof_lens.source.gomod import Forked, Module, Replace, Required, Vendor
from pprof_lens.source.paths import (
    How,
    Resolution,
    Suggestion,
    Workspace,
    portable,
    resolve,
    suggestions,
)
from pprof_lens.source.profiled import DeclaredFunction, ProfileFile

WORK = "package x\n\nfunc Work() {\n\twork()\n}\n"
MOVED = "package x\n\n// Work works.\nfunc Work() {\n\twork()\n}\n"
OTHER = "package x\n\nfunc Other() {\n}\n"


class Files:
    """A file system of a few texts by path, with the workspace below /ws."""

    def __init__(self, texts: Mapping[str, str]) -> None:
        self.texts = texts
        self.tails: dict[str, list[str]] = defaultdict(list)
        for path in (path for path in texts if path.startswith("/ws/")):
            self.tails["/".join(path.rsplit("/", 2)[-2:])].append(path)
            self.tails[path.rpartition("/")[2]].append(path)

    def is_file(self, path: str) -> bool:
        return path in self.texts

    def read_text(self, path: str) -> str | None:
        return self.texts.get(path)

    def ending(self, tail: str) -> Sequence[str]:
        return self.tails.get(tail, ())


def named(path: str, function: str = "main.Work", start_line: int = 3) -> ProfileFile:
    """A file of the profile with one function."""
    return ProfileFile(path, (DeclaredFunction(function, start_line, (start_line + 1,)),))


def found(file: ProfileFile, workspace: Workspace, *paths: str, text: str = WORK) -> tuple[str, str | None]:
    (answer,) = resolve([file], workspace, Files(dict.fromkeys(paths, text)))
    return answer.how.value, answer.path


APP = Workspace(
    roots=("/ws/app",),
    modules=(
        Module(
            "example.com/acme/app",
            "/ws/app",
            replaces=(Replace("example.com/dep", "", "/ws/app/third/dep"),),
            forks=(Forked("example.com/forked", "", Required("example.com/Fork", "v1.1.0")),),
            requires=(Required("github.com/BurntSushi/toml", "v1.3.2"),),
        ),
        Module("example.com/acme/app/tools", "/ws/app/tools"),
    ),
    vendors=(Vendor("/ws/app", (Required("example.com/vendored", "v2.0.0"), Required("example.com/dep", "v1.0.0"))),),
    goroot="/goroot",
    module_cache="/cache",
    mappings=(("/build", "/ws/app/mapped"), ("/build/deep", "/ws/app/deeper")),
    opened=frozenset({"/elsewhere/open.go"}),
)
STD = "net/http.(*conn).serve"
SRC = "/goroot/src"
TOML = "/cache/github.com/!burnt!sushi/toml@v1.3.2/b.go"
VENDORED = "/ws/app/vendor/example.com/vendored/b.go"


@pytest.mark.parametrize(
    ("profile_path", "function", "path", "how"),
    [
        # the user's mapping comes first, the longest prefix before shorter ones
        ("/build/a/b.go", "main.Work", "/ws/app/mapped/a/b.go", "mapping"),
        ("/build/deep/b.go", "main.Work", "/ws/app/deeper/b.go", "mapping"),
        # the very file, inside the workspace or opened
        ("/ws/app/a/b.go", "main.Work", "/ws/app/a/b.go", "exact"),
        ("/elsewhere/open.go", "main.Work", "/elsewhere/open.go", "exact"),
        # -trimpath
        ("example.com/acme/app/a/b.go", "example.com/acme/app/a.Work", "/ws/app/a/b.go", "module"),
        ("example.com/acme/app/tools/b.go", "main.Work", "/ws/app/tools/b.go", "module"),
        ("example.com/dep@v1.0.0/b.go", "example.com/dep.Work", "/ws/app/third/dep/b.go", "module"),
        ("example.com/vendored@v2.0.0/b.go", "example.com/vendored.Work", VENDORED, "vendor"),
        ("example.com/dep@v1.0.0/b.go", "example.com/dep.Work", "/ws/app/vendor/example.com/dep/b.go", "vendor"),
        ("example.com/forked@v1.0.0/b.go", "main.Work", "/cache/example.com/!fork@v1.1.0/b.go", "modcache"),
        ("example.com/forked@v1.0.0/b.go", "main.Work", "/cache/example.com/forked@v1.0.0/b.go", "unresolved"),
        # the own module at the version that was installed, with -trimpath and without
        ("example.com/acme/app@v1.2.3/b.go", "main.Work", "/ws/app/b.go", "module"),
        ("example.com/acme/app/tools@v0.1.0/x/b.go", "main.Work", "/ws/app/tools/x/b.go", "module"),
        ("/home/ci/go/pkg/mod/example.com/acme/app@v1.2.3/b.go", "main.Work", "/ws/app/b.go", "module"),
        ("github.com/BurntSushi/toml@v1.3.2/b.go", "github.com/BurntSushi/toml.Work", TOML, "modcache"),
        ("net/http/server.go", STD, f"{SRC}/net/http/server.go", "goroot"),
        (
            "vendor/golang.org/x/net/b.go",
            "vendor/golang.org/x/net.Work",
            f"{SRC}/vendor/golang.org/x/net/b.go",
            "goroot",
        ),
        # another machine's module cache, vendor and Go installation
        (
            "/home/ci/go/pkg/mod/github.com/!burnt!sushi/toml@v1.3.2/b.go",
            "github.com/BurntSushi/toml.Work",
            TOML,
            "modcache",
        ),
        (TOML, "github.com/BurntSushi/toml.Work", TOML, "modcache"),
        ("/src/vendor/example.com/x/b.go", "example.com/x.Work", "/ws/app/vendor/example.com/x/b.go", "vendor"),
        ("/usr/local/go/src/net/http/server.go", STD, f"{SRC}/net/http/server.go", "goroot"),
        ("C:/Program Files/Go/src/net/http/server.go", STD, f"{SRC}/net/http/server.go", "goroot"),
        ("/usr/local/go/src/runtime/time.go", "time.Sleep", f"{SRC}/runtime/time.go", "goroot"),
        # Bazel
        ("/proc/self/cwd/a/b.go", "example.com/acme/app/a.Work", "/ws/app/a/b.go", "exact"),
        (
            "/proc/self/cwd/external/com_github_burntsushi_toml/b.go",
            "github.com/BurntSushi/toml.Work",
            TOML,
            "modcache",
        ),
        (
            "external/gazelle++go_deps+com_github_burntsushi_toml/b.go",
            "github.com/BurntSushi/toml.Work",
            TOML,
            "modcache",
        ),
        ("external/go_sdk/src/net/http/server.go", STD, f"{SRC}/net/http/server.go", "goroot"),
        # a container: by the package, or by the functions of package main
        ("/go/src/app/a/b.go", "example.com/acme/app/a.Work", "/ws/app/a/b.go", "module"),
        ("/app/cmd/b.go", "main.Work", "/ws/app/cmd/b.go", "suffix"),
        ("C:\\work\\app\\cmd\\b.go", "main.Work", "/ws/app/cmd/b.go", "suffix"),
        ("\\\\wsl$\\Ubuntu\\ws\\app\\cmd\\b.go", "main.Work", "/ws/app/cmd/b.go", "exact"),
        # a test from outside is in the folder of what it tests
        ("/home/ci/app/a/b_test.go", "example.com/acme/app/a_test.TestB", "/ws/app/a/b_test.go", "module"),
        ("/home/ci/app/b_test.go", "example.com/acme/app_test.TestB", "/ws/app/b_test.go", "module"),
        # so are literals of other files that were inlined into it
        ("/home/ci/app/a/b.go", "example.com/acme/app/a_test.TestB.With.func1", "/ws/app/a/b.go", "module"),
        # before Go 1.27 a name in //line is that of a file beside the one that it stands in
        ("b.y", "example.com/acme/app/a.Work", "/ws/app/a/b.y", "module"),
        ("made/b.y", "example.com/acme/app/a.Work", "/ws/app/a/made/b.y", "module"),
        ("/home/ci/app/c/b.y", "example.com/acme/app/a.Work", "/ws/app/a/b.y", "unresolved"),
        # files that a command names are of a package that is called so
        ("/build/x/y/sort.go", "command-line-arguments.Work", "/ws/app/x/y/sort.go", "suffix"),
        ("/build/src/sort/sort.go", "command-line-arguments.Work", f"{SRC}/sort/sort.go", "unresolved"),
        # the package says that it is another module's, which may be called otherwise but for its last name
        ("/b/inner/x/b.go", "example.com/acme/other/inner/x.Work", "/ws/app/inner/x/b.go", "unresolved"),
        ("example.com/other/x/b.go", "main.Work", "/ws/app/x/b.go", "unresolved"),
        ("example.com/other@v1.0.0/x/b.go", "main.Work", "/ws/app/x/b.go", "unresolved"),
        ("/b/inner/x/b.go", "example.com/acme/app/inner/x.Work", "/ws/app/moved/inner/x/b.go", "suffix"),
        ("/b/inner/x/b.go", "example.com/acme/app/tools/inner/x.Work", "/ws/app/inner/x/b.go", "unresolved"),
        ("/b/app/x/b.go", "fork.org/me/app/x.Work", "/ws/app/x/b.go", "suffix"),
        ("/b/app/x/b.go", "example.com/acme/app/v3/x.Work", "/ws/app/x/b.go", "suffix"),
        ("fork.org/me/app@v1.0.0/x/b.go", "main.Work", "/ws/app/x/b.go", "suffix"),
        # no base name alone
        ("/app/b.go", "main.Work", "/ws/app/cmd/b.go", "unresolved"),
        ("b.go", "main.Work", "/ws/app/cmd/b.go", "unresolved"),
        # go build cmd/b.go
        ("./b.go", "main.Work", "/ws/app/cmd/b.go", "suffix"),
        ("./b.go", "main.Work", "/ws/app/b.go", "exact"),
        # a folder called like a package of the standard library is not it
        ("/app/src/net/http/b.go", "example.com/acme/app/src/net/http.Work", "/goroot/src/net/http/b.go", "unresolved"),
        # no usable path
        ("/ws/app/../../etc/passwd", "main.Work", "/etc/passwd", "unresolved"),
        ("/ws/app/a\0/b.go", "main.Work", "/ws/app/a\0/b.go", "unresolved"),
        ("/ws/app/" + "a" * 5000, "main.Work", "/ws/app/" + "a" * 5000, "unresolved"),
        ("", "main.Work", "", "unresolved"),
    ],
)
def test_where_a_file_is(profile_path: str, function: str, path: str, how: str) -> None:
    """With that one file on the machine."""
    assert found(named(profile_path, function), APP, path) == (how, None if how == "unresolved" else path)


@pytest.mark.parametrize("other", ["example.com/acme/app/b.Inner", "example.com/acme/app.Root", "example.com/x/a.Work"])
def test_of_several_packages_the_one_is_meant_that_the_folder_is_called_after(other: str) -> None:
    """The other function is linked under its name, or code of this file was inlined into it."""
    functions = (DeclaredFunction("example.com/acme/app/a.Work", 90, (91,)), DeclaredFunction(other, 80, (81,)))
    file = ProfileFile("/home/ci/app/a/b.go", functions)
    assert found(file, APP, "/ws/app/a/b.go") == ("module", "/ws/app/a/b.go")
    assert found(file._replace(path="/home/ci/app/c/b.go"), APP, "/ws/app/a/b.go") == ("unresolved", None)


@pytest.mark.parametrize(
    ("law", "files", "path"),
    [
        ("a program has one folder", {"/ws/app/cmd/b.go": WORK}, "/ws/app/cmd/b.y"),
        ("of two that are none is it", {"/ws/app/cmd/b.go": WORK, "/ws/app/run/c.go": WORK}, None),
        ("what was inlined elsewhere is not there", {"/ws/app/cmd/b.go": OTHER}, None),
    ],
)
def test_what_a_directive_names_in_a_program_is_where_its_other_files_are(
    law: str, files: Mapping[str, str], path: str | None
) -> None:
    """Before Go 1.27 a name in //line is all that a profile has of the file."""
    told = [named(file) for file in files]
    *_, answer = resolve([*told, named("b.y")], APP, Files({**files, "/ws/app/cmd/b.y": "%%\n"}))
    assert answer.path == path, law


def test_a_file_of_a_library_is_in_no_folder_of_the_program() -> None:
    files = {"/ws/app/cmd/b.go": WORK, "/ws/app/a/b.go": WORK}
    told = [named("/ws/app/cmd/b.go"), named("/ws/app/a/b.go", "example.com/acme/app/a.Work"), named("b.y")]
    *_, answer = resolve(told, APP, Files({**files, "/ws/app/cmd/b.y": "%%\n"}))
    assert answer.path == "/ws/app/cmd/b.y"


def test_a_replaced_module_is_looked_for_where_it_is_written_before_its_vendored_copy() -> None:
    """An edit goes there."""
    paths = ("/ws/app/third/dep/b.go", "/ws/app/vendor/example.com/dep/b.go")
    assert found(named("example.com/dep@v1.0.0/b.go"), APP, *paths) == ("module", paths[0])


def test_of_the_arguments_of_a_build_the_one_with_the_functions_is_meant() -> None:
    """Every program has a main.go; two that are alike are a tie."""
    texts = {"/ws/app/cmd/b.go": MOVED, "/ws/app/run/b.go": WORK}
    (answer,) = resolve([named("./b.go")], APP, Files(texts))
    assert (answer.how, answer.path) == (How.SUFFIX, "/ws/app/run/b.go")
    (answer,) = resolve([named("./b.go")], APP, Files(dict.fromkeys(texts, WORK)))
    assert answer.reason == "2 files match equally well: /ws/app/cmd/b.go and /ws/app/run/b.go"


def test_a_place_is_found_by_the_name_that_the_editor_has_for_it() -> None:
    """Where the workspace, or the opened file, is behind a link."""
    linked = Workspace(
        roots=("/home/link",),
        opened=frozenset({"/home/one.go"}),
        elsewhere=(("/src/app", "/home/link"), ("/src/other/two.go", "/home/one.go")),
    )
    assert found(named("/src/app/a/b.go"), linked, "/home/link/a/b.go") == ("exact", "/home/link/a/b.go")
    assert found(named("/src/other/two.go"), linked, "/home/one.go") == ("exact", "/home/one.go")
    assert found(named("/src/apple/a/b.go"), linked, "/home/link/a/b.go") == ("unresolved", None)


def test_a_disk_that_folds_case_has_one_place_for_all_of_its_spellings() -> None:
    """The builder typed another case than the one who opened the folder."""
    folding = Workspace(roots=("/Users/me/App",), folds_case=True)
    there = "/Users/me/App/a/b.go"
    assert found(named("/users/me/app/a/b.go"), folding, there) == ("exact", there)
    assert found(named("/users/me/app/a/b.go"), replace(folding, folds_case=False), there) == ("unresolved", None)


def test_paths_of_windows_are_found_on_windows_whatever_the_case_of_the_drive() -> None:
    """Profiles say c:\\ where the editor says C:."""
    windows = Workspace(roots=("C:/work/app",))
    assert found(named("c:\\work\\app\\a\\b.go"), windows, "C:/work/app/a/b.go") == ("exact", "C:/work/app/a/b.go")
    assert found(named("/mnt/c/work/app/a/b.go"), windows, "C:/work/app/a/b.go") == ("exact", "C:/work/app/a/b.go")


def test_a_backslash_in_a_posix_path_is_a_letter_of_it() -> None:
    """Only paths that begin as Windows' do, or have no slash, are of Windows."""
    assert portable("/ws/odd\\name/b.go") == "/ws/odd\\name/b.go"
    assert portable("d:\\a\\b.go") == "D:/a/b.go"


def test_a_suffix_needs_the_functions_at_their_lines() -> None:
    """Of two files whose names fit equally well, the one that has them; with neither, nothing."""
    paths = {"/ws/app/one/cmd/b.go": OTHER, "/ws/app/two/cmd/b.go": WORK}
    (answer,) = resolve([named("/app/cmd/b.go")], APP, Files(paths))
    assert (answer.how, answer.path) == (How.SUFFIX, "/ws/app/two/cmd/b.go")
    (answer,) = resolve([named("/app/cmd/b.go")], APP, Files(dict.fromkeys(paths, MOVED)))
    assert answer == Resolution(
        "/app/cmd/b.go",
        None,
        How.UNRESOLVED,
        "/ws/app/one/cmd/b.go has the same name, but not these functions at these lines",
    )


def test_a_replacement_outside_the_workspace_is_named() -> None:
    """The user can add the folder, or a mapping."""
    (answer,) = resolve([named("example.com/dep@v1.0.0/b.go")], APP, Files({}))
    assert answer.reason == "example.com/dep is replaced by /ws/app/third/dep, where it is not or may not be read"


def test_a_tie_is_refused_and_reported() -> None:
    """Two copies of one file cannot be told apart."""
    paths = ("/ws/app/one/cmd/b.go", "/ws/app/two/cmd/b.go")
    (answer,) = resolve([named("/app/cmd/b.go")], APP, Files(dict.fromkeys(paths, WORK)))
    assert answer.how is How.UNRESOLVED
    assert answer.reason == "2 files match equally well: /ws/app/one/cmd/b.go and /ws/app/two/cmd/b.go"


@pytest.mark.parametrize("name", ["/app/cmd/b.go", "./b.go"])
def test_of_files_that_match_equally_well_the_one_in_the_folder_of_the_program_is_meant(name: str) -> None:
    """In a repository of many services, each with a cmd of its own, the profile's labels name the folder."""
    files = Files(dict.fromkeys(("/ws/app/shop/cmd/b.go", "/ws/app/billing/cmd/b.go"), WORK))
    (answer,) = resolve([named(name)], APP, files, program="billing/")
    assert answer.path == "/ws/app/billing/cmd/b.go"
    assert answer.reason.endswith("; of 2 such files it is the one in billing, the folder of the program")
    (answer,) = resolve([named(name)], APP, files, program="bill")
    assert answer.reason == "2 files match equally well: /ws/app/billing/cmd/b.go and /ws/app/shop/cmd/b.go"


def test_the_folder_of_the_program_says_nothing_of_a_file_that_is_not_there() -> None:
    (answer,) = resolve([named("/app/cmd/b.go")], APP, Files({"/ws/app/shop/cmd/b.go": WORK}), program="billing")
    assert answer.path == "/ws/app/shop/cmd/b.go"


def test_two_modules_of_one_path_are_told_apart_by_their_functions() -> None:
    """A work tree beside the repository has the same module path."""
    twice = replace(APP, modules=(Module("example.com/m", "/ws/app/a"), Module("example.com/m", "/ws/app/b")))
    file = named("example.com/m/x/b.go", "example.com/m/x.Work")
    (answer,) = resolve([file], twice, Files({"/ws/app/a/x/b.go": MOVED, "/ws/app/b/x/b.go": WORK}))
    assert (answer.how, answer.path) == (How.MODULE, "/ws/app/b/x/b.go")


def test_the_files_beside_it_tell_where_a_changed_file_is() -> None:
    """Its functions have moved since; one of its folder's other files has not, and it declares them still."""
    files = [named("/app/cmd/a.go"), named("/app/cmd/b.go"), named("/app/top.go")]
    texts = {"/ws/app/cmd/a.go": WORK, "/ws/app/cmd/b.go": MOVED, "/ws/app/top.go": OTHER}
    answers = resolve(files, replace(APP, mappings=()), Files(texts))
    assert [(answer.how.value, answer.path) for answer in answers] == [
        ("suffix", "/ws/app/cmd/a.go"),
        ("suffix", "/ws/app/cmd/b.go"),
        ("unresolved", None),
    ]


def test_the_files_of_a_program_lie_where_its_packages_do() -> None:
    """In a container main.go has no folder above it whose name says anything."""
    files = [named("/srv/main.go"), named("/srv/x/b.go", "example.com/acme/app/x.Work"), named("/other/top.go")]
    texts = {"/ws/app/main.go": MOVED, "/ws/app/x/b.go": WORK, "/ws/app/top.go": WORK}
    answers = resolve(files, APP, Files(texts))
    assert [(answer.how.value, answer.path) for answer in answers] == [
        ("suffix", "/ws/app/main.go"),
        ("module", "/ws/app/x/b.go"),
        ("unresolved", None),
    ]
    root = named("/srv/one.go", "example.com/acme/app.Work")
    answers = resolve([files[0], root], APP, Files({**texts, "/ws/app/one.go": WORK}))
    assert [answer.path for answer in answers] == ["/ws/app/main.go", "/ws/app/one.go"]
    inner = named("/srv/vendor/x.org/x/b.go", "x.org/x.Work")
    answers = resolve([files[0], inner], APP, Files({**texts, "/ws/app/vendor/x.org/x/b.go": WORK}))
    assert [answer.path for answer in answers] == ["/ws/app/main.go", "/ws/app/vendor/x.org/x/b.go"]


def test_the_mapping_that_would_find_most_is_suggested() -> None:
    """With the number of files that it would gain; files that nothing would find are left out."""
    files = [named(f"/srv/build/cmd{i}/b.go") for i in range(3)] + [named("/nowhere/x/y.go")]
    fs = Files({f"/ws/app/cmd{i}/b.go": MOVED for i in range(3)})
    assert suggestions(files, resolve(files, APP, fs), fs) == (Suggestion("/srv/build", "/ws/app", 3),)
    apart = [named("/build2/a/x/b.go"), named("/build1/a/y/c.go")]
    fs = Files({"/ws/app/p/x/b.go": MOVED, "/ws/app/q/y/c.go": MOVED})
    assert suggestions(apart, resolve(apart, APP, fs), fs) == (
        Suggestion("/build1/a", "/ws/app/q", 1),
        Suggestion("/build2/a", "/ws/app/p", 1),
    )
    fs = Files({f"/ws/app/cmd{i}/b.go": MOVED for i in range(3)})
    mapped = replace(APP, mappings=(("/srv/build", "/ws/app"),))
    assert [answer.how for answer in resolve(files[:3], mapped, fs)] == [How.MAPPING] * 3


def test_more_places_than_anyone_has_are_not_looked_at_for_each_file() -> None:
    """A clone may hold one go.mod in thousands of folders."""
    many = [Module("example.com/m", f"/ws/{number}") for number in range(201)]
    few = Workspace(roots=("/ws",), modules=tuple(many[:200]))
    file = named("example.com/m/work.go", "example.com/m.Work")
    assert found(file, few, "/ws/7/work.go") == ("module", "/ws/7/work.go")
    assert found(file, replace(few, modules=tuple(many)), "/ws/7/work.go") == ("unresolved", None)


def test_a_replace_of_go_work_holds_for_every_module() -> None:
    workspace = replace(APP, replaces=(Replace("example.com/w", "", "/ws/app/w"),))
    file = named("example.com/w@v1.0.0/work.go", "example.com/w.Work")
    assert found(file, workspace, "/ws/app/w/work.go") == ("module", "/ws/app/w/work.go")
