"""The runs of this workspace: listed, shown, kept as the baseline, compared; our own client has a view of them."""

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from pprof_lens.contract import (
    RUNS,
    ChosenRun,
    Compared,
    CompareRuns,
    Empty,
    RunBenchmark,
    RunRow,
    RunRows,
    ShowBenchmark,
)
from pprof_lens.editor.backend import Backend
from pprof_lens.editor.runs import Known
from pprof_lens.profile.errors import ProfileError
from pprof_lens.profile.plain import plain

if TYPE_CHECKING:
    from pprof_lens.bench.runs import Run


async def show(backend: Backend) -> None:
    """Show again what is shown of runs: it is something else now."""
    backend.frontend.refresh()
    backend.diagnostics.push()
    if backend.frontend.is_ours:
        backend.frontend.notify(RUNS, await listed(backend, Empty()))


async def recall(backend: Backend) -> None:
    """Show what was measured before a restart."""
    if await backend.runs.recall():
        await show(backend)


async def listed(backend: Backend, _: Empty) -> RunRows:
    runs = backend.runs
    history, is_shown = runs.history(), runs.shown()

    def rows() -> tuple[RunRow, ...]:
        baseline = history.baseline()
        return tuple(
            RunRow(
                id=run.id,
                taken_seconds=run.taken,
                commit=run.commit,
                is_dirty=run.is_dirty,
                is_baseline=run.id == baseline,
                is_shown=run.id in is_shown,
                benchmarks=tuple(_benchmark(backend, Known(one, run)) for one in run.measured),
            )
            for run in history.all()
        )

    return RunRows(runs=await backend.aside(rows))


async def show_run(backend: Backend, asked: ChosenRun) -> Empty:
    await backend.runs.show(await _run(backend, asked), None)
    await show(backend)
    return Empty()


async def _run(backend: Backend, asked: ChosenRun) -> "Run":
    history, name = backend.runs.history(), await _chosen(backend, asked)
    run = await backend.aside(lambda: history.run(name))
    if run is None:
        raise ProfileError("That run is not there any more; choose another one.")
    return run


async def hide_runs(backend: Backend, _: Empty) -> Empty:
    """Show none of the runs that there are, after a restart neither."""
    backend.runs.hide()
    await show(backend)
    await _on_disk(backend, backend.runs.history().hide)
    return Empty()


async def remove_run(backend: Backend, asked: ChosenRun) -> Empty:
    history, name = backend.runs.history(), await _chosen(backend, asked)
    await _on_disk(backend, lambda: history.remove(name))
    await backend.runs.removed(name)
    await show(backend)
    return Empty()


async def keep_baseline(backend: Backend, asked: ChosenRun) -> Empty:
    """What is measured from now on is compared with this run."""
    history, run = backend.runs.history(), await _run(backend, asked)
    await _on_disk(backend, lambda: history.keep_baseline(run.id))
    await show(backend)
    return Empty()


async def forget_baseline(backend: Backend, _: Empty) -> Empty:
    history = backend.runs.history()
    await _on_disk(backend, lambda: history.keep_baseline(""))
    await backend.runs.show_alone()
    await show(backend)
    return Empty()


async def compare_runs(backend: Backend, asked: CompareRuns) -> Compared:
    run = await backend.runs.compare(asked.old, asked.new)
    await show(backend)
    told = (_benchmark(backend, Known(one, run)) for one in run.measured)
    return Compared(verdicts=tuple(f"{one.name}: {one.verdict}" for one in told if one.verdict))


async def show_comparison(backend: Backend, asked: ShowBenchmark) -> Empty:
    """Show what changed of a benchmark as a text, the lines that are gone too, and have it stand on the lines."""
    known = backend.runs.of_name(asked.package, asked.name)
    if known is None or backend.runs.before(known) is None:
        raise ProfileError(f"{asked.name} is not compared with another run; compare it first.")
    report = await backend.aside(lambda: "".join(f"{row}\n" for row in _comparison(backend, known)))
    await backend.runs.select(asked.package, asked.name)
    backend.frontend.refresh()
    await backend.frontend.show_text("comparison.txt", report)
    return Empty()


def _comparison(backend: Backend, known: Known) -> Iterator[str]:
    from pprof_lens.bench import runs, shown  # noqa: PLC0415 - the server starts without it

    now, old, against = known.measured, backend.runs.before(known), backend.runs.against
    if old is None or against is None:
        return
    yield f"{plain(now.package)} {plain(now.name)}"
    yield f"  before: {shown.title(old)}"
    yield f"  now:    {shown.title(now)}"
    yield f"  change: {shown.verdict(old, now)}"
    yield "  In one operation:"
    yield from tuple(shown.line_report(runs.changes(old, against.texts, now, known.run.texts))) or ("    no change",)


def _benchmark(backend: Backend, known: Known) -> RunBenchmark:
    from pprof_lens.bench import shown  # noqa: PLC0415

    of, old = known.measured, backend.runs.before(known) if known.run.id in backend.runs.shown() else None
    return RunBenchmark(
        package=of.package,
        name=plain(of.name),
        figures=shown.title(of),
        verdict=shown.verdict(old, of) if old is not None else "",
    )


async def _chosen(backend: Backend, asked: ChosenRun) -> str:
    """The id of the run that is meant. Raises ProfileError where there is none."""
    history = backend.runs.history()
    name = asked.run or next((run.id for run in await backend.aside(history.all)), "")
    if not name:
        raise ProfileError("Nothing was measured yet; measure a benchmark first.")
    return name


async def _on_disk(backend: Backend, write: Callable[[], None]) -> None:
    try:
        await backend.aside(write)
    except OSError as error:
        raise ProfileError(f"The runs of this workspace cannot be written: {error.strerror}.") from None
