"""Programs that answer on their standard output: run without a shell, for a limited time, with a limited answer.

A program that takes too long, prints too much or is no longer wanted is ended with all that it started. Nothing
here knows which programs may be run, nor what they say.
"""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from io import BufferedReader
from types import TracebackType
from typing import cast, final

from pprof_lens.profile.errors import Cancelled
from pprof_lens.profile.uninterrupted import uninterrupted

if sys.platform == "linux":
    import resource

TIME_LIMIT = 10.0
"""Seconds for one program, from its start to its end."""

MOST_PRINTED = 16 << 20
"""Bytes; a program that prints more has failed."""

MOST_MEMORY = 2 << 30
"""Bytes of its own, where the system holds a program to it: git can be led to read a device that never ends."""

_CHUNK = 1 << 16
_POLL_SECONDS = 0.05

Cancellation = Callable[[], bool]


def never() -> bool:
    """The Cancellation of who does not cancel."""
    return False


@uninterrupted()
def run(command: Sequence[str], environ: Mapping[str, str], cancelled: Cancellation = never) -> bytes:
    """What a program prints, or nothing if it fails, takes too long or prints too much. Raises Cancelled."""
    try:
        program = Program(command, environ, TIME_LIMIT, cancelled)
    except OSError:
        return b""
    printed = bytearray()
    with program:
        while len(printed) <= MOST_PRINTED and (chunk := program.read_some()):
            printed += chunk
        is_whole = len(printed) <= MOST_PRINTED and program.succeeded()
    return bytes(printed) if is_whole else b""


_running: set["subprocess.Popen[bytes]"] = set()


def remember(process: "subprocess.Popen[bytes]") -> None:
    """Have `end_all` end this program too, which leads a group of its own, until `end` or `forget` is told of it."""
    _running.add(process)


def forget(process: "subprocess.Popen[bytes]") -> None:
    """It has ended by itself."""
    _running.discard(process)


def end_all() -> None:
    """End whatever still runs: this process is about to end without waiting for its threads."""
    for process in tuple(_running):
        end(process)


def end(process: "subprocess.Popen[bytes]") -> None:
    """End a program that leads a group of its own, with all that it started."""
    forget(process)
    with suppress(OSError):  # it has ended by itself
        if hasattr(os, "killpg"):
            os.killpg(process.pid, signal.SIGKILL)
        else:
            process.kill()


def _bound_memory(pid: int) -> None:
    if sys.platform == "linux":
        with suppress(OSError, ValueError):  # it has ended by itself, or may have less
            resource.prlimit(pid, resource.RLIMIT_DATA, (MOST_MEMORY, MOST_MEMORY))


@final
class Program:
    """A running program that is asked and answers, until it is left, its time is over or nobody wants it any more.

    After its time its answers end as if it had closed them. Reading raises Cancelled once `cancelled` answers true;
    starting it raises OSError.
    """

    def __init__(
        self, command: Sequence[str], environ: Mapping[str, str], seconds: float, cancelled: Cancellation = never
    ) -> None:
        home = os.path.expanduser("~")
        self._process = subprocess.Popen(  # noqa: S603 - absolute program, fixed arguments, no shell
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            cwd=home if os.path.isdir(home) else os.path.abspath(os.sep),
            env=environ,
            start_new_session=True,
        )
        remember(self._process)
        _bound_memory(self._process.pid)
        self._cancelled = cancelled
        self._deadline = time.monotonic() + seconds
        self._left = threading.Event()
        self._has_printed = False
        threading.Thread(target=self._guard, daemon=True).start()

    def __enter__(self) -> "Program":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.leave()

    def leave(self) -> None:
        """End it, where it still runs: nobody asks it any more."""
        self._left.set()
        if self._process.returncode is None:
            end(self._process)
        for pipe in (self._process.stdin, self._process.stdout):
            with suppress(OSError):  # what was still to be written has nobody to read it
                cast("BufferedReader", pipe).close()
        self._process.wait()
        forget(self._process)

    def ask(self, request: bytes) -> None:
        """Write a request; one that nobody reads any more is answered by the end of the answers."""
        assert self._process.stdin is not None
        try:
            self._process.stdin.write(request)
            self._process.stdin.flush()
        except OSError:
            self._demand()

    def close(self) -> None:
        """Say that nothing more is asked."""
        assert self._process.stdin is not None
        try:
            self._process.stdin.close()
        except OSError:
            self._demand()

    def read_line(self) -> bytes:
        """The next line of the answers, without its end; empty at their end."""
        return self._read(lambda pipe: pipe.readline(_CHUNK)).rstrip(b"\n")

    def read_exactly(self, size: int) -> bytes:
        """So many bytes of the answers, or fewer at their end."""
        return self._read(lambda pipe: pipe.read(size))

    def read_some(self) -> bytes:
        """What there is of the answers, at least one byte; empty at their end."""
        return self._read(lambda pipe: pipe.read1(_CHUNK))

    def succeeded(self) -> bool:
        """Wait for the end; whether the program says that all went well."""
        self.close()
        code = self._process.wait()
        self._demand()
        return code == 0

    def was_ended(self) -> bool:
        """Wait for the end; whether it came from outside, so that what was printed may not be all."""
        return self._process.wait() < 0

    @property
    def is_mute(self) -> bool:
        """Whether it printed nothing, and did not end by itself either, which says something as well."""
        return not self._has_printed and (self._process.returncode is None or self._process.returncode < 0)

    def _read(self, read: Callable[[BufferedReader], bytes]) -> bytes:
        answer = read(cast("BufferedReader", self._process.stdout))
        if not answer:
            self._demand()
        self._has_printed |= bool(answer)
        return answer

    def _demand(self) -> None:
        if self._cancelled():
            raise Cancelled

    def _guard(self) -> None:
        """End the program when its time is over; a thread of its own, since reading waits."""
        while not self._left.wait(_POLL_SECONDS):
            if self._cancelled() or time.monotonic() > self._deadline:
                end(self._process)
                return
