"""What the editor sends comes as it was sent, however it is cut, with few changes of threads."""

import asyncio
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from io import BufferedIOBase
from typing import Any

import pytest

from pprof_lens.lsp.ends import Input

SENT = b"Content-Length: 5\r\n\r\nhelloContent-Length: 3\r\n\r\nyou"


class Pipe(BufferedIOBase):
    """Gives these pieces, one a read, and then nothing more."""

    def __init__(self, pieces: Iterable[bytes]) -> None:
        self._pieces = list(pieces)

    def read1(self, _size: int = -1, /) -> bytes:
        return self._pieces.pop(0) if self._pieces else b""


class Counted(ThreadPoolExecutor):
    """A thread, and how often it was asked."""

    asked = 0

    def submit(self, job: Callable[..., Any], /, *arguments: Any, **named: Any) -> Any:
        self.asked += 1
        return super().submit(job, *arguments, **named)


async def two_messages(end: Input) -> list[bytes]:
    read = end.readline
    return [await read(), await read(), await end.readexactly(5), await read(), await read(), await end.readexactly(3)]


@pytest.mark.parametrize("size", [1, 2, 7, 20, len(SENT)])
def test_messages_are_whole_however_they_come(size: int) -> None:
    pieces = [SENT[at : at + size] for at in range(0, len(SENT), size)]
    with Counted(1) as threads:
        read = asyncio.run(two_messages(Input(Pipe(pieces), threads)))
    assert b"".join(read) == SENT
    assert read[2::3] == [b"hello", b"you"]


def test_messages_that_come_at_once_are_read_with_one_change_of_threads() -> None:
    with Counted(1) as threads:
        asyncio.run(two_messages(Input(Pipe([SENT]), threads)))
        assert threads.asked == 1


def test_a_large_message_is_read_with_one_change_of_threads() -> None:
    async def read(end: Input) -> bytes:
        return await end.readexactly(3_000)

    with Counted(1) as threads:
        assert asyncio.run(read(Input(Pipe([b"x"] * 3_000), threads))) == b"x" * 3_000
        assert threads.asked == 1


def test_what_a_message_began_goes_on_before_the_next_that_came_with_it() -> None:
    order: list[str] = []

    async def begun() -> None:
        order.append("begun by the first")

    async def read(end: Input) -> None:
        for _ in range(2):
            await end.readline()
            await end.readexactly(1)
            order.append("read")
            beginning = asyncio.ensure_future(begun())
        await beginning

    with Counted(1) as threads:
        asyncio.run(read(Input(Pipe([b"1\na2\nb"]), threads)))
    assert order == ["read", "begun by the first", "read", "begun by the first"]


@pytest.mark.parametrize("sent", [b"", b"Content-Length: 5", b"x" * (1 << 17)])
def test_what_is_no_line_is_nothing(sent: bytes) -> None:
    with Counted(1) as threads:
        assert asyncio.run(Input(Pipe([sent]), threads).readline()) == b""


def test_a_message_that_breaks_off_is_nothing() -> None:
    with Counted(1) as threads:
        assert asyncio.run(Input(Pipe([b"hel"]), threads).readexactly(5)) == b""
