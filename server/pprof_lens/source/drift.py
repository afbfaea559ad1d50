"""On which line of the buffer the code of a profile's line stands now, and whether it is still that code.

A text is the baseline when it is verified: every function that the profile has in the file stands at its
`start_line` and every sampled line lies inside its function and holds code. From the baseline a line diff leads to
the buffer; `tracker` then follows the editor's own changes. What cannot be known is left out, never guessed. No
figures here, no files; texts are handed in. Lines of a profile and of a scan count from 1, those of the buffer
from 0.
"""

import re
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import Enum
from functools import cached_property
from itertools import groupby, pairwise
from operator import itemgetter
from typing import NamedTuple

from pprof_lens.source.diff import carry
from pprof_lens.source.evidence import (
    Calls,
    Direct,
    Verdict,
    closing,
    declares_variables,
    of_allocation,
    of_wait,
    once,
    shadowed,
    statement,
    values,
)
from pprof_lens.source.gofuncs import FuncDecl, Literal, Scan, bare, declares, imported, scan, scan_assembly
from pprof_lens.source.lines import without_ends
from pprof_lens.source.profiled import DeclaredFunction, ProfileFile
from pprof_lens.source.symbols import Kind, Symbol, parse, readings


class State(str, Enum):
    """What became of a line since it was profiled.

    `UNKNOWN` is what nobody can say: the text that was profiled is not to be had, and something of the file changed.
    """

    EXACT = "exact"
    MOVED = "moved"
    EDITED = "edited"
    UNKNOWN = "unknown"

    @property
    def is_doubtful(self) -> bool:
        """Whether the line may read otherwise than when it was profiled."""
        return self in {State.EDITED, State.UNKNOWN}


class Placement(NamedTuple):
    """Where a line of the profile stands in the buffer, from 0."""

    line: int
    state: State


class Candidate(NamedTuple):
    """A text that may be what was profiled; `origin` says which: "this file as it is", "commit 1a2b3c4".

    `rivals` are other texts that all that is known speaks for as well, `is_guess` says that no more does for this one
    than that it fits, `is_doubtful` that not all were looked at that may fit better.
    """

    text: str
    origin: str
    rivals: tuple[str, ...] = ()
    is_guess: bool = False
    is_doubtful: bool = False


class Extent(NamedTuple):
    """First and last line of something in a text, from 1."""

    line: int
    end_line: int


class StaleFunction(NamedTuple):
    """A function that is no longer as the profile has it.

    `start_line` is the profile's, from 1; `now` is its line in the buffer, from 0, or None if it is gone. Where the
    two are one line, what changed is inside.
    """

    name: str
    start_line: int
    now: int | None


@dataclass(frozen=True, slots=True)
class Drift:
    """Where each line that the profile has in a file stands in a buffer; lines that are not there have no place.

    `is_verified` says whether some text was found that is what was profiled; `matched` says which, as a phrase for
    the hover. `stale` are the functions that could not be followed, since they changed or since nothing tells whether
    they did; `is_doubtful` says that any line may have changed: a function has, or the text may be another one.
    `profiled` is the text of each placed line as it was profiled. `baseline` is the verified text, for whoever has to
    place the file anew when that text is no longer at hand: after a save, where there is no git.
    """

    placements: Mapping[int, Placement]
    is_verified: bool
    matched: str
    stale: tuple[StaleFunction, ...]
    profiled: Mapping[int, str]
    baseline: Candidate | None = None
    is_doubtful: bool = False

    def place(self, profile_line: int) -> Placement | None:
        """The place of a profile's line, which counts from 1."""
        return self.placements.get(profile_line)


