"""How soon work ends once nobody wants it: `python bench/run.py cancelling` prints it.

Hostile profiles are loaded, shown, filtered, compared and put on a page by the worker of the server, and each of these
is left at random moments. Measured is the time on the processor until the worker begins what was asked of it next; of
the worst it is told where the work was. Each profile has a process of its own.
"""

import asyncio
import random
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from itertools import count
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pprof_lens.editor.worker import Worker

ROOT = Path(__file__).parent.parent
MOST_SECONDS = 0.2
MOMENTS = 8
LONGEST_SECONDS = 20
"""No work is waited for longer than that, and none left later."""

Job = Callable[[Callable[[], bool]], object]
"""Work that asks whether it is left."""


def jobs(path: str, folder: str) -> dict[str, Job]:
    """All that an editor can ask for of this profile that takes time, each with what it needs made before."""
    from pprof_lens.analysis import callers
    from pprof_lens.analysis.filter import Filter
    from pprof_lens.annotate import hot_lines
    from pprof_lens.editor.drawing import scale_of
    from pprof_lens.profile import merge
    from pprof_lens.report.options import Options, Request
    from pprof_lens.session.goal import Content, Goal, Source
    from pprof_lens.session.maker import Maker
    from pprof_lens.web import page

    content = Content(Source(path, (path,)))
    goal = Goal(content=content, folders=(folder,))
    known = Maker()
    before = known.make(goal, Goal(), None, (), lambda: False).snapshot
    assert before is not None
    snapshot = before

    numbers = count()

    def filtered(stop: Callable[[], bool], by: Filter) -> object:
        by = replace(by, ignore=f"never{next(numbers)}")  # what was filtered before is kept
        return known.make(Goal(content=content, folders=(folder,), filter=by), goal, snapshot, (), stop)

    def shown(stop: Callable[[], bool]) -> object:
        request = Request("html", None, (path,), Options())
        return page.packed_page(
            page.data(request, lambda name: merge.merge([known.profile(name, 1 << 30, stop)]), snapshot)
        )

    def compared(stop: Callable[[], bool]) -> object:
        both = Content(Source(path, (path,), (path,)))
        return Maker().make(Goal(content=both, folders=(folder,)), Goal(), None, (), stop)

    own, scale = snapshot.files.own, scale_of(snapshot)
    return {
        "load": lambda stop: Maker().make(goal, Goal(), None, (), stop),
        "callers": lambda stop: callers.gather(snapshot.index, cancelled=stop),
        "hot lines": lambda stop: hot_lines.find(snapshot.index, 0, scale, own, 10, stop),
        "focus": lambda stop: filtered(stop, Filter(focus="m1[0-9]*$|f")),
        "tag focus": lambda stop: filtered(stop, Filter(tag_focus="request=id1")),
        "tag range": lambda stop: filtered(stop, Filter(tag_ignore="1kb:")),
        "page": shown,
        "comparison": compared,
    }


async def left(worker: "Worker", job: Job, seconds: float) -> tuple[float, str]:
    """Leave the job after so long: seconds until the worker is free, and where it was."""
    is_left = False
    thread: list[int] = []

    def run() -> object:
        thread.append(threading.get_ident())
        return job(lambda: is_left)

    task = asyncio.ensure_future(worker.run_while_wanted(run))
    await asyncio.sleep(seconds)
    place = _place(sys._current_frames().get(thread[0])) if thread else ""
    is_left = True
    begin = time.process_time()
    task.cancel()
    await worker.run(lambda: None)
    took = time.process_time() - begin
    await asyncio.wait((task,))
    return took, place


async def measure(path: str, folder: str) -> None:
    from pprof_lens.editor.worker import Worker

    sys.setswitchinterval(0.001)  # as the server has it
    worker, choose = Worker("measured"), random.Random(1)
    for name, job in jobs(path, folder).items():
        begin = time.perf_counter()
        task = asyncio.ensure_future(worker.run_while_wanted(partial(job, lambda: False)))
        await asyncio.wait((task,), timeout=LONGEST_SECONDS)
        task.cancel()
        await asyncio.wait((task,))
        whole = time.perf_counter() - begin
        await worker.run(lambda: None)
        told = [await left(worker, job, choose.random() * whole) for _ in range(MOMENTS)]
        seconds, place = max(told)
        missed = f" <- MISSED at {place}" if seconds > MOST_SECONDS else ""
        print(f"  {name:12} of {whole * 1e3:7.0f} ms, left at most after {seconds * 1e3:5.0f} ms{missed}", flush=True)
    worker.stop()


def _place(frame: FrameType | None) -> str:
    names: list[str] = []
    while frame is not None and len(names) < 3:
        if "pprof_lens" in frame.f_code.co_filename:
            names.append(f"{Path(frame.f_code.co_filename).stem}.{frame.f_code.co_name}:{frame.f_lineno}")
        frame = frame.f_back
    return " < ".join(names)


def print_cancelling(*names: str) -> None:
    sys.path.insert(0, str(ROOT / "tests"))
    from hostile import FULL, SHAPES

    with tempfile.TemporaryDirectory() as folder:
        for name, shape in SHAPES.items():
            if names and name not in names:
                continue
            path = Path(folder) / name
            path.write_bytes(shape(FULL[name]))
            print(f"{name}, {path.stat().st_size / 1e6:.0f} MB", flush=True)
            command = [sys.executable, __file__, str(path), str(ROOT / "examples" / "leaky")]
            told = subprocess.run(command, check=False, capture_output=True, text=True)
            print(told.stdout or f"  {told.stderr.splitlines()[-1]}", flush=True)
            path.unlink()


if __name__ == "__main__":
    asyncio.run(measure(*sys.argv[1:]))
