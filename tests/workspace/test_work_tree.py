"""Where git keeps what it knows of a work tree, and that one notices when it changes."""

from pathlib import Path

import pytest

from pprof_lens.session.reading import stamps
from pprof_lens.workspace.candidates import candidates
from pprof_lens.workspace.work_tree import OF_ALL, OF_HEAD_AND_FETCHED, telling, top_of
from repositories import Work, profiled

LAYOUTS = ("plain", "linked", "submodule")


class Copy(Work):
    """A work tree that is there already."""

    def __init__(self, folder: Path, day: int) -> None:
        self.folder = folder
        self.day = day


def copied(work: Work, layout: str, folder: Path) -> Work:
    """The repository itself, a linked work tree of it, or a submodule that is a clone of it."""
    if layout == "plain":
        return work
    if layout == "linked":
        work.git("worktree", "add", "-q", "-b", "linked", str(folder))
        return Copy(folder, work.day)
    Work(folder).git("-c", "protocol.file.allow=always", "submodule", "add", "-q", str(work.folder), "inner")
    return Copy(folder / "inner", work.day)


@pytest.fixture
def work(tmp_path: Path) -> Work:
    (tmp_path / "work").mkdir()
    (tmp_path / "copy").mkdir()
    return Work(tmp_path / "work")


@pytest.mark.parametrize("layout", LAYOUTS)
def test_a_commit_is_noticed_in_every_layout(work: Work, layout: str, tmp_path: Path) -> None:
    """What was found before is then sought anew."""
    work.commit(a="0 f")
    copy = copied(work, layout, tmp_path / "copy")
    around, build = copy.around(), profiled(copy, a=3)

    def origins() -> list[str]:
        ((path, file),) = build.files
        found = candidates(path, file, (copy.folder / "a.go").read_text(), build, around)
        return [candidate.origin for candidate in found]

    assert not any(origin.startswith("commit") for origin in origins()[:1])
    built = copy.commit(a="3 g")
    copy.commit(a="9 g")
    assert origins()[0].startswith(f"commit {built}")


@pytest.mark.parametrize("layout", LAYOUTS)
def test_another_branch_and_what_was_fetched_are_noticed_in_every_layout(
    work: Work, layout: str, tmp_path: Path
) -> None:
    """The editor then looks around again; by what only says that files were looked at it does not."""
    work.commit(a="0 f")
    copy = copied(work, layout, tmp_path / "copy")
    top = top_of(str(copy.folder / "folder" / "below"))
    assert top == str(copy.folder)
    seen = [stamps(telling(top, OF_HEAD_AND_FETCHED))]
    copy.git("checkout", "-q", "-b", "other")
    seen.append(stamps(telling(top, OF_HEAD_AND_FETCHED)))
    copy.git("fetch", "-q", str(work.folder))
    seen.append(stamps(telling(top, OF_HEAD_AND_FETCHED)))
    assert len(set(seen)) == len(seen)
    copy.write("a", 5, "f")
    copy.git("add", "-A")
    assert stamps(telling(top, OF_HEAD_AND_FETCHED)) == seen[-1]


def test_what_is_fetched_into_the_repository_of_a_linked_work_tree_is_noticed_there(work: Work, tmp_path: Path) -> None:
    """They share what there is."""
    work.commit(a="0 f")
    copy = copied(work, "linked", tmp_path / "copy")
    before = stamps(telling(str(copy.folder), OF_ALL))
    work.git("fetch", "-q", str(work.folder))
    assert stamps(telling(str(copy.folder), OF_ALL)) != before


@pytest.mark.parametrize("content", ["", "gitdir:", "nonsense", "gitdir: \0", "gitdir: " + "x" * 100_000])
def test_a_link_that_is_none_leads_nowhere(tmp_path: Path, content: str) -> None:
    """The file itself may become one."""
    (tmp_path / ".git").write_text(content)
    assert telling(str(tmp_path), OF_ALL) == (f"{tmp_path}/.git",)
