"""The ready index of a profile: flat and cum, in every sample type at once, by line, function and declaration.

Tables number what frames stand on; the fold adds the samples up by those numbers. A change of sample type is a
change of column and costs nothing; a change of filter folds again with the same tables. No names are changed,
no files looked at, nothing formatted.

flat of a key is the sum of the samples whose leaf frame (innermost inlined line) has that key; cum is the sum of
the samples that touch it, each once, however often it recurs.
"""

import operator
import re
from array import array
from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Callable, Collection, Hashable, Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import chain, compress, count, islice, pairwise, repeat, starmap
from operator import itemgetter
from typing import NamedTuple, TypeVar

from pprof_lens.profile import decode, engine
from pprof_lens.profile.errors import Cancelled
from pprof_lens.profile.fold import Folded, Frames
from pprof_lens.profile.merge import BASE_LABEL, is_base
from pprof_lens.profile.model import Profile

NO_KEY = -1

T = TypeVar("T", bound=Hashable)


class Weight(NamedTuple):
    """flat and cum in the unit of a sample type."""

    flat: int
    cum: int


@dataclass(frozen=True, slots=True)
class LineTable:
    """The lines of a profile by number. `functions` has, for each, the indexes of the functions that own it.

    `files` maps a file name of the profile to the numbers of its lines, in line order.
    """

    files: dict[str, Sequence[int]]
    lines: tuple[int, ...]
    names: tuple[str, ...]
    functions: tuple[tuple[int, ...], ...]
    frames: Frames

    def number(self, file: str, line: int) -> int | None:
        """The number of that line; None where no frame of the profile stands on it."""
        for number in self.files.get(file, ()):
            if self.lines[number] == line:
                return number
        return None


@dataclass(frozen=True, slots=True)
class FunctionTable:
    """Functions by number, where those of one name are one. `files` and `start_lines` are those of the first.

    `of_file` has the numbers of each file. `parts` are the numbers of declarations that the profile has by their
    closures only: their start line is that of a closure.
    """

    numbers: dict[str, int]
    names: tuple[str, ...]
    files: tuple[str, ...]
    start_lines: tuple[int, ...]
    of_file: dict[str, list[int]]
    parts: frozenset[int]
    frames: Frames


@dataclass(frozen=True, slots=True)
class Index:
    """A profile with its figures. `mask` says which samples count; None means all."""

    profile: Profile
    lines: LineTable
    functions: FunctionTable
    declarations: FunctionTable
    mask: bytes | None
    by_line: Folded
    by_function: Folded
    by_declaration: Folded
    totals: tuple[int, ...]

    def line_weight(self, number: int, column: int) -> Weight:
        return _weight(self.by_line, number, column, len(self.profile.sample_types))

    def function_weight(self, number: int, column: int) -> Weight:
        return _weight(self.by_function, number, column, len(self.profile.sample_types))

    def declaration_weight(self, number: int, column: int) -> Weight:
        return _weight(self.by_declaration, number, column, len(self.profile.sample_types))


def build(profile: Profile, *, cancelled: Callable[[], bool] = lambda: False) -> Index:
    """The index over all samples. Raises Cancelled when `cancelled` answers true between two steps."""
    lines = line_table(profile)
    _stop_if(cancelled)
    names = [function.name for function in profile.functions]
    wholes = list(map(_whole, names))
    parts = frozenset(compress(count(), map(operator.ne, names, wholes)))
    functions = function_table(profile, names, parts)
    declarations = function_table(profile, declared_names(profile, wholes, parts), parts)
    _stop_if(cancelled)
    folds = _folds(profile, (lines.frames, functions.frames, declarations.frames), None)
    return Index(
        profile=profile,
        lines=lines,
        functions=functions,
        declarations=declarations,
        mask=None,
        by_line=folds[0],
        by_function=folds[1],
        by_declaration=folds[2],
        totals=_totals(profile, lines.frames, folds[0]),
    )


def filtered(index: Index, mask: bytes | None) -> Index:
    """The same profile under another filter. The total stays that of the whole profile, as in pprof."""
    tables = (index.lines.frames, index.functions.frames, index.declarations.frames)
    by_line, by_function, by_declaration = _folds(index.profile, tables, mask)
    return replace(index, mask=mask, by_line=by_line, by_function=by_function, by_declaration=by_declaration)


def line_table(profile: Profile) -> LineTable:
    """Number the distinct file lines of the profile's frames by file and line; one without a file has no number."""
    locations = profile.locations
    filenames = [function.filename for function in profile.functions]
    files = sorted(set(filenames) - {""})
    rank = dict(zip(files, count(), strict=False))
    of_function = list(map(rank.get, filenames, repeat(NO_KEY)))
    of_frame = array("q", map(of_function.__getitem__, locations.functions))
    keys, frames = engine.ranked(of_frame, locations.lines)
    first_of = [bisect_left(frames, file, key=of_frame.__getitem__) for file in range(len(files) + 1)]
    of_file = dict(zip(files, starmap(range, pairwise(first_of)), strict=True))
    return LineTable(
        files={file: numbers for file, numbers in of_file.items() if numbers},
        lines=tuple(map(locations.lines.__getitem__, frames)),
        names=tuple(chain.from_iterable(repeat(file, len(numbers)) for file, numbers in of_file.items())),
        functions=_owners(keys, locations.functions, len(frames)),
        frames=_frames(profile, keys, len(frames)),
    )


def _owners(keys: "array[int]", functions: "array[int]", many: int) -> tuple[tuple[int, ...], ...]:
    """The functions of each key."""
    _, frames = engine.ranked(keys, functions)
    owners = array("q", map(functions.__getitem__, frames))
    if len(owners) == many:
        return tuple(zip(owners, strict=True))
    found: list[list[int]] = [[] for _ in range(many)]
    for key, owner in zip(map(keys.__getitem__, frames), owners, strict=True):
        found[key].append(owner)
    return tuple(map(tuple, found))


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


