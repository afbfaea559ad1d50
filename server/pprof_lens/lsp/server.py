"""The language server's state, its worker and its reader; requests are answered in `handlers` and `commands`.

The loop owns all state and only looks things up. What takes time runs on the worker, one load after another, and
comes back as a value that the loop assigns; a second thread answers short questions while a load is under way. What
is asked for last wins: a load that was overtaken is not let in.
"""

import asyncio
import logging
import shutil
import tempfile
import threading
import uuid
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from lsprotocol import types
from pygls.exceptions import JsonRpcException
from pygls.lsp.server import LanguageServer
from pygls.protocol import LanguageServerProtocol

from pprof_lens import __version__
from pprof_lens.analysis.callers import LineCallers
from pprof_lens.analysis.growth import Trend
from pprof_lens.analysis.index import Index
from pprof_lens.annotate.findings import Finder, Place
from pprof_lens.annotate.hot_lines import HotLine
from pprof_lens.leaks import Leak
from pprof_lens.lsp.documents import FileView, OpenFiles
from pprof_lens.lsp.settings import Settings
from pprof_lens.profile.errors import Cancelled, ProfileError
from pprof_lens.session import Snapshot
from pprof_lens.source.profiled import DeclaredFunction
from pprof_lens.workspace.surroundings import Surroundings

log = logging.getLogger(__name__)

SHOW_IN_CLIENT = "pprofLens.showCallTree"
SHOW_IN_SERVER = "pprofLens.server.showCallTree"
"""The commands behind lenses and hints: our own client has a view, any other editor is shown a text."""

T = TypeVar("T")

Stop = Callable[[], bool]
"""Answers true once nobody wants the result."""

Report = Callable[[str], None]
"""Writes a few words beside the progress bar."""

Job = Callable[[Stop], T]
"""Work for the worker."""


@dataclass(slots=True)
class Watch:
    """A program that is being watched: where, how it goes, and how to end it.

    `holds` counts what is being loaded in its place.
    """

    url: str
    stop: threading.Event
    holds: int = 0
    trend: str = ""
    failure: str = ""


class AnsweringProtocol(LanguageServerProtocol):
    """pygls's, which leaves who asks with parameters that it cannot read without an answer."""

    def structure_message(self, data: dict[str, object]) -> object:
        try:
            return super().structure_message(data)
        except JsonRpcException as error:
            method, asked = data.get("method"), data.get("id")
            if method is not None and isinstance(asked, int | str):
                refusal = f"The parameters of {method} are not those that the protocol has for it."
                self._send_response(asked, error=types.ResponseError(error.code, refusal))
            raise


