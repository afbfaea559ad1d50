"""What is wanted and not here is brought, as long as it is wanted; what comes of it is told as an event."""

import asyncio
import os
import queue
import threading
import traceback
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest
import pytest_asyncio

from pprof_lens.analysis.series import Evidence
from pprof_lens.analysis.watched import Watched
from pprof_lens.editor import sources
from pprof_lens.editor.host import Host
from pprof_lens.editor.sources import Sources
from pprof_lens.live.transfer import Progress
from pprof_lens.live.watch import Round as Told
from pprof_lens.profile.errors import Cancelled, ProfileError
from pprof_lens.profile.model import Profile
from pprof_lens.session.events import (
    Began,
    Clear,
    Event,
    Failed,
    Fetched,
    Load,
    Round,
    Settled,
    StartWatch,
    StopWatch,
    WatchEnded,
)
from pprof_lens.session.goal import Source
from pprof_lens.session.settings import Settings
from pprof_lens.session.wanted import CANCELLED, Wanted, reduce

HEAP = "http://localhost:6060/debug/pprof/heap"
SECONDS = 60
"""Of patience with what must happen."""


class Brought:
    """A host that wants what is posted; what a program answers comes from the test."""

    def __init__(self, folder: Path) -> None:
        self.wanted, self.settings, self.frontend = Wanted(), Settings(), self
        self.folder: Path | None = folder
        self.events: list[Event] = []
        self.said: list[str] = []
        self.bars: list[str] = []
        self.cancel: Callable[[], object] = lambda: None
        self.answers: queue.Queue[bytes | Exception] = queue.Queue()
        self.ends: queue.Queue[Exception] = queue.Queue()
        """Of watches."""
        self.stops: list[Callable[[], bool]] = []
        self.seconds: list[int | None] = []
        self.tell: Callable[[Told], None] = lambda _: None
        self.finish = threading.Event()
        self.tasks: list[asyncio.Task[None]] = []
        self.sources = Sources(cast("Host", self))

    def post(self, event: Event) -> None:
        self.events.append(event)
        self.wanted = reduce(self.wanted, event)
        self.sources.follow(self.wanted)

    def settle(self) -> None:
        """Show what is ready."""
        self.post(Settled(self.wanted.goal, self.wanted.ready, "inuse_space"))

    def say(self, text: str, _: str) -> None:
        self.said.append(text)

    def bar(self, title: str, cancelled: Callable[[], object]) -> Any:
        self.bars.append(title)
        self.cancel = cancelled
        return SimpleNamespace(report=self.bars.append, end=lambda: self.bars.append("end"))

    def own_folder(self) -> Path:
        if self.folder is None:
            raise ProfileError("Nothing can be written.")
        return self.folder

    def in_background(self, task: "asyncio.Task[None]") -> None:
        self.tasks.append(task)

    def bring(self, _: str, **given: Any) -> bytes:
        self.stops.append(given["cancelled"])
        self.seconds.append(given["seconds"])
        for told in (Progress(1000, 0), Progress(2000, 3), Progress(10, 0, 2, 4)):
            given["progress"](told)
        answer = self.answers.get(timeout=SECONDS)
        if isinstance(answer, Exception):
            raise answer
        return answer

    def watch(self, *_: object, tell: Callable[[Told], None], **given: Any) -> None:
        self.tell, self.finish = tell, given["finish"]
        raise self.ends.get(timeout=SECONDS)

    async def until(self, happened: Callable[[], object]) -> None:
        async def wait() -> None:
            while not happened():
                await asyncio.sleep(0.01)

        await asyncio.wait_for(wait(), SECONDS)

    async def posted(self, of: type) -> Any:
        """The newest event of a class, once there is one."""
        await self.until(lambda: any(isinstance(event, of) for event in self.events))
        return next(event for event in reversed(self.events) if isinstance(event, of))


@pytest_asyncio.fixture
async def host(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Brought]:
    host, wrong = Brought(tmp_path), list[object]()
    asyncio.get_running_loop().set_exception_handler(lambda _, context: wrong.append(context))
    monkeypatch.setattr("pprof_lens.live.bring.bring", host.bring)
    monkeypatch.setattr("pprof_lens.live.watch.watch", host.watch)
    yield host
    host.sources.stop()
    for _ in host.tasks:
        host.answers.put(Cancelled())
        host.ends.put(Cancelled())
    await asyncio.gather(*host.tasks, return_exceptions=True)
    assert not wrong


def load(*paths: str, refresh: float = 0) -> Load:
    return Load(Source("asked", paths), refresh=refresh, is_here=False)


