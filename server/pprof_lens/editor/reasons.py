"""What the compiler says of the packages of open files: asked in the background, once for a package's content.

Only in trusted workspaces with a Go installed, and only where the loaded profile has allocations of the file; silent
elsewhere. What it said is followed through edits by the text that was compiled.
"""

import asyncio
import logging
import os
import shutil
import threading
import time
import uuid
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path

from pprof_lens.annotate import reasons as words
from pprof_lens.bench.allowed import Allowed
from pprof_lens.editor import go_settings
from pprof_lens.editor.host import Host
from pprof_lens.editor.worker import Worker
from pprof_lens.profile.errors import Cancelled, ProfileError
from pprof_lens.session.reading import FileStamp, stamps
from pprof_lens.session.snapshot import path_key
from pprof_lens.source.diff import align
from pprof_lens.source.reasons import Explained, Place, explained
from pprof_lens.workspace import reading, writing

log = logging.getLogger(__name__)

MOST_SECONDS = 120
"""How long a package is compiled that nobody waits for."""

_PACKAGES = 16
_LONGEST_SOURCE = 1 << 24

Content = tuple[tuple[tuple[str, FileStamp], ...], tuple[Allowed, ...]]
"""The Go files of a package with what they were when the compiler read them, and how it was built."""


class Reasons:
    """Asks the compiler, one package after the other, and looks up what it said."""

    def __init__(self, host: Host) -> None:
        self._host = host
        self._worker = Worker("pprof-lens-compiler")
        self._is_over = threading.Event()
        self._packages: Mapping[str, tuple[Content, Mapping[str, Explained]]] = {}
        self._asking: set[str] = set()

    def of_line(self, uri: str, path: str, line: int) -> tuple[tuple[str, ...], tuple[Place, ...]]:
        """Why a line of the buffer (from 0) allocates, in sentences, and where that leads; empty if it is not known."""
        _, files = self._packages.get(_folder(path), (None, {}))
        of, text = files.get(path_key(path)), self._host.files.text(uri)
        if of is None or text is None:
            return (), ()
        now = text.split("\n")
        compiled = line if tuple(now) == of.lines else align(now, of.lines)[line]
        if compiled < 0:
            return (), ()
        found = of.by_line.get(compiled + 1, ())
        told = words.of_line(of, compiled + 1, now[line])
        return told, tuple(dict.fromkeys(at for reason in found for at in words.places(reason)))

    def wish(self) -> None:
        """Know why the open files allocate some time, where the loaded profile has allocations of them."""
        snapshot, files = self._host.shown.snapshot, self._host.files
        if snapshot is None or not any(of.type.startswith("alloc_") for of in snapshot.profile.sample_types):
            return
        own = set(snapshot.files.own)
        paths = {uri: path for uri, path in files.by_uri().items() if not own.isdisjoint(snapshot.files.of_local(path))}
        one_of_each = {str(Path(path).parent): (uri, path) for uri, path in paths.items()}
        if self.can_ask():
            wishing = self._wish(tuple(one_of_each.values()))
            self._host.in_background(asyncio.get_running_loop().create_task(wishing))

    async def _wish(self, files: Sequence[tuple[str, str]]) -> None:
        for uri, path in files:
            self.learn(path, await go_settings.of_builds(self._host, uri, path))

    def learn(self, path: str, builds: tuple[Allowed, ...]) -> None:
        """Know about the package of this file some time, built in these ways; nothing waits for it."""
        folder = _folder(path)
        can_ask = self.can_ask() and path.endswith(".go") and not self._is_over.is_set()
        if can_ask and folder not in self._asking:
            self._asking.add(folder)
            self._worker.begin(partial(self._learn, folder, builds))

    async def of_package(self, path: str, builds: tuple[Allowed, ...]) -> Mapping[str, Explained]:
        """What the compiler says of the package of this file, built in these ways, by path.

        Raises ProfileError or Cancelled.
        """
        folder = _folder(path)
        if not self.can_ask():
            raise ProfileError(
                "Only a Go that is installed can say why code allocates, and only in a trusted workspace."
            )
        left = threading.Event()
        bar = self._host.frontend.bar("Asking the compiler why this package allocates", left.set)
        gave_up = lambda: left.is_set() or self._is_over.is_set()  # noqa: E731
        try:
            return await self._worker.run(partial(self._ask, folder, builds, gave_up))
        finally:
            left.set()
            bar.end()

    def stop(self) -> None:
        self._is_over.set()
        self._worker.stop()

    def can_ask(self) -> bool:
        """Whether there is a Go that may be asked."""
        surroundings = self._host.shown.surroundings
        return surroundings is not None and surroundings.tools.go is not None

    def _learn(self, folder: str, builds: tuple[Allowed, ...]) -> None:
        try:
            content = _files(folder), builds
            if folder in self._packages and self._packages[folder][0] == content:
                return
            others = {other: known for other, known in self._packages.items() if other != folder}
            kept = dict(list(others.items())[1 - _PACKAGES :])
            self._packages = {**kept, folder: (content, self._asked(folder, builds))}
        except (Cancelled, OSError):
            return  # nobody wants it any more, or the folder is gone
        finally:
            self._asking.discard(folder)

    def _asked(self, folder: str, builds: tuple[Allowed, ...]) -> Mapping[str, Explained]:
        """What the compiler says; nothing of a package that does not build in time, until it is another one."""
        until = time.monotonic() + MOST_SECONDS
        try:
            return self._ask(folder, builds, lambda: self._is_over.is_set() or time.monotonic() > until)
        except ProfileError as error:
            log.info("No reasons for what %s allocates: %s", folder, error)
        except Cancelled:
            if self._is_over.is_set():
                raise
            log.info("No reasons for what %s allocates: it takes longer than %d s to build.", folder, MOST_SECONDS)
        return {}

    def _ask(self, folder: str, builds: tuple[Allowed, ...], gave_up: Callable[[], bool]) -> Mapping[str, Explained]:
        """What the compiler says of the package, of each file as the first way builds it that builds it at all."""
        known: dict[str, Explained] = {}
        failed: ProfileError | None = None
        for build in builds:
            try:
                known = {**self._explain(folder, build, gave_up), **known}
            except ProfileError as error:
                failed = failed or error
            if known.keys() >= {path_key(path) for path, _ in _files(folder)}:
                break
        if failed is not None and not known:
            raise failed
        return known

    def _explain(self, folder: str, build: Allowed, gave_up: Callable[[], bool]) -> Mapping[str, Explained]:
        from pprof_lens.bench.compiler import explain  # noqa: PLC0415
        from pprof_lens.bench.run import Go  # noqa: PLC0415

        surroundings = self._host.shown.surroundings
        program = surroundings.tools.go if surroundings is not None else None
        if program is None:
            return {}
        go = Go(program, {**os.environ, **dict(build.environ)}, build.build)
        answers = self._host.own_folder() / f"reasons-{uuid.uuid4().hex}"
        try:
            answers.mkdir()
            found = explain(go, folder, answers, gave_up)
        except OSError as error:
            raise writing.refused(error) from None
        finally:
            shutil.rmtree(answers, ignore_errors=True)
        own = ((path, _text(path), of) for path, of in found.items() if path_key(_folder(path)) == path_key(folder))
        return {path_key(path): explained(path, text, of) for path, text, of in own if text is not None}


def _folder(path: str) -> str:
    return str(Path(path).parent)


def _files(folder: str) -> tuple[tuple[str, FileStamp], ...]:
    paths = sorted(map(str, Path(folder).glob("*.go")))
    return tuple(zip(paths, stamps(paths), strict=True))


def _text(path: str) -> str | None:
    try:
        return reading.read(path, _LONGEST_SOURCE)[0].decode("utf-8", "replace")
    except (OSError, ValueError, reading.NotRegularError):
        return None