def function_table(profile: Profile, names: Sequence[str], parts: Collection[int]) -> FunctionTable:
    """Number the functions of the profile by the names that are given for them, one a function.

    A number's first function is one that is not of `parts` and has a start line, if there is one.
    """
    functions = profile.functions
    numbers, of_function, first = _numbered(names)
    is_repeated = map(operator.ne, map(first.__getitem__, of_function), count())
    for i in compress(count(), is_repeated):
        if i not in parts and functions[i].start_line:
            kept = first[of_function[i]]
            if kept in parts or not functions[kept].start_line:
                first[of_function[i]] = i
    chosen = [functions[i] for i in first]
    files = tuple(function.filename for function in chosen)
    of_file: dict[str, list[int]] = defaultdict(list)
    for number, file in enumerate(files):
        of_file[file].append(number)
    return FunctionTable(
        numbers=numbers,
        names=tuple(numbers),
        files=files,
        start_lines=tuple(function.start_line for function in chosen),
        of_file=dict(of_file),
        parts=frozenset(compress(count(), map(parts.__contains__, first))),
        frames=_frames(profile, array("q", map(of_function.__getitem__, profile.locations.functions)), len(first)),
    )


_DIGITS = "0123456789"
_LAST_OF_PART = frozenset(_DIGITS + "m")
_PARTS = re.compile(r"(?:\.(?:func|gowrap|deferwrap)[0-9]+(?:\.[0-9]+)*|-range[0-9]+|-fm)+$")
_SHAPES = re.compile(r"\[.*\]")


def declared_name(name: str) -> str:
    """The name of the declared function that holds this one: closures, wrappers and instantiations are its parts.

    The names are those of Go's linker: `main.work.func1.2`, `main.(*T).M-range1`, `main.Sum[go.shape.int]`.
    """
    return _without_shapes(_whole(name))


def _whole(name: str) -> str:
    """The name without what makes a function of it a part of its declaration: a closure, a loop body, a wrapper."""
    # There are tens of thousands of names, most without a part, and most parts are a lone `.func1`.
    while name[-1:] in _LAST_OF_PART:
        stem = name.rstrip(_DIGITS)
        if len(stem) == len(name) or not stem.endswith(".func"):
            return _PARTS.sub("", name)
        name = stem[:-5]
    return name


def _without_shapes(name: str) -> str:
    return _SHAPES.sub("[...]", name) if "[" in name else name


def declared_names(profile: Profile, wholes: Sequence[str], parts: Collection[int]) -> list[str]:
    """For each function of the profile the name of its declaration; `parts` are those that are parts of one.

    A closure of an inlined function carries the name of the function it was inlined into, but stands in the file
    of its own: where its name points to another file, the declaration before it in its own file holds it.
    """
    names = list(map(_without_shapes, wholes))
    file_of, before = _declarations(profile, names, parts)
    for i in parts:
        function = profile.functions[i]
        if file_of.get(names[i], function.filename) != function.filename:
            in_file = before[function.filename]
            at = bisect_right(in_file, function.start_line, key=itemgetter(0))
            names[i] = in_file[at - 1][1] if at else names[i]
    return names


def _declarations(
    profile: Profile, names: Sequence[str], parts: Collection[int]
) -> tuple[dict[str, str], dict[str, list[tuple[int, str]]]]:
    """The file of each declared function by its name, and those of each file by their start lines."""
    file_of: dict[str, str] = {}
    before: dict[str, list[tuple[int, str]]] = defaultdict(list)
    for i, function in enumerate(profile.functions):
        if i not in parts:
            file_of[names[i]] = function.filename
            if function.start_line:
                before[function.filename].append((function.start_line, names[i]))
    for in_file in before.values():
        in_file.sort()
    return file_of, before


def _frames(profile: Profile, keys: "array[int]", many: int) -> Frames:
    """The keys of all frames; a location without lines is one frame without a key, as it is a node in pprof."""
    ids, offsets = profile.locations.ids, profile.locations.offsets
    if all(map(operator.lt, offsets, islice(offsets, 1, None))):
        return Frames(ids, offsets, keys, many)
    all_keys, all_offsets = array("q"), array("q", [0])
    for start, end in zip(offsets, islice(offsets, 1, None), strict=False):
        all_keys.extend(keys[start:end] or (NO_KEY,))
        all_offsets.append(len(all_keys))
    return Frames(ids, all_offsets, all_keys, many)


def _folds(profile: Profile, tables: Iterable[Frames], mask: bytes | None) -> list[Folded]:
    columns = len(profile.sample_types)
    return [engine.fold(profile.raw, profile.spans, frames, columns, mask) for frames in tables]


def _totals(profile: Profile, frames: Frames, folded: Folded) -> tuple[int, ...]:
    """The totals of all samples; of a difference those of its base alone, as pprof has it."""
    if BASE_LABEL not in profile.strings:
        return folded.totals
    numbers, sets = decode.label_sets(profile)
    of_base = [is_base(labels) for labels in sets]
    if not any(of_base):
        return folded.totals
    mask = bytes(map(of_base.__getitem__, numbers))
    return engine.fold(profile.raw, profile.spans, frames, len(profile.sample_types), mask).totals


def _weight(folded: Folded, number: int, column: int, columns: int) -> Weight:
    at = number * columns + column
    return Weight(folded.flat[at], folded.cum[at])


def _stop_if(cancelled: Callable[[], bool]) -> None:
    if cancelled():
        raise Cancelled
