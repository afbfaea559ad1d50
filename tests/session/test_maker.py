"""Nothing is made anew that is as it was: what is read, walked and folded is counted."""

import shutil
from collections import Counter
from dataclasses import replace
from operator import attrgetter
from pathlib import Path
from typing import Any

import pytest

from pprof_lens.analysis.filter import Filter
from pprof_lens.analysis.series import Evidence
from pprof_lens.session import maker as module
from pprof_lens.session.goal import Capture, Content, Goal, Selection, Source
from pprof_lens.session.maker import Made, Maker, RefusedError
from pprof_lens.session.reading import read_profile
from pprof_lens.session.settings import Settings
from pprof_lens.session.snapshot import Snapshot
from references import grf
from repositories import Work

EXAMPLE = Path(__file__).parent.parent.parent / "examples" / "leaky"
LIMIT = 1 << 30


class Making:
    """A maker whose work is counted: reads of files, walks through folders, folds under a filter."""

    def __init__(self, folder: Path, count: Counter[str]) -> None:
        self.folder, self._count, self._maker = folder, count, Maker()
        self.shown, self.made = Goal(), Made(None, None)
        self._numbers = iter(range(1, 1000))

    def load(self, *names: str, base: tuple[str, ...] = ()) -> Goal:
        paths = [tuple(str(self.folder / "profiles" / name) for name in some) for some in (names, base)]
        number = next(self._numbers)
        content = Content(Source("x", paths[0], paths[1]))
        return Goal(
            content=content, content_number=number, change_number=number, folders=(str(self.folder),), is_trusted=False
        )

    def watched(self) -> Goal:
        profile = read_profile(str(EXAMPLE / "profiles/heap.pprof"), LIMIT)
        goal = self.load()
        return replace(goal, content=Content(Source("program", ()), capture=Capture(profile, Evidence(), b"", "/x")))

    def cost(self, goal: Goal) -> dict[str, int]:
        """What it takes to show the goal next."""
        self._count.clear()
        snapshot = self.made.snapshot
        self.made = self._maker.make(goal, self.shown, snapshot, (), lambda: False)
        self.shown = goal
        return dict(self._count)

    @property
    def snapshot(self) -> Snapshot:
        assert self.made.snapshot is not None
        return self.made.snapshot


