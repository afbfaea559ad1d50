"""Stretches of a job that cannot be interrupted: what they begin they end, whoever leaves the job meanwhile.

A job that nobody waits for is interrupted between any two things that Python does (`editor/worker.py`). That must not
be between the start of a program and the moment from which someone ends it, nor while Python itself holds a lock of its
own. Such a stretch asks by itself whether it is wanted. Nothing here starts a thread or waits for more than the moment
in which an interruption is on its way.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext

from pprof_lens.profile.fold import pause


class _Own(threading.local):
    """What this thread's job is interrupted under."""

    lock: "threading.RLock | nullcontext[None]" = nullcontext()


_own = _Own()


def interrupt_only_under(lock: "threading.RLock | nullcontext[None]") -> None:
    """Have it known that whoever interrupts this thread holds the lock while it does."""
    _own.lock = lock


@contextmanager
def uninterrupted() -> Iterator[None]:
    """Nothing is raised in this thread from outside, within."""
    with _own.lock:
        pause()  # what was raised before we had the lock gets here
        yield