def place(file: ProfileFile, candidates: Iterable[Candidate], buffer: str, now: "_Reading | None" = None) -> Drift:
    """Carry the profile's lines of one file into the buffer, from the first candidate that is verified.

    The buffer is a candidate only where it is among them. Candidates are drawn one by one, so that a generator may
    fetch them late. Where none is verified, the one with the most functions in place counts for the functions
    that still match. Of a template only the first one counts, and what it declares may stand elsewhere where more is
    known for it than that it fits: gofmt moves the comments by which generators number lines. `now` is the buffer as
    `read` has it, for who places it several times.
    """
    now = now or read(file, buffer)
    best: tuple[_Reading, _Located, Candidate] | None = None
    guess: Drift | None = None
    for candidate in candidates:
        reading = now if candidate.text == buffer else read(file, candidate.text)
        located = reading.located
        is_numbered = reading.is_template and not candidate.is_guess  # what else is known of it has to do
        if (not located.missing or is_numbered) and located.support:
            matched = f"matched with {candidate.origin}"
            if reading.is_template:
                matched += ", by line number alone"
            drift = replace(_drift(located.lines, reading, now), matched=matched)
            rivals = [(rival, rival.located) for rival in (read(file, text) for text in candidate.rivals)]
            rivals = [(rival, other) for rival, other in rivals if not other.missing and other.support]
            for rival, other in rivals:
                if other.named >= located.named:
                    drift = _agreed(drift, _drift(other.lines, rival, now))
            if candidate.is_doubtful:
                drift = _doubted(drift)
            drift = replace(drift, baseline=candidate._replace(origin=candidate.origin.replace("it is", "it was")))
            if not candidate.is_guess or all(other.named <= located.named for _, other in rivals):
                return drift
            guess = guess or drift
        if best is None or _rank(located) < _rank(best[1]):
            best = reading, located, candidate
        if reading.is_template:
            break  # numbers alone would fit whatever text is long enough
    if guess is not None:
        return guess
    if best is None:
        return Drift({}, is_verified=False, matched="not matched", stale=(), profiled={})
    reading, _, candidate = best
    found = _by_own_offset(file, reading)
    drift = _drift(found.lines, reading, now)
    return replace(
        _doubted(drift) if found.is_changed or candidate.is_doubtful else drift,
        is_verified=False,
        matched=f"matched with {candidate.origin} by the function's own offset, as no version is the one profiled",
        stale=_reported(found.stale, now),
    )


def is_proved(file: ProfileFile, text: str) -> bool:
    """Whether two things at least say that the text is what was profiled, and none that it is not.

    A function stands at its line by chance in some text, where there are many.
    """
    reading = read(file, text)
    return not reading.is_template and not reading.located.missing and reading.located.support > 1


def _agreed(drift: Drift, other: Drift) -> Drift:
    """The same without the lines that would stand elsewhere if the other text is what was profiled.

    A line that it has otherwise may have been edited since.
    """
    placements = {}
    for line, placement in drift.placements.items():
        elsewhere = other.placements.get(line)
        if elsewhere is not None and elsewhere.line == placement.line:
            is_edited = State.EDITED in {placement.state, elsewhere.state}
            placements[line] = placement._replace(state=State.EDITED) if is_edited else placement
    return replace(drift, placements=placements)


