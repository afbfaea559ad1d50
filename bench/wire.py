"""A client of the real server over standard input and output, as the benches share it."""

import statistics
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from lsprotocol import types
from pygls.lsp.client import LanguageClient

TIMED_SERVER = Path(__file__).parent / "timed_server.py"
COMMAND, STATUS = "pprofLens.server.", "pprofLens/status"


async def begin(client: LanguageClient, root: Path, *program: object, **settings: object) -> None:
    """Start the program, a Python script or module with its arguments, on the folder, with these settings."""
    ignore(client, STATUS, types.PROGRESS, types.WINDOW_WORK_DONE_PROGRESS_CREATE, types.WINDOW_SHOW_MESSAGE)
    ignore(client, types.TEXT_DOCUMENT_PUBLISH_DIAGNOSTICS)
    await client.start_io(sys.executable, *map(str, program))
    await client.initialize_async(
        types.InitializeParams(
            capabilities=types.ClientCapabilities(
                workspace=types.WorkspaceClientCapabilities(
                    inlay_hint=types.InlayHintWorkspaceClientCapabilities(refresh_support=True)
                ),
                window=types.WindowClientCapabilities(work_done_progress=True),
            ),
            initialization_options={"settings": settings},
            root_uri=root.as_uri(),
            workspace_folders=[types.WorkspaceFolder(root.as_uri(), "bench")],
        )
    )
    client.initialized(types.InitializedParams())


async def end(client: LanguageClient) -> None:
    await client.shutdown_async(None)
    client.exit(None)
    await client.stop()  # type: ignore[no-untyped-call]


async def command(client: LanguageClient, name: str, **argument: object) -> Any:  # noqa: ANN401 - JSON
    return await client.workspace_execute_command_async(types.ExecuteCommandParams(COMMAND + name, [argument]))


def print_times(what: str, seconds: Sequence[float], *, most: float | None) -> None:
    """Median and 99th percentile in milliseconds, of which the latter is to be at most `most`."""
    p99 = statistics.quantiles(seconds, n=100, method="inclusive")[98] * 1e3
    median = statistics.median(seconds) * 1e3
    target = "" if most is None else f", to be at most {most:g}{' <- MISSED' if p99 > most else ''}"
    print(f"  {what:16} {median:7.2f} ms, {p99:7.2f} ms at the 99th of {len(seconds)}{target}")


def ignore(client: LanguageClient, *requests: str) -> None:
    """Answer these requests of the server with nothing, but those that are answered already."""
    for name in requests:
        if name not in client.protocol.fm.features:
            client.feature(name)(lambda _: None)
