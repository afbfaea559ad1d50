"""git, asked without the network, without hooks and without whatever else a repository's configuration may name.

A search in a history is one conversation: a process that reads objects as long as it lasts, and one walk of the log
for all files. What cannot be read (an object that a partial clone lacks, a file that is a pipe) means fewer
answers, and the time of all answers together is limited.
"""

import os
import re
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack
from types import TracebackType
from typing import NamedTuple, final

from pprof_lens.workspace import process
from pprof_lens.workspace.files import LARGEST_SOURCE
from pprof_lens.workspace.process import Cancellation, Program

_ENVIRONMENT = {
    "GIT_ALLOW_PROTOCOL": "none",  # before all that a repository's configuration says; known to every git
    "GIT_GRAFT_FILE": "/dev/null",  # like the order of files below: it could be a device that never ends
    "GIT_NO_LAZY_FETCH": "1",
    "GIT_OPTIONAL_LOCKS": "0",
    "GIT_TERMINAL_PROMPT": "0",
    "LC_ALL": "C",
}
_OPTIONS = (
    "--no-pager",
    "--literal-pathspecs",
    *("-c", "protocol.allow=never"),
    *("-c", "core.fsmonitor=false"),
    *("-c", "core.hooksPath=/dev/null"),
    *("-c", "log.showSignature=false"),
    *("-c", "log.mailmap=false"),  # which may be any file
    *("-c", "diff.orderFile=/dev/null"),
    *("-c", "core.bigFileThreshold=16m"),  # a few bytes may unfold to so many; of more, no whole is made
    *("-c", "safe.bareRepository=explicit"),  # one that lies in the files of another brings its own configuration
)
_LOG = ("log", "-z", "--raw", "--no-abbrev", "--no-ext-diff", "--no-textconv")
_WALK = (*_LOG, "--no-renames", "--first-parent", "-m", "--format=%x01%H %ct %P", "--stdin")
_FOLLOW = (*_LOG, "--follow", "--format=%x01%H %ct")
_REFS = (
    "for-each-ref",
    "--sort=-creatordate",
    "--format=%(objectname) %(*objectname) %(committerdate:unix) %(*committerdate:unix)",
)
_DISTANCE = ("rev-list", "--left-right", "--count")
_COUNTS = re.compile(rb"([0-9]+)\t([0-9]+)\n?")
_SUBJECT = re.compile(rb"([0-9a-f]{40,64}) ([0-9]{1,12}) (.*)\n?")
_REMOTES = ("config", "--get-regexp", r"^remote\..*\.url$")
_OBJECT = re.compile(rb"[0-9a-f]{40,64}")
_CONTENT = re.compile(rb"[0-9a-f]{40,64} (blob|tree|commit|tag) ([0-9]{1,12})")
_HEADER = re.compile(rb"([0-9a-f]{40,64}) ([0-9]{1,12}) ?([0-9a-f]{40,64})?.*")
_CHANGE = re.compile(rb"\n?:[0-7]+ [0-7]+ ([0-9a-f]{40,64}) ([0-9a-f]{40,64}) ([A-Z])[0-9]*")
_ABSENT = re.compile(b"0+")

Blobs = tuple[str | None, ...]
"""The blobs of the files that a repository was asked for, None for one that is not there."""


class Commit(NamedTuple):
    """A commit and when it was made, in seconds."""

    name: str
    seconds: int


class CheckedOut(NamedTuple):
    """A commit that was checked out, and from when on, in seconds."""

    commit: Commit
    since: int


class Distance(NamedTuple):
    """How many commits another one has that is not in what is checked out, and how many of that it lacks."""

    ahead: int
    behind: int

    @property
    def sentence(self) -> str:
        """How another commit stands to what is checked out."""
        parts = ((self.ahead, "ahead"), (self.behind, "behind"))
        told = [f"{count} commit{'s' if count > 1 else ''} {word}" for count, word in parts if count]
        return " and ".join(told) or "which is checked out"


class Snapshot(NamedTuple):
    """The files as they were at a commit."""

    commit: Commit
    blobs: Blobs


