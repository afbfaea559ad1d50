"""`workspace/executeCommand`: each command takes one object and answers one, as the contract declares them.

A command that fails answers a JSON-RPC error whose message is the sentence that the user should read.
"""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

from pygls.exceptions import JsonRpcException, JsonRpcRequestCancelled

from pprof_lens import wire
from pprof_lens.contract import COMMANDS, PREFIX
from pprof_lens.editor.driver import OvertakenError
from pprof_lens.lsp.server import ProfileServer
from pprof_lens.profile.errors import Cancelled, ProfileError
from pprof_lens.profile.plain import sentence

SETTINGS_SECONDS = 2.0
"""So long a command waits for the settings when the editor has just started; they say what may be loaded and how."""

Argument = TypeVar("Argument")
Command = Callable[[ProfileServer, Argument], Awaitable[object]]


class CommandFailedError(JsonRpcException):
    """Carries the sentence for the user to the editor."""

    CODE = -32803  # RequestFailed
    MESSAGE = "The command failed."


def register(server: ProfileServer, name: str, command: Command[Any]) -> None:
    """Register a command of the contract under its full name."""
    takes, _ = COMMANDS[name]

    async def answer(ls: ProfileServer, *given: object) -> object:
        if ls.configured is not None:
            await asyncio.wait((ls.configured,), timeout=SETTINGS_SECONDS)
        try:
            return wire.answer(await command(ls, wire.argument(PREFIX + name, takes, given)))
        except ProfileError as error:
            raise CommandFailedError(sentence(str(error))) from None
        except OvertakenError as error:
            raise JsonRpcRequestCancelled(str(error)) from None
        except Cancelled:
            raise JsonRpcRequestCancelled("Cancelled.") from None

    server.command(PREFIX + name)(answer)
