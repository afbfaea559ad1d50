"""A real Neovim without a screen, in a home of its own, on a copy of the example: what a Lua script sees in it."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
SCRIPTS = Path(sys.executable).parent
PLUGIN = f"vim.opt.runtimepath:prepend({str(ROOT / 'editors' / 'nvim')!r})\n"
"""The line of an init.lua that brings the plugin."""


def copied(home: Path) -> Path:
    """A copy of the example in that home."""
    return Path(shutil.copytree(ROOT / "examples" / "leaky", home / "leaky"))


def saw(script: Path, home: Path, init: str, *folders: Path, **environ: str) -> Any:
    """What the script printed in JSON, with internal/cache/cache.go open and `init` as the user's init.lua.

    `folders` stand on the PATH behind that of the tests' own programs.
    """
    (home / "init.lua").write_text(init, encoding="utf-8")
    own = {f"XDG_{name}_HOME": str(home / name.lower()) for name in ("CONFIG", "DATA", "STATE", "CACHE")}
    path = os.pathsep.join((str(SCRIPTS), *map(str, folders), os.environ["PATH"]))
    ended = subprocess.run(
        [SCRIPTS / "nvim", "--headless", "-u", home / "init.lua", "internal/cache/cache.go", "-c", f"luafile {script}"],
        cwd=home / "leaky",
        env={**os.environ, **own, "HOME": str(home), "PATH": path, **environ},
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    log = home / "state" / "nvim" / "lsp.log"
    assert ended.returncode == 0, ended.stderr + (log.read_text(encoding="utf-8") if log.exists() else "")
    return json.loads(ended.stdout)