@dataclass(frozen=True)
class _Reading:
    """A text, read as one of a file of the profile.

    `owners` is empty unless it has //line directives; then it maps a physical line to its file and its line
    there, with "" for the file itself.
    """

    file: ProfileFile
    text: str
    lines: Sequence[str]
    scan: Scan
    named: Mapping[str, Sequence[FuncDecl]]
    owners: Mapping[int, tuple[str, int]]

    @property
    def is_go(self) -> bool:
        """Whether what is known of Go's statements holds here."""
        return self.file.path.endswith(".go")

    @property
    def is_template(self) -> bool:
        """Whether Go is made of it: a grammar, a template. What it declares need not be in it."""
        return not self.file.path.endswith((".go", ".s"))

    def declared(self, symbol: Symbol) -> Sequence[FuncDecl]:
        """The declarations that the name can speak of."""
        if symbol.declared.startswith("."):
            return [f for f in self.scan.functions if declares(f, symbol)]
        linked = self.scan.linknames.get(f"{symbol.package}.{symbol.declared}", "")
        found = [*self.named.get(linked, ()), *self.named.get(symbol.declared, ())]
        if found or not symbol.receiver:
            return found
        return self._by_type.get((_type(symbol.declared), _word(symbol.declared)), ())

    def declared_by_alias(self, symbol: Symbol, at: int) -> Sequence[FuncDecl]:
        """The method of that name that begins on that line, of a receiver that may be another name of its type.

        The linker writes the type, and what its other name is may stand in another file. It is none where the profile
        has functions of that name, or the text declares it as a type.
        """
        methods = self._by_line.get((at, _word(symbol.declared)), ()) if symbol.receiver else ()
        return [f for f in methods if not self._is_type(_type(f.name), symbol.package)]

    @cached_property
    def _by_type(self) -> Mapping[tuple[str, str], Sequence[FuncDecl]]:
        """The methods whose receiver the text gives another name, by its type and their own name."""
        types = dict(_ALIAS.findall("\n".join(self.code)))
        found: dict[tuple[str, str], list[FuncDecl]] = defaultdict(list)
        for function in self.scan.functions:
            if "." in function.name and (name := _type(function.name)) in types:
                found[types[name], _word(function.name)].append(function)
        return found

    @cached_property
    def _by_line(self) -> Mapping[tuple[int, str], Sequence[FuncDecl]]:
        """The methods by the line on which they begin and their name."""
        found: dict[tuple[int, str], list[FuncDecl]] = defaultdict(list)
        for function in self.scan.functions:
            if "." in function.name:
                found[_line_of(function.line, self), _word(function.name)].append(function)
        return found

    def _is_type(self, name: str, package: str) -> bool:
        return name in self._types or f"{package}.{name}" in self._receivers

    @cached_property
    def _types(self) -> frozenset[str]:
        """What the text declares as a type that is no other name of one, and what only looks like it."""
        return frozenset(_TYPE.findall("\n".join(self.code)))

    @cached_property
    def _receivers(self) -> frozenset[str]:
        """What methods of the profile have for their receivers, with its package."""
        found = map(_RECEIVER.match, self.file.profiled)
        return frozenset(f"{match[1]}.{match[2]}" for match in found if match is not None)

    @cached_property
    def located(self) -> "_Located":
        """Where the functions of the profile stand in it."""
        return _locate(self)

    @cached_property
    def packages(self) -> frozenset[str]:
        """The packages of those of the profile's functions that are declared here: one, where none is linked here."""
        declared = (symbol for f in self.file.functions for symbol in readings(f.name)[:1] if self.declared(symbol))
        return frozenset(symbol.package for symbol in declared)

    @cached_property
    def code(self) -> Sequence[str]:
        """The lines without comments, and with strings emptied."""
        return without_ends(bare(self.text))

    @cached_property
    def rules(self) -> frozenset[int]:
        """The lines of a grammar that are rules of it, and no Go."""
        if not self.file.path.endswith(".y"):
            return frozenset()
        found, depth, parts = set[int](), 0, 0
        for number, line in enumerate(self.code, 1):
            parts += line.startswith("%%")
            if not depth and "{" not in line and parts < _AFTER_RULES:
                found.add(number)
            depth += line.count("{") - line.count("}")
        return frozenset(found)

    @cached_property
    def calls_of_c(self) -> Mapping[int, int]:
        """The line on which a call of C begins, by those on which it goes on; cgo's literal makes it on its last."""
        begins: dict[int, int] = {}
        for at, line in enumerate(self.code):
            if _OF_C.search(line):
                for further in range(1, statement(self.code, at).count("\n") + 1):
                    begins.setdefault(at + 1 + further, begins.get(at + 1, at + 1))
        return begins

    @cached_property
    def direct(self) -> Direct:
        """What begins a call that leads nowhere else; a function that is linked under another name may."""
        functions = {_word(f.name) for f in self.scan.functions if "." not in f.name}
        functions -= set(self.scan.linknames.values())
        names = shadowed("\n".join(self.code))
        return Direct(functions, imported(self.text), self.file.profiled, self._package, shadowed=names)

    @property
    def _package(self) -> str:
        """The path of the package as the linker writes it, where the profile's functions that are declared tell it."""
        named = ((parse(f.name), f.name) for f in self.file.functions)
        found = {
            name.removesuffix(f".{symbol.declared}")
            for symbol, name in named
            if symbol.kind is Kind.DECLARED and name.endswith(f".{symbol.declared}") and self.declared(symbol)
        }
        return found.pop() if len(found) == 1 else ""

    @cached_property
    def literals(self) -> Mapping[int, Sequence[Literal]]:
        """The literals by the number that the compiler has for the line on which they begin."""
        found: dict[int, list[Literal]] = defaultdict(list)
        for literal in self.scan.literals:
            found[_line_of(literal.line, self)].append(literal)
        return found

    def reaches(self, extent: Extent, line: int) -> bool:
        """Whether that line is of a function that the code between these lines calls, or of one that those call."""
        holder = self._holder(line)
        words, seen = self._words(extent), set[FuncDecl]()
        found = True
        while holder is not None and found:
            if _word(holder.name) in words:
                return True
            reached = {f for f in self.scan.functions if f not in seen and _word(f.name) in words}
            found, seen = bool(reached), seen | reached
            words = words.union(*(self._words(Extent(f.line, f.end_line)) for f in reached))
        return False

    def _holder(self, line: int) -> FuncDecl | None:
        return next((f for f in self.scan.functions if f.line <= line <= f.end_line), None)

    def _words(self, extent: Extent) -> frozenset[str]:
        return frozenset(_IDENTIFIER.findall("\n".join(self.code[extent.line - 1 : extent.end_line])))


_IDENTIFIER = re.compile(r"[^\W\d]\w*")
_AFTER_RULES = 2
"""How many `%%` stand above what a grammar has of Go behind its rules."""

