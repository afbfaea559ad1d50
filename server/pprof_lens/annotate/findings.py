"""The findings about leaks, as plain data: `goroutine-leak`, `goroutines-blocked`, `heap-growth`.

Each stands on a line of the workspace and is worth acting on; what is only likely is left to the hover. Lines are
those of the profile, from 1. What proves a finding is decided in `analysis`; here it is put into words.
"""

import re
from array import array
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from operator import itemgetter
from typing import Literal, NamedTuple

from pprof_lens.analysis.blame import Blame, IsOwn, blame, is_own_code
from pprof_lens.analysis.captures import CountCapture, StackTable, Sums, summed
from pprof_lens.analysis.causes import SourceLine, cause, closes_body, transport_of
from pprof_lens.analysis.goroutines import (
    ENDING_BY_THEMSELVES,
    OF_CONNECTIONS,
    BlockedLine,
    Wait,
    are_too_many,
    blocked_lines,
    is_certain,
    is_too_long,
    waits,
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

Grade = Literal["proved", "growing", "waiting"]
"""Proved by the runtime, growing by measurement over time, or only waiting: for longer, or more than anyone means."""

_SURE_SECONDS, _SURE_SECONDS_OF_ENDING = 20, 50
"""A number that rises for so long has more to it than a start; of waits that end by themselves it takes longer."""

_MOST_CANDIDATES = 5
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
    """One thing that leaks, and what makes us say so.

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
    grade: Grade = "growing"
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
        self._waits: dict[int, _Key | None] = {}
        self._sums: dict[float, Sums[Place]] = {}
        self._growing: set[Place | _Key] = set()
        self._trends: tuple[Evidence, dict[Place, Trend]] | None = None
        self._seen_until = False

    def find(self, evidence: Evidence, source_line: SourceLine) -> tuple[Finding, ...]:
        """As the function `find`."""
        self._begin(evidence)
        self._replay(evidence)
        found: dict[Place, Finding] = {}
        waiting = _Waiting(
            lines=blocked_lines(evidence.goroutines, self._is_own, evidence.starts),
            trends=self._count_trends(evidence),
            seconds=tuple(capture.seconds for capture in evidence.counts),
            source_line=source_line,
        )
        leaked = self._leaked(evidence, waiting)
        stuck = self._blocked(evidence, waiting)
        for finding in (*leaked, *stuck, *self._growths(evidence, source_line)):
            found.setdefault((finding.profile_path, finding.line), finding)
        return tuple(found.values())

    def difference(self, evidence: Evidence) -> tuple[Place, int] | None:
        """The line that holds so many bytes more than in the first capture, the most of all; None where none does."""
        self._begin(evidence)
        grown: dict[Place, int] = defaultdict(int)
        for number, gain in _gains(evidence).items() if len(evidence.heaps) > 1 else ():
            place = self._place_of(number)
            if place is not None:
                grown[place] += gain
        most = max(grown.items(), key=itemgetter(1), default=None)
        return most if most is not None and most[1] > 0 else None

    def _replay(self, evidence: Evidence) -> None:
        """Where a whole series is seen at once: what was proven in it before stays so as long as it lasts."""
        heaps, counts = evidence.heaps, evidence.counts
        times = {capture.seconds for capture in heaps} | {capture.seconds for capture in counts}
        for seconds in sorted(times)[FEWEST - 1 : -1] if not self._seen_until else ():
            before = evidence.until(seconds)
            for place, trend in heap_trends(self._sums_of(before)).items():
                self._grows(place, trend)
            for key, count in self._count_trends(before).items():
                self._grows(key, count)
        self._seen_until = True

    def trends(self, evidence: Evidence) -> dict[Place, Trend]:
        """How the memory went that each line is to blame for, proven or not: for the hover of a line."""
        if self._trends is None or self._trends[0] is not evidence:
            self._begin(evidence)
            self._trends = evidence, self._sharpened(evidence, heap_trends(self._sums_of(evidence)))
        return self._trends[1]

    def _sharpened(self, evidence: Evidence, trends: dict[Place, Trend]) -> dict[Place, Trend]:
        """The trends, with the growth of single stacks where it is beyond doubt: what churns beside it hides none."""
        doubtful = {place for place, trend in trends.items() if _may_grow(trend)}
        if not doubtful:
            return trends
        sharp = dict(trends)
        sums = [summed(capture, lambda n: n if self._place_of(n) in doubtful else None) for capture in evidence.heaps]
        for number, trend in heap_trends(sums).items():
            place = self._place_of(number)
            if place is not None and trend.growth > sharp[place].growth and 4 * trend.slope >= sharp[place].slope:
                sharp[place] = replace(sharp[place], growth=trend.growth)
        return sharp

    def _begin(self, evidence: Evidence) -> None:
        if evidence.stacks is not self._stacks:  # of another run, with other numbers
            self._stacks, self._blames, self._waits, self._sums = evidence.stacks, {}, {}, {}
            self._growing, self._seen_until = set(), False

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
            for placed, doubt in self._placed(line, evidence, waiting.source_line):
                found.append(_of_line(LEAK, placed, (many, *more, *doubt), waiting, trend))
        return found

    def _blocked(self, evidence: Evidence, waiting: "_Waiting") -> list[Finding]:
        """Stuck goroutines: those that the runtime or a dump tells of, and those whose number grows and grows."""
        found = []
        for line in sorted(waiting.lines, key=waiting.rate, reverse=True):
            trend = waiting.trends.get(_key(line))
            grade, more = self._grade(line, trend, evidence), []
            if grade is None:
                continue
            if grade == "growing" and trend is not None:
                more.append(_becoming_more(trend))
            many = f"{_goroutines(line.count)} {'is' if line.count == 1 else 'are'} stuck here"
            for placed, doubt in self._placed(line, evidence, waiting.source_line):
                told = _of_line(BLOCKED, placed, (many, *more, *doubt), waiting, trend)
                found.append(replace(told, grade=grade))
        return found

    def _grade(self, line: BlockedLine, trend: Trend | None, evidence: Evidence) -> Grade | None:
        """What makes us say that these are stuck; None where nothing does."""
        if is_certain(line):
            return "proved"
        if trend is not None and self._grows(_key(line), trend):
            return "growing"
        return "waiting" if is_too_long(line) or (not evidence.is_series and are_too_many(line)) else None

    def _count_trends(self, evidence: Evidence) -> dict["_Key", Trend]:
        """How the number of each line went; of waits that end by themselves only over a time that is long enough."""

        def key_of(number: int) -> _Key | None:
            if number not in self._waits:
                frames = evidence.stacks[number]
                what = waits(frames, starts=evidence.starts)
                whose = whose_fault(frames, what, self._is_own) if what else None
                self._waits[number] = (whose.frame, what.wait) if what and whose else None
            return self._waits[number]

        found = count_trends(evidence.counts, key_of)
        if not found:
            return found
        span = evidence.counts[-1].seconds - evidence.counts[0].seconds
        for key, trend in found.items():
            _, wait = key
            if wait in OF_CONNECTIONS:
                found[key] = self._of_connections(evidence, key, trend)
            elif span < (_SURE_SECONDS_OF_ENDING if wait in ENDING_BY_THEMSELVES else _SURE_SECONDS):
                found[key] = replace(trend, growth=Growth.CHANCE)
        return found

    def _of_connections(self, evidence: Evidence, key: "_Key", trend: Trend) -> Trend:
        """The growth of those connections for which no goroutine of the program can be at work."""
        unused = []
        for capture in evidence.counts:
            waiting = own = 0
            for number, count in zip(capture.stacks, capture.counts, strict=True):
                if self._waits.get(number) == key:
                    waiting += count
                elif any(map(self._is_own, evidence.stacks[number])):
                    own += count
            unused.append(CountCapture(capture.seconds, array("q", [0]), array("q", [max(0, waiting - own)])))
        growth = count_trends(unused, lambda _: key)[key].growth
        return replace(trend, growth=min(trend.growth, growth))

    def _placed(
        self, line: BlockedLine, evidence: Evidence, source_line: SourceLine
    ) -> list[tuple[BlockedLine, tuple[str, ...]]]:
        """The line; of connections those of the requests that may have made them, with a word of doubt if several."""
        if line.wait not in OF_CONNECTIONS:
            return [(line, ())]
        calls = self._requests(evidence)
        if line.wait is Wait.BODY:
            calls = [call for call in calls if not closes_body(call[0].frame, source_line)] or calls
        else:
            calls = [(whose._replace(frame=transport_of(whose.frame, source_line)), stack) for whose, stack in calls]
        places = ", ".join(f"{whose.frame.file.rpartition('/')[2]}:{whose.frame.line}" for whose, _ in calls)
        doubt = (f"one of {len(calls)} requests that may have made them ({plain(places)})",) if len(calls) > 1 else ()
        return [(replace(line, blame=whose, frames=stack), doubt) for whose, stack in calls[:_MOST_CANDIDATES]]

    def _requests(self, evidence: Evidence) -> list[tuple[Blame, tuple[Frame, ...]]]:
        """The program's calls of an HTTP client that the newest heap profile and the goroutines know, one a line."""
        numbers = evidence.heaps[-1].stacks if evidence.heaps else ()
        stacks = [evidence.stacks[number] for number in numbers]
        stacks += [group.frames for group in evidence.goroutines]
        found: dict[Place, tuple[Blame, tuple[Frame, ...]]] = {}
        for stack in stacks:
            whose = blame(stack, self._is_own)
            if whose is not None and _BODY_CALLS.match(whose.called):
                found.setdefault((whose.frame.file, whose.frame.line), (whose, stack))
        return list(found.values())

    def _growths(self, evidence: Evidence, source_line: SourceLine) -> list[Finding]:
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
                found.append(_growth(growing[place], whose, evidence, number, source_line))
        return sorted(found, key=lambda finding: -(finding.bytes_per_minute or 0))

    def _grows(self, key: "Place | _Key", trend: Trend) -> bool:
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


_Key = tuple[Frame, Wait]
"""A line and what is waited for there."""


class _Waiting(NamedTuple):
    """The goroutines of the newest profile, how each line's number of them went, and at which times."""

    lines: tuple[BlockedLine, ...]
    trends: Mapping[_Key, Trend]
    seconds: tuple[float, ...]
    source_line: SourceLine

    def rate(self, line: BlockedLine) -> tuple[float, int]:
        """How many more each minute, and how many there are: what lines are put in order by."""
        trend = self.trends.get(_key(line))
        return trend.slope if trend else 0.0, line.count


def _may_grow(trend: Trend) -> bool:
    return trend.growth is not Growth.PROVEN and trend.slope > 3 * trend.error


def _key(line: BlockedLine) -> _Key:
    return line.blame.frame, line.wait


def _becoming_more(trend: Trend) -> str:
    rate = f"{trend.slope:.0f}" if trend.slope >= 10 else f"{trend.slope:.1f}".removesuffix(".0")
    return f"{rate} more each minute over {len(trend.amounts)} snapshots"


def _of_line(code: str, line: BlockedLine, said: Sequence[str], waiting: _Waiting, trend: Trend | None) -> Finding:
    frame = line.blame.frame
    why = plain(cause(line.wait, frame, waiting.source_line))
    parts = [f"{said[0]}{_in_library(line.blame)}, {why}", *said[1:]]
    if line.wait_seconds:
        minutes = line.wait_seconds // 60
        parts.append(f"longest wait {minutes} minute{'s' if minutes != 1 else ''}")
    if line.created_by:
        parts.append(f"started by {short(line.created_by[0].function)}")
    elif line.frames[-1].function not in (frame.function, "runtime.main"):
        parts.append(f"in a goroutine that runs {short(line.frames[-1].function)}")
    if line.labels:
        parts.append("all with " + plain(", ".join(f"{key}={','.join(values)}" for key, values in line.labels)))
    origins = tuple(_related(by, "started here") for by in line.created_by)
    return Finding(
        code=code,
        grade="proved",
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


def _gains(evidence: Evidence) -> dict[int, int]:
    """By how many bytes each stack grew over the series."""
    first, last = evidence.heaps[0], evidence.heaps[-1]
    gains = dict(zip(last.stacks, last.inuse_bytes, strict=True))
    for stack, value in zip(first.stacks, first.inuse_bytes, strict=True):
        gains[stack] = gains.get(stack, 0) - value
    return gains


def _growth(
    trend: Trend, whose: Blame, evidence: Evidence, heaviest: int, source_line: SourceLine
) -> Finding:
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
    if _BODY_CALLS.match(whose.called) and not closes_body(frame, source_line):
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