class ProfileServer(LanguageServer):
    """One editor's server: what is loaded, what is open, what is set."""

    def __init__(self) -> None:
        super().__init__(
            "pprof-lens",
            __version__,
            text_document_sync_kind=types.TextDocumentSyncKind.Incremental,
            protocol_cls=AnsweringProtocol,
        )
        self.settings = Settings()
        self.snapshot: Snapshot | None = None
        self.files = OpenFiles()
        self.surroundings: Surroundings | None = None
        self.show_call_tree = SHOW_IN_SERVER
        self.is_trusted = True
        self.problems_told: frozenset[str] = frozenset()
        self.hot_lines: tuple[HotLine, ...] = ()
        self.leaks: tuple[Leak, ...] = ()
        self.leaking: Mapping[str, tuple[DeclaredFunction, ...]] = {}
        """By the key of a file's path the functions that the leaks speak of."""
        self.trends: Mapping[Place, Trend] = {}
        """How the memory went that a line is to blame for, over the series that is loaded or watched."""
        self.finder = Finder()
        """The worker's: it remembers what earlier captures of a series come to."""
        self.watch: Watch | None = None
        self.starting: Watch | None = None
        """The watch that was asked for last, until its program answers."""
        self.published: dict[str, list[types.Diagnostic]] = {}
        self.callers: LineCallers | None = None
        self.gathered_of: Index | None = None
        """The index whose callers were gathered last; those of a profile of too many pairs are not kept."""
        self.opening: dict[str, asyncio.Future[bool]] = {}
        """The files that were just opened, until it is known what they show."""
        self.publishing: threading.Event | None = None
        """Stops what is being published; None once all is."""
        self._folder: Path | None = None
        self._generation = 0
        self._asked = 0
        self._newest = 0
        self._loading = threading.Event()
        self._worker = ThreadPoolExecutor(max_workers=1, thread_name_prefix="pprof-lens")
        self._reader = ThreadPoolExecutor(max_workers=1, thread_name_prefix="pprof-lens-reader")
        self._background: set[asyncio.Task[None]] = set()

    def next_generation(self) -> int:
        """A number for a new Snapshot, larger than all before."""
        self._generation += 1
        return self._generation

    def ask(self) -> int:
        """The place of what is asked for now in the order of all that is; taken before anything is waited for."""
        self._asked += 1
        return self._asked

    @property
    def was_asked(self) -> bool:
        """Whether the user asked for anything yet."""
        return self._asked > 0

    def begin(self, asked: int) -> threading.Event:
        """Begin what was asked for then: what stops it, and has stopped what was asked for before.

        Raises Cancelled where something that was asked for later has begun.
        """
        if asked < self._newest:
            raise Cancelled
        self.overtake(asked)
        return self._loading

    def overtake(self, asked: int) -> None:
        """What was asked for before that is no longer wanted."""
        if asked >= self._newest:
            self._loading.set()
            self._newest, self._loading = asked, threading.Event()

    def view(self, uri: str) -> FileView | None:
        """What an open file shows; None where nothing is loaded or the profile does not have the file."""
        if self.snapshot is None:
            return None
        return self.files.view(uri, self.snapshot, self.settings.threshold)

    def watches(self) -> list[Watch]:
        """The watch, and the one that starts."""
        return [watch for watch in (self.watch, self.starting) if watch is not None]

    def own_folder(self) -> Path:
        """A temporary folder of this session's: captures and texts that are shown; it goes with the server."""
        if self._folder is None or not self._folder.is_dir():  # systems clean their temporary folders
            self._folder = Path(tempfile.mkdtemp(prefix="pprof-lens-"))
        return self._folder

    def is_own(self, path: str) -> bool:
        """Whether the file lies in the own folder, and so goes with the server."""
        return self._folder is not None and Path(path).parent == self._folder

    async def work(self, job: Job[T], stop: Stop) -> T:
        """Run `job` on the worker. Raises Cancelled once `stop` answers true, where the job asks it or is done."""

        def begun() -> T:
            if stop():
                raise Cancelled
            return job(stop)

        result = await asyncio.get_running_loop().run_in_executor(self._worker, begun)
        if stop():
            raise Cancelled
        return result

    async def aside(self, job: Job[T]) -> T:
        """Run a short `job` that reads one Snapshot, whatever is loading meanwhile."""
        return await asyncio.get_running_loop().run_in_executor(self._reader, job, _never)

    async def work_with_progress(self, title: str, job: Job[T], stop: threading.Event) -> T:
        """Run `job` on the worker under a progress bar with a cancel button, where the editor has them.

        Raises Cancelled as soon as the user cancels, however far the worker is.
        """
        return await self._shown(title, lambda asked, _: job(asked), self._worker, stop)

    async def fetch_with_progress(self, title: str, job: "Callable[[Stop, Report], T]") -> T:
        """The same on a thread of its own, for a job that mostly waits and can report how far it is."""
        return await self._shown(title, job, None, threading.Event())

    async def _shown(
        self,
        title: str,
        job: "Callable[[Stop, Report], T]",
        executor: ThreadPoolExecutor | None,
        stop: threading.Event,
    ) -> T:
        bar = await self._begin_progress(title)
        result = asyncio.get_running_loop().run_in_executor(executor, job, stop.is_set, self._reporter(bar))
        try:
            if bar is not None:
                cancel = asyncio.wrap_future(self.work_done_progress.tokens[bar])
                await asyncio.wait((result, cancel), return_when=asyncio.FIRST_COMPLETED)
                if not result.done():
                    raise Cancelled  # noqa: TRY301 - the same end as being cancelled from outside
            return await result
        except (Cancelled, asyncio.CancelledError):
            stop.set()
            result.add_done_callback(forget)
            raise
        finally:
            if bar is not None:
                self.work_done_progress.end(bar, types.WorkDoneProgressEnd())
                del self.work_done_progress.tokens[bar]

    def _reporter(self, bar: str | None) -> Report:
        """How another thread writes beside the bar; messages are sent from the loop only."""
        loop = asyncio.get_running_loop()

        def report(text: str) -> None:
            if bar is not None and bar in self.work_done_progress.tokens:
                value = types.WorkDoneProgressReport(message=text, cancellable=True)
                loop.call_soon_threadsafe(self.work_done_progress.report, bar, value)

        return report

    def in_background(self, task: "asyncio.Task[None]") -> None:
        """Keep a task alive until it ends, and log what it dies of."""
        self._background.add(task)
        task.add_done_callback(self._background.discard)
        task.add_done_callback(_log_death)

    def say(self, text: str, kind: types.MessageType) -> None:
        """Show one sentence to the user."""
        self.window_show_message(types.ShowMessageParams(kind, text))

    def stop_working(self) -> None:
        """End the background tasks, the watch and the workers without waiting for them, and remove the own folder."""
        self._loading.set()
        if self.publishing is not None:
            self.publishing.set()
        for watch in self.watches():
            watch.stop.set()
        for task in self._background:
            task.cancel()
        self._worker.shutdown(wait=False, cancel_futures=True)
        self._reader.shutdown(wait=False, cancel_futures=True)
        if self._folder is not None:
            shutil.rmtree(self._folder, ignore_errors=True)

    def report_server_error(self, error: Exception, source: type[Exception]) -> None:
        """Log what went wrong inside; no pop-up, the user can do nothing about it."""
        log.error("%s: %s", source.__name__, error, exc_info=error)

    async def _begin_progress(self, title: str) -> str | None:
        window = self.client_capabilities.window
        if window is None or not window.work_done_progress:
            return None
        token = uuid.uuid4().hex
        try:
            await self.work_done_progress.create_async(token)
        except JsonRpcException as error:
            log.info("The editor shows no progress: %s", error.message)
            return None
        self.work_done_progress.begin(token, types.WorkDoneProgressBegin(title=title, cancellable=True))
        return token


def _never() -> bool:
    return False


def forget(future: "asyncio.Future[T]") -> None:
    """A cancelled job may still fail; nobody is left to tell."""
    if not future.cancelled() and not isinstance(future.exception(), Cancelled | ProfileError | None):
        log.error("A cancelled job failed.", exc_info=future.exception())


def _log_death(task: "asyncio.Task[None]") -> None:
    if not task.cancelled() and task.exception() is not None:
        log.error("A background task failed.", exc_info=task.exception())
