"""Stacks as boxes within boxes: what a flame graph is drawn of, in pprof's meaning (internal/report/stacks.go).

A box stands for all samples whose stacks begin alike, callers first: same functions of same files, each inlined or
not. Where there are more boxes than wanted the lightest are left out, and what they hold stays in the box around them
as if it had no callees. Nothing is formatted here.
"""

from array import array
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from heapq import heappop, heappush, heappushpop, nlargest
from itertools import chain, compress
from typing import NamedTuple

from pprof_lens.profile import engine
from pprof_lens.profile.encode import encoded
from pprof_lens.profile.fold import Frames
from pprof_lens.report.decoded import Decoded

_MOST_CALLS = 1 << 20
"""So many calls of one function by another are told apart."""


class Source(NamedTuple):
    """What a box is of: a function, or the file where a frame has no function's name."""

    name: str
    file: str
    is_inlined: bool


@dataclass(frozen=True, slots=True)
class Boxes:
    """The boxes in columns, callers before what they call; the first one is the root, of which there is no source.

    `parents` are indexes of boxes, `sources` of `kinds`; `lines` are those that most of a box's value went through,
    0 where unknown. `more` and `less` have a column a sample type: what the samples of a box come to that are above
    zero, and those below it, without their sign. `left_out` is the share of the total of the heaviest box that was
    left out, in its sample type; 0 where none was.
    """

    kinds: tuple[Source, ...]
    parents: list[int]
    sources: list[int]
    lines: list[int]
    more: list[list[int]]
    less: list[list[int]]
    left_out: float


@dataclass(frozen=True, slots=True)
class Paths:
    """The distinct stacks, their frames outermost first, and their values: a column a sample type, by sign."""

    kinds: tuple[Source, ...]
    source_of: list[int]
    line_of: list[int]
    paths: list[tuple[int, ...]]
    more: list[list[int]]
    less: list[list[int]]


def paths_of(decoded: Decoded) -> Paths:
    """The stacks of the samples, those that are alike in functions, files and lines as one."""
    functions = decoded.functions
    kinds: dict[Source, int] = {}
    frames: dict[tuple[int, int], int] = {}

    def frames_of(lines: Sequence[tuple[int, int]]) -> tuple[int, ...]:
        numbers = []
        outermost = len(lines) - 1
        for at in range(outermost, -1, -1):
            function, line = lines[at]
            source = Source(functions.names[function], functions.filenames[function], at < outermost)
            number = kinds.setdefault(source, len(kinds))
            numbers.append(frames.setdefault((number, line), len(frames)))
        return tuple(numbers)

    of_location = [frames_of([(line.function, line.line) for line in location.lines]) for location in decoded.locations]
    numbers: dict[tuple[int, ...], int] = {}
    columns = len(decoded.profile.sample_types)
    more: list[list[int]] = [[] for _ in range(columns)]
    less: list[list[int]] = [[] for _ in range(columns)]
    for sample in decoded.samples:
        path = tuple(chain.from_iterable(map(of_location.__getitem__, reversed(sample.locations))))
        number = numbers.setdefault(path, len(numbers))
        if number == len(more[0]):
            for of_column in (*more, *less):
                of_column.append(0)
        for column, value in enumerate(sample.values):
            if value > 0:
                more[column][number] += value
            elif value < 0:
                less[column][number] -= value
    return Paths(
        tuple(kinds), [source for source, _ in frames], [line for _, line in frames], list(numbers), more, less
    )


def boxes_of(paths: Paths, *, column: int, most: int) -> Boxes:
    """At most so many boxes, the heaviest of all sample types; lines are told by the samples of `column`."""
    return _Making(paths, column, most).boxes()


_Group = tuple[float, int, int, int, list[int]]
"""A box that is still to be made: its share with a minus, a number that sorts, its parent, its depth, its paths."""


