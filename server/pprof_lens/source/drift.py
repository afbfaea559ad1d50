"""On which line of the buffer the code of a profile's line stands now, and whether it is still that code.

A text is the baseline when it is verified: every function that the profile has in the file stands at its
`start_line` and every sampled line lies inside its function and holds code. From the baseline a line diff leads to
the buffer; `tracker` then follows the editor's own changes. What cannot be known is left out, never guessed. No
figures here, no files; texts are handed in. Lines of a profile and of a scan count from 1, those of the buffer
from 0.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import Enum
from itertools import pairwise
from typing import NamedTuple

from pprof_lens.source.diff import carry
from pprof_lens.source.gofuncs import FuncDecl, Kind, PprofName, Scan, declares, parse_name, scan, scan_assembly
from pprof_lens.source.lines import without_ends
from pprof_lens.source.profiled import DeclaredFunction, ProfileFile


class State(str, Enum):
    """What became of a line since it was profiled; the words are those of `pprofLens.server.lines`."""

    EXACT = "exact"
    MOVED = "moved"
    EDITED = "edited"


class Placement(NamedTuple):
    """Where a line of the profile stands in the buffer, from 0."""

    line: int
    state: State


class Candidate(NamedTuple):
    """A text that may be what was profiled; `origin` says which: "this file as it is", "commit 1a2b3c4".

    `rivals` are other texts that all that is known speaks for as well.
    """

    text: str
    origin: str
    rivals: tuple[str, ...] = ()


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
    the hover. `stale` are the functions that could not be followed. `profiled` is the text of each placed line as
    it was profiled. `baseline` is the verified text, for whoever has to place the file anew when that text is no
    longer at hand: after a save, where there is no git.
    """

    placements: Mapping[int, Placement]
    is_verified: bool
    matched: str
    stale: tuple[StaleFunction, ...]
    profiled: Mapping[int, str]
    baseline: Candidate | None = None

    def place(self, profile_line: int) -> Placement | None:
        """The place of a profile's line, which counts from 1."""
        return self.placements.get(profile_line)


def place(file: ProfileFile, candidates: Iterable[Candidate], buffer: str) -> Drift:
    """Carry the profile's lines of one file into the buffer, from the first candidate that is verified.

    The buffer is a candidate only where it is among them. Candidates are drawn one by one, so that a generator may
    fetch them late. Where none is verified, the one with the most functions in place counts for the functions
    that still match.
    """
    now = _read(file.path, buffer)
    best: tuple[_Reading, _Located, str] | None = None
    for candidate in candidates:
        reading = now if candidate.text == buffer else _read(file.path, candidate.text)
        located = _locate(file, reading)
        if not located.missing:
            matched = f"matched with {candidate.origin}"
            if not reading.scan.functions and not file.path.endswith(".go"):
                matched += ", by line number alone"
            drift = _drift(located.lines, reading, now, is_verified=True, matched=matched, stale=())
            for rival in candidate.rivals:
                drift = _agreed(drift, file, _read(file.path, rival), now)
            return replace(drift, baseline=candidate._replace(origin=candidate.origin.replace("it is", "it was")))
        if best is None or len(located.missing) < len(best[1].missing):
            best = reading, located, candidate.origin
    if best is None:
        return Drift({}, is_verified=False, matched="not matched", stale=(), profiled={})
    reading, _, origin = best
    lines, stale = _by_own_offset(file, reading)
    return _drift(
        lines,
        reading,
        now,
        is_verified=False,
        matched=f"matched with {origin} by the function's own offset, as no version is the one profiled",
        stale=_reported(stale, now),
    )


def _agreed(drift: Drift, file: ProfileFile, rival: "_Reading", now: "_Reading") -> Drift:
    """The same without the lines that would stand elsewhere if the rival is what was profiled.

    A line that it has otherwise may have been edited since.
    """
    located = _locate(file, rival)
    if located.missing:
        return drift
    other = _drift(located.lines, rival, now, is_verified=True, matched="", stale=())
    placements = {}
    for line, placement in drift.placements.items():
        elsewhere = other.placements.get(line)
        if elsewhere is not None and elsewhere.line == placement.line:
            is_edited = State.EDITED in {placement.state, elsewhere.state}
            placements[line] = placement._replace(state=State.EDITED) if is_edited else placement
    return replace(drift, placements=placements)


