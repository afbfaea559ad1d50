"""One law for whatever happens in whatever order: in the end, what is shown is a function of what is wanted.

The driver is run against a world of files and programs, by a worker that does a step when it is told to. Between any
two steps anything can be asked for, fail, be given up or change.
"""

import asyncio
import itertools
import traceback
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any, TypeVar, cast

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from pprof_lens.analysis.callers import LineCallers
from pprof_lens.analysis.filter import Filter
from pprof_lens.analysis.index import Index
from pprof_lens.analysis.series import Evidence
from pprof_lens.editor.driver import Driver, OvertakenError
from pprof_lens.editor.shown import Findings, Shown
from pprof_lens.profile.errors import Cancelled, ProfileError
from pprof_lens.profile.model import Profile, ValueType
from pprof_lens.session.events import (
    Began,
    ChangeFolders,
    ChangeSettings,
    Clear,
    Event,
    Failed,
    Fetched,
    Load,
    LookAgain,
    Question,
    Rewritten,
    Round,
    Saved,
    SelectFilter,
    SelectSampleType,
    StartWatch,
    StopWatch,
    WatchEnded,
)
from pprof_lens.session.goal import Capture, Content, Goal, Source
from pprof_lens.session.maker import Made, RefusedError
from pprof_lens.session.reading import Stop
from pprof_lens.session.settings import Settings
from pprof_lens.session.snapshot import Snapshot
from pprof_lens.session.wanted import CANCELLED, Ended, Wanted

T = TypeVar("T")

TYPES = {"heap": ("inuse", "alloc"), "cpu": ("cpu", "samples"), "both": ("inuse", "cpu"), "other": ("n",)}
NAMES = tuple(sorted({name for names in TYPES.values() for name in names}))
WATCHED = ("inuse", "alloc")
BAD_PATTERN = "("


@dataclass(frozen=True)
class Picture:
    """What stands for a Snapshot: all that it depends on, and an index that is another one for other figures."""

    content: tuple[str, int, object]
    sample_type: ValueType
    filter: Filter
    folders: tuple[str, ...]
    mappings: tuple[tuple[str, str], ...]
    is_over: bool
    index: Index = field(compare=False)


class World:
    """Files and programs, and how a goal looks there."""

    def __init__(self) -> None:
        self.broken: set[str] = set()
        self.fault: Exception | None = None

    def made(self, goal: Goal, before: Snapshot | None, shown: Goal) -> Made:
        content = goal.content
        if self.fault is not None:
            raise self.fault
        if content is None:
            return Made(None, None)
        picture = self.picture(goal, content, is_kept=before is not None and goal.has_profiles_of(shown))
        snapshot = cast("Snapshot", picture)
        return Made(before if snapshot == before else snapshot, None)

    def picture(self, goal: Goal, content: Content, *, is_kept: bool) -> Picture:
        path = content.source.name
        if path in self.broken and content.capture is None and not is_kept:
            raise RefusedError(goal.change_number, f"{path} is broken.")
        types = TYPES.get(path, WATCHED)
        wanted = (name for name in goal.selection.names if name in types)
        selected = next(wanted, goal.selection.required or types[0])
        if selected not in types:
            raise RefusedError(goal.selection.number, f"There is no {selected}.")
        if BAD_PATTERN in goal.filter.focus:
            raise RefusedError(goal.filter_number, "That is no pattern.")
        return Picture(
            (path, content.version, content.capture),
            ValueType(selected, "count"),
            goal.filter,
            goal.folders,
            goal.settings.path_mappings,
            content.is_over,
            cast("Index", object()),
        )


class Worker:
    """Does one job after the other, each when it is told to."""

    def __init__(self) -> None:
        self._jobs: list[tuple[Callable[[], object], asyncio.Future[Any]]] = []

    async def run(self, job: Callable[[], T]) -> T:
        done: asyncio.Future[T] = asyncio.get_running_loop().create_future()
        self._jobs.append((job, done))
        return await done

    def step(self) -> bool:
        """Do the oldest job; whether there was one."""
        if not self._jobs:
            return False
        job, done = self._jobs.pop(0)
        if not done.cancelled():
            try:
                done.set_result(job())
            except Exception as error:  # noqa: BLE001 - whatever the job raises is its result
                done.set_exception(error)
        return True

    def hang(self) -> None:
        """Never do the oldest job."""
        self._jobs.pop(0)


