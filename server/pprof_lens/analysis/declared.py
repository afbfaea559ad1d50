"""Which declared function holds each function of a profile, by their names and the files that they stand in.

A name is taken apart once for all that are read alike, whichever number is at their end, and most are not at all: they
hold themselves. What is said of each of many functions is said in the engine's columns.
"""

from array import array
from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import takewhile
from operator import itemgetter

from pprof_lens.profile import engine
from pprof_lens.profile.fold import Alike
from pprof_lens.profile.model import Functions
from pprof_lens.source.symbols import NUMBERED, SIGNS, Held, Symbol, parse, readings, taken_apart

_NONE = array("q", [-1])


@dataclass(frozen=True, slots=True)
class Holders:
    """The holder of each function by a key, which is less than `beyond`.

    `owners` has the names of holders; one that is not there has the name of each function that it holds. `parts` are
    not negative where a function is a part of its holder, and `starts` are the start lines of those that are not.
    """

    keys: "array[int]"
    beyond: int
    owners: Mapping[int, str]
    parts: "array[int]"
    starts: "array[int]"


def numbered(functions: Functions) -> Alike:
    """The names of functions by number, and which of them are read alike."""
    return engine.alike(functions.names, NUMBERED, SIGNS)


def holders(functions: Functions, named: Alike) -> Holders:
    """What holds each function, of which `named` are the names.

    A closure of an inlined function may carry the name, and the package, of the function it was inlined into, but it
    stands in the file of its own. What is declared there decides between the readings of its name; where they all
    point to other files, the declaration before it in its own file holds it.
    """
    known, filenames, start_lines = _known(functions.names, named), functions.filenames, functions.start_lines
    in_parts = _marked((number for number, held in known.held.items() if held.is_part), len(named.firsts))
    part_of = engine.take(engine.take(in_parts, known.groups), named.numbers)
    files = engine.alike(filenames, (), ()).numbers
    parts, first_parts = engine.ranked(part_of, files)
    wholes = engine.where(engine.replaced(_NONE * len(first_parts), parts, array("q", bytes(8 * len(parts)))))
    declared = _Declared(functions, named, known, wholes)
    of_name = array("q", known.groups)
    for number, held in known.held.items():
        if not held.is_part:
            of_name[number] = declared.key(held.owner)
    plainly = [_declared_plainly(known.held[part_of[row]], filenames[row], declared) for row in first_parts]
    of_part = array("q", (declared.key(owner) if owner else 0 for owner in plainly))
    of_function = engine.replaced(of_part, parts, engine.take(of_name, named.numbers))
    doubtful = engine.where(engine.replaced(array("q", (-bool(owner) for owner in plainly)), parts, parts))
    in_files = engine.where(engine.take(_marked(map(files.__getitem__, doubtful), len(files)), files))
    around = declared.in_files(row for row in in_files if parts[row] < 0)
    for row in doubtful:
        name, file = known.read[part_of[row]], filenames[row]
        of_function[row] = declared.key(
            _declared_name(name, file, start_lines[row], declared, around.get(file, _InFile(())))
        )
    starts = engine.replaced(array("q", bytes(8 * len(first_parts))), parts, start_lines)
    return Holders(of_function, declared.beyond, declared.owners, parts, starts)


@dataclass(frozen=True, slots=True)
class _Known:
    """Names by their number: what is read in the stead of those that do not hold themselves, and what holds these.

    `groups` has of each number the first that is read alike; of these `read` and `held` know.
    """

    groups: "array[int]"
    read: dict[int, str]
    held: dict[int, Held]


def _known(names: Sequence[str], named: Alike) -> _Known:
    known = _Known(array("q", named.stems), {}, {})

    def read_each(numbers: Iterable[int]) -> None:
        name_of = {number: names[named.firsts[number]] for number in numbers if number not in known.read}
        read, held = taken_apart(name_of.values())
        for number, name in name_of.items():
            known.read[number] = read[name]
            known.held[number] = held.get(read[name], Held(read[name]))

    read_each(named.others)
    # Of a number at the end of what may be no part it is not known what it tells.
    alone = (number for number, held in known.held.items() if not held.is_part_anyhow)
    members = engine.where(engine.take(_marked(alone, len(named.firsts)), named.stems))
    for number in members:
        known.groups[number] = number
    read_each(members)
    return known


def _marked(numbers: Iterable[int], beyond: int) -> "array[int]":
    """By number: itself if it is one of these, else -1."""
    marks = _NONE * beyond
    for number in numbers:
        marks[number] = number
    return marks


