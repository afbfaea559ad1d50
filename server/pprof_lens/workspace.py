"""The outside of `source`: what is on the disk, in the environment and in git, within the folders that are allowed.

Only this module and `session` touch files. Nothing outside the workspace, GOROOT, the module cache, mapped folders
and opened files is read, whatever a profile says and wherever a symbolic link leads. `git` and `go` are run only
where the editor trusts the workspace: without a shell, with fixed arguments, a time limit and no network. All of it
runs on the worker; nothing here knows LSP.
"""

# Paths are strings here, made by the ten thousand, and links in them are followed only on purpose.
# ruff: noqa: PTH100, PTH111, PTH112, PTH113, PTH117, PTH118, PTH119, PTH120, PTH123

import os
import re
import shutil
import stat
import subprocess
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timezone
from itertools import islice
from typing import NamedTuple

from pprof_lens.profile.errors import Cancelled
from pprof_lens.source.drift import Candidate
from pprof_lens.source.paths import Module, Replace, Required, Workspace

NANOS = 1_000_000_000

LARGEST_SOURCE = 16 << 20
"""Bytes; a larger file is no source that anyone reads."""

MOST_FILES = 300_000
"""The index of a workspace stops here."""

MOST_VERSIONS = 50
"""So many versions of a file are fetched from git at most."""

MOST_COMMITS = 1_000
"""So many changes of a file are looked through for those before the profile's time."""

TIME_LIMIT = 10.0
"""Seconds for one run of git or go."""

NOT_WALKED = frozenset({".git", ".hg", ".svn", "node_modules"})

Cancellation = Callable[[], bool]


@dataclass(frozen=True, slots=True)
class Tools:
    """The programs that may be run, by absolute path; None for one that is not installed or not to be run."""

    git: str | None = None
    go: str | None = None


class Surroundings(NamedTuple):
    """The places where source may be, what may be read there, and what may be run."""

    workspace: Workspace
    files: "DiskFiles"
    tools: Tools


def discover(
    roots: Iterable[str],
    *,
    mappings: Iterable[tuple[str, str]] = (),
    opened: Iterable[str] = (),
    is_trusted: bool = False,
    environ: Mapping[str, str] = os.environ,
    cancelled: Cancellation = lambda: False,
) -> Surroundings:
    """Look around once, on the worker: walk the workspace, read its go.mod files, ask where Go keeps its sources.

    Raises Cancelled.
    """
    folders = tuple(dict.fromkeys(_portable(os.path.abspath(root)) for root in roots))
    tools = _tools(folders, environ) if is_trusted else Tools()
    index = _walk(folders, cancelled)
    goroot, module_cache = _go_folders(tools, environ)
    workspace = Workspace(
        roots=folders,
        modules=_modules(folders, index.go_mods, index.go_works),
        goroot=goroot,
        module_cache=module_cache,
        mappings=tuple((prefix, _portable(os.path.expanduser(local))) for prefix, local in mappings),
        opened=frozenset(map(_portable, opened)),
    )
    return Surroundings(workspace, DiskFiles(workspace, index.by_tail), tools)


def with_opened(surroundings: Surroundings, opened: Iterable[str]) -> Surroundings:
    """The same with other opened files; nothing is walked again."""
    workspace = replace(surroundings.workspace, opened=frozenset(map(_portable, opened)))
    return surroundings._replace(workspace=workspace, files=surroundings.files.for_workspace(workspace))


def candidates(
    path: str,
    buffer: str,
    taken_nanos: int,
    surroundings: Surroundings,
    *,
    cancelled: Cancellation = lambda: False,
) -> Iterator[Candidate]:
    """The texts of a file that may be what was profiled, the likeliest first; `taken_nanos` is 0 if unknown.

    A file that was not changed since the profile was taken is what was profiled. For one that was, git's version of
    that time comes before the buffer: an edit inside one function moves no function, and only that version shows
    it. Then the other versions, up to that time newest first, then later ones (a rebase dates commits anew) oldest
    first. Raises Cancelled.
    """
    saved, changed_nanos = surroundings.files.read(path)
    now = [Candidate(buffer, "this file as it is")]
    if saved is not None and saved != buffer:
        now.append(Candidate(saved, "the saved file"))
    history = _History(path, buffer, taken_nanos, surroundings, cancelled)
    if saved is not None and 0 < changed_nanos <= taken_nanos:
        yield from reversed(now)
        yield from history.before()
    elif taken_nanos:
        before = history.before()
        yield from islice(before, 1)
        yield from now
        yield from before
    else:
        yield from now
        yield from history.before()
    yield from history.elsewhere()


