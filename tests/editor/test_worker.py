"""What nobody waits for any more ends, wherever it is; what comes after it is not touched."""

import asyncio
import gc
import random
import subprocess
import sys
import threading
import time
import weakref
from collections.abc import Awaitable, Callable, Iterator
from itertools import count
from pathlib import Path
from unittest.mock import Mock

import pytest

import hostile
from pprof_lens.editor import worker as module
from pprof_lens.editor.worker import Worker, _Job
from pprof_lens.profile.errors import Cancelled, ProfileError
from pprof_lens.profile.uninterrupted import uninterrupted

SECONDS_TO_END = 0.2


@pytest.fixture
def worker() -> Iterator[Worker]:
    made = Worker("test")
    yield made
    made.stop()


def endless() -> None:
    for _ in count():
        pass


async def left(worker: Worker, seconds: float) -> None:
    """Have the worker do what never ends, and go away."""
    task = asyncio.ensure_future(worker.run_while_wanted(endless))
    await asyncio.sleep(seconds)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


async def test_what_a_job_had_that_failed_goes_with_it_at_once(worker: Worker) -> None:
    class Held:
        pass

    held: list[weakref.ref[Held]] = []

    def fails() -> None:
        first, second = Held(), Held()
        held.extend(map(weakref.ref, (first, second)))
        try:
            of_another(first)
        except ProfileError as error:
            kept = error  # which holds what is here, and is held by it
            raise ProfileError from None
        assert kept

    def of_another(_: Held) -> None:
        raise ProfileError

    gc.disable()
    try:
        with pytest.raises(ProfileError):
            await worker.run(fails)
        assert [each() for each in held] == [None, None]
    finally:
        gc.enable()


async def test_a_job_that_never_asks_ends_where_it_is_once_it_is_left(worker: Worker) -> None:
    await left(worker, 0.05)
    begin = time.monotonic()
    assert await worker.run(lambda: "the next") == "the next"
    assert time.monotonic() - begin < SECONDS_TO_END


async def test_the_jobs_after_one_that_was_left_run_to_their_ends(
    worker: Worker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "PATIENCE", 0)
    choose = random.Random(1)

    def short() -> int:
        return sum(i % 7 for i in range(choose.randrange(5000)))

    async def left_somewhere() -> None:
        task = asyncio.ensure_future(worker.run_while_wanted(short))
        await asyncio.sleep(choose.random() / 5000)
        task.cancel()
        await asyncio.wait((task,))

    for _ in range(1000):
        await left_somewhere()
        assert await worker.run(short) >= 0


LEFT_AND_TRACED = """
import asyncio
import random
import sys
from pprof_lens.editor import worker as module

module.PATIENCE = 0

def short():
    return sum(i % 7 for i in range(3000))

async def work():
    worker = module.Worker("traced")
    for _ in range(300):
        task = asyncio.ensure_future(worker.run_while_wanted(short))
        await asyncio.sleep(random.random() / 2000)
        task.cancel()
        await asyncio.wait((task,))
    await worker.run(short)
    worker.stop()

asyncio.run(work())
sys.setprofile(lambda *_: None)
for _ in range(100):
    (lambda: None)()
"""
"""A process that is traced once jobs ran, some to their ends and some not."""


def test_who_traces_the_process_once_jobs_ended_does_not_wait_for_ever() -> None:
    assert subprocess.run([sys.executable, "-c", LEFT_AND_TRACED], timeout=60, check=False).returncode == 0


async def test_a_job_that_has_to_end_is_not_interrupted(worker: Worker) -> None:
    done: list[str] = []

    def long() -> None:
        time.sleep(0.3)
        done.append("to the end")

    task = asyncio.ensure_future(worker.run(long))
    await asyncio.sleep(0.05)
    task.cancel()
    await worker.run(lambda: None)
    assert done == ["to the end"]


async def test_what_a_job_raises_is_told(worker: Worker) -> None:
    def cancelled() -> None:
        raise Cancelled

    with pytest.raises(Cancelled):
        await worker.run_while_wanted(cancelled)


async def test_what_must_not_be_interrupted_runs_to_its_end_and_what_follows_it_does_not(worker: Worker) -> None:
    done: list[str] = []

    def job() -> None:
        with uninterrupted(), uninterrupted():
            until = time.monotonic() + 4 * module.PATIENCE
            while time.monotonic() < until:
                pass
            done.append("kept")
        endless()

    task = asyncio.ensure_future(worker.run_while_wanted(job))
    await asyncio.sleep(0.01)
    task.cancel()
    await worker.run(lambda: None)
    assert done == ["kept"]


