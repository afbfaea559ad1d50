"""How a Snapshot gets shown, one stage after the other: first the figures, which the user waits for.

What is found in it comes last.
"""

from collections.abc import Iterator, Sequence
from functools import partial

from pprof_lens.analysis.verdict import Finder
from pprof_lens.editor import finding
from pprof_lens.editor.backend import Backend
from pprof_lens.editor.commands import status
from pprof_lens.editor.driver import Stage
from pprof_lens.editor.shown import Shown
from pprof_lens.session.reading import Stop


def stages(backend: Backend) -> Sequence[Stage]:
    """Those of one editor; what is made known aside is told as they tell it."""
    readying = backend.readying

    def show_again() -> None:
        backend.diagnostics.push()
        backend.frontend.refresh()

    readying.on_sought = show_again
    backend.deployed.on_found = partial(status.tell, backend)

    async def draw(shown: Shown, stop: Stop) -> Shown:
        await readying.all_ready(shown, stop)
        backend.frontend.refresh()
        backend.frontend.follow(_local_paths(shown))
        backend.reasons.wish()
        backend.deployed.wish()
        return shown

    async def tell(shown: Shown, stop: Stop) -> Shown:
        await readying.all_ready(shown, stop)  # where what leaks is in lines without figures
        await readying.are_sought()
        readying.tell_too_large()
        backend.diagnostics.push()
        status.tell(backend)
        readying.draw_ahead(shown)
        return shown

    return draw, partial(finding.gather, backend), partial(finding.find, backend, Finder()), tell


def _local_paths(shown: Shown) -> Iterator[str]:
    """Those of the profile's files that are here."""
    if shown.snapshot is not None:
        yield from (found.path for found in shown.snapshot.files.local.values() if found.path is not None)
