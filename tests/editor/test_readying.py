"""Files that are made ready leave the reader to whoever asks in between."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any, TypeVar, cast

from pprof_lens.analysis.filter import Filter
from pprof_lens.editor.documents import OpenFiles
from pprof_lens.editor.host import Host
from pprof_lens.editor.readying import Readying
from pprof_lens.editor.shown import Shown
from pprof_lens.session.goal import Content, Goal, Selection, Source
from pprof_lens.session.maker import Maker

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
        readying = Readying(cast("Host", server))
        opening = []
        for path in sorted(EXAMPLE.rglob("*.go")):
            files.open(path.as_uri(), str(path), path.read_text(encoding="utf-8"), 1)
            opening.append(asyncio.ensure_future(readying.opened(path.as_uri())))
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
    readying = Readying(cast("Host", server))
    readying.draw_ahead(replace(whole, snapshot=replace(whole.snapshot, filter=Filter(focus="x"))))
    assert not tasks
    readying.draw_ahead(whole)
    await asyncio.gather(*tasks)
    columns = range(len(whole.snapshot.profile.sample_types))
    wanted = [files.drawing_wanted(path.as_uri(), replace(whole.snapshot, column=column), 0.5) for column in columns]
    assert wanted == [None] * 4
