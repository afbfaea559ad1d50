"""The data of a page that shows a whole profile: boxes of the flame graph, functions with their calls, drawn graphs.

All of it is plain: names are harmless text, values whole numbers, in every sample type at once. What a profile has too
much of for a page is left out by weight, and the page says so. Which source is shown is the caller's business.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise, product

from pprof_lens.analysis import select as selection
from pprof_lens.profile.model import Profile
from pprof_lens.profile.plain import harmless, plain
from pprof_lens.report import flame
from pprof_lens.report.decoded import Decoded
from pprof_lens.report.dot import graph
from pprof_lens.report.granularity import aggregated
from pprof_lens.report.labels import active_filters, profile_labels
from pprof_lens.report.options import Options, Request
from pprof_lens.report.run import Load, Selected, select
from pprof_lens.report.values import Values, column_of, values

Json = dict[str, object]

_LONGEST_NAME, _LONGEST_DRAWN = 1000, 80
_MOST_LABELS, _MOST_VALUES = 20, 12
_MOST_HOT, _MOST_HOT_LINES = 25, 4000
_SAMPLE_IN_FRAMES = 4
"""What a sample costs a graph besides its frames."""
_NODE_IN_FRAMES = 4
"""What a node costs a graph."""
_LABELS_IN_FRAMES = 10
"""What different labels cost it, and each number, besides what texts are written with."""


@dataclass(frozen=True, slots=True)
class Budget:
    """How much of a profile goes into a page."""

    boxes: int = 40_000
    functions: int = 20_000
    calls: int = 40_000
    frames_drawn: int = 1_500_000


_NODES_AS_PPROF, _EDGES_AS_PPROF = 0.005, 0.001
_NODES_DRAWN = {_NODES_AS_PPROF: 80, 0.02: 30, 0.001: 160}
"""The fractions of the total that nodes may be asked to have at least, and how many there are at most then."""
_EDGE_FRACTIONS = (_EDGES_AS_PPROF, 0.01, 0.0)
"""The fractions that may be asked of edges; of both, those of pprof come first."""


@dataclass(frozen=True, slots=True)
class Page:
    """What a page is made of: `data` for the web application, and the functions whose source is worth showing."""

    data: Json
    hot: tuple["Hot", ...]


@dataclass(frozen=True, slots=True)
class Hot:
    """A function that costs, by its number in the page. `start_line` is 0 where unknown."""

    number: int
    name: str
    file: str
    start_line: int
    lines: dict[int, flame.LineFigures]


def page(request: Request, load: Load, *, title: str, budget: Budget | None = None) -> Page:
    """The page of the profiles, compared and filtered as the request wants. Raises ProfileError."""
    budget = budget or Budget()
    selected = select(request, load)
    options = request.options
    profile = selected.shown.profile
    of_types = [
        values(selected.counted, replace(options, sample_index=str(column)))
        for column in range(len(profile.sample_types))
    ]
    column = (
        column_of(profile, options)
        if options.sample_index
        else selection.default(profile, tuple(of_type.total for of_type in of_types)).column
    )
    paths = flame.paths_of(aggregated(selected.shown, replace(options, granularity="lines", showcolumns=False)))
    boxes = flame.boxes_of(paths, column=column, most=budget.boxes)
    functions = flame.functions_of(paths, column=column, most=budget.functions, most_calls=budget.calls)
    number = {kind: i for i, kind in enumerate(functions.kinds)}
    data: Json = {
        "title": plain(title),
        "kind": selection.kind(profile),
        "about": [harmless(line) for line in (*profile_labels(profile, of_types[column]), *active_filters(options))],
        "labels": _labels(selected),
        "samples": selected.shown.shown.sample_count,
        "types": [
            {"type": plain(of_type.sample_type.type), "unit": plain(of_type.sample_type.unit), "total": of_type.total}
            for of_type in of_types
        ],
        "column": column,
        "functions": {
            "names": [_named(name or file or "?") for name, file in functions.kinds],
            "files": [plain(file) for _, file in functions.kinds],
            "lines": functions.lines,
            "flat": functions.flat,
            "cum": functions.cum,
        },
        "calls": {
            "callers": functions.callers,
            "callees": functions.callees,
            "weights": functions.weights,
            "leftOut": functions.calls_left_out,
        },
        "boxes": {
            "kinds": [
                [number.get((kind.name, kind.file), -1), _named(kind.name or kind.file), int(kind.is_inlined)]
                for kind in boxes.kinds
            ],
            "parents": boxes.parents,
            "sources": boxes.sources,
            "lines": boxes.lines,
            "more": boxes.more,
            "less": [of_type if any(of_type) else [] for of_type in boxes.less],
            "leftOut": boxes.left_out,
        },
        "graphs": list(
            _graphs(selected, of_types, column=column, options=options, number=number, most=budget.frames_drawn)
        ),
    }
    return Page(data, tuple(_hot(paths, functions, column, selected.shown.profile)))


def _hot(paths: flame.Paths, functions: flame.Functions, column: int, profile: Profile) -> Iterable[Hot]:
    """The functions with the most flat, the heaviest first."""
    flat = functions.flat[column]
    heaviest = sorted(range(len(flat)), key=lambda number: -abs(flat[number]))[:_MOST_HOT]
    chosen = [number for number in heaviest if flat[number] and functions.kinds[number][1]]
    starts = {(of.name, of.filename): of.start_line for of in profile.functions}
    begin = {kind: starts.get(kind, 0) for kind in (functions.kinds[number] for number in chosen)}
    lines = flame.lines_of(paths, begin, _MOST_HOT_LINES)
    for number in chosen:
        kind = functions.kinds[number]
        yield Hot(number, *kind, starts.get(kind, 0), lines[kind])


def _labels(selected: Selected) -> list[list[object]]:
    """The keys of the samples' labels with some of their values."""
    found: dict[str, dict[str, None]] = {}
    for labelled in selected.shown.label_sets[1]:
        for key, texts in labelled.labels:
            of_key = found.setdefault(key, {})
            if len(of_key) < _MOST_VALUES:
                of_key.update(dict.fromkeys(texts))
    return [[plain(key), [plain(text) for text in texts]] for key, texts in list(found.items())[:_MOST_LABELS]]


