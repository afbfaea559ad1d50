"""Open files: what is known of each, what it shows, and that one that is not open is nothing."""

import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple
from unittest.mock import Mock

import pytest

from pprof_lens.analysis import index as indexes
from pprof_lens.analysis.holders import Holder
from pprof_lens.editor import documents, open_file
from pprof_lens.editor.documents import Baseline, OpenFiles, Search
from pprof_lens.session.goal import Content, Goal, Source
from pprof_lens.session.maker import Maker
from pprof_lens.session.snapshot import Snapshot, path_key
from pprof_lens.source import drift, gofuncs
from pprof_lens.source.buffer import Buffer, Change
from pprof_lens.source.drift import Candidate, State
from pprof_lens.source.profiled import DeclaredFunction
from pprof_lens.workspace import candidates
from pprof_lens.workspace.surroundings import Surroundings

EXAMPLE = Path(__file__).parent.parent.parent / "examples" / "leaky"
GONE = "file:///gone.go"
MAKES = 46
"""The line of the file, from 0, that makes a session."""
ALLOCATES, STORES = 48, 35
"""Lines of the file, from 0, of which the first allocates and the second keeps a session."""
ON_TOP = Change(0, 0, 0, 0, "// New.\n")


class Opened(NamedTuple):
    """The example's cache, open, and what is loaded."""

    files: OpenFiles
    uri: str
    path: Path
    snapshot: Snapshot
    around: Surroundings

    def wanted(self, leaking: tuple[DeclaredFunction, ...] = ()) -> Search | None:
        return self.files.baseline_wanted(self.uri, self.snapshot, self.around, {path_key(str(self.path)): leaking})

    def found(self, leaking: tuple[DeclaredFunction, ...] = ()) -> Baseline:
        search = self.wanted(leaking)
        assert search is not None
        return search.at_hand()

    def hints(self, threshold: float = 0.5) -> dict[int, str]:
        view = self.files.view(self.uri, self.snapshot, threshold)
        assert view is not None
        return {hint.line: hint.label for hint in view.hints(0, 1000)}


@pytest.fixture
def opened(tmp_path: Path) -> Opened:
    folder = Path(shutil.copytree(EXAMPLE, tmp_path / "leaky"))
    profile, path = str(folder / "profiles/heap.pprof"), folder / "internal/cache/cache.go"
    goal = Goal(content=Content(Source(profile, (profile,))), folders=(str(folder),))
    snapshot, around = Maker().make(goal, Goal(), None, (), lambda: False)
    assert snapshot is not None
    assert around is not None
    files = OpenFiles()
    files.open(path.as_uri(), str(path), path.read_text(encoding="utf-8"), 1)
    return Opened(files, path.as_uri(), path, snapshot, around)


@pytest.fixture
def placed(opened: Opened) -> Opened:
    opened.files.install(opened.uri, opened.found())
    return opened


def test_the_disk_is_asked_only_by_whoever_makes_the_search(opened: Opened, monkeypatch: pytest.MonkeyPatch) -> None:
    """As many files are open, asking of each for each of them would hold up all that the editor asks meanwhile."""
    asked: list[frozenset[str]] = []

    def with_opened(seen: Surroundings, paths: frozenset[str]) -> Surroundings:
        asked.append(paths)
        return seen

    monkeypatch.setattr(documents, "with_opened", with_opened)
    search = opened.wanted()
    assert search is not None
    assert asked == []
    search.at_hand()
    search.whole(lambda: False)
    assert asked == [{str(opened.path)}]


