"""What a file shows, for whoever asks: looked up where it is known, waited for where it is just being found out.

Editors ask right after they opened a file, and not all ask again when they are told to.
"""

import asyncio

from pprof_lens.lsp.convert import local_path
from pprof_lens.lsp.documents import FileView, OpenFiles
from pprof_lens.lsp.server import ProfileServer


async def of_open(ls: ProfileServer, uri: str) -> FileView | None:
    """What an open file shows; None where nothing is loaded or the profile does not have the file."""
    opening = ls.opening.get(uri)
    if opening is not None:
        await asyncio.wait((opening,))
    return ls.view(uri)


async def of_any(ls: ProfileServer, uri: str) -> FileView | None:
    """The same, and for a file that is not open what it would show if it were."""
    snapshot, seen, threshold = ls.snapshot, ls.surroundings, ls.settings.threshold
    path = local_path(uri)
    if uri in ls.files.uris() or snapshot is None or seen is None or path is None:
        return await of_open(ls, uri)

    def read(_: object) -> FileView | None:
        files, text = OpenFiles(), seen.files.read_text(path)
        if text is None:
            return None
        files.open(uri, path, text, 0)
        find = files.baseline_wanted(uri, snapshot, seen, {})
        if find is not None:
            files.install(uri, find())
        return files.view(uri, snapshot, threshold)

    return await ls.aside(read)
