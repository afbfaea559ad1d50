"""The findings about leaks, as plain data: `goroutine-leak`, `goroutines-blocked`, `heap-growth`.

Each stands on a line of the workspace and is worth acting on; what is only likely is left to the hover. Lines are
those of the profile, from 1. What proves a finding is decided in `analysis`; here it is put into words.
"""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import NamedTuple

from pprof_lens.analysis.blame import Blame, IsOwn, blame, is_own_code
from pprof_lens.analysis.captures import StackTable, Sums, summed
from pprof_lens.analysis.goroutines import (
    BlockedLine,
    Wait,
    blocked,
    blocked_lines,
    is_stuck,
    refined,
    whose_fault,
)
from pprof_lens.analysis.growth import FEWEST, Growth, Trend, count_trends, heap_trends
from pprof_lens.analysis.series import Evidence
from pprof_lens.annotate.wording import short
from pprof_lens.profile.plain import plain
from pprof_lens.profile.stacks import Frame
from pprof_lens.profile.units import scale

LEAK, BLOCKED, GROWTH = "goroutine-leak", "goroutines-blocked", "heap-growth"
CODES = (LEAK, BLOCKED, GROWTH)

Place = tuple[str, int]
"""A file of the profile and a line of it."""

SourceLine = Callable[[str, int], str | None]
"""The text of a line of a file of the profile, as it was profiled; None where it is not known."""

_PATH_LENGTH = 8
_BODY_CALLS = re.compile(r"net/http\.(?:Get|Head|Post|PostForm|\(\*Client\)\.\w+)$")
_GLOB = re.compile(r"[*?[]")
_IGNORE = re.compile(r"//\s*pprof:ignore\s+([\w,-]+)")


