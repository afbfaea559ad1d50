"""The one version of a repository that a profile is of."""

import os
import subprocess
from collections.abc import Sequence
from pathlib import Path

import pytest

from pprof_lens.source.drift import Candidate
from pprof_lens.source.profiled import DeclaredFunction, ProfileFile
from pprof_lens.source.versions import Build
from pprof_lens.workspace.candidates import candidates
from pprof_lens.workspace.git import Repository
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


@pytest.fixture
def work(tmp_path: Path) -> Work:
    return Work(tmp_path)


def test_a_file_that_fits_at_many_commits_is_taken_from_the_one_at_which_the_others_fit_too(work: Work) -> None:
    """b.go's function never moved; a.go's tells which of its versions was built."""
    work.commit(a="0 f", b="0 old")
    built = work.commit(a="1 f", b="0 built")
    work.commit(a="2 f", b="0 new")
    work.commit(a="3 f", b="0 newest")
    found = first(work, profiled(work, a=1, b=0), "b")
    assert ("built" in found.text, found.origin) == (True, f"commit {built} of 2023-11-16")


def test_what_the_profile_names_goes_before_all_that_fits(work: Work) -> None:
    """The version of a module that was installed is a tag."""
    work.commit(a="0 old")
    work.git("tag", "v1.2.3")
    work.commit(a="0 new")
    found = first(work, profiled(work, a=0, revisions=("v1.2.3", "v9.9.9")), "a")
    assert "old" in found.text
    assert found.origin.endswith(", which the profile names")
    assert found.rivals == ()


def test_versions_that_fit_as_well_are_told_as_rivals(work: Work) -> None:
    """All that could have been built by then, and nothing that came later."""
    work.commit(a="0 old")
    work.commit(a="0 older")
    work.commit(a="0 later")
    found = first(work, profiled(work, day=2.5, a=0), "a")
    assert "older" in found.text
    assert ["old()" in rival for rival in found.rivals] == [True]


def test_another_branch_is_found_though_one_has_more_commits_than_are_looked_at(
    work: Work, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The tips of all come first."""
    monkeypatch.setattr("pprof_lens.workspace.history.MOST_COMMITS", 3)
    work.commit(a="0 f")
    work.git("checkout", "-q", "-b", "release")
    built = work.commit(a="7 f")
    work.git("checkout", "-q", "-b", "busy", "main")
    for above in range(20, 30):
        work.commit(a=f"{above} f")
    work.git("checkout", "-q", "main")
    assert first(work, profiled(work, a=7), "a").origin == f"commit {built} of 2023-11-16"


def test_what_was_merged_is_seen_as_one_commit(work: Work) -> None:
    """What is checked out after a merge has both sides."""
    work.commit(a="0 f", b="0 f")
    work.git("checkout", "-q", "-b", "side")
    work.commit(b="5 f")
    work.git("checkout", "-q", "main")
    work.commit(a="5 f")
    work.day += 1
    work.git("merge", "-q", "--no-edit", "side")
    merged = work.git("rev-parse", "--short=7", "HEAD")
    work.commit(a="9 f", b="9 f")
    assert first(work, profiled(work, a=5, b=5), "b").origin == f"commit {merged} of 2023-11-18"


def test_an_object_that_is_missing_means_one_candidate_less(work: Work) -> None:
    """As in a partial clone; nothing is fetched, and the others are found."""
    work.commit(a="3 f")
    work.commit(a="5 f")
    blob = work.git("rev-parse", "HEAD:a.go")
    work.commit(a="9 f")
    (work.folder / ".git" / "objects" / blob[:2] / blob[2:]).unlink()
    assert "// above\n" * 3 in first(work, profiled(work, a=3), "a").text
    assert first(work, profiled(work, a=5), "a").origin == "this file as it is"


def test_the_walk_tells_the_files_at_every_commit(work: Work) -> None:
    """As git itself has them there, along one line and along several."""
    work.commit(a="0 f", b="0 f")
    work.git("checkout", "-q", "-b", "side")
    for above in range(1, 4):
        work.commit(b=f"{above} f")
    work.git("checkout", "-q", "main")
    for above in range(1, 4):
        work.commit(a=f"{above} f")
    work.git("merge", "-q", "--no-edit", "side")
    (work.folder / "b.go").unlink()
    work.commit()
    program = work.around().tools.git or ""
    for tips, count in ((["HEAD"], 6), (["HEAD", "side"], 9)):
        with Repository(program, str(work.folder), ("a.go", "b.go"), lambda: False) as repository:
            found = list(repository.walk(tips, 100))
            assert len(found) == count
            assert [snapshot.blobs for snapshot in found] == [repository.blobs_at(s.commit.name) for s in found]
