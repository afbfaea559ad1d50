"""Files are made ready one by one for what is shown by then, and leave the reader to whoever asks in between."""

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any, TypeVar, cast

import pytest
import pytest_asyncio

from pprof_lens.analysis.filter import Filter
from pprof_lens.editor import readying
from pprof_lens.editor.documents import Baseline, OpenFiles, Search
from pprof_lens.editor.host import Host
from pprof_lens.editor.readying import Readying
from pprof_lens.editor.shown import Shown
from pprof_lens.profile.errors import Cancelled
from pprof_lens.session.goal import Capture, Content, Goal, Selection, Source
from pprof_lens.session.maker import Maker
from pprof_lens.session.snapshot import Snapshot

EXAMPLE = Path(__file__).parent.parent.parent / "examples" / "leaky"

T = TypeVar("T")


def shown() -> Shown:
    """The heap profile of the example."""
    path = str(EXAMPLE / "profiles" / "heap.pprof")
    goal = Goal(content=Content(Source(path, (path,))), selection=Selection(), folders=(str(EXAMPLE),))
    made = Maker().make(goal, Goal(), None, (), lambda: False)
    return Shown(of=goal, snapshot=made.snapshot, surroundings=made.surroundings)


async def test_what_is_asked_waits_for_one_file_at_most_though_many_were_opened() -> None:
    order: list[str] = []
    files = OpenFiles()
    with ThreadPoolExecutor(max_workers=1) as reader:

        async def aside(job: Callable[[], T]) -> T:
            done = await asyncio.get_running_loop().run_in_executor(reader, job)
            order.append("file")
            return done

        async def seek(_: object) -> Any:
            await asyncio.Event().wait()

        tasks: list[asyncio.Task[None]] = []
        server = SimpleNamespace(
            files=files, shown=shown(), settings=shown().of.settings, aside=aside, seek=seek, is_stopped=False,
            in_background=tasks.append,
        )  # fmt: skip
        made = Readying(cast("Host", server))
        opening = []
        for path in sorted(EXAMPLE.rglob("*.go")):
            files.open(path.as_uri(), str(path), path.read_text(encoding="utf-8"), 1)
            opening.append(asyncio.ensure_future(made.opened(path.as_uri())))
        for _ in range(3):  # until each of them wants the reader
            await asyncio.sleep(0)
        await asyncio.get_running_loop().run_in_executor(reader, lambda: None)
        order.append("question")
        ready = await asyncio.gather(*opening)
        for task in tasks:
            task.cancel()
    assert sum(ready) > 2
    assert order.index("question") <= 1


async def test_sample_types_are_drawn_before_anyone_switches_to_them_but_not_under_a_filter() -> None:
    whole, files = shown(), OpenFiles()
    assert whole.snapshot is not None
    path = EXAMPLE / "internal/cache/cache.go"
    files.open(path.as_uri(), str(path), path.read_text(encoding="utf-8"), 1)

    async def aside(job: Callable[[], T]) -> T:
        return job()

    tasks: list[asyncio.Task[None]] = []
    server = SimpleNamespace(files=files, shown=whole, aside=aside, in_background=tasks.append)
    made = Readying(cast("Host", server))
    made.draw_ahead(replace(whole, snapshot=replace(whole.snapshot, filter=Filter(focus="x"))))
    assert not tasks
    made.draw_ahead(whole)
    await asyncio.gather(*tasks)
    columns = range(len(whole.snapshot.profile.sample_types))
    wanted = [files.drawing_wanted(path.as_uri(), replace(whole.snapshot, column=column), 0.5) for column in columns]
    assert wanted == [None] * 4


class Git(OpenFiles):
    """Open files of which git says what a test has it say: what the texts at hand say, where that is nothing."""

    def __init__(self) -> None:
        super().__init__()
        self.said: Baseline | None = None

    def baseline_wanted(self, uri: str, snapshot: Any, surroundings: Any, leaking: Any) -> Search | None:
        search = super().baseline_wanted(uri, snapshot, surroundings, leaking)
        if search is None:
            return None
        at_hand = search.at_hand

        def whole(is_left: Callable[[], bool]) -> Baseline:
            if is_left():
                raise Cancelled
            return self.said or at_hand()

        return Search(at_hand, whole)


