"""The stacks behind a finding, as a text: offered where its problem is."""

from lsprotocol import types

from pprof_lens.annotate import stacks
from pprof_lens.contract import PREFIX, Empty, ShowStacks
from pprof_lens.lsp import commands, texts
from pprof_lens.lsp.server import ProfileServer
from pprof_lens.profile.errors import ProfileError

_TITLE = "Show the Stacks"


def register(server: ProfileServer) -> None:
    """Run the command behind the code action."""
    commands.register(server, "showStacks", show_stacks)


def action(problem: types.Diagnostic) -> types.CodeAction | None:
    """The code action of a leak's problem."""
    data = problem.data if isinstance(problem.data, dict) else {}
    function = data.get("function")
    if not isinstance(function, str):
        return None
    asked = {"code": problem.code, "function": function}
    return types.CodeAction(
        title=_TITLE,
        kind=types.CodeActionKind.QuickFix,
        diagnostics=[problem],
        command=types.Command(_TITLE, f"{PREFIX}showStacks", arguments=[asked]),
    )


async def show_stacks(ls: ProfileServer, asked: ShowStacks) -> Empty:
    found = [
        (leak.finding, leak.local)
        for leak in (*ls.backend.shown.findings.leaks, *ls.backend.shown.findings.waiting)
        if (leak.finding.code, leak.finding.function) == (asked.code, asked.function)
    ]
    if not found:
        raise ProfileError("That is no longer found, so there are no stacks of it.")
    await texts.show(ls, "stacks.txt", stacks.text(found))
    return Empty()