class _Making:
    def __init__(self, paths: Paths, column: int, most: int) -> None:
        self._paths = paths
        self._column = column
        self._most = most
        self._columns = [*paths.more, *(less for less in paths.less if any(less))]
        self._totals = [max(1, sum(column)) for column in self._columns]
        columns = range(len(paths.more))
        self._has_less = any(map(any, paths.less))
        self._made = Boxes(paths.kinds, [], [], [], [[] for _ in columns], [[] for _ in columns], 0.0)

    def boxes(self) -> Boxes:
        made, paths = self._made, self._paths.paths
        waiting: list[_Group] = [(-1.0, 0, -1, -1, list(range(len(paths))))]
        numbered = 0
        heaviest = [1.0]
        too_light = 0.0
        while waiting and len(made.parents) < self._most:
            _, _, parent, depth, group = heappop(waiting)
            box = len(made.parents)
            self._add(parent, depth, group)
            below: defaultdict[int, list[int]] = defaultdict(list)
            for number in group:
                path = paths[number]
                if len(path) > depth + 1:
                    below[self._paths.source_of[path[depth + 1]]].append(number)
            for inner in below.values():
                share = self._share(inner)
                # What is lighter than as many as are wanted is not kept: a profile of unlike stacks has millions.
                if not share or (len(heaviest) == self._most and share <= heaviest[0]):
                    too_light = max(too_light, share)
                    continue
                numbered += 1
                heappush(waiting, (-share, numbered, box, depth + 1, inner))
                (heappush if len(heaviest) < self._most else heappushpop)(heaviest, share)
        left_out = max(too_light, -waiting[0][0] if waiting else 0.0)
        return Boxes(made.kinds, made.parents, made.sources, made.lines, made.more, made.less, left_out)

    def _share(self, group: list[int]) -> float:
        return max(
            sum(map(column.__getitem__, group)) / total
            for column, total in zip(self._columns, self._totals, strict=True)
        )

    def _add(self, parent: int, depth: int, group: list[int]) -> None:
        made, paths = self._made, self._paths
        made.parents.append(parent)
        made.sources.append(-1 if depth < 0 else paths.source_of[paths.paths[group[0]][depth]])
        made.lines.append(0 if depth < 0 else self._line(depth, group))
        for to, of in zip(made.more, paths.more, strict=True):
            to.append(sum(map(of.__getitem__, group)))
        if self._has_less:
            for to, of in zip(made.less, paths.less, strict=True):
                to.append(sum(map(of.__getitem__, group)))

    def _line(self, depth: int, group: list[int]) -> int:
        paths = self._paths
        if len(group) == 1:
            return paths.line_of[paths.paths[group[0]][depth]]
        weights: defaultdict[int, int] = defaultdict(int)
        more, less = paths.more[self._column], paths.less[self._column]
        for number in group:
            weights[paths.line_of[paths.paths[number][depth]]] += more[number] + less[number]
        return max(weights, key=weights.__getitem__)


@dataclass(frozen=True, slots=True)
class Functions:
    """flat and cum of each function, and its calls, in columns a sample type; a function is a name and a file.

    `kinds` say which functions, as (name, file); calls are from the function of `callers` to that of `callees`. No call
    that was left out has a larger share of the total than `calls_left_out`.
    """

    kinds: tuple[tuple[str, str], ...]
    flat: list[list[int]]
    cum: list[list[int]]
    lines: list[int]
    callers: list[int]
    callees: list[int]
    weights: list[list[int]]
    calls_left_out: float


