"""What nobody waits for any more ends, wherever it is; what comes after it is not touched."""

import asyncio
import random
import time
from collections.abc import Iterator
from itertools import count

import pytest

from pprof_lens.lsp import worker as module
from pprof_lens.lsp.worker import Worker
from pprof_lens.profile.errors import Cancelled

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
