"""Starts the server that an extension carries: its libraries and its package come first, whatever else is installed.

It needs nothing of the interpreter but the standard library, so an editor may start it isolated (`python -I -S`).
"""

import sys
from pathlib import Path

server = Path(__file__).resolve().parent
sys.path[:0] = [str(server), str(server / "libs")]

from pprof_lens.cli import main  # noqa: E402 - only now can it be found

if __name__ == "__main__":
    sys.exit(main())
