"""How the settings get here: from the options at start, pulled from the editor, pushed by it; never from a file.

Editors differ: some answer `workspace/configuration`, some only push, some give all at start. A wrong value is
told once for as long as it stays wrong.
"""

import logging
import uuid
from collections.abc import Mapping

from lsprotocol import types
from pygls.exceptions import JsonRpcException

from pprof_lens.lsp import capturing, loading, publish, watching
from pprof_lens.lsp.server import ProfileServer
from pprof_lens.lsp.settings import SECTION, Settings, read
from pprof_lens.profile.errors import Cancelled, ProfileError
from pprof_lens.session import Snapshot, Source

log = logging.getLogger(__name__)


def take(ls: ProfileServer, section: object) -> None:
    """Use the settings of this section from now on, and say once what is wrong with them."""
    ls.settings, problems = read(section)
    for problem in problems:
        if problem not in ls.problems_told:
            ls.say(problem, types.MessageType.Warning)
    ls.problems_told = frozenset(problems)


async def subscribe(ls: ProfileServer) -> None:
    """Pull the settings once, and have the editor tell when they change."""
    workspace = ls.client_capabilities.workspace
    if workspace is None:
        return
    await _pull(ls)
    change = workspace.did_change_configuration
    if change is not None and change.dynamic_registration:
        options = types.DidChangeConfigurationRegistrationOptions(section=SECTION)
        registration = types.Registration(
            id=uuid.uuid4().hex,
            method=types.WORKSPACE_DID_CHANGE_CONFIGURATION,
            register_options=options,
        )
        try:
            await ls.client_register_capability_async(types.RegistrationParams([registration]))
        except JsonRpcException as error:
            log.warning("The editor will not tell when its settings change: %s", error.message)


async def refresh(ls: ProfileServer, pushed: object) -> None:
    """The settings changed: take them as pushed, or pull them, and show or load what follows from them."""
    before = ls.settings
    if isinstance(pushed, Mapping) and SECTION in pushed:
        take(ls, pushed[SECTION])
    else:
        await _pull(ls)
    if ls.settings == before:
        return
    await _follow(ls, before)


async def load_profile(ls: ProfileServer) -> None:
    """Load the profile that the settings name; a failure is told, as nobody asked in a command."""
    asked, name = ls.ask(), ls.settings.profile
    if not name:
        return
    try:
        path = await loading.local(ls, name, 0)
        with watching.instead(ls):
            await loading.load(ls, asked, Source(capturing.shown(name), (path,)))
    except ProfileError as error:
        ls.say(str(error), types.MessageType.Error)
    except Cancelled:
        log.info("Loading %s was cancelled.", name)


async def _follow(ls: ProfileServer, before: Settings) -> None:
    now, shown = ls.settings, ls.snapshot
    if now.profile != before.profile:
        await load_profile(ls)
    if now.path_mappings != before.path_mappings:
        await loading.locate_again(ls)
    if now.sample_type != before.sample_type and _has(ls.snapshot, now.sample_type):
        await loading.select_sample_type(ls, now.sample_type)
    if ls.snapshot is shown:
        await publish.everything(ls)


def _has(snapshot: Snapshot | None, name: str) -> bool:
    return snapshot is not None and any(name == sample_type.type for sample_type in snapshot.profile.sample_types)


async def _pull(ls: ProfileServer) -> None:
    workspace = ls.client_capabilities.workspace
    if workspace is None or not workspace.configuration:
        return
    item = types.ConfigurationItem(section=SECTION)
    try:
        sections = await ls.workspace_configuration_async(types.ConfigurationParams([item]))
    except JsonRpcException as error:
        log.warning("The editor did not tell its settings: %s", error.message)
        return
    # An editor that knows nothing of the section answers null; what was given at start then stands.
    if sections and sections[0]:
        take(ls, sections[0])