class Related(NamedTuple):
    """Another line that belongs to a finding, and what happens there."""

    profile_path: str
    line: int
    function: str
    message: str


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that leaks.

    `count` is of goroutines, or of objects in use; `bytes_per_minute` is None for goroutines. `amounts` are bytes or
    goroutines, one a capture, and `seconds` their times since 1970, for a chart; `error` is the standard error of the
    rate a minute, None without a rate. `origins` are the `go` statements that started the goroutines, where they are
    known.
    """

    code: str
    profile_path: str
    line: int
    function: str
    message: str
    count: int | None = None
    bytes_per_minute: float | None = None
    error: float | None = None
    amounts: tuple[int, ...] = ()
    seconds: tuple[float, ...] = ()
    related: tuple[Related, ...] = ()
    origins: tuple[Related, ...] = ()


def find(
    evidence: Evidence,
    *,
    is_own: IsOwn = is_own_code,
    source_line: SourceLine = lambda _path, _line: None,
) -> tuple[Finding, ...]:
    """All findings: leaked goroutines, blocked ones, then growing memory, each by their rate; one a line.

    `is_own` says which frames are the workspace's; `source_line` lets a cause be told more closely.
    """
    return Finder(is_own).find(evidence, source_line)


class Finder:
    """Finds again and again while a program is watched: what earlier captures come to is added up once.

    What grows beyond doubt is found, and then as long as its growth lasts.
    """

    def __init__(self, is_own: IsOwn = is_own_code) -> None:
        self._is_own = is_own
        self._stacks: StackTable | None = None
        self._blames: dict[int, Blame | None] = {}
        self._waits: dict[int, tuple[Frame, Wait] | None] = {}
        self._sums: dict[float, Sums[Place]] = {}
        self._growing: set[Place | tuple[Frame, Wait]] = set()
        self._trends: tuple[Evidence, dict[Place, Trend]] | None = None

    def find(self, evidence: Evidence, source_line: SourceLine) -> tuple[Finding, ...]:
        """As the function `find`."""
        self._begin(evidence)
        found: dict[Place, Finding] = {}
        waiting = _Waiting(
            lines=blocked_lines(evidence.goroutines, self._is_own, evidence.starts),
            trends=self._count_trends(evidence),
            seconds=tuple(capture.seconds for capture in evidence.counts),
            source_line=source_line,
        )
        leaked = self._leaked(evidence, waiting)
        stuck = self._blocked(evidence, waiting)
        for finding in (*leaked, *stuck, *self._growths(evidence)):
            found.setdefault((finding.profile_path, finding.line), finding)
        return tuple(found.values())

    def trends(self, evidence: Evidence) -> dict[Place, Trend]:
        """How the memory went that each line is to blame for, proven or not: for the hover of a line."""
        if self._trends is None or self._trends[0] is not evidence:
            self._begin(evidence)
            self._trends = evidence, heap_trends(self._sums_of(evidence))
        return self._trends[1]

    def _begin(self, evidence: Evidence) -> None:
        if evidence.stacks is not self._stacks:  # of another run, with other numbers
            self._stacks, self._blames, self._waits, self._sums = evidence.stacks, {}, {}, {}
            self._growing = set()

    def _leaked(self, evidence: Evidence, waiting: "_Waiting") -> list[Finding]:
        """What the runtime has proven, which may have been a while ago; how many wait there now is told beside it."""
        found = []
        lines = blocked_lines(evidence.leaked, self._is_own, evidence.starts)
        for line in sorted(lines, key=waiting.rate, reverse=True):
            now = sum(other.count for other in waiting.lines if _key(other) == _key(line))
            trend = waiting.trends.get(_key(line))
            more = [f"{now} wait here now"] if now > line.count else []
            if trend is not None and self._grows(_key(line), trend):
                more.append(_becoming_more(trend))
            many = f"{_goroutines(line.count)} leaked here"
            found.append(_of_line(LEAK, line, (many, *more), waiting, trend))
        return found

    def _blocked(self, evidence: Evidence, waiting: "_Waiting") -> list[Finding]:
        """Stuck goroutines: where there is a series, those whose number grows; else by the rule for one profile."""
        found = []
        for line in sorted(waiting.lines, key=waiting.rate, reverse=True):
            trend = waiting.trends.get(_key(line))
            more = []
            if len(evidence.counts) >= FEWEST and line.wait is not Wait.NIL_CHANNEL:
                if trend is None or not self._grows(_key(line), trend):
                    continue
                more.append(_becoming_more(trend))
            elif not is_stuck(line):
                continue
            many = f"{_goroutines(line.count)} {'is' if line.count == 1 else 'are'} stuck here"
            placed = _at_caller(line, evidence, self._is_own)
            found.append(_of_line(BLOCKED, placed, (many, *more), waiting, trend))
        return found

    def _count_trends(self, evidence: Evidence) -> dict[tuple[Frame, Wait], Trend]:
        def key_of(number: int) -> tuple[Frame, Wait] | None:
            if number not in self._waits:
                frames = evidence.stacks[number]
                what = blocked(frames, starts=evidence.starts)
                whose = whose_fault(frames, what, self._is_own) if what else None
                self._waits[number] = (whose.frame, what.wait) if what and whose else None
            return self._waits[number]

        return count_trends(evidence.counts, key_of)

    def _growths(self, evidence: Evidence) -> list[Finding]:
        growing = {place: trend for place, trend in self.trends(evidence).items() if self._grows(place, trend)}
        heaviest: dict[Place, tuple[int, int]] = {}
        for number, gain in _gains(evidence).items() if growing else ():
            place = self._place_of(number)
            if place in growing:
                heaviest[place] = max(heaviest.get(place, (gain, number)), (gain, number))
        found = []
        for place, (_, number) in heaviest.items():
            whose = self._blames[number]
            if whose is not None:
                found.append(_growth(growing[place], whose, evidence, number))
        return sorted(found, key=lambda finding: -(finding.bytes_per_minute or 0))

    def _grows(self, key: Place | tuple[Frame, Wait], trend: Trend) -> bool:
        if trend.growth is Growth.PROVEN:
            self._growing.add(key)
        elif trend.growth is not Growth.LASTING:
            self._growing.discard(key)
        return key in self._growing

    def _sums_of(self, evidence: Evidence) -> list[Sums[Place]]:
        """Each heap capture added up by the line that is to blame."""
        self._sums = {
            capture.seconds: self._sums.get(capture.seconds) or summed(capture, self._place_of)
            for capture in evidence.heaps
        }
        return list(self._sums.values())

    def _place_of(self, number: int) -> Place | None:
        if number not in self._blames:
            assert self._stacks is not None
            self._blames[number] = blame(self._stacks[number], self._is_own)
        whose = self._blames[number]
        return (whose.frame.file, whose.frame.line) if whose else None


def told(trend: Trend) -> str:
    """How the memory of a line went, with its uncertainty, as one sentence."""
    verb = "grew" if trend.slope > 0 else "fell" if trend.slope < 0 else "changed"
    rate = f"{_amount(abs(trend.slope))} ± {_amount(trend.error)} a minute"
    parts = [f"In use {verb} {rate} over {len(trend.amounts)} snapshots", _shrank(trend)]
    if trend.allocated is not None:
        parts.append(f"{_amount(trend.allocated)} a minute allocated")
    if trend.slope > 0 and trend.growth is Growth.CHANCE:
        parts.append("no more than chance may do")
    if trend.growth is Growth.UNEVEN:
        parts.append("but not steadily")
    return ", ".join(parts) + "."


def at_origins(finding: Finding) -> tuple[Finding, ...]:
    """The same told on the `go` statements that started the goroutines, each leading back to the blocked line."""
    back = Related(finding.profile_path, finding.line, finding.function, "blocked here")
    verb = "leaked" if finding.code == LEAK else "blocked"
    return tuple(
        Finding(
            code=finding.code,
            profile_path=origin.profile_path,
            line=origin.line,
            function=origin.function,
            message=f"Goroutines that are started here are {verb} in {short(finding.function)}.",
            related=(back,),
        )
        for origin in finding.origins
    )


def is_silenced(finding: Finding, text: str, text_above: str) -> bool:
    """Whether `//pprof:ignore CODE[,CODE] reason` stands on the finding's line, or alone on the line above."""
    above = text_above if text_above.lstrip().startswith("//") else ""
    found = (match for match in map(_IGNORE.search, (text, above)) if match)
    return any(finding.code in match[1].split(",") for match in found)


