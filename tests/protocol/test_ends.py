"""However the editor's end of the wire is lost, the server ends, quietly, and nothing that it wrote is left."""

import os
import re
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import IO, Any, NamedTuple

import pytest

from said import SECONDS, command, ended_in_time, framed, notice, opening, received, request

ENDINGS = {
    "exit without shutdown": framed(notice("exit", None)),
    "nothing more": b"",
    "half a message": b'Content-Length: 500\r\n\r\n{"jsonrpc',
    "a length that no message has": b"Content-Length: 99999999999999999999\r\n\r\n{}",
    "a length that is only announced": b"Content-Length: 1000000000000\r\n\r\n{}",
    "a header without an end": b"a" * 100_000,
}


class Wire(NamedTuple):
    """A server, and the editor's end of the wire to it."""

    server: "subprocess.Popen[bytes]"
    to: IO[bytes]
    answers: IO[bytes]


@contextmanager
def over_stdio(temporary: Path) -> Iterator[Wire]:
    with started(temporary) as server:
        assert server.stdin is not None
        assert server.stdout is not None
        yield Wire(server, server.stdin, server.stdout)


@contextmanager
def over_tcp(temporary: Path) -> Iterator[Wire]:
    with started(temporary, "--tcp", "127.0.0.1:0") as server:
        assert server.stderr is not None
        listening = re.search(rb"port ([0-9]+)", server.stderr.readline())
        assert listening is not None
        with socket.create_connection(("127.0.0.1", int(listening[1]))) as end:
            wire = Wire(server, end.makefile("wb"), end.makefile("rb"))
        yield wire  # whose files hold the connection


@contextmanager
def started(temporary: Path, *words: str) -> Iterator["subprocess.Popen[bytes]"]:
    pipe, environ = subprocess.PIPE, {**os.environ, "TMPDIR": str(temporary)}
    words = (sys.executable, "-m", "pprof_lens", "lsp", *words)
    with (
        subprocess.Popen(words, stdin=pipe, stdout=pipe, stderr=pipe, env=environ) as server,
        ended_in_time(server),
    ):
        yield server


@pytest.mark.parametrize("over", [over_stdio, over_tcp])
@pytest.mark.parametrize("ending", ENDINGS)
def test_a_server_that_loses_its_editor_ends_and_leaves_nothing(
    workspace: Path, tmp_path: Path, over: Callable[[Path], AbstractContextManager[Wire]], ending: str
) -> None:
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    with over(temporary) as wire:
        said = (*opening(workspace), command("page", "showPage", {"source": "profiles/cpu.pprof"}))
        wire.to.write(b"".join(map(framed, said)))
        wire.to.flush()
        while received(wire.answers).get("id") != "page":
            pass
        assert any(temporary.iterdir())
        wire.to.write(ENDINGS[ending])
        wire.to.close()
        wire.answers.close()
        assert wire.server.stderr is not None
        log = wire.server.stderr.read().decode()
        assert wire.server.wait(SECONDS) == 1
    assert not any(temporary.iterdir())
    assert "Traceback" not in log


ENDED_AS_A_THREAD_STARTS = """
import os
import signal
from concurrent.futures import ThreadPoolExecutor
from pprof_lens import cli

start = ThreadPoolExecutor._adjust_thread_count

def ended(pool):
    if pool._thread_name_prefix == "pprof-lens":
        os.kill(os.getpid(), signal.SIGTERM)
    start(pool)

ThreadPoolExecutor._adjust_thread_count = ended
cli.main(["lsp"])
"""
"""A server that is ended as it holds the lock of its worker."""


@pytest.mark.skipif(os.name != "posix", reason="there a signal ends a process, whichever it is")
def test_a_server_ends_where_it_holds_a_lock_as_the_signal_comes(workspace: Path) -> None:
    command_line = [sys.executable, "-c", ENDED_AS_A_THREAD_STARTS]
    with (
        subprocess.Popen(command_line, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL) as server,
        ended_in_time(server),
    ):
        assert server.stdin is not None
        server.stdin.write(b"".join(map(framed, opening(workspace))))
        server.stdin.flush()
        assert server.wait() == 1


def test_what_is_asked_after_a_shutdown_is_refused(tmp_path: Path) -> None:
    with over_stdio(tmp_path) as wire:
        first = request("first", "initialize", {"capabilities": {}, "processId": None, "rootUri": None})
        after = (request("again", "shutdown", None), command("status", "status", {}))
        wire.to.write(b"".join(map(framed, (first, request("end", "shutdown", None), *after))))
        wire.to.flush()
        answers: dict[object, Any] = {}
        while not {"end", "again", "status"} <= answers.keys():
            answer = received(wire.answers)
            answers[answer.get("id")] = answer
        assert answers["end"]["result"] is None
        assert {answers[name]["error"]["code"] for name in ("again", "status")} == {-32600}
        wire.to.write(framed(notice("exit", None)))
        wire.to.close()
        assert wire.server.wait(SECONDS) == 0