def functions_of(paths: Paths, *, column: int, most: int, most_calls: int) -> Functions:
    """At most so many functions and calls between them, the heaviest of all sample types.

    Where more functions call each other than can be told apart, the calls are those between the heaviest functions.
    """
    kinds: dict[tuple[str, str], int] = {}
    of_source = [kinds.setdefault((kind.name, kind.file), len(kinds)) for kind in paths.kinds]
    folding = _Folding(paths, array("q", (of_source[source] for source in paths.source_of)), len(kinds))
    flat, cum = folding.flat_and_cum()
    shares = _shares(cum, folding.totals)
    kept = _heaviest(shares, most)
    heaviest = sorted(kept, key=shares.__getitem__, reverse=True)
    found = folding.calls(heaviest)
    while found is None:
        heaviest = heaviest[: len(heaviest) // 2]
        found = folding.calls(heaviest)
    callers, callees, weights = found
    of_calls = _shares(weights, folding.totals)
    heavy = _heaviest(of_calls, most_calls)
    new = {function: number for number, function in enumerate(kept)}
    lines = _heaviest_lines(paths, of_source, column, len(kinds))
    names = list(kinds)
    return Functions(
        kinds=tuple(names[i] for i in kept),
        flat=[[of[i] for i in kept] for of in flat],
        cum=[[of[i] for i in kept] for of in cum],
        lines=[lines[i] for i in kept],
        callers=[new[callers[i]] for i in heavy],
        callees=[new[callees[i]] for i in heavy],
        weights=[[of[i] for i in heavy] for of in weights],
        calls_left_out=max(_largest_without(shares, heaviest), _largest_without(of_calls, heavy)),
    )


class _Folding:
    """The stacks written as samples, so that the engine adds them up by function."""

    def __init__(self, paths: Paths, function_of: "array[int]", functions: int) -> None:
        self._columns = len(paths.more)
        net = [
            [more - less for more, less in zip(above, below, strict=True)]
            for above, below in zip(paths.more, paths.less, strict=True)
        ]
        self.totals = [max(1, sum(map(abs, of_column))) for of_column in net]
        count = len(function_of)
        self._ids = array("Q", range(1, count + 1))
        self._offsets = array("q", range(count + 1))
        self._functions = functions
        self._function_of = function_of
        self._raw, self._spans = encoded(zip(paths.paths, zip(*net, strict=True), strict=True), count)

    def flat_and_cum(self) -> tuple[list[list[int]], list[list[int]]]:
        """In columns, a row a function."""
        frames = (self._frames(self._function_of),)
        (folded,) = engine.fold(self._raw, self._spans, frames, self._columns, None, lambda: False)
        return self._in_columns(folded.flat), self._in_columns(folded.cum)

    def calls(self, functions: Sequence[int]) -> "tuple[array[int], array[int], list[list[int]]] | None":
        """Callers, callees and weights in columns of the calls between the functions; None where they are too many."""
        number = array("q", [-1]) * self._functions
        for function in functions:
            number[function] = function
        frames = self._frames(array("q", map(number.__getitem__, self._function_of)))
        found = engine.callers(self._raw, self._spans, frames, frames, self._columns, None, _MOST_CALLS, lambda: False)
        return None if found is None else (found.functions, found.lines, self._in_columns(found.cum))

    def _frames(self, keys: "array[int]") -> Frames:
        return Frames(self._ids, self._offsets, keys, self._functions)

    def _in_columns(self, rows: "array[int]") -> list[list[int]]:
        return [rows[column :: self._columns].tolist() for column in range(self._columns)]


def _shares(of: Sequence[Sequence[int]], totals: Sequence[int]) -> list[float]:
    """The share of each in the totals, in the sample type where that is largest."""
    return [max(abs(value) / total for value, total in zip(row, totals, strict=True)) for row in zip(*of, strict=True)]


def _largest_without(shares: Sequence[float], kept: Iterable[int]) -> float:
    left = list(shares)
    for i in kept:
        left[i] = 0.0
    return max(left, default=0.0)


def _heaviest_lines(paths: Paths, of_source: Sequence[int], column: int, many: int) -> list[int]:
    """The line of each function that the most goes through."""
    on_frame = [0] * len(paths.source_of)
    for path, more, less in zip(paths.paths, paths.more[column], paths.less[column], strict=True):
        weight = abs(more - less)
        if weight:
            for frame in path:
                on_frame[frame] += weight
    on_line: defaultdict[tuple[int, int], int] = defaultdict(int)
    for source, line, weight in zip(paths.source_of, paths.line_of, on_frame, strict=True):
        on_line[of_source[source], line] += weight
    lines, most = [0] * many, [-1] * many
    for (function, line), weight in on_line.items():
        if weight > most[function]:
            lines[function], most[function] = line, weight
    return lines


def _heaviest(weights: Sequence[float], most: int) -> list[int]:
    """The indexes of the heaviest, in their order; none of those that weigh nothing."""
    heavy = list(compress(range(len(weights)), weights))
    if len(heavy) > most:
        heavy = nlargest(most, heavy, key=weights.__getitem__)
    return sorted(heavy)


@dataclass(frozen=True, slots=True)
class LineFigures:
    """flat and cum of a line, in each sample type."""

    flat: tuple[int, ...]
    cum: tuple[int, ...]


def lines_of(paths: Paths, kinds: frozenset[tuple[str, str]]) -> dict[tuple[str, str], dict[int, LineFigures]]:
    """The figures of each line of the functions, by name and file: a stack counts once on a line however it recurs."""
    columns = range(len(paths.more))
    wanted = {
        frame: ((kind.name, kind.file), line)
        for frame, (source, line) in enumerate(zip(paths.source_of, paths.line_of, strict=True))
        if ((kind := paths.kinds[source]).name, kind.file) in kinds
    }
    flat: defaultdict[tuple[tuple[str, str], int], list[int]] = defaultdict(lambda: [0] * len(columns))
    cum: defaultdict[tuple[tuple[str, str], int], list[int]] = defaultdict(lambda: [0] * len(columns))
    for number, path in enumerate(paths.paths):
        touched = {wanted[frame] for frame in path if frame in wanted}
        for place in touched:
            for c in columns:
                cum[place][c] += paths.more[c][number] - paths.less[c][number]
        if path and path[-1] in wanted:
            for c in columns:
                flat[wanted[path[-1]]][c] += paths.more[c][number] - paths.less[c][number]
    found: dict[tuple[str, str], dict[int, LineFigures]] = {kind: {} for kind in kinds}
    for place, values in cum.items():
        found[place[0]][place[1]] = LineFigures(tuple(flat[place]), tuple(values))
    return found
