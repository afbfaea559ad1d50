"""A thread of the editor's that does one job after another, and lets go of the one that nobody waits for any more.

Jobs ask now and then whether they are still wanted. One that is in the midst of a long step without asking is
interrupted: Cancelled is raised in its thread, between any two things that Python does there, but in stretches that are
`uninterrupted`. So a job that may be interrupted changes nothing that outlives it but by putting a finished value in
its place; it logs nothing, starts no thread, and imports nothing first, for each holds a lock of Python's own for a
moment in which it could be interrupted (`tests/editor/test_worker.py` looks). It never touches the editor.
"""

import asyncio
import ctypes
import threading
import traceback
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext
from typing import Generic, TypeVar

from pprof_lens.profile.errors import Cancelled
from pprof_lens.profile.fold import pause
from pprof_lens.profile.uninterrupted import interrupt_only_under

T = TypeVar("T")

PATIENCE = 0.05
"""Seconds in which a job that is left may end by itself, and so where it means to."""


class Worker:
    """One thread; what is asked of it first is done first, what is asked once it is stopped is cancelled at once.

    It is asked, and stopped, on the loop only.
    """

    def __init__(self, name: str) -> None:
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix=name)
        self._is_stopped = False

    def begin(self, job: Callable[[], object]) -> None:
        """Have a job done that nobody waits for; not where this is stopped before."""
        if not self._is_stopped:
            self._thread.submit(job)

    async def run(self, job: Callable[[], T]) -> T:
        """What comes of the job, which goes on to its end even where whoever waits for it goes away."""
        return await self._begun(job)

    async def run_while_wanted(self, job: Callable[[], T]) -> T:
        """The same; where whoever waits for it goes away, the job ends, where it is or soon after."""
        loop, running = asyncio.get_running_loop(), _Job(job)
        try:
            return await self._begun(running)
        except asyncio.CancelledError:
            loop.call_later(PATIENCE, _interrupt, loop, running)
            raise

    def stop(self) -> None:
        """Begin nothing any more: what waits is cancelled."""
        self._is_stopped = True
        self._thread.shutdown(wait=False, cancel_futures=True)

    async def _begun(self, job: Callable[[], T]) -> T:
        if self._is_stopped:
            raise asyncio.CancelledError
        try:
            return await asyncio.get_running_loop().run_in_executor(self._thread, job)
        except Exception as error:
            let_go(error)
            raise


def let_go(error: BaseException | None) -> None:
    """Let go of all that was on the way of an error, and of those that it came of.

    Where it went holds it as well, as a rule, so that else all of that stays until garbage is collected, be it a whole
    profile that could not be read.
    """
    while error is not None:
        traceback.clear_frames(error.__traceback__)
        error = error.__context__


def _interrupt(loop: asyncio.AbstractEventLoop, running: "_Job[T]") -> None:
    """Interrupt the job, as soon as it is in no stretch that must not be interrupted."""
    if not running.interrupt():
        loop.call_later(PATIENCE, _interrupt, loop, running)


class _Job(Generic[T]):
    """A job that can be interrupted once, before it begins or while it runs in no stretch that is `uninterrupted`."""

    def __init__(self, job: Callable[[], T]) -> None:
        self._job = job
        self._changing = threading.RLock()
        self._thread = 0
        self._is_interrupted = self._is_over = False

    def __call__(self) -> T:
        with self._changing:
            if self._is_interrupted:
                raise Cancelled
            self._thread = threading.get_ident()
            interrupt_only_under(self._changing)
        try:
            try:
                return self._job()
            finally:
                self._end()
        finally:
            self._end()  # an interruption may come while the first of them runs, but no second one

    def interrupt(self) -> bool:
        """Raise Cancelled where the job is, unless that must not be now; called on another thread, and never waits."""
        if not self._changing.acquire(blocking=False):
            return False
        try:
            if not self._is_over:
                self._is_interrupted = True
                if self._thread:
                    _raise_in(self._thread)
        finally:
            self._changing.release()
        return True

    def _end(self) -> None:
        """From here on the thread does other things: nothing may be raised in it any more."""
        with self._changing:
            self._is_over = True
            interrupt_only_under(nullcontext())
            if self._is_interrupted:
                _take_what_was_raised()


def _take_what_was_raised() -> None:
    """Have what was raised in this thread, and is on its way or got here, raised now.

    Python 3.11 does not forget what is only taken back: whoever traces the process then waits for ever.
    """
    try:
        _raise_in(threading.get_ident())
        pause()
    except Cancelled:
        pass


def _raise_in(thread: int) -> None:
    """Have the thread raise Cancelled at the next thing that it does, once."""
    ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(thread), ctypes.py_object(Cancelled))
