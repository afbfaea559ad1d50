"""The one version of a repository that a profile is of."""

import os
import shutil
import sys
import zlib
from pathlib import Path

import pytest

from pprof_lens.workspace import process
from pprof_lens.workspace.candidates import candidates
from pprof_lens.workspace.git import Repository
from pprof_lens.workspace.history import Histories
from repositories import Work, first, profiled, searches


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
@pytest.mark.parametrize("through", ["the order of files", "grafts", "the mailmap"])
def test_a_device_that_never_ends_is_not_read(work: Work, through: str) -> None:
    """As what a repository's own files name."""
    work.commit(a="0 old")
    work.commit(a="3 new")
    shutil.rmtree(work.folder / ".git" / "logs")  # so that only the walk of the log finds it
    if through == "grafts":
        (work.folder / ".git" / "info").mkdir(exist_ok=True)
        (work.folder / ".git" / "info" / "grafts").symlink_to("/dev/zero")
    elif through == "the mailmap":
        work.git("config", "log.mailmap", "true")
        work.git("config", "mailmap.file", "/dev/zero")
    else:
        work.git("config", "diff.orderFile", "/dev/zero")
    assert "old" in first(work, profiled(work, a=0), "a").text


@pytest.mark.skipif(os.name == "nt", reason="the program is a shell script")
def test_no_program_that_a_repository_names_is_run(work: Work, tmp_path: Path) -> None:
    """As to verify who signed a commit, to watch files, to show a text."""
    marker, program = tmp_path / "was-run", tmp_path / "program"
    program.write_text(f"#!/bin/sh\ntouch {marker}\n")
    program.chmod(0o700)
    work.commit(a="0 old")
    work.commit(a="3 new")
    signature = "gpgsig -----BEGIN PGP SIGNATURE-----\n \n abc\n -----END PGP SIGNATURE-----"
    head, blank, body = work.git("cat-file", "commit", "HEAD").partition("\n\n")
    (tmp_path / "commit").write_text(f"{head}\n{signature}{blank}{body}\n")
    work.git("reset", "-q", "--soft", work.git("hash-object", "-t", "commit", "-w", str(tmp_path / "commit")))
    work.commit(a="5 newer")
    (work.folder / ".gitattributes").write_text("*.go diff=shown filter=shown\n")
    names = ("gpg.program", "core.fsmonitor", "core.pager", "core.sshCommand", "diff.external", "diff.shown.textconv")
    for name in (*names, "filter.shown.smudge", "filter.shown.process", "pager.log", "pager.cat-file"):
        work.git("config", name, str(program))
    work.git("config", "log.showSignature", "true")
    shutil.rmtree(work.folder / ".git" / "logs")
    assert "old" in first(work, profiled(work, a=0), "a").text
    assert not marker.exists()


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


def test_texts_in_which_a_file_fits_alone_are_rivals_of_one_another(work: Work) -> None:
    """None of them is what was profiled for that it comes first; what came after the profile is no rival."""
    for number in range(4):
        work.commit(a=f"{number} f", b=f"0 f{number}")
    build = profiled(work, day=3.5, a=1, b=0)
    path, file = build.files[1]
    likeliest, *others = candidates(path, file, (work.folder / "b.go").read_text(), build, work.around())
    assert ("f1()" in likeliest.text, likeliest.rivals) == (True, ())
    rivals = {other.text.split()[-2][:2]: [rival.split()[-2][:2] for rival in other.rivals] for other in others}
    assert rivals == {"f2": ["f1", "f0"], "f0": ["f2", "f1"], "f3": ["f2", "f1", "f0"]}