_OF_C = re.compile(r"\bC\.\w+\(")


def _word(declared: str) -> str:
    """`M` of `(*T[...]).M[...]`."""
    return declared.removesuffix("[...]").rpartition(".")[2]


def _type(declared: str) -> str:
    """`T` of `(*T[...]).M[...]`."""
    return declared.rpartition(".")[0].replace("[...]", "").strip("(*)")


_TYPE = re.compile(r"^(?:type[ \t]+|[ \t]+)([^\W\d]\w*)(?:\[[^\n=]*\])?[ \t]+[\w\[*(<]", re.MULTILINE)
_RECEIVER = re.compile(r"((?:[^\[]*/)?[^/.\[]*)\.(?:\(\*)?([^\W\d]\w*)[.\[)]")
_ALIAS = re.compile(
    r"^(?:type[ \t]+|[ \t]+)([^\W\d]\w*)[ \t]*(?:\[[^\]\n]*\][ \t]*)?=[ \t]*\*?[ \t]*([^\W\d]\w*)", re.MULTILINE
)


class _Found(NamedTuple):
    """Where a function is in a text: its lines there by those of the profile, both from 1.

    `anchors` are lines of the profile of which something on them says that they are these; `support` is how many
    things speak for the text, `named` how many lines name what they call. Lines that are in neither belong to no line
    of this file, or to none that is known.
    """

    lines: dict[int, int]
    anchors: frozenset[int] = frozenset()
    support: int = 0
    named: int = 0


class _Located(NamedTuple):
    """Which line of a text each line of the profile is, both from 1, and the functions that are not in place."""

    lines: dict[int, int]
    missing: tuple[DeclaredFunction, ...]
    support: int
    named: int


def read(file: ProfileFile, text: str) -> _Reading:
    """A text, to be held against what the profile says of the file."""
    lines, path = without_ends(text), file.path
    scanned = (scan_assembly if path.endswith(".s") else scan)(text)
    named: dict[str, list[FuncDecl]] = defaultdict(list)
    for function in scanned.functions:
        named[function.name].append(function)
    return _Reading(file, text, lines, scanned, named, _owners(path, scanned, len(lines)))


def _owners(path: str, scanned: Scan, count: int) -> dict[int, tuple[str, int]]:
    if not scanned.directives:
        return {}
    own = _base_name(path)
    owners = {line: ("", line) for line in range(1, count + 1)}
    for start, end in pairwise((*scanned.directives, None)):
        if start is None:
            continue
        last = count if end is None else end.line - 1
        name = "" if _base_name(start.file) in {"", own} else start.file
        for line in range(start.line, last + 1):
            owners[line] = (name, start.file_line + line - start.line)
    return owners


def _base_name(path: str) -> str:
    return path.replace("\\", "/").rpartition("/")[2]


def _locate(reading: _Reading) -> _Located:
    """Every function at its start line; where there is none, lines lie between two of which something is known."""
    lines: dict[int, int] = {}
    missing, unstarted, anchors, support, named = [], set[int](), set[int](), 0, 0
    sampled = _sampled(reading.file)
    for function in reading.file.functions:
        found = _locate_function(function, reading, 0)
        if found is None:
            if not _is_of_another_file(function, reading):
                missing.append(function)
            continue
        lines.update(_own(found.lines, [function], sampled))
        anchors |= found.anchors
        support += found.support
        named += found.named
        if not function.start_line:
            unstarted.update(found.lines)
    last = max(anchors, default=0)
    proven = {line: at for line, at in lines.items() if line <= last or line not in unstarted}
    return _Located(proven, tuple(missing), support, named)


def _sampled(file: ProfileFile) -> frozenset[int]:
    return frozenset(line for function in file.functions for line in function.lines)


def _own(lines: Mapping[int, int], functions: Iterable[DeclaredFunction], sampled: frozenset[int]) -> Mapping[int, int]:
    """The lines without those on which they only begin where another function has a figure under that number.

    That figure can be of another file: of a package's initialisation, or of code that was inlined.
    """
    own = {line for function in functions for line in function.lines}
    return {line: at for line, at in lines.items() if line in own or line not in sampled}


