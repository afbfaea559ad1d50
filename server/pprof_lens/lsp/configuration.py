"""How the settings get here: from the options at start, pulled from the editor, pushed by it; never from a file.

Editors differ: some answer `workspace/configuration`, some only push, some give all at start. A wrong value is
told once for as long as it stays wrong.
"""

import logging
import uuid
from collections.abc import Mapping

from lsprotocol import types
from pygls.exceptions import JsonRpcException

from pprof_lens.lsp import loading, publish
from pprof_lens.lsp.server import ProfileServer
from pprof_lens.lsp.settings import SECTION, Settings, read

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


async def _follow(ls: ProfileServer, before: Settings) -> None:
    now = ls.settings
    if now.profile != before.profile:
        await loading.load_from_settings(ls)
    elif now.path_mappings != before.path_mappings:
        await loading.locate_again(ls)
    elif now.sample_type != before.sample_type and now.sample_type and ls.snapshot is not None:
        await loading.select_sample_type(ls, now.sample_type)
    else:
        await publish.everything(ls)


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