def test_versions_of_a_file_alone_are_looked_through_until_code_that_left_does_not_come_back(
    work: Work, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However far back the first one is."""
    monkeypatch.setattr("pprof_lens.workspace.history.PATIENCE", 2)
    for number, above in enumerate((0, 5, 6, 7, 0, 1, 2, 3, 4)):
        work.commit(a=f"{9 if number == 8 else number} f", b=f"{above} f{number}")
    build = profiled(work, a=9, b=0)
    (path, _), seen = build.files[1], work.around()
    found = [candidate.text for candidate in seen.histories.alone(build, path, seen.files)]
    assert ["f4()" in text for text in found] == [True]


def git_that_ends(folder: Path, when_asked_for: str, how: str) -> str:
    """A git that ends so the first time it is started for something."""
    program = folder / "ending-git"
    program.write_text(
        f'#!/bin/sh\ncase "$*" in *"{when_asked_for}"*) if mkdir {folder}/ended 2>/dev/null; then {how}; fi;; esac\n'
        'exec git "$@"\n'
    )
    program.chmod(0o755)
    return str(program)


POSIX = pytest.mark.skipif(sys.platform == "win32", reason="the git that ends is a script of a POSIX shell")


@POSIX
def test_a_git_that_ends_before_it_has_answered_is_asked_once_more(work: Work, tmp_path: Path) -> None:
    """A busy machine ends it, or what it met in another object."""
    work.commit(a="3 f")
    blob = work.git("rev-parse", "HEAD:a.go")
    for asked in ("batch-check", "batch"):
        program = git_that_ends(tmp_path, asked, "exit 1")
        with Repository(program, str(work.folder), ("a.go",), lambda: False) as repository:
            assert repository.blobs_at("HEAD") == (blob,)
            assert repository.read(blob) is not None
            assert not repository.is_over
        (tmp_path / "ended").rmdir()


@POSIX
def test_a_log_that_was_ended_is_not_all_there_is(work: Work, tmp_path: Path) -> None:
    """Its end is not that of the history."""
    work.commit(a="3 f")
    program = git_that_ends(tmp_path, " log ", "kill -9 $$")
    with Repository(program, str(work.folder), ("a.go",), lambda: False) as repository:
        assert (list(repository.walk(["HEAD"], 10)), repository.is_over) == ([], True)
    with Repository(program, str(work.folder), ("a.go",), lambda: False) as repository:
        assert (len(list(repository.walk(["HEAD"], 10))), repository.is_over) == (1, False)


@POSIX
@pytest.mark.parametrize("place", ["config", "included", "linked", "HEAD", "packed-refs", "alternates"])
def test_a_git_that_waits_for_what_does_not_come_is_waited_for_once(
    work: Work, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, place: str
) -> None:
    """A pipe where git reads a file never answers: however many files are asked for, and by whatever name."""
    work.commit(a="3 f")
    work.commit(a="9 f")
    put_pipe(work.folder / ".git", place)
    counted = tmp_path / "asked"
    program = tmp_path / "counted"
    program.write_text(f'#!/bin/sh\necho so >> {counted}\nexec git "$@"\n')
    program.chmod(0o755)
    monkeypatch.setattr(process, "TIME_LIMIT", 0.5)
    build, seen, histories = profiled(work, a=3), work.around(), Histories(str(program))
    ((path, _),) = build.files

    assert not histories.of(build, path, seen.files).is_whole
    asked = counted.read_text()
    assert not histories.of(build, path, seen.files).is_whole
    assert list(histories.followed(path, 0, seen.files)) == []
    assert counted.read_text() == asked
    os.utime(work.folder / ".git" / "index", (1, 1))
    assert list(histories.followed(path, 0, seen.files)) == []
    anew = counted.read_text()
    histories.of(build, path, seen.files)
    assert len(counted.read_text()) > len(anew) > len(asked)


def test_a_git_that_has_said_something_before_its_time_was_over_is_asked_again(
    work: Work, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is slow, or the machine is; that it had nothing to say is said, too."""
    work.commit(a="3 f")
    program = work.around().tools.git or ""
    blob, late = work.git("rev-parse", "HEAD:a.go"), property(lambda _: True)
    with Repository(program, str(work.folder), ("a.go",), lambda: False) as repository, monkeypatch.context() as over:
        assert repository.blobs_at("HEAD") == (blob,)
        over.setattr(Repository, "_is_late", late)
        assert (repository.is_over, repository.is_mute) == (True, False)
    with Repository(program, str(work.folder), ("a.go",), lambda: False) as repository, monkeypatch.context() as over:
        assert list(repository.walk(["HEAD"], 10, without="HEAD")) == []
        over.setattr(Repository, "_is_late", late)
        assert (repository.is_over, repository.is_mute) == (True, False)


def put_pipe(git: Path, place: str) -> None:
    """Where git reads a file: itself one, or a link to one, or what a file names."""
    pipe = git / "pipe"
    os.mkfifo(pipe)
    if place == "included":
        with (git / "config").open("a") as config:
            config.write(f"[include]\npath = {pipe}\n")
    elif place == "alternates":
        pipe.rename(git / "objects" / "info" / "alternates")
    else:
        (git / place.replace("linked", "config")).unlink(missing_ok=True)
        (git / "config").symlink_to(pipe) if place == "linked" else pipe.rename(git / place)


def test_an_object_half_of_which_is_lost_takes_no_other_with_it(work: Work) -> None:
    """git ends at it, after what is left was printed: that is no text."""
    work.commit(a="3 f")
    work.commit(a="5 f")
    blob, whole = work.git("rev-parse", "HEAD:a.go"), work.git("rev-parse", "HEAD~1:a.go")
    stored = work.folder / ".git" / "objects" / blob[:2] / blob[2:]
    stored.chmod(0o644)
    stored.write_bytes(zlib.compress(b"blob 400\0package m\n\nfunc A() {\n\tf()\n}\n")[:-9])
    with Repository(work.around().tools.git or "", str(work.folder), (), lambda: False) as repository:
        assert repository.read(blob) is None
        assert repository.read(whole) is not None


def test_what_is_no_file_where_one_is_sought_is_not_read_as_one(work: Work) -> None:
    """A folder can be named like a file; what comes after it is answered as ever."""
    work.commit(b="3 f")
    (work.folder / "a.go").mkdir()
    (work.folder / "a.go" / "inside").write_text("so")
    work.commit()
    with Repository(work.around().tools.git or "", str(work.folder), ("a.go", "b.go"), lambda: False) as repository:
        folder, file = repository.blobs_at("HEAD")
        assert repository.read(folder or "") is None
        assert b"f()" in (repository.read(file or "") or b"")


def test_what_was_not_looked_at_for_want_of_time_is_looked_at_when_it_is_asked_for_again(
    work: Work, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What git could not bring in its time is not known not to fit."""
    work.commit(a="3 f")
    work.commit(a="9 f")
    build, seen = profiled(work, a=3), work.around()
    ((path, file),) = build.files
    now = Path(path).read_text()

    def found() -> tuple[bool, bool]:
        likeliest = next(candidates(path, file, now, build, seen))
        return "// above\n" * 4 in likeliest.text, likeliest.is_doubtful

    with monkeypatch.context() as busy:
        busy.setattr(Repository, "read", lambda *_: None)
        busy.setattr(Repository, "is_over", True)
        assert found() == (True, True)
    assert found() == (False, False)


def test_what_takes_too_long_each_time_is_looked_for_three_times(work: Work, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody waits for it with every file that is opened."""
    work.commit(a="3 f")
    monkeypatch.setattr(Repository, "is_over", True)
    runs = searches(monkeypatch)
    build, seen = profiled(work, a=3), work.around()
    ((path, _),) = build.files
    for _ in range(5):
        seen.histories.of(build, path, seen.files)
    assert len(runs) == 3