def _is_of_another_file(function: DeclaredFunction, reading: _Reading) -> bool:
    """Whether the function is here only since code of this file was inlined into it.

    A profile knows one file of a function, that of the frame which came first: it is then declared nowhere here, and
    of another package, or one of its lines is of a function that it calls. Its own lines are those of a file that is
    not known. So are they where //line gives some of its lines to this file, but the one on which it begins to another.
    """
    symbols = readings(function.name)
    if not reading.is_go:
        return False
    begins = [f.line for symbol in symbols for f in reading.declared(symbol)]
    if begins:
        owners = [reading.owners.get(line, ("", 0)) for line in begins]
        return any(name and number == function.start_line for name, number in owners)
    if reading.packages and not any(symbol.package in reading.packages for symbol in symbols):
        return True
    called = {_word(parse(name).declared) for _, name in function.calls}
    return any(
        f.line < line <= f.end_line and _word(f.name) in called
        for f in reading.scan.functions
        for line in function.lines
    )


def _locate_function(function: DeclaredFunction, reading: _Reading, shift: int) -> _Found | None:
    """A function in a text, if it stands `shift` lines below its start line there; None where the text is another."""
    kind = parse(function.name).kind
    if kind in {Kind.MADE, Kind.FOREIGN} and not _declares_foreign(function, reading):
        return _Found({line: line for line in function.lines if line in reading.scan.code} if not shift else {})
    if kind is Kind.VARIABLES:
        return _of_variables(function, reading) if not shift else _Found({})
    extents = [extent for symbol in readings(function.name) for extent in _extents(function, symbol, reading, shift)]
    for extent in extents:
        found = _inside(function, reading, extent, shift)
        if found is not None:
            if function.start_line:
                found.lines[function.start_line] = extent.line
            return found
    if reading.is_template:
        return _by_number(function, reading, shift)
    return _Found({}) if kind is Kind.MAP else None


def _declares_foreign(function: DeclaredFunction, reading: _Reading) -> bool:
    """Names of assembly may have no package."""
    return function.name in reading.named


def _extents(function: DeclaredFunction, symbol: Symbol, reading: _Reading, shift: int) -> Iterable[Extent]:
    """What in the text may be this function."""
    scanned, at = reading.scan, function.start_line + shift
    if symbol.kind is Kind.FOREIGN:
        return [Extent(f.line, f.end_line) for f in reading.named[function.name]]
    if symbol.kind is Kind.DECLARED:
        places = reading.declared(symbol)
        if function.start_line:
            places = [f for f in places if _line_of(f.line, reading) == at]
            places = places or reading.declared_by_alias(symbol, at)
        return [Extent(f.line, f.end_line) for f in places]
    if not function.start_line:
        return [Extent(f.line, f.end_line) for f in scanned.functions]
    if symbol.kind is Kind.LITERAL:
        literals = sorted((Extent(x.line, x.end_line) for x in reading.literals.get(at, ())), key=lambda x: -x.end_line)
        return literals or _statement(reading, at, _STATEMENT_OR_C)
    return _statement(reading, at, {Kind.STATEMENT: _STATEMENT, Kind.MAP: _VARIABLE}.get(symbol.kind, _LOOP))


_STATEMENT = re.compile(r"\b(?:go|defer)\b")
_STATEMENT_OR_C = re.compile(r"\b(?:go|defer)\b|\bC\.\w")
_LOOP = re.compile(r"^(?=(.*?\bfor\b))\1.*\brange\b")  # the first `for` alone, or each would be tried
_VARIABLE = re.compile(r"=")


def _statement(reading: _Reading, at: int, begins: "re.Pattern[str]") -> Iterable[Extent]:
    """From the line that the compiler has as `at` to the end of the statement there, if it begins so."""
    physical = at
    if reading.owners:
        physical = next((line for line in reading.owners if _line_of(line, reading) == at), 0)
    if 0 < physical <= len(reading.code) and begins.search(reading.code[physical - 1]):
        yield Extent(physical, closing(reading.code, physical - 1) + 1)


def _line_of(line: int, reading: _Reading) -> int:
    """The number that the compiler has for that line of the file; 0 for a line of another file."""
    name, number = reading.owners.get(line, ("", line))
    return 0 if name else number


def _inside(function: DeclaredFunction, reading: _Reading, extent: Extent, shift: int) -> _Found | None:
    """The sampled lines of a function that has this extent in the text; None where one of them is no line of it.

    The compiler gives some instructions of inlined code to the frame of the caller, with the callee's line: outside
    of the function such a line is of another one that is called from it, in this file or in one that is not known.
    """
    placed = _physical(function, reading, extent, shift)
    if placed is None:
        return None
    inside = {line: at for line, at in placed.items() if extent.line <= at <= extent.end_line}
    anchors, is_contradicted = _weighed(function, reading, inside, extent)
    if is_contradicted or _is_of_literal(function, reading, inside, extent):
        return None
    outside = [line for line in function.lines if line not in inside and (not reading.owners or line in placed)]
    borrowed = {line: line for line in outside if not shift and _is_borrowed(line, reading, extent)}
    # What the compiler has before the start of a function is never its own, whatever the text.
    against = sum(line >= function.start_line for line in outside if line not in borrowed)
    if len(borrowed) < len(outside) and not (anchors or len(inside) > against):
        return None
    support = len(anchors) + bool(function.start_line)
    named = len(anchors.intersection(line for line, _ in function.calls))
    return _Found({**inside, **borrowed}, frozenset(anchors), support, named)


