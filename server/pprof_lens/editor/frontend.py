"""What is asked of the editor itself, whichever messages that takes; `lsp/server.py` is the one that ships."""

from collections.abc import Callable, Iterable, Mapping
from typing import Literal, Protocol

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

    def say(self, text: str, weight: Weight) -> None:
        """Show one sentence to the user."""

    def bar(self, title: str, cancelled: Callable[[], object]) -> Bar:
        """A bar from now on; `cancelled` is called once the user presses its button."""

    def path_of(self, uri: str) -> str | None:
        """The path that a URI of the editor names on this machine; None where it names none."""

    async def secrets(self, names: Iterable[str]) -> Mapping[str, str]:
        """The secrets of these names, as far as the editor keeps them: not to be kept or logged."""
