"""Files of programs that were built elsewhere, which are known by what git has of them and no longer by their text."""

from functools import partial
from pathlib import Path

import pytest

from pprof_lens.source.paths import How, Resolution, resolve
from pprof_lens.source.profiled import DeclaredFunction, ProfileFile
from pprof_lens.workspace.surroundings import Surroundings
from repositories import Work, searches


@pytest.fixture
def work(tmp_path: Path) -> Work:
    (tmp_path / "app").mkdir()
    return Work(tmp_path / "app")


def profiled(line: int, callee: str = "m.f", name: str = "/build/app/a.go") -> ProfileFile:
    """A profile's file with a function that begins on that line and calls another one on the next."""
    calls = ((line + 1, callee),) if callee else ()
    return ProfileFile(name, (DeclaredFunction("m.A", line, (line + 1,), calls),))


def found(seen: Surroundings, *files: ProfileFile) -> tuple[Resolution, ...]:
    past = partial(seen.histories.once, taken_nanos=0, disk=seen.files)
    return resolve(files, seen.workspace, seen.files, past=past)


def test_a_file_whose_functions_stand_elsewhere_by_now_is_known_by_its_history(work: Work) -> None:
    built = work.commit(a="3 f")
    work.commit(a="9 f")
    (answer,) = found(work.around(), profiled(5))
    assert (answer.path, answer.how) == (f"{work.folder}/a.go", How.SUFFIX)
    assert f"in commit {built} of " in answer.reason


def test_a_file_is_known_by_another_branch(work: Work) -> None:
    work.commit(a="9 f")
    work.git("checkout", "-q", "-b", "side")
    work.commit(a="3 f")
    work.git("checkout", "-q", "main")
    assert found(work.around(), profiled(5))[0].how is How.SUFFIX


@pytest.mark.parametrize(
    "file",
    [
        pytest.param(profiled(6), id="no version has it there"),
        pytest.param(profiled(5, callee="m.g"), id="its line calls another one"),
        pytest.param(profiled(5, callee=""), id="one start alone is chance"),
        pytest.param(profiled(0), id="no start is known"),
        pytest.param(profiled(5, name="/build/other/a.go"), id="its folder is called otherwise"),
    ],
)
def test_what_no_version_proves_stays_unresolved(work: Work, file: ProfileFile) -> None:
    work.commit(a="3 f")
    work.commit(a="9 f")
    (work.folder / "a.go").write_text("package m\n")
    assert found(work.around(), file)[0].how is How.UNRESOLVED


def test_of_two_files_of_that_name_and_folder_neither_is_known_by_its_history(work: Work) -> None:
    work.commit(a="3 f")
    work.commit(a="9 f")
    (work.folder / "x/app").mkdir(parents=True)
    (work.folder / "x/app/a.go").write_text("package m\n")
    assert found(work.around(), profiled(5))[0].how is How.UNRESOLVED


def test_files_are_found_beside_one_that_is_known_by_its_history(work: Work) -> None:
    """b.go has all of its functions, and they stand elsewhere."""
    work.commit(a="3 f", b="0 f")
    work.commit(a="9 f")
    other = ProfileFile("/build/app/b.go", (DeclaredFunction("m.B", 7, (8,)),))
    assert found(work.around(), other)[0].how is How.UNRESOLVED
    assert [answer.how for answer in found(work.around(), profiled(5), other)] == [How.SUFFIX, How.SUFFIX]


@pytest.mark.parametrize(("line", "how"), [(5, How.SUFFIX), (6, How.UNRESOLVED)])
def test_a_series_of_profiles_asks_git_once_and_again_where_it_may_say_more(
    work: Work, monkeypatch: pytest.MonkeyPatch, line: int, how: How
) -> None:
    made = searches(monkeypatch)
    work.commit(a="3 f")
    work.commit(a="9 f")
    seen = work.around()
    assert [found(seen, profiled(line))[0].how for _ in range(3)] == [how] * 3
    assert len(made) == 1
    work.git("checkout", "-q", "--detach", "HEAD~1")
    work.commit(a="4 f")
    work.git("checkout", "-q", "main")
    assert found(seen, profiled(line))[0].how is How.SUFFIX
    assert len(made) == (1 if how is How.SUFFIX else 2)


def test_without_git_nothing_is_known_by_its_history(work: Work, tmp_path: Path) -> None:
    work.commit(a="3 f")
    work.commit(a="9 f")
    (work.folder / ".git").rename(tmp_path / "gone")
    assert found(work.around(), profiled(5))[0].how is How.UNRESOLVED


def test_what_says_too_little_is_not_asked_for_and_hides_nothing_from_what_says_more(work: Work) -> None:
    """A leak's stack has no start lines; the profile of the same program has them."""
    work.commit(a="3 f")
    work.commit(a="9 f")
    (work.folder / "a.go").write_text("package m\n")
    seen, told = work.around(), profiled(5)
    mute = told._replace(functions=(told.functions[0]._replace(start_line=0),))
    assert [found(seen, file)[0].how for file in (mute, told)] == [How.UNRESOLVED, How.SUFFIX]
