"""Stacks as boxes within boxes: what a flame graph is drawn of, in pprof's meaning (internal/report/stacks.go).

A box stands for all samples whose stacks begin alike, callers first: same functions of same files, each inlined or
not. Where there are more boxes than wanted the lightest are left out, and what they hold stays in the box around them
as if it had no callees. Nothing is formatted here.
"""

from array import array
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from heapq import heappop, heappush, heappushpop, nlargest
from itertools import compress, pairwise
from operator import add
from typing import NamedTuple

from pprof_lens.profile import engine
from pprof_lens.profile.decode import unpacked
from pprof_lens.profile.fold import Frames
from pprof_lens.profile.model import Profile
from pprof_lens.profile.proportion import most_calls_at_once
from pprof_lens.report.decoded import Decoded


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
    """The stacks of the samples as numbers of frames, and their values: a column a sample type.

    Those of stack `i` are `frames[offsets[i]:offsets[i + 1]]`, the outermost first; `of_locations` are the same frames
    by location, the innermost first. Numbers, for as objects stacks are many times as large as the profile.
    """

    kinds: tuple[Source, ...]
    source_of: "array[int]"
    line_of: "array[int]"
    offsets: "array[int]"
    frames: "array[int]"
    values: "list[array[int]]"
    shown: Profile
    of_locations: Frames

    def stacks(self) -> "Iterator[array[int]]":
        return (self.frames[start:end] for start, end in pairwise(self.offsets))


def paths_of(decoded: Decoded) -> Paths:
    """The stacks of the samples; frames that are alike in functions, files and lines are one."""
    functions, locations = decoded.functions, decoded.locations
    kinds: dict[Source, int] = {}
    frames: dict[tuple[int, int], int] = {}
    numbers = array("q")
    for start, end in pairwise(locations.offsets):
        own = []
        for at in reversed(range(start, end)):
            function = locations.functions[at]
            source = Source(functions.names[function], functions.filenames[function], at < end - 1)
            number = kinds.setdefault(source, len(kinds))
            own.append(frames.setdefault((number, locations.lines[at]), len(frames)))
        numbers.extend(reversed(own))
    source_of, line_of = array("q", (kind for kind, _ in frames)), array("q", (line for _, line in frames))
    of_locations = Frames(locations.ids, locations.offsets, numbers, len(frames))
    del frames
    columns = len(decoded.profile.sample_types)
    offsets, stacks, values = array("q", [0]), array("i"), [array("q") for _ in range(columns)]
    for block in unpacked(decoded.shown, of_locations):
        for start, end in pairwise(block.offsets):
            stacks.extend(block.keys[start:end][::-1])
            offsets.append(len(stacks))
        for column, of_column in enumerate(values):
            of_column.extend(block.values[column::columns])
    return Paths(tuple(kinds), source_of, line_of, offsets, stacks, values, decoded.shown, of_locations)


def boxes_of(paths: Paths, *, column: int, most: int) -> Boxes:
    """At most so many boxes, the heaviest of all sample types; lines are told by the samples of `column`."""
    return _Making(paths, column, most).boxes()


_Group = tuple[float, int, int, int, "array[int]"]
"""A box that is still to be made: its share with a minus, a number that sorts, its parent, its depth, its stacks."""