def told(**given: Any) -> Told:
    return replace(Told(Evidence(), profile=cast("Profile", object()), body=b"heap"), **given)


async def test_an_address_is_fetched_into_a_file_of_its_kind_and_a_path_stays(host: Brought) -> None:
    host.answers.put(b"heap")
    host.post(Load(Source("asked", (HEAP, "/x.pprof"), (f"{HEAP[:-4]}no2kind",)), is_here=False))
    await host.until(lambda: len(host.stops) == 1)
    host.answers.put(b"base")
    fetched = await host.posted(Fetched)
    (heap, path), (base,) = fetched.source.paths, fetched.source.base
    assert (Path(heap).read_bytes(), path, Path(base).read_bytes()) == (b"heap", "/x.pprof", b"base")
    assert (Path(heap).name[:5], Path(base).name[:8]) == ("heap-", "profile-")
    assert host.bars[:5] == ["Fetching from localhost:6060", "1000 bytes", "3 s left", "piece 2 of 4, 10 bytes", "end"]
    host.cancel()
    assert host.events[-1] == Failed(1, CANCELLED)


async def test_what_is_not_to_be_fetched_again_is_fetched_once(host: Brought) -> None:
    host.answers.put(b"heap")
    host.post(load(HEAP))
    await host.until(host.tasks[0].done)
    assert len(host.stops) == 1


@pytest.mark.parametrize(("seconds", "asked"), [(0, None), (2.4, 2), (1e9, 3600)])
async def test_a_program_is_measured_for_an_hour_at_most(host: Brought, seconds: float, asked: int | None) -> None:
    host.answers.put(b"cpu")
    host.post(replace(load(HEAP), seconds=seconds))
    await host.posted(Fetched)
    assert host.seconds == [asked]


def holding(error: ProfileError) -> list[str]:
    """The functions on the way of the error that still have what they had, as an answer of the size of a disk."""
    return [frame.f_code.co_name for frame, _ in traceback.walk_tb(error.__traceback__) if frame.f_locals]


async def test_what_cannot_be_fetched_fails_and_its_bar_goes(host: Brought) -> None:
    error = ProfileError("It does not answer.")
    host.answers.put(error)
    host.post(load(HEAP))
    assert (await host.posted(Failed)) == Failed(1, "It does not answer.")
    assert host.bars[-1] == "end"
    await host.until(host.tasks[0].done)
    assert holding(error) == ["_bring"], "which lets it go itself"


async def test_what_is_not_wanted_any_more_is_left_and_nothing_else(host: Brought) -> None:
    host.post(load(HEAP))
    await host.until(lambda: host.stops)
    host.post(StartWatch(HEAP, HEAP, 1))
    assert not host.stops[0]()
    host.post(Failed(1, CANCELLED))
    assert host.stops[0]()
    host.answers.put(Cancelled())
    await host.until(lambda: WatchEnded(1) in host.events)
    assert not [event for event in host.events if isinstance(event, Failed) and event.why != CANCELLED]
    assert not host.said


async def test_nobody_is_told_why_what_is_not_wanted_any_more_failed(host: Brought) -> None:
    host.post(load(HEAP))
    await host.until(lambda: host.stops)
    host.post(Failed(1, CANCELLED))
    host.answers.put(ProfileError("It does not answer."))
    await host.until(host.tasks[0].done)
    assert [event.why for event in host.events if isinstance(event, Failed)] == [CANCELLED]
    assert not host.said


async def test_nothing_is_brought_twice_and_nothing_once_all_ends(host: Brought) -> None:
    host.post(load(HEAP))
    await host.until(lambda: host.stops)
    host.post(load("/x.pprof"))
    assert len(host.tasks) == 2
    host.sources.stop()
    assert host.stops[0]()


async def test_what_is_fetched_again_and_again_tells_when_it_fails_and_when_it_does_no_more(host: Brought) -> None:
    host.answers.put(b"1")
    host.post(load(HEAP, "/x.pprof", refresh=0.001))
    fetched = await host.posted(Fetched)
    host.settle()
    host.answers.put(b"2")
    host.answers.put(ProfileError("Silence."))
    host.answers.put(ProfileError("Silence."))
    host.answers.put(b"3")
    host.answers.put(b"4")
    await host.until(lambda: len(host.stops) == 7)
    rounds = [event for event in host.events if isinstance(event, Round)]
    assert rounds == [Round(1, failure="Silence."), Round(1, failure="")]
    assert Path(fetched.source.paths[0]).read_bytes() == b"4"
    host.post(Clear())
    host.settle()
    assert host.stops[-1]()
    host.answers.put(b"5")
    await host.until(host.tasks[0].done)


