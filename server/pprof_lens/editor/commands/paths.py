"""Where the profile's files are on this machine, why one was not found, and what to set so that more are."""

from dataclasses import asdict
from functools import partial

from pprof_lens.analysis.blame import library
from pprof_lens.contract import Empty, MappingSuggestion, PathFile, Paths
from pprof_lens.editor.backend import Backend
from pprof_lens.profile.plain import plain
from pprof_lens.profile.stacks import Frame
from pprof_lens.session.snapshot import path_key
from pprof_lens.source.paths import Resolution, suggestions
from pprof_lens.source.profiled import ProfileFile

_TOO_LARGE = "It is too large to be followed, so nothing is shown in it."


async def paths(backend: Backend, _: Empty) -> Paths:
    located, seen = backend.loaded().files, backend.shown.surroundings
    found = (
        await backend.aside(lambda: suggestions(located.named, located.resolutions, seen.files))
        if seen is not None
        else ()
    )
    too_large = frozenset(map(path_key, backend.files.let_go().values()))
    return Paths(
        files=tuple(map(partial(_file, backend, too_large), located.named, located.resolutions)),
        suggestions=tuple(MappingSuggestion(**asdict(suggestion)) for suggestion in found),
    )


def _file(backend: Backend, too_large: frozenset[str], file: ProfileFile, found: Resolution) -> PathFile:
    functions = (Frame(function.name, file.path, 0) for function in file.functions)
    is_too_large = found.path is not None and path_key(found.path) in too_large
    return PathFile(
        profile_path=plain(found.profile_path),
        how=found.how.value,
        library=plain(next(filter(None, map(library, functions)), "")),
        uri=backend.files.uri_of(found.path) if found.path is not None else None,
        reason=_TOO_LARGE if is_too_large else found.reason or None,
    )
