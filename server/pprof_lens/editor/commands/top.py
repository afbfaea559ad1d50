"""The top of the profile: its heaviest functions, or all of them as one table, and where one of them is."""

from pprof_lens.analysis.call_tree import FunctionRoot, children
from pprof_lens.annotate import table, top
from pprof_lens.contract import CallOf, Empty, FunctionRow, Place, Top, TopRows, TopTable
from pprof_lens.editor.backend import Backend
from pprof_lens.editor.commands import nodes, places
from pprof_lens.editor.drawing import scale_of
from pprof_lens.profile.plain import plain
from pprof_lens.session.snapshot import Snapshot

_LIMIT = 1000


async def top_rows(backend: Backend, asked: Top) -> TopRows:
    snapshot, limit = backend.loaded(), min(int(asked.limit), _LIMIT)
    rows = await backend.aside(lambda: top.rows(snapshot.index, snapshot.column, scale_of(snapshot), asked.by, limit))
    return TopRows(rows=tuple(_row(backend, snapshot, row) for row in rows))


async def top_table(backend: Backend, _: Empty) -> TopTable:
    from pprof_lens.web import page  # noqa: PLC0415 - see editor/pages.py

    snapshot = backend.loaded()

    def pack() -> str:
        return page.packed(table.table(snapshot.index, snapshot.column, snapshot.total)).decode()

    return TopTable(packed=await backend.aside(pack))


async def function_place(backend: Backend, asked: CallOf) -> Place:
    """Where the function is declared, or where it calls the other one most."""
    snapshot = backend.loaded()
    if not asked.of:
        root = nodes.root_of_function(snapshot, asked.function)
        return places.of_function(backend, snapshot, root.function) if isinstance(root, FunctionRoot) else Place()
    callee = nodes.root_of_function(snapshot, asked.of)
    found = await backend.aside(lambda: children(snapshot.index, callee, (), "callers", snapshot.column))
    names = snapshot.index.functions.names
    calling = (node for node in found if plain(names[node.function]) == asked.function)
    return next((places.of_node(backend, snapshot, node) for node in calling), Place())


def _row(backend: Backend, snapshot: Snapshot, row: top.Row) -> FunctionRow:
    at = places.of_function(backend, snapshot, row.function)
    return FunctionRow(
        function=plain(snapshot.index.functions.names[row.function]),
        uri=at.uri,
        line=at.line,
        flat=row.weight.flat,
        cum=row.weight.cum,
        label=row.label,
        percent=row.percent,
    )