@pytest.fixture
def making(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Making:
    count: Counter[str] = Counter()

    def counted(name: str, target: str) -> None:
        original = attrgetter(target)(module)

        def call(*arguments: Any, **named: Any) -> Any:
            count[name] += 1
            return original(*arguments, **named)

        monkeypatch.setattr(f"pprof_lens.session.maker.{target}", call)

    counted("read", "read_profile")
    counted("walk", "discover")
    counted("build", "indexes.build")
    counted("fold", "indexes.filtered")
    return Making(Path(shutil.copytree(EXAMPLE, tmp_path / "leaky")), count)


def test_to_come_back_to_a_profile_reads_and_builds_nothing(making: Making) -> None:
    first = {"read": 1, "build": 1, "walk": 1}
    assert making.cost(making.load("heap.pprof")) == first
    assert making.cost(making.load("cpu.pprof")) == first
    assert making.cost(making.load("heap.pprof")) == {}
    assert making.cost(making.load("heap.pprof", base=("series/heap-1.pprof",))) == first
    assert making.cost(making.load("series/heap-1.pprof", base=("heap.pprof",))) == {"build": 1, "walk": 1}


def test_a_sample_type_costs_nothing_and_a_filter_one_fold(making: Making) -> None:
    heap = making.load("heap.pprof")
    making.cost(heap)
    assert making.cost(replace(heap, selection=Selection(("alloc_space",)))) == {}
    assert making.snapshot.sample_type.type == "alloc_space"
    focused = replace(heap, filter=Filter(focus="cache"))
    assert making.cost(focused) == {"fold": 1}
    assert making.cost(heap) == {}
    assert making.cost(focused) == {}


def test_a_round_of_a_watch_is_built_and_neither_read_nor_walked_for(making: Making) -> None:
    making.cost(making.load("heap.pprof"))
    assert making.cost(making.watched()) == {"build": 1}
    assert making.snapshot.source.paths == ("/x",)


def test_a_rewritten_file_is_read_and_nothing_is_walked(making: Making) -> None:
    heap = making.load("heap.pprof")
    making.cost(heap)
    shutil.copy(EXAMPLE / "profiles/cpu.pprof", making.folder / "profiles/heap.pprof")
    assert making.cost(replace(heap, filter=Filter(focus="cache"))) == {"fold": 1}, "as long as nobody says so"
    assert making.cost(replace(heap, content=replace(heap.content or Content(Source("", ())), version=2))) == {
        "read": 1,
        "build": 1,
    }


def test_what_is_shown_stays_though_its_file_is_gone(making: Making) -> None:
    heap = making.load("heap.pprof")
    making.cost(heap)
    (making.folder / "profiles/heap.pprof").unlink()
    for i in range(9):
        name = f"{i}.pprof"
        shutil.copy(EXAMPLE / "profiles/cpu.pprof", making.folder / "profiles" / name)
        shown, made = making.shown, making.made
        making.cost(making.load(name))
        making.shown, making.made = shown, made
    assert making.cost(replace(heap, filter=Filter(focus="cache"))) == {"fold": 1}


@pytest.mark.parametrize(
    "change",
    [
        {"folders": ()},
        {"looked": 1},
        {"is_trusted": True},
        {"settings": Settings(path_mappings=(("/a", "/b"),))},
    ],
)
def test_folders_are_walked_anew_where_what_is_there_may_be_another(making: Making, change: dict[str, Any]) -> None:
    heap = making.load("heap.pprof")
    making.cost(heap)
    assert making.cost(replace(heap, **change)) == {"walk": 1}


@pytest.mark.parametrize(
    "change", [{"saved": 1}, {"settings": Settings(threshold=5)}, {"selection": Selection(("x",))}]
)
def test_what_is_as_before_is_the_very_same_snapshot(making: Making, change: dict[str, Any]) -> None:
    heap = making.load("heap.pprof")
    making.cost(heap)
    before = making.snapshot
    assert making.cost(replace(heap, **change)) == {}
    assert making.snapshot is before


def test_what_cannot_be_shown_is_the_fault_of_the_ask_that_it_is_of(making: Making) -> None:
    heap = making.load("heap.pprof")
    wrong = {
        11: replace(making.load("none.pprof"), change_number=11),
        12: replace(heap, selection=Selection(required="cpu", number=12)),
        13: replace(heap, filter=Filter(focus="("), filter_number=13),
    }
    for number, goal in wrong.items():
        with pytest.raises(RefusedError) as refused:
            making.cost(goal)
        assert refused.value.number == number


def test_another_sample_type_and_nothing_are_made_at_once_and_nothing_else_is(making: Making) -> None:
    heap = making.load("heap.pprof")
    making.cost(heap)

    def at_once(goal: Goal) -> Made | None:
        return making._maker.at_once(goal, making.shown, making.made)

    switched = at_once(replace(heap, selection=Selection(("alloc_space",))))
    assert switched is not None
    assert switched.snapshot is not None
    assert switched.snapshot.sample_type.type == "alloc_space"
    assert switched.snapshot.generation != making.snapshot.generation
    assert at_once(Goal()) == Made(None, None)
    assert at_once(replace(heap, filter=Filter(focus="cache"))) is None


@pytest.mark.parametrize(("is_over", "is_told"), [(False, True), (True, False)])
def test_what_a_watch_proved_goes_with_it_where_the_user_ended_it(
    making: Making, *, is_over: bool, is_told: bool
) -> None:
    goal, proved = making.watched(), Evidence(repeated=7)
    assert goal.content is not None
    assert goal.content.capture is not None
    content = replace(goal.content, capture=replace(goal.content.capture, evidence=proved), is_over=is_over)
    making.cost(replace(goal, content=content))
    assert (making.snapshot.evidence == proved) == is_told


def test_files_are_found_anew_where_the_folders_are_others(making: Making) -> None:
    heap = making.load("heap.pprof")
    making.cost(heap)
    within = making.snapshot.files.own
    making.cost(replace(heap, folders=()))
    assert within
    assert not making.snapshot.files.own


def test_a_file_that_holds_something_else_makes_another_snapshot(making: Making) -> None:
    heap = making.load("heap.pprof")
    assert heap.content is not None
    making.cost(heap)
    before = making.snapshot
    shutil.copy(EXAMPLE / "profiles/series/heap-1.pprof", making.folder / "profiles/heap.pprof")
    making.cost(replace(heap, content=replace(heap.content, version=2)))
    assert making.snapshot is not before


def test_who_holds_objects_is_read_beside_a_profile_and_not_added_to_it(making: Making) -> None:
    (making.folder / "profiles/grf.out").write_bytes(grf("main.last; [0]. (*shop.Session) = 1 100"))
    making.cost(making.load("heap.pprof"))
    alone, samples = making.snapshot.total, making.snapshot.profile.sample_count
    making.cost(making.load("grf.out", "heap.pprof"))
    assert (making.snapshot.total, making.snapshot.profile.sample_count) == (alone, samples)
    assert making.snapshot.holders
    making.cost(making.load("grf.out"))
    assert (making.snapshot.profile.sample_count, making.snapshot.holders) == (1, {})
    making.cost(making.load("heap.pprof", "heap.pprof"))
    assert making.snapshot.total == 2 * alone


def test_a_sample_type_that_was_asked_for_later_is_shown_in_place_of_the_one_that_the_profile_must_have(
    making: Making,
) -> None:
    selection = Selection(("alloc_space",), required="inuse_space")
    making.cost(replace(making.load("heap.pprof"), selection=selection))
    assert making.snapshot.sample_type.type == "alloc_space"


@pytest.mark.parametrize(
    ("focus", "note"),
    [("", ""), ("cache", ""), ("nowhere", "No sample passes the filter, so there are no figures.")],
)
def test_where_nothing_passes_the_filter_it_is_said(making: Making, focus: str, note: str) -> None:
    making.cost(replace(making.load("heap.pprof"), filter=Filter(focus=focus)))
    assert making.snapshot.note == note


@pytest.mark.parametrize(
    ("names", "is_evidence"),
    [
        (("heap.pprof",), False),
        (("heap.debug1.txt",), True),  # says what the process holds
        (("cpu.pprof",), False),
        (("goroutine.pprof",), True),
        (("goroutineleak.pprof",), True),
        (("series/heap-1.pprof", "series/heap-2.pprof"), True),
    ],
)
def test_what_profiles_say_of_leaks(making: Making, *, names: tuple[str, ...], is_evidence: bool) -> None:
    making.cost(making.load(*names))
    evidence = making.snapshot.evidence
    assert bool(evidence.heaps or evidence.goroutines or evidence.leaked) == is_evidence


def test_files_are_those_that_they_were_at_another_commit(making: Making) -> None:
    """Built elsewhere, and nothing else than the lines of functions tells that a file is the one of its name."""
    (making.folder / "go.mod").unlink()
    work = Work(making.folder)
    work.git("add", "-A")
    work.git("commit", "-q", "-m", "built")
    heap = replace(making.load("heap.pprof"), is_trusted=True)
    making.cost(heap)
    before = making.snapshot.files.own
    for path in making.folder.rglob("*.go"):
        path.write_text(f"// Above.\n{path.read_text()}")
    making.cost(replace(heap, looked=1))
    assert making.snapshot.files.own == before != ()