def _graphs(
    selected: Selected,
    of_types: Sequence[Values],
    *,
    column: int,
    options: Options,
    number: dict[tuple[str, str], int],
    most: int,
) -> Iterable[Json]:
    """Each sample type's graph by each choice of fractions; of a large profile by those of pprof, of one type alone."""
    shown = _with_short_names(aggregated(selected.shown, options))
    frames = _frames(shown)
    of_name = {_short(name): i for (name, _), i in reversed(number.items())}
    first = sorted(range(len(of_types)), key=lambda at: at != column)
    for drawn, (nodes_from, edges_from, at) in enumerate(product(_NODES_DRAWN, _EDGE_FRACTIONS, first)):
        if drawn and frames * (1 + drawn) > most:
            return
        wanted = replace(
            options,
            nodecount=_NODES_DRAWN[nodes_from],
            nodefraction=nodes_from,
            edgefraction=edges_from,
            sample_index=str(at),
        )
        lines, nodes = graph(shown, of_types[at], wanted, selected.label_units)
        yield {
            "column": at,
            "nodesFrom": nodes_from,
            "edgesFrom": edges_from,
            "dot": "\n".join(lines),
            "functions": [of_name.get(node.info.name, -1) for node in nodes],
        }


def _frames(shown: Decoded) -> int:
    """What one graph costs, in frames: those that were inlined count as others do."""
    depth = [max(end - start, 1) for start, end in pairwise(shown.locations.offsets)]
    of_labels = sum(
        _LABELS_IN_FRAMES * (1 + sum(len(numbers) for _, numbers in labelled.num_labels))
        + sum(len(key) + sum(map(len, texts)) for key, texts in labelled.labels)
        for labelled in shown.label_sets[1]
    )
    return (
        of_labels
        + _NODE_IN_FRAMES * sum(depth)
        + sum(
            sum(map(depth.__getitem__, of.locations)) * (1 + len(of.labels) + len(of.num_labels)) + _SAMPLE_IN_FRAMES
            for of in shown.samples
        )
    )


def _with_short_names(decoded: Decoded) -> Decoded:
    """The profile with names that fit into a node."""
    names = tuple(map(_short, decoded.functions.names))
    return decoded.with_functions(replace(decoded.functions, names=names))


def _short(name: str) -> str:
    return harmless(_cut(name, _LONGEST_DRAWN))


def _named(name: str) -> str:
    return plain(_cut(name, _LONGEST_NAME))


def _cut(name: str, longest: int) -> str:
    return name if len(name) <= longest else f"{name[: longest - 1]}…"
