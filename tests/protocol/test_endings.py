"""What is left of a server that ends without having been told to shut down: nothing."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

CACHE = "internal/cache/cache.go"

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="a signal ends a process of Windows as it is")


class Raw:
    """A server whose compiler never ends, and that is told what an editor tells at its start."""

    def __init__(self, workspace: Path, scratch: Path, editor: int) -> None:
        self.compiling = scratch / "compiling"
        self.own = scratch / "own"
        self.own.mkdir()
        go = scratch / "bin" / "go"
        go.parent.mkdir()
        go.write_text(f'#!/bin/sh\n[ "$1" = env ] && exit 1\necho $$ > {self.compiling}.new\n'
                      f"mv {self.compiling}.new {self.compiling}\nexec sleep 600\n")  # fmt: skip
        go.chmod(0o755)
        environ = {**os.environ, "PATH": f"{go.parent}:/usr/bin:/bin", "TMPDIR": str(self.own)}
        self.process = subprocess.Popen(
            [sys.executable, "-m", "pprof_lens", "lsp"],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env=environ,
        )
        options = {"settings": {"profile": "profiles/heap.pprof"}}
        folder = {"uri": workspace.as_uri(), "name": "leaky"}
        self._send("initialize", 1, capabilities={}, processId=editor, workspaceFolders=[folder],
                   rootUri=folder["uri"], initializationOptions=options)  # fmt: skip
        self._send("initialized")
        path = workspace / CACHE
        document = {"uri": path.as_uri(), "languageId": "go", "version": 1, "text": path.read_text()}
        self._send("textDocument/didOpen", textDocument=document)

    def compiler(self) -> int:
        """The compiler's process, once it runs."""
        until(self.compiling.exists)
        return int(self.compiling.read_text())

    def _send(self, method: str, number: int | None = None, **params: object) -> None:
        message = {"jsonrpc": "2.0", "method": method, "params": params}
        body = json.dumps(message if number is None else {**message, "id": number}).encode()
        assert self.process.stdin is not None
        self.process.stdin.write(b"Content-Length: %d\r\n\r\n%b" % (len(body), body))
        self.process.stdin.flush()


@pytest.fixture
def editor() -> Iterator["subprocess.Popen[bytes]"]:
    """The process that says it is the editor."""
    with subprocess.Popen(["/bin/sleep", "600"]) as process:
        yield process
        process.kill()


@pytest.fixture
def raw(workspace: Path, tmp_path: Path, editor: "subprocess.Popen[bytes]") -> Iterator[Raw]:
    server = Raw(workspace, tmp_path, editor.pid)
    yield server
    server.process.kill()
    server.process.communicate()


def until(happens: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 60
    while not happens():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def is_gone(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return True
    facts = Path(f"/proc/{process}/stat")
    return facts.exists() and facts.read_bytes().rpartition(b")")[2].split()[:1] == [b"Z"]


@pytest.mark.parametrize("name", ["SIGTERM", "SIGHUP"])
def test_a_signal_ends_what_the_server_started_and_removes_what_it_wrote(raw: Raw, name: str) -> None:
    compiler = raw.compiler()
    raw.process.send_signal(signal.Signals[name])
    raw.process.wait(10)
    until(lambda: is_gone(compiler))
    assert not any(raw.own.iterdir())


def test_an_editor_that_is_gone_takes_the_compiler_with_it(raw: Raw, editor: "subprocess.Popen[bytes]") -> None:
    compiler = raw.compiler()
    editor.kill()
    editor.wait()
    raw.process.wait(10)
    until(lambda: is_gone(compiler))
    assert not any(raw.own.iterdir())
