"""The one version of a repository that a profile is of."""

import shutil
from pathlib import Path

import pytest

from pprof_lens.workspace.candidates import candidates
from pprof_lens.workspace.git import Repository
from repositories import Work, first, profiled


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


@pytest.mark.parametrize("known_by", ["checkout", "tag"])
def test_a_commit_is_as_old_as_it_is_whenever_it_was_checked_out_or_tagged(work: Work, known_by: str) -> None:
    """What was made before the profile was taken can be what it is of, and goes before what came later."""
    work.commit(a="9 f")
    work.git("checkout", "-q", "-b", "side")
    built, later = work.commit(a="3 built"), work.commit(a="3 later")
    shutil.rmtree(work.folder / ".git" / "logs")
    for name in (later, built):
        work.day += 10
        if known_by == "checkout":
            work.git("checkout", "-q", name)
        else:
            work.git("tag", "-a", "-m", "so", f"of-{name}", name)
    work.git("checkout", "-q", "main")
    work.git("branch", "-q", "-D", "side")
    found = first(work, profiled(work, day=2.5, a=3), "a")
    assert ("built()" in found.text, found.origin, found.rivals) == (True, f"commit {built} of 2023-11-16", ())


def test_tags_of_other_things_than_commits_are_passed_over(work: Work) -> None:
    """A file or a folder can be tagged as well."""
    built = work.commit(a="3 f")
    work.commit(a="9 f")
    work.git("tag", "file", "HEAD:a.go")
    work.git("tag", "-a", "-m", "so", "folder", "HEAD^{tree}")
    assert first(work, profiled(work, a=3), "a").origin == f"commit {built} of 2023-11-15"
    with Repository(work.around().tools.git or "", str(work.folder), (), lambda: False) as repository:
        assert [commit.name[:7] for commit in repository.refs(10)] == [work.git("rev-parse", "--short=7", "HEAD")]


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


@pytest.mark.skipif(not Path("/dev/zero").exists(), reason="there is no device that never ends")
@pytest.mark.parametrize("through", ["the order of files", "grafts"])
def test_a_device_that_never_ends_is_not_read(work: Work, through: str) -> None:
    """As what a repository's own files name."""
    work.commit(a="0 old")
    work.commit(a="3 new")
    shutil.rmtree(work.folder / ".git" / "logs")  # so that only the walk of the log finds it
    if through == "grafts":
        (work.folder / ".git" / "info").mkdir(exist_ok=True)
        (work.folder / ".git" / "info" / "grafts").symlink_to("/dev/zero")
    else:
        work.git("config", "diff.orderFile", "/dev/zero")
    assert "old" in first(work, profiled(work, a=0), "a").text


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


def test_many_names_are_asked_for_at_once_and_answered_in_their_order(work: Work) -> None:
    """However long they are, and whether or not there is anything by that name."""
    work.commit(a="0 f", b="0 f")
    a, b = work.git("rev-parse", "HEAD:a.go"), work.git("rev-parse", "HEAD:b.go")
    asked = {"HEAD:a.go": a, "HEAD:b.go": b, "HEAD:none.go": None, f"HEAD:{'n' * 3_000}": None}
    names = [*asked] * 2_000
    with Repository(work.around().tools.git or "", str(work.folder), (), lambda: False) as repository:
        assert repository.resolved(names) == tuple(map(asked.get, names))
        assert repository.resolved(()) == ()


def test_what_was_found_before_time_was_over_is_doubted(work: Work, monkeypatch: pytest.MonkeyPatch) -> None:
    """What fits better may not have been looked at; what is told or was there then is what it is."""
    work.commit(a="0 f", b="0 f")
    built = work.commit(a="3 f", b="3 f")
    work.git("tag", "v1.2.3")
    work.commit(a="9 f", b="9 f")
    monkeypatch.setattr(Repository, "is_over", True)
    found = first(work, profiled(work, a=3, b=3), "a")
    assert found.is_doubtful
    assert found.origin.endswith("the likeliest that was found before the time for it was over")
    told = first(work, profiled(work, a=3, b=3, revisions=("v1.2.3",)), "a")
    assert (told.is_doubtful, built in told.origin) == (False, True)
    now = first(work, profiled(work, a=9, b=9), "a")
    assert (now.is_doubtful, now.origin) == (False, "this file as it is")
    assert first(work, profiled(work, a=9, b=4), "a").is_doubtful


@pytest.mark.parametrize("is_over", [True, False])
def test_where_time_was_over_the_texts_of_renamed_files_are_doubted_too(
    work: Work, monkeypatch: pytest.MonkeyPatch, *, is_over: bool
) -> None:
    """And what is there now, where it was changed since."""
    work.commit(a="3 f")
    work.git("mv", "a.go", "b.go")
    work.commit()
    work.commit(b="7 f")
    monkeypatch.setattr(Repository, "is_over", is_over)
    build = profiled(work, day=1.5, b=5)
    ((path, file),) = build.files
    found = list(candidates(path, file, (work.folder / "b.go").read_text(), build, work.around()))
    assert {candidate.is_doubtful for candidate in found} == {is_over}
    assert any("func A()" in candidate.text for candidate in found)


def test_versions_in_which_a_file_fits_alone_are_read_where_the_likeliest_was_not_the_one(
    work: Work, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Most files are found in the version in which all fit, and nobody asks for more."""
    for number in range(9):
        work.commit(a=f"{number} f", b=f"0 f{number}")
    read: list[str] = []
    of_git = Repository.read

    def noted(repository: Repository, blob: str) -> bytes | None:
        read.append(blob)
        return of_git(repository, blob)

    monkeypatch.setattr(Repository, "read", noted)
    build = profiled(work, a=3, b=0)
    path, file = build.files[1]
    found = candidates(path, file, (work.folder / "b.go").read_text(), build, work.around())
    assert "f3()" in next(found).text
    known = len(read)
    assert [next(n for n in "012345678" if f"f{n}()" in other.text) for other in found] == list("87654210")
    assert len(read) > known
