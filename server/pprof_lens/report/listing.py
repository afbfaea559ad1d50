"""`list`: the source of each function that matches, with flat and cum on its lines.

The line above a function is the sum of its lines' cums, as in pprof: a function that recurs over several lines
counts a sample more than once there. The figures on the lines themselves do not.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator
from functools import cache, lru_cache
from itertools import groupby

from pprof_lens.profile.errors import ProfileError
from pprof_lens.profile.integers import int64
from pprof_lens.profile.regexps import searcher
from pprof_lens.report.decoded import Decoded
from pprof_lens.report.graph import Sums, Weighed, frames_of, weighed
from pprof_lens.report.options import Options
from pprof_lens.report.source_search import NotFound, ReadFile, Sources
from pprof_lens.report.trimming import by_bytes, with_trimmed_files
from pprof_lens.report.values import Values

_MARGIN = 5

_LONG = 64
"""So long a name or path is one text for all that have it while they are sorted."""

_MOST_SEARCHED = 1 << 12
"""So many names are kept with what was found in them: one can be that of every function, or each that of one."""


def listing(
    decoded: Decoded, values: Values, options: Options, pattern: str, *, read: ReadFile, directory: str
) -> Iterator[str]:
    """The lines of the report. Raises ProfileError where nothing matches.

    Files are read by `read` and, without a source path, searched from `directory` up.
    """
    search = lru_cache(_MOST_SEARCHED)(searcher(pattern))
    every = weighed(frames_of(with_trimmed_files(decoded, options), with_binaries=True), values)
    routines = _routines(every, search, drop_negative=options.drop_negative)
    if not routines:
        raise ProfileError(f"no matches found for regexp: {pattern}")
    sources = Sources(trim=options.trim_path, search=options.source_path or directory, read=read)
    yield f"Total: {values.text(values.total)}"
    for name, of_name in groupby(routines, lambda node: every.frames.info(node).name):
        has_file = False
        for file, of_file in groupby(of_name, lambda node: every.frames.info(node).file):
            if not file:
                continue
            has_file = True
            nodes = list(map(every.sums, of_file))
            flat, cum = int64(sum(node.flat for node in nodes)), int64(sum(node.cum for node in nodes))
            yield f"ROUTINE ======================== {name} in {file}"
            yield f"{values.text(flat):>10} {values.text(cum):>10} (flat, cum) {values.share(cum)} of Total"
            try:
                yield from _rows(nodes, sources, values)
            except NotFound as error:
                yield f" Error: {error}"
        if not has_file:
            yield f"No source information for {name}"


def _routines(every: Weighed, search: Callable[[str], bool], *, drop_negative: bool) -> list[int]:
    """The nodes of the routines that match, those of a file of a routine after each other, in the order of both."""
    long = cache(by_bytes)

    def in_order(text: str) -> bytes:
        return by_bytes(text) if len(text) < _LONG else long(text)

    def place(node: int) -> tuple[bytes, bytes]:
        info = every.frames.info(node)
        return in_order(info.name), in_order(info.file)

    matching = (node for node in every.nodes(drop_negative=drop_negative) if search(every.frames.info(node).name))
    return sorted(matching, key=place)


def _rows(nodes: list[Sums], sources: Sources, values: Values) -> list[str]:
    """The lines from the function's start, or a little before its first figure, to a little after its last one."""
    first = max(1, min(node.info.start_line or node.info.line - _MARGIN for node in nodes))
    last = max(node.info.line for node in nodes) + _MARGIN
    flat: dict[int, int] = defaultdict(int)
    cum: dict[int, int] = defaultdict(int)
    for node in nodes:
        flat[node.info.line] += node.flat
        cum[node.info.line] += node.cum
    return [
        f"{_or_dot(int64(flat[number]), values):>10} {_or_dot(int64(cum[number]), values):>10} {number:>6}:{text}"
        for number, text in sources.excerpt(nodes[0].info.file, first, last)
    ]


def _or_dot(value: int, values: Values) -> str:
    return values.text(value) if value else "."
