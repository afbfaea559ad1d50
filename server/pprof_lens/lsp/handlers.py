"""What the editor asks about an open file: each handler is a look-up in a ready view, and one conversion.

Loading and computing happen elsewhere; a handler that has nothing to say answers None, so that other servers of
the same file are not talked over.
"""

import logging

from lsprotocol import types

from pprof_lens.annotate import hover
from pprof_lens.annotate.findings import CODES
from pprof_lens.lsp import configuration, convert, loading, publish, reload, views
from pprof_lens.lsp.server import SHOW_IN_CLIENT, ProfileServer
from pprof_lens.lsp.settings import SECTION
from pprof_lens.profile import engine
from pprof_lens.profile.decode import implementation
from pprof_lens.source.buffer import Change

log = logging.getLogger(__name__)


def register(server: ProfileServer) -> None:
    """Register every feature; the capabilities that a client sees follow from this."""
    server.feature(types.INITIALIZE)(initialize)
    server.feature(types.INITIALIZED)(initialized)
    server.feature(types.SHUTDOWN)(shutdown)
    server.feature(types.TEXT_DOCUMENT_DID_OPEN)(did_open)
    server.feature(types.TEXT_DOCUMENT_DID_CHANGE)(did_change)
    server.feature(types.TEXT_DOCUMENT_DID_SAVE)(did_save)
    server.feature(types.TEXT_DOCUMENT_DID_CLOSE)(did_close)
    server.feature(types.WORKSPACE_DID_CHANGE_CONFIGURATION)(did_change_configuration)
    server.feature(types.WORKSPACE_DID_CHANGE_WORKSPACE_FOLDERS)(did_change_workspace_folders)
    server.feature(types.TEXT_DOCUMENT_INLAY_HINT)(inlay_hint)
    server.feature(types.TEXT_DOCUMENT_CODE_LENS)(code_lens)
    server.feature(types.TEXT_DOCUMENT_HOVER)(hover_text)
    kinds = types.CodeActionOptions(code_action_kinds=[types.CodeActionKind.QuickFix])
    server.feature(types.TEXT_DOCUMENT_CODE_ACTION, kinds)(code_action)


async def inlay_hint(ls: ProfileServer, params: types.InlayHintParams) -> list[types.InlayHint] | None:
    uri, wanted = params.text_document.uri, params.range
    view = await views.of_open(ls, uri)
    if view is None or not ls.settings.inlay_hints_enabled:
        return None
    return [
        convert.inlay_hint(hint, view.end_column(hint.line, ls.files.units), ls.show_call_tree, uri)
        for hint in view.hints(wanted.start.line, wanted.end.line)
    ]


async def code_lens(ls: ProfileServer, params: types.CodeLensParams) -> list[types.CodeLens] | None:
    view = await views.of_open(ls, params.text_document.uri)
    if view is None or not ls.settings.code_lens_enabled:
        return None
    return [convert.code_lens(lens, ls.show_call_tree) for lens in view.lenses()]


async def hover_text(ls: ProfileServer, params: types.HoverParams) -> types.Hover | None:
    view, snapshot = await views.of_open(ls, params.text_document.uri), ls.snapshot
    found = view.figure_at(params.position.line) if view is not None else None
    if view is None or snapshot is None or found is None:
        return None
    figure, state = found
    callers = await publish.callers_of_line(ls, snapshot, figure.numbers[0])
    table = snapshot.index.lines
    trends = (ls.trends.get((table.names[number], table.lines[number])) for number in figure.numbers)
    text = hover.of_line(
        figure,
        state,
        snapshot.index,
        scale=view.drawing.scale,
        callers=callers,
        how=view.how,
        trend=next(filter(None, trends), None),
        held=view.held(params.position.line, figure, state, snapshot) if snapshot.holders else (),
    )
    return types.Hover(contents=types.MarkupContent(types.MarkupKind.Markdown, text))


def code_action(ls: ProfileServer, params: types.CodeActionParams) -> list[types.CodeAction] | None:
    """For each leak in the range quick fixes that silence it: by a comment, or in our own client by its setting."""
    uri = params.text_document.uri
    fixes = []
    for problem in params.context.diagnostics:
        columns = ls.files.code_columns(uri, problem.range.start.line)
        if problem.source != publish.SOURCE or problem.code not in CODES:
            continue
        if columns is not None:
            fixes.append(convert.silencing(uri, problem, columns[1]))
        if ls.show_call_tree == SHOW_IN_CLIENT:
            fixes += convert.ignoring(problem)
    return fixes or None


def initialize(ls: ProfileServer, params: types.InitializeParams) -> None:
    options = params.initialization_options
    if not isinstance(options, dict):
        return
    if options.get("client") == "vscode":
        ls.show_call_tree = SHOW_IN_CLIENT
    ls.is_trusted = options.get("trusted", True) is not False
    configuration.take(ls, options.get("settings", options.get(SECTION)))


async def initialized(ls: ProfileServer, _params: types.InitializedParams) -> None:
    log.info(
        "pprof-lens starts: protobuf runs on %s, the fold is %s.",
        implementation(),
        "native" if engine.NATIVE else "plain Python (no native part for this platform)",
    )
    ls.files.units = convert.units(ls.workspace.position_encoding)
    await configuration.subscribe(ls)
    reload.start(ls)
    if not ls.was_asked:  # as after a restart, for the profile that was shown before
        await configuration.load_profile(ls)


def shutdown(ls: ProfileServer, *_: object) -> None:
    ls.stop_working()


async def did_open(ls: ProfileServer, params: types.DidOpenTextDocumentParams) -> None:
    document = params.text_document
    path = convert.local_path(document.uri)
    if path is None:
        return
    ls.files.open(document.uri, path, document.text, document.version)
    await publish.file_opened(ls, document.uri)


def did_change(ls: ProfileServer, params: types.DidChangeTextDocumentParams) -> None:
    document = params.text_document
    edits: list[Change] = []
    for change in params.content_changes:
        if isinstance(change, types.TextDocumentContentChangeWholeDocument):
            ls.files.replace(document.uri, change.text, document.version)
            edits = []
        else:
            edits.append(convert.change(change))
    if edits:  # at once, as lines that one of them takes away and another brings are moved
        ls.files.edit(document.uri, edits, document.version)


async def did_save(ls: ProfileServer, params: types.DidSaveTextDocumentParams) -> None:
    ls.files.forget_baseline(params.text_document.uri)
    await publish.everything(ls)  # what was saved may silence a finding


def did_close(ls: ProfileServer, params: types.DidCloseTextDocumentParams) -> None:
    ls.files.close(params.text_document.uri)


async def did_change_configuration(ls: ProfileServer, params: types.DidChangeConfigurationParams) -> None:
    await configuration.refresh(ls, params.settings)


async def did_change_workspace_folders(ls: ProfileServer, _params: types.DidChangeWorkspaceFoldersParams) -> None:
    await loading.locate_again(ls)