def _physical(function: DeclaredFunction, reading: _Reading, extent: Extent, shift: int) -> dict[int, int] | None:
    """Each sampled line in the text; None where one that lies inside the function holds no code.

    A line that //line gives to another file, or to two files, is in its place but belongs to no line here: pprof
    records one file a function, so such a line's file is unknown.
    """
    if not reading.owners:
        placed = {line: line + shift for line in function.lines}
        holds = (at in reading.scan.code for at in placed.values() if extent.line <= at <= extent.end_line)
        return placed if all(holds) else None
    numbered = defaultdict(list)
    for physical in range(extent.line, extent.end_line + 1):
        name, number = reading.owners[physical]
        if physical in reading.scan.code:
            numbered[number].append((name, physical))
    found = {}
    for line in function.lines:
        owners = numbered.get(line + shift, [])
        if not owners:
            return None
        if len(owners) == 1 and not owners[0][0]:
            found[line] = owners[0][1]
    return found


def _is_borrowed(line: int, reading: _Reading, extent: Extent) -> bool:
    return line in reading.scan.code and reading.reaches(extent, line)


def _weighed(
    function: DeclaredFunction, reading: _Reading, inside: Mapping[int, int], extent: Extent
) -> tuple[set[int], bool]:
    """The lines on which something says that they are those that were profiled, and whether one says the opposite."""
    if not reading.is_go:
        return set(), False
    verdicts = []
    whole = "\n".join(reading.code[extent.line - 1 : extent.end_line])
    direct = reading.direct.without(values(whole))
    deferred = [frozenset(_IDENTIFIER.findall(line)) for line in _DEFERRED.findall(whole)]
    for line, calls in groupby(function.calls, itemgetter(0)):
        if line in inside:
            begins = reading.calls_of_c.get(inside[line], inside[line])
            here = Calls(statement(reading.code, begins - 1), direct)
            ends = bool(deferred) and _END.search(reading.code[inside[line] - 1]) is not None
            callees = (parse(name) for _, name in calls)
            told = [here.of(callee, may_end=ends or _may_defer(callee, deferred)) for callee in callees]
            verdicts += [(line, max(told)), (line, min(told))]
    wraps = _DEFERRED_CALL.search(whole) is not None
    for line in function.allocates:
        if line in inside:
            code = reading.code[inside[line] - 1]
            verdict = of_allocation(code)
            may_wrap = wraps and _END.search(code) is not None
            may_be = verdict is Verdict.CONTRADICTS and (may_wrap or declares_variables(reading.code, inside[line] - 1))
            if not may_be:
                verdicts.append((line, verdict))
    verdicts += [(x, of_wait(reading.code[inside[x] - 1])) for x in function.waits if x in inside]
    anchors = {line for line, verdict in verdicts if verdict is Verdict.SUPPORTS}
    return anchors, any(verdict is Verdict.CONTRADICTS for _, verdict in verdicts)


def _is_of_literal(function: DeclaredFunction, reading: _Reading, inside: Mapping[int, int], extent: Extent) -> bool:
    """Whether a line that calls or allocates lies within a literal of the function: it would have that one's name."""
    done = {inside[line] for line in (*function.allocates, *(line for line, _ in function.calls)) if line in inside}
    if not done:
        return False
    literals = reading.scan.literals  # in the order of their lines
    first, end = (bisect_left(literals, line, key=itemgetter(0)) for line in (extent.line, extent.end_line + 1))
    return any(
        literal.line < at < literal.end_line
        for literal in literals[first:end]
        if literal.end_line <= extent.end_line
        if (literal.line, literal.end_line) != (extent.line, extent.end_line)
        for at in done
    )


def _may_defer(callee: Symbol, deferred: Sequence[frozenset[str]]) -> bool:
    """Whether that is one of several calls that are deferred, by the words of each.

    One may recover from a panic; the line that panicked then stands above the others.
    """
    if len(deferred) < 2:
        return False
    word = "func" if callee.kind is Kind.LITERAL else _word(callee.declared)
    return any(word in words for words in deferred)


