"""What a user does in an editor over the wire, and what the editor then shows."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from lsprotocol import types
from pytest_lsp import LanguageClient

PATIENCE_SECONDS = 60


class Editor:
    """What a user does in an editor, and what the editor then shows."""

    def __init__(self, client: LanguageClient, root: Path) -> None:
        self.client = client
        self.root = root
        self.refreshes = 0
        self.registered: list[types.Registration] = []

        def register(params: types.RegistrationParams) -> None:
            self.registered += params.registrations

        def count_refresh(_: None) -> None:
            self.refreshes += 1

        client.feature(types.WORKSPACE_INLAY_HINT_REFRESH)(count_refresh)
        client.feature(types.CLIENT_REGISTER_CAPABILITY)(register)
        for name in (types.WORKSPACE_CODE_LENS_REFRESH, "pprofLens/status"):
            client.feature(name)(lambda _: None)

    def tell_settings_after(self, told: asyncio.Event) -> None:
        """Let the server wait for its settings."""

        async def tell(params: types.ConfigurationParams) -> list[object]:
            await told.wait()
            return [self.client.get_configuration(section=item.section) for item in params.items]

        self.client.protocol.fm.features[types.WORKSPACE_CONFIGURATION] = tell

    def uri(self, name: str) -> str:
        return (self.root / name).as_uri()

    async def open(self, name: str) -> None:
        """Open a file of the workspace; what is then asked is answered once it is known."""
        text = (self.root / name).read_text(encoding="utf-8")
        item = types.TextDocumentItem(uri=self.uri(name), language_id="go", version=1, text=text)
        self.client.text_document_did_open(types.DidOpenTextDocumentParams(item))

    def close(self, name: str) -> None:
        document = types.TextDocumentIdentifier(self.uri(name))
        self.client.text_document_did_close(types.DidCloseTextDocumentParams(document))

    async def is_loaded(self) -> bool:
        return (await self.run("status"))["profile"] is not None

    async def run(self, command: str, **argument: object) -> Any:
        params = types.ExecuteCommandParams(f"pprofLens.server.{command}", [argument])
        return await self.client.workspace_execute_command_async(params)

    async def hints(self, name: str) -> dict[int, str]:
        """The labels of the hints by line, from 0."""
        everything = types.Range(types.Position(0, 0), types.Position(100_000, 0))
        document = types.TextDocumentIdentifier(self.uri(name))
        found = await self.client.text_document_inlay_hint_async(types.InlayHintParams(document, everything))
        return {hint.position.line: hint.label[0].value for hint in found or ()}  # type: ignore[union-attr]

    async def lenses(self, name: str) -> list[types.CodeLens]:
        document = types.TextDocumentIdentifier(self.uri(name))
        return list(await self.client.text_document_code_lens_async(types.CodeLensParams(document)) or ())

    async def hover(self, name: str, line: int) -> str | None:
        document = types.TextDocumentIdentifier(self.uri(name))
        params = types.HoverParams(document, types.Position(line, 1))
        found = await self.client.text_document_hover_async(params)
        return found.contents.value if found else None  # type: ignore[union-attr]

    async def fixes(self, name: str, problem: types.Diagnostic) -> list[Any]:
        """The quick fixes for a problem of the file; lsprotocol reads one with a command as its text."""
        document = types.TextDocumentIdentifier(self.uri(name))
        params = types.CodeActionParams(document, problem.range, types.CodeActionContext([problem]))
        return list(await self.client.text_document_code_action_async(params) or ())

    async def drawn(self, name: str) -> str:
        """The lines of the file that have a hint, with the hint behind them."""
        hints = await self.hints(name)
        lines = (self.root / name).read_text(encoding="utf-8").splitlines()
        return "\n".join(f"{lines[line].strip()} <{label}>" for line, label in sorted(hints.items()))

    async def eventually(self, happens: Callable[[], Awaitable[object]]) -> None:
        """Wait until `happens` answers something; a test that waits in vain fails."""

        async def wait() -> None:
            while not await happens():
                await asyncio.sleep(0.02)

        await asyncio.wait_for(wait(), PATIENCE_SECONDS)

    async def told(self, words: str) -> None:
        """Wait until a message with these words was shown."""

        async def was_told() -> bool:
            return any(words in message.message for message in self.client.messages)

        await self.eventually(was_told)

    async def refreshed(self, count: int) -> None:
        """Wait until the server has asked for hints anew for the count-th time."""

        async def enough() -> bool:
            return self.refreshes >= count

        await self.eventually(enough)


Start = Callable[..., Awaitable[Editor]]
