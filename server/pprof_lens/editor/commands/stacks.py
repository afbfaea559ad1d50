"""The stacks behind a finding, as a text: offered where its problem is."""

from pprof_lens.annotate import stacks
from pprof_lens.contract import Empty, ShowStacks
from pprof_lens.editor.backend import Backend
from pprof_lens.profile.errors import ProfileError


async def show_stacks(backend: Backend, asked: ShowStacks) -> Empty:
    found = [
        (leak.finding, leak.local)
        for leak in (*backend.shown.findings.leaks, *backend.shown.findings.waiting)
        if (leak.finding.code, leak.finding.function) == (asked.code, asked.function)
    ]
    if not found:
        raise ProfileError("That is no longer found, so there are no stacks of it.")
    await backend.frontend.show_text("stacks.txt", stacks.text(found))
    return Empty()