@dataclass
class Asked:
    """A question with what became of it; `of` is the number of what was to be shown then."""

    question: Question
    of: int
    answer: "asyncio.Task[Shown]"


class Session:
    """A driver in a world, with a worker that is stepped; keeps what was asked and what was told."""

    def __init__(self) -> None:
        self.world, self.worker = World(), Worker()
        self.asked: dict[int, Asked] = {}
        self.told: list[Ended] = []
        self.coming: set[int] = set()
        self.stages: list[str] = []
        self.loop = asyncio.new_event_loop()
        self.driver = Driver(self, self._make, (self._draw, self._gather, self._find, self._tell))
        self._running = self.loop.create_task(self.driver.run())

    def end(self) -> None:
        self._running.cancel()

    def close(self) -> None:
        self.end()
        for asked in self.asked.values():
            asked.answer.cancel()
        self.spin()
        self.loop.close()

    def follow(self, wanted: Wanted) -> None:
        self.coming = {ask.number for ask in wanted.asks if not ask.is_ready}

    def tell(self, ended: Ended) -> None:
        self.told.append(ended)

    def spin(self) -> None:
        """Let everything happen that does not need the worker."""

        async def turn() -> None:
            for _ in range(12):
                await asyncio.sleep(0)

        self.loop.run_until_complete(turn())

    def post(self, event: Event) -> None:
        self.loop.call_soon(self.driver.post, event)
        self.spin()

    def ask(self, *together: Question) -> int:
        """The number of the first of what is asked for before anything else happens."""
        first, of = self.driver.wanted.count + 1, self.driver.wanted.goal.content_number
        for number, question in enumerate(together, first):
            self.asked[number] = Asked(question, of, self.loop.create_task(self.driver.ask(question)))
        self.spin()
        return first

    def rest(self) -> None:
        """Work until nothing is left to do."""
        for _ in range(1000):
            self.spin()
            if not self.worker.step():
                return
        raise AssertionError("the driver never comes to rest")

    async def _make(self, goal: Goal, before: Shown, stop: Stop) -> Made:
        def job() -> Made:
            if stop():
                raise Cancelled
            return self.world.made(goal, before.snapshot, before.of)

        return await self.worker.run(job)

    async def _draw(self, shown: Shown, _: Stop) -> Shown:
        self.stages.append("draw")
        await self.worker.run(lambda: None)
        return shown

    async def _tell(self, shown: Shown, _: Stop) -> Shown:
        self.stages.append("tell")
        await self.worker.run(lambda: None)
        return shown

    async def _gather(self, shown: Shown, _: Stop) -> Shown:
        self.stages.append("gather")
        if shown.snapshot is None or shown.gathered_of is shown.snapshot.index:
            return shown
        index = shown.snapshot.index
        found = await self.worker.run(lambda: LineCallers(index, *([None] * 2)))  # type: ignore[arg-type]
        return replace(shown, callers=found, gathered_of=index)

    async def _find(self, shown: Shown, _: Stop) -> Shown:
        self.stages.append("find")
        found = await self.worker.run(lambda: Findings(snapshot=shown.snapshot))
        return replace(shown, findings=found)


