"""A server on the loopback that says exactly what a test tells it to, and then does what the test tells it to."""

import re
import socket
import threading
from collections.abc import Callable
from contextlib import suppress

Script = Callable[[socket.socket], None]


TLS_HANDSHAKE = b"\x16"


class Loopback:
    """Runs a script on each connection, the last one on all further ones; `requests` has what came in.

    Called with the scripts it answers its `host:port`.
    """

    def __init__(self) -> None:
        self.requests: list[str] = []
        self._socket = socket.create_server(("127.0.0.1", 0))
        self._scripts: list[Script] = []
        self._closed = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def __call__(self, *scripts: Script) -> str:
        self._scripts = list(scripts)
        self._thread.start()
        return f"127.0.0.1:{self._socket.getsockname()[1]}"

    def close(self) -> None:
        self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()
        self._closed.set()

    def _run(self) -> None:
        while True:
            try:
                connection, _ = self._socket.accept()
            except OSError:
                return
            script = self._scripts.pop(0) if len(self._scripts) > 1 else self._scripts[0]
            threading.Thread(target=self._serve, args=(connection, script), daemon=True).start()

    def _serve(self, connection: socket.socket, script: Script) -> None:
        with connection, suppress(OSError):  # whoever asked may hang up
            self._answer(connection, script)
            self._closed.wait()

    def _answer(self, connection: socket.socket, script: Script) -> None:
        request = b""
        while not _is_whole(request) and not request.startswith(TLS_HANDSHAKE):
            received = connection.recv(4096)
            if not received:
                break
            request += received
        self.requests.append(request.decode("latin-1"))
        script(connection)


def _is_whole(request: bytes) -> bool:
    head, end, body = request.partition(b"\r\n\r\n")
    length = re.search(rb"(?i)\r\ncontent-length: *([0-9]+)", head)
    return bool(end) and len(body) >= int(length[1] if length else 0)


def says(text: str | bytes) -> Script:
    """Send this, one line end for all, and hang up."""

    def script(connection: socket.socket) -> None:
        data = text.replace("\n", "\r\n").encode() if isinstance(text, str) else text
        connection.sendall(data)
        connection.shutdown(socket.SHUT_RDWR)

    return script


def answers(body: bytes, *, status: str = "200 OK", content_type: str = "application/octet-stream") -> Script:
    head = f"HTTP/1.1 {status}\r\nContent-Type: {content_type}\r\nContent-Length: {len(body)}\r\n\r\n"
    return says(head.encode() + body)


def stays_silent_after(data: bytes) -> Script:
    """Send this and keep the connection open."""
    return lambda connection: connection.sendall(data)