@dataclass(frozen=True, slots=True)
class _Reading:
    """A text, read.

    `owners` is empty unless it has //line directives; then it maps a physical line to its file and its line
    there, with "" for the file itself.
    """

    lines: Sequence[str]
    scan: Scan
    named: Mapping[str, Sequence[FuncDecl]]
    owners: Mapping[int, tuple[str, int]]

    def declared(self, name: PprofName) -> Sequence[FuncDecl]:
        """The declarations that the name can speak of."""
        linked = self.scan.linknames.get(f"{name.package}.{name.declared}", name.declared)
        if linked in self.named:
            return self.named[linked]
        return [f for f in self.scan.functions if declares(f, name)] if name.declared[:1] == "." else ()


class _Located(NamedTuple):
    """Which line of a text each line of the profile is, both from 1, and the functions that are not in place."""

    lines: dict[int, int]
    missing: tuple[DeclaredFunction, ...]


def _read(path: str, text: str) -> _Reading:
    lines = without_ends(text)
    read = scan_assembly if path.endswith(".s") else scan
    scanned = read(text)
    named: dict[str, list[FuncDecl]] = defaultdict(list)
    for function in scanned.functions:
        named[function.name].append(function)
    return _Reading(lines, scanned, named, _owners(path, scanned, len(lines)))


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


def _locate(file: ProfileFile, reading: _Reading) -> _Located:
    lines: dict[int, int] = {}
    missing = []
    for function in file.functions:
        found = _locate_function(function, reading, 0)
        if found is None:
            missing.append(function)
        else:
            lines.update(found)
    return _Located(lines, tuple(missing))


def _locate_function(function: DeclaredFunction, reading: _Reading, shift: int) -> dict[int, int] | None:
    """The lines of a function in a text, if the function stands `shift` lines below its start line there."""
    name = parse_name(function.name)
    if not reading.scan.functions and not reading.scan.literals:
        return _by_number(function, reading, shift)
    if name.kind in {Kind.VARIABLES, Kind.MADE}:
        return _outside_functions(function, reading) if not shift else None
    extents = _extents(function, name, reading, shift)
    for start, end in extents:
        found = _inside(function, reading, start, end, shift)
        if found is not None:
            if function.start_line:
                found[function.start_line] = start
            return found
    return None


def _extents(function: DeclaredFunction, name: PprofName, reading: _Reading, shift: int) -> Iterable[tuple[int, int]]:
    """First and last line of what in the text may be this function."""
    scanned, at = reading.scan, function.start_line + shift
    if name.kind is Kind.DECLARED:
        places = reading.declared(name)
        if function.start_line:
            places = [f for f in places if _line_of(f.line, reading) == at]
        return [(f.line, f.end_line) for f in places]
    if not function.start_line:
        return [(f.line, f.end_line) for f in scanned.functions]
    if name.kind is Kind.LITERAL:
        at_line = [x for x in scanned.literals if _line_of(x.line, reading) == at]
        return sorted(((x.line, x.end_line) for x in at_line), key=lambda extent: -extent[1])
    loops = [f for f in scanned.functions if f.line <= at <= f.end_line]
    return [(at, f.end_line) for f in loops if "for" in reading.lines[at - 1]]


def _line_of(line: int, reading: _Reading) -> int:
    """The number that the compiler has for that line of the file; 0 for a line of another file."""
    name, number = reading.owners.get(line, ("", line))
    return 0 if name else number


def _inside(function: DeclaredFunction, reading: _Reading, start: int, end: int, shift: int) -> dict[int, int] | None:
    """The sampled lines between start and end, if all of them are there and hold code.

    A line that //line gives to another file, or to two files, is in its place but belongs to no line here: pprof
    records one file a function, so such a line's file is unknown.
    """
    found: dict[int, int] = {}
    if not reading.owners:
        for line in function.lines:
            if not start <= line + shift <= end or line + shift not in reading.scan.code:
                return None
            found[line] = line + shift
        return found
    numbered = defaultdict(list)
    for physical in range(start, end + 1):
        name, number = reading.owners[physical]
        if physical in reading.scan.code:
            numbered[number].append((name, physical))
    for line in function.lines:
        owners = numbered.get(line + shift, [])
        if not owners:
            return None
        if len(owners) == 1 and not owners[0][0]:
            found[line] = owners[0][1]
    return found


def _outside_functions(function: DeclaredFunction, reading: _Reading) -> dict[int, int]:
    """Of a package's initialisation the lines that can be of this file: code outside functions.

    Its frames come from all files of the package and pprof records them under one; it verifies nothing.
    """
    covered = {line for f in reading.scan.functions if f.name != "init" for line in range(f.line, f.end_line + 1)}
    return {line: line for line in function.lines if line in reading.scan.code and line not in covered}