class AnyOrder(RuleBasedStateMachine):
    """Anything, in any order, between any two steps of the worker."""

    def __init__(self) -> None:
        super().__init__()
        self.session = Session()
        self.was_preferred = False
        self._captures = itertools.count(1)

    def teardown(self) -> None:
        try:
            self.at_rest()
        finally:
            self.session.close()

    @property
    def driver(self) -> Driver:
        return self.session.driver

    def capture(self) -> Capture:
        return Capture(cast("Profile", None), Evidence(), b"", f"capture {next(self._captures)}")

    @rule(path=st.sampled_from(tuple(TYPES)), sample_type=st.sampled_from(("", "", "cpu")), is_here=st.booleans())
    def load(self, *, path: str, sample_type: str, is_here: bool) -> None:
        self.session.ask(Load(Source(path, (path,)), sample_type, is_here=is_here))

    @rule(number=st.integers(0, 9), is_there=st.booleans())
    def fetch(self, *, number: int, is_there: bool) -> None:
        for of in sorted(self.session.coming)[number : number + 1]:
            question = self.session.asked[of].question
            if not is_there:
                self.session.post(Failed(of, "It does not answer."))
            elif isinstance(question, Load):
                self.session.post(Fetched(of, question.source))
            else:
                self.session.post(Began(of, self.capture()))

    @rule()
    def clear(self) -> None:
        self.session.ask(Clear())

    @rule(name=st.sampled_from(NAMES))
    def select(self, name: str) -> None:
        self.session.ask(SelectSampleType(name))

    @rule(
        focus=st.sampled_from((None, "", "a", "b", BAD_PATTERN)),
        ignore=st.sampled_from((None, "x")),
        is_reset=st.booleans(),
    )
    def select_filter(self, *, focus: str | None, ignore: str | None, is_reset: bool) -> None:
        self.session.ask(SelectFilter(focus=focus, ignore=ignore, is_reset=is_reset))

    @rule()
    def select_through(self) -> None:
        self.session.ask(SelectFilter(through=b"\1", through_of=self.driver.shown.of))

    @rule()
    def watch(self) -> None:
        self.session.ask(StartWatch("", "program", 1))

    @rule()
    def unwatch(self) -> None:
        self.session.ask(StopWatch())

    @rule(what=st.sampled_from(("round", "failure", "end")))
    def hear_of_the_watch(self, what: str) -> None:
        content = self.driver.wanted.settled.content
        if content is not None and content.watch is not None:
            number = content.watch.number
            events: dict[str, Event] = {
                "round": Round(number, self.capture()),
                "failure": Round(number, failure="silent"),
                "end": WatchEnded(number),
            }
            self.session.post(events[what])

    @rule(path=st.sampled_from(tuple(TYPES)), is_broken=st.booleans())
    def rewrite(self, *, path: str, is_broken: bool) -> None:
        (self.session.world.broken.add if is_broken else self.session.world.broken.discard)(path)
        content = self.driver.shown.of.content
        if content is not None and content.source.name == path:
            self.session.post(Rewritten(self.driver.shown.of.content_number))

    @rule(number=st.integers(0, 9))
    def give_up(self, number: int) -> None:
        for ask in self.driver.wanted.asks[number : number + 1]:
            if isinstance(ask.question, Load):
                self.session.post(Failed(ask.number, CANCELLED))

    @rule(preferred=st.sampled_from(("", *NAMES)), mapped=st.booleans())
    def change_settings(self, *, preferred: str, mapped: bool) -> None:
        mappings = (("/app", "/home"),) if mapped else ()
        self.was_preferred = self.was_preferred or bool(preferred)
        self.session.post(ChangeSettings(Settings(sample_type=preferred, path_mappings=mappings)))

    @rule(
        event=st.sampled_from(
            (ChangeFolders(("/a",), is_trusted=True), ChangeFolders(("/b",), is_trusted=True), LookAgain(), Saved())
        )
    )
    def change_around(self, event: Event) -> None:
        self.session.post(event)

    @rule(count=st.integers(1, 4))
    def work(self, count: int) -> None:
        for _ in range(count):
            self.session.worker.step()
            self.session.spin()

    @invariant()
    def nothing_mixes_two_snapshots(self) -> None:
        shown = self.driver.shown
        index = shown.snapshot.index if shown.snapshot is not None else None
        assert shown.gathered_of in (None, index)
        assert shown.callers is None or shown.callers.index is index
        assert shown.snapshot is not None or shown.findings.snapshot is None

    @rule()
    def at_rest(self) -> None:
        self.session.rest()
        wanted, shown = self.driver.wanted, self.driver.shown
        assert shown.of == wanted.goal
        assert wanted.ready == ()
        assert shown.stage == 4
        assert shown.findings.snapshot is shown.snapshot
        content = wanted.goal.content
        expected = World().picture(wanted.goal, content, is_kept=True) if content is not None else None
        assert cast("Picture | None", shown.snapshot) == expected
        self.everyone_was_told()

    def everyone_was_told(self) -> None:
        """Each ask but those that are still fetched was shown, or is told why not; and that is true."""
        asked, shown = self.session.asked, self.driver.shown
        waiting = {ask.number for ask in self.driver.wanted.asks}
        assert bool(waiting) == bool(self.session.coming)
        for number, ask in asked.items():
            assert ask.answer.done() == (number not in waiting), ask
        were_shown = {number for number, ask in asked.items() if ask.answer.done() and not why_not(ask)}
        contents = {number for number in were_shown if isinstance(asked[number].question, Load | Clear | StartWatch)}
        assert shown.of.content_number == max(contents, default=0)
        for number, ask in asked.items():
            if "was asked for since" in why_not(ask) and not isinstance(ask.question, StartWatch | SelectSampleType):
                assert max(were_shown) > number, ask
        self.the_sample_type_is_the_last_that_there_is()

    def the_sample_type_is_the_last_that_there_is(self) -> None:
        """Of those that were asked for of what is shown now; none that it has is refused."""
        shown = self.driver.shown
        if shown.snapshot is None or shown.of.content is None or self.was_preferred:
            return
        types = TYPES.get(shown.of.content.source.name, WATCHED)
        last = ""
        for number, ask in self.session.asked.items():
            if isinstance(ask.question, SelectSampleType) and number > shown.of.content_number:
                reason = why_not(ask)
                last = last if reason else ask.question.name
                if ask.of == shown.of.content_number and ask.question.name in types:
                    assert not reason or "was asked for since" in reason
        assert last in ("", shown.snapshot.sample_type.type)


