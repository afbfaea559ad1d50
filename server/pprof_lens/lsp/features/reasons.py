"""Why lines allocate: for the hover, as the compiler has it, and for a whole package as a text."""

import asyncio
from collections.abc import Mapping, Sequence
from pathlib import Path

from lsprotocol import types

from pprof_lens.annotate import reasons
from pprof_lens.contract import PREFIX, Empty, ExplainAllocations
from pprof_lens.lsp import commands, convert, go_settings, texts
from pprof_lens.lsp.server import ProfileServer
from pprof_lens.profile.errors import ProfileError
from pprof_lens.profile.plain import plain
from pprof_lens.source.reasons import Explained

KIND = "source.explainAllocations"
_TITLE = "Explain Allocations of This Package"


def register(server: ProfileServer) -> None:
    """Run the command behind the code action."""
    commands.register(server, "explainAllocations", explain_allocations)


def wish(ls: ProfileServer) -> None:
    """Learn in the background why the open files allocate, where the loaded profile has allocations of them."""
    snapshot = ls.backend.shown.snapshot
    if snapshot is None or not any(of.type.startswith("alloc_") for of in snapshot.profile.sample_types):
        return
    own = set(snapshot.files.own)
    paths = {
        uri: path
        for uri, path in ls.backend.files.by_uri().items()
        if not own.isdisjoint(snapshot.files.of_local(path))
    }
    one_of_each = {str(Path(path).parent): (uri, path) for uri, path in paths.items()}
    if ls.backend.reasons.can_ask():
        ls.backend.in_background(asyncio.get_running_loop().create_task(_wish(ls, tuple(one_of_each.values()))))


async def _wish(ls: ProfileServer, files: Sequence[tuple[str, str]]) -> None:
    for uri, path in files:
        ls.backend.reasons.wish(path, await go_settings.of_builds(ls, uri, path))


def action(ls: ProfileServer, uri: str) -> types.CodeAction | None:
    """The code action on a Go file; None where no Go may be asked."""
    if not ls.backend.reasons.can_ask() or not uri.endswith(".go"):
        return None
    command = types.Command(_TITLE, f"{PREFIX}explainAllocations", arguments=[{"uri": uri}])
    return types.CodeAction(title=_TITLE, kind=KIND, command=command)


async def explain_allocations(ls: ProfileServer, asked: ExplainAllocations) -> Empty:
    path = convert.local_path(asked.uri)
    if path is None:
        raise ProfileError("That is not a file on this machine.")
    explained = await ls.backend.reasons.of_package(path, await go_settings.of_builds(ls, asked.uri, path))
    await texts.show(ls, "allocations.txt", _written(explained))
    return Empty()


def _written(explained: Mapping[str, Explained]) -> str:
    rows = []
    for file in sorted(explained.values(), key=lambda file: file.path):
        for line in sorted(file.by_line):
            text = plain(file.lines[line - 1].strip()) if line <= len(file.lines) else ""
            rows += ["", f"{file.path}:{line}: {text}"]
            rows += [f"    {sentence}" for sentence in reasons.of_line(file, line, text)]
    return "\n".join(("Values that live on the heap, as the compiler has it", *rows)) + "\n"
