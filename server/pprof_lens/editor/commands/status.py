"""What the server has to say of itself, for the status bar and `pprofLens.server.status`; look-ups only."""

from dataclasses import replace

from pprof_lens.analysis.filter import Filter
from pprof_lens.annotate import charts
from pprof_lens.annotate.findings import GROWTH
from pprof_lens.annotate.looked_at import sentences
from pprof_lens.annotate.process import paragraph
from pprof_lens.contract import STATUS, Empty, ShownFilter, Status
from pprof_lens.contract import Finding as ToldFinding
from pprof_lens.editor.backend import Backend
from pprof_lens.editor.drawing import scale_of
from pprof_lens.leaks import Leak
from pprof_lens.profile.plain import plain
from pprof_lens.session.snapshot import Snapshot, summary


async def status_now(backend: Backend, _: Empty) -> Status:
    return _of(backend)


def tell(backend: Backend) -> None:
    """Tell our own client what there is to say."""
    backend.frontend.notify(STATUS, _of(backend))


def _of(backend: Backend) -> Status:
    shown = backend.shown
    content, snapshot, standing = shown.of.content, shown.snapshot, backend.deployed.standing()
    watch = content.watch if content is not None else None
    nothing = Status(profile=None, source=None, watching=None, findings=(), filter=None)
    if snapshot is None or content is None:
        return nothing
    told = replace(
        nothing,
        profile=summary(snapshot),
        source=snapshot.source.name,
        paths=snapshot.source.paths,
        base=snapshot.source.base,
        captured=any(map(backend.is_own, (*snapshot.source.paths, *snapshot.source.base))),
        findings=tuple(finding(backend, leak) for leak in shown.findings.leaks),
        filter=_filter(snapshot.filter),
        total=_total(snapshot),
        comparing=snapshot.is_difference,
        standing=standing.sentence if standing is not None else None,
        fetch_command=(standing.command or None) if standing is not None else None,
    )
    if watch is None:
        ended = shown.findings.memories.get(content.source.name) if content.is_over else None
        memory = paragraph(snapshot.evidence.memory)
        looked_at = (*(ended.at_end() if ended is not None else ()), *([memory] if memory else []))
        return replace(told, looked_at=looked_at or None)
    if watch.is_refresh:
        return replace(told, watching=watch.url, failure=watch.failure)
    looked_at = (*sentences(snapshot.evidence, watch.watched), *shown.findings.gone)
    trend = shown.findings.overview
    return replace(told, watching=watch.url, trend=trend, failure=watch.failure, looked_at=looked_at)


def _total(snapshot: Snapshot) -> str:
    """What the samples come to; of a difference the change, and what that is of the base's total."""
    scale = scale_of(snapshot)
    if not snapshot.is_difference:
        return scale.counted(snapshot.total)
    change = snapshot.index.sum_of_flats(snapshot.column)
    return f"{scale.counted(change)} {scale.percent(change)}"


def finding(backend: Backend, leak: Leak) -> ToldFinding:
    """A finding as answers have it."""
    found = leak.finding
    unit = "bytes" if found.code == GROWTH else "goroutines"
    uri, line = (None, None) if leak.path is None else backend.files.place_of(leak.path, found.line)
    return ToldFinding(
        code=found.code,
        message=found.message,
        grade=found.grade,
        function=plain(found.function),
        uri=uri,
        line=line,
        amounts=found.amounts,
        chart=charts.small(found.amounts),
        large_chart=charts.large(found.amounts),
        ends=charts.ends(found.amounts, found.seconds, unit) if found.amounts else "",
    )


def _filter(obeyed: Filter) -> ShownFilter | None:
    if not obeyed:
        return None
    return ShownFilter(
        focus=obeyed.focus,
        ignore=obeyed.ignore,
        tag_focus=obeyed.tag_focus,
        tag_ignore=obeyed.tag_ignore,
        through=obeyed.through_text,
    )
