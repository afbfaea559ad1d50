"""A goal is made at once where all of it is at hand; a load that someone asked for has a bar as long as it takes."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from pprof_lens.editor.documents import OpenFiles
from pprof_lens.editor.host import Host
from pprof_lens.editor.making import Making
from pprof_lens.editor.shown import Shown
from pprof_lens.session.events import Event, Failed, Load, Rewritten
from pprof_lens.session.goal import Goal, Selection, Source
from pprof_lens.session.maker import RefusedError
from pprof_lens.session.settings import Settings
from pprof_lens.session.wanted import CANCELLED, Wanted, reduce

HEAP = Path(__file__).parent.parent.parent / "examples" / "leaky" / "profiles" / "heap.pprof"


class Made:
    """A host that makes what is wanted, and says what it did for that."""

    def __init__(self) -> None:
        self.files, self.wanted, self.settings, self.frontend = OpenFiles(), Wanted(), Settings(), self
        self.did: list[object] = []
        self.cancel: Callable[[], object] = lambda: None
        self._making = Making(cast("Host", self))

    def post(self, event: Event) -> None:
        self.did.append(event)

    def bar(self, title: str, cancelled: Callable[[], object]) -> Any:
        self.did.append(title)
        self.cancel = cancelled
        return SimpleNamespace(end=lambda: self.did.append("end"))

    async def work(self, job: Callable[[], Any]) -> Any:
        self.did.append("work")
        return job()

    async def make(self, goal: Goal, before: Shown) -> Shown:
        made = await self._making.make(goal, before, lambda: False)
        return Shown(goal, made.snapshot, made.surroundings)


async def loaded(host: Made, path: Path = HEAP) -> Shown:
    host.wanted = reduce(host.wanted, Load(Source(str(path), (str(path),))))
    return await host.make(host.wanted.goal, Shown())


async def test_a_load_is_made_by_the_worker_under_a_bar_that_cancels_it() -> None:
    host = Made()
    assert (await loaded(host)).snapshot is not None
    assert host.did == ["Loading heap.pprof", "work", "end"]
    host.cancel()
    assert host.did[-1] == Failed(1, CANCELLED)


async def test_the_bar_of_a_load_that_fails_goes_too(tmp_path: Path) -> None:
    host = Made()
    with pytest.raises(RefusedError):
        await loaded(host, tmp_path / "none")
    assert host.did == ["Loading none", "work", "end"]


async def test_another_sample_type_is_made_at_once_and_what_was_rewritten_without_a_bar() -> None:
    host = Made()
    before = await loaded(host)
    host.did.clear()
    other = replace(before.of, selection=Selection(("alloc_space",)))
    shown = await host.make(other, before)
    assert shown.snapshot is not None
    assert (shown.snapshot.sample_type.type, host.did) == ("alloc_space", [])
    host.wanted = reduce(replace(host.wanted, settled=host.wanted.goal, asks=()), Rewritten(1))
    await host.make(host.wanted.goal, before)
    assert host.did == ["work"]
