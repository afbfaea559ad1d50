"""`workspace/executeCommand`: each command takes one object and answers one, as the contract declares them.

A command that fails answers a JSON-RPC error whose message is the sentence that the user should read.
"""

import asyncio

from pygls.exceptions import JsonRpcException, JsonRpcRequestCancelled

from pprof_lens import wire
from pprof_lens.contract import COMMANDS, PREFIX
from pprof_lens.editor.commands.table import TABLE, Command
from pprof_lens.editor.driver import OvertakenError
from pprof_lens.lsp.server import ProfileServer
from pprof_lens.profile.errors import Cancelled, ProfileError
from pprof_lens.profile.plain import sentence

SETTINGS_SECONDS = 2.0
"""So long a command waits for the settings when the editor has just started; they say what may be loaded and how."""


class CommandFailedError(JsonRpcException):
    """Carries the sentence for the user to the editor."""

    CODE = -32803  # RequestFailed
    MESSAGE = "The command failed."


def register(server: ProfileServer) -> None:
    """Register all commands of the contract under their full names."""
    for name, (takes, _) in COMMANDS.items():
        _register(server, PREFIX + name, takes, TABLE[name])


def _register(server: ProfileServer, name: str, takes: type, command: Command) -> None:
    async def answer(ls: ProfileServer, *given: object) -> object:
        if ls.configured is not None:
            await asyncio.wait((ls.configured,), timeout=SETTINGS_SECONDS)
        try:
            return wire.answer(await command(ls.backend, wire.argument(name, takes, given)))
        except ProfileError as error:
            raise CommandFailedError(sentence(str(error))) from None
        except OvertakenError as error:
            raise JsonRpcRequestCancelled(str(error)) from None
        except Cancelled:
            raise JsonRpcRequestCancelled("Cancelled.") from None

    server.command(name)(answer)
