"""What the parts of the editor's state ask of the whole that they are parts of.

`editor/backend.py` is the one that ships. A test gives what it needs.
"""

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Protocol, TypeVar

from pprof_lens.editor.documents import OpenFiles
from pprof_lens.editor.frontend import Frontend
from pprof_lens.editor.shown import Shown
from pprof_lens.session.events import Event
from pprof_lens.session.settings import Settings
from pprof_lens.session.wanted import Wanted

T = TypeVar("T")


class Host(Protocol):
    """All that works for one editor."""

    @property
    def frontend(self) -> Frontend:
        """The editor itself."""

    @property
    def files(self) -> OpenFiles:
        """The open files."""

    @property
    def wanted(self) -> Wanted: ...

    @property
    def shown(self) -> Shown: ...

    @property
    def settings(self) -> Settings: ...

    @property
    def is_trusted(self) -> bool:
        """Whether programs of the workspace may be run."""

    @property
    def is_stopped(self) -> bool:
        """Whether the server ends, and nothing is to be begun."""

    def post(self, event: Event) -> None:
        """Something happened; what follows from it is shown in time."""

    async def aside(self, job: Callable[[], T]) -> T:
        """Run a short job that reads one Snapshot, whatever is being made meanwhile."""

    async def seek(self, job: Callable[[], T]) -> T:
        """Run a job that asks git, after those before it; nothing else waits for it."""

    async def work(self, job: Callable[[], T]) -> T:
        """Run a job on the worker, after those before it; it ends where nobody waits for it any more."""

    async def work_to_the_end(self, job: Callable[[], T]) -> T:
        """The same for a job that changes what outlives it, and so must not be left halfway."""

    def in_background(self, task: "asyncio.Task[None]") -> None:
        """Keep a task alive until it ends, and log what it dies of."""

    def own_folder(self) -> Path:
        """A temporary folder of this session's, which goes with the server.

        Raises ProfileError where nothing can be written, Cancelled where the server ends.
        """
