"""The compiler is asked in the background only for so long, as nobody sees that it is asked."""

import asyncio
from pathlib import Path
from types import SimpleNamespace
from typing import cast

import pytest

from pprof_lens.bench.allowed import Allowed
from pprof_lens.editor import reasons
from pprof_lens.editor.host import Host
from pprof_lens.editor.reasons import Reasons
from pprof_lens.workspace.tools import Tools


async def test_a_package_that_takes_too_long_is_given_up_and_the_next_one_is_asked_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reasons, "MOST_SECONDS", 1)
    asked = tmp_path / "asked"
    go = tmp_path / "go"
    go.write_text(f"#!/bin/sh\npwd >> {asked}\nexec sleep 1000\n")
    go.chmod(0o755)
    shown = SimpleNamespace(surroundings=SimpleNamespace(tools=Tools(go=str(go))))
    known = Reasons(cast("Host", SimpleNamespace(shown=shown, own_folder=lambda: tmp_path)))
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        known.learn(str(tmp_path / name / "p.go"), (Allowed(),))

    async def until_asked() -> None:
        while not (asked.exists() and "/two\n" in asked.read_text()):
            await asyncio.sleep(0.02)

    await asyncio.wait_for(until_asked(), 60)
    known.stop()
