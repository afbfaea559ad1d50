"""What is said to a server and read of it byte by byte, where no client would say it."""

import json
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

FILE = "internal/catalog/catalog.go"
SECONDS = 60
"""So long a server may take for anything."""


@contextmanager
def ended_in_time(server: "subprocess.Popen[bytes]") -> Iterator[None]:
    """A server that hangs fails the test."""
    timer = threading.Timer(SECONDS, server.kill)
    timer.start()
    try:
        yield
    finally:
        timer.cancel()


def opening(workspace: Path) -> list[object]:
    """What an editor says first: it loads a profile and opens a file."""
    source = workspace / FILE
    item = {"uri": source.as_uri(), "languageId": "go", "version": 1, "text": source.read_text(encoding="utf-8")}
    return [
        request("first", "initialize", {"capabilities": {}, "rootUri": workspace.as_uri(), "processId": None}),
        notice("initialized", {}),
        command("load", "load", {"source": "profiles/heap.pprof"}),
        notice("textDocument/didOpen", {"textDocument": item}),
    ]


def framed(message: object) -> bytes:
    body = message if isinstance(message, bytes) else json.dumps(message).encode()
    return b"Content-Length: %d\r\n\r\n%s" % (len(body), body)


def received(answers: IO[bytes]) -> dict[str, Any]:
    size = 0
    while (line := answers.readline()) not in (b"\r\n", b""):
        if line.lower().startswith(b"content-length:"):
            size = int(line.partition(b":")[2])
    assert size, "the server went away"
    read: dict[str, Any] = json.loads(answers.read(size))
    return read


def request(asked: object, method: str, params: object) -> dict[str, object]:
    return {"jsonrpc": "2.0", "id": asked, "method": method, "params": params}


def notice(method: str, params: object) -> dict[str, object]:
    return {"jsonrpc": "2.0", "method": method, "params": params}


def command(asked: object, name: str, *arguments: object) -> dict[str, object]:
    params = {"command": f"pprofLens.server.{name}", "arguments": list(arguments)}
    return request(asked, "workspace/executeCommand", params)
