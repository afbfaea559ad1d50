"""The runs of this workspace: listed, shown, kept as the baseline, compared; our own client has a view of them."""

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from pprof_lens import wire
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
from pprof_lens.editor.runs import Known
from pprof_lens.lsp import commands, texts
from pprof_lens.lsp.features import diagnostics
from pprof_lens.lsp.server import SHOW_IN_CLIENT, ProfileServer
from pprof_lens.profile.errors import ProfileError
from pprof_lens.profile.plain import plain

if TYPE_CHECKING:
    from pprof_lens.bench.runs import Run


def register(server: ProfileServer) -> None:
    """List runs, and do what is asked with one."""
    commands.register(server, "runs", listed)
    commands.register(server, "showRun", show_run)
    commands.register(server, "hideRuns", hide_runs)
    commands.register(server, "removeRun", remove_run)
    commands.register(server, "keepBaseline", keep_baseline)
    commands.register(server, "forgetBaseline", forget_baseline)
    commands.register(server, "compareRuns", compare_runs)
    commands.register(server, "showComparison", show_comparison)


async def show(ls: ProfileServer) -> None:
    """Show again what is shown of runs: it is something else now."""
    ls.refresh()
    diagnostics.push(ls)
    if ls.show_call_tree == SHOW_IN_CLIENT:
        ls.protocol.notify(RUNS, wire.answer(await listed(ls, Empty())))


async def listed(ls: ProfileServer, _: Empty) -> RunRows:
    runs = ls.backend.runs
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
                benchmarks=tuple(_benchmark(ls, Known(one, run)) for one in run.measured),
            )
            for run in history.all()
        )

    return RunRows(runs=await ls.backend.aside(rows))


async def show_run(ls: ProfileServer, asked: ChosenRun) -> Empty:
    await ls.backend.runs.show(await _run(ls, asked), None)
    await show(ls)
    return Empty()


async def _run(ls: ProfileServer, asked: ChosenRun) -> "Run":
    history, name = ls.backend.runs.history(), await _chosen(ls, asked)
    run = await ls.backend.aside(lambda: history.run(name))
    if run is None:
        raise ProfileError("That run is not there any more; choose another one.")
    return run


async def hide_runs(ls: ProfileServer, _: Empty) -> Empty:
    """Show none of the runs that there are, after a restart neither."""
    ls.backend.runs.hide()
    await show(ls)
    await _on_disk(ls, ls.backend.runs.history().hide)
    return Empty()


async def remove_run(ls: ProfileServer, asked: ChosenRun) -> Empty:
    history, name = ls.backend.runs.history(), await _chosen(ls, asked)
    await _on_disk(ls, lambda: history.remove(name))
    await ls.backend.runs.removed(name)
    await show(ls)
    return Empty()


async def keep_baseline(ls: ProfileServer, asked: ChosenRun) -> Empty:
    """What is measured from now on is compared with this run."""
    history, run = ls.backend.runs.history(), await _run(ls, asked)
    await _on_disk(ls, lambda: history.keep_baseline(run.id))
    await show(ls)
    return Empty()


async def forget_baseline(ls: ProfileServer, _: Empty) -> Empty:
    history = ls.backend.runs.history()
    await _on_disk(ls, lambda: history.keep_baseline(""))
    await ls.backend.runs.show_alone()
    await show(ls)
    return Empty()


async def compare_runs(ls: ProfileServer, asked: CompareRuns) -> Compared:
    run = await ls.backend.runs.compare(asked.old, asked.new)
    await show(ls)
    told = (_benchmark(ls, Known(one, run)) for one in run.measured)
    return Compared(verdicts=tuple(f"{one.name}: {one.verdict}" for one in told if one.verdict))


async def show_comparison(ls: ProfileServer, asked: ShowBenchmark) -> Empty:
    """Show what changed of a benchmark as a text, the lines that are gone too, and have it stand on the lines."""
    known = ls.backend.runs.of_name(asked.package, asked.name)
    if known is None or ls.backend.runs.before(known) is None:
        raise ProfileError(f"{asked.name} is not compared with another run; compare it first.")
    report = await ls.backend.aside(lambda: "".join(f"{row}\n" for row in _comparison(ls, known)))
    await ls.backend.runs.select(asked.package, asked.name)
    ls.refresh()
    await texts.show(ls, "comparison.txt", report)
    return Empty()


def _comparison(ls: ProfileServer, known: Known) -> Iterator[str]:
    from pprof_lens.bench import runs, shown  # noqa: PLC0415 - the server starts without it

    now, old, against = known.measured, ls.backend.runs.before(known), ls.backend.runs.against
    if old is None or against is None:
        return
    yield f"{plain(now.package)} {plain(now.name)}"
    yield f"  before: {shown.title(old)}"
    yield f"  now:    {shown.title(now)}"
    yield f"  change: {shown.verdict(old, now)}"
    yield "  In one operation:"
    yield from tuple(shown.line_report(runs.changes(old, against.texts, now, known.run.texts))) or ("    no change",)


def _benchmark(ls: ProfileServer, known: Known) -> RunBenchmark:
    from pprof_lens.bench import shown  # noqa: PLC0415

    of, old = known.measured, ls.backend.runs.before(known) if known.run.id in ls.backend.runs.shown() else None
    return RunBenchmark(
        package=of.package,
        name=plain(of.name),
        figures=shown.title(of),
        verdict=shown.verdict(old, of) if old is not None else "",
    )


async def _chosen(ls: ProfileServer, asked: ChosenRun) -> str:
    """The id of the run that is meant. Raises ProfileError where there is none."""
    history = ls.backend.runs.history()
    name = asked.run or next((run.id for run in await ls.backend.aside(history.all)), "")
    if not name:
        raise ProfileError("Nothing was measured yet; measure a benchmark first.")
    return name


async def _on_disk(ls: ProfileServer, write: Callable[[], None]) -> None:
    try:
        await ls.backend.aside(write)
    except OSError as error:
        raise ProfileError(f"The runs of this workspace cannot be written: {error.strerror}.") from None