class _Declared:
    """The declared functions of a profile: those that are no parts, `wholes`, by their owners."""

    def __init__(self, functions: Functions, named: Alike, known: _Known, wholes: "array[int]") -> None:
        self._functions, self._numbers, self._held = functions, named.numbers, known.held
        self._row_of = dict(zip(map(functions.names.__getitem__, wholes), wholes, strict=True))
        self._row_of_owner: dict[str, int] = {}
        for number, held in known.held.items():
            if not held.is_part:
                row = self._row_of[functions.names[named.firsts[number]]]
                self._row_of_owner[held.owner] = max(row, self._row_of_owner.get(held.owner, row))
        self._new_keys: dict[str, int] = {}
        self._names = len(named.firsts)
        self.owners: dict[int, str] = {}

    @property
    def beyond(self) -> int:
        return self._names + len(self._new_keys)

    def key(self, owner: str) -> int:
        """The number of a name where one that is no part has it, else a new one."""
        row = self._row_of.get(owner)
        key = self._new_keys.setdefault(owner, self.beyond) if row is None else self._numbers[row]
        self.owners[key] = owner
        return key

    def file(self, owner: str) -> str | None:
        """The file of the last of those with that owner; None where there is none."""
        row = self._row_of_owner.get(owner, -1)
        named = self._row_of.get(owner, -1)
        if named > row and self._numbers[named] not in self._held:
            row = named
        return self._functions.filenames[row] if row >= 0 else None

    def in_files(self, rows: Iterable[int]) -> "Mapping[str, _InFile]":
        """Those in these rows by file."""
        functions = self._functions
        found: dict[str, list[tuple[int, str]]] = defaultdict(list)
        for row in rows:
            if functions.start_lines[row]:
                held = self._held.get(self._numbers[row])
                owner = held.owner if held is not None else functions.names[row]
                found[functions.filenames[row]].append((functions.start_lines[row], owner))
        return {file: _InFile(sorted(lines)) for file, lines in found.items()}


class _InFile:
    """Declared functions of a file by their start lines, in order, with their owners."""

    def __init__(self, lines: Sequence[tuple[int, str]]) -> None:
        self._lines = lines
        self._ending: dict[str, str | None] = {}

    def before(self, start_line: int) -> str | None:
        """The last one that begins before that line, or on it; None where there is none."""
        at = bisect_right(self._lines, start_line, key=itemgetter(0))
        return self._lines[at - 1][1] if at else None

    def ending(self, end: str) -> str | None:
        """The first one that ends so; None where there is none."""
        if end not in self._ending:
            turned = end[::-1]
            first = bisect_left(self._turned, (turned, -1))
            alike = takewhile(
                lambda name: name[0].startswith(turned), map(self._turned.__getitem__, range(first, len(self._turned)))
            )
            at = min(map(itemgetter(1), alike), default=-1)
            self._ending[end] = self._lines[at][1] if at >= 0 else None
        return self._ending[end]

    @cached_property
    def _turned(self) -> list[tuple[str, int]]:
        """The owners from their ends, in order, each with the place where it is first."""
        firsts: dict[str, int] = {}
        for at, (_, owner) in enumerate(self._lines):
            firsts.setdefault(owner, at)
        return sorted((owner[::-1], at) for owner, at in firsts.items())


def _declared_plainly(held: Held, file: str, declared: _Declared) -> str:
    """The declaration that holds each part of that name in that file; "" where more than name and file decides it."""
    of_owner = declared.file(held.owner)
    is_there = of_owner == file if of_owner is not None else not held.is_within
    return held.owner if held.is_plain and is_there else ""


def _declared_name(name: str, file: str, start_line: int, declared: _Declared, in_file: _InFile) -> str:
    """The declaration that holds the part of that name that stands there."""
    read = readings(name)
    owner = (_chosen(read, file, declared) if len(read) > 1 else read[0]).owner
    of_owner = declared.file(owner)
    if of_owner not in (None, file):
        found = in_file.before(start_line)
        return owner if found is None else found
    if read[0].within and of_owner is None:
        found = in_file.ending(f".{read[0].declared}")
        return owner if found is None else found
    return owner


def _chosen(read: Sequence[Symbol], file: str, declared: _Declared) -> Symbol:
    """The reading whose owner is declared in that file, else one that was inlined into a function of the profile."""
    for reading in read:
        if declared.file(reading.owner) == file:
            return reading
    inlined = (reading for reading in read if declared.file(parse(reading.within).owner) is not None)
    return next(inlined, read[0])
