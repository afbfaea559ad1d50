"""What is wanted: a frozen value that changes only by `reduce(wanted, event)`, which is pure and never waits.

`settled` is what was shown last; `asks` are what was asked for since and is not shown yet, in that order. The goal,
what is to be shown, is `settled` with every ask applied that is ready. So an ask that fails is taken out and leaves
no trace, and one that comes later is asked of what those before it will show. Each ask ends exactly once: it is
shown, it failed, or something newer was asked for and is shown.
"""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field, replace
from functools import reduce as fold

from pprof_lens.analysis.filter import Filter
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
    PreferSampleType,
    Question,
    Rewritten,
    Round,
    Saved,
    SelectFilter,
    SelectSampleType,
    Settled,
    StartWatch,
    StopWatch,
    WatchEnded,
)
from pprof_lens.session.goal import Capture, Content, Goal, Selection, Source, Watch

NOTHING_LOADED = "No profile is loaded; load one first."
CHANGED = "The profile has changed since; open the call tree again."
CANCELLED = "Cancelled."


@dataclass(frozen=True, slots=True)
class Ask:
    """Something that was asked for, by its number in the order of all that was."""

    number: int
    question: Question

    @property
    def is_ready(self) -> bool:
        """Whether nothing has to be fetched for it any more."""
        match self.question:
            case Load(is_here=is_here):
                return is_here
            case StartWatch(first=first):
                return first is not None
        return True


