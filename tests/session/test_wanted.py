"""What is wanted after what happened: examples of the rules that `tests/editor/test_driver.py` holds in any order."""

from dataclasses import replace
from typing import Any, cast

import pytest

from pprof_lens.analysis.filter import Filter
from pprof_lens.analysis.series import Evidence
from pprof_lens.analysis.watched import Watched
from pprof_lens.profile.model import Profile
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
from pprof_lens.session.goal import Capture, Content, Goal, Source, Watch
from pprof_lens.session.settings import Settings
from pprof_lens.session.wanted import CANCELLED, Wanted, reduce

SHOWN = "shown"
"""Stands for the event that the driver posts once the goal is shown."""


def load(name: str, sample_type: str = "") -> Load:
    return Load(Source(name, (name,)), sample_type)


def fetch(name: str) -> Load:
    return Load(Source(name, (name,)), is_here=False)


def fetched(number: int) -> Fetched:
    return Fetched(number, Source("url", ("/tmp/heap.pprof",)))


def capture() -> Capture:
    return Capture(cast("Profile", None), Evidence(), b"", "")


WATCH = StartWatch("program", "program", 1)


def after(*events: "Event | str") -> tuple[Wanted, list[str]]:
    """What is wanted then, and what was told of each ask that ended, in order: its number, and why it is not shown."""
    wanted, told = Wanted(), []
    for event in events:
        goal = wanted.goal
        selected = goal.selection.required or next(filter(None, goal.selection.names), "default")
        happened = Settled(goal, wanted.ready, selected) if isinstance(event, str) else event
        wanted = reduce(wanted, happened)
        told += [f"{ended.ask.number} {ended.why}".strip() for ended in wanted.ended]
    return wanted, told


def drawn(wanted: Wanted) -> str:
    """The goal in a line: what, of which sample type, filtered how, watched by which ask."""
    goal, content = wanted.goal, wanted.goal.content
    if content is None:
        return "nothing"
    parts = [content.source.name, goal.selection.required or next(filter(None, goal.selection.names), "")]
    parts += [f"focus={goal.filter.focus}"] if goal.filter.focus else []
    parts += [f"watch={content.watch.number}"] if content.watch is not None else []
    return " ".join(filter(None, parts))


@pytest.mark.parametrize(
    ("events", "goal", "told"),
    [
        ((load("a"), SHOWN), "a default", ["1"]),
        ((load("a"), load("b"), SHOWN), "b default", ["1 Cancelled: b was asked for since.", "2"]),
        ((load("a"), load("b"), Failed(2, "No."), SHOWN), "a default", ["2 No.", "1"]),
        ((load("a"), SHOWN, load("b"), Failed(2, CANCELLED)), "a default", ["1", "2 Cancelled."]),
        ((load("a"), Clear(), SHOWN), "nothing", ["1 Cancelled: the profile was cleared since.", "2"]),
        ((load("a", "cpu"), SelectSampleType("alloc"), SHOWN), "a alloc", ["1", "2"]),
        ((load("a"), SelectSampleType("x"), Failed(2, "No."), SHOWN), "a default", ["2 No.", "1"]),
        ((load("a"), SelectFilter(focus="f"), load("b"), SHOWN), "b default",
         ["1 Cancelled: b was asked for since.", "2 Cancelled: b was asked for since.", "3"]),
        ((load("a"), SHOWN, SelectSampleType("x"), SelectSampleType("y"), SHOWN), "a y",
         ["1", "2 Cancelled: the sample type y was asked for since.", "3"]),
        ((SelectSampleType("cpu"),), "nothing", ["1 No profile is loaded; load one first."]),
        ((load("a"), SelectSampleType("cpu"), Failed(1, "No.")), "nothing",
         ["1 No.", "2 No profile is loaded; load one first."]),
    ],
)  # fmt: skip
def test_what_is_asked_while_a_load_runs_is_asked_of_what_it_will_show(
    events: tuple["Event | str", ...], goal: str, told: list[str]
) -> None:
    wanted, ended = after(*events)
    assert (drawn(wanted), ended) == (goal, told)


