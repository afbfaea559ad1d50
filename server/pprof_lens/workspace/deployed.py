"""How what runs elsewhere stands to what is checked out here, by git alone: nothing is fetched.

The commit and the repository are what labels of a profile say, so both are only compared, looked up and, where a
command is made of them, taken if they are made of harmless characters.
"""

import re
from typing import NamedTuple

from pprof_lens.profile.plain import plain
from pprof_lens.source.versions import Deployment
from pprof_lens.workspace.git import Repository

_WHOLE = re.compile("[0-9a-f]{40}|[0-9a-f]{64}")
_HASH = re.compile("[0-9a-f]{7,64}")
_TAG = re.compile(r"v?[0-9][0-9A-Za-z_.+-]{0,99}")
_REMOTE = re.compile(r"[0-9A-Za-z_][0-9A-Za-z_./-]{0,99}")
_URL = re.compile(r"https://[0-9A-Za-z.-]+(?::[0-9]{1,5})?(?:/[0-9A-Za-z_.~-]+)+/?")


class Standing(NamedTuple):
    """What is told of it in a few words; and where that commit is not here, the command that would bring it."""

    sentence: str
    command: str = ""


def standing(repository: Repository, deployment: Deployment) -> tuple[Standing, bool]:
    """How the deployment stands to this repository, and whether it is built of this one for certain."""
    remote, is_its_own = _remote(repository, deployment.repository)
    place, commits = plain(deployment.place), tuple(map(plain, deployment.commits))
    if not commits:
        return Standing(f"{place}, which does not tell its commit"), is_its_own
    if len(commits) > 1:
        return Standing(f"{place}, {len(commits)} commits: {', '.join(map(_short, commits))}"), is_its_own
    (name,) = commits
    if not _HASH.fullmatch(name) and not _TAG.fullmatch(name):
        return Standing(f"{place}, which tells no commit but {name}"), is_its_own
    (found,) = repository.resolved(f"{known}^{{commit}}" for known in deployment.names) or (None,)
    if found is None:
        what = f"tag {name}" if not _HASH.fullmatch(name) else name if _WHOLE.fullmatch(name) else ""
        command = " ".join(filter(None, ("git fetch", remote, what))) if remote else ""
        return Standing(f"{place}, commit {_short(name)}, which is not here", command), is_its_own
    distance = repository.distance(found)
    told = f", {distance.sentence}" if distance is not None else ""
    return Standing(f"{place}, commit {_short(found)}{told}"), is_its_own


def _remote(repository: Repository, url: str) -> tuple[str, bool]:
    """Where to fetch from: the remote of that URL, or the URL where no remote has it, or the only remote there is."""
    remotes = [(name, of) for name, of in repository.remotes() if _REMOTE.fullmatch(name)]
    for name, of in remotes:
        if url and _place(of) == _place(url):
            return name, True
    if url:
        return (url if _URL.fullmatch(url) else ""), False
    return next((name for name, _ in sorted(remotes, key=lambda remote: remote[0] != "origin")), ""), False


def _place(url: str) -> str:
    """What `https://host/a/b.git`, `ssh://git@host/a/b` and `git@host:a/b` have in common."""
    without = re.sub(r"^[a-z+]+://", "", url.strip().casefold())
    host, _, path = re.sub("^[^@/]*@", "", without).replace(":", "/", 1).partition("/")
    return f"{host}/{path.strip('/').removesuffix('.git')}"


def _short(name: str) -> str:
    return name[:7] if _HASH.fullmatch(name) else name
