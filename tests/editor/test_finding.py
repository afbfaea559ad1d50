"""What is found in a Snapshot is found once, and what is worth telling of a watched program is remembered."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import cast
from unittest.mock import Mock

import pytest

from pprof_lens.analysis.verdict import Finder
from pprof_lens.analysis.watched import Proof, Watched
from pprof_lens.annotate import hot_lines
from pprof_lens.annotate.repaired import Memory
from pprof_lens.editor import finding
from pprof_lens.editor.host import Host
from pprof_lens.editor.shown import Findings, Shown
from pprof_lens.session.goal import Content, Goal, Source, Watch
from pprof_lens.session.maker import Maker
from pprof_lens.session.settings import Settings

EXAMPLE = Path(__file__).parent.parent.parent / "examples" / "leaky"
URL = "http://localhost:6060"
REMEMBERED = {"http://other:6060": Memory()}


@pytest.fixture(scope="module")
def loaded() -> Shown:
    path = str(EXAMPLE / "profiles" / "heap.pprof")
    goal = Goal(content=Content(Source(path, (path,))), folders=(str(EXAMPLE),))
    return Shown(goal, *Maker().make(goal, Goal(), None, (), lambda: False))


async def work(job: Callable[[], object]) -> object:
    return job()


HOST = cast("Host", SimpleNamespace(work=work, work_to_the_end=work))


async def found(shown: Shown) -> Shown:
    return await finding.find(HOST, Finder(), shown, lambda: False)


async def test_hot_lines_are_found_once_for_each_sample_type(loaded: Shown, monkeypatch: pytest.MonkeyPatch) -> None:
    shown, told = loaded, []
    snapshot = shown.snapshot
    assert snapshot is not None
    find = Mock(wraps=hot_lines.find)
    monkeypatch.setattr(hot_lines, "find", find)
    for column in (0, 1, 0, 1):
        shown = await found(replace(shown, snapshot=replace(snapshot, column=column)))
        told.append(shown.findings.hot_lines)
    assert find.call_count == 2
    assert told[0] == told[2] != told[1] == told[3]
    await found(replace(shown, snapshot=replace(snapshot, column=0, index=replace(snapshot.index))))
    assert find.call_count == 3, "figures of another filter are others"
    await found(replace(shown, snapshot=replace(snapshot, column=0, files=replace(snapshot.files))))
    assert find.call_count == 4, "files that were found elsewhere are others"


async def test_the_callers_of_the_same_figures_are_gathered_once(loaded: Shown) -> None:
    gathered = await finding.gather(HOST, loaded, lambda: False)
    assert gathered.callers is not None
    assert loaded.snapshot is not None
    assert gathered.callers.index is gathered.gathered_of is loaded.snapshot.index
    assert await finding.gather(HOST, gathered, lambda: False) is gathered


async def test_where_nothing_is_loaded_there_are_no_callers() -> None:
    assert (await finding.gather(HOST, Shown(), lambda: False)).callers is None


async def test_where_nothing_is_loaded_or_seen_or_to_be_told_nothing_is_found_and_what_was_remembered_stays(
    loaded: Shown,
) -> None:
    shown = replace(await found(loaded), findings=Findings(loaded.snapshot, overview="old", memories=REMEMBERED))
    silent = replace(shown.of, settings=Settings(diagnostics_enabled=False))
    for nothing in (replace(shown, snapshot=None), replace(shown, surroundings=None), replace(shown, of=silent)):
        assert (await found(nothing)).findings == Findings(memories=REMEMBERED)


@pytest.mark.parametrize(("given", "gone"), [(0, "without proof"), (1, "with proof")])
async def test_what_is_found_of_a_watched_program_is_remembered_and_what_is_gone_is_told(
    loaded: Shown, monkeypatch: pytest.MonkeyPatch, given: int, gone: str
) -> None:
    told = {True: "with proof", False: "without proof"}
    monkeypatch.setattr(Memory, "gone", lambda *_, has_proof: (told[has_proof],))
    watch = Watch(1, URL, watched=Watched(proof=Proof(given)))
    shown = await found(watching(loaded, watch))
    assert (set(shown.findings.memories), shown.findings.gone) == ({URL, *REMEMBERED}, (gone,))


async def test_of_what_no_program_is_watched_for_nothing_is_remembered(loaded: Shown) -> None:
    for watch in (None, Watch(1, URL, is_refresh=True)):
        shown = await found(watching(loaded, watch))
        assert (shown.findings.memories, shown.findings.gone) == (REMEMBERED, ())


def watching(shown: Shown, watch: Watch | None) -> Shown:
    assert shown.of.content is not None
    content = replace(shown.of.content, watch=watch)
    return replace(shown, of=replace(shown.of, content=content), findings=Findings(memories=REMEMBERED))
