"""What is made of a Snapshot while its figures are shown already: the callers of its lines, and what is worth telling.

Each is a stage of the driver: it takes what is shown, and answers it with more in it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from pprof_lens import leaks
from pprof_lens.analysis import callers
from pprof_lens.analysis.series import Evidence
from pprof_lens.analysis.verdict import Finder
from pprof_lens.annotate import charts, hot_lines
from pprof_lens.annotate.findings import Finding
from pprof_lens.annotate.hot_lines import HotLine
from pprof_lens.annotate.repaired import Memory
from pprof_lens.editor.drawing import scale_of
from pprof_lens.editor.host import Host
from pprof_lens.editor.shown import Findings, Shown
from pprof_lens.session.reading import Stop
from pprof_lens.session.snapshot import Snapshot, path_key


async def gather(host: Host, shown: Shown, stop: Stop) -> Shown:
    """With the callers of all lines, unless those of this index are known."""
    snapshot = shown.snapshot
    if snapshot is None or snapshot.index is shown.gathered_of:
        return shown
    found = await host.work(lambda: callers.gather(snapshot.index, cancelled=stop))
    return replace(shown, callers=found, gathered_of=snapshot.index)


async def find(host: Host, finder: Finder, shown: Shown, stop: Stop) -> Shown:
    """With what is worth a diagnostic. `finder` is the worker's: it knows what earlier captures come to."""
    snapshot, seen, settings = shown.snapshot, shown.surroundings, shown.of.settings
    if snapshot is None or seen is None or not settings.diagnostics_enabled:
        return replace(shown, findings=Findings(memories=shown.findings.memories))

    evidence, column, count = snapshot.evidence, snapshot.column, settings.diagnostics_hot_lines
    hot_by = _found_hot(shown.findings, snapshot)
    if (column, count) not in hot_by:
        index, scale, own = snapshot.index, scale_of(snapshot), snapshot.files.own
        hot_by[column, count] = await host.work(lambda: hot_lines.find(index, column, scale, own, count, stop))

    def found() -> Findings:
        ignored, holders = settings.diagnostics_ignore, snapshot.holders
        leaking, waiting = leaks.find(evidence, seen, ignored=ignored, finder=finder, holders=holders)
        declared = leaks.declared((*leaking, *waiting), evidence.starts)
        memories, gone = _remembered(shown, evidence, [leak.finding for leak in leaking])
        return Findings(
            snapshot=snapshot,
            hot_lines=hot_by[column, count],
            hot_by=hot_by,
            leaks=leaking,
            waiting=waiting,
            leaking={path_key(path): functions for path, functions in declared.items()},
            trends=finder.trends(evidence),
            overview=charts.overview(evidence),
            memories=memories,
            gone=gone,
        )

    return replace(shown, findings=await host.work_to_the_end(found))


def _found_hot(known: Findings, now: Snapshot) -> dict[tuple[int, int], tuple[HotLine, ...]]:
    """What was found hot in the figures that are shown."""
    of = known.snapshot
    is_same = of is not None and of.index is now.index and of.files is now.files
    return dict(known.hot_by) if is_same else {}


def _remembered(
    shown: Shown, evidence: Evidence, found: Sequence[Finding]
) -> tuple[Mapping[str, Memory], tuple[str, ...]]:
    """What was found of each watched program, with this round's findings, and what of it is gone now."""
    memories, content = shown.findings.memories, shown.of.content
    if content is None or content.watch is None or content.watch.is_refresh:
        return memories, ()
    url = content.watch.url
    memory = memories.get(url, Memory()).with_round(evidence, found)
    gone = memory.gone(evidence, found, has_proof=content.watch.watched.proof.given > 0)
    return {**memories, url: memory}, gone
