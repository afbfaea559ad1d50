"""The ready index of a profile: flat and cum, in every sample type at once, by line, function and declaration.

Tables number what frames stand on; the fold adds the samples up by those numbers. A change of sample type is a
change of column and costs nothing; a change of filter folds again with the same tables. No names are changed,
no files looked at, nothing formatted.

flat of a key is the sum of the samples whose leaf frame (innermost inlined line) has that key; cum is the sum of
the samples that touch it, each once, however often it recurs.
"""

from array import array
from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import count, pairwise, repeat, starmap
from typing import NamedTuple

from pprof_lens.analysis import declared
from pprof_lens.profile import decode, engine
from pprof_lens.profile.errors import Cancelled
from pprof_lens.profile.fold import Alike, Folded, Frames
from pprof_lens.profile.merge import BASE_LABEL, is_base
from pprof_lens.profile.model import Functions, Profile

NO_KEY = -1

Stop = Callable[[], bool]
"""Whether the work is not wanted any more."""


class Weight(NamedTuple):
    """flat and cum in the unit of a sample type."""

    flat: int
    cum: int


Row = tuple[int, tuple[int, ...], int, int]
"""A line of a file from 1, its numbers in the table of lines, its flat and its cum."""


@dataclass(frozen=True)
class LineTable:
    """The lines of a profile by number: by the names of their files, and then in line order.

    `paths` are the names of files, in order, and `of` has the place there of each line's. A function of the profile
    owns the lines that its frames stand on: `owners[i]` owns line `owned[i]`, and these are in order; `owning` are
    the frames by that number.
    """

    paths: tuple[str, ...]
    of: "array[int]"
    lines: "array[int]"
    owned: "array[int]"
    owners: "array[int]"
    owning: Frames
    frames: Frames

    @cached_property
    def files(self) -> dict[str, range]:
        """The numbers of each file's lines."""
        _, first = engine.numbered(self.of, len(self.paths), self.of)
        paths = map(self.paths.__getitem__, engine.take(self.of, first))
        return dict(zip(paths, starmap(range, pairwise((*first, len(self.of)))), strict=True))

    def file(self, number: int) -> str:
        """The name of that line's file."""
        return self.paths[self.of[number]]

    def functions(self, number: int) -> Sequence[int]:
        """The indexes of the functions that own that line."""
        return self.owners[bisect_left(self.owned, number) : bisect_right(self.owned, number)]

    def number(self, file: str, line: int) -> int | None:
        """The number of that line; None where no frame of the profile stands on it."""
        numbers = self.files.get(file, range(0))
        at = bisect_left(self.lines, line, numbers.start, numbers.stop)
        return at if at < numbers.stop and self.lines[at] == line else None


@dataclass(frozen=True)
class FunctionTable:
    """Functions by number, where those of one name are one: `rows` has the first of each in the profile's functions.

    What a profile has thousands of is made once somebody looks at it.
    """

    functions: Functions
    rows: "array[int]"
    start_lines: "array[int]"
    frames: Frames

    @cached_property
    def names(self) -> tuple[str, ...]:
        return tuple(map(self.functions.names.__getitem__, self.rows))

    @cached_property
    def numbers(self) -> dict[str, int]:
        """The number of each name."""
        return dict(zip(self.names, count(), strict=False))

    @cached_property
    def files(self) -> tuple[str, ...]:
        return tuple(map(self.functions.filenames.__getitem__, self.rows))


@dataclass(frozen=True)
class DeclarationTable(FunctionTable):
    """Declared functions by number, with their closures and instantiations; first of one is what is no part of it.

    `parts` are the numbers of declarations whose start line is that of a closure, for the profile has no more of
    them, or one of their own lines, for it has no start lines.
    """

    holders: declared.Holders
    parts: Collection[int]

    @cached_property
    def names(self) -> tuple[str, ...]:
        keys = engine.take(self.holders.keys, self.rows)
        return tuple(map(self.holders.owners.get, keys, map(self.functions.names.__getitem__, self.rows)))

    @cached_property
    def of_file(self) -> dict[str, list[int]]:
        """The numbers of each file."""
        numbers: dict[str, list[int]] = defaultdict(list)
        for number, file in enumerate(self.files):
            numbers[file].append(number)
        return dict(numbers)