@final
class Repository:
    """A work tree whose history is asked for some of its files, by their paths in it; to be left when done.

    All answers together take `process.TIME_LIMIT` at most; after that there are none. A git that ends before it has
    answered, as one that meets an object half of which is lost, is started once more. Raises Cancelled.
    """

    def __init__(self, program: str, root: str, paths: Sequence[str], cancelled: Cancellation) -> None:
        self.root = root
        self.paths = tuple(paths)
        self._program = program
        self._cancelled = cancelled
        self._deadline = time.monotonic() + process.TIME_LIMIT
        self._open = ExitStack()
        self._asked: list[Program] = []
        self._reader: Program | None = None
        self._resolver: Program | None = None
        self._is_cut = False

    def __enter__(self) -> "Repository":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._open.close()

    @property
    def is_over(self) -> bool:
        """Whether answers are missing that git could have given: the time for all is over, or it was ended."""
        return self._is_cut or self._is_late

    @property
    def is_mute(self) -> bool:
        """Whether the time for all is over and git has said nothing in it: it waits for what does not come."""
        return self._is_late and all(program.is_mute for program in self._asked)

    def read(self, blob: str) -> bytes | None:
        """The content of a blob; None for one that is not there or too large, or that git did not bring."""
        for _ in range(_TRIES):
            if self._reader is None and not self._is_late:
                self._reader = self._started("cat-file", "--batch")
            if self._reader is not None:
                content, is_whole = _content(self._reader, blob)
                if is_whole:
                    return content
                self._reader.leave()
                self._reader = None
        self._is_cut = True
        return None

    def resolved(self, names: Iterable[str]) -> Blobs:
        """The objects that these names lead to (`v1.2.3^{commit}`, `HEAD:main.go`), None for those that do not."""
        found: list[str | None] = []
        for asked in _together(name.encode("utf-8", "surrogateescape") + b"\n" for name in names):
            answers = self._looked_up(asked)
            found += [answer.decode() if _OBJECT.fullmatch(answer) else None for answer in answers]
        return tuple(found)

    def blobs_at(self, commit: str) -> Blobs:
        """The files at a commit."""
        return self.resolved(f"{commit}:{path}" for path in self.paths)

    def walk(self, tips: Sequence[str], most: int, *, without: str = "") -> Iterator[Snapshot]:
        """The commits that changed a file, newest first, along the first parents of the tips: what they merged at once.

        Those that `without` has are left out, and no more than `most` are looked at.
        """
        asked = [*tips, *([f"^{without}"] if without else ()), "--", *self.paths]
        numbers = {path.encode("utf-8", "surrogateescape"): number for number, path in enumerate(self.paths)}
        is_line = len(tips) == 1  # then what comes next is what was before; else git has to name it
        below: dict[str, Blobs] = {}
        with self._started(*_WALK, *(() if is_line else ("--parents",)), f"--max-count={most}") as log:
            log.ask("".join(f"{line}\n" for line in asked).encode("utf-8", "surrogateescape"))
            log.close()
            for commit, parent, changes in _entries(log):
                blobs = below.pop("" if is_line else commit.name, None)
                if blobs is None and not changes:
                    continue  # a merge that changed nothing, above all that did
                before = list(blobs or self.blobs_at(commit.name))
                if changes:
                    yield Snapshot(commit, tuple(before))
                for path, old, _ in changes:
                    if path in numbers:
                        before[numbers[path]] = None if _ABSENT.fullmatch(old) else old.decode()
                below["" if is_line else parent] = tuple(before)
            self._is_cut |= log.was_ended()

    def follow(self, path: str, most: int) -> Iterator[tuple[Commit, str]]:
        """The commits that changed one file, newest first, through its renames, each with its blob then."""
        with self._started(*_FOLLOW, f"--max-count={most}", "HEAD", "--", path) as log:
            log.close()
            for commit, _, changes in _entries(log):
                for _, _, new in changes:
                    yield commit, new.decode()
            self._is_cut |= log.was_ended()

    def reflog(self, most: int) -> tuple[CheckedOut, ...]:
        """What was checked out, newest first."""
        lines = self._lines("log", "-g", f"--max-count={most}", "--date=unix", "--format=%H %ct %gd", "HEAD", "--")
        entries = (re.fullmatch(rb"([0-9a-f]+) ([0-9]+) .*@\{([0-9]+)\}", line) for line in lines)
        return tuple(CheckedOut(Commit(e[1].decode(), int(e[2])), int(e[3])) for e in entries if e)

    def refs(self, most: int) -> tuple[Commit, ...]:
        """The commits that are tips of branches and tags, newest first."""
        found = []
        for line in self._lines(*_REFS, f"--count={most}"):
            match line.split():
                case [*_, name, seconds] if not _OBJECT.fullmatch(seconds):
                    found.append(Commit(name.decode(), int(seconds)))
        return tuple(found)

    def subjects(self, most: int) -> tuple[tuple[Commit, str], ...]:
        """The commits that are checked out, newest first, each with the first line of its message."""
        lines = self._lines("log", f"--max-count={most}", "--format=%H %ct %s", "HEAD", "--")
        found = (_SUBJECT.fullmatch(line) for line in lines)
        return tuple((Commit(m[1].decode(), int(m[2])), m[3].decode("utf-8", "replace")) for m in found if m)

    def distance(self, commit: str) -> Distance | None:
        """How a commit stands to what is checked out; None where that cannot be told."""
        found = _COUNTS.fullmatch(b"".join(self._lines(*_DISTANCE, f"{commit}...HEAD", "--")))
        return Distance(int(found[1]), int(found[2])) if found is not None else None

    def remotes(self) -> tuple[tuple[str, str], ...]:
        """The names of the repositories that are fetched from, and their URLs."""
        lines = (line.decode("utf-8", "replace").strip() for line in self._lines(*_REMOTES))
        found = (re.fullmatch(r"remote\.(.+)\.url (.+)", line) for line in lines)
        return tuple((match[1], match[2]) for match in found if match)

    def _lines(self, *arguments: str) -> list[bytes]:
        with self._started(*arguments) as program:
            program.close()
            lines = list(iter(program.read_line, b""))
            self._is_cut |= program.was_ended()
            return lines

    @property
    def _is_late(self) -> bool:
        return time.monotonic() > self._deadline

    def _looked_up(self, asked: Sequence[bytes]) -> Sequence[bytes]:
        """What git answers to some names, empty for one that it did not answer."""
        answers: Sequence[bytes] = [b""] * len(asked)
        for _ in range(_TRIES):
            if self._resolver is None and not self._is_late:
                self._resolver = self._started("cat-file", "--batch-check=%(objectname)")
            if self._resolver is not None:
                self._resolver.ask(b"".join(asked))
                answers = [self._resolver.read_line() for _ in asked]
                if all(answers):
                    return answers
                self._resolver.leave()
                self._resolver = None
        self._is_cut = True
        return answers

    def _started(self, *arguments: str) -> Program:
        """Start git on something; one that cannot be started answers nothing."""
        environ = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
        command = [self._program, "-C", self.root, *_OPTIONS, *arguments]
        left = self._deadline - time.monotonic()
        program = self._open.enter_context(Program(command, {**environ, **_ENVIRONMENT}, left, self._cancelled))
        self._asked.append(program)
        return program