class _Making:
    def __init__(self, paths: Paths, column: int, most: int) -> None:
        self._paths = paths
        self._column = column
        self._most = most
        every = range(len(paths.offsets) - 1)
        self._has_less = [min(column, default=0) < 0 for column in paths.values]
        self._totals = [
            (max(1, self._more(at, every)), max(1, self._less(at, every))) for at in range(len(paths.values))
        ]
        columns = range(len(paths.values))
        self._made = Boxes(paths.kinds, [], [], [], [[] for _ in columns], [[] for _ in columns], 0.0)

    def boxes(self) -> Boxes:
        made, frames, offsets = self._made, self._paths.frames, self._paths.offsets
        waiting: list[_Group] = [(-1.0, 0, -1, -1, array("i", range(len(offsets) - 1)))]
        numbered = 0
        heaviest = [1.0]
        too_light = 0.0
        while waiting and len(made.parents) < self._most:
            _, _, parent, depth, group = heappop(waiting)
            box = len(made.parents)
            self._add(parent, depth, group)
            below: defaultdict[int, array[int]] = defaultdict(partial(array, "i"))
            for number in group:
                at = offsets[number] + depth + 1
                if at < offsets[number + 1]:
                    below[self._paths.source_of[frames[at]]].append(number)
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

    def _share(self, group: Sequence[int]) -> float:
        return max(
            max(self._more(column, group) / more, self._less(column, group) / less)
            for column, (more, less) in enumerate(self._totals)
        )

    def _more(self, column: int, group: Sequence[int]) -> int:
        """What of the samples is above zero."""
        values = map(self._paths.values[column].__getitem__, group)
        return sum(value for value in values if value > 0) if self._has_less[column] else sum(values)

    def _less(self, column: int, group: Sequence[int]) -> int:
        """What of them is below, without its sign."""
        if not self._has_less[column]:
            return 0
        return -sum(value for value in map(self._paths.values[column].__getitem__, group) if value < 0)

    def _frame(self, depth: int, number: int) -> int:
        return self._paths.frames[self._paths.offsets[number] + depth]

    def _add(self, parent: int, depth: int, group: Sequence[int]) -> None:
        made, paths = self._made, self._paths
        made.parents.append(parent)
        made.sources.append(-1 if depth < 0 else paths.source_of[self._frame(depth, group[0])])
        made.lines.append(0 if depth < 0 else self._line(depth, group))
        for column, (more, less) in enumerate(zip(made.more, made.less, strict=True)):
            more.append(self._more(column, group))
            if any(self._has_less):
                less.append(self._less(column, group))

    def _line(self, depth: int, group: Sequence[int]) -> int:
        line_of = self._paths.line_of
        if len(group) == 1:
            return line_of[self._frame(depth, group[0])]
        weights: defaultdict[int, int] = defaultdict(int)
        values = self._paths.values[self._column]
        for number in group:
            weights[line_of[self._frame(depth, number)]] += abs(values[number])
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
    """The samples, added up by function."""

    def __init__(self, paths: Paths, function_of: "array[int]", functions: int) -> None:
        self._columns = len(paths.values)
        self.totals = [max(1, sum(map(abs, of_column))) for of_column in paths.values]
        self._functions = functions
        self._frames, self._shown = paths.of_locations, paths.shown
        self._function_of = engine.take(function_of, paths.of_locations.keys)
        self._most_calls = most_calls_at_once(len(paths.shown.raw))

    def flat_and_cum(self) -> "tuple[list[array[int]], list[array[int]]]":
        """In columns, a row a function."""
        frames, shown = (self._by(self._function_of),), self._shown
        (folded,) = engine.fold(shown.raw, shown.spans, frames, self._columns, None, lambda: False)
        return self._in_columns(folded.flat), self._in_columns(folded.cum)

    def calls(self, functions: Sequence[int]) -> "tuple[array[int], array[int], list[array[int]]] | None":
        """Callers, callees and weights in columns of the calls between the functions; None where they are too many."""
        number, shown = array("q", [-1]) * self._functions, self._shown
        for function in functions:
            number[function] = function
        frames = self._by(array("q", map(number.__getitem__, self._function_of)))
        found = engine.callers(
            shown.raw, shown.spans, frames, frames, self._columns, None, self._most_calls, lambda: False
        )
        return None if found is None else (found.functions, found.lines, self._in_columns(found.cum))

    def _by(self, keys: "array[int]") -> Frames:
        return replace(self._frames, keys=keys, count=self._functions)

    def _in_columns(self, rows: "array[int]") -> "list[array[int]]":
        return [rows[column :: self._columns] for column in range(self._columns)]


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
    for path, value in zip(paths.stacks(), paths.values[column], strict=True):
        weight = abs(value)
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


_Place = tuple[tuple[str, str], int]


def lines_of(
    paths: Paths, kinds: Mapping[tuple[str, str], int], most: int
) -> dict[tuple[str, str], dict[int, LineFigures]]:
    """The figures of the lines of functions, by name and file: a stack counts once on a line however it recurs.

    Of each those of so many from the line that it starts on, and its last one; of one that starts nowhere none.
    """
    last = dict.fromkeys(kinds, 0)
    own = [(kind.name, kind.file) for kind in paths.kinds]
    for source, line in zip(paths.source_of, paths.line_of, strict=True):
        if own[source] in last:
            last[own[source]] = max(last[own[source]], line)
    wanted = {
        frame: (own[source], line)
        for frame, (source, line) in enumerate(zip(paths.source_of, paths.line_of, strict=True))
        if (start := kinds.get(own[source], 0)) and (start <= line < start + most or line == last[own[source]])
    }
    nothing = (0,) * len(paths.values)
    flat, cum = dict[_Place, tuple[int, ...]](), dict[_Place, tuple[int, ...]]()
    for path, *values in zip(paths.stacks(), *paths.values, strict=True):
        for place in {wanted[frame] for frame in path if frame in wanted}:
            cum[place] = tuple(map(add, cum.get(place, nothing), values))
        if path and path[-1] in wanted:
            place = wanted[path[-1]]
            flat[place] = tuple(map(add, flat.get(place, nothing), values))
    found: dict[tuple[str, str], dict[int, LineFigures]] = {kind: {} for kind in kinds}
    for place, sums in cum.items():
        found[place[0]][place[1]] = LineFigures(flat.get(place, nothing), sums)
    return found
