"""Servers of a fleet, for a picker: which there are, what they have, and what may come next in a selector."""

import asyncio
import logging
import os
from collections.abc import Iterable, Mapping, Sized
from functools import partial
from typing import TYPE_CHECKING

from pprof_lens.contract import (
    CommitRow,
    Commits,
    Empty,
    FleetOffer,
    FleetOffers,
    FleetSelector,
    FleetServer,
    FleetServers,
    FleetSource,
    FleetType,
    FleetTypes,
)
from pprof_lens.editor.backend import Backend
from pprof_lens.profile.plain import plain
from pprof_lens.workspace.history import Histories
from pprof_lens.workspace.tools import Tools, installed

if TYPE_CHECKING:
    from pprof_lens.live.query import Source
    from pprof_lens.workspace.git import Commit

log = logging.getLogger(__name__)

_MOST_COMMITS = 50
_MOST_TYPES = 500


async def fleet(backend: Backend, _: Empty) -> FleetServers:
    from pprof_lens.live import query  # noqa: PLC0415 - the server starts without it

    servers = backend.settings.sources
    places = (query.parse(f"{query.NAMED}://{server.name}", servers).address.url for server in servers)
    return FleetServers(
        servers=tuple(
            FleetServer(name=server.name, kind=server.kind, url=url, secrets=server.secrets)
            for server, url in zip(servers, places, strict=True)
        )
    )


async def fleet_types(backend: Backend, asked: FleetSource) -> FleetTypes:
    """Profiles with all of their sample types first, then each sample type."""
    from pprof_lens.live import fleet  # noqa: PLC0415

    found = await backend.lists.listed(("types", asked.source), _parsed(backend, asked.source), fleet.types)
    return types_of(found)


def types_of(names: Iterable[str]) -> FleetTypes:
    """The types of these names; of more than anyone looks through, the first."""
    found = sorted(names)  # a Parca has them in another order each time
    more = (
        f"The server has more than these {_MOST_TYPES} profiles: name another in the address, after query=."
        if len(found) > _MOST_TYPES
        else ""
    )
    whole: dict[str, dict[str, None]] = {}
    for name in found[:_MOST_TYPES]:
        profile, _, of = name.partition(":")
        whole.setdefault(profile, {})[of.partition(":")[0]] = None
    profiles = (FleetType(query=name, label=name, told=", ".join(of)) for name, of in whole.items() if len(of) > 1)
    return FleetTypes(types=(*profiles, *(_single(name, whole) for name in found[:_MOST_TYPES])), more=more)


def _single(name: str, whole: Mapping[str, Sized]) -> FleetType:
    profile, of, *_ = (*name.split(":"), "")
    is_alone = len(whole[profile]) == 1
    return FleetType(query=name, label=profile if is_alone else f"{profile} {of}", told=name)


async def fleet_offers(backend: Backend, asked: FleetSelector) -> FleetOffers:
    """What may come next behind what is typed, as the server has it."""
    from pprof_lens.live import fleet, query, selector  # noqa: PLC0415

    lists, so_far = backend.lists, selector.typed(asked.text)
    of = query.with_asked(_parsed(backend, asked.source), query=f"{asked.type}{so_far.selector}")
    labels = await lists.listed(("labels", of.url), of, fleet.label_names)
    service = selector.service_of(labels)
    values: tuple[str, ...] = ()
    if so_far.label or not so_far.has(service):
        label = so_far.label or service
        values = await lists.listed(("values", of.url, label), of, partial(fleet.label_values, name=label))
    found = selector.offers(so_far, labels, values, service)
    return FleetOffers(
        offers=tuple(
            FleetOffer(text=offer.text, label=plain(offer.word), told=plain(offer.told), is_selector=offer.is_selector)
            for offer in found.offers
        ),
        more=found.more,
    )


async def commits(backend: Backend, _: Empty) -> Commits:
    """The newest commits of the workspace's first folder that has any: a range may begin with one."""
    settled = backend.wanted.settled
    programs = installed(settled.folders, os.environ) if settled.is_trusted else Tools()
    histories = Histories(programs.git)

    def newest() -> "tuple[tuple[Commit, str], ...]":
        found = (histories.commits(folder, _MOST_COMMITS, lambda: backend.is_stopped) for folder in settled.folders)
        return next(filter(None, found), ())

    rows = await asyncio.to_thread(newest)
    return Commits(
        commits=tuple(
            CommitRow(name=commit.name[:7], subject=plain(subject), seconds=float(commit.seconds))
            for commit, subject in rows
        )
    )


def _parsed(backend: Backend, name: str) -> "Source":
    from pprof_lens.live import query  # noqa: PLC0415

    return query.parse(name, backend.settings.sources)
