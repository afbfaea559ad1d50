"""What servers of a fleet listed lately, so that each key that is typed in a picker need not ask them again."""

import asyncio
import time
from collections import OrderedDict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

_SECONDS = 60.0
_MOST = 100
_PAUSE_SECONDS = 1.0
"""So long nobody picks who thinks about what to pick."""


class Lists:
    """Lists by what was asked, for a minute."""

    def __init__(self) -> None:
        self._kept: OrderedDict[tuple[str, ...], tuple[float, tuple[str, ...]]] = OrderedDict()
        self._turn = asyncio.Lock()
        self._asked = 0.0

    @asynccontextmanager
    async def unhurried(self) -> AsyncIterator[None]:
        """Do what nobody waits for, one after the other and when nobody has asked for a while: servers are slow."""
        async with self._turn:
            await asyncio.sleep(max(0.0, self._asked + _PAUSE_SECONDS - time.monotonic()))
            yield

    def get(self, key: tuple[str, ...]) -> tuple[str, ...] | None:
        """What was listed; None where that is too long ago, and the server is asked."""
        now = time.monotonic()
        since, found = self._kept.get(key, (0.0, ()))
        if since and now - since < _SECONDS:
            return found
        self._asked = now
        return None

    def keep(self, key: tuple[str, ...], found: tuple[str, ...]) -> None:
        self._kept.pop(key, None)
        self._kept[key] = time.monotonic(), found
        while len(self._kept) > _MOST:
            self._kept.popitem(last=False)