Jobs = deque[tuple[Callable[[], Any], asyncio.Future[Any]]]


class Stepped:
    """A host whose reader and git do a job when they are told to; it counts how often all is shown again."""

    def __init__(self) -> None:
        self.files, self.shown, self.is_stopped = Git(), shown(), False
        self.reader, self.git, self.tasks = Jobs(), Jobs(), list[asyncio.Task[None]]()
        self.shown_again = 0
        self.said: list[str] = []
        self.frontend = SimpleNamespace(say=lambda text, _: self.said.append(text))
        self.readying = Readying(cast("Host", self))
        self.readying.on_sought = self._count

    def open(self, name: str = "internal/cache/cache.go") -> str:
        path = EXAMPLE / name
        self.files.open(path.as_uri(), str(path), path.read_text(encoding="utf-8"), 1)
        return path.as_uri()

    @property
    def snapshot(self) -> Snapshot:
        assert self.shown.snapshot is not None
        return self.shown.snapshot

    def show(self, snapshot: Snapshot | None) -> None:
        self.shown = replace(self.shown, snapshot=snapshot)

    def in_background(self, task: "asyncio.Task[None]") -> None:
        self.tasks.append(task)

    async def aside(self, job: Callable[[], Any]) -> Any:
        return await self._queued(self.reader, job)

    async def seek(self, job: Callable[[], Any]) -> Any:
        return await self._queued(self.git, job)

    async def spin(self) -> None:
        """Let everything happen that needs neither."""
        for _ in range(12):
            await asyncio.sleep(0)

    async def step(self, jobs: Jobs, and_then: Callable[[], object] = lambda: None) -> None:
        """Do the oldest job, and then that, before whoever waits for the job hears of it."""
        job, done = jobs.popleft()
        try:
            done.set_result(job())
        except Cancelled as error:
            done.set_exception(error)
        and_then()
        await self.spin()

    async def made(self, uri: str) -> bool:
        """What comes of an opening for which the reader does all that it is to do."""
        opening = asyncio.ensure_future(self.readying.opened(uri))
        await self.spin()
        while self.reader:
            await self.step(self.reader)
        return await opening

    def is_placed(self, uri: str) -> bool:
        return self.files.line_now(uri, 49) is not None

    def drawings(self, uri: str) -> int:
        return len(self.files._files[uri].drawings)

    async def _queued(self, jobs: Jobs, job: Callable[[], Any]) -> Any:
        done: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        jobs.append((job, done))
        return await done

    def _count(self) -> None:
        self.shown_again += 1


@pytest_asyncio.fixture
async def host(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Stepped]:
    monkeypatch.setattr(readying, "SHOWN_AGAIN_SECONDS", 0)
    host = Stepped()
    yield host
    for task in host.tasks:
        task.cancel()
    await asyncio.gather(*host.tasks, return_exceptions=True)


