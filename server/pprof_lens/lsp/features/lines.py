"""The lines of a file that have a figure, as they are in the buffer now, with how hot they are."""

from pprof_lens.annotate import heat
from pprof_lens.contract import FileLines, LineFigures, Lines
from pprof_lens.editor.documents import scale_of
from pprof_lens.lsp import commands
from pprof_lens.lsp.server import ProfileServer


def register(server: ProfileServer) -> None:
    """Answer for files that are open and for others."""
    commands.register(server, "lines", lines)


async def lines(ls: ProfileServer, asked: Lines) -> FileLines:
    view = await ls.views.of_sought(asked.uri)
    scale = view.drawing.scale if view is not None else scale_of(ls.loaded())
    return FileLines(
        sample_type=scale.name,
        lines=tuple(
            LineFigures(
                line=placed.line,
                profile_line=figure.profile_line,
                flat=figure.weight.flat,
                cum=figure.weight.cum,
                state=placed.state.value,
                heat=heat.of(figure.weight.flat, scale.total),
            )
            for figure, placed in (view.lines() if view is not None else ())
        ),
    )
