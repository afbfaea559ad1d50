"""Where what is kept of a workspace lies on this machine: in a folder of the user's own, never in the workspace.

Nothing is made or read here, and nothing knows what is kept.
"""

import hashlib
import os
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path


def folder(roots: Sequence[str], environ: Mapping[str, str] = os.environ) -> Path:
    """The folder for what is kept of the workspace with these folders."""
    told = hashlib.sha256("\0".join(roots).encode("utf-8", "surrogateescape")).hexdigest()[:12]
    name = Path(roots[0]).name if roots else "files"
    return _state(environ) / "pprof-lens" / f"{name}-{told}"


def _state(environ: Mapping[str, str]) -> Path:
    if sys.platform == "win32":
        return Path(environ.get("LOCALAPPDATA") or home() / "AppData" / "Local")
    if sys.platform == "darwin":
        return home() / "Library" / "Application Support"
    named = environ.get("XDG_STATE_HOME", "")
    return Path(named) if os.path.isabs(named) else home() / ".local" / "state"


def home() -> Path:
    """The user's own folder; of a user that the system does not know a place where nothing is and can be kept."""
    return Path(os.path.expanduser("~")) if os.path.isabs(os.path.expanduser("~")) else Path(os.devnull)