def why_not(asked: Asked) -> str:
    """Why it is not shown; empty where it is, or where that is not known yet."""
    error = asked.answer.exception() if asked.answer.done() else None
    assert isinstance(error, ProfileError | OvertakenError | None)
    assert error is None or str(error).endswith(".")
    return str(error or "")


AnyOrder.TestCase.settings = settings(
    max_examples=100,
    stateful_step_count=100,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)
TestAnyOrder = AnyOrder.TestCase


FIRST = Capture(cast("Profile", None), Evidence(), b"", "first")


@pytest.fixture
def begun() -> Iterator[Session]:
    """A session in which a watch has begun, with its first capture made and none of its stages done."""
    session = Session()
    session.ask(StartWatch("", "program", 1))
    session.post(Began(1, FIRST))
    while session.driver.shown.snapshot is None:
        session.worker.step()
        session.spin()
    assert session.driver.shown.stage == 0
    yield session
    session.close()


def captured(session: Session) -> Capture | None:
    content = session.driver.shown.of.content
    return content.capture if content is not None else None


def test_a_round_is_made_once_the_one_before_is_shown_with_all_stages(begun: Session) -> None:
    session, newest = begun, Capture(cast("Profile", None), Evidence(), b"", "second")
    session.post(Round(1, newest))
    while session.driver.shown.stage < 4:
        assert captured(session) is FIRST
        session.worker.step()
        session.spin()
    session.rest()
    assert captured(session) is newest


def test_a_sample_type_is_shown_though_the_stages_of_a_round_are_not_done(begun: Session) -> None:
    session = begun
    session.ask(SelectSampleType("alloc"))
    for _ in range(2):  # the stage that was begun, and the sample type
        session.worker.step()
        session.spin()
    snapshot = session.driver.shown.snapshot
    assert snapshot is not None
    assert snapshot.sample_type.type == "alloc"


@pytest.fixture
def session() -> Iterator[Session]:
    session = Session()
    yield session
    session.close()


def load(path: str) -> Load:
    return Load(Source(path, (path,)))


def test_what_was_overtaken_is_not_waited_for(session: Session) -> None:
    overtaken = session.ask(load("heap"))
    session.ask(load("cpu"))
    session.worker.hang()
    session.rest()
    assert session.driver.shown.snapshot is not None
    assert session.driver.shown.snapshot.sample_type.type == "cpu"
    assert isinstance(session.asked[overtaken].answer.exception(), OvertakenError)


def test_what_was_cleared_is_not_waited_for(session: Session) -> None:
    session.ask(load("heap"))
    session.ask(Clear())
    session.worker.hang()
    session.rest()
    assert session.driver.shown.snapshot is None
    assert why_not(session.asked[1]) == "Cancelled: the profile was cleared since."
    assert session.asked[2].answer.done()


def test_whoever_went_away_keeps_nobody_from_what_comes_next(session: Session) -> None:
    session.asked[session.ask(load("heap"))].answer.cancel()
    session.ask(load("cpu"))
    session.rest()
    assert session.asked[2].answer.done()
    assert not why_not(session.asked[2])