class DiskFiles:
    """The file system that `source.paths` is given: the allowed folders and nothing else."""

    def __init__(self, workspace: Workspace, by_tail: Mapping[str, Sequence[str]]) -> None:
        self._by_tail = by_tail
        self._opened = frozenset(map(_key, workspace.opened))
        local = (mapped for _, mapped in workspace.mappings)
        folders = [*workspace.roots, workspace.goroot, workspace.module_cache, *local]
        self._allowed = tuple(_key(os.path.realpath(folder)).rstrip("/") + "/" for folder in folders if folder)

    def for_workspace(self, workspace: Workspace) -> "DiskFiles":
        return DiskFiles(workspace, self._by_tail)

    def ending(self, tail: str) -> Sequence[str]:
        """The files of the workspace whose folder and name are `tail`."""
        return self._by_tail.get(tail, ())

    def is_file(self, path: str) -> bool:
        if path in self.ending("/".join(path.rsplit("/", 2)[-2:])):
            return True
        real = self._real(path)
        return real is not None and os.path.isfile(real)

    def read_text(self, path: str) -> str | None:
        return self.read(path)[0]

    def read(self, path: str) -> tuple[str | None, int]:
        """The text of a file and the time of its last change in nanoseconds; None and 0 if it may not be read."""
        real = self._real(path)
        if real is None:
            return None, 0
        try:
            # a pipe would otherwise wait for its writer
            descriptor = os.open(real, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
            with os.fdopen(descriptor, "rb") as file:
                status = os.fstat(file.fileno())
                if not stat.S_ISREG(status.st_mode) or status.st_size > LARGEST_SOURCE:
                    return None, 0
                return _decoded(file.read(LARGEST_SOURCE)), status.st_mtime_ns
        except OSError:
            return None, 0

    def _real(self, path: str) -> str | None:
        """Where the path really leads, if that is allowed."""
        try:
            real = os.path.realpath(path)
        except (OSError, ValueError):
            return None
        is_allowed = _key(path) in self._opened or _key(real).startswith(self._allowed)
        return real if is_allowed and os.path.isabs(path) else None


def _key(path: str) -> str:
    """The same for all spellings of a path that the system takes for one."""
    return _portable(os.path.normcase(path))


def _portable(path: str) -> str:
    return path.replace(os.sep, "/") if os.sep != "/" else path


def _decoded(content: bytes) -> str:
    return content.decode("utf-8-sig", "replace")


class _Index(NamedTuple):
    by_tail: Mapping[str, Sequence[str]]
    go_mods: tuple[str, ...]
    go_works: tuple[str, ...]


def _walk(roots: Sequence[str], cancelled: Cancellation) -> _Index:
    """The files below the roots; no symbolic link is followed, so that nothing outside gets in."""
    by_tail: dict[str, list[str]] = defaultdict(list)
    special: dict[str, list[str]] = {"go.mod": [], "go.work": []}
    folders = list(reversed(roots))
    seen = set(folders)
    count = 0
    while folders and count < MOST_FILES:
        folder = folders.pop()
        if cancelled():
            raise Cancelled
        name = folder.rpartition("/")[2]
        try:
            entries = list(os.scandir(folder))
        except OSError:
            continue
        for entry in entries:
            path = f"{folder}/{entry.name}"
            if entry.is_dir(follow_symlinks=False):
                if entry.name not in NOT_WALKED and path not in seen:
                    seen.add(path)
                    folders.append(path)
            elif entry.is_file(follow_symlinks=False):
                count += 1
                by_tail[f"{name}/{entry.name}"].append(path)
                if entry.name in special:
                    special[entry.name].append(path)
    return _Index(by_tail, tuple(special["go.mod"]), tuple(special["go.work"]))


def _modules(roots: Sequence[str], go_mods: Sequence[str], go_works: Sequence[str]) -> tuple[Module, ...]:
    """The modules of the workspace, and one around each root where the root is a folder of it."""
    above = [go_mod for root in roots for go_mod in _go_mod_above(root)]
    replaces = tuple(r for go_work in go_works for r in _replaces(_directives(go_work), go_work))
    found = []
    for go_mod in dict.fromkeys([*go_mods, *above]):
        directives = _directives(go_mod)
        path = next((words[0] for verb, words in directives if verb == "module" and words), "")
        if not path:
            continue
        directory = go_mod.rpartition("/")[0]
        requires = (words for verb, words in directives if verb == "require" and len(words) > 1)
        found.append(
            Module(
                path=path,
                directory=directory,
                replaces=tuple(_replaces(directives, go_mod)) + replaces,
                requires=tuple(Required(*words[:2]) for words in requires),
                vendored=_vendored(directory),
            )
        )
    return tuple(found)


def _go_mod_above(root: str) -> Iterator[str]:
    folder = root.rpartition("/")[0]
    while folder:
        if os.path.isfile(f"{folder}/go.mod"):
            yield f"{folder}/go.mod"
            return
        folder = folder.rpartition("/")[0]


_WORD = re.compile(r'"([^"]*)"|`([^`]*)`|([^\s"`()]+)|([()])')


def _directives(path: str) -> list[tuple[str, list[str]]]:
    """The lines of a go.mod or go.work as verb and words, blocks unfolded (go.dev/ref/mod, "Lexical elements")."""
    text = _read_small(path)
    found: list[tuple[str, list[str]]] = []
    block = ""
    for line in text.splitlines():
        words = ["".join(groups) for groups in _WORD.findall(line.partition("//")[0])]
        if not words:
            continue
        if words == [")"]:
            block = ""
        elif words[-1] == "(":
            block = words[0]
        elif block:
            found.append((block, words))
        else:
            found.append((words[0], words[1:]))
    return found


def _replaces(directives: Iterable[tuple[str, list[str]]], path: str) -> Iterator[Replace]:
    directory = path.rpartition("/")[0]
    for verb, words in directives:
        if verb != "replace" or "=>" not in words:
            continue
        arrow = words.index("=>")
        old, new = words[:arrow], words[arrow + 1 :]
        if not old or len(new) != 1:
            continue  # by another module, which has its own place in the cache
        folder = os.path.normpath(os.path.join(directory, new[0]))
        yield Replace(old[0], old[1] if len(old) > 1 else "", _portable(folder))


def _vendored(directory: str) -> tuple[Required, ...]:
    lines = _read_small(f"{directory}/vendor/modules.txt").splitlines()
    words = (line.split() for line in lines if line.startswith("# "))
    return tuple(Required(w[1], w[2]) for w in words if len(w) > 2 and w[2] != "=>")


def _read_small(path: str) -> str:
    try:
        with open(path, "rb") as file:
            return _decoded(file.read(1 << 20))
    except OSError:
        return ""


def _tools(roots: Sequence[str], environ: Mapping[str, str]) -> Tools:
    return Tools(git=_installed("git", roots, environ), go=_installed("go", roots, environ))


def _installed(name: str, roots: Sequence[str], environ: Mapping[str, str]) -> str | None:
    """The program on the path, unless the workspace brought it."""
    found = shutil.which(name, path=environ.get("PATH", ""))
    if found is None or not os.path.isabs(found):
        return None
    real = _portable(os.path.realpath(found))
    places = (_portable(os.path.abspath(found)), real)
    if any(place.startswith(root + "/") for place in places for root in roots):
        return None
    return found


def _go_folders(tools: Tools, environ: Mapping[str, str]) -> tuple[str | None, str | None]:
    """GOROOT and the module cache: from the environment, else asked of Go, else where they usually are."""
    goroot, module_cache = environ.get("GOROOT", ""), environ.get("GOMODCACHE", "")
    if not module_cache and environ.get("GOPATH"):
        module_cache = os.path.join(environ["GOPATH"].split(os.pathsep)[0], "pkg", "mod")
    if tools.go is not None and not (goroot and module_cache):
        # elsewhere than in the workspace, whose go.mod could ask for another toolchain
        answer = _run([tools.go, "env", "GOROOT", "GOMODCACHE"], {**environ, "GOTOOLCHAIN": "local"})
        asked = answer.decode("utf-8", "replace").splitlines()
        if len(asked) == 2:
            goroot, module_cache = goroot or asked[0], module_cache or asked[1]
    goroot = goroot or "/usr/local/go"
    module_cache = module_cache or os.path.join(os.path.expanduser("~"), "go", "pkg", "mod")
    return _existing(goroot), _existing(module_cache)


def _existing(folder: str) -> str | None:
    is_there = os.path.isabs(folder) and os.path.isdir(folder)
    return _portable(os.path.normpath(folder)) if is_there else None


_NO_NETWORK = {"GIT_TERMINAL_PROMPT": "0", "GIT_OPTIONAL_LOCKS": "0", "GIT_NO_LAZY_FETCH": "1", "LC_ALL": "C"}
_GIT_OPTIONS = (
    "--no-pager",
    "--literal-pathspecs",
    *("-c", "protocol.allow=never"),
    *("-c", "core.fsmonitor=false"),
    *("-c", "core.hooksPath=/dev/null"),
    *("-c", "log.showSignature=false"),
)
_LOG = ("log", "-z", "--raw", "--no-abbrev", "--no-ext-diff", "--no-textconv", "--follow", "--format=%x01%H %ct")
_COMMIT = re.compile(rb"([0-9a-f]{40,64}) (\d+)")
_BLOB = re.compile(rb":\d+ \d+ [0-9a-f]{40,64} ([0-9a-f]{40,64}) [AMRCT]\d*\x00")


class _Version(NamedTuple):
    """A text of the file in git; `seconds` is when it was committed."""

    blob: str
    commit: str
    seconds: int


class _History:
    """The texts that a file had in git, each once and no more than MOST_VERSIONS; none without git."""

    def __init__(
        self, path: str, buffer: str, taken_nanos: int, surroundings: Surroundings, cancelled: Cancellation
    ) -> None:
        self._path = path
        self._buffer = buffer
        self._taken_nanos = taken_nanos
        self._git = surroundings.tools.git if surroundings.files.is_file(path) else None
        self._cancelled = cancelled
        self._seen: set[str] = set()

    def before(self) -> Iterator[Candidate]:
        """Those of this branch up to the profile's time, or all if that is unknown, newest first."""
        yield from self._texts(v for v in self._logged("HEAD") if self._is_before(v))

    def elsewhere(self) -> Iterator[Candidate]:
        """Those of other branches and of the reflog up to that time, then the later ones, oldest first."""
        versions = tuple(self._logged("--all", "--reflog"))
        yield from self._texts(filter(self._is_before, versions))
        later = (version for version in versions if not self._is_before(version))
        yield from self._texts(sorted(later, key=lambda version: version.seconds))

    def _is_before(self, version: _Version) -> bool:
        """Git's clock has seconds only; a commit in the second of a profile came after it, as a build takes longer."""
        committed = version.seconds * NANOS
        return not self._taken_nanos or committed == self._taken_nanos or committed + NANOS <= self._taken_nanos

    def _logged(self, *which: str) -> Iterator[_Version]:
        """The versions of the file, newest first; git finds its old names only if it walks from today on."""
        if len(self._seen) >= MOST_VERSIONS:
            return
        log = self._run(*_LOG, f"--max-count={MOST_COMMITS}", *which, "--", os.path.basename(self._path))
        for entry in log.split(b"\x01")[1:]:
            commit, blob = _COMMIT.match(entry), _BLOB.search(entry)
            if commit is not None and blob is not None:
                yield _Version(blob[1].decode(), commit[1].decode(), int(commit[2]))

    def _texts(self, versions: Iterable[_Version]) -> Iterator[Candidate]:
        for version in versions:
            if version.blob in self._seen or len(self._seen) >= MOST_VERSIONS:
                continue
            self._seen.add(version.blob)
            text = _decoded(self._run("cat-file", "blob", version.blob))
            day = datetime.fromtimestamp(version.seconds, timezone.utc).date()
            origin = "this file as it is" if text == self._buffer else f"commit {version.commit[:7]} of {day}"
            if text:
                yield Candidate(text, origin)

    def _run(self, *arguments: str) -> bytes:
        if self._git is None:
            return b""
        folder = os.path.dirname(os.path.realpath(self._path))
        environ = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
        command = [self._git, "-C", folder, *_GIT_OPTIONS, *arguments]
        return _run(command, {**environ, **_NO_NETWORK}, self._cancelled)


def _run(command: Sequence[str], environ: Mapping[str, str], cancelled: Cancellation = lambda: False) -> bytes:
    """What a program prints, or nothing if it fails, takes too long or prints too much. Raises Cancelled."""
    try:
        process = subprocess.Popen(  # noqa: S603 - absolute program, fixed arguments, no shell
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            cwd=os.path.expanduser("~"),
            env=environ,
        )
    except OSError:
        return b""
    with process:
        deadline = time.monotonic() + TIME_LIMIT
        while True:
            try:
                printed, _ = process.communicate(timeout=0.1)
                break
            except subprocess.TimeoutExpired:
                if cancelled() or time.monotonic() > deadline:
                    process.kill()
                if cancelled():
                    raise Cancelled from None
    return printed if process.returncode == 0 and len(printed) <= LARGEST_SOURCE else b""