@pytest.mark.parametrize("patience", [0, 60])
async def test_whoever_asks_of_a_file_that_was_just_opened_waits_until_it_is_drawn_and_a_little_for_git(
    host: Stepped, patience: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(readying, "REQUEST_PATIENCE", patience)
    uri = host.open()
    await host.readying.is_opened(uri)  # it is not yet
    opening = asyncio.ensure_future(host.readying.opened(uri))
    await host.spin()
    asking = asyncio.ensure_future(host.readying.is_opened(uri))
    for _ in range(2):  # the texts at hand, and the drawing
        await host.spin()
        assert not asking.done()
        await host.step(host.reader)
    assert await opening
    if patience:
        assert not asking.done()
        await host.step(host.git)
    await asking
    assert (host.is_placed(uri), host.drawings(uri)) == (True, 1)


@pytest.mark.parametrize("patience", [0, 60])
async def test_whoever_asks_for_all_waits_for_git_and_a_load_only_so_long(
    host: Stepped, patience: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(readying, "LOAD_PATIENCE", patience)
    uri = host.open()
    await host.readying.are_sought()
    await host.readying.is_sought(uri)
    await host.made(uri)
    loading = asyncio.ensure_future(host.readying.are_sought())
    asking = asyncio.ensure_future(host.readying.is_sought(uri))
    if not patience:
        await loading
    await host.spin()
    assert (loading.done(), asking.done()) == (not patience, False)
    await host.step(host.git)
    await asking
    await loading


async def test_a_file_that_is_opened_anew_is_waited_for_until_the_later_opening_is_over(host: Stepped) -> None:
    uri = host.open()
    first = asyncio.ensure_future(host.readying.opened(uri))
    await host.spin()
    second = asyncio.ensure_future(host.readying.opened(uri))
    while not first.done():
        await host.spin()
        await host.step(host.reader)
    host.files.forget_baseline(uri)
    asking = asyncio.ensure_future(host.readying.is_opened(uri))
    await host.spin()
    assert second.done() or not asking.done()
    asking.cancel()
    while host.reader:
        await host.step(host.reader)
    await second
    assert not host.readying._opening


async def test_it_is_told_whether_there_was_anything_to_do(host: Stepped) -> None:
    uri, other = host.open(), "file:///other.go"
    assert await host.made(uri)
    assert not await host.made(uri)
    host.files.forget_baseline(uri)
    assert await host.made(uri), "which text was profiled"
    threshold = replace(host.shown.of.settings, threshold=50)
    host.shown = replace(host.shown, of=replace(host.shown.of, settings=threshold))
    assert await host.made(uri), "what is shown"
    host.files.open(other, "/other.go", "package other\n", 1)
    await host.made(other)
    assert not await host.made(other)


@pytest.mark.parametrize("missing", ["snapshot", "surroundings"])
async def test_nothing_is_to_do_where_nothing_is_loaded(host: Stepped, missing: str) -> None:
    host.shown = replace(host.shown, **{missing: None})  # type: ignore[arg-type]
    assert not await host.made(host.open())
    assert not host.is_placed(host.open())


async def test_what_is_left_is_made_ready_no_further(host: Stepped) -> None:
    uri = host.open()
    with pytest.raises(Cancelled):
        await host.readying.all_ready(host.shown, lambda: True)
    assert not host.reader
    making = asyncio.ensure_future(host.readying.all_ready(host.shown, lambda: False))
    await host.spin()
    while host.reader:
        await host.step(host.reader)
    await making
    assert host.is_placed(uri)


@pytest.mark.parametrize("is_cleared", [False, True])
async def test_what_the_texts_at_hand_say_of_another_profile_is_dropped(host: Stepped, *, is_cleared: bool) -> None:
    uri = host.open()
    opening = asyncio.ensure_future(host.readying.opened(uri))
    await host.spin()
    host.show(None if is_cleared else with_another_profile(host.snapshot))
    await host.step(host.reader)
    assert not await opening
    assert (host.is_placed(uri), list(host.git), list(host.reader)) == (False, [], [])


def others(snapshot: Snapshot) -> tuple[Snapshot | None, ...]:
    """Other figures than the Snapshot's: none, those of another filter, those with other files."""
    return None, replace(snapshot, index=replace(snapshot.index)), replace(snapshot, files=replace(snapshot.files))


@pytest.mark.parametrize("number", range(3))
async def test_what_is_drawn_of_other_figures_is_dropped(host: Stepped, number: int) -> None:
    uri = host.open()
    opening = asyncio.ensure_future(host.readying.opened(uri))
    await host.spin()
    await host.step(host.reader)
    await host.step(host.reader, lambda: host.show(others(host.snapshot)[number]))
    await opening
    assert host.drawings(uri) == 0


@pytest.mark.parametrize("number", range(3))
async def test_nothing_more_is_drawn_ahead_of_other_figures(host: Stepped, number: int) -> None:
    uri = host.open()
    await host.made(uri)
    host.readying.draw_ahead(host.shown)
    await host.spin()
    before = host.drawings(uri)
    host.show(others(host.snapshot)[number])
    await host.step(host.reader)
    assert (host.drawings(uri), list(host.reader)) == (before, [])


async def test_nothing_is_drawn_ahead_of_a_capture_or_of_nothing(host: Stepped) -> None:
    of = host.shown.of
    assert of.content is not None
    capture = replace(of, content=replace(of.content, capture=cast("Capture", object())))
    tasks = len(host.tasks)
    for nothing in (
        replace(host.shown, of=replace(of, content=None)),
        replace(host.shown, of=capture),
        replace(host.shown, snapshot=None),
    ):
        host.readying.draw_ahead(nothing)
    assert len(host.tasks) == tasks


def by_git(host: Stepped, uri: str) -> Baseline:
    """Something else than what the texts at hand say."""
    tracker = host.files._files[uri].tracker
    assert tracker is not None
    text = host.files.text(uri) or ""
    return Baseline(host.snapshot.profile, (), text, replace(tracker.drift, matched="as git has it"))


@pytest.mark.parametrize("is_other", [False, True])
async def test_what_git_says_is_shown_once_where_it_is_something_else(host: Stepped, *, is_other: bool) -> None:
    uri = host.open()
    await host.made(uri)
    host.files.said = by_git(host, uri) if is_other else None
    await host.step(host.git)
    assert host.shown_again == is_other
    assert not host.readying._seeking


@pytest.mark.parametrize("left", ["stopped", "cleared", "loaded"])
@pytest.mark.parametrize("is_late", [False, True])
async def test_what_git_says_of_what_is_not_shown_any_more_is_dropped(
    host: Stepped, left: str, *, is_late: bool
) -> None:
    def leave() -> None:
        host.is_stopped = left == "stopped"
        if left != "stopped":
            host.show(None if left == "cleared" else with_another_profile(host.snapshot))

    uri = host.open()
    await host.made(uri)
    host.files.said = by_git(host, uri)
    if not is_late:
        leave()
    await host.step(host.git, leave if is_late else lambda: None)
    assert host.shown_again == 0
    assert [task.exception() for task in host.tasks] == [None]


async def test_what_git_says_of_many_files_is_shown_at_once_and_then_seldom(
    host: Stepped, monkeypatch: pytest.MonkeyPatch
) -> None:
    pause = asyncio.Event()
    with_pause = SimpleNamespace(**{**vars(asyncio), "sleep": lambda _: pause.wait()})
    monkeypatch.setattr(readying, "asyncio", with_pause)
    uris = [host.open(), host.open("internal/catalog/catalog.go"), host.open("internal/report/report.go")]
    for uri in uris:
        await host.made(uri)
    for uri in uris:
        host.files.said = by_git(host, uri)
        await host.step(host.git)
        assert host.shown_again == 1
    pause.set()
    await host.spin()
    assert host.shown_again == 2
    host.files.forget_baseline(uris[0])
    host.files.said = None
    await host.made(uris[0])
    host.files.said = by_git(host, uris[0])
    await host.step(host.git)
    assert host.shown_again == 3


async def test_a_file_that_is_sought_anew_is_waited_for_until_the_later_search_is_over(host: Stepped) -> None:
    uri = host.open()
    await host.made(uri)
    host.files.forget_baseline(uri)
    await host.made(uri)
    asking = asyncio.ensure_future(host.readying.is_sought(uri))
    await host.step(host.git)
    assert not asking.done()
    later = asyncio.ensure_future(host.readying.is_sought(uri))
    await host.spin()
    assert not later.done()
    await host.step(host.git)
    await asking
    await later


async def test_a_file_of_the_profile_that_is_too_large_is_told_once(
    host: Stepped, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pprof_lens.editor.documents.MOST_CHARACTERS", 10)
    host.open()
    host.open("internal/tree/tree.go")  # which the profile has not
    whole = host.snapshot
    for snapshot in (None, whole, whole):
        host.show(snapshot)
        host.readying.tell_too_large()
    assert host.said == ["cache.go is too large to be followed, so nothing is shown in it."]


def with_another_profile(snapshot: Snapshot) -> Snapshot:
    return replace(snapshot, index=replace(snapshot.index, profile=replace(snapshot.profile)))
