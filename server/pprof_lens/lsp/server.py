"""The language server: one editor's connection, and what is asked of that editor."""

import asyncio
import logging
from collections.abc import Callable, Iterable, Mapping, Sequence

from lsprotocol import types
from pygls.exceptions import JsonRpcException, JsonRpcMethodNotFound
from pygls.lsp.server import LanguageServer

from pprof_lens import __version__, wire
from pprof_lens.annotate.diagnostics import Diagnostic
from pprof_lens.editor.backend import Backend
from pprof_lens.editor.frontend import Weight
from pprof_lens.editor.stages import stages
from pprof_lens.lsp import convert, secrets
from pprof_lens.lsp.progress import Progress
from pprof_lens.lsp.protocol import MendedProtocol
from pprof_lens.lsp.texts import Texts
from pprof_lens.lsp.widening import Widening

log = logging.getLogger(__name__)

SHOW_IN_CLIENT = "pprofLens.showCallTree"
SHOW_IN_SERVER = "pprofLens.server.showCallTree"
"""The commands behind lenses and hints: our own client has a view, any other editor is shown a text."""

_MESSAGE_TYPES: Mapping[Weight, types.MessageType] = {
    "error": types.MessageType.Error,
    "warning": types.MessageType.Warning,
    "info": types.MessageType.Info,
}


class ProfileServer(LanguageServer):
    """One editor's server, its `Frontend`; what it answers is looked up in the `backend`."""

    def __init__(self) -> None:
        super().__init__(
            "pprof-lens",
            __version__,
            text_document_sync_kind=types.TextDocumentSyncKind.Incremental,
            protocol_cls=MendedProtocol,
        )
        self.is_ours = False
        self.configured: asyncio.Future[None] | None = None
        """Done once the editor has told its settings; None where that is not waited for."""
        self.backend = Backend(self, stages)
        self.texts = Texts(self, self.backend.own_folder)
        self._refused: set[str] = set()
        self._widening = Widening(self, self.backend.in_background)

    @property
    def show_call_tree(self) -> str:
        """The command behind lenses and hints."""
        return SHOW_IN_CLIENT if self.is_ours else SHOW_IN_SERVER

    @property
    def root(self) -> str | None:
        """The folder that relative names begin at; None where the editor has none."""
        root: str | None = self.workspace.root_path
        return root

    @property
    def tells_when_asked(self) -> bool:
        """Whether the editor tells its settings when it is asked."""
        workspace = self.client_capabilities.workspace
        return workspace is not None and bool(workspace.configuration)

    async def configuration(self, section: str, uri: str | None = None) -> object:
        """What the editor's settings have in a section, for a file where one is given; None where it does not tell."""
        if not self.tells_when_asked:
            return None
        item = types.ConfigurationItem(scope_uri=uri, section=section)
        try:
            sections = await self.workspace_configuration_async(types.ConfigurationParams([item]))
        except JsonRpcException as error:
            if section not in self._refused:  # each file may ask for it
                log.warning("The editor did not tell its settings in the section %s: %s", section, error.message)
            self._refused.add(section)
            return None
        return sections[0] if sections else None

    def notify(self, method: str, told: object) -> None:
        """Send a notification of the contract."""
        self.protocol.notify(method, wire.answer(told))

    def publish(self, uri: str, diagnostics: Sequence[Diagnostic]) -> None:
        """Show these in a file instead of those before."""
        told = list(map(convert.diagnostic, diagnostics))
        self.text_document_publish_diagnostics(types.PublishDiagnosticsParams(uri, told))

    def follow(self, paths: Iterable[str]) -> None:
        """Have the editor tell of files that end like these, too, as far as it does not yet."""
        self._widening.widen(paths)

    async def show_text(self, name: str, text: str) -> None:
        """Show a text in the editor's way; `name` is that of its file."""
        await self.texts.show(name, text)

    async def show_page(self, name: str, page: bytes) -> str:
        """Have the page opened in the browser; the address of its file."""
        return await self.texts.show_in_browser(name, page)

    def refresh(self) -> None:
        """Have the editor ask again, once, for what it shows."""
        self.backend.in_background(asyncio.get_running_loop().create_task(self._refresh()))

    async def _refresh(self) -> None:
        workspace = self.client_capabilities.workspace
        if workspace is None:
            return
        asked = []
        if workspace.inlay_hint is not None and workspace.inlay_hint.refresh_support:
            asked.append(self.workspace_inlay_hint_refresh_async(None))
        if workspace.code_lens is not None and workspace.code_lens.refresh_support:
            asked.append(self.workspace_code_lens_refresh_async(None))
        for outcome in await asyncio.gather(*asked, return_exceptions=True):
            if isinstance(outcome, JsonRpcException):
                log.info("The editor refused to refresh: %s", outcome.message)

    def say(self, text: str, weight: Weight) -> None:
        """Show one sentence to the user."""
        self.window_show_message(types.ShowMessageParams(_MESSAGE_TYPES[weight], text))

    def bar(self, title: str, cancelled: Callable[[], object]) -> Progress:
        """A bar from now on; `cancelled` is called once the user presses its button."""
        return Progress(self, title, cancelled)

    def path_of(self, uri: str) -> str | None:
        """The path that a URI of the editor names on this machine; None where it names none."""
        return convert.local_path(uri)

    async def secrets(self, names: Iterable[str]) -> Mapping[str, str]:
        """The secrets of these names, as far as the editor keeps them: not to be kept or logged."""
        return await secrets.ask(self, names)

    def report_server_error(self, error: Exception, source: type[Exception]) -> None:
        """Log what went wrong inside, with a trace unless it is the message; no pop-up, as nobody can help it."""
        is_the_editors = source is JsonRpcException or isinstance(error, JsonRpcMethodNotFound)
        log.error("%s: %s", source.__name__, error, exc_info=None if is_the_editors else error)