@dataclass(frozen=True, slots=True)
class Index:
    """A profile with its figures. `mask` says which samples count; None means all."""

    profile: Profile
    lines: LineTable
    functions: FunctionTable
    declarations: DeclarationTable
    mask: bytes | None
    by_line: Folded
    by_function: Folded
    by_declaration: Folded
    totals: tuple[int, ...]

    def weighty_lines(self, file: str, column: int) -> list[Row]:
        """The lines of a file that have a figure, by line. A line below 1 is none."""
        numbers, columns = self.lines.files.get(file, range(0)), len(self.profile.sample_types)
        cells = slice(numbers.start * columns + column, numbers.stop * columns, columns)
        lines = self.lines.lines[numbers.start : numbers.stop]
        rows = zip(lines, zip(numbers, strict=True), self.by_line.flat[cells], self.by_line.cum[cells], strict=True)
        return [row for row in rows if row[0] > 0 and (row[2] or row[3])]

    def sum_of_flats(self, column: int) -> int:
        """What the lines come to with their signs: of a difference by how much the whole changed."""
        return sum(self.by_line.flat[column :: len(self.profile.sample_types)])

    def line_weight(self, number: int, column: int) -> Weight:
        return _weight(self.by_line, number, column, len(self.profile.sample_types))

    def function_weight(self, number: int, column: int) -> Weight:
        return _weight(self.by_function, number, column, len(self.profile.sample_types))

    def declaration_weight(self, number: int, column: int) -> Weight:
        return _weight(self.by_declaration, number, column, len(self.profile.sample_types))


def build(profile: Profile, *, cancelled: Stop = lambda: False) -> Index:
    """The index over all samples. Raises Cancelled when `cancelled` answers true between two steps."""
    bare = bare_locations(profile)
    lines = line_table(profile, bare)
    _stop_if(cancelled)
    named = declared.numbered(profile.functions)
    functions = function_table(profile, bare, named)
    _stop_if(cancelled)
    declarations = declaration_table(profile, bare, named)
    tables = (lines.frames, functions.frames, declarations.frames)
    by_line, by_function, by_declaration = fold(profile, tables, None, cancelled)
    return Index(
        profile=profile,
        lines=lines,
        functions=functions,
        declarations=declarations,
        mask=None,
        by_line=by_line,
        by_function=by_function,
        by_declaration=by_declaration,
        totals=_totals(profile, lines.frames, by_line, cancelled),
    )


def filtered(index: Index, mask: bytes | None, *, cancelled: Stop = lambda: False) -> Index:
    """The same profile under another filter. The total stays that of the whole profile, as in pprof."""
    tables = (index.lines.frames, index.functions.frames, index.declarations.frames)
    by_line, by_function, by_declaration = fold(index.profile, tables, mask, cancelled)
    return replace(index, mask=mask, by_line=by_line, by_function=by_function, by_declaration=by_declaration)


def line_table(profile: Profile, bare: frozenset[int]) -> LineTable:
    """Number the distinct file lines of the profile's frames by file and line; one without a file has no number."""
    locations, filenames = profile.locations, profile.functions.filenames
    named = engine.alike(filenames, (), ())
    distinct = tuple(map(filenames.__getitem__, named.firsts))
    files = sorted(set(distinct) - {""})
    rank = dict(zip(files, count(), strict=False))
    of_function = engine.take(array("q", map(rank.get, distinct, repeat(NO_KEY))), named.numbers)
    of_frame = engine.take(of_function, locations.functions)
    keys, frames = engine.ranked(of_frame, locations.lines)
    owner_keys, owning = engine.ranked(keys, locations.functions)
    return LineTable(
        paths=tuple(files),
        of=engine.take(of_frame, frames),
        lines=engine.take(locations.lines, frames),
        owned=engine.take(keys, owning),
        owners=engine.take(locations.functions, owning),
        owning=_frames(profile, bare, owner_keys, len(owning)),
        frames=_frames(profile, bare, keys, len(frames)),
    )