@pytest.mark.parametrize(
    ("events", "goal", "told"),
    [
        ((fetch("url"), fetched(1), SHOWN), "url default", ["1"]),
        ((fetch("url"), SelectSampleType("cpu"), SHOWN, fetched(1), SHOWN), "url cpu", ["1", "2"]),
        ((fetch("url"), SelectFilter(focus="f"), SHOWN, Failed(1, "No.")), "nothing",
         ["1 No.", "2 No profile is loaded; load one first."]),
        ((fetch("url"), SelectSampleType("cpu"), load("a"), SHOWN), "a default",
         ["3", "2 Cancelled: a was asked for since."]),
        ((fetch("url"), Clear(), SelectSampleType("cpu"), SHOWN), "nothing",
         ["2", "3 No profile is loaded; load one first."]),
        ((load("a"), SHOWN, fetch("url"), SelectSampleType("cpu"), SHOWN, fetched(2), SHOWN), "url default",
         ["1", "3", "2"]),
        ((fetch("url"), load("a"), SHOWN, fetched(1)), "a default",
         ["2", "1 Something else was asked for meanwhile; what was fetched is kept in /tmp/heap.pprof."]),
        ((fetch("url"), load("a"), fetched(1), SHOWN), "a default",
         ["1 Something else was asked for meanwhile; what was fetched is kept in /tmp/heap.pprof.", "2"]),
        ((fetch("url"), SelectSampleType("cpu"), fetched(1), SHOWN), "url cpu", ["1", "2"]),
        ((fetch("url"), SelectSampleType("cpu"), Failed(1, "No.")), "nothing",
         ["1 No.", "2 No profile is loaded; load one first."]),
        ((fetch("url"), StopWatch(), SHOWN, fetched(1), SHOWN), "url default", ["2", "1"]),
    ],
)  # fmt: skip
def test_a_fetch_takes_its_place_among_what_is_asked_when_it_was_asked_for(
    events: tuple["Event | str", ...], goal: str, told: list[str]
) -> None:
    wanted, ended = after(*events)
    assert (drawn(wanted), ended) == (goal, told)


@pytest.mark.parametrize(
    ("events", "goal", "told"),
    [
        ((WATCH, Began(1, capture()), SHOWN), "program default watch=1", ["1"]),
        ((WATCH, load("a"), SHOWN), "a default", ["2", "1 Cancelled: a was asked for since."]),
        ((WATCH, WATCH), "nothing", ["1 Cancelled: a watch of program was asked for since."]),
        ((WATCH, StopWatch(), SHOWN), "nothing", ["1 Cancelled: no watch is wanted any more.", "2"]),
        ((WATCH, Began(1, capture()), SHOWN, WATCH, Failed(2, "No.")), "program default watch=1", ["1", "2 No."]),
        ((WATCH, Began(1, capture()), SHOWN, load("a"), Round(1, capture()), Failed(2, "No."), SHOWN),
         "program default watch=1", ["1", "2 No.", "3"]),
        ((WATCH, Began(1, capture()), SHOWN, load("a"), SHOWN, Round(1, capture())), "a default", ["1", "2", "3"]),
        ((WATCH, Began(1, capture()), SHOWN, SelectFilter(focus="f"), Round(1, capture()), SHOWN),
         "program default focus=f watch=1", ["1", "2", "3"]),
        ((WATCH, Began(1, capture()), SHOWN, StopWatch(), SHOWN), "program default", ["1", "2"]),
        ((WATCH, Began(1, capture()), SHOWN, WatchEnded(1), SHOWN), "program default", ["1", "2"]),
        ((load("a", "cpu"), SHOWN, SelectFilter(focus="f"), SHOWN, WATCH, Began(3, capture()), SHOWN),
         "program cpu focus=f watch=3", ["1", "2", "3"]),
    ],
)  # fmt: skip
def test_a_watch_goes_on_until_something_else_is_shown(
    events: tuple["Event | str", ...], goal: str, told: list[str]
) -> None:
    wanted, ended = after(*events)
    assert (drawn(wanted), ended) == (goal, told)


def test_what_is_shown_was_not_overtaken_by_what_it_took_no_account_of() -> None:
    before, _ = after(load("a"))
    since = reduce(before, load("b"))
    (ended,) = reduce(since, Settled(before.goal, before.ready, "default")).ended
    assert (ended.ask.number, ended.why) == (1, "")


def test_a_watch_that_has_begun_is_shown_though_it_was_ended_since() -> None:
    wanted, told = after(WATCH, Began(1, capture()), StopWatch(), SHOWN)
    assert (drawn(wanted), told) == ("program default", ["1", "2"])


@pytest.mark.parametrize("told", [Round(1, capture()), Round(1, failure="silent"), WatchEnded(1)])
@pytest.mark.parametrize(
    ("since", "goal", "failure"),
    [((load("b"),), "b", None), ((WATCH, Began(2, capture())), "program default watch=2", "")],
)
def test_what_a_watch_tells_does_nothing_to_what_was_asked_for_since(
    told: Event, since: tuple[Event, ...], goal: str, failure: str | None
) -> None:
    before, _ = after(WATCH, Began(1, capture()), SHOWN, *since)
    wanted = reduce(before, told)
    assert (drawn(wanted), before.goal.content) == (goal, wanted.goal.content)
    content = wanted.goal.content
    assert content is not None
    assert (content.watch.failure if content.watch is not None else None) == failure


