"""A profile by whatever names it over the network: a running program, or a server of a fleet with a query."""

from collections.abc import Callable
from typing import NamedTuple

from pprof_lens.live import address, endpoint, fleet, query
from pprof_lens.live.access import Access
from pprof_lens.live.endpoint import NO_ACCESS
from pprof_lens.live.transfer import Progress, refuse_bomb


class Place(NamedTuple):
    """Where a profile is fetched from, and what it is called; as these may be shown."""

    authority: str
    url: str
    kind: str


def place(name: str, access: Access = NO_ACCESS) -> Place:
    """Raises FetchError where that is no address."""
    if query.is_source(name):
        source = query.parse(name, access.servers)
        return Place(source.name, source.url, source.profile)
    asked = address.parse(name)
    return Place(asked.authority, asked.url, asked.kind or "heap")


def secrets(name: str, access: Access) -> tuple[str, ...]:
    """The names of the secrets that are needed to fetch it. Raises FetchError where that is no address."""
    if not query.is_source(name):
        return ()
    server = query.parse(name, access.servers).server
    return server.secrets if server is not None else ()


def bring(
    name: str,
    *,
    limit: int,
    seconds: int | None = None,
    access: Access = NO_ACCESS,
    cancelled: Callable[[], bool] = lambda: False,
    progress: Callable[[Progress], None] = lambda _: None,
) -> bytes:
    """The bytes of the profile; a program collects it for so many seconds. Raises FetchError or Cancelled."""
    if query.is_source(name):
        source = query.parse(name, access.servers)
        return fleet.fetch(source, limit=limit, access=access, cancelled=cancelled, progress=progress)
    asked = address.parse(name)
    body = endpoint.fetch(asked, limit=limit, seconds=seconds, access=access, cancelled=cancelled, progress=progress)
    # Here and not where it is read: a file on the disk is the user's own, and is read up to the limit.
    refuse_bomb(body, endpoint.requested(asked, seconds).url, limit=limit, cancelled=cancelled)
    return body
