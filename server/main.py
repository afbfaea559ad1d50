"""Starts the server that an extension carries: its libraries and its package come first, whatever else is installed.

It needs nothing of the interpreter but the standard library, so an editor may start it isolated (`python -I -S`).
Frozen it is the server itself, and needs no interpreter.
"""

import os
import sys
from pathlib import Path

if getattr(sys, "frozen", False):
    # The starter pointed the loader at our libraries; git and go are to have their own.
    original = os.environ.pop("LD_LIBRARY_PATH_ORIG", None)
    os.environ.pop("LD_LIBRARY_PATH", None)
    if original is not None:
        os.environ["LD_LIBRARY_PATH"] = original
else:
    server = Path(__file__).resolve().parent
    sys.path[:0] = [str(server), str(server / "libs")]

from pprof_lens.cli import main

if __name__ == "__main__":
    sys.exit(main())
