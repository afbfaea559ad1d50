"""What is found in a Snapshot is found once."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import cast
from unittest.mock import Mock

import pytest

from pprof_lens.analysis.verdict import Finder
from pprof_lens.annotate import hot_lines
from pprof_lens.editor import finding
from pprof_lens.editor.host import Host
from pprof_lens.editor.shown import Shown
from pprof_lens.session.goal import Content, Goal, Source
from pprof_lens.session.maker import Maker

EXAMPLE = Path(__file__).parent.parent.parent / "examples" / "leaky"


def test_hot_lines_are_found_once_for_each_sample_type(monkeypatch: pytest.MonkeyPatch) -> None:
    path = str(EXAMPLE / "profiles" / "heap.pprof")
    goal = Goal(content=Content(Source(path, (path,))), folders=(str(EXAMPLE),))
    snapshot, around = Maker().make(goal, Goal(), None, (), lambda: False)
    assert snapshot is not None
    find = Mock(wraps=hot_lines.find)
    monkeypatch.setattr(hot_lines, "find", find)

    async def work(job: Callable[[], object]) -> object:
        return job()

    host = cast("Host", SimpleNamespace(work=work, work_to_the_end=work))
    shown, told = Shown(goal, snapshot, around), []
    for column in (0, 1, 0, 1):
        shown = replace(shown, snapshot=replace(snapshot, column=column))
        shown = asyncio.run(finding.find(host, Finder(), shown, lambda: False))
        told.append(shown.findings.hot_lines)
    assert find.call_count == 2
    assert told[0] == told[2] != told[1] == told[3]
    again = replace(shown, snapshot=replace(snapshot, index=replace(snapshot.index)))
    asyncio.run(finding.find(host, Finder(), again, lambda: False))
    assert find.call_count == 3, "figures of another filter are others"
