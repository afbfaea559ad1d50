"""All that works for one editor: its files, what is shown there, and the threads that work for it.

The loop looks things up. What takes time is done by the worker, one job after another, and comes back as a value; a
second thread, the reader, answers short questions about what is shown meanwhile, and a third one asks git. State
changes by events only, which `post` and `ask` take; `driver` sees to it that what is shown follows. Nothing here knows
a message: what is asked of the editor itself goes through `frontend`.
"""

import asyncio
import logging
import threading
from collections.abc import Callable, Collection, Sequence
from contextlib import suppress
from pathlib import Path
from typing import TypeVar

from pprof_lens.editor.deployed import Deployed
from pprof_lens.editor.diagnostics import Diagnostics
from pprof_lens.editor.documents import OpenFiles
from pprof_lens.editor.driver import Driver, Stage
from pprof_lens.editor.frontend import Frontend
from pprof_lens.editor.lists import Lists
from pprof_lens.editor.making import Making
from pprof_lens.editor.pages import Pages
from pprof_lens.editor.readying import Readying
from pprof_lens.editor.reasons import Reasons
from pprof_lens.editor.runs import Runs
from pprof_lens.editor.shown import Shown
from pprof_lens.editor.sources import Sources
from pprof_lens.editor.views import Views
from pprof_lens.editor.worker import Worker
from pprof_lens.live.address import is_url
from pprof_lens.profile.errors import Cancelled, ProfileError
from pprof_lens.session.events import ChangeSettings, Event, Question, Rewritten, Round
from pprof_lens.session.goal import Capture
from pprof_lens.session.settings import Settings
from pprof_lens.session.snapshot import Snapshot
from pprof_lens.session.wanted import NOTHING_LOADED, Ended, Wanted
from pprof_lens.workspace import own_folder, writing
from pprof_lens.workspace.process import end_all

log = logging.getLogger(__name__)

T = TypeVar("T")


