"""The ends of the wire to the editor, as pygls reads and writes them; whatever comes there, or does not, is no error.

Nothing is set aside for a length that is only announced. An editor that is gone is one that says nothing more.
"""

import asyncio
import logging
from concurrent.futures import Executor
from contextlib import suppress
from io import BufferedIOBase
from typing import BinaryIO

log = logging.getLogger(__name__)

LARGEST_MESSAGE = 1 << 30
_LONGEST_HEADER = 1 << 16
_PIECE = 1 << 20


class Input:
    """What the editor sends, read on another thread as far as it is there and then given without one.

    To change threads for each line would cost several times what a message takes to answer while something loads.
    """

    def __init__(self, stream: BufferedIOBase, threads: Executor) -> None:
        self._stream = stream
        self._threads = threads
        self._read = bytearray()

    async def readline(self) -> bytes:
        """The next line of a header; nothing where there is none, or none that could be one."""
        while not (size := self._read.find(b"\n", 0, _LONGEST_HEADER) + 1):
            if len(self._read) >= _LONGEST_HEADER:
                log.error("The editor sends a header that has no end, so the server ends.")
                return b""
            if not await self._read_on(1):
                return b""
        return self._take(size)

    async def readexactly(self, size: int) -> bytes:
        """A message of that size; nothing where it does not come whole, or is larger than any."""
        if size > LARGEST_MESSAGE:
            log.error("The editor announces a message of more than %d bytes, so the server ends.", LARGEST_MESSAGE)
            return b""
        if size > len(self._read) and not await self._read_on(size - len(self._read)):
            return b""
        await asyncio.sleep(0)  # what the message before began goes on first, where both came at once
        return self._take(size)

    async def _read_on(self, size: int) -> bool:
        """Read as many bytes or more; whether they came."""
        read = await asyncio.get_running_loop().run_in_executor(self._threads, self._pieces, size)
        self._read += read
        return len(read) >= size

    def _pieces(self, size: int) -> bytes:
        pieces: list[bytes] = []
        with suppress(OSError, ValueError):
            while size > 0 and (piece := self._stream.read1(_PIECE)):
                pieces.append(piece)
                size -= len(piece)
        return b"".join(pieces)

    def _take(self, size: int) -> bytes:
        taken = bytes(self._read[:size])
        del self._read[:size]
        return taken


class Output:
    """What is sent to the editor, as long as it is there."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream

    def write(self, data: bytes) -> None:
        """Send it, or drop it: an editor that is gone is noticed where it is read from."""
        with suppress(OSError, ValueError):
            self._stream.write(data)
            self._stream.flush()

    def close(self) -> None:
        with suppress(OSError, ValueError):
            self._stream.close()