@dataclass(frozen=True, slots=True)
class Ended:
    """An ask that ended: it is shown where `why` is empty, else why not. `is_cancelled` where it did not fail."""

    ask: Ask
    why: str = ""
    is_cancelled: bool = False


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is wanted. `count` is the number of the newest ask, `ended` are the asks that the last event ended."""

    settled: Goal = Goal()
    asks: tuple[Ask, ...] = ()
    count: int = 0
    goal: Goal = Goal()
    ended: tuple[Ended, ...] = field(default=(), compare=False)

    @property
    def ready(self) -> tuple[int, ...]:
        """The numbers of the asks that the goal takes account of; what is asked of nothing waits for what comes."""
        numbers, goal = [], self.settled
        for ask in self.asks:
            if ask.is_ready and not _is_of_nothing(goal, ask):
                numbers.append(ask.number)
            goal = _applied(goal, ask)
        return tuple(numbers)


def reduce(wanted: Wanted, event: Event) -> Wanted:
    """What is wanted after the event, and which asks ended with it."""
    now = replace(wanted, ended=())
    match event:
        case Fetched(number, source):
            now = _answered(now, number, lambda asked: replace(asked, source=source, is_here=True, was_fetched=True))
        case Began(number, capture):
            now = _answered(now, number, lambda asked: replace(asked, first=capture))
        case Failed(number, why):
            failed = (Ended(ask, why, is_cancelled=why == CANCELLED) for ask in now.asks if ask.number == number)
            now = replace(now, asks=tuple(ask for ask in now.asks if ask.number != number), ended=tuple(failed))
        case ChangeSettings(settings):
            before = now.goal.settings.sample_type
            now = replace(now, settled=replace(now.settled, settings=settings))
            if settings.sample_type not in ("", before):
                now = _asked(now, PreferSampleType(settings.sample_type))
        case ChangeFolders(folders, is_trusted):
            now = replace(now, settled=replace(now.settled, folders=folders, is_trusted=is_trusted))
        case LookAgain():
            now = replace(now, settled=replace(now.settled, looked=now.settled.looked + 1))
        case Saved():
            now = replace(now, settled=replace(now.settled, saved=now.settled.saved + 1))
        case Settled(goal, numbers, sample_type):
            now = _settled(now, goal, numbers, sample_type)
        case _:
            now = _asked(now, event)
    now = _without_vain(now)
    return replace(now, goal=_goal(now))


def _asked(now: Wanted, question: Question) -> Wanted:
    ask = Ask(now.count + 1, question)
    now = replace(now, count=ask.number, asks=(*now.asks, ask))
    match question:
        case StartWatch() | StopWatch():
            return _end(now, lambda older: _overtaken_start(older, ask))
        case Round(watch=watch):  # a newer round takes the place of one that was not shown yet
            return replace(now, asks=tuple(a for a in now.asks if a is ask or not _is_round_of(a.question, watch)))
    return now


def _is_round_of(question: Question, watch: int) -> bool:
    return isinstance(question, Round) and question.watch == watch


def _overtaken_start(older: Ask, by: Ask) -> Ended | None:
    """A watch that has not begun does not begin once another one is asked for, or none."""
    is_waiting = isinstance(older.question, StartWatch) and not older.is_ready
    return _overtaken(older, by.question) if is_waiting and older is not by else None


def _answered(now: Wanted, number: int, change: Callable[..., Question]) -> Wanted:
    asks = (replace(ask, question=change(ask.question)) if ask.number == number else ask for ask in now.asks)
    return replace(now, asks=tuple(asks))


def _end(now: Wanted, ending: Callable[[Ask], Ended | None]) -> Wanted:
    """End the asks that `ending` has something to say of."""
    endings = {ask.number: ended for ask in now.asks if (ended := ending(ask)) is not None}
    kept = tuple(ask for ask in now.asks if ask.number not in endings)
    return replace(now, asks=kept, ended=(*now.ended, *endings.values()))


def _settled(now: Wanted, goal: Goal, numbers: Collection[int], sample_type: str) -> Wanted:
    """`goal` is shown: what the asks that it took account of asked for is there, or something newer."""
    old = now.settled
    kept = {name: getattr(old, name) for name in ("settings", "folders", "is_trusted", "looked", "saved")}
    shown = [ask for ask in now.asks if ask.number in numbers]
    now = replace(now, settled=replace(settle(goal, sample_type), **kept))
    return _end(now, lambda ask: _ending(ask, shown, sample_type) if ask.number in numbers else None)


def settle(goal: Goal, sample_type: str) -> Goal:
    """The goal once it is shown with that sample type: nothing is required of what the files hold later."""
    return replace(goal, selection=Selection((sample_type,)))


def _ending(ask: Ask, shown: Sequence[Ask], sample_type: str) -> Ended:
    """How an ask ended that is among those that what is shown took account of."""
    newer = (other.question for other in shown if other.number > ask.number)
    by = next((question for question in newer if _undoes(question, ask.question, sample_type)), None)
    return Ended(ask) if by is None else _overtaken(ask, by)


def _undoes(newer: Question, older: Question, sample_type: str) -> bool:
    """Whether nothing of the older one is left once the newer one is shown, with that sample type."""
    match older, newer:
        case ((Load() | Clear() | StartWatch()), (Load() | Clear() | StartWatch())):
            return True
        case ((SelectSampleType() | SelectFilter()), (Load() | Clear())):
            return True
        case SelectSampleType(name=name), (SelectSampleType() | PreferSampleType()):
            return name != sample_type
        case SelectFilter(), SelectFilter():
            return newer.undoes(older)
    return False


def _overtaken(ask: Ask, by: Question | Content | None) -> Ended:
    """The ask gave way to something newer."""
    match ask.question:
        case Load(source=source, was_fetched=True):
            kept = " and ".join((*source.paths, *source.base))
            return Ended(ask, f"Something else was asked for meanwhile; what was fetched is kept in {kept}.")
    return Ended(ask, f"Cancelled: {_named(by)}.", is_cancelled=True)


def _named(newer: Question | Content | None) -> str:
    """What was asked for since, as a clause."""
    match newer:
        case Load(source=source) | Content(source=source):
            return f"{source.short} was asked for since"
        case StartWatch(url=url):
            return f"a watch of {url} was asked for since"
        case SelectSampleType(name=name) | PreferSampleType(name=name):
            return f"the sample type {name} was asked for since"
        case SelectFilter():
            return "another filter was asked for since"
        case StopWatch():
            return "no watch is wanted any more"
    return "the profile was cleared since"


def _without_vain(now: Wanted) -> Wanted:
    """End the asks that nothing can come of any more."""
    is_coming = any(not ask.is_ready and ask.number > now.settled.content_number for ask in now.asks)
    watches = {ask.number for ask in now.asks} | {_watch_of(now.settled)}
    goal = now.settled

    def ending(ask: Ask) -> Ended | None:
        nonlocal goal
        before = goal
        goal = _applied(goal, ask)
        match ask.question:
            case StartWatch() if ask.number < now.settled.content_number:
                return _overtaken(ask, now.settled.content)
            case Load(is_here=True) if ask.number < now.settled.content_number:
                return _overtaken(ask, now.settled.content)
            case SelectSampleType() | SelectFilter() if ask.number < now.settled.content_number:
                return _overtaken(ask, now.settled.content)
            case SelectSampleType() | SelectFilter() if before.content is None and not is_coming:
                return Ended(ask, NOTHING_LOADED)
            case PreferSampleType() if before.content is None:
                return Ended(ask)
            case SelectFilter(through_of=Goal() as of) if not before.has_profiles_of(of):
                return Ended(ask, CHANGED)
            case Round(watch=watch) | WatchEnded(watch=watch) if watch not in watches:
                return Ended(ask)
        return None

    return _end(now, ending)


def _is_of_nothing(goal: Goal, ask: Ask) -> bool:
    return goal.content is None and isinstance(ask.question, SelectSampleType | SelectFilter)


def _watch_of(goal: Goal) -> int:
    return goal.content.watch.number if goal.content is not None and goal.content.watch is not None else 0


def _goal(now: Wanted) -> Goal:
    return fold(_applied, now.asks, now.settled)


def _applied(goal: Goal, ask: Ask) -> Goal:
    """What is to be shown once the ask is, too."""
    number, content = ask.number, goal.content
    if not ask.is_ready:
        return goal
    match ask.question:
        case Load(source=source, sample_type=required, refresh=refresh):
            watch = Watch(number, source.name, is_refresh=True) if refresh else None
            selection = Selection((), required, number) if required else Selection((goal.settings.sample_type,))
            return _with_content(goal, number, Content(source, watch=watch), selection=selection, filter=Filter())
        case Clear():
            return _with_content(goal, number, None, selection=Selection(), filter=Filter())
        case StartWatch(url=url, first=Capture() as first):
            content = Content(Source(url, ()), capture=first, watch=Watch(number, url, watched=first.watched))
            names = (*goal.selection.names, goal.selection.required, goal.settings.sample_type)
            return _with_content(goal, number, content, selection=Selection(names), filter=_anywhere(goal.filter))
        case _ if content is None:
            return goal
        case SelectSampleType(name=name):
            return replace(goal, selection=Selection((), name, number))
        case PreferSampleType(name=name):
            return replace(goal, selection=replace(goal.selection, names=(name, *goal.selection.names)))
        case SelectFilter() as wanted:
            return replace(goal, filter=wanted.applied_to(goal.filter), filter_number=number)
        case StopWatch() if content.watch is not None:
            return replace(goal, content=replace(content, watch=None, is_over=True))
        case Rewritten(content_number=of) if of == goal.content_number:
            changed = replace(content, version=number)
            return replace(goal, content=changed, change_number=number, filter=_anywhere(goal.filter))
        case Round(capture=None, watch=of) as failed if content.watch is not None and of == content.watch.number:
            watch = replace(content.watch, failure=failed.failure, watched=failed.watched)
            return replace(goal, content=replace(content, watch=watch))
        case Round(capture=Capture() as newest, watch=of) if content.watch is not None and of == content.watch.number:
            watch = replace(content.watch, failure="", watched=newest.watched)
            changed = replace(content, capture=newest, watch=watch)
            return replace(goal, content=changed, change_number=number, filter=_anywhere(goal.filter))
        case WatchEnded(watch=of) if content.watch is not None and of == content.watch.number:
            return replace(goal, content=replace(content, watch=None))
    return goal


def _with_content(goal: Goal, number: int, content: Content | None, *, selection: Selection, filter: Filter) -> Goal:  # noqa: A002
    return replace(
        goal,
        content=content,
        content_number=number,
        change_number=number,
        selection=selection,
        filter=filter,
        filter_number=number,
    )


def _anywhere(filtered: Filter) -> Filter:
    """The filter without what is of one profile's samples only."""
    return replace(filtered, through=None, through_text="")
