"""What runs elsewhere, held against a repository: which version it is of, and what is told of it."""

from dataclasses import replace
from pathlib import Path

import pytest

from pprof_lens.source.versions import Deployment
from repositories import Work, first, profiled


@pytest.fixture
def work(tmp_path: Path) -> Work:
    return Work(tmp_path)


def deployed(*commits: str, repository: str = "") -> Deployment:
    return Deployment("production", commits, repository)


def told(work: Work, deployment: Deployment) -> tuple[str, str]:
    """What is told of a deployment, and the command that would bring its commit."""
    build = replace(profiled(work, a=0), deployment=deployment)
    found = work.around().histories.standing(build)
    assert found is not None
    return found.sentence, found.command


def test_the_commit_that_production_tells_is_the_version_though_a_later_one_fits_as_well(work: Work) -> None:
    run = work.commit(a="3 work")
    work.commit(a="3 rest")
    work.commit(a="5 work")
    build = profiled(work, day=9, a=3)
    assert first(work, build, "a").text.count("rest")
    found = first(work, replace(build, deployment=deployed(run)), "a")
    assert found.text.count("work")
    assert found.origin == f"production, commit {run}, 2 commits behind"
    assert found.rivals == ()


def test_commits_of_two_builds_are_no_proof_of_either(work: Work) -> None:
    one, two = work.commit(a="3 work"), work.commit(a="3 rest")
    found = first(work, replace(profiled(work, day=9, a=3), deployment=deployed(one, two)), "a")
    assert found.rivals


def test_it_is_told_how_production_stands_to_what_is_checked_out(work: Work) -> None:
    one = work.commit(a="1 work")
    assert told(work, deployed(one)) == (f"production, commit {one}, which is checked out", "")
    two = work.commit(a="2 work")
    assert told(work, deployed(one)) == (f"production, commit {one}, 1 commit behind", "")
    work.git("tag", "v1.0.0")
    work.git("checkout", "-q", one)
    assert told(work, deployed("v1.0.0")) == (f"production, commit {two}, 1 commit ahead", "")
    work.commit(a="9 work")
    assert told(work, deployed(two)) == (f"production, commit {two}, 1 commit ahead and 1 commit behind", "")
    assert told(work, deployed(one, two)) == (f"production, 2 commits: {one}, {two}", "")
    assert told(work, deployed()) == ("production, which does not tell its commit", "")
    work.git("branch", "feature")
    assert told(work, deployed("feature")) == ("production, which tells no commit but feature", "")


WHOLE = "1a2b3c4d" * 5


@pytest.mark.parametrize(
    ("commit", "repository", "command"),
    [
        (WHOLE, "https://github.com/acme/shop", f"git fetch up {WHOLE}"),
        (WHOLE, "git@github.com:acme/shop.git", f"git fetch up {WHOLE}"),
        (WHOLE, "", f"git fetch origin {WHOLE}"),
        ("1a2b3c4", "https://github.com/acme/shop", "git fetch up"),
        ("v9.1.0", "https://github.com/acme/shop", "git fetch up tag v9.1.0"),
        (WHOLE, "https://example.com/other", f"git fetch https://example.com/other {WHOLE}"),
        (WHOLE, "https://example.com/$(reboot)", ""),
        (WHOLE, "ext::sh -c reboot", ""),
        (WHOLE, "--upload-pack=reboot", ""),
    ],
)
def test_a_commit_that_is_not_here_comes_with_a_command_of_harmless_words(
    work: Work, commit: str, repository: str, command: str
) -> None:
    work.commit(a="1 work")
    work.git("remote", "add", "other", "https://example.com/x")
    work.git("remote", "add", "up", "ssh://git@github.com/Acme/shop.git")
    work.git("remote", "add", "origin", "https://example.com/origin")
    sentence, found = told(work, deployed(commit, repository=repository))
    assert sentence == f"production, commit {commit if commit.startswith('v') else commit[:7]}, which is not here"
    assert found == command


@pytest.mark.parametrize("name", ["HEAD", "main", "-h", "--all", "main^{commit}", "../x", "HEAD:a.go", "\n"])
def test_what_is_no_commit_is_no_proof_and_is_not_asked_for(work: Work, name: str) -> None:
    work.commit(a="3 work")
    work.commit(a="3 rest")
    build = profiled(work, day=9, a=3)
    assert first(work, replace(build, deployment=deployed(name)), "a") == first(work, build, "a")
    assert told(work, deployed(name))[0].startswith("production, which tells no commit but ")
