"""Real builds in every shape: each figure lands on the line that carries the marker, and nowhere else."""

import os
import shutil
import subprocess
import sys
import zipfile
from collections import defaultdict
from collections.abc import Iterable, Mapping
from pathlib import Path

import pytest

from pprof_lens.profile.decode import decode
from pprof_lens.source.drift import Candidate, State, place
from pprof_lens.source.paths import How, resolve
from pprof_lens.source.profiled import DeclaredFunction, ProfileFile
from pprof_lens.workspace.surroundings import discover

MARK = "// allocates"

APP_MOD = "module example.com/acme/app\n\ngo 1.24\n"
DEP_MOD = "module example.com/Big/dep\n\ngo 1.24\n"
REQUIRES = "\nrequire example.com/Big/dep v1.2.3\n"

MAIN = f"""package main

import (
	"os"
	"runtime"
	"runtime/pprof"

	"PACKAGE"
)

func main() {{
	runtime.MemProfileRate = 1
	work()
	runtime.MemProfileRate = 0
	if err := pprof.Lookup("allocs").WriteTo(os.Stdout, 0); err != nil {{
		panic(err)
	}}
}}

//go:noinline
func work() {{
	dep.Alloc() {MARK}
	func() {{
		_ = "}}" + `func work() {{`
		dep.Sink = append(dep.Sink, make([]byte, 1<<20)) {MARK}
	}}() {MARK}
}}
"""

DEP = f"""package dep

// Sink keeps what is allocated.
var Sink [][]byte

type set[K comparable] struct {{ keys []K }}

//go:noinline
func (s *set[K]) add(key K) {{
	s.keys = append(s.keys, key) {MARK}
}}

//go:noinline
func Alloc() {{
	Sink = append(Sink, make([]byte, 1<<20)) {MARK}
	new(set[string]).add("key") {MARK}
}}
"""


def write(folder: Path, files: Mapping[str, str]) -> None:
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)


