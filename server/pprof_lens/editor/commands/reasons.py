"""Why the lines of a package allocate, as the compiler has it: as a text."""

from collections.abc import Mapping

from pprof_lens.annotate import reasons
from pprof_lens.contract import Empty, ExplainAllocations
from pprof_lens.editor import go_settings
from pprof_lens.editor.backend import Backend
from pprof_lens.profile.errors import ProfileError
from pprof_lens.profile.plain import plain
from pprof_lens.source.reasons import Explained


async def explain_allocations(backend: Backend, asked: ExplainAllocations) -> Empty:
    path = backend.frontend.path_of(asked.uri)
    if path is None:
        raise ProfileError("That is not a file on this machine.")
    explained = await backend.reasons.of_package(path, await go_settings.of_builds(backend, asked.uri, path))
    await backend.frontend.show_text("allocations.txt", _written(explained))
    return Empty()


def _written(explained: Mapping[str, Explained]) -> str:
    rows = []
    for file in sorted(explained.values(), key=lambda file: file.path):
        for line in sorted(file.by_line):
            text = plain(file.lines[line - 1].strip()) if line <= len(file.lines) else ""
            rows += ["", f"{file.path}:{line}: {text}"]
            rows += [f"    {sentence}" for sentence in reasons.of_line(file, line, text)]
    return "\n".join(("Values that live on the heap, as the compiler has it", *rows)) + "\n"