class Backend:
    """What is behind one editor; what it shows is `shown`, and what is wanted of it `wanted`."""

    def __init__(self, frontend: Frontend, stages: Callable[["Backend"], Sequence[Stage]]) -> None:
        self.frontend = frontend
        self.files = OpenFiles()
        self.readying = Readying(self)
        self.views = Views(self, self.readying)
        self.pages = Pages(self)
        self.reasons = Reasons(self)
        self.lists = Lists(self)
        self.runs = Runs(self)
        self.deployed = Deployed(self)
        self.diagnostics = Diagnostics(self, self.runs)
        self.is_trusted = True
        self.is_stopped = False
        self._problems_told: frozenset[str] = frozenset()
        self._sources = Sources(self)
        self._driver = Driver(self, Making(self).make, stages(self))
        self._folder: Path | None = None
        self._making = threading.RLock()
        """Held while the own folder is made, and while the end begins."""
        self._worker = Worker("pprof-lens")
        self._reader = Worker("pprof-lens-reader")
        self._historian = Worker("pprof-lens-historian")
        self._background: set[asyncio.Task[None]] = set()

    @property
    def wanted(self) -> Wanted:
        return self._driver.wanted

    @property
    def shown(self) -> Shown:
        return self._driver.shown

    @property
    def settings(self) -> Settings:
        return self._driver.wanted.settled.settings

    def loaded(self) -> Snapshot:
        """What is loaded. Raises ProfileError where nothing is."""
        snapshot = self.shown.snapshot
        if snapshot is None:
            raise ProfileError(NOTHING_LOADED)
        return snapshot

    def post(self, event: Event) -> None:
        """Something happened; what follows from it is shown in time."""
        self._driver.post(event)

    async def ask(self, question: Question) -> Shown:
        """What is shown once this is. Raises ProfileError where it cannot be, OvertakenError where it need not be."""
        return await self._driver.ask(question)

    def drive(self) -> None:
        """Show what is wanted, from now on."""
        self.in_background(asyncio.get_running_loop().create_task(self._driver.run()))

    def follow(self, wanted: Wanted) -> None:
        """Bring what is missing of what is wanted."""
        self._sources.follow(wanted)

    async def last_look(self, watch: int) -> Capture | None:
        """What one more round of the watch of that number brings, its last; None where that brings nothing in time."""
        return await self._sources.last_look(watch)

    def tell(self, ended: Ended) -> None:
        """Say why something is not shown that nobody waits for."""
        match ended.ask.question:
            case Rewritten() if ended.why and (snapshot := self.shown.snapshot) is not None:
                name = snapshot.source.name
                told = f"{name} was rewritten; what was loaded stays. {ended.why}"
                self.frontend.say(told, "warning")
            case Round() if ended.why:
                log.warning("A round of the watch was not shown: %s", ended.why)

    def configure(self, settings: Settings, problems: Sequence[str]) -> None:
        """Use these settings from now on, and say once what was wrong with them."""
        self.post(ChangeSettings(settings))
        # A name may stand for another server now, and who still asks the old one keeps it in the old.
        self.lists = Lists(self)
        for problem in problems:
            if problem not in self._problems_told:
                self.frontend.say(problem, "warning")
        self._problems_told = frozenset(problems)

    async def show(self, uri: str) -> None:
        """Show in a file what there is to show; it is another one than before."""
        if await self.readying.opened(uri):
            self.reasons.wish()
            self.diagnostics.push()
            self.frontend.refresh()

    def absolute(self, name: str) -> str:
        """A path that a user gave, relative to the root, or as a `file:` URI; an address as it is."""
        if is_url(name):
            return name
        root = self.frontend.root
        path = Path((self.frontend.path_of(name) if name.startswith("file:") else name) or name)
        with suppress(RuntimeError):  # no user of that name has a home
            path = path.expanduser()
        return str(path if root is None else Path(root) / path)  # an absolute one stays as it is

    async def aside(self, job: Callable[[], T]) -> T:
        """Run a short job that reads one Snapshot, whatever is being made meanwhile."""
        return await self._reader.run(job)

    async def seek(self, job: Callable[[], T]) -> T:
        """Run a job that asks git, after those before it; nothing else waits for it."""
        return await self._historian.run(job)

    async def work(self, job: Callable[[], T]) -> T:
        """Run a job on the worker, after those before it; it ends where nobody waits for it any more."""
        return await self._worker.run_while_wanted(job)

    async def work_to_the_end(self, job: Callable[[], T]) -> T:
        """The same for a job that changes what outlives it, and so must not be left halfway."""
        return await self._worker.run(job)

    def own_folder(self) -> Path:
        """A temporary folder of this session's: captures and texts that are shown; it goes with the server.

        Raises ProfileError where nothing can be written, Cancelled where the server ends.
        """
        with self._making:
            if self.is_stopped:
                raise Cancelled
            if self._folder is None or not self._folder.is_dir():  # systems clean their temporary folders
                try:
                    self._folder = own_folder.make(self._folder)
                except OSError as error:
                    raise writing.refused(error) from None
            return self._folder

    async def write_capture(self, paths: Collection[str]) -> None:
        """Write the capture that is shown to its file, if that is among these. Raises ProfileError."""
        capture = self.capture()
        if capture is None or capture.path not in paths:
            return
        self.own_folder()  # is made anew where it was cleaned away
        await asyncio.to_thread(writing.write_temporary, Path(capture.path), capture.body)

    def capture(self) -> Capture | None:
        """What is shown of a watched program; None where something else is."""
        content = self.shown.of.content
        return content.capture if content is not None else None

    def is_own(self, path: str) -> bool:
        """Whether the file lies in the own folder, and so goes with the server."""
        return Path(path).parent == self._folder

    def in_background(self, task: "asyncio.Task[None]") -> None:
        """Keep a task alive until it ends, and log what it dies of."""
        self._background.add(task)
        task.add_done_callback(self._background.discard)
        task.add_done_callback(_log_death)

    def stop_working(self) -> None:
        """End all tasks, the watch, the workers and what they run, and remove the own folder; nothing is waited for."""
        with self._making:
            self.is_stopped = True
        self._sources.stop()
        self.pages.stop()
        self.reasons.stop()
        self.runs.stop()
        for task in tuple(self._background):
            task.cancel()
        for worker in (self._worker, self._reader, self._historian):
            worker.stop()
        end_all()  # before the folder goes: a compiler makes it anew where it is missing
        if self._folder is not None:
            own_folder.remove(self._folder)


def _log_death(task: "asyncio.Task[None]") -> None:
    if not task.cancelled() and task.exception() is not None:
        log.error("A background task failed.", exc_info=task.exception())