class Shape:
    """One way of building: its files, its flags, and where the workspace is that the profile is shown in."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.environ = {
            **{name: value for name, value in os.environ.items() if name not in {"GOFLAGS", "GOROOT", "GOWORK"}},
            "PATH": f"{sys.prefix}/bin{os.pathsep}{os.environ['PATH']}",
            "GOTOOLCHAIN": "local",
            "GOPROXY": "off",
            "GOSUMDB": "off",
            "GOMODCACHE": str(folder / "modcache"),
            "GOFLAGS": "-mod=mod -modcacherw",
        }

    def go(self, *arguments: str, **environ: str) -> None:
        go = shutil.which("go", path=self.environ["PATH"])
        assert go is not None, "the tests need Go, which the development environment brings"
        command = [go, *arguments]
        subprocess.run(command, cwd=self.folder / "app", check=True, env={**self.environ, **environ})

    def files_of_profile(self) -> tuple[ProfileFile, ...]:
        run = subprocess.run([self.folder / "app" / "program"], check=True, capture_output=True)
        profile = decode(run.stdout, limit=1 << 30)
        lines: dict[int, set[int]] = defaultdict(set)
        for location in profile.locations:
            for line in location.lines:
                lines[line.function].add(line.line)
        files: dict[str, list[DeclaredFunction]] = defaultdict(list)
        for index, function in enumerate(profile.functions):
            sampled = tuple(sorted(lines[index]))
            files[function.filename].append(DeclaredFunction(function.name, function.start_line, sampled))
        return tuple(ProfileFile(path, tuple(functions)) for path, functions in files.items())

    def check(self, root: Path, sources: Iterable[str], *hows: How) -> None:
        """Every marked line of these sources has its figure, exact, no other line has one; and how it was found."""
        files = self.files_of_profile()
        around = discover([str(root)], is_trusted=True, environ=self.environ)
        landed, found = set(), set()
        for file, answer in zip(files, resolve(files, around.workspace, around.files), strict=True):
            if answer.path is None or answer.how is How.GOROOT:
                continue
            text = around.files.read_text(answer.path)
            assert text is not None
            found.add(answer.how)
            # main itself also writes the profile
            sampled = {line for f in file.functions if f.name != "main.main" for line in f.lines}
            for line, placement in place(file, [Candidate(text, "this file")], text).placements.items():
                if line in sampled:
                    assert placement.state is State.EXACT
                    landed.add((answer.path, placement.line + 1))
        marked = {
            (str(self.folder / name), number)
            for name in sources
            for number, line in enumerate((self.folder / name).read_text().splitlines(), 1)
            if line.endswith(MARK)
        }
        assert landed == marked
        assert found == set(hows)


@pytest.fixture
def shape(tmp_path: Path) -> Shape:
    return Shape(tmp_path)


TRIM = pytest.mark.parametrize("flags", [[], ["-trimpath"]], ids=["plain", "trimpath"])


@TRIM
def test_one_module(shape: Shape, flags: list[str]) -> None:
    """The package is a folder of the module."""
    package = "example.com/acme/app/dep"
    write(shape.folder, {"app/go.mod": APP_MOD, "app/main.go": MAIN.replace("PACKAGE", package), "app/dep/dep.go": DEP})
    shape.go("build", *flags, "-o", "program", ".")
    how = How.MODULE if flags else How.EXACT
    shape.check(shape.folder / "app", ["app/main.go", "app/dep/dep.go"], how)


def with_dependency(shape: Shape, *more: str) -> None:
    write(
        shape.folder,
        {
            "app/go.mod": APP_MOD + REQUIRES + "".join(more),
            "app/main.go": MAIN.replace("PACKAGE", "example.com/Big/dep"),
            "dep/go.mod": DEP_MOD,
            "dep/dep.go": DEP,
        },
    )


REPLACE = "\nreplace example.com/Big/dep => ../dep\n"


@TRIM
def test_a_dependency_that_is_replaced_by_a_sibling_folder(shape: Shape, flags: list[str]) -> None:
    """Under -trimpath it keeps the version that go.mod requires."""
    with_dependency(shape, REPLACE)
    shape.go("build", *flags, "-o", "program", ".")
    how = How.MODULE if flags else How.EXACT
    shape.check(shape.folder, ["app/main.go", "dep/dep.go"], how)


def test_a_vendored_dependency_under_trimpath(shape: Shape) -> None:
    """The profile names module and version; modules.txt says that this version is vendored."""
    with_proxy(shape)
    shape.go("mod", "tidy", GOPROXY=f"file://{shape.folder}/proxy")
    shape.go("mod", "vendor")
    shape.go("build", "-trimpath", "-o", "program", ".", GOFLAGS="-mod=vendor")
    vendored = "app/vendor/example.com/Big/dep/dep.go"
    shape.check(shape.folder / "app", ["app/main.go", vendored], How.MODULE, How.VENDOR)


def test_a_vendored_dependency_built_elsewhere(shape: Shape) -> None:
    """Without -trimpath the path is that of the build machine, with /vendor/ in it."""
    with_dependency(shape, REPLACE)
    shape.go("mod", "vendor")
    shape.go("build", "-o", "program", ".", GOFLAGS="-mod=vendor")
    shutil.copytree(shape.folder / "app", shape.folder / "elsewhere" / "app")
    sources = ["elsewhere/app/main.go", "elsewhere/app/vendor/example.com/Big/dep/dep.go"]
    shape.check(shape.folder / "elsewhere" / "app", sources, How.SUFFIX, How.VENDOR)


def test_a_workspace_of_several_modules(shape: Shape) -> None:
    """A module of go.work has no version in -trimpath names."""
    with_dependency(shape)
    write(shape.folder, {"go.work": "go 1.24\n\nuse (\n\t./app\n\t./dep\n)\n"})
    shape.go("build", "-trimpath", "-o", "program", ".", GOFLAGS="")
    shape.check(shape.folder, ["app/main.go", "dep/dep.go"], How.MODULE)


def with_proxy(shape: Shape) -> None:
    """A module proxy in a folder, with the dependency at its version."""
    with_dependency(shape)
    versions = shape.folder / "proxy" / "example.com" / "!big" / "dep" / "@v"
    write(versions, {"v1.2.3.info": '{"Version":"v1.2.3"}', "v1.2.3.mod": DEP_MOD, "list": "v1.2.3\n"})
    with zipfile.ZipFile(versions / "v1.2.3.zip", "w") as archive:
        for name in ("go.mod", "dep.go"):
            archive.write(shape.folder / "dep" / name, f"example.com/Big/dep@v1.2.3/{name}")
    shutil.rmtree(shape.folder / "dep")


@TRIM
def test_a_dependency_in_the_module_cache_with_a_capital(shape: Shape, flags: list[str]) -> None:
    """The cache writes the capital as ! and a small letter; -trimpath names keep it."""
    with_proxy(shape)
    shape.go("build", *flags, "-o", "program", ".", GOPROXY=f"file://{shape.folder}/proxy")
    cached = "modcache/example.com/!big/dep@v1.2.3/dep.go"
    how = How.MODULE if flags else How.EXACT
    shape.check(shape.folder / "app", ["app/main.go", cached], how, How.MODCACHE)


def test_a_container_built_it_under_another_folder(shape: Shape) -> None:
    """The package of the functions says where the file is; package main is found by its functions' lines."""
    package = "example.com/acme/app/dep"
    write(shape.folder, {"app/go.mod": APP_MOD, "app/main.go": MAIN.replace("PACKAGE", package), "app/dep/dep.go": DEP})
    shape.go("build", "-o", "program", ".")
    shutil.copytree(shape.folder / "app", shape.folder / "checkout" / "app")
    sources = ["checkout/app/main.go", "checkout/app/dep/dep.go"]
    shape.check(shape.folder / "checkout" / "app", sources, How.MODULE, How.SUFFIX)


