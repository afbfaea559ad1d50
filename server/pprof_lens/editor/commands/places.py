"""Where a function of the profile stands in the editor's files."""

from pprof_lens.analysis.call_tree import Node
from pprof_lens.contract import Place
from pprof_lens.editor.backend import Backend
from pprof_lens.session.snapshot import Snapshot


def of_node(backend: Backend, snapshot: Snapshot, node: Node) -> Place:
    """Where a caller makes its heaviest call now; where it is declared of a callee or where no line is known."""
    return of_function(backend, snapshot, node.function) if node.call is None else of_line(backend, snapshot, node.call)


def of_line(backend: Backend, snapshot: Snapshot, number: int) -> Place:
    """Where the line of that number is now; no place where its file was not found."""
    table = snapshot.index.lines
    found = snapshot.files.local.get(table.file(number))
    if found is None or found.path is None:
        return Place()
    uri, line = backend.files.place_of(found.path, table.lines[number])
    return Place(uri=uri, line=line)


def of_function(backend: Backend, snapshot: Snapshot, number: int) -> Place:
    """Where the function of that number is declared now; no place where its file was not found."""
    functions = snapshot.index.functions
    found = snapshot.files.local.get(functions.files[number])
    if found is None or found.path is None:
        return Place()
    uri, line = backend.files.place_of(found.path, functions.start_lines[number])
    return Place(uri=uri, line=line)
