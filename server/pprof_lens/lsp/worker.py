"""A thread of the editor's that does one job after another, and lets go of the one that nobody waits for any more.

Jobs ask now and then whether they are still wanted. One that is in the midst of a long step without asking is
interrupted: Cancelled is raised in its thread, between any two things that Python does there. So a job that may be
interrupted changes nothing that outlives it but by putting a finished value in its place. It never touches the editor.
"""

import asyncio
import ctypes
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Generic, TypeVar

from pprof_lens.profile.errors import Cancelled

T = TypeVar("T")

PATIENCE = 0.05
"""Seconds in which a job that is left may end by itself, and so where it means to."""


class Worker:
    """One thread; what is asked of it first is done first."""

    def __init__(self, name: str) -> None:
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix=name)

    async def run(self, job: Callable[[], T]) -> T:
        """What comes of the job, which goes on to its end even where whoever waits for it goes away."""
        return await asyncio.get_running_loop().run_in_executor(self._thread, job)

    async def run_while_wanted(self, job: Callable[[], T]) -> T:
        """The same; where whoever waits for it goes away, the job ends, where it is or soon after."""
        loop, running = asyncio.get_running_loop(), _Job(job)
        try:
            return await loop.run_in_executor(self._thread, running)
        except asyncio.CancelledError:
            loop.call_later(PATIENCE, running.interrupt)
            raise

    def stop(self) -> None:
        """Begin nothing any more."""
        self._thread.shutdown(wait=False, cancel_futures=True)


class _Job(Generic[T]):
    """A job that can be interrupted once, while it runs and only then."""

    def __init__(self, job: Callable[[], T]) -> None:
        self._job = job
        self._changing = threading.Lock()
        self._thread = 0
        self._is_over = False

    def __call__(self) -> T:
        with self._changing:
            self._thread = threading.get_ident()
        try:
            try:
                return self._job()
            finally:
                self._end()
        finally:
            self._end()  # an interruption may come while the first of them runs, but no second one

    def interrupt(self) -> None:
        """Raise Cancelled where the job is; called on another thread."""
        with self._changing:
            if self._thread and not self._is_over:
                self._is_over = True
                _raise_in(self._thread, Cancelled)

    def _end(self) -> None:
        """From here on the thread does other things: nothing may be raised in it any more."""
        with self._changing:
            self._is_over = True
            _raise_in(threading.get_ident(), None)


def _raise_in(thread: int, error: type[Exception] | None) -> None:
    """Have the thread raise this at the next thing that it does; None takes back what it has not raised yet."""
    raised = ctypes.py_object(error) if error is not None else None
    ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(thread), raised)