_DEFERRED = re.compile(r"\bdefer\b.*")
_DEFERRED_CALL = re.compile(r"\bdefer\b(?!\s*func\s*\(\s*\))")
"""Its arguments can be made where the function ends, by a wrapper that stacks do not show."""

_END = re.compile(r"\}|\breturn\b")


def _of_variables(function: DeclaredFunction, reading: _Reading) -> _Found:
    """Of a package's initialisation the lines that are of this file: code outside functions that does what it did.

    Its frames come from all files of the package, and pprof records them under the one that it saw first; it says
    nothing against a text. A lone line is of that file; of several one is if it names what it calls, or if nothing
    says of any of them that it is not. They speak for a text where each of them names what no other line does.
    """
    covered = {line for f in reading.scan.functions for line in range(f.line, f.end_line + 1)}
    outside = {line: line for line in function.lines if line in reading.scan.code and line not in covered}
    anchors, is_contradicted = _weighed(function, reading, outside, Extent(1, 0))
    if len(outside) < len(function.lines) or is_contradicted:
        called = {line for line, _ in function.calls}
        outside = {line: line for line in anchors & called | _ends_of_literals(function, reading)}
    is_once = once("\n".join(code for line, code in enumerate(reading.code, 1) if line not in covered))
    own = {line for line, name in function.calls if line in anchors and is_once(parse(name))}
    named = len(own) if own == set(function.lines) else 0
    return _Found(outside, frozenset(anchors & outside.keys()), named, named)


def _ends_of_literals(function: DeclaredFunction, reading: _Reading) -> set[int]:
    """The lines on which a literal ends that is called there: `}()` names nothing, but the literal is of this file."""
    starts = {other.name: other.start_line for other in reading.file.functions}
    ends = {literal.line: literal.end_line for literal in reading.scan.literals}
    return {line for line, name in function.calls if name in starts and ends.get(starts[name]) == line}


def _by_number(function: DeclaredFunction, reading: _Reading, shift: int) -> _Found | None:
    """Templates and grammars need not declare what is made of them: their lines only have to be there.

    Where one is not, others may be of the generator's own file as well: only those that name what they call, that call
    a literal as something, or that allocate in so many words, are of this one.
    """
    if shift:
        return None
    code = reading.code
    lines = {line for line in function.lines if line in reading.scan.code and line not in reading.rules}
    if len(lines) < len(function.lines):
        proven = {x for x in function.allocates if x in lines and of_allocation(code[x - 1]) is Verdict.SUPPORTS}
        for line, calls in groupby(function.calls, itemgetter(0)):
            if line in lines and _names_any(Calls(statement(code, line - 1), Direct()), calls):
                proven.add(line)
        lines = proven
    return _Found({line: line for line in lines}, frozenset(lines), 1) if lines else None


def _names_any(here: Calls, calls: Iterable[tuple[int, str]]) -> bool:
    """Whether a statement names one of the calls, or calls a literal as something."""
    callees = (parse(name) for _, name in calls)
    return any(
        here.of(callee, may_end=False) >= (Verdict.FITS if callee.kind is Kind.LITERAL else Verdict.SUPPORTS)
        for callee in callees
    )


class _Matching(NamedTuple):
    """Where the lines of functions that still match are, by those of the profile, and the functions that do not.

    `is_changed` is true where one of these is known to be another by now, and not only said nothing of.
    """

    lines: dict[int, int]
    stale: tuple[DeclaredFunction, ...]
    is_changed: bool


def _by_own_offset(file: ProfileFile, reading: _Reading) -> _Matching:
    """The functions by themselves, where the text as a whole is not the one that was profiled.

    A function matches where it is declared if its sampled lines and those of its closures fit. Its lines are as they
    were as far as something further down in it moved as it did: a line that names what it calls, as no other one of
    the function does, a closure, or the next function of the profile; one that came in between explains a difference
    if it is as long. Without any such evidence what is inside may be anything.
    """
    groups = _with_closures(file)
    moved = [(group[0].start_line, _shift(group[0], reading)) for group in groups]
    sampled = _sampled(file)
    lines: dict[int, int] = {}
    stale: list[DeclaredFunction] = []
    is_changed = False
    for group, (start, shift), following in zip(groups, moved, [*moved[1:], (0, None)], strict=False):
        found = None if shift is None else _together(group, reading, shift)
        if found is None or shift is None:
            stale += group
            is_changed = True
            continue
        is_whole = _is_whole(start, shift, following, reading)
        reaching = found.lines if is_whole else found.anchors
        last = max(reaching, default=0)
        proven = {line: at for line, at in found.lines.items() if line <= last}
        lines.update(_own(proven, group, sampled))
        if any(line > last for function in group for line in function.lines):
            stale += group
            is_changed |= following[1] is not None
    return _Matching(lines, tuple(stale), is_changed)


