"""The top of the profile: its heaviest functions."""

from pprof_lens.annotate import top
from pprof_lens.contract import FunctionRow, Top, TopRows
from pprof_lens.editor.documents import scale_of
from pprof_lens.lsp import commands
from pprof_lens.lsp.features import places
from pprof_lens.lsp.server import ProfileServer
from pprof_lens.profile.plain import plain
from pprof_lens.session.snapshot import Snapshot

_LIMIT = 1000


def register(server: ProfileServer) -> None:
    """Answer what is asked for the whole profile."""
    commands.register(server, "top", top_rows)


async def top_rows(ls: ProfileServer, asked: Top) -> TopRows:
    snapshot, limit = ls.loaded(), min(int(asked.limit), _LIMIT)
    rows = await ls.aside(lambda: top.rows(snapshot.index, snapshot.column, scale_of(snapshot), asked.by, limit))
    return TopRows(rows=tuple(_row(ls, snapshot, row) for row in rows))


def _row(ls: ProfileServer, snapshot: Snapshot, row: top.Row) -> FunctionRow:
    at = places.of_function(ls, snapshot, row.function)
    return FunctionRow(
        function=plain(snapshot.index.functions.names[row.function]),
        uri=at.uri,
        line=at.line,
        flat=row.weight.flat,
        cum=row.weight.cum,
        label=row.label,
        percent=row.percent,
    )
