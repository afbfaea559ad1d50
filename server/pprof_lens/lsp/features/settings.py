"""How settings and folders get here: from the options at start, pulled from the editor, pushed by it.

Never from a file. Editors differ: some answer `workspace/configuration`, some only push, some give all at start. A
wrong value is told once for as long as it stays wrong.
"""

import asyncio
import logging
import uuid
from collections.abc import Mapping

from lsprotocol import types
from pygls.exceptions import JsonRpcException

from pprof_lens import wire
from pprof_lens.editor import go_settings, parent, polling
from pprof_lens.editor.commands import load, runs
from pprof_lens.lsp import convert, texts
from pprof_lens.lsp.server import ProfileServer
from pprof_lens.profile import engine
from pprof_lens.profile.decode import implementation
from pprof_lens.session.events import ChangeFolders
from pprof_lens.session.settings import SECTION

log = logging.getLogger(__name__)


def register(server: ProfileServer) -> None:
    """Begin, follow what changes, and end."""
    server.feature(types.INITIALIZE)(initialize)
    server.feature(types.INITIALIZED)(initialized)
    server.feature(types.SHUTDOWN)(shutdown)
    server.feature(types.WORKSPACE_DID_CHANGE_CONFIGURATION)(did_change_configuration)
    server.feature(types.WORKSPACE_DID_CHANGE_WORKSPACE_FOLDERS)(did_change_workspace_folders)


def initialize(ls: ProfileServer, params: types.InitializeParams) -> None:
    options = params.initialization_options
    options = options if isinstance(options, dict) else {}
    ls.is_ours = options.get("client") == "vscode"
    ls.texts.is_shown = texts.shows_documents(params)
    ls.backend.is_trusted = options.get("trusted", True) is not False
    _take(ls, options.get("settings", options.get(SECTION)))
    did_change_workspace_folders(ls)
    if ls.tells_when_asked:
        ls.configured = asyncio.get_running_loop().create_future()
    ls.backend.drive()
    parent.watch(ls.backend, params.process_id)


async def initialized(ls: ProfileServer, _params: types.InitializedParams) -> None:
    log.info(
        "pprof-lens starts: protobuf runs on %s, the fold is %s.",
        implementation(),
        "native" if engine.NATIVE else "plain Python (no native part for this platform)",
    )
    ls.backend.files.units = convert.units(ls.workspace.position_encoding)
    await asyncio.gather(_subscribe(ls), _pull(ls))
    polling.start(ls.backend, ls.backend.show)
    if ls.configured is not None and not ls.configured.done():
        ls.configured.set_result(None)
    ls.backend.in_background(asyncio.get_running_loop().create_task(runs.recall(ls.backend)))
    if ls.backend.wanted.count == 0:
        await load.load_of_settings(ls.backend)  # is asked for before what waited, which is then asked of what it shows


def shutdown(ls: ProfileServer, *_: object) -> None:
    ls.backend.stop_working()


def did_change_workspace_folders(ls: ProfileServer, *_: object) -> None:
    folders = (convert.local_path(folder.uri) for folder in ls.workspace.folders.values())
    roots = tuple(filter(None, folders)) or tuple(filter(None, (ls.workspace.root_path,)))
    ls.backend.post(ChangeFolders(roots, ls.backend.is_trusted))


async def did_change_configuration(ls: ProfileServer, params: types.DidChangeConfigurationParams) -> None:
    """The settings changed: take them as pushed, or pull them, and load the profile that they name where it is new."""
    before, pushed = ls.backend.settings, params.settings
    if isinstance(pushed, Mapping) and SECTION in pushed:
        _take(ls, pushed[SECTION])
    else:
        await _pull(ls)
    ls.backend.reasons.wish()
    if ls.backend.settings.profile != before.profile:
        await load.load_of_settings(ls.backend)


def _take(ls: ProfileServer, section: object) -> None:
    settings, problems = wire.settings(section)
    ls.backend.configure(settings, problems)


async def _subscribe(ls: ProfileServer) -> None:
    """Have the editor tell when the settings change, also those of the Go extension that code is built by."""
    workspace = ls.client_capabilities.workspace
    change = workspace.did_change_configuration if workspace is not None else None
    if change is None or not change.dynamic_registration:
        return
    options = types.DidChangeConfigurationRegistrationOptions(section=[SECTION, go_settings.SECTION])
    registration = types.Registration(
        id=uuid.uuid4().hex, method=types.WORKSPACE_DID_CHANGE_CONFIGURATION, register_options=options
    )
    try:
        await ls.client_register_capability_async(types.RegistrationParams([registration]))
    except JsonRpcException as error:
        log.warning("The editor will not tell when its settings change: %s", error.message)


async def _pull(ls: ProfileServer) -> None:
    section = await ls.configuration(SECTION)
    if section:  # an editor that knows nothing of it answers null; what was given at start then stands
        _take(ls, section)
