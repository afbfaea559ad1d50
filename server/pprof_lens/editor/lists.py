"""What servers of a fleet listed lately, so that each key that is typed in a picker need not ask them again."""

import asyncio
import logging
import math
import threading
import time
from collections import OrderedDict
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from functools import partial
from typing import TYPE_CHECKING

from pprof_lens.editor import access
from pprof_lens.editor.host import Host
from pprof_lens.profile.errors import Cancelled, ProfileError

if TYPE_CHECKING:
    from pprof_lens.live.query import Source

log = logging.getLogger(__name__)

_SECONDS = 60.0
_MOST = 100
_MOST_NAMES = 200_000
"""So many names are kept of all lists together, but those of the newest, however many they are."""
_PAUSE_SECONDS = 1.0
"""So long nobody picks who thinks about what to pick."""


class Lists:
    """Lists by what was asked, for a minute."""

    def __init__(self, host: Host) -> None:
        self._host = host
        self._kept: OrderedDict[tuple[str, ...], tuple[float, tuple[str, ...]]] = OrderedDict()
        self._turn = asyncio.Lock()
        self._asked = 0.0

    async def listed(
        self, key: tuple[str, ...], source: "Source", ask: Callable[..., tuple[str, ...]]
    ) -> tuple[str, ...]:
        """What the server lists, once for as long as somebody picks. Raises FetchError or Cancelled.

        The key's second part names the server. Where all of the range takes it long, first what the newest part has;
        the rest is there some time later.
        """
        from pprof_lens.live import fleet  # noqa: PLC0415 - the server starts without it

        known = self._get(key)
        if known is not None:
            return known
        asked = partial(ask, access=await access.to(self._host, key[1]))
        newest = fleet.newest(source)
        found = await self._answered(partial(asked, newest)) if newest is not None else ()
        if found:
            rest = self._keep_all(key, partial(asked, source))
            self._host.in_background(asyncio.get_running_loop().create_task(rest))
        else:
            found = await self._answered(partial(asked, source))
        self._keep(key, found)
        return found

    async def _keep_all(self, key: tuple[str, ...], ask: Callable[..., tuple[str, ...]]) -> None:
        try:
            async with self._unhurried():
                self._keep(key, await self._answered(ask))
        except (ProfileError, Cancelled) as error:
            log.info("Only the newest part of a list is known: %s", error)

    @asynccontextmanager
    async def _unhurried(self) -> AsyncIterator[None]:
        """Do what nobody waits for, one after the other and when nobody has asked for a while: servers are slow."""
        async with self._turn:
            await asyncio.sleep(max(0.0, self._asked + _PAUSE_SECONDS - time.monotonic()))
            yield

    async def _answered(self, ask: Callable[..., tuple[str, ...]]) -> tuple[str, ...]:
        stop = threading.Event()
        asking = asyncio.ensure_future(asyncio.to_thread(ask, cancelled=lambda: stop.is_set() or self._host.is_stopped))
        try:
            return await asking
        except asyncio.CancelledError:
            raise Cancelled from None
        finally:
            stop.set()

    def _get(self, key: tuple[str, ...]) -> tuple[str, ...] | None:
        """What was listed; None where that is too long ago, and the server is asked."""
        now = time.monotonic()
        since, found = self._kept.get(key, (-math.inf, ()))
        if now - since < _SECONDS:
            return found
        self._asked = now
        return None

    def _keep(self, key: tuple[str, ...], found: tuple[str, ...]) -> None:
        self._kept.pop(key, None)
        self._kept[key] = time.monotonic(), found
        names = sum(len(each) for _, each in self._kept.values())
        while len(self._kept) > _MOST or (names > _MOST_NAMES and len(self._kept) > 1):
            _, (_, oldest) = self._kept.popitem(last=False)
            names -= len(oldest)
