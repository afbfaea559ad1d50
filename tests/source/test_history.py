"""A profile that was taken before the last commits still lands on today's lines."""

import os
import random
import subprocess
from pathlib import Path

from pprof_lens.source.drift import Drift, State, place
from pprof_lens.source.profiled import DeclaredFunction, ProfileFile
from pprof_lens.source.versions import Build
from pprof_lens.workspace.candidates import candidates
from pprof_lens.workspace.surroundings import discover

NANOS = 1_000_000_000
DAY = 86_400
FIRST_DAY = 1_700_000_000


class Repository:
    """A repository with one Go file, whose every statement is unlike all others; one commit a day."""

    def __init__(self, folder: Path, seed: int) -> None:
        self.folder = folder
        self.random = random.Random(seed)
        self.name = "work.go"
        self.statements = 0
        self.functions = [self.function(f"f{i}") for i in range(12)]
        self.commits = 0
        self.git("init", "-q", "-b", "main")

    def git(self, *arguments: str) -> None:
        day = f"{FIRST_DAY + self.commits * DAY} +0000"
        who = ("GIT_AUTHOR_NAME", "GIT_COMMITTER_NAME", "GIT_AUTHOR_EMAIL", "GIT_COMMITTER_EMAIL")
        identity = dict.fromkeys(who, "Test")
        dates = {"GIT_AUTHOR_DATE": day, "GIT_COMMITTER_DATE": day}
        environ = {**os.environ, **identity, **dates, "GIT_CONFIG_GLOBAL": os.devnull}
        subprocess.run(["git", "-C", str(self.folder), *arguments], check=True, env=environ)

    def statement(self) -> str:
        self.statements += 1
        return f"\twork{self.statements}(value{self.statements})"

    def function(self, name: str) -> list[str]:
        body = [self.statement() for _ in range(8)]
        return [f"func {name}() {{", *body, "\tif done {", "\t\treturn", "\t}", "}", ""]

    @property
    def path(self) -> Path:
        return self.folder / self.name

    @property
    def text(self) -> str:
        return "\n".join(["package work", "", *(line for function in self.functions for line in function)])

    def commit(self) -> None:
        self.path.write_text(self.text)
        self.commits += 1
        self.git("add", "-A")
        self.git("commit", "-q", "-m", f"Change {self.commits}")

    def change(self) -> None:
        """One edit as people make them."""
        edit = self.random.choice(["above", "inside", "inside", "remove", "rewrite", "move", "new", "rename", "file"])
        function = self.random.choice(self.functions)
        line = self.random.randrange(1, len(function) - 4)
        if edit == "above":
            function.insert(0, f"// note {self.statements}")
        elif edit == "inside":
            function.insert(line, self.statement())
        elif edit == "remove":
            del function[line]
        elif edit == "rewrite":
            function[line] = function[line].replace("value", "other")
        elif edit == "move":
            self.functions.remove(function)
            self.functions.insert(self.random.randrange(len(self.functions)), function)
        elif edit == "new":
            self.functions.insert(0, self.function(f"g{self.statements}"))
        elif edit == "rename":
            start = next(i for i, text in enumerate(function) if text.startswith("func "))
            function[start] = function[start].replace("()", "Again()")
        else:
            old, self.name = self.name, f"work_{self.random.random()}.go"
            self.git("mv", old, self.name)

    def profile(self) -> ProfileFile:
        """What a profile of the present text would have: every statement sampled, all but the first with its call."""
        lines = self.text.split("\n")
        starts = [i for i, line in enumerate(lines, 1) if line.startswith("func ")]
        functions = []
        for start in starts:
            name = lines[start - 1].removeprefix("func ").partition("(")[0]
            sampled = [i for i in range(start, lines.index("}", start)) if "work" in lines[i - 1]]
            called = ((i, f"example.com/work.{lines[i - 1].strip().partition('(')[0]}") for i in sampled[1:])
            functions.append(DeclaredFunction(f"example.com/work.{name}", start, tuple(sampled), tuple(called)))
        return ProfileFile("/build/work.go", tuple(functions))


def followed(repository: Repository, profile: ProfileFile, taken: float, *, is_trusted: bool = True) -> Drift:
    around = discover([str(repository.folder)], is_trusted=is_trusted)
    build = Build(((str(repository.path), profile),), int(taken * NANOS))
    texts = candidates(str(repository.path), profile, repository.text, build, around)
    return place(profile, texts, repository.text)