def test_a_file_that_is_opened_through_a_link_is_sought_by_the_name_that_the_build_has_for_it(
    opened: Opened, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else it is none of the build, whose version fits all of its files."""
    link = opened.path.parent / "link.go"
    link.symlink_to(opened.path)
    opened.files.close(opened.uri)
    opened.files.open(link.as_uri(), str(link), opened.path.read_text(encoding="utf-8"), 1)
    asked: list[str] = []

    def at_hand(path: str, *_: object) -> tuple[Candidate, ...]:
        asked.append(path)
        return ()

    monkeypatch.setattr(candidates, "at_hand", at_hand)
    opened._replace(uri=link.as_uri(), path=link).found()
    assert asked == [str(opened.path)]


def test_a_file_that_is_not_open_is_nothing(placed: Opened) -> None:
    files, snapshot = placed.files, placed.snapshot
    baseline = Baseline(snapshot.profile, (), "", placed.found((DeclaredFunction("f", 1),)).drift)
    files.edit(GONE, [ON_TOP], 2)
    files.replace(GONE, "package p\n", 2)
    files.close(GONE)
    files.install(GONE, baseline)
    files.forget_baseline(GONE)
    files.install_drawing(GONE, snapshot, 0.5, None)
    assert not files.complete(GONE, baseline)
    assert files.baseline_wanted(GONE, snapshot, placed.around, {}) is None
    assert files.drawing_wanted(GONE, snapshot, 0.5) is None
    assert (files.text(GONE), files.view(GONE, snapshot, 0.5), files.code_columns(GONE, 0)) == (None, None, None)
    assert (files.reads(GONE, ""), files.is_placed(GONE, ""), files.functions(GONE)) == (False, False, ())
    assert (files.line_now(GONE, 5), files.line_now(GONE, 0)) == (4, None)
    assert files.place_of("/gone.go", 5) == (GONE, 4)
    assert files.place_of("/gone.go", 0) == (GONE, 0)
    assert files.uris() == (placed.uri,)


def test_a_file_that_is_closed_is_not_open(placed: Opened) -> None:
    placed.files.close(placed.uri)
    assert placed.files.view(placed.uri, placed.snapshot, 0.5) is None


def test_a_file_of_which_nothing_is_known_shows_nothing(opened: Opened) -> None:
    view = opened.files.view(opened.uri, opened.snapshot, 0.5)
    assert view is not None
    assert (opened.hints(), list(view.lines()), view.figure_at(ALLOCATES)) == ({}, [], None)
    assert view.how == "; file found by module"
    assert opened.files.line_now(opened.uri, 5) is None
    assert list(opened.files.drifts(opened.snapshot)) == []
    opened.files.edit(opened.uri, [ON_TOP], 2)
    opened.files.replace(opened.uri, "package cache\n", 3)
    assert opened.files.text(opened.uri) == "package cache\n"


def test_what_is_known_is_not_sought_again_until_it_may_be_something_else(placed: Opened) -> None:
    leaking = (DeclaredFunction("example.com/leaky/internal/cache.New", 25, (26,)),)
    assert placed.wanted() is None
    assert placed.wanted(leaking) is not None
    placed.files.forget_baseline(placed.uri)
    assert placed.wanted() is not None
    other = replace(placed.snapshot, index=replace(placed.snapshot.index, profile=replace(placed.snapshot.profile)))
    assert placed.files.baseline_wanted(placed.uri, other, placed.around, {}) is not None


def test_another_text_is_not_placed_though_the_editor_calls_it_the_same_version(placed: Opened) -> None:
    text = placed.files.text(placed.uri)
    assert text is not None
    assert placed.files.is_placed(placed.uri, text)
    placed.files.edit(placed.uri, [ON_TOP], 1)
    now = placed.files.text(placed.uri)
    assert now is not None
    assert not placed.files.is_placed(placed.uri, now)


def test_a_file_without_figures_is_sought_where_it_has_leaks(opened: Opened) -> None:
    path = opened.path.parent / "other.go"
    opened.files.open(path.as_uri(), str(path), "package cache\n\nfunc f() {\n\tg()\n}\n", 1)
    leaking = (DeclaredFunction("example.com/leaky/internal/cache.f", 3, (4,)),)
    other = opened._replace(uri=path.as_uri(), path=path)
    assert other.wanted() is None
    other.files.install(other.uri, other.found(leaking))
    assert other.files.line_now(other.uri, 4) == 3
    assert other.files.view(other.uri, other.snapshot, 0.5) is None


def test_what_was_typed_while_it_was_found_out_moves_the_lines(opened: Opened) -> None:
    found = opened.found()
    assert opened.files.is_placed(opened.uri, found.text)
    opened.files.edit(opened.uri, [ON_TOP], 2)
    opened.files.install(opened.uri, found)
    assert opened.files.line_now(opened.uri, ALLOCATES + 1) == ALLOCATES + 1
    assert not opened.files.is_placed(opened.uri, found.text)
    assert not opened.files.reads(opened.uri, found.text)


def test_what_was_typed_since_a_later_search_is_not_typed_into_the_text_of_an_earlier_one(opened: Opened) -> None:
    found = opened.found()
    opened.files.edit(opened.uri, [ON_TOP], 2)
    assert opened.wanted() is not None
    opened.files.edit(opened.uri, [ON_TOP], 3)
    opened.files.install(opened.uri, found)
    assert opened.files.line_now(opened.uri, ALLOCATES + 1) == ALLOCATES + 2


def test_more_than_is_kept_of_what_was_typed_moves_the_lines_too(
    opened: Opened, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pprof_lens.editor.documents.MOST_TYPED", 0)
    found = opened.found()
    opened.files.edit(opened.uri, [ON_TOP], 2)
    opened.files.install(opened.uri, found)
    assert opened.files.line_now(opened.uri, ALLOCATES + 1) == ALLOCATES + 1


def test_a_place_in_an_open_file_is_where_the_line_is_now_and_else_as_it_was_profiled(opened: Opened) -> None:
    def places() -> tuple[int, ...]:
        return tuple(opened.files.place_of(str(opened.path), line)[1] for line in (ALLOCATES + 1, 1, 0))

    assert places() == (ALLOCATES, 0, 0)
    opened.files.install(opened.uri, opened.found())
    opened.files.edit(opened.uri, [ON_TOP], 2)
    assert places() == (ALLOCATES + 1, 0, 0)


def test_what_a_file_declares_is_read_again_once_it_is_edited(placed: Opened) -> None:
    before = [declared.line for declared in placed.files.functions(placed.uri)]
    placed.files.edit(placed.uri, [ON_TOP], 2)
    assert [declared.line for declared in placed.files.functions(placed.uri)] == [line + 1 for line in before]


def test_a_figure_whose_line_is_gone_is_none_of_the_lines(placed: Opened) -> None:
    placed.files.edit(placed.uri, [Change(0, 0, 1_000, 0, "")], 2)
    view = placed.files.view(placed.uri, placed.snapshot, 0.5)
    assert view is not None
    assert list(view.lines()) == []


def test_who_holds_what_a_line_makes_is_told_unless_it_may_have_been_edited(placed: Opened) -> None:
    view = placed.files.view(placed.uri, placed.snapshot, 0.5)
    assert view is not None
    found, _ = next(view.lines())
    held = {"example.com/leaky/internal/cache.Session": (Holder(8, 1, ("main.kept",)),)}
    snapshot = replace(placed.snapshot, holders=held)
    assert view.held(MAKES, found, State.EXACT, snapshot)
    assert not view.held(MAKES, found, State.EDITED, snapshot)


@pytest.mark.parametrize("is_whole", [False, True])
def test_edits_move_the_lines(placed: Opened, *, is_whole: bool) -> None:
    text = placed.files.text(placed.uri)
    assert text is not None
    if is_whole:
        placed.files.replace(placed.uri, f"// New.\n{text}", 2)
    else:
        placed.files.edit(placed.uri, [ON_TOP], 2)
    assert sorted(placed.hints()) == [31, STORES + 1, ALLOCATES + 1]
    assert placed.files.functions(placed.uri)[0].line == 26


def test_what_was_typed_while_git_was_asked_is_followed_as_it_was_typed(opened: Opened) -> None:
    """A comparison of the two texts would not find the line again."""
    found = opened.found()
    opened.files.install(opened.uri, found)
    text = opened.files.text(opened.uri)
    assert text is not None
    line = text.split("\n")[ALLOCATES]
    opened.files.edit(opened.uri, [Change(ALLOCATES, 1, ALLOCATES, len(line), "written()")], 2)
    opened.files.edit(opened.uri, [Change(ALLOCATES, 1, ALLOCATES, 10, "anew(otherwise)")], 3)
    shown = opened.hints()
    assert ALLOCATES in shown
    assert not opened.files.complete(opened.uri, found)
    assert opened.hints() == shown


def test_what_the_whole_search_found_is_told_where_it_changes_what_is_shown(opened: Opened) -> None:
    found = opened.found()
    stale = found._replace(drift=replace(found.drift, placements={}))
    assert opened.files.complete(opened.uri, found) is False, "as nothing was installed that it could be of"
    opened.files.install(opened.uri, stale)
    assert opened.files.complete(opened.uri, found)
    assert opened.hints()
    assert not opened.files.complete(opened.uri, found)
    assert not opened.files.complete(opened.uri, stale._replace(leaking=(DeclaredFunction("f", 1),)))
    assert not opened.files.complete(opened.uri, stale._replace(profile=replace(found.profile)))
    assert opened.hints()


def test_what_was_found_out_of_the_text_at_hand_is_not_found_out_again(
    opened: Opened, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With a profile in which every line calls everything it takes half a second."""
    search = opened.wanted()
    assert search is not None
    at_hand = search.at_hand()
    monkeypatch.setattr(drift, "_locate", None)
    assert search.whole(lambda: False) == at_hand


@pytest.mark.parametrize("is_sought", [False, True])
def test_the_text_that_was_verified_stays_known_once_all_was_sought(opened: Opened, *, is_sought: bool) -> None:
    """A save has written over it on the disk."""
    found = opened.found()
    opened.files.install(opened.uri, found)
    if is_sought:
        opened.files.complete(opened.uri, found)
    new = found.text.replace("historyBytes", "most").replace("// Token names", "\n\n// Token names")
    opened.path.write_text(new, encoding="utf-8")
    opened.files.replace(opened.uri, new, 2)
    opened.files.forget_baseline(opened.uri)
    baseline = opened.found().drift.baseline
    assert (baseline is not None and baseline.text == found.text) == is_sought


def test_figures_are_drawn_once_for_what_is_selected(placed: Opened) -> None:
    files, uri, snapshot = placed.files, placed.uri, placed.snapshot
    draw = files.drawing_wanted(uri, snapshot, 0.5)
    assert draw is not None
    files.install_drawing(uri, snapshot, 0.5, draw())
    assert files.drawing_wanted(uri, snapshot, 0.5) is None
    view = files.view(uri, snapshot, 0.5)
    assert view is not None
    again = files.view(uri, snapshot, 0.5)
    assert again is not None
    assert again.drawing is view.drawing
    assert files.drawing_wanted(uri, snapshot, 50) is not None
    assert placed.hints(50) == {}
    nothing = indexes.filtered(snapshot.index, bytes(snapshot.profile.sample_count))
    assert placed._replace(snapshot=replace(snapshot, index=nothing)).hints() == {}
    assert sorted(placed.hints()) == [30, STORES, ALLOCATES]
    elsewhere = replace(snapshot, files=replace(snapshot.files, by_key={}))
    assert files.view(uri, elsewhere, 0.5) is None


def test_a_line_has_the_figure_that_stands_on_it(placed: Opened) -> None:
    view = placed.files.view(placed.uri, placed.snapshot, 0.5)
    assert view is not None
    assert view.figure_at(0) is None
    found = view.figure_at(ALLOCATES)
    assert found is not None
    figure, state = found
    assert (figure.profile_line, state) == (ALLOCATES + 1, State.EXACT)
    assert view.held(ALLOCATES, figure, State.EDITED, placed.snapshot) == []
    assert view.how == "matched with this file as it is; file found by module"


def test_of_two_figures_on_a_line_the_larger_one_is_told(placed: Opened) -> None:
    found = placed.found((DeclaredFunction("f", 1),))
    both = dict.fromkeys((31, STORES + 1, ALLOCATES + 1), found.drift.placements[STORES + 1])
    placed.files.install(placed.uri, found._replace(drift=replace(found.drift, placements=both)))
    view = placed.files.view(placed.uri, placed.snapshot, 0.5)
    assert view is not None
    figure = view.figure_at(STORES)
    assert figure is not None
    assert figure[0].profile_line == ALLOCATES + 1


def test_columns_are_those_of_the_code_of_a_line(placed: Opened) -> None:
    view = placed.files.view(placed.uri, placed.snapshot, 0.5)
    assert view is not None
    text = placed.path.read_text(encoding="utf-8").split("\n")
    assert view.end_column(STORES, "utf-16") == len(text[STORES])
    assert view.end_column(1000, "utf-16") == 0
    assert placed.files.code_columns(placed.uri, STORES) == (1, len(text[STORES]))
    assert placed.files.code_columns(placed.uri, 2) is None
    for beyond in (len(text), 1000):
        assert placed.files.code_columns(placed.uri, beyond) is None


def test_a_lens_stands_on_the_func_whose_body_holds_the_line(placed: Opened) -> None:
    view = placed.files.view(placed.uri, placed.snapshot, 0.5)
    assert view is not None
    assert [lens.line for lens in view.lenses()] == [29, 45]
    assert [view.file.declared(line) for line in (28, 29, 35, 37, 38)] == [None, 29, 29, 29, None]


def test_a_file_is_known_by_the_uri_that_the_editor_has_for_it(placed: Opened) -> None:
    as_written = f"{placed.uri}?editor"
    files = OpenFiles()
    files.open(as_written, str(placed.path), "package cache\n", 1)
    assert files.uri_of(str(placed.path)) == as_written
    assert files.uri_of("/gone.go") == GONE
    assert files.by_uri() == {as_written: str(placed.path)}
    assert placed.files.place_of(str(placed.path), ALLOCATES + 1) == (placed.uri, ALLOCATES)
    assert placed.files.place_of(str(placed.path), 3) == (placed.uri, 2)


def test_lines_lie_in_a_file_for_the_profile_that_they_are_of(placed: Opened) -> None:
    assert [uri for uri, _ in placed.files.drifts(placed.snapshot)] == [placed.uri]
    other = replace(placed.snapshot, index=replace(placed.snapshot.index, profile=replace(placed.snapshot.profile)))
    assert list(placed.files.drifts(other)) == []


def test_a_file_that_grows_by_small_changes_is_let_go_once_it_is_too_large(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pprof_lens.editor.documents.MOST_CHARACTERS", 10)
    files, uri = OpenFiles(), "file:///p.go"
    files.open(uri, "/p.go", "12345", 1)
    for _ in range(9):
        files.edit(uri, [Change(0, 0, 0, 2, "ab")], 2)  # no longer than before
    files.edit(uri, [Change(0, 0, 0, 5, "0123456789")], 2)
    assert files.is_followed(uri)
    files.edit(uri, [Change(0, 0, 0, 0, "x")], 2)
    assert (files.is_followed(uri), files.let_go()) == (False, {uri: "/p.go"})


@pytest.mark.parametrize("many", [10, 11])
def test_a_file_that_becomes_too_large_is_let_go(many: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pprof_lens.editor.documents.MOST_LINES", 10)
    whole, uri = "x\n" * many, "file:///p.go"
    changes: dict[str, Callable[[OpenFiles], None]] = {
        "whole": lambda files: files.replace(uri, whole, 2),
        "put in": lambda files: files.edit(uri, [Change(0, 0, 0, 0, whole)], 2),
        "little by little": lambda files: files.edit(uri, [Change(0, 0, 0, 0, "\n")] * many, 2),
        "opened": lambda files: files.open(uri, "/p.go", whole, 1),
    }
    for name, change in changes.items():
        files = OpenFiles()
        if name != "opened":
            files.open(uri, "/p.go", "", 1)
        change(files)
        assert files.is_followed(uri) == (many == 10), name


def test_a_text_of_too_many_characters_is_not_followed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pprof_lens.editor.documents.MOST_CHARACTERS", 10)
    files = OpenFiles()
    for characters in (10, 11):
        files.open(GONE, "/gone.go", "x" * characters, 1)
        assert files.is_followed(GONE) == (characters == 10)


def test_what_a_text_declares_is_looked_for_once(monkeypatch: pytest.MonkeyPatch) -> None:
    look = Mock(wraps=gofuncs.functions)
    monkeypatch.setattr(open_file, "functions", look)
    files = OpenFiles()
    files.open(GONE, "/gone.go", "package p\n\nfunc f() {\n}\n", 1)
    assert files.functions(GONE) == files.functions(GONE) != ()
    assert look.call_count == 1
    files.edit(GONE, [ON_TOP], 2)
    assert (files.functions(GONE)[0].line, look.call_count) == (4, 2)


def test_a_whole_text_that_is_too_large_is_not_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    files = OpenFiles()
    files.open(GONE, "/gone.go", "x", 1)
    monkeypatch.setattr(documents, "MOST_CHARACTERS", 10)
    monkeypatch.setattr(documents, "Buffer", lambda _: pytest.fail("It is taken."))
    files.replace(GONE, "x" * 11, 2)
    assert not files.is_followed(GONE)


@pytest.mark.parametrize("most", ["MOST_CHARACTERS", "MOST_COPIED"])
def test_a_notification_that_brings_too_much_is_not_carried_out_though_little_is_left(
    most: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(f"pprof_lens.editor.documents.{most}", 30)
    much = [Change(0, 0, 0, 0, "x" * 31), Change(0, 0, 0, 31, "")]
    often = [Change(0, 0, 0, 1, "y")] * 16
    files = OpenFiles()
    files.open(GONE, "/gone.go", "xy", 1)
    files.edit(GONE, often[:15], 2)
    assert files.is_followed(GONE)
    monkeypatch.setattr(Buffer, "apply_all", lambda *_: pytest.fail("It is carried out."))
    files.edit(GONE, much if most == "MOST_CHARACTERS" else often, 3)
    assert (files.is_followed(GONE), files.let_go()) == (False, {GONE: "/gone.go"})


@pytest.mark.parametrize(("notifications", "characters", "is_kept"), [(3, 3, True), (4, 1, False), (1, 4, False)])
def test_only_so_much_of_what_is_typed_while_the_text_is_looked_for_is_kept(
    notifications: int, characters: int, monkeypatch: pytest.MonkeyPatch, *, is_kept: bool
) -> None:
    monkeypatch.setattr("pprof_lens.editor.documents.MOST_TYPED", 3)
    files = OpenFiles()
    files.open(GONE, "/gone.go", "", 1)
    files._files[GONE].typed = []
    for number in range(notifications):
        files.edit(GONE, [Change(0, 0, 0, 0, "x" * characters)], number)
    assert (files._files[GONE].typed is not None) == is_kept