_TRIES = 2
"""So often git is asked for an object, where it ends before it has answered."""


def _content(reader: Program, blob: str) -> tuple[bytes | None, bool]:
    """The content of a blob, None for one that is not there or too large; and whether git answered to its end."""
    reader.ask(blob.encode() + b"\n")
    answer = reader.read_line()
    header = _CONTENT.fullmatch(answer)
    if header is None:
        return None, bool(answer)
    size, content = int(header[2]), b""
    for at in range(0, size + 1, LARGEST_SOURCE):  # the content and the line end behind it
        asked = min(LARGEST_SOURCE, size + 1 - at)
        content = reader.read_exactly(asked)
        if len(content) < asked:
            return None, False
    return content[:-1] if size < LARGEST_SOURCE and header[1] == b"blob" else None, True


_MOST_WAITING = 2_048
"""Bytes of requests that are written before any is answered: what a pipe takes in on every system, answers too."""


def _together(requests: Iterable[bytes]) -> Iterator[list[bytes]]:
    """The requests in groups, so that not each of them waits for the two processes to take turns."""
    group: list[bytes] = []
    size = 0
    for request in requests:
        needed = max(len(request), _LONGEST_ANSWER) + _LONGEST_ANSWER
        if group and size + needed > _MOST_WAITING:
            yield group
            group, size = [], 0
        group.append(request)
        size += needed
    if group:
        yield group


_LONGEST_ANSWER = 66
"""Bytes of the name of an object, or of what is said behind the name of one that is not there."""

Change = tuple[bytes, bytes, bytes]
"""The path of a file, and its blob before and after."""


def _entries(log: Program) -> Iterator[tuple[Commit, str, list[Change]]]:
    """Each commit of a log with its first parent, "" where it has none, and its changes."""
    unread = b""
    while chunk := log.read_some():
        *entries, unread = (unread + chunk).split(b"\x01")
        yield from filter(None, map(_entry, entries))
    if unread.endswith(b"\0"):  # else it was cut off
        yield from filter(None, [_entry(unread)])


def _entry(entry: bytes) -> tuple[Commit, str, list[Change]] | None:
    header, *parts = entry.rstrip(b"\0").split(b"\0")
    told = _HEADER.fullmatch(header)
    if told is None:
        return None
    changes = []
    parts.reverse()
    while len(parts) > 1 and (facts := _CHANGE.fullmatch(parts.pop())):
        path = parts.pop()
        if facts[3] in b"RC" and parts:  # what it was called before comes first
            path = parts.pop()
        changes.append((path, facts[1], facts[2]))
    return Commit(told[1].decode(), int(told[2])), (told[3] or b"").decode(), changes