def _together(group: Sequence[DeclaredFunction], reading: _Reading, shift: int) -> _Found | None:
    """A function and its closures, if all of them fit; only what stands further down in it than its start counts."""
    lines: dict[int, int] = {}
    anchors: set[int] = set()
    is_once = once(_text(group[0], reading, shift))
    for function in group:
        found = _locate_function(function, reading, shift)
        if found is None:
            return None
        lines.update(found.lines)
        anchors |= {line for line, name in function.calls if is_once(parse(name))} & found.anchors
        anchors |= {function.start_line} if function.start_line > group[0].start_line else set()
    return _Found(lines, frozenset(anchors))


def _text(function: DeclaredFunction, reading: _Reading, shift: int) -> str:
    """The code of a function that stands so far below its start line, closures included."""
    extents = [x for symbol in readings(function.name) for x in _extents(function, symbol, reading, shift)]
    return "\n".join(line for x in extents[:1] for line in reading.code[x.line - 1 : x.end_line])


def _is_whole(start: int, shift: int, following: tuple[int, int | None], reading: _Reading) -> bool:
    """Whether the next function says that the body of one did not change; `following` is where it began and moved."""
    next_start, next_shift = following
    if next_shift is None:
        return False
    if next_shift == shift:
        return True
    first, last = start + shift, next_start + next_shift
    ends = [f.end_line for f in reading.scan.functions if first <= f.end_line < last]
    came = next_shift - shift
    return any(after - before == came for i, before in enumerate(ends) for after in ends[i + 1 :])


def _with_closures(file: ProfileFile) -> list[list[DeclaredFunction]]:
    """The functions in their order, each with the closures, loop bodies and statements that follow it."""
    groups: list[list[DeclaredFunction]] = []
    inner = {Kind.LITERAL, Kind.LOOP, Kind.STATEMENT}
    for function in sorted(file.functions, key=lambda f: (f.start_line, f.name)):
        kind = parse(function.name).kind
        if kind is Kind.DECLARED or (not groups and kind in inner):
            groups.append([function])
        elif kind in inner:
            groups[-1].append(function)
    return groups


def _shift(function: DeclaredFunction, reading: _Reading) -> int | None:
    """How far below its start line the function stands in the text, if its sampled lines fit there."""
    symbol = parse(function.name)
    if not function.start_line:
        return None
    shifts = [0]
    if symbol.kind is Kind.DECLARED:
        shifts = sorted((f.line - function.start_line for f in reading.declared(symbol)), key=abs)
    return next((shift for shift in shifts if _locate_function(function, reading, shift) is not None), None)


def _rank(located: _Located) -> tuple[int, int]:
    """What is more of a match comes first."""
    return len(located.missing), -located.support


def _reported(stale: Sequence[DeclaredFunction], now: _Reading) -> tuple[StaleFunction, ...]:
    """Each declaration once, without the closures in it."""
    reported: dict[tuple[str, str], StaleFunction] = {}
    for function in stale:
        symbol = parse(function.name)
        at = next((f.line - 1 for f in now.declared(symbol)), None)
        stale_function = StaleFunction(function.name, function.start_line, at)
        reported.setdefault((symbol.package, symbol.declared), stale_function)
    return tuple(reported.values())


def _drift(lines: Mapping[int, int], baseline: _Reading, now: _Reading) -> Drift:
    """The lines of a text that was profiled, carried into the buffer."""
    carried = carry(baseline.lines, now.lines, baseline.scan.functions, now.scan.functions)
    placements = {}
    profiled = {}
    for profile_line, line in lines.items():
        profiled[profile_line] = text = baseline.lines[line - 1]
        to = carried[line - 1]
        if to >= 0:
            placements[profile_line] = Placement(to, state_of(profile_line, to, text, now.lines[to]))
    return Drift(placements, is_verified=True, matched="", stale=(), profiled=profiled)


def _doubted(drift: Drift) -> Drift:
    """The same where any line may have been edited, and nobody can say which."""
    placements = {line: at._replace(state=State.UNKNOWN) for line, at in drift.placements.items()}
    return replace(drift, placements=placements, is_doubtful=True)


def state_of(profile_line: int, line: int, profiled: str, text: str) -> State:
    """What became of a line that now stands on `line` (from 0) of the buffer and reads `text`."""
    if text != profiled:
        return State.EDITED
    return State.EXACT if line == profile_line - 1 else State.MOVED
