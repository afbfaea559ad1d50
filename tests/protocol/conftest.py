"""A real client over stdio, on a copy of the example that a test may change."""

import asyncio
import shutil
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from lsprotocol import types
from pytest_lsp import client_capabilities, make_test_lsp_client

from editor import Editor, Start

EXAMPLE = Path(__file__).parent.parent.parent / "examples" / "leaky"


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    """A copy of the example."""
    return Path(shutil.copytree(EXAMPLE, tmp_path / "leaky"))


@pytest_asyncio.fixture
async def start(workspace: Path) -> AsyncIterator[Start]:
    """Start an editor with these settings, `told` once that is set, on the workspace; it ends with the test."""
    editors: list[Editor] = []

    async def started(
        client_name: str = "visual_studio_code",
        options: dict[str, Any] | None = None,
        folder: Path = workspace,
        told: asyncio.Event | None = None,
        **settings: object,
    ) -> Editor:
        client = make_test_lsp_client()
        editor = Editor(client, workspace)
        editors.append(editor)
        client.set_configuration({"pprofLens": settings})
        if told is not None:
            editor.tell_settings_after(told)
        await client.start_io(sys.executable, "-m", "pprof_lens", "lsp")
        capabilities = client_capabilities(client_name)
        assert capabilities.workspace is not None
        capabilities.workspace.inlay_hint = types.InlayHintWorkspaceClientCapabilities(refresh_support=True)
        await client.initialize_session(
            types.InitializeParams(
                capabilities=capabilities,
                workspace_folders=[types.WorkspaceFolder(uri=folder.as_uri(), name="leaky")],
                root_uri=folder.as_uri(),
                initialization_options=options,
            )
        )
        if "profile" in settings:
            await editor.eventually(editor.is_loaded)
        return editor

    yield started
    for editor in editors:
        await editor.client.shutdown_session()
