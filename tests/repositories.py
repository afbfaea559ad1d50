"""Small repositories that a test draws, and profiles of what stood in them."""

import os
import subprocess
from collections.abc import Sequence
from pathlib import Path

import pytest

from pprof_lens.source.drift import Candidate
from pprof_lens.source.profiled import DeclaredFunction, ProfileFile
from pprof_lens.source.versions import Build
from pprof_lens.workspace.candidates import candidates
from pprof_lens.workspace.history import Found, Search
from pprof_lens.workspace.surroundings import Surroundings, discover

DAY = 86_400
NANOS = 1_000_000_000
FIRST = 1_700_000_000


class Work:
    """A repository with files a.go and b.go, each with one function; commits are a day apart."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.day = 0
        self.git("init", "-q", "-b", "main")

    def git(self, *arguments: str) -> str:
        date = f"{FIRST + self.day * DAY} +0000"
        who = dict.fromkeys(("GIT_AUTHOR_NAME", "GIT_COMMITTER_NAME", "GIT_AUTHOR_EMAIL", "GIT_COMMITTER_EMAIL"), "T")
        environ = {**os.environ, **who, "GIT_AUTHOR_DATE": date, "GIT_COMMITTER_DATE": date}
        command = ["git", "-C", str(self.folder), *arguments]
        return subprocess.run(command, check=True, capture_output=True, text=True, env=environ).stdout.strip()

    def write(self, name: str, above: int, statement: str) -> str:
        text = "package m\n" + "// above\n" * above + f"func {name.upper()}() {{\n\t{statement}()\n}}\n"
        (self.folder / f"{name}.go").write_text(text)
        return text

    def commit(self, **statements: str) -> str:
        """Commit files by how much is above their function and what is in it: a="3 work"."""
        for name, drawn in statements.items():
            above, statement = drawn.split()
            self.write(name, int(above), statement)
        self.day += 1
        self.git("add", "-A")
        self.git("commit", "-q", "-m", f"day {self.day}")
        return self.git("rev-parse", "--short=7", "HEAD")

    def around(self) -> Surroundings:
        return discover([str(self.folder)], is_trusted=True)


def profiled(work: Work, *, day: float = 0, revisions: Sequence[str] = (), **above: int) -> Build:
    """The build of a profile with the function of each file so far down, taken on that day, 0 for unknown."""
    files = tuple(
        (
            f"{work.folder}/{name}.go",
            ProfileFile(f"/b/{name}.go", (DeclaredFunction(f"m.{name.upper()}", n + 2, (n + 3,)),)),
        )
        for name, n in above.items()
    )
    return Build(files, int((FIRST + day * DAY) * NANOS) if day else 0, tuple(revisions))


def first(work: Work, build: Build, name: str) -> Candidate:
    """The likeliest text of a file."""
    path = f"{work.folder}/{name}.go"
    (file,) = (file for known, file in build.files if known == path)
    return next(candidates(path, file, Path(path).read_text(), build, work.around()))


def searches(monkeypatch: pytest.MonkeyPatch) -> list[Search]:
    """The searches of histories that are made from now on."""
    made: list[Search] = []
    run = Search.run

    def counted(search: Search) -> Found:
        made.append(search)
        return run(search)

    monkeypatch.setattr(Search, "run", counted)
    return made
