"""How settings and folders get here: from the options at start, pulled from the editor, pushed by it.

Never from a file. Editors differ: some answer `workspace/configuration`, some only push, some give all at start. A
wrong value is told once for as long as it stays wrong.
"""

import asyncio
import logging
import uuid
from collections.abc import Mapping
from functools import partial

from lsprotocol import types
from pygls.exceptions import JsonRpcException

from pprof_lens import wire
from pprof_lens.contract import Load, Names
from pprof_lens.editor import polling
from pprof_lens.editor.driver import OvertakenError
from pprof_lens.editor.lists import Lists
from pprof_lens.lsp import convert, go_settings, parent, texts
from pprof_lens.lsp.features import documents, reasons, runs
from pprof_lens.lsp.features.load import load
from pprof_lens.lsp.server import SHOW_IN_CLIENT, ProfileServer
from pprof_lens.profile import engine
from pprof_lens.profile.decode import implementation
from pprof_lens.profile.errors import ProfileError
from pprof_lens.session.events import ChangeFolders, ChangeSettings
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
    if options.get("client") == "vscode":
        ls.show_call_tree = SHOW_IN_CLIENT
    ls.shows_documents = texts.shows_documents(params)
    ls.backend.is_trusted = options.get("trusted", True) is not False
    _take(ls, options.get("settings", options.get(SECTION)))
    did_change_workspace_folders(ls)
    if _tells_when_asked(ls):
        ls.configured = asyncio.get_running_loop().create_future()
    ls.backend.drive()
    parent.watch(ls, params.process_id)


async def initialized(ls: ProfileServer, _params: types.InitializedParams) -> None:
    log.info(
        "pprof-lens starts: protobuf runs on %s, the fold is %s.",
        implementation(),
        "native" if engine.NATIVE else "plain Python (no native part for this platform)",
    )
    ls.backend.files.units = convert.units(ls.workspace.position_encoding)
    await asyncio.gather(_subscribe(ls), _pull(ls))
    polling.start(ls.backend, partial(documents.show, ls))
    if ls.configured is not None and not ls.configured.done():
        ls.configured.set_result(None)
    ls.backend.in_background(asyncio.get_running_loop().create_task(_recall_runs(ls)))
    if ls.backend.wanted.count == 0:
        await _load_profile(ls)  # is asked for before what waited, which is then asked of what it shows


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
    reasons.wish(ls)
    if ls.backend.settings.profile != before.profile:
        await _load_profile(ls)


def _take(ls: ProfileServer, section: object) -> None:
    """Use the settings of this section from now on, and say once what is wrong with them."""
    settings, problems = wire.settings(section)
    ls.backend.post(ChangeSettings(settings))
    # A name may stand for another server now, and who still asks the old one keeps it in the old.
    ls.backend.lists = Lists(ls.backend)
    for problem in problems:
        if problem not in ls.backend.problems_told:
            ls.say(problem, "warning")
    ls.backend.problems_told = frozenset(problems)


async def _load_profile(ls: ProfileServer) -> None:
    """Load the profile that the settings name; a failure is told, as nobody asked in a command."""
    name = ls.backend.settings.profile
    if not name:
        return
    try:
        await load(ls, Load(source=Names((name,))))
    except ProfileError as error:
        ls.say(str(error), "error")
    except OvertakenError as error:
        log.info("The profile of the settings is not shown: %s", error)


async def _recall_runs(ls: ProfileServer) -> None:
    if await ls.backend.runs.recall():
        await runs.show(ls)


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


def _tells_when_asked(ls: ProfileServer) -> bool:
    workspace = ls.client_capabilities.workspace
    return workspace is not None and bool(workspace.configuration)


async def _pull(ls: ProfileServer) -> None:
    if not _tells_when_asked(ls):
        return
    item = types.ConfigurationItem(section=SECTION)
    try:
        sections = await ls.workspace_configuration_async(types.ConfigurationParams([item]))
    except JsonRpcException as error:
        log.warning("The editor did not tell its settings: %s", error.message)
        return
    # An editor that knows nothing of the section answers null; what was given at start then stands.
    if sections and sections[0]:
        _take(ls, sections[0])
