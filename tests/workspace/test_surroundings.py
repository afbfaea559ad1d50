"""What is read and run around a workspace, and what never is, whatever a profile says."""

import os
import stat
import subprocess
from collections.abc import Sequence
from pathlib import Path

import pytest

from pprof_lens.profile.errors import Cancelled
from pprof_lens.source.gomod import Forked, Module, Replace, Required, Vendor
from pprof_lens.source.paths import How, resolve
from pprof_lens.source.profiled import DeclaredFunction, ProfileFile
from pprof_lens.source.versions import Build
from pprof_lens.workspace import files as files_module
from pprof_lens.workspace import process, walk
from pprof_lens.workspace.candidates import candidates
from pprof_lens.workspace.history import Histories
from pprof_lens.workspace.surroundings import Surroundings, discover, with_opened
from pprof_lens.workspace.tools import Tools

FILE = ProfileFile("/build/work.go", (DeclaredFunction("x.Work", 3, (4,)),))
WORK = "package x\n\nfunc Work() {\n\twork()\n}\n"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A workspace with one file, beside a folder that it does not contain."""
    (tmp_path / "ws" / "cmd").mkdir(parents=True)
    (tmp_path / "ws" / "cmd" / "work.go").write_text(WORK)
    (tmp_path / "outside" / "cmd").mkdir(parents=True)
    (tmp_path / "outside" / "cmd" / "secret.go").write_text(WORK)
    return tmp_path / "ws"


def around(*roots: Path, **more: object) -> Surroundings:
    nothing = {"PATH": "", "HOME": "/nonexistent", "GOROOT": "/nonexistent", "GOMODCACHE": "/nonexistent"}
    return discover(map(str, roots), environ=nothing, **more)  # type: ignore[arg-type]


def how(seen: Surroundings, profile_path: str) -> tuple[How, str | None]:
    file = ProfileFile(profile_path, (DeclaredFunction("main.Work", 3, (4,)),))
    (answer,) = resolve([file], seen.workspace, seen.files)
    return answer.how, answer.path


def test_a_file_outside_is_as_if_absent(root: Path) -> None:
    """By its absolute path, by dots, relative to the server, or with a byte that ends C strings."""
    seen = around(root)
    outside = root.parent / "outside" / "cmd" / "secret.go"
    names = (
        str(outside),
        f"{root}/../outside/cmd/secret.go",
        f"{root}/cmd/../../outside/cmd/secret.go",
        os.path.relpath(outside),
        f"{outside}\0.go",
        "/" + "x/" * 5000 + "y.go",
        "/etc/passwd",
        "",
    )
    assert [seen.files.read_text(name) for name in names] == [None] * len(names)
    assert {how(seen, name) for name in names} == {(How.UNRESOLVED, None)}


def test_a_link_that_leads_out_is_not_followed(root: Path) -> None:
    """Neither to a file nor to a folder, neither by its path nor by a suffix that matches."""
    (root / "cmd" / "link.go").symlink_to(root.parent / "outside" / "cmd" / "secret.go")
    (root / "linked").symlink_to(root.parent / "outside")
    seen = around(root)
    for name in (f"{root}/cmd/link.go", f"{root}/linked/cmd/secret.go"):
        assert seen.files.read_text(name) is None
        assert how(seen, name) == (How.UNRESOLVED, None)
    assert how(seen, "/app/cmd/link.go") == (How.UNRESOLVED, None)
    assert how(seen, "/app/cmd/secret.go") == (How.UNRESOLVED, None)


def test_a_workspace_that_is_a_link_is_one(root: Path) -> None:
    """Its files are found under the name that the editor has for it, whichever name the profile has."""
    link = root.parent / "link"
    link.symlink_to(root)
    seen = around(link)
    assert how(seen, f"{link}/cmd/work.go") == (How.EXACT, f"{link}/cmd/work.go")
    assert how(seen, f"{root}/cmd/work.go") == (How.EXACT, f"{link}/cmd/work.go")
    assert seen.files.read_text(f"{link}/cmd/work.go") == WORK


def test_a_file_that_the_editor_opened_may_be_read(root: Path) -> None:
    """Wherever it is; the one beside it may not."""
    outside = root.parent / "outside" / "cmd" / "secret.go"
    outside.with_name("other.go").write_text(WORK)
    seen = with_opened(around(root), [str(outside)])
    assert how(seen, str(outside)) == (How.EXACT, str(outside))
    assert seen.files.read_text(str(outside)) == WORK
    assert seen.files.read_text(str(outside.with_name("other.go"))) is None


def test_a_file_that_was_opened_through_a_link_is_the_file_that_the_profile_names(root: Path) -> None:
    """It is shown under the name that the editor has for it."""
    link = root.parent / "link.go"
    link.symlink_to(root.parent / "outside" / "cmd" / "secret.go")
    seen = with_opened(around(root), [str(link)])
    assert how(seen, f"{root.parent}/outside/cmd/secret.go") == (How.EXACT, str(link))


def test_a_vendor_folder_without_go_mod_counts(root: Path) -> None:
    """Some make their go.mod for the build only."""
    (root / "vendor" / "dep.com" / "d").mkdir(parents=True)
    (root / "vendor" / "modules.txt").write_text("# dep.com/d v1.2.3\n## explicit\ndep.com/d\n")
    (root / "vendor" / "dep.com" / "d" / "work.go").write_text(WORK)
    assert how(around(root), "dep.com/d@v1.2.3/work.go") == (How.VENDOR, f"{root}/vendor/dep.com/d/work.go")
    assert how(around(root), "dep.com/d@v1.2.4/work.go") == (How.UNRESOLVED, None)


def test_a_mapped_folder_may_be_read_and_no_more_than_it(root: Path) -> None:
    """A mapping opens the folder that it names, not the way out of it."""
    outside = root.parent / "outside"
    seen = around(root, mappings=[("/build", str(outside / "cmd"))])
    assert how(seen, "/build/secret.go") == (How.MAPPING, f"{outside}/cmd/secret.go")
    assert how(seen, "/build/../cmd/secret.go") == (How.UNRESOLVED, None)


def test_only_plain_files_of_a_sane_size_are_read(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A pipe would never end; a huge file is no source."""
    os.mkfifo(root / "cmd" / "pipe.go")
    monkeypatch.setattr(files_module, "LARGEST_SOURCE", len(WORK) - 1)
    files = around(root).files
    assert files.read_text(f"{root}/cmd/pipe.go") is None
    assert files.read_text(f"{root}/cmd/work.go") is None
    assert files.read_text(f"{root}/cmd") is None


