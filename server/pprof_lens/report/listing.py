"""`list`: the source of each function that matches, with flat and cum on its lines.

The line above a function is the sum of its lines' cums, as in pprof: a function that recurs over several lines
counts a sample more than once there. The figures on the lines themselves do not.
"""

from collections import defaultdict
from collections.abc import Iterator
from functools import cache

from pprof_lens.profile.errors import ProfileError
from pprof_lens.profile.integers import int64
from pprof_lens.profile.regexps import searcher
from pprof_lens.report.decoded import Decoded
from pprof_lens.report.graph import Sums, nodes_of
from pprof_lens.report.options import Options
from pprof_lens.report.source_search import NotFound, ReadFile, Sources
from pprof_lens.report.trimming import by_bytes, is_negative, with_trimmed_files
from pprof_lens.report.values import Values

_MARGIN = 5


def listing(
    decoded: Decoded, values: Values, options: Options, pattern: str, *, read: ReadFile, directory: str
) -> Iterator[str]:
    """The lines of the report. Raises ProfileError where nothing matches.

    Files are read by `read` and, without a source path, searched from `directory` up.
    """
    search = cache(searcher(pattern))
    routines: dict[str, dict[str, list[Sums]]] = defaultdict(lambda: defaultdict(list))
    for node in nodes_of(with_trimmed_files(decoded, options), values, with_binaries=True):
        if search(node.info.name) and not (options.drop_negative and is_negative(node)):
            routines[node.info.name][node.info.file].append(node)
    if not routines:
        raise ProfileError(f"no matches found for regexp: {pattern}")
    sources = Sources(trim=options.trim_path, search=options.source_path or directory, read=read)
    yield f"Total: {values.text(values.total)}"
    for name in sorted(routines, key=by_bytes):
        by_file = routines[name]
        by_file.pop("", None)
        if not by_file:
            yield f"No source information for {name}"
        for file in sorted(by_file, key=by_bytes):
            nodes = by_file[file]
            flat, cum = int64(sum(node.flat for node in nodes)), int64(sum(node.cum for node in nodes))
            yield f"ROUTINE ======================== {name} in {file}"
            yield f"{values.text(flat):>10} {values.text(cum):>10} (flat, cum) {values.share(cum)} of Total"
            try:
                yield from _rows(nodes, sources, values)
            except NotFound as error:
                yield f" Error: {error}"


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