def function_table(profile: Profile, bare: frozenset[int], named: Alike) -> FunctionTable:
    """Number the functions of the profile by their names."""
    functions, of_frames = profile.functions, profile.locations.functions
    if len(named.firsts) == len(functions):  # each has a name of its own, so its number is its index
        frames = _frames(profile, bare, of_frames, len(functions))
        return FunctionTable(functions, named.firsts, functions.start_lines, frames)
    _, rows = engine.numbered(named.numbers, len(named.firsts), functions.start_lines)
    frames = _frames(profile, bare, engine.take(named.numbers, of_frames), len(rows))
    return FunctionTable(functions, rows, engine.take(functions.start_lines, rows), frames)


def declaration_table(profile: Profile, bare: frozenset[int], named: Alike) -> DeclarationTable:
    """Number the declared functions that hold the functions of the profile."""
    functions = profile.functions
    holders = declared.holders(functions, named)
    numbers, rows = engine.numbered(holders.keys, holders.beyond, holders.starts)
    has_starts = any(functions.start_lines)
    return DeclarationTable(
        functions=functions,
        rows=rows,
        start_lines=engine.take(functions.start_lines, rows) if has_starts else _first_lines(profile, rows),
        frames=_frames(profile, bare, engine.take(numbers, profile.locations.functions), len(rows)),
        holders=holders,
        parts=frozenset(engine.where(engine.take(holders.parts, rows))) if has_starts else range(len(rows)),
    )


def _first_lines(profile: Profile, rows: "array[int]") -> "array[int]":
    """The lowest line of each of these functions, 0 where it has none."""
    locations = profile.locations
    frames = engine.where(locations.lines)  # none that is negative
    functions, lines = engine.take(locations.functions, frames), engine.take(locations.lines, frames)
    _, order = engine.ranked(functions, lines)
    functions, lines = engine.take(functions, order), engine.take(lines, order)
    _, lowest = engine.numbered(functions, len(profile.functions), lines)
    found = engine.find(engine.take(functions, lowest), rows)
    return engine.replaced(engine.take(lines, lowest), found, array("q", bytes(8 * len(rows))))


def bare_locations(profile: Profile) -> frozenset[int]:
    """The locations without lines."""
    offsets = profile.locations.offsets
    if len(engine.distinct(offsets)) == len(offsets):
        return frozenset()
    return frozenset(i for i, (start, end) in enumerate(pairwise(offsets)) if start == end)


def _frames(profile: Profile, bare: frozenset[int], keys: "array[int]", many: int) -> Frames:
    """The keys of all frames; a bare location is one frame without a key, as it is a node in pprof."""
    ids, offsets = profile.locations.ids, profile.locations.offsets
    if not bare:
        return Frames(ids, offsets, keys, many)
    all_keys, all_offsets = array("q"), array("q", [0])
    for i, (start, end) in enumerate(pairwise(offsets)):
        all_keys.extend((NO_KEY,) if i in bare else keys[start:end])
        all_offsets.append(len(all_keys))
    return Frames(ids, all_offsets, all_keys, many)


def fold(profile: Profile, tables: Sequence[Frames], mask: bytes | None, cancelled: Stop) -> tuple[Folded, ...]:
    """The samples that count, added up by each of several keys of the profile's frames."""
    return engine.fold(profile.raw, profile.spans, tables, len(profile.sample_types), mask, cancelled)


def totals(profile: Profile, cancelled: Stop) -> tuple[int, ...]:
    """The totals of all samples and nothing else of an index."""
    frames = line_table(profile, bare_locations(profile)).frames
    return _totals(profile, frames, fold(profile, (frames,), None, cancelled)[0], cancelled)


def _totals(profile: Profile, frames: Frames, folded: Folded, cancelled: Stop) -> tuple[int, ...]:
    """The totals of all samples; of a difference that of its base alone where that is above 0, as pprof has it."""
    if BASE_LABEL not in profile.strings:
        return folded.totals
    numbers, sets = decode.label_sets(profile)
    of_base = [is_base(labels) for labels in sets]
    if not any(of_base):
        return folded.totals
    mask = bytes(map(of_base.__getitem__, numbers))
    of_base_alone = fold(profile, (frames,), mask, cancelled)[0].totals
    return tuple(base if base > 0 else whole for base, whole in zip(of_base_alone, folded.totals, strict=True))


def _weight(folded: Folded, number: int, column: int, columns: int) -> Weight:
    at = number * columns + column
    return Weight(folded.flat[at], folded.cum[at])


def _stop_if(cancelled: Stop) -> None:
    if cancelled():
        raise Cancelled
