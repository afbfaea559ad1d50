"""Where a function of the profile stands in the editor's files."""

from pprof_lens.contract import Place
from pprof_lens.lsp.server import ProfileServer
from pprof_lens.session.snapshot import Snapshot


def of_function(ls: ProfileServer, snapshot: Snapshot, number: int) -> Place:
    """Where the function of that number is declared now; no place where its file was not found."""
    functions = snapshot.index.functions
    found = snapshot.files.local.get(functions.files[number])
    if found is None or found.path is None:
        return Place()
    uri, line = ls.files.place_of(found.path, functions.start_lines[number])
    return Place(uri=uri, line=line)
