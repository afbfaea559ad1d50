"""All commands, by their names in the contract, which has what each takes and answers."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from pprof_lens.editor.backend import Backend
from pprof_lens.editor.commands import (
    bench,
    call_tree,
    fleet,
    lines,
    load,
    page,
    paths,
    plain_tree,
    profiles,
    reasons,
    runs,
    stacks,
    status,
    top,
    watch,
)

Command = Callable[[Backend, Any], Awaitable[object]]

TABLE: Mapping[str, Command] = {
    "load": load.load,
    "save": load.save,
    "clear": load.clear,
    "selectSampleType": load.select_sample_type,
    "focus": load.focus,
    "lines": lines.lines,
    "callTree": call_tree.call_tree,
    "showCallTree": plain_tree.show_call_tree,
    "top": top.top_rows,
    "topTable": top.top_table,
    "functionPlace": top.function_place,
    "paths": paths.paths,
    "profiles": profiles.profiles,
    "page": page.page,
    "showPage": page.show_page,
    "pagePlace": page.page_place,
    "functionAt": page.function_at,
    "explainAllocations": reasons.explain_allocations,
    "showStacks": stacks.show_stacks,
    "bench": bench.bench,
    "showBenchmark": bench.show_benchmark,
    "showComparison": runs.show_comparison,
    "runs": runs.listed,
    "showRun": runs.show_run,
    "hideRuns": runs.hide_runs,
    "removeRun": runs.remove_run,
    "keepBaseline": runs.keep_baseline,
    "forgetBaseline": runs.forget_baseline,
    "compareRuns": runs.compare_runs,
    "watch": watch.watch,
    "unwatch": watch.unwatch,
    "endpoints": watch.endpoints,
    "fleet": fleet.fleet,
    "fleetTypes": fleet.fleet_types,
    "fleetOffers": fleet.fleet_offers,
    "commits": fleet.commits,
    "status": status.status_now,
}
