"""Programs that answer on their standard output: run without a shell, for a limited time, with a limited answer.

Nothing here knows which programs may be run, nor what they say.
"""

import os
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence

from pprof_lens.profile.errors import Cancelled

TIME_LIMIT = 10.0
"""Seconds for one run of a program."""

MOST_PRINTED = 16 << 20
"""Bytes; a program that prints more has failed."""

Cancellation = Callable[[], bool]


def never() -> bool:
    """The Cancellation of who does not cancel."""
    return False


def run(command: Sequence[str], environ: Mapping[str, str], cancelled: Cancellation = never) -> bytes:
    """What a program prints, or nothing if it fails, takes too long or prints too much. Raises Cancelled."""
    try:
        process = subprocess.Popen(  # noqa: S603 - absolute program, fixed arguments, no shell
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            cwd=os.path.expanduser("~"),
            env=environ,
        )
    except OSError:
        return b""
    with process:
        deadline = time.monotonic() + TIME_LIMIT
        while True:
            try:
                printed, _ = process.communicate(timeout=0.1)
                break
            except subprocess.TimeoutExpired:
                if cancelled() or time.monotonic() > deadline:
                    process.kill()
                if cancelled():
                    raise Cancelled from None
    return printed if process.returncode == 0 and len(printed) <= MOST_PRINTED else b""