def test_a_watch_has_what_its_first_capture_went_through() -> None:
    watched = Watched(rounds=1)
    wanted, _ = after(WATCH, Began(1, replace(capture(), watched=watched)))
    assert wanted.goal.content is not None
    assert wanted.goal.content.watch is not None
    assert wanted.goal.content.watch.watched is watched


def test_who_ends_a_watch_that_is_none_leaves_what_is_shown_alone() -> None:
    before, _ = after(load("a"), SHOWN)
    assert reduce(before, StopWatch()).goal == before.goal


def test_only_the_newest_round_waits_to_be_shown() -> None:
    newest = capture()
    wanted, _ = after(WATCH, Began(1, capture()), SHOWN, Round(1, capture()), Round(1, newest))
    assert [ask.question for ask in wanted.asks] == [Round(1, newest)]
    assert wanted.goal.content is not None
    assert wanted.goal.content.capture is newest


def test_a_round_of_another_watch_takes_nothing_away() -> None:
    wanted, _ = after(WATCH, Began(1, capture()), SHOWN, WATCH, Began(2, capture()))
    rounds = [Round(1, capture()), Round(2, capture())]
    for told in rounds:
        wanted = reduce(wanted, told)
    assert [ask.question for ask in wanted.asks][1:] == rounds


def test_who_gives_up_is_told_otherwise_than_who_fails() -> None:
    for why, is_cancelled in ((CANCELLED, True), ("No.", False)):
        (ended,) = reduce(after(load("a"))[0], Failed(1, why)).ended
        assert (ended.why, ended.is_cancelled) == (why, is_cancelled)
    overtaken = reduce(after(load("a"), load("b"))[0], Settled(after(load("b"))[0].goal, (1, 2), "")).ended[0]
    assert overtaken.is_cancelled


def test_a_round_that_failed_is_told_until_one_comes() -> None:
    begun = (WATCH, Began(1, capture()), SHOWN)

    def failure(*events: Event) -> str:
        content = after(*begun, *events)[0].goal.content
        assert content is not None
        assert content.watch is not None
        return content.watch.failure

    assert failure(Round(1, failure="silent")) == "silent"
    assert failure(Round(1, failure="silent"), Round(1, capture())) == ""


def test_parts_of_a_filter_that_are_not_given_stay_and_an_empty_one_clears_all() -> None:
    asked = (load("a"), SelectFilter(focus="f"), SelectFilter(ignore="i"))
    wanted, told = after(*asked, SHOWN)
    assert (wanted.goal.filter, told) == (Filter(focus="f", ignore="i"), ["1", "2", "3"])
    wanted, told = after(*asked, SelectFilter(is_reset=True), SHOWN)
    overtaken = [f"{number} Cancelled: another filter was asked for since." for number in (2, 3)]
    assert (wanted.goal.filter, told) == (Filter(), ["1", *overtaken, "4"])


def test_a_node_of_a_call_tree_filters_the_profile_that_it_is_of_and_no_other() -> None:
    loaded, _ = after(load("a"), SHOWN)
    through = SelectFilter(through=b"\1", through_text="f", through_of=loaded.goal)
    assert reduce(loaded, through).goal.filter == Filter(through=b"\1", through_text="f")
    wanted, told = after(load("a"), SHOWN, load("b"), through)
    assert (wanted.goal.filter, told) == (Filter(), ["1", "3 The profile has changed since; open the call tree again."])
    rewritten, _ = after(load("a"), SHOWN, through, SHOWN, Rewritten(1))
    assert rewritten.goal.filter == Filter()


def test_a_rewritten_file_is_shown_as_it_was_and_one_that_broke_leaves_what_is_shown() -> None:
    shown = (load("a"), SHOWN, SelectSampleType("cpu"), SHOWN)
    before, _ = after(*shown)
    wanted, _ = after(*shown, Rewritten(1))
    assert (drawn(wanted), wanted.goal.has_profiles_of(before.goal)) == ("a cpu", False)
    wanted, _ = after(*shown, Rewritten(1), Failed(3, "No."))
    assert wanted.goal == before.goal
    assert after(*shown, Rewritten(99))[0].goal == before.goal