def test_thirty_commits_later_every_untouched_line_has_its_figure_and_no_other(tmp_path: Path) -> None:
    """Functions moved and renamed, lines put in and taken out, the file renamed; the profile is of commit 5."""
    untouched = found = 0
    for seed in range(4):
        folder = tmp_path / str(seed)
        folder.mkdir()
        repository = Repository(folder, seed)
        for number in range(30):
            if number:
                for _ in range(3):
                    repository.change()
            repository.commit()
            if number == 4:
                profile, profiled = repository.profile(), repository.text.split("\n")
        drift = followed(repository, profile, FIRST_DAY + 5 * DAY)
        now = repository.text.split("\n")
        for line in (line for function in profile.functions for line in function.lines):
            text, placement = profiled[line - 1], drift.place(line)
            if text in now:
                untouched += 1
                found += placement is not None and now[placement.line] == text
            if placement is not None and placement.state is State.EDITED:
                assert now[placement.line] == text.replace("value", "other")
            elif placement is not None:
                assert now[placement.line] == text
        assert drift.matched == f"matched with commit {head(repository, 25)} of 2023-11-19"
    assert found >= 0.99 * untouched > 0


def head(repository: Repository, before: int) -> str:
    command = ["git", "-C", str(repository.folder), "rev-parse", "--short=7", f"HEAD~{before}"]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()


def test_an_edit_that_moves_no_function_is_seen_in_git_only(tmp_path: Path) -> None:
    """All functions still stand where they were, so the buffer would pass; the version of that time comes first."""
    repository = Repository(tmp_path, 0)
    repository.commit()
    profile = repository.profile()
    last = repository.functions[-1]
    sampled = repository.text.split("\n").index(last[3]) + 1
    last.insert(1, repository.statement())
    repository.commit()
    drift = followed(repository, profile, FIRST_DAY + DAY)
    assert drift.place(sampled) == (sampled, State.MOVED)


def test_a_commit_in_the_second_of_the_profile_came_after_it(tmp_path: Path) -> None:
    """Who commits right after profiling is not shown the new text as the profiled one."""
    repository = Repository(tmp_path, 0)
    repository.commit()
    profile = repository.profile()
    repository.functions[-1].insert(1, repository.statement())
    repository.commit()
    old = f"matched with commit {head(repository, 1)} of 2023-11-15, checked out when it was profiled"
    assert followed(repository, profile, FIRST_DAY + 2 * DAY + 0.5).matched == old
    assert followed(repository, profile, FIRST_DAY + 2 * DAY).matched == "matched with this file as it is"


def test_without_trust_git_is_not_asked_and_what_does_not_match_is_left_out(tmp_path: Path) -> None:
    """The changed function loses its figures, the others keep them by their own offset, and it says so."""
    repository = Repository(tmp_path, 0)
    repository.commit()
    profile = repository.profile()
    repository.functions[3].insert(2, repository.statement())
    repository.commit()
    drift = followed(repository, profile, FIRST_DAY + DAY, is_trusted=False)
    shifts = {
        function.name.rpartition(".")[2]: {
            place.line + 1 - line for line in function.lines if (place := drift.place(line))
        }
        for function in profile.functions
    }
    assert not drift.is_verified
    assert [stale.name for stale in drift.stale] == ["example.com/work.f3"]
    assert shifts == {f"f{i}": {0} if i < 3 else set() if i == 3 else {1} for i in range(12)}


def test_a_commit_that_was_amended_away_is_found_in_the_reflog(tmp_path: Path) -> None:
    """People build, profile and amend."""
    repository = Repository(tmp_path, 0)
    repository.commit()
    repository.functions[0].insert(1, repository.statement())
    repository.commit()
    profile = repository.profile()
    repository.functions[0].insert(1, repository.statement())
    repository.path.write_text(repository.text)
    repository.git("commit", "-q", "-a", "--amend", "-m", "Again")
    drift = followed(repository, profile, FIRST_DAY + 3 * DAY)
    assert drift.is_verified
    assert {p.state for p in drift.placements.values()} == {State.EXACT, State.MOVED}