async def test_no_interruption_is_between_the_beginning_and_the_end_of_what_must_not_be_interrupted(
    worker: Worker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "PATIENCE", 0)
    choose = random.Random(1)
    open_: set[int] = set()

    def begin_and_end() -> None:
        for number in count():
            with uninterrupted():
                open_.add(number)
                sum(i % 7 for i in range(20))
                open_.remove(number)

    for _ in range(200):
        task = asyncio.ensure_future(worker.run_while_wanted(begin_and_end))
        await asyncio.sleep(choose.random() / 2000)
        task.cancel()
        await worker.run(lambda: None)
        assert not open_


@pytest.mark.parametrize("asked", [Worker.run, Worker.run_while_wanted])
async def test_what_is_asked_or_waits_when_the_end_comes_is_cancelled(
    worker: Worker, asked: Callable[[Worker, Callable[[], None]], Awaitable[None]]
) -> None:
    done: list[str] = []
    going, free = threading.Event(), threading.Event()

    def holding() -> None:
        going.set()
        free.wait()

    first = asyncio.ensure_future(worker.run(holding))
    waiting = asyncio.ensure_future(asked(worker, lambda: done.append("what waited")))
    await asyncio.to_thread(going.wait)
    worker.stop()
    free.set()
    await first
    with pytest.raises(asyncio.CancelledError):
        await waiting
    with pytest.raises(asyncio.CancelledError):
        await asked(worker, lambda: done.append("what came after it"))
    worker.begin(lambda: done.append("what nobody waits for"))
    assert done == []


HOLD_LOCKS = ("logging", "threading", "queue", "concurrent", "importlib", "subprocess")
"""What of Python's holds locks that it takes by functions of Python."""


def test_no_job_that_is_interrupted_takes_a_lock_of_pythons_own(tmp_path: Path) -> None:
    """In a process of its own, as what is imported first is imported once."""
    path = tmp_path / "given"
    path.write_bytes(hostile.distinct_stacks(200))
    told = subprocess.run(
        [sys.executable, "-c", TRACED, str(ROOT), str(path), *HOLD_LOCKS],
        check=False, capture_output=True, text=True, cwd=tmp_path,
    )  # fmt: skip
    assert (told.stdout, told.stderr) == ("8 jobs\n", "")


async def test_what_is_begun_is_done_though_nobody_waits_for_it(worker: Worker) -> None:
    done = list[int]()
    worker.begin(lambda: done.append(1))
    await worker.run(lambda: None)
    assert done


async def test_what_is_begun_once_it_is_stopped_is_not_done() -> None:
    worker, done = Worker("test"), list[int]()
    worker.stop()
    worker.begin(lambda: done.append(1))
    assert not done


async def test_a_job_that_is_left_as_its_thread_takes_it_is_not_done(
    worker: Worker, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is too late to cancel it then, and not yet known which thread to interrupt."""
    taken, is_interrupted, done, raised = threading.Event(), threading.Event(), list[int](), Mock()

    class HeldUp(_Job[None]):
        def __call__(self) -> None:
            taken.set()
            is_interrupted.wait()
            super().__call__()

        def interrupt(self) -> bool:
            is_over = super().interrupt()
            is_interrupted.set()
            return is_over

    monkeypatch.setattr(module, "_Job", HeldUp)
    monkeypatch.setattr(module, "_raise_in", raised)
    task = asyncio.ensure_future(worker.run_while_wanted(lambda: done.append(1)))
    await asyncio.to_thread(taken.wait)
    task.cancel()
    await worker.run(lambda: None)
    assert (done, raised.called) == ([], False)


def test_a_job_is_over_though_it_is_interrupted_as_it_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    job = _Job(lambda: 1)
    end, calls = job._end, count()

    def interrupted() -> None:
        if next(calls) == 0:
            raise Cancelled
        end()

    monkeypatch.setattr(job, "_end", interrupted)
    with pytest.raises(Cancelled):
        job()
    assert job._is_over


ROOT = Path(__file__).parents[2]
TRACED = """
import sys
root, path, *holding = sys.argv[1:]
sys.path[:0] = [f"{root}/{part}" for part in ("server", "tests", "bench")]
from pathlib import Path
from pprof_lens.lsp import start
from pprof_lens.web import page
import cancelling
taken = set()

def trace(frame, event, argument):
    name = frame.f_code.co_filename
    holds = "pprof_lens" not in name and any(f"{of}." in name or f"/{of}/" in name for of in holding)
    if event == "call" and holds and frame.f_code.co_name != "_handle_fromlist":
        around = frame
        while around is not None and not around.f_code.co_filename.endswith("process.py"):
            around = around.f_back
        if around is None:
            taken.add(f"{name} {frame.f_code.co_name} for {frame.f_back.f_code.co_name}")

sys.setprofile(trace)
jobs = cancelling.jobs(path, f"{root}/examples/leaky")
for job in jobs.values():
    job(lambda: False)
sys.setprofile(None)
print(len(jobs), "jobs", *taken)
"""
