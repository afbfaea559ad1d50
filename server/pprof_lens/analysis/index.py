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
from collections.abc import Callable, Collection, Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain, compress, count, pairwise, repeat, starmap
from operator import gt, itemgetter, not_
from typing import NamedTuple, TypeVar

from pprof_lens.profile import decode, engine
from pprof_lens.profile.errors import Cancelled
from pprof_lens.profile.fold import Folded, Frames
from pprof_lens.profile.merge import BASE_LABEL, is_base
from pprof_lens.profile.model import Functions, Profile
from pprof_lens.source.symbols import Held, Symbol, parse, readings, taken_apart

NO_KEY = -1

T = TypeVar("T", bound=Hashable)
Stop = Callable[[], bool]
"""Whether the work is not wanted any more."""


class Weight(NamedTuple):
    """flat and cum in the unit of a sample type."""

    flat: int
    cum: int


@dataclass(frozen=True, slots=True)
class LineTable:
    """The lines of a profile by number.

    `files` maps a file name of the profile to the numbers of its lines, in line order. A function of the profile
    owns the lines that its frames stand on: `owners[i]` owns line `owned[i]`, and these are in order; `owning` are
    the frames by that number.
    """

    files: dict[str, range]
    lines: "array[int]"
    names: tuple[str, ...]
    owned: "array[int]"
    owners: "array[int]"
    owning: Frames
    frames: Frames

    def functions(self, number: int) -> Sequence[int]:
        """The indexes of the functions that own that line."""
        return self.owners[bisect_left(self.owned, number) : bisect_right(self.owned, number)]

    def number(self, file: str, line: int) -> int | None:
        """The number of that line; None where no frame of the profile stands on it."""
        numbers = self.files.get(file, range(0))
        at = bisect_left(self.lines, line, numbers.start, numbers.stop)
        return at if at < numbers.stop and self.lines[at] == line else None


@dataclass(frozen=True, slots=True)
class FunctionTable:
    """Functions by number, where those of one name are one. `files` and `start_lines` are those of the first."""

    numbers: dict[str, int]
    names: tuple[str, ...]
    files: tuple[str, ...]
    start_lines: tuple[int, ...]
    frames: Frames


@dataclass(frozen=True, slots=True)
class DeclarationTable(FunctionTable):
    """Declared functions by number, with their closures and instantiations. `of_file` has the numbers of each file.

    `parts` are the numbers of declarations whose start line is that of a closure, for the profile has no more of
    them, or one of their own lines, for it has no start lines.
    """

    of_file: dict[str, list[int]]
    parts: frozenset[int]


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

    def weighty_lines(self, file: str, column: int) -> Iterator[tuple[int, int, Weight]]:
        """The lines of a file that have a figure: number, line and weight. A line below 1 is none."""
        numbers, columns = self.lines.files.get(file, range(0)), len(self.profile.sample_types)
        cells = slice(numbers.start * columns + column, numbers.stop * columns, columns)
        lines = self.lines.lines[numbers.start : numbers.stop]
        for number, line, flat, cum in zip(
            numbers, lines, self.by_line.flat[cells], self.by_line.cum[cells], strict=True
        ):
            if line > 0 and (flat or cum):
                yield number, line, Weight(flat, cum)

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
    functions = function_table(profile, bare)
    _stop_if(cancelled)
    declarations = declaration_table(profile, bare)
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
    locations = profile.locations
    filenames = profile.functions.filenames
    files = sorted(set(filenames) - {""})
    rank = dict(zip(files, count(), strict=False))
    of_function = array("q", map(rank.get, filenames, repeat(NO_KEY)))
    of_frame = engine.take(of_function, locations.functions)
    keys, frames = engine.ranked(of_frame, locations.lines)
    owner_keys, owning = engine.ranked(keys, locations.functions)
    of_number = engine.take(of_frame, frames)
    first_of = [bisect_left(of_number, file) for file in range(len(files) + 1)]
    of_file = dict(zip(files, starmap(range, pairwise(first_of)), strict=True))
    return LineTable(
        files={file: numbers for file, numbers in of_file.items() if numbers},
        lines=engine.take(locations.lines, frames),
        names=tuple(chain.from_iterable(repeat(file, len(numbers)) for file, numbers in of_file.items())),
        owned=engine.take(keys, owning),
        owners=engine.take(locations.functions, owning),
        owning=_frames(profile, bare, owner_keys, len(owning)),
        frames=_frames(profile, bare, keys, len(frames)),
    )


def _numbered(things: Sequence[T]) -> tuple[dict[T, int], list[int], list[int]]:
    """Number the distinct things as they come: the number of each, those of all, and where each number comes first."""
    first: dict[T, int] = {}
    places = list(map(first.setdefault, things, count()))
    firsts = list(first.values())
    if len(firsts) == len(places):
        return first, places, firsts
    number_at = dict(zip(firsts, count(), strict=False))
    return (
        dict(zip(first, count(), strict=False)),
        list(map(number_at.__getitem__, places)),
        firsts,
    )


def function_table(profile: Profile, bare: frozenset[int]) -> FunctionTable:
    """Number the functions of the profile by their names."""
    functions = profile.functions
    numbers = dict(zip(functions.names, count(), strict=False))
    if len(numbers) == len(functions):  # each has a name of its own, so its number is its index
        frames = _frames(profile, bare, profile.locations.functions, len(functions))
        return FunctionTable(numbers, functions.names, functions.filenames, functions.start_lines, frames)
    numbers, of_function, first = _numbered(functions.names)
    _prefer(list(compress(count(), functions.start_lines)), of_function, first)
    return FunctionTable(
        numbers=numbers,
        names=tuple(numbers),
        files=tuple(map(functions.filenames.__getitem__, first)),
        start_lines=tuple(map(functions.start_lines.__getitem__, first)),
        frames=_frames_of(profile, bare, of_function, len(first)),
    )


