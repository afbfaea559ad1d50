"""gopls and our server in one buffer of a real Neovim, as docs/neovim.md has them: neither hides the other."""

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
SCRIPTS = Path(sys.executable).parent


@pytest.fixture(scope="module")
def seen(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """What check.lua saw; GOPLS names the program."""
    home = tmp_path_factory.mktemp("gopls")
    workspace = Path(shutil.copytree(ROOT / "examples" / "leaky", home / "leaky"))
    (written,) = re.findall(
        r"```lua\n-- gopls\n(.*?)```", (ROOT / "docs/neovim.md").read_text(encoding="utf-8"), re.DOTALL
    )
    folder = ROOT / "editors" / "nvim"
    (home / "init.lua").write_text(f"vim.opt.runtimepath:prepend({str(folder)!r})\n{written}", encoding="utf-8")
    own = {f"XDG_{name}_HOME": str(home / name.lower()) for name in ("CONFIG", "DATA", "STATE", "CACHE")}
    path = os.pathsep.join((str(SCRIPTS), str(Path(os.environ["GOPLS"]).parent), os.environ["PATH"]))
    ended = subprocess.run(
        [SCRIPTS / "nvim", "--headless", "-u", home / "init.lua", "internal/cache/cache.go",
         "-c", f"luafile {Path(__file__).with_name('check.lua')}"],
        cwd=workspace,
        env={**os.environ, **own, "HOME": str(home), "GOPATH": str(home / "go"), "GOPROXY": "off", "PATH": path},
        capture_output=True,
        text=True,
        check=False,
        timeout=400,
    )  # fmt: skip
    assert ended.returncode == 0, ended.stderr
    return json.loads(ended.stdout)


def test_the_hints_of_both_stand_in_one_buffer(seen: Any) -> None:
    assert seen["pprof_lens"] == ["31: cum 21.53MB 40.67%", "36: 525.43kB 0.97%", "49: 21.53MB 40.67%"]
    assert seen["gopls"] == ["31: *Session"]


def test_both_tell_of_a_line_what_they_know(seen: Any) -> None:
    assert "history" in seen["hovers"]["gopls"]
    assert "21.53MB" in seen["hovers"]["pprof_lens"]