def _by_number(function: DeclaredFunction, reading: _Reading, shift: int) -> dict[int, int] | None:
    """Templates and grammars declare no functions of Go: their lines only have to be there."""
    if shift or any(line not in reading.scan.code for line in function.lines):
        return None
    return {line: line for line in function.lines}


def _by_own_offset(file: ProfileFile, reading: _Reading) -> tuple[dict[int, int], tuple[DeclaredFunction, ...]]:
    """The lines of the functions that still match, and the functions that do not.

    A function matches where it is declared if its sampled lines and those of its closures fit, and if the next
    function of the profile moved as far as it did: otherwise something between the two starts changed, which may
    be its body. A function that is gone explains that, and one that came in between does if it is as long.
    """
    groups = _with_closures(file)
    moved = [(group[0].start_line, _shift(group[0], reading)) for group in groups]
    lines: dict[int, int] = {}
    stale: list[DeclaredFunction] = []
    for group, (start, shift), following in zip(groups, moved, [*moved[1:], (0, None)], strict=True):
        found = None if shift is None else _together(group, reading, shift)
        if found is None or shift is None or not _is_whole(start, shift, following, reading):
            stale += group
        else:
            lines.update(found)
    return lines, tuple(stale)


def _together(group: Sequence[DeclaredFunction], reading: _Reading, shift: int) -> dict[int, int] | None:
    """The lines of a function and its closures, if all of them fit."""
    lines: dict[int, int] = {}
    for function in group:
        found = _locate_function(function, reading, shift)
        if found is None:
            return None
        lines.update(found)
    return lines


def _is_whole(start: int, shift: int, following: tuple[int, int | None], reading: _Reading) -> bool:
    """Whether nothing says that the body of a function changed; `following` is where the next one began and moved."""
    next_start, next_shift = following
    if next_shift is None or next_shift == shift:
        return True
    first, last = start + shift, next_start + next_shift
    ends = [f.end_line for f in reading.scan.functions if first <= f.end_line < last]
    came = next_shift - shift
    return any(after - before == came for i, before in enumerate(ends) for after in ends[i + 1 :])


def _with_closures(file: ProfileFile) -> list[list[DeclaredFunction]]:
    """The functions in their order, each with the closures and loop bodies that follow it."""
    groups: list[list[DeclaredFunction]] = []
    for function in sorted(file.functions, key=lambda f: (f.start_line, f.name)):
        kind = parse_name(function.name).kind
        if kind is Kind.DECLARED or (not groups and kind in {Kind.LITERAL, Kind.LOOP}):
            groups.append([function])
        elif kind in {Kind.LITERAL, Kind.LOOP}:
            groups[-1].append(function)
    return groups


def _shift(function: DeclaredFunction, reading: _Reading) -> int | None:
    """How far below its start line the function stands in the text, if its sampled lines fit there."""
    name = parse_name(function.name)
    shifts = [0]
    if function.start_line and name.kind is Kind.DECLARED:
        shifts = sorted((f.line - function.start_line for f in reading.declared(name)), key=abs)
    return next((shift for shift in shifts if _locate_function(function, reading, shift) is not None), None)


def _reported(stale: Sequence[DeclaredFunction], now: _Reading) -> tuple[StaleFunction, ...]:
    """Each declaration once, without the closures in it."""
    reported: dict[tuple[str, str], StaleFunction] = {}
    for function in stale:
        name = parse_name(function.name)
        at = next((f.line - 1 for f in now.declared(name)), None)
        stale_function = StaleFunction(function.name, function.start_line, at)
        reported.setdefault((name.package, name.declared), stale_function)
    return tuple(reported.values())


def _drift(
    lines: Mapping[int, int],
    baseline: _Reading,
    now: _Reading,
    *,
    is_verified: bool,
    matched: str,
    stale: tuple[StaleFunction, ...],
) -> Drift:
    carried = carry(baseline.lines, now.lines, baseline.scan.functions, now.scan.functions)
    placements = {}
    profiled = {}
    for profile_line, line in lines.items():
        profiled[profile_line] = text = baseline.lines[line - 1]
        to = carried[line - 1]
        if to >= 0:
            placements[profile_line] = Placement(to, state_of(profile_line, to, text, now.lines[to]))
    return Drift(placements, is_verified, matched, stale, profiled)


def state_of(profile_line: int, line: int, profiled: str, text: str) -> State:
    """What became of a line that now stands on `line` (from 0) of the buffer and reads `text`."""
    if text != profiled:
        return State.EDITED
    return State.EXACT if line == profile_line - 1 else State.MOVED