def declaration_table(profile: Profile, bare: frozenset[int]) -> DeclarationTable:
    """Number the declared functions that hold the functions of the profile; first of one is what is no part of it."""
    functions = profile.functions
    read, held = taken_apart(functions.names)
    is_part = bytes(map({name for name in held if held[name].is_part}.__contains__, read))
    numbers, of_function, first = _numbered(declared_names(functions, read, held, is_part))
    if len(first) < len(functions):
        has_place = map(gt, map(bool, functions.start_lines), is_part)
        _prefer(list(compress(count(), has_place)), of_function, first)
    files = tuple(map(functions.filenames.__getitem__, first))
    has_starts = any(functions.start_lines)
    lines = functions.start_lines if has_starts else _first_lines(profile)
    of_file: dict[str, list[int]] = defaultdict(list)
    for number, file in enumerate(files):
        of_file[file].append(number)
    return DeclarationTable(
        numbers=numbers,
        names=tuple(numbers),
        files=files,
        start_lines=tuple(map(lines.__getitem__, first)),
        frames=_frames_of(profile, bare, of_function, len(first)),
        of_file=dict(of_file),
        parts=frozenset(compress(count(), map(is_part.__getitem__, first)) if has_starts else range(len(first))),
    )


def _first_lines(profile: Profile) -> Sequence[int]:
    """The lowest line of each function, 0 where it has none."""
    lowest: dict[int, int] = {}
    for function, line in zip(profile.locations.functions, profile.locations.lines, strict=True):
        if 0 < line < lowest.get(function, line + 1):
            lowest[function] = line
    return list(map(lowest.get, range(len(profile.functions)), repeat(0)))


def _prefer(better: Sequence[int], of_function: Sequence[int], first: list[int]) -> None:
    """Have each number's first function be the first of the better ones, where it has one of them."""
    backwards = better[::-1]
    for number, i in dict(zip(map(of_function.__getitem__, backwards), backwards, strict=True)).items():
        first[number] = i


def _frames_of(profile: Profile, bare: frozenset[int], of_function: Sequence[int], many: int) -> Frames:
    """Frames by the numbers of their functions."""
    if many == len(of_function):  # each has a name of its own, so its number is its index
        return _frames(profile, bare, profile.locations.functions, many)
    return _frames(profile, bare, engine.take(array("q", of_function), profile.locations.functions), many)


def declared_names(functions: Functions, read: Sequence[str], held: Mapping[str, Held], is_part: bytes) -> list[str]:
    """For each function the name of its declaration, of `read` where it is no part.

    A closure of an inlined function may carry the name, and the package, of the function it was inlined into, but it
    stands in the file of its own. What is declared there decides between the readings of its name; where they all
    point to other files, the declaration before it in its own file holds it.
    """
    owners = {name: of_name.owner for name, of_name in held.items()}
    names, filenames = list(map(owners.get, read, read)), functions.filenames
    is_whole = bytes(map(not_, is_part))
    file_of = dict(compress(zip(names, filenames, strict=True), is_whole))
    parts = list(compress(count(), is_part))
    placed = list(compress(zip(read, filenames, strict=True), is_part))
    plainly = {(name, file): _declared_plainly(held[name], file, file_of) for name, file in dict.fromkeys(placed)}
    before = _before(functions, names, is_whole, {file for (_, file), name in plainly.items() if not name})
    for i, place in zip(parts, placed, strict=True):
        names[i] = plainly[place] or _declared_name(*place, functions.start_lines[i], file_of, before)
    return names


def _declared_plainly(held: Held, file: str, file_of: Mapping[str, str]) -> str:
    """The declaration that holds each part of that name in that file; "" where more than name and file decides it."""
    owner = held.owner
    is_plain = held.is_plain and file_of.get(owner, file) == file and (not held.is_within or owner in file_of)
    return owner if is_plain else ""


def _declared_name(
    name: str, file: str, start_line: int, file_of: Mapping[str, str], before: Mapping[str, list[tuple[int, str]]]
) -> str:
    """The declaration that holds the part of that name that stands there."""
    read, in_file = readings(name), before[file]
    owner = (_chosen(read, file, file_of) if len(read) > 1 else read[0]).owner
    if file_of.get(owner, file) != file:
        at = bisect_right(in_file, start_line, key=itemgetter(0))
        return in_file[at - 1][1] if at else owner
    if read[0].within and owner not in file_of:
        declared = f".{read[0].declared}"
        return next((name for _, name in in_file if name.endswith(declared)), owner)
    return owner


def _chosen(read: Sequence[Symbol], file: str, file_of: Mapping[str, str]) -> Symbol:
    """The reading whose owner is declared in that file, else one that was inlined into a function of the profile."""
    for reading in read:
        if file_of.get(reading.owner) == file:
            return reading
    inlined = (reading for reading in read if parse(reading.within).owner in file_of)
    return next(inlined, read[0])


def _before(
    functions: Functions, names: Sequence[str], is_whole: bytes, files: Collection[str]
) -> dict[str, list[tuple[int, str]]]:
    """The declared functions of these files by their start lines."""
    before: dict[str, list[tuple[int, str]]] = {file: [] for file in files}
    if files:
        for file, start_line, name in compress(
            zip(functions.filenames, functions.start_lines, names, strict=True), is_whole
        ):
            if start_line and file in before:
                before[file].append((start_line, name))
        for in_file in before.values():
            in_file.sort()
    return before


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