async def begun(host: Brought) -> None:
    """A watch whose first round is shown."""
    host.post(StartWatch(HEAP, HEAP, 1))
    await host.until(lambda: host.tell.__name__ == "tell")
    host.tell(told())
    await host.posted(Began)
    host.settle()


async def test_the_first_round_begins_a_watch_and_each_other_one_is_a_round(host: Brought) -> None:
    await begun(host)
    host.tell(told(note="News.", body=b"second"))
    newest = await host.posted(Round)
    assert (newest.watch, newest.capture.body, newest.failure) == (1, b"second", "")
    assert newest.capture.path == str(cast("Path", host.folder) / "watched-1.pprof")
    assert host.said == ["News."]


async def test_a_round_before_the_first_one_is_shown_is_a_round_too(host: Brought) -> None:
    host.post(StartWatch(HEAP, HEAP, 1))
    await host.until(lambda: host.tell.__name__ == "tell")
    host.tell(told())
    host.tell(told(body=b"second"))
    assert (await host.posted(Round)).capture.body == b"second"


async def test_a_round_is_no_first_one_though_something_else_is_waited_for(host: Brought) -> None:
    await begun(host)
    host.post(load(HEAP))
    host.tell(told(body=b"second"))
    assert (await host.posted(Round)).capture.body == b"second"


async def test_a_round_that_failed_is_told_with_what_the_watch_went_through(host: Brought) -> None:
    await begun(host)
    watched = Watched()
    host.tell(told(failure="Silence.", watched=watched))
    assert await host.posted(Round) == Round(1, failure="Silence.", watched=watched)


async def test_a_round_has_a_capture_though_nothing_can_be_written(host: Brought) -> None:
    await begun(host)
    host.folder = None
    host.tell(told())
    assert (await host.posted(Round)).capture.path == str(Path(os.devnull) / "watched-1.pprof")


async def test_what_a_watch_still_tells_that_is_over_is_dropped(host: Brought) -> None:
    await begun(host)
    host.post(StopWatch())
    host.settle()
    count = len(host.events)
    host.tell(told(note="News."))
    for _ in range(5):
        await asyncio.sleep(0)
    assert [event for event in host.events[count:] if isinstance(event, Round)] == []
    assert not host.said


async def test_a_watch_that_ends_by_itself_says_why_unless_it_never_began(host: Brought) -> None:
    await begun(host)
    host.ends.put(ProfileError("The program is gone."))
    await host.until(lambda: WatchEnded(1) in host.events)
    assert host.said == ["The program is gone."]
    host.post(StartWatch(HEAP, HEAP, 1))
    host.ends.put(ProfileError("Nobody there."))
    assert await host.posted(Failed) == Failed(host.wanted.count - 1, "Nobody there.")
    assert host.said == ["The program is gone."]


async def test_a_last_look_is_answered_once_and_is_no_round(host: Brought) -> None:
    await begun(host)
    looking = asyncio.ensure_future(host.sources.last_look(1))
    await host.until(host.finish.is_set)
    assert await host.sources.last_look(1) is None, "somebody looks already"
    host.tell(told(is_last=True, body=b"last"))
    found = await looking
    assert found is not None
    assert found.body == b"last"
    assert not [event for event in host.events if isinstance(event, Round)]


async def test_a_last_look_that_was_answered_is_not_answered_again(host: Brought) -> None:
    await begun(host)
    looking = asyncio.ensure_future(host.sources.last_look(1))
    await host.until(host.finish.is_set)
    for body in (b"last", b"later"):
        host.tell(told(is_last=True, body=body))
    found = await looking
    assert found is not None
    assert found.body == b"last"


async def test_a_last_look_brings_nothing_where_that_fails_or_takes_too_long_or_nothing_is_watched(
    host: Brought, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert await host.sources.last_look(1) is None
    await begun(host)
    looking = asyncio.ensure_future(host.sources.last_look(1))
    await host.until(host.finish.is_set)
    host.tell(told(failure="Silence."))
    assert await looking is None
    monkeypatch.setattr(sources, "_LAST_LOOK_SECONDS", 0)
    assert await host.sources.last_look(1) is None
    host.tell(told(is_last=True))  # too late
    await host.until(lambda: not host.sources._last_looks)


async def test_who_waits_for_a_last_look_of_a_watch_that_stops_need_not_wait_for_the_program(host: Brought) -> None:
    await begun(host)
    host.sources.stop()
    assert host.finish.is_set()
    assert await host.sources.last_look(1) is None
