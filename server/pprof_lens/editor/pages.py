"""Profiles that are shown whole, each in an editor of its own, beside whatever is loaded.

Made on a thread of their own, so nothing that is loaded waits for one. What was decoded is kept for the next filter
and for the places that are asked for; nothing else of a page is.
"""

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from pprof_lens.editor.documents import OpenFiles
from pprof_lens.editor.host import Host
from pprof_lens.editor.worker import Worker
from pprof_lens.profile import merge
from pprof_lens.profile.errors import Cancelled
from pprof_lens.profile.model import Profile
from pprof_lens.profile.plain import plain
from pprof_lens.report.options import Options, Request
from pprof_lens.session.goal import Content, Goal, Source
from pprof_lens.session.maker import Made, Maker
from pprof_lens.session.reading import Stop

T = TypeVar("T")

_BETWEEN = "\0"
"""Between the files of one base; no path has it."""


class Pages:
    """Makes pages and finds the lines that are chosen in them."""

    def __init__(self, host: Host) -> None:
        self._host = host
        self._maker = Maker()
        self._worker = Worker("pprof-lens-pages")

    async def made(self, source: Source, focus: str, ignore: str, *, is_whole: bool) -> bytes:
        """A page of the files, of the samples that pass, under a progress bar: whole for a browser, or its data alone.

        Raises ProfileError or Cancelled.
        """
        from pprof_lens.web import page  # noqa: PLC0415 - few ask for one, and the server starts without it

        goal, limit = self._goal(source), self._host.settings.limits_profile_bytes
        opened = self._host.files.paths()
        options = Options(focus=focus, ignore=ignore, diff_base=_BETWEEN.join(source.base))
        request = Request("html", None, source.paths, options)
        write = page.document if is_whole else page.packed_page

        def make(stop: Stop) -> bytes:
            snapshot = self._made(goal, opened, stop).snapshot
            assert snapshot is not None

            def load(name: str) -> Profile:
                return merge.merge([self._maker.profile(path, limit, stop) for path in name.split(_BETWEEN)])

            return write(page.data(request, load, snapshot))

        return await self._run(f"Reading {Path(source.name).name}", make)

    async def place(self, source: Source, file: str, line: int) -> tuple[str, int] | None:
        """The URI of a file of the profile, and where the line (from 1) of it is in the file now (from 0)."""
        goal, opened = self._goal(source), self._host.files.paths()

        def find(stop: Stop) -> str | None:
            snapshot = self._made(goal, opened, stop).snapshot
            assert snapshot is not None
            return next(
                (found.path for name, found in snapshot.files.local.items() if name == file or plain(name) == file),
                None,
            )

        path = await self._run("", find)
        if path is None:
            return None
        uri = self._host.files.uri_of(path)
        text = self._host.files.text(uri)

        def follow(stop: Stop) -> int:
            made = self._made(goal, opened, stop)
            assert made.snapshot is not None
            assert made.surroundings is not None
            now = made.surroundings.files.read_text(path) if text is None else text
            files = OpenFiles()
            files.open(uri, path, now or "", 0)
            search = files.baseline_wanted(uri, made.snapshot, made.surroundings, {})
            if search is not None:
                files.install(uri, search.whole(stop))
            return files.place_of(path, line)[1]

        return uri, await self._run("", follow)

    def stop(self) -> None:
        self._worker.stop()

    def _goal(self, source: Source) -> Goal:
        around = self._host.wanted.goal
        return Goal(
            content=Content(source),
            settings=around.settings,
            folders=around.folders,
            is_trusted=around.is_trusted,
            looked=around.looked,
        )

    def _made(self, goal: Goal, opened: frozenset[str], stop: Stop) -> Made:
        return self._maker.make(goal, Goal(), None, opened, stop)

    async def _run(self, title: str, job: Callable[[Stop], T]) -> T:
        """Run a job on the thread, under a bar where it has a title; who cancels either ends it. Raises Cancelled."""
        left = False
        working = asyncio.ensure_future(self._worker.run_while_wanted(lambda: job(lambda: left)))
        bar = self._host.frontend.bar(title, working.cancel) if title else None
        try:
            return await working
        except asyncio.CancelledError:
            raise Cancelled from None
        finally:
            left = True
            if bar is not None:
                bar.end()