def test_generated_code_whose_lines_are_those_of_a_template(shape: Shape) -> None:
    """//line makes the profile name the template; nothing lands in the generated file."""
    template = f"{{{{ each }}}}\n\tSink = append(Sink, make([]byte, 1<<20)) {MARK}\n{{{{ end }}}}\n"
    generated = (
        "package dep\n\nvar Sink [][]byte\n\n"
        "//line page.tmpl:1\nfunc Alloc() {\n\tSink = append(Sink, make([]byte, 1<<20))\n}\n"
    )
    package = "example.com/acme/app/dep"
    write(
        shape.folder,
        {
            "app/go.mod": APP_MOD,
            "app/main.go": MAIN.replace("PACKAGE", package),
            "app/dep/page.go": generated,
            "app/dep/page.tmpl": template,
        },
    )
    shape.go("build", "-o", "program", ".")
    shape.check(shape.folder / "app", ["app/main.go", "app/dep/page.tmpl", "app/dep/page.go"], How.EXACT)


def test_a_file_named_on_the_command_line(shape: Shape) -> None:
    """`go build -trimpath main.go` leaves ./main.go, which is looked for in the workspace's folder only."""
    package = "example.com/acme/app/dep"
    write(shape.folder, {"app/go.mod": APP_MOD, "app/main.go": MAIN.replace("PACKAGE", package), "app/dep/dep.go": DEP})
    shape.go("build", "-trimpath", "-o", "program", "main.go")
    shape.check(shape.folder / "app", ["app/main.go", "app/dep/dep.go"], How.EXACT, How.MODULE)


@TRIM
def test_the_standard_library(shape: Shape, flags: list[str]) -> None:
    """Every file of it is found in GOROOT, and each is what was profiled."""
    package = "example.com/acme/app/dep"
    write(shape.folder, {"app/go.mod": APP_MOD, "app/main.go": MAIN.replace("PACKAGE", package), "app/dep/dep.go": DEP})
    shape.go("build", *flags, "-o", "program", ".")
    files = shape.files_of_profile()
    around = discover([str(shape.folder / "app")], is_trusted=True, environ=shape.environ)
    for file, answer in zip(files, resolve(files, around.workspace, around.files), strict=True):
        if any(function.name.startswith("runtime.") for function in file.functions):
            text = around.files.read_text(answer.path or "")
            assert answer.how is How.GOROOT
            assert text is not None
            assert place(file, [Candidate(text, "this file")], text).is_verified