def is_ignored(finding: Finding, patterns: Iterable[str]) -> bool:
    """Whether a setting's pattern names the finding: `CODE`, or `CODE:GLOB` over its function or its file's path.

    The code may be a glob too; `*` also stands for slashes.
    """
    for pattern in patterns:
        code, _, place = pattern.partition(":")
        is_there = any(fnmatchcase(name, place or "*") for name in (finding.function, finding.profile_path))
        if fnmatchcase(finding.code, code) and is_there:
            return True
    return False


def pattern_of(finding: Finding) -> str:
    """The pattern that ignores this finding and those of its code in the same function, and no others."""
    exactly = _GLOB.sub(r"[\g<0>]", finding.function)
    return f"{finding.code}:{exactly}"


class _Waiting(NamedTuple):
    """The goroutines of the newest profile, how each line's number of them went, and at which times."""

    lines: tuple[BlockedLine, ...]
    trends: Mapping[tuple[Frame, Wait], Trend]
    seconds: tuple[float, ...]
    source_line: SourceLine

    def rate(self, line: BlockedLine) -> tuple[float, int]:
        """How many more each minute, and how many there are: what lines are put in order by."""
        trend = self.trends.get(_key(line))
        return trend.slope if trend else 0.0, line.count


def _key(line: BlockedLine) -> tuple[Frame, Wait]:
    return line.blame.frame, line.wait


def _becoming_more(trend: Trend) -> str:
    return f"{trend.slope:.3g} more each minute over {len(trend.amounts)} snapshots"


def _of_line(code: str, line: BlockedLine, said: Sequence[str], waiting: _Waiting, trend: Trend | None) -> Finding:
    frame = line.blame.frame
    cause = refined(line.wait, waiting.source_line(frame.file, frame.line)).value
    parts = [f"{said[0]}{_in_library(line.blame)}, {cause}", *said[1:]]
    if line.wait_seconds:
        minutes = line.wait_seconds // 60
        parts.append(f"longest wait {minutes} minute{'s' if minutes != 1 else ''}")
    if line.created_by:
        parts.append(f"started by {short(line.created_by[0].function)}")
    elif line.frames[-1].function not in (frame.function, "runtime.main"):
        parts.append(f"in a goroutine that runs {short(line.frames[-1].function)}")
    origins = tuple(_related(by, "started here") for by in line.created_by)
    return Finding(
        code=code,
        profile_path=frame.file,
        line=frame.line,
        function=frame.function,
        message="; ".join(parts) + ".",
        count=line.count,
        error=trend.error if trend else None,
        amounts=trend.amounts if trend else (),
        seconds=waiting.seconds if trend else (),
        related=(*_path(line.frames, line.blame.at), *origins),
        origins=origins,
    )


