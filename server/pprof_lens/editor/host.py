"""What the parts of the editor's state ask of the server that they live in; it knows no messages.

`lsp/server.py` is the one that ships. A test gives what it needs.
"""

import asyncio
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Literal, Protocol, TypeVar

from pprof_lens.editor.documents import OpenFiles
from pprof_lens.editor.shown import Shown
from pprof_lens.session.events import Event
from pprof_lens.session.settings import Settings
from pprof_lens.session.wanted import Wanted

T = TypeVar("T")

Weight = Literal["error", "warning", "info"]
"""Of a sentence for the user."""


class Bar(Protocol):
    """A progress bar with a cancel button, where the editor has them."""

    def report(self, text: str) -> None:
        """Write a few words beside the bar; may be called on any thread."""

    def end(self) -> None:
        """Take the bar away."""


class Host(Protocol):
    """A server with one editor."""

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

    def bar(self, title: str, cancelled: Callable[[], object]) -> Bar:
        """A bar from now on; `cancelled` is called once the user presses its button."""

    def say(self, text: str, weight: Weight) -> None:
        """Show one sentence to the user."""

    def own_folder(self) -> Path:
        """A temporary folder of this session's, which goes with the server.

        Raises ProfileError where nothing can be written, Cancelled where the server ends.
        """

    def path_of(self, uri: str) -> str | None:
        """The path that a URI of the editor names on this machine; None where it names none."""

    async def secrets(self, names: Iterable[str]) -> Mapping[str, str]:
        """The secrets of these names, as far as the editor keeps them: not to be kept or logged."""
