"""The Go files that are open, as the editor tells of them: followed, searched for and looked up by their URI.

Which text was profiled is found out on another thread, since that can mean reading files and asking git. Nothing here
talks to the editor.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cache
from itertools import chain
from pathlib import Path
from typing import NamedTuple

from pprof_lens.editor.drawing import Drawing, draw
from pprof_lens.editor.open_file import FileView, OpenFile
from pprof_lens.profile.model import Profile
from pprof_lens.session.snapshot import Snapshot, path_key
from pprof_lens.source.buffer import Buffer, Change
from pprof_lens.source.drift import Candidate, Drift, place, read
from pprof_lens.source.gofuncs import FuncDecl
from pprof_lens.source.lines import Units, length
from pprof_lens.source.profiled import DeclaredFunction, ProfileFile
from pprof_lens.source.tracker import Tracker
from pprof_lens.workspace import candidates
from pprof_lens.workspace.surroundings import Surroundings, with_opened

MOST_CHARACTERS, MOST_LINES = 1 << 23, 300_000
"""Of a file that is followed; what is larger no one wrote, and each change of it would hold up all others."""

MOST_TYPED = 1_000
"""Notifications that are kept while the text that was profiled is looked for, and characters that one may bring."""

MOST_COPIED = 1 << 33
"""Characters of lines that one notification may have written anew."""


def _is_too_large(text: str) -> bool:
    return len(text) > MOST_CHARACTERS or max(text.count("\n"), text.count("\r")) > MOST_LINES


class Baseline(NamedTuple):
    """What the worker found out for a text of an open file."""

    profile: Profile
    leaking: tuple[DeclaredFunction, ...]
    text: str
    drift: Drift


class Search(NamedTuple):
    """How another thread finds out which text was profiled: by the texts at hand, and by all that git has, too.

    The second takes long, and raises Cancelled once the one that it is given answers true.
    """

    at_hand: Callable[[], Baseline]
    whole: Callable[[Callable[[], bool]], Baseline]


class OpenFiles:
    """All Go files that the editor has open, by their URI as the editor writes it."""

    def __init__(self) -> None:
        self.units: Units = "utf-16"
        """What the editor counts columns in."""
        self._files: dict[str, OpenFile] = {}
        self._let_go: dict[str, str] = {}

    def open(self, uri: str, path: str, text: str, version: int) -> None:
        self.close(uri)
        if _is_too_large(text):
            self._let_go[uri] = path
        else:
            self._files[uri] = OpenFile(uri, path, Buffer(text), version, size=len(text))

    def edit(self, uri: str, changes: Sequence[Change], version: int) -> None:
        """Follow the changes of one notification, in their order; a file that becomes too large is let go."""
        file = self._files.get(uri)
        if file is None:
            return
        copied = len(changes) * max(map(len, file.buffer.lines))
        if copied > MOST_COPIED or any(_is_too_large(change.text) for change in changes):
            self._leave(file)
            return
        file.buffer.apply_all(changes, self.units)
        file.size += sum(len(change.text) for change in changes)
        if file.size > MOST_CHARACTERS:
            file.size = sum(map(len, file.buffer.lines))
        if len(file.buffer.lines) > MOST_LINES + 1 or file.size > MOST_CHARACTERS:
            self._leave(file)
            return
        if file.tracker is not None:
            file.tracker.apply(changes)
        if file.typed is not None:
            file.typed.append(changes)
            if len(file.typed) > MOST_TYPED or sum(len(change.text) for change in changes) > MOST_TYPED:
                file.typed = None
        file.version = version

    def replace(self, uri: str, text: str, version: int) -> None:
        """Follow an editor that sends the whole text; a file that becomes too large is let go."""
        file = self._files.get(uri)
        if file is None:
            return
        if _is_too_large(text):
            self._leave(file)
            return
        file.buffer, file.version, file.size, file.typed = Buffer(text), version, len(text), None
        if file.tracker is not None:
            file.tracker.replace(text)

    def close(self, uri: str) -> None:
        self._files.pop(uri, None)
        self._let_go.pop(uri, None)

    def let_go(self) -> Mapping[str, str]:
        """The paths of the open files that are too large to be followed, by URI."""
        return self._let_go

    def _leave(self, file: OpenFile) -> None:
        """Follow a file no more: it is too large."""
        self.close(file.uri)
        self._let_go[file.uri] = file.path

    def is_followed(self, uri: str) -> bool:
        """Whether the file is open, and not too large to be followed."""
        return uri in self._files

    def baseline_wanted(
        self,
        uri: str,
        snapshot: Snapshot,
        surroundings: Surroundings,
        leaking: Mapping[str, tuple[DeclaredFunction, ...]],
    ) -> Search | None:
        """How to find out which text was profiled; None where that is known or the file is not in it.

        `leaking` has by path key the functions with leaks, which may be in other files and lines than the figures.
        """
        file = self._files.get(uri)
        if file is None:
            return None
        more = leaking.get(path_key(file.path), ())
        if file.profile is snapshot.profile and file.leaking == more:
            return None
        profile_paths = snapshot.files.of_local(file.path)
        if not profile_paths and not more:
            return None
        path, text = file.path, file.buffer.text
        file.placed, file.placed_in, file.typed = text, file.version, []
        # The text that was verified before may be gone from the disk: a save has written over it.
        baseline = file.tracker.drift.baseline if file.tracker is not None and file.is_sought else None
        known = () if baseline is None else (baseline,)
        named = snapshot.files.named_as(profile_paths) if profile_paths else ProfileFile(path, ())
        wanted, build = named._replace(functions=named.functions + more), snapshot.files.build
        local = (snapshot.files.local[profile_paths[0]].path or path) if profile_paths else path
        opened = self.paths()

        now = cache(lambda: read(wanted, text))
        around = cache(lambda: with_opened(surroundings, opened))  # asks the disk of each, so never here

        def at_hand() -> Baseline:
            return of(candidates.at_hand(local, text, build.taken_nanos, around()))

        def whole(cancelled: Callable[[], bool]) -> Baseline:
            return of(candidates.candidates(local, wanted, text, build, around(), cancelled=cancelled))

        def of(texts: Iterable[Candidate]) -> Baseline:
            return Baseline(snapshot.profile, more, text, place(wanted, chain(known, texts), text, now()))

        return Search(at_hand, whole)

    def install(self, uri: str, baseline: Baseline) -> None:
        """Use what was found, carried through what was typed meanwhile."""
        file = self._files.get(uri)
        if file is None:
            return
        file.is_sought = False
        tracker = Tracker(baseline.drift, baseline.text, self.units)
        if file.typed is not None and file.placed == baseline.text:
            for changes in file.typed:
                tracker.apply(changes)
        elif file.buffer.text != baseline.text:
            tracker.replace(file.buffer.text)
        file.tracker, file.profile, file.leaking = tracker, baseline.profile, baseline.leaking

    def complete(self, uri: str, baseline: Baseline) -> bool:
        """Use what the whole search found, unless it is of something else by now; whether it shows anything else."""
        file = self._files.get(uri)
        if file is None or file.tracker is None:
            return False
        if file.profile is not baseline.profile or file.leaking != baseline.leaking:
            return False
        before = file.tracker.drift
        self.install(uri, baseline)
        file.is_sought, file.typed = True, None
        return file.tracker.drift != before

    def drawing_wanted(self, uri: str, snapshot: Snapshot, threshold: float) -> Callable[[], Drawing | None] | None:
        """How another thread draws the file; None where it is drawn or not open."""
        file = self._files.get(uri)
        if file is None or (snapshot.column, threshold) in file.drawings_of(snapshot):
            return None
        path = file.path
        return lambda: draw(path, snapshot, threshold)

    def install_drawing(self, uri: str, snapshot: Snapshot, threshold: float, drawing: Drawing | None) -> None:
        file = self._files.get(uri)
        if file is not None:
            file.drawings_of(snapshot)[snapshot.column, threshold] = drawing

    def forget_baseline(self, uri: str) -> None:
        """Find out anew which text was profiled: the file was saved, or another branch checked out."""
        file = self._files.get(uri)
        if file is not None:
            file.profile = None

    def text(self, uri: str) -> str | None:
        """The text of an open file as it is now."""
        file = self._files.get(uri)
        return file.buffer.text if file is not None else None

    def reads(self, uri: str, text: str) -> bool:
        """Whether this is the text of the file now."""
        file = self._files.get(uri)
        return file is not None and file.buffer.text == text

    def is_placed(self, uri: str, text: str) -> bool:
        """Whether it was found out, or is being found out, where the profile's lines lie in this text of the file.

        Not where it became another one and this again: what was changed on the way may have taken lines away.
        """
        file = self._files.get(uri)
        return file is not None and file.placed == text and file.placed_in == file.version

    def functions(self, uri: str) -> tuple[FuncDecl, ...]:
        """The functions that an open file declares, as its text is now."""
        file = self._files.get(uri)
        return file.functions() if file is not None else ()

    def paths(self) -> frozenset[str]:
        return frozenset(file.path for file in self._files.values())

    def uris(self) -> tuple[str, ...]:
        return tuple(self._files)

    def by_uri(self) -> dict[str, str]:
        """The paths of the open files."""
        return {uri: file.path for uri, file in self._files.items()}

    def uri_of(self, path: str) -> str:
        """The URI of a local file, as the editor writes it if it has the file open."""
        key = path_key(path)
        return next((file.uri for file in self._files.values() if path_key(file.path) == key), Path(path).as_uri())

    def line_now(self, uri: str, line: int) -> int | None:
        """Where a line of the profile (from 1) is now (from 0); as profiled if the file is not open."""
        file = self._files.get(uri)
        if file is None:
            return line - 1 if line > 0 else None
        placed = file.place(line)
        return placed.line if placed is not None else None

    def place_of(self, path: str, line: int) -> tuple[str, int]:
        """The URI of a local file, and where a line of the profile is in it now; as profiled if that is not known."""
        uri = self.uri_of(path)
        now = self.line_now(uri, line)
        return uri, max(line - 1, 0) if now is None else now

    def code_columns(self, uri: str, line: int) -> tuple[int, int] | None:
        """The columns between which a line of an open file has code; None if it is not open or empty."""
        file = self._files.get(uri)
        if file is None or line >= len(file.buffer.lines):
            return None
        text = file.buffer.line(line)
        if not text.strip():
            return None
        return length(text, self.units) - length(text.lstrip(), self.units), length(text.rstrip(), self.units)

    def drifts(self, snapshot: Snapshot) -> Iterator[tuple[str, Drift]]:
        """How the Snapshot's lines lie in each open file for which that is known."""
        for file in self._files.values():
            if file.tracker is not None and file.profile is snapshot.profile:
                yield file.uri, file.tracker.drift

    def view(self, uri: str, snapshot: Snapshot, threshold: float) -> FileView | None:
        """What the file shows of the Snapshot; None for a file that is not open or that the profile has not."""
        file = self._files.get(uri)
        if file is None:
            return None
        drawings, selected = file.drawings_of(snapshot), (snapshot.column, threshold)
        if selected not in drawings:
            drawings[selected] = draw(file.path, snapshot, threshold)
        drawing = drawings[selected]
        return FileView(file, drawing) if drawing is not None else None