def _at_caller(line: BlockedLine, evidence: Evidence, is_own: IsOwn) -> BlockedLine:
    """Connections that wait for their body on the line that made the request, which the heap tells."""
    if line.wait is not Wait.BODY or not evidence.heaps:
        return line
    newest = evidence.heaps[-1]
    callers = [
        (objects, whose, evidence.stacks[stack])
        for stack, objects in zip(newest.stacks, newest.inuse_objects, strict=True)
        if objects and (whose := blame(evidence.stacks[stack], is_own)) and _BODY_CALLS.match(whose.called)
    ]
    if not callers:
        return line
    _, whose, frames = max(callers)
    return BlockedLine(whose, line.wait, line.count, frames, line.wait_seconds, created_by=line.created_by)


def _gains(evidence: Evidence) -> dict[int, int]:
    """By how many bytes each stack grew over the series."""
    first, last = evidence.heaps[0], evidence.heaps[-1]
    gains = dict(zip(last.stacks, last.inuse_bytes, strict=True))
    for stack, value in zip(first.stacks, first.inuse_bytes, strict=True):
        gains[stack] = gains.get(stack, 0) - value
    return gains


def _growth(trend: Trend, whose: Blame, evidence: Evidence, heaviest: int) -> Finding:
    frame, stack = whose.frame, evidence.stacks[heaviest]
    rate = f"in use here grew {_amount(trend.slope)}/min"
    if trend.allocated and trend.allocated >= 2 * trend.slope:
        rate += f" of {_amount(trend.allocated)}/min allocated"
    by = f"{short(whose.called)} of {plain(whose.library)}" if whose.library else short(frame.function)
    callers = [frame.function] if whose.library else []
    callers += [caller.function for caller in stack[whose.at + 1 :]]
    source = next((f" from {short(caller)}" for caller in callers if caller != frame.function or whose.library), "")
    message = (
        f"{rate} over {len(trend.amounts)} snapshots, {_shrank(trend)}; "
        f"{trend.objects:.0f} objects/min; allocated by {by}{source}"
    )
    if _BODY_CALLS.match(whose.called):
        message += "; a response body that is not closed keeps its connection"
    return Finding(
        code=GROWTH,
        profile_path=frame.file,
        line=frame.line,
        function=frame.function,
        message=message + ".",
        bytes_per_minute=trend.slope,
        error=trend.error,
        amounts=trend.amounts,
        seconds=tuple(capture.seconds for capture in evidence.heaps),
        related=_path(stack, whose.at),
    )


def _shrank(trend: Trend) -> str:
    return f"shrank {trend.falls} times" if trend.falls > 1 else "shrank once" if trend.falls else "never shrank"


def _path(stack: Sequence[Frame], at: int) -> tuple[Related, ...]:
    """The calls that lead to the frame at that index, the nearest first."""
    return tuple(_related(frame, f"called by {short(frame.function)}") for frame in stack[at + 1 :][:_PATH_LENGTH])


def _related(frame: Frame, message: str) -> Related:
    return Related(frame.file, frame.line, plain(frame.function), message)


def _in_library(whose: Blame) -> str:
    is_waiting_room = not whose.library or whose.called.startswith(("runtime.", "sync.", "time.Sleep", "net."))
    return "" if is_waiting_room else f" in {short(whose.called)} of {plain(whose.library)}"


def _goroutines(count: int) -> str:
    return "1 goroutine" if count == 1 else f"{count} goroutines"


def _amount(size: float) -> str:
    """`3.1 MB`, in pprof's units of 1024."""
    value, unit = scale(round(size), "bytes", "auto")
    return f"{value:.1f} {unit}"