def test_whoever_went_away_before_all_is_shown_keeps_nobody_from_what_comes_next(session: Session) -> None:
    first = session.ask(load("heap"))
    while session.driver.shown.snapshot is None:
        session.worker.step()
        session.spin()
    session.asked[first].answer.cancel()
    session.rest()
    session.ask(load("cpu"))
    session.rest()
    assert session.asked[2].answer.done()
    assert not why_not(session.asked[2])


def test_what_is_taken_back_before_it_is_shown_is_wanted_no_more(session: Session) -> None:
    session.ask(load("cpu"))
    session.rest()
    asked = session.asked[session.ask(load("heap"))].answer
    asked.cancel()
    session.rest()
    assert asked.cancelled()
    assert session.driver.shown.snapshot is not None
    assert session.driver.shown.snapshot.sample_type.type == "cpu"


def test_the_ask_that_is_to_blame_fails(session: Session) -> None:
    session.world.broken.add("heap")
    session.ask(load("heap"), SelectSampleType("alloc"))
    session.rest()
    assert [why_not(asked) for asked in session.asked.values()] == [
        "heap is broken.",
        "No profile is loaded; load one first.",
    ]


def test_where_none_is_to_blame_the_newest_ask_fails(session: Session) -> None:
    session.ask(load("heap"))
    session.rest()
    session.world.fault = ValueError("a fault")
    asked = session.ask(SelectSampleType("alloc"))
    session.rest()
    assert why_not(session.asked[asked]) == "Something went wrong inside of Pprof Lens; its log says what."


def test_what_cannot_be_shown_any_more_stays_until_something_else_is_asked_for(session: Session) -> None:
    session.ask(load("heap"))
    session.rest()
    before = session.driver.shown.snapshot
    session.world.fault = RefusedError(1, "The folders are gone.")
    session.post(ChangeFolders(("/b",), is_trusted=True))
    session.rest()
    assert session.driver.shown.snapshot is before
    on_the_way = traceback.walk_tb(session.world.fault.__traceback__)
    assert [frame.f_code.co_name for frame, _ in on_the_way if frame.f_locals] == ["_make"], "which lets it go itself"
    session.world.fault = None
    session.ask(load("cpu"))
    session.rest()
    assert session.asked[2].answer.done()
    assert not why_not(session.asked[2])


@pytest.mark.parametrize(
    ("event", "done"),
    [
        (LookAgain(), "tell"),  # the very same Snapshot
        (ChangeSettings(Settings(threshold=3)), "draw gather find tell"),
        (Saved(), "draw gather find tell"),
        (ChangeFolders(("/b",), is_trusted=True), "draw gather find tell"),
    ],
)
def test_only_the_stages_are_done_again_that_can_show_anything_else(session: Session, event: Event, done: str) -> None:
    session.ask(load("heap"))
    session.rest()
    session.stages.clear()
    session.post(event)
    session.rest()
    assert " ".join(session.stages) == done


def test_what_was_gathered_is_kept_for_its_own_figures_only(session: Session) -> None:
    session.ask(load("heap"))
    session.rest()
    callers = session.driver.shown.callers
    assert callers is not None
    session.post(ChangeSettings(Settings(threshold=3)))
    session.rest()
    assert session.driver.shown.callers is callers
    session.ask(load("cpu"))
    session.worker.step()
    session.spin()
    assert session.driver.shown.callers is None


def test_a_file_that_was_rewritten_does_not_wait_for_what_is_found_in_the_old_one(session: Session) -> None:
    session.ask(load("heap"))
    while session.driver.shown.snapshot is None:
        session.worker.step()
        session.spin()
    session.post(Rewritten(1))
    session.worker.hang()  # the stage that was begun
    session.worker.step()
    session.spin()
    content = session.driver.shown.of.content
    assert content is not None
    assert content.version == 2


def test_a_stage_that_fails_keeps_nobody_from_what_is_shown(session: Session) -> None:
    async def fail(_: Shown, __: Stop) -> Shown:
        raise ValueError

    _, *others = session.driver._stages
    session.driver._stages = (fail, *others)
    session.ask(load("heap"))
    session.rest()
    assert not why_not(session.asked[1])
    assert session.driver.shown.stage == 4


def test_what_is_under_way_ends_with_the_driver(session: Session) -> None:
    session.ask(load("heap"))
    running = asyncio.all_tasks(session.loop)
    session.end()
    session.spin()
    assert {task for task in running if not task.done()} == {asked.answer for asked in session.asked.values()}
