"""The ends of the wire to the editor, as pygls reads and writes them; whatever comes there, or does not, is no error.

Nothing is set aside for a length that is only announced. An editor that is gone is one that says nothing more.
"""

import logging
from contextlib import suppress
from typing import BinaryIO

log = logging.getLogger(__name__)

LARGEST_MESSAGE = 1 << 30
_LONGEST_HEADER = 1 << 16
_PIECE = 1 << 20


class Input:
    """What the editor sends."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream

    def readline(self) -> bytes:
        """The next line of a header; nothing where there is none, or none that could be one."""
        line = self._read_line()
        if len(line) == _LONGEST_HEADER and not line.endswith(b"\n"):
            log.error("The editor sends a header that has no end, so the server ends.")
            return b""
        return line

    def read(self, size: int) -> bytes:
        """A message of that size; nothing where it does not come whole, or is larger than any."""
        if size > LARGEST_MESSAGE:
            log.error("The editor announces a message of more than %d bytes, so the server ends.", LARGEST_MESSAGE)
            return b""
        pieces: list[bytes] = []
        while size and (piece := self._read_some(min(size, _PIECE))):
            pieces.append(piece)
            size -= len(piece)
        return b"" if size else b"".join(pieces)

    def _read_line(self) -> bytes:
        with suppress(OSError, ValueError):
            return self._stream.readline(_LONGEST_HEADER)
        return b""

    def _read_some(self, size: int) -> bytes:
        with suppress(OSError, ValueError):
            return self._stream.read(size)
        return b""


class Output:
    """What is sent to the editor, as long as it is there."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream

    def write(self, data: bytes) -> None:
        """Send it, or drop it: an editor that is gone is noticed where it is read from."""
        with suppress(OSError, ValueError):
            self._stream.write(data)

    def flush(self) -> None:
        with suppress(OSError, ValueError):
            self._stream.flush()

    def close(self) -> None:
        with suppress(OSError, ValueError):
            self._stream.close()