def test_the_walk_skips_git_and_node_modules_and_ends(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A workspace without end is walked up to a limit."""
    for name in (".git", "node_modules"):
        (root / name / "cmd").mkdir(parents=True)
        (root / name / "cmd" / "work.go").write_text(WORK)
    assert around(root).files.ending("cmd/work.go") == [f"{root}/cmd/work.go"]
    monkeypatch.setattr(walk, "MOST_FILES", 0)
    assert around(root).files.ending("cmd/work.go") == ()


def test_what_go_mod_go_work_and_modules_txt_say(root: Path) -> None:
    """In blocks and in lines, quoted or not, with comments; a module around the workspace counts too."""
    (root.parent / "go.mod").write_text("module example.com/outer\n")
    (root / "go.mod").write_text(
        'module "example.com/app" // the app\n\nrequire (\n\texample.com/a v1.0.0 // indirect\n)\n'
        "require example.com/b v2.0.0\n"
        "replace example.com/a v1.0.0 => ./third/a\nreplace example.com/b => example.com/c v1.1.1\n"
    )
    (root / "go.work").write_text("go 1.24\n\nuse .\n\nreplace (\n\texample.com/d => ../d\n)\n")
    (root / "vendor").mkdir()
    (root / "vendor" / "modules.txt").write_text("# example.com/b v2.0.0\n## explicit\nexample.com/b\n# x => ../x\n")
    seen = around(root).workspace
    assert seen.vendors == (Vendor(str(root), (Required("example.com/b", "v2.0.0"),)),)
    assert seen.modules == (
        Module(
            "example.com/app",
            str(root),
            replaces=(Replace("example.com/a", "v1.0.0", f"{root}/third/a"),),
            forks=(Forked("example.com/b", "", Required("example.com/c", "v1.1.1")),),
            requires=(Required("example.com/a", "v1.0.0"), Required("example.com/b", "v2.0.0")),
        ),
        Module("example.com/outer", str(root.parent)),
    )
    assert seen.replaces == (Replace("example.com/d", "", f"{root.parent}/d"),)


def test_goroot_and_module_cache_come_from_the_environment(root: Path) -> None:
    """GOMODCACHE, else the first folder of GOPATH; a folder that is not there is none."""
    (root / "gopath" / "pkg" / "mod").mkdir(parents=True)
    (root / "goroot").mkdir()
    environ = {"PATH": "", "GOROOT": f"{root}/goroot", "GOPATH": f"{root}/gopath{os.pathsep}/other"}
    seen = discover([str(root)], environ=environ).workspace
    assert (seen.goroot, seen.module_cache) == (f"{root}/goroot", f"{root}/gopath/pkg/mod")
    assert discover([str(root)], environ={**environ, "GOROOT": f"{root}/none"}).workspace.goroot is None


def program(path: Path, script: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    return path


def test_go_is_asked_only_in_a_trusted_workspace(root: Path) -> None:
    """With fixed arguments, outside the workspace, and with no leave to fetch another toolchain."""
    (root.parent / "tools").mkdir()
    log = root.parent / "log"
    script = f'echo "$@ in $PWD with $GOTOOLCHAIN" >> {log}\necho {root.parent}/outside\necho {root.parent}/outside/cmd'
    go = program(root.parent / "tools" / "go", script)
    environ = {"PATH": f"{go.parent}{os.pathsep}/bin"}
    discover([str(root)], environ=environ)
    assert not log.exists()
    seen = discover([str(root)], environ=environ, is_trusted=True).workspace
    assert (seen.goroot, seen.module_cache) == (f"{root.parent}/outside", f"{root.parent}/outside/cmd")
    assert log.read_text() == f"env GOROOT GOMODCACHE in {os.path.realpath(Path.home())} with local\n"


def test_a_program_that_the_workspace_brought_is_not_run(root: Path) -> None:
    """Even if the path leads there."""
    for name in ("git", "go"):
        program(root / "bin" / name, "exit 1")
    environ = {"PATH": f"{root}/bin", "GOROOT": "/nonexistent"}
    assert discover([str(root)], environ=environ, is_trusted=True).tools == Tools(None, None)


def fake_git(root: Path, script: str) -> Surroundings:
    git = program(root.parent / "tools" / "git", script)
    (root / ".git").mkdir()
    return around(root)._replace(histories=Histories(str(git)))


def texts(seen: Surroundings, path: Path, *, taken_nanos: int = 1) -> Sequence[str]:
    build = Build(((str(path), FILE),), taken_nanos)
    return [candidate.text for candidate in candidates(str(path), FILE, "buffer", build, seen)]


def test_git_is_run_without_a_shell_and_without_the_network(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever the file is called, its name is one argument behind two dashes; no other repository is meant."""
    monkeypatch.setenv("GIT_DIR", "/elsewhere")
    name = "$(touch hacked) --output=hacked; 'x.go"
    (root / name).write_text(WORK)
    log = root.parent / "log"
    environment = "$GIT_ALLOW_PROTOCOL $GIT_NO_LAZY_FETCH $GIT_TERMINAL_PROMPT $GIT_OPTIONAL_LOCKS${GIT_DIR:-}"
    seen = fake_git(root, f'for a in "$@"; do echo "$a"; done > {log}\necho "{environment}" >> {log}')
    texts(seen, root / name)
    assert log.read_text().splitlines()[-3:] == ["--", name, "none 1 0 0"]
    without = {
        "--literal-pathspecs",
        "--no-ext-diff",
        "--no-textconv",
        "core.fsmonitor=false",
        "core.hooksPath=/dev/null",
    }
    without |= {"protocol.allow=never", "safe.bareRepository=explicit", "core.bigFileThreshold=16m"}
    assert without <= set(log.read_text().splitlines())
    assert not list(root.glob("**/hacked"))


def test_a_git_that_hangs_is_given_up(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """After its time; the texts at hand are still candidates."""
    monkeypatch.setattr(process, "TIME_LIMIT", 0.2)
    seen = fake_git(root, "exec sleep 60")
    assert texts(seen, root / "cmd" / "work.go") == ["buffer", WORK]


def test_a_search_that_is_cancelled_ends_git(root: Path) -> None:
    """The worker is free again at once."""
    seen, path = fake_git(root, "exec sleep 60"), root / "cmd" / "work.go"
    with pytest.raises(Cancelled):
        list(candidates(str(path), FILE, "buffer", Build(((str(path), FILE),), 1), seen, cancelled=lambda: True))


def test_git_sees_only_files_that_may_be_read(root: Path) -> None:
    """A history outside the workspace is as closed as the file."""
    log = root.parent / "log"
    seen = fake_git(root, f"touch {log}")
    texts(seen, root.parent / "outside" / "cmd" / "secret.go")
    assert not log.exists()


def test_a_file_unchanged_since_the_profile_is_what_was_profiled(root: Path) -> None:
    """Its saved text comes first, before the unsaved buffer and before git."""
    path = root / "cmd" / "work.go"
    seen = fake_git(root, "exit 1")
    assert texts(seen, path, taken_nanos=path.stat().st_mtime_ns) == [WORK, "buffer"]
    assert texts(seen, path, taken_nanos=path.stat().st_mtime_ns - 1) == ["buffer", WORK]


def test_without_git_the_search_is_silent(root: Path) -> None:
    """No repository, no program: the texts at hand."""
    assert texts(around(root), root / "cmd" / "work.go") == ["buffer", WORK]


@pytest.mark.parametrize("layout", ["above", "worktree", "shallow", "submodule"])
def test_repositories_of_every_layout(root: Path, layout: str) -> None:
    """The repository's root above the workspace, a work tree, a shallow clone, a submodule."""

    def git(folder: Path, *arguments: str) -> None:
        options = ["-c", "user.name=T", "-c", "user.email=T", "-c", "protocol.file.allow=always"]
        subprocess.run(["git", *options, "-C", str(folder), *arguments], check=True, capture_output=True)

    git(root, "init", "-q")
    for text in ("first", "second", WORK):
        (root / "cmd" / "work.go").write_text(text)
        git(root, "add", ".")
        git(root, "commit", "-q", "-m", text)
    copy = root.parent / "copy"
    if layout == "above":
        copy = root
    elif layout == "worktree":
        git(root, "worktree", "add", "-q", str(copy))
    elif layout == "shallow":
        git(root, "clone", "-q", "--depth=2", f"file://{root}", str(copy))
    else:
        copy.mkdir()
        git(copy, "init", "-q")
        git(copy, "submodule", "add", "-q", str(root), "module")
        copy = copy / "module"
    seen = discover([str(copy / "cmd")], is_trusted=True)
    found = texts(seen, copy / "cmd" / "work.go", taken_nanos=0)
    assert found == [WORK, "buffer", "second", "first"][: 3 if layout == "shallow" else 4]


def test_a_program_of_a_workspace_behind_a_link_is_not_run_either(root: Path) -> None:
    """The path leads to the folder by its real name, the editor by the link."""
    program(root / "bin" / "git", "exit 1")
    (root.parent / "link").symlink_to(root)
    environ = {"PATH": f"{root}/bin", "GOROOT": "/nonexistent"}
    assert discover([str(root.parent / "link")], environ=environ, is_trusted=True).tools == Tools(None, None)


def test_the_sources_of_a_folder_are_told_that_people_wrote_and_may_be_read(tmp_path: Path) -> None:
    inside, outside = tmp_path / "inside", tmp_path / "outside"
    for folder in (inside, outside):
        folder.mkdir()
        for name in ("b.go", "a.go", "a_test.go", "a.txt"):
            (folder / name).write_text("package a\n")
        (folder / "generated.go").write_text("//" + "x" * (1 << 18))
    (inside / "link").symlink_to(outside)
    files = discover([str(inside)], environ={}).files
    assert files.sources(str(inside)) == files.sources(f"{inside}/") == ["a.go", "b.go"]
    assert not any(map(files.sources, (str(outside), f"{inside}/link", f"{inside}/none", "\0")))
