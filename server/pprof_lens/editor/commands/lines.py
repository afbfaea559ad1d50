"""The lines of a file that have a figure, as they are in the buffer now, with how hot they are."""

from pprof_lens.annotate import heat
from pprof_lens.contract import FileLines, LineFigures, Lines, LineState
from pprof_lens.editor.backend import Backend
from pprof_lens.editor.drawing import scale_of
from pprof_lens.source.drift import State


async def lines(backend: Backend, asked: Lines) -> FileLines:
    view = await backend.views.of_sought(asked.uri)
    scale = view.drawing.scale if view is not None else scale_of(backend.loaded())
    return FileLines(
        sample_type=scale.name,
        lines=tuple(
            LineFigures(
                line=placed.line,
                profile_line=figure.profile_line,
                flat=figure.weight.flat,
                cum=figure.weight.cum,
                state=_state(placed.state),
                heat=heat.of(figure.weight.flat, scale.total),
            )
            for figure, placed in (view.lines() if view is not None else ())
        ),
    )


def _state(state: State) -> LineState:
    """A line that may have been edited is told as one that was: the contract has no word for not knowing."""
    match state:
        case State.EXACT:
            return "exact"
        case State.MOVED:
            return "moved"
        case _:
            return "edited"
