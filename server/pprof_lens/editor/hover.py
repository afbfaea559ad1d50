"""The hover of a line, and the callers that it names: gathered for all lines once a profile is shown."""

from collections.abc import Iterator
from pathlib import Path

from pprof_lens.analysis.call_tree import LineRoot, children
from pprof_lens.analysis.callers import Caller
from pprof_lens.annotate import fleet, hover
from pprof_lens.annotate.figures import LineFigure
from pprof_lens.annotate.process import paragraph
from pprof_lens.editor.backend import Backend
from pprof_lens.editor.commands import places
from pprof_lens.editor.shown import Shown
from pprof_lens.profile.origin import origin_of
from pprof_lens.session.snapshot import Snapshot


async def text(backend: Backend, uri: str, line: int) -> str:
    """The Markdown of a line of the buffer, from 0; empty where there is nothing to say."""
    view, shown = await backend.views.of_open(uri), backend.shown
    found = view.figure_at(line) if view is not None else None
    waiting = tuple(_waiting(backend, uri, line))
    if view is None or shown.snapshot is None or found is None:
        return hover.of_waiting(waiting)
    figure, state = found
    snapshot, trends, table = shown.snapshot, shown.findings.trends, shown.snapshot.index.lines
    held = view.held(line, figure, state, snapshot) if snapshot.holders else ()
    why, through = backend.reasons.of_line(uri, view.file.path, line) if _allocates(snapshot, figure) else ((), ())
    callers = (await _callers(backend, shown, figure.numbers[0]))[: hover.CALLERS_SHOWN]
    of_line = hover.of_line(
        figure,
        state,
        snapshot.index,
        scale=view.drawing.scale,
        callers=callers,
        places={call.line: _place(backend, snapshot, call.line) for caller in callers for call in caller.calls},
        how=view.how,
        trend=next(filter(None, (trends.get((table.file(n), table.lines[n])) for n in figure.numbers)), None),
        held=held,
        fleet=tuple(_fleet(backend, snapshot)),
        process=paragraph(snapshot.evidence.memory),
    )
    links = tuple((Path(at.path).as_uri(), at.line) for at in through)
    return "\n\n".join(filter(None, (of_line, hover.of_reasons(why, links), hover.of_waiting(waiting))))


def _fleet(backend: Backend, snapshot: Snapshot) -> Iterator[str]:
    """Where the profile was taken, if it is one of a fleet."""
    if (origin := origin_of(snapshot.profile)) is not None:
        standing = backend.deployed.standing()
        yield from fleet.rows(origin, standing.sentence if standing is not None else "", snapshot.sample_type)


def _allocates(snapshot: Snapshot, figure: LineFigure) -> bool:
    """Whether the line itself allocates in any column."""
    index, types_ = snapshot.index, snapshot.profile.sample_types
    columns = [column for column, of in enumerate(types_) if of.type.startswith("alloc_")]
    return any(index.line_weight(number, column).flat for number in figure.numbers for column in columns)


def _waiting(backend: Backend, uri: str, line: int) -> Iterator[str]:
    """What waits on a line of the buffer."""
    for fact in backend.shown.findings.waiting:
        at = fact.path is not None and backend.files.uri_of(fact.path) == uri
        if at and backend.files.line_now(uri, fact.finding.line) == line:
            yield fact.finding.message


def _place(backend: Backend, snapshot: Snapshot, number: int) -> hover.Place:
    at = places.of_line(backend, snapshot, number)
    return hover.Place(at.uri, at.line)


async def _callers(backend: Backend, shown: Shown, number: int) -> tuple[Caller, ...]:
    """The functions that call into this line: looked up, or until all are gathered found for this one line aside."""
    snapshot = shown.snapshot
    assert snapshot is not None
    if shown.callers is not None:
        return shown.callers.of(number, snapshot.column)
    nodes = await backend.aside(lambda: children(snapshot.index, LineRoot(number), (), "callers", snapshot.column))
    return tuple(Caller(node.function, node.weight.cum, node.calls) for node in nodes if node.weight.cum)
