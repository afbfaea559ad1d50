"""What is asked of the editor itself, whichever messages that takes; `lsp/server.py` is the one that ships."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Literal, Protocol

from pprof_lens.annotate.diagnostics import Diagnostic

Weight = Literal["error", "warning", "info"]
"""Of a sentence for the user."""


class Bar(Protocol):
    """A progress bar with a cancel button, where the editor has them."""

    def report(self, text: str) -> None:
        """Write a few words beside the bar; may be called on any thread."""

    def end(self) -> None:
        """Take the bar away."""


class Frontend(Protocol):
    """One editor, as far as it can do what is asked of it."""

    @property
    def root(self) -> str | None:
        """The folder that relative names begin at; None where the editor has none."""

    @property
    def is_ours(self) -> bool:
        """Whether our own client is there, which has views for what other editors are shown as texts."""

    def say(self, text: str, weight: Weight) -> None:
        """Show one sentence to the user."""

    def bar(self, title: str, cancelled: Callable[[], object]) -> Bar:
        """A bar from now on; `cancelled` is called once the user presses its button."""

    def path_of(self, uri: str) -> str | None:
        """The path that a URI of the editor names on this machine; None where it names none."""

    async def secrets(self, names: Iterable[str]) -> Mapping[str, str]:
        """The secrets of these names, as far as the editor keeps them: not to be kept or logged."""

    async def configuration(self, section: str, uri: str | None = None) -> object:
        """What its settings have in a section, for a file where one is given; None where it does not tell."""

    def notify(self, method: str, told: object) -> None:
        """Send a notification of the contract."""

    def refresh(self) -> None:
        """Have it ask again, once, for what it shows."""

    def publish(self, uri: str, diagnostics: Sequence[Diagnostic]) -> None:
        """Show these in a file instead of those before."""

    def follow(self, paths: Iterable[str]) -> None:
        """Have it tell of files that end like these, too, as far as it does not yet."""

    async def show_text(self, name: str, text: str) -> None:
        """Show a text in the editor's way; `name` is that of its file."""

    async def show_page(self, name: str, page: bytes) -> str:
        """Have the page opened in the browser; the address of its file."""
