"""gopls and our server in one buffer of a real Neovim, as docs/neovim.md has them: neither hides the other."""

import os
import re
from pathlib import Path
from typing import Any

import pytest

from nvim import PLUGIN, ROOT, copied, saw


@pytest.fixture(scope="module")
def seen(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """What check.lua saw; GOPLS names the program."""
    home = tmp_path_factory.mktemp("gopls")
    copied(home)
    (written,) = re.findall(
        r"```lua\n-- gopls\n(.*?)```", (ROOT / "docs/neovim.md").read_text(encoding="utf-8"), re.DOTALL
    )
    quiet = {"GOPATH": str(home / "go"), "GOPROXY": "off"}
    gopls = Path(os.environ["GOPLS"]).parent
    return saw(Path(__file__).with_name("check.lua"), home, PLUGIN + written, gopls, **quiet)


def test_the_hints_of_both_stand_in_one_buffer(seen: Any) -> None:
    assert seen["pprof_lens"] == ["31: cum 21.53MB 40.67%", "36: 525.43kB 0.97%", "49: 21.53MB 40.67%"]
    assert seen["gopls"] == ["31: *Session"]


def test_both_tell_of_a_line_what_they_know(seen: Any) -> None:
    assert "history" in seen["hovers"]["gopls"]
    assert "21.53MB" in seen["hovers"]["pprof_lens"]