@pytest.mark.parametrize(
    ("events", "selected"),
    [
        ((), ("cpu", "default")),
        ((SelectSampleType("alloc"),), ("cpu",)),
        ((load("b"),), ("cpu",)),
    ],
)
def test_the_settings_prefer_a_sample_type_and_require_none(
    events: tuple[Event, ...], selected: tuple[str, ...]
) -> None:
    wanted, _ = after(load("a"), SHOWN, *events, ChangeSettings(Settings(sample_type="cpu")))
    assert wanted.goal.selection.names[: len(selected)] == selected
    same, _ = after(load("a"), SHOWN, ChangeSettings(Settings(threshold=5)))
    assert same.goal.selection.names == ("default",)


def test_the_sample_type_of_the_settings_is_that_of_the_next_load_and_asks_for_nothing_before() -> None:
    wanted, told = after(ChangeSettings(Settings(sample_type="cpu")))
    assert (wanted.asks, told) == ((), ["1"])
    assert drawn(reduce(wanted, load("a"))) == "a cpu"


def test_settings_that_change_while_something_is_made_outlast_it() -> None:
    making, _ = after(load("a"))
    changed = reduce(making, ChangeSettings(Settings(threshold=5)))
    shown = reduce(changed, Settled(making.goal, making.ready, "default"))
    assert shown.goal.settings.threshold == 5


@pytest.mark.parametrize(
    ("event", "changed"),
    [
        (ChangeFolders(("/a",), is_trusted=False), {"folders": ("/a",), "is_trusted": False}),
        (ChangeSettings(Settings(threshold=3)), {"settings": Settings(threshold=3)}),
        (LookAgain(), {"looked": 1}),
        (Saved(), {"saved": 1}),
    ],
)
def test_a_fact_is_wanted_at_once_and_nobody_waits_for_it(event: Event, changed: dict[str, Any]) -> None:
    wanted, _ = after(load("a"), SHOWN)
    now = reduce(wanted, event)
    assert (now.goal, now.asks) == (replace(wanted.goal, **changed), ())


def test_what_is_fetched_anew_is_watched_as_no_program_is() -> None:
    content = after(replace(load("a"), refresh=5))[0].goal.content
    assert content is not None
    assert content.watch == Watch(1, "a", is_refresh=True)


def test_a_watch_begins_with_what_it_went_through_until_its_first_capture() -> None:
    watched = Watched(restarts=(2.0,))
    content = after(WATCH, Began(1, replace(capture(), watched=watched)))[0].goal.content
    assert content is not None
    assert content.watch is not None
    assert content.watch.watched == watched


def test_nothing_is_no_profile_that_two_goals_share() -> None:
    loaded = Goal(content=Content(Source("a", ("a",))))
    assert not Goal().has_profiles_of(Goal())
    assert not loaded.has_profiles_of(Goal())
    assert not Goal().has_profiles_of(loaded)
    assert loaded.has_profiles_of(loaded)


def test_nothing_is_no_later_round_of_a_watch() -> None:
    watched = Goal(content=Content(Source("program", ()), watch=Watch(1, "program")))
    assert not Goal().is_later_round_of(watched)
    assert watched.is_later_round_of(replace(watched, change_number=1))


ALL = Filter("f", "i", "tf", "ti", b"\1", "through f")


@pytest.mark.parametrize(
    ("asked", "shown"),
    [
        (SelectFilter(), ALL),
        (SelectFilter(focus="x"), replace(ALL, focus="x")),
        (SelectFilter(ignore=""), replace(ALL, ignore="")),
        (SelectFilter(tag_focus="x"), replace(ALL, tag_focus="x")),
        (SelectFilter(tag_ignore="x"), replace(ALL, tag_ignore="x")),
        (SelectFilter(through=b"\0", through_text="x"), replace(ALL, through=b"\0", through_text="x")),
        (SelectFilter(focus="x", is_reset=True), Filter(focus="x")),
    ],
)
def test_what_is_not_asked_of_a_filter_stays_as_it_is(asked: SelectFilter, shown: Filter) -> None:
    assert asked.applied_to(ALL) == shown


@pytest.mark.parametrize(
    ("newer", "older", "is_undone"),
    [
        (SelectFilter(focus="b"), SelectFilter(focus="a"), True),
        (SelectFilter(focus="b"), SelectFilter(focus="a", ignore="x"), False),
        (SelectFilter(focus="b", ignore="y"), SelectFilter(ignore="x"), True),
        (SelectFilter(through=b"\1"), SelectFilter(focus="a"), False),
        (SelectFilter(is_reset=True), SelectFilter(focus="a", ignore="x"), True),
    ],
)
def test_a_filter_undoes_another_where_nothing_of_that_is_left(
    newer: SelectFilter, older: SelectFilter, *, is_undone: bool
) -> None:
    assert newer.undoes(older) == is_undone
