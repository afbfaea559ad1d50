"""The driver: works until what is shown is what is wanted, and tells whoever asked for it.

It looks at what is wanted and at what is shown, does the next thing that is missing, and looks again; so nothing
depends on the order in which things happen. Work that nobody wants any more is left. What it does is given to it:
how a goal is made, and the stages by which that is shown. It knows no messages.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from typing import Protocol, TypeVar

from pprof_lens.editor.shown import Findings, Shown
from pprof_lens.editor.worker import let_go
from pprof_lens.profile.errors import Cancelled, ProfileError
from pprof_lens.session.events import Event, Failed, Question, Settled
from pprof_lens.session.goal import Goal
from pprof_lens.session.maker import Made, RefusedError
from pprof_lens.session.reading import Stop
from pprof_lens.session.wanted import CANCELLED, Ended, Wanted, reduce, settle

log = logging.getLogger(__name__)

T = TypeVar("T")

Make = Callable[[Goal, Shown, Stop], Awaitable[Made]]
"""Makes the Snapshot of a goal. Raises RefusedError or Cancelled."""

Stage = Callable[[Shown, Stop], Awaitable[Shown]]
"""Does one more thing to show what is shown, and says what is shown then. Raises Cancelled."""

FAULT = "Something went wrong inside of Pprof Lens; its log says what."


class Editor(Protocol):
    """Who is told what became of the asks."""

    def follow(self, wanted: Wanted) -> None:
        """Something else is wanted: fetch what is missing for it, and stop fetching what is not."""

    def tell(self, ended: Ended) -> None:
        """An ask ended that nobody waits for."""


class OvertakenError(Exception):
    """The ask was not shown, as something newer was asked for; the message says what."""


class Driver:
    """Owns what is wanted and what is shown."""

    def __init__(self, editor: Editor, make: Make, stages: Sequence[Stage]) -> None:
        self.wanted = Wanted()
        self.shown = Shown()
        self._editor = editor
        self._make_goal = make
        self._stages = stages
        self._changed = asyncio.Event()
        self._asking: dict[int, asyncio.Future[Shown]] = {}
        self._settled: list[tuple[asyncio.Future[Shown], Shown]] = []
        """Who waits for what is shown already, until all stages are done or something else is wanted."""
        self._hopeless: Goal | None = None

    def post(self, event: Event) -> None:
        """Something happened: want what follows from it."""
        self.wanted = reduce(self.wanted, event)
        for ended in self.wanted.ended:
            self._end(ended)
        self._editor.follow(self.wanted)
        self._changed.set()

    async def ask(self, question: Question) -> Shown:
        """What is shown once this is. Raises ProfileError where it cannot be, OvertakenError where it need not be."""
        answer: asyncio.Future[Shown] = asyncio.get_running_loop().create_future()
        number = self.wanted.count + 1
        self._asking[number] = answer
        self.post(question)
        try:
            return await answer
        except asyncio.CancelledError:
            self.post(Failed(number, CANCELLED))  # who asked takes it back
            raise

    async def run(self) -> None:
        """Work for ever."""
        while True:
            wanted, before = self.wanted, self.shown
            settled = None
            if self._is_behind():
                self._answer()  # who waited for what is shown does not wait for what comes next, too
                made = await self._make(wanted, before)
                if made is None:
                    continue
                shown = _with(made, wanted.goal, before, len(self._stages) - 1)
                settled = Settled(wanted.goal, wanted.ready, _sample_type(made))
            elif before.stage < len(self._stages):
                shown = await self._do_stage(before)
            else:
                self._answer()
                self._changed.clear()
                await self._changed.wait()
                continue
            self.shown = shown  # here and nowhere else
            if settled is not None:
                self.post(settled)

    def _is_behind(self) -> bool:
        """Whether something else is to be made; a round waits until the one before it is shown with all stages."""
        wanted, shown = self.wanted, self.shown
        if not wanted.ready and wanted.goal in (shown.of, self._hopeless):
            return False
        return shown.stage == len(self._stages) or not wanted.goal.is_later_round_of(shown.of)

    async def _make(self, wanted: Wanted, before: Shown) -> Made | None:
        """What is to be shown of the goal; None where that cannot be, or is not wanted any more."""
        goal = wanted.goal

        def is_left() -> bool:
            now = self.wanted.goal
            return goal.content is not None and (
                now.content is None
                or (now.content_number, now.content.version) != (goal.content_number, goal.content.version)
            )

        try:
            return await self._unless(is_left, self._make_goal(goal, before, is_left))
        except Cancelled:
            return None
        except RefusedError as error:
            let_go(error)
            self._refuse(wanted, error.number, str(error))
        except Exception:
            log.exception("What is wanted could not be made.")
            self._refuse(wanted, goal.change_number, FAULT)
        return None

    async def _do_stage(self, shown: Shown) -> Shown:
        """What is shown after the next stage; as before where something else is wanted by then."""
        try:
            now = await self._unless(self._is_behind, self._stages[shown.stage](shown, self._is_behind))
        except Cancelled:
            return shown
        except Exception:
            log.exception("A part of what is shown could not be made.")
            now = shown
        return replace(now, stage=shown.stage + 1)

    async def _unless(self, is_left: Stop, work: Awaitable[T]) -> T:
        """What comes of the work. Raises Cancelled as soon as it is left, however far it is."""
        going = asyncio.ensure_future(work)
        try:
            while not going.done():
                if is_left():
                    raise Cancelled
                await self._changed_or(going)
            return going.result()
        finally:
            going.cancel()

    async def _changed_or(self, going: "asyncio.Future[T]") -> None:
        """Wait until something else is wanted, or that is done."""
        self._changed.clear()
        changed = asyncio.ensure_future(self._changed.wait())
        try:
            await asyncio.wait((going, changed), return_when=asyncio.FIRST_COMPLETED)
        finally:
            changed.cancel()

    def _refuse(self, wanted: Wanted, number: int, why: str) -> None:
        """What is wanted cannot be shown: the ask of that number is to blame, or else the newest."""
        if wanted.ready:
            self.post(Failed(number if number in wanted.ready else wanted.ready[-1], why))
        else:
            log.error("What was shown cannot be shown any more: %s", why)
            self._hopeless = wanted.goal

    def _end(self, ended: Ended) -> None:
        answer = self._asking.pop(ended.ask.number, None)
        if answer is None:
            self._editor.tell(ended)
        elif answer.done():
            return  # whoever asked went away
        elif ended.is_cancelled:
            answer.set_exception(OvertakenError(ended.why))
        elif ended.why:
            answer.set_exception(ProfileError(ended.why))
        else:
            self._settled.append((answer, self.shown))

    def _answer(self) -> None:
        """Tell those whose ask is shown."""
        settled, self._settled = self._settled, []
        for answer, shown in settled:
            if not answer.done():
                answer.set_result(shown)


def _with(made: Made, goal: Goal, before: Shown, last: int) -> Shown:
    """What is shown once that is made; where that looks as before, only the `last` stage has to be done again."""
    of, snapshot = settle(goal, _sample_type(made)), made.snapshot
    looks_as_before = snapshot is before.snapshot and (of.settings, of.saved) == (before.of.settings, before.of.saved)
    is_gathered = snapshot is not None and snapshot.index is before.gathered_of
    return replace(
        before,
        of=of,
        snapshot=snapshot,
        surroundings=made.surroundings,
        callers=before.callers if is_gathered else None,
        gathered_of=before.gathered_of if is_gathered else None,
        findings=before.findings if snapshot is not None else Findings(memories=before.findings.memories),
        stage=min(before.stage, last) if looks_as_before else 0,
    )


def _sample_type(made: Made) -> str:
    return made.snapshot.sample_type.type if made.snapshot is not None else ""
