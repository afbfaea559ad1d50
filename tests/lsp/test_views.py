"""Files that are made ready leave the reader to whoever asks in between."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import SimpleNamespace
from typing import Any, TypeVar, cast

from pprof_lens.editor.documents import OpenFiles
from pprof_lens.editor.shown import Shown
from pprof_lens.editor.views import Views
from pprof_lens.lsp.server import ProfileServer
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
        views = Views(cast("ProfileServer", server))
        opening = []
        for path in sorted(EXAMPLE.rglob("*.go")):
            files.open(path.as_uri(), str(path), path.read_text(encoding="utf-8"), 1)
            opening.append(asyncio.ensure_future(views.opened(path.as_uri())))
        for _ in range(3):  # until each of them wants the reader
            await asyncio.sleep(0)
        await asyncio.get_running_loop().run_in_executor(reader, lambda: None)
        order.append("question")
        ready = await asyncio.gather(*opening)
        for task in tasks:
            task.cancel()
    assert sum(ready) > 2
    assert order.index("question") <= 1
