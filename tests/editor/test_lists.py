"""What a server lists is asked of it once a minute, its newest part first, and by nobody who has gone away."""

import asyncio
import threading
import time
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any, cast

import pytest

from pprof_lens.editor import access, lists
from pprof_lens.editor.host import Host
from pprof_lens.editor.lists import Lists
from pprof_lens.live import fleet
from pprof_lens.live.errors import FetchError
from pprof_lens.live.query import Source
from pprof_lens.profile.errors import Cancelled

SERVER = "http://localhost:4040"
KEY = ("labels", SERVER)
ALL, NEWEST = cast("Source", "all"), cast("Source", "newest")
Names = tuple[str, ...]


class Picker:
    """A host that picks from what a server lists, which comes from the test; the clock is the test's, too."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.is_stopped = False
        self.now = 1.0
        self.has: dict[Source, Names | Exception] = {ALL: ("a", "b")}
        self.newest: Source | None = None
        self.asked: list[Source] = []
        self.tasks: list[asyncio.Task[None]] = []
        self.lists = Lists(cast("Host", self))
        monkeypatch.setattr(lists, "time", SimpleNamespace(monotonic=lambda: self.now))
        monkeypatch.setattr(lists, "_PAUSE_SECONDS", 0)
        monkeypatch.setattr(fleet, "newest", lambda _: self.newest)
        monkeypatch.setattr(access, "to", self.reached)

    async def reached(self, _: Host, name: str) -> str:
        return f"access to {name}"

    def in_background(self, task: "asyncio.Task[None]") -> None:
        self.tasks.append(task)

    def ask(self, source: Source, *, access: str, **_: object) -> Names:
        assert access == f"access to {SERVER}"
        self.asked.append(source)
        has = self.has[source]
        if isinstance(has, Exception):
            raise has
        return has

    async def picks(self, key: Names = KEY) -> Names:
        return await self.lists.listed(key, ALL, self.ask)


@pytest.fixture
def picker(monkeypatch: pytest.MonkeyPatch) -> Picker:
    return Picker(monkeypatch)


async def test_a_server_is_asked_again_only_once_a_minute_is_over(picker: Picker) -> None:
    assert await picker.picks() == ("a", "b")
    picker.has[ALL] = ("c",)
    picker.now += 59
    assert await picker.picks() == ("a", "b")
    picker.now += 1
    assert await picker.picks() == ("c",)
    assert picker.tasks == []


async def test_the_newest_part_is_told_first_and_all_of_it_later(picker: Picker) -> None:
    picker.newest, picker.has[NEWEST] = NEWEST, ("b",)
    assert await picker.picks() == ("b",)
    await asyncio.gather(*picker.tasks)
    assert await picker.picks() == ("a", "b")
    assert picker.asked == [NEWEST, ALL]


async def test_where_the_newest_part_has_nothing_all_of_it_is_told(picker: Picker) -> None:
    picker.newest, picker.has[NEWEST] = NEWEST, ()
    assert await picker.picks() == ("a", "b")
    assert (picker.asked, picker.tasks) == ([NEWEST, ALL], [])


@pytest.mark.parametrize("error", [FetchError("It does not answer."), Cancelled()])
async def test_where_all_of_it_cannot_be_had_later_the_newest_part_stays(picker: Picker, error: Exception) -> None:
    picker.newest, picker.has = NEWEST, {NEWEST: ("b",), ALL: error}
    assert await picker.picks() == ("b",)
    await asyncio.gather(*picker.tasks)
    assert await picker.picks() == ("b",)


async def test_the_hundred_lists_that_were_asked_for_last_are_kept(picker: Picker) -> None:
    for number in range(100):
        await picker.picks(("labels", SERVER, str(number)))
    await picker.picks(("labels", SERVER, "0"))
    assert len(picker.asked) == 100
    await picker.picks(("labels", SERVER, "more"))
    await picker.picks(("labels", SERVER, "1"))
    assert len(picker.asked) == 101
    await picker.picks(("labels", SERVER, "0"))
    assert len(picker.asked) == 102


async def test_lists_that_are_long_together_are_let_go_and_not_the_newest(picker: Picker) -> None:
    picker.has[ALL] = ("name",) * 70_000
    for number in range(3):
        await picker.picks(("labels", SERVER, str(number)))
    await picker.picks(("labels", SERVER, "2"))
    await picker.picks(("labels", SERVER, "1"))
    assert len(picker.asked) == 3
    await picker.picks(("labels", SERVER, "0"))
    assert len(picker.asked) == 4
    picker.has[ALL] = ("name",) * 300_000
    await picker.picks(("labels", SERVER, "long"))
    await picker.picks(("labels", SERVER, "long"))
    assert len(picker.asked) == 5


async def waited_for(picker: Picker, leave: Callable[["asyncio.Task[Any]"], object]) -> "asyncio.Task[Any]":
    """Who was asking as the asking was left, once that is known where the server is asked."""
    begun, known = threading.Event(), threading.Event()

    def ask(_: Source, *, cancelled: Callable[[], bool], **__: object) -> Names:
        begun.set()
        for _tried in range(10_000):
            if cancelled():
                known.set()
                raise Cancelled
            time.sleep(0.001)
        return ()

    asking = asyncio.ensure_future(picker.lists.listed(KEY, ALL, ask))
    await asyncio.to_thread(begun.wait)
    assert not known.is_set()
    leave(asking)
    assert await asyncio.to_thread(known.wait, 10)
    return asking


async def test_a_server_is_asked_no_more_where_nobody_waits(picker: Picker) -> None:
    with pytest.raises(Cancelled):
        await (await waited_for(picker, lambda asking: asking.cancel()))


async def test_a_server_is_asked_no_more_where_ours_ends(picker: Picker) -> None:
    with pytest.raises(Cancelled):
        await (await waited_for(picker, lambda _: setattr(picker, "is_stopped", True)))
