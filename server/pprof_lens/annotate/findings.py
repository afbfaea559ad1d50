"""The findings about leaks, as plain data: `goroutine-leak`, `goroutines-blocked`, `heap-growth`.

Each stands on a line of the workspace and is worth acting on; what is only likely is left to the hover. Lines are
those of the profile, from 1. What proves a finding is decided in `analysis.verdict`; here it is put into words.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from fnmatch import fnmatchcase
from typing import NamedTuple

from pprof_lens.analysis.blame import Blame
from pprof_lens.analysis.goroutines import OF_CONNECTIONS
from pprof_lens.analysis.growth import Growth, Trend
from pprof_lens.analysis.names import short
from pprof_lens.analysis.verdict import Grade, Grown, Stuck, Verdict
from pprof_lens.profile.goroutines import GoroutineGroup
from pprof_lens.profile.plain import plain
from pprof_lens.profile.stacks import Frame
from pprof_lens.profile.units import scale

LEAK, BLOCKED, GROWTH = "goroutine-leak", "goroutines-blocked", "heap-growth"
CODES = (LEAK, BLOCKED, GROWTH)

_UNITS = ((1, "minute"), (60, "hour"), (24 * 60, "day"))

_PATH_LENGTH = 8
_LEAST_SEEN = 10
_CLAIM = re.compile(r" (?:that|without|whose) ")
"""Before it a cause says what is waited for, behind it why that never comes."""

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
    known; `groups` are they by their stacks, `stack` is the one whose memory grew most. What only waits accuses nobody:
    it is no diagnostic.
    """

    code: str
    profile_path: str
    line: int
    function: str
    message: str
    grade: Grade = "growing"
    accuses: bool = True
    count: int | None = None
    bytes_per_minute: float | None = None
    error: float | None = None
    amounts: tuple[int, ...] = ()
    seconds: tuple[float, ...] = ()
    related: tuple[Related, ...] = ()
    origins: tuple[Related, ...] = ()
    groups: tuple[GoroutineGroup, ...] = ()
    stack: tuple[Frame, ...] = ()


def in_words(verdict: Verdict) -> Finding:
    """A verdict in words."""
    return _of_goroutines(verdict) if isinstance(verdict, Stuck) else _of_memory(verdict)


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

    The function goes by its whole name and as it is shown. The code may be a glob too; `*` also stands for slashes.
    """
    for pattern in patterns:
        code, _, place = pattern.partition(":")
        names = (finding.function, short(finding.function), finding.profile_path)
        is_there = not place or place in names or any(fnmatchcase(name, place) for name in names)
        if fnmatchcase(finding.code, code) and is_there:
            return True
    return False


def pattern_of(finding: Finding) -> str:
    """The pattern that ignores this finding and those of its code in the same function, and no others."""
    exactly = _GLOB.sub(r"[\g<0>]", finding.function)
    return f"{finding.code}:{exactly}"


def _of_goroutines(stuck: Stuck) -> Finding:
    line, frame, trend = stuck.line, stuck.frame, stuck.trend
    count = line.count
    why = stuck.cause if stuck.accuses else _CLAIM.split(stuck.cause)[0]
    parts = [f"{_state(stuck)}{_in_library(line.blame)}, {plain(why)}"]
    if stuck.is_leak and stuck.now > count:
        parts.append(f"{stuck.now} wait here now")
    if trend is not None and stuck.grows:
        stay = f"{trend.staying} of them stay while the others come and go, " if trend.staying else ""
        parts.append(stay + _becoming_more(trend))
    if len(stuck.candidates) > 1:
        calls = "requests" if line.wait in OF_CONNECTIONS else "calls"
        parts.append(f"{_one_of(stuck.candidates, f'{calls} that may have made them')}")
    if line.wait_seconds:
        parts.append(f"longest wait {_counted(line.wait_seconds // 60, 'minute')}")
    elif line.seen_seconds >= _LEAST_SEEN:
        parts.append(f"one is here for {_counted(line.seen_seconds, 'second')} or more")
    if line.created_by:
        parts.append(f"started by {short(line.created_by[0].function)}")
    elif line.frames[-1].function not in (frame.function, "runtime.main"):
        parts.append(f"in a goroutine that runs {short(line.frames[-1].function)}")
    if line.labels:
        parts.append("all with " + plain(", ".join(f"{key}={','.join(values)}" for key, values in line.labels)))
    origins = tuple(_related(by, "started here") for by in line.created_by)
    return Finding(
        code=LEAK if stuck.is_leak else BLOCKED,
        grade=stuck.grade,
        accuses=stuck.accuses,
        profile_path=frame.file,
        line=frame.line,
        function=frame.function,
        message="; ".join(parts) + ".",
        count=count,
        error=trend.error if trend else None,
        amounts=trend.amounts if trend else (),
        seconds=stuck.seconds,
        related=(*_path(line.frames, line.blame.at), *origins),
        origins=origins,
        groups=line.groups,
    )


def _one_of(candidates: Sequence[Frame], calls: str) -> str:
    places = ", ".join(f"{other.file.rpartition('/')[2]}:{other.line}" for other in candidates)
    return f"one of {len(candidates)} {calls} ({plain(places)})"


def _state(stuck: Stuck) -> str:
    """`3 goroutines leaked here`; of what accuses nobody only that it waits."""
    count = stuck.line.count
    many = _counted(count, "goroutine")
    if stuck.is_leak:
        return f"{many} leaked here"
    if not stuck.accuses:
        return f"{many} {'waits' if count == 1 else 'wait'} here"
    return f"{many} {'is' if count == 1 else 'are'} stuck here"


def _becoming_more(trend: Trend) -> str:
    rate, unit = next(((trend.slope * many, unit) for many, unit in _UNITS if trend.slope * many >= 1), (0.0, ""))
    told = f"{rate:.0f}" if rate >= 10 else f"{rate:.1f}".removesuffix(".0")
    more = f"{told} more each {unit}" if unit else "ever more"
    return f"{more} over {len(trend.amounts)} snapshots"


def _of_memory(grown: Grown) -> Finding:
    trend, whose, stack = grown.trend, grown.whose, grown.stack
    frame = whose.frame
    rate = f"in use here grew {_amount(trend.slope)}/min"
    if trend.allocated and trend.allocated >= 2 * trend.slope:
        rate += f" of {_amount(trend.allocated)}/min allocated"
    if grown.stands_since:
        until = datetime.fromtimestamp(grown.stands_since)  # noqa: DTZ006 - local
        rate = f"in use here grew until {until:%H:%M:%S}, and stands since for as long as it grew,"
    by = f"{short(whose.called)} of {plain(whose.library)}" if whose.library else short(frame.function)
    callers = [frame.function] if whose.library else []
    callers += [caller.function for caller in stack[whose.at + 1 :]]
    source = next((f" from {short(caller)}" for caller in callers if caller != frame.function or whose.library), "")
    objects = f"{trend.objects:.0f} objects/min; " if trend.objects >= 1 else ""
    message = f"{rate} over {len(trend.amounts)} snapshots, {_shrank(trend)}; {objects}allocated by {by}{source}"
    if grown.keeper:
        message = f"{rate} over {len(trend.amounts)} snapshots, {_shrank(trend)}; kept by {short(grown.keeper)}"
        message += f", which {by} made"
    if len(grown.candidates) > 1:
        message += f"; {_one_of(grown.candidates, 'calls that may have made it')}"
    if grown.keeps_body:
        message += "; a response body that is not closed keeps its connection"
    how = "stored here up to a number" if grown.is_capped else "taken out here"
    taken = (_related(grown.outlet, how),) if grown.outlet else ()
    if grown.outlet is not None:
        where = f"{plain(grown.outlet.file.rpartition('/')[2])}:{grown.outlet.line}"
        does, falls_short = (
            ("stores only so many", "to which it has not come")
            if grown.is_capped
            else ("takes out again", "less than comes")
        )
        message += f"; {where} {does}"
        message += "" if grown.stands_since else f", {falls_short}" if grown.accuses else ": it may be filling up"
    return Finding(
        code=GROWTH,
        grade=grown.grade,
        accuses=grown.accuses,
        profile_path=frame.file,
        line=frame.line,
        function=frame.function,
        message=message + ".",
        bytes_per_minute=trend.slope,
        error=trend.error,
        amounts=trend.amounts,
        seconds=grown.seconds,
        related=(*_path(stack, whose.at), *taken),
        stack=stack,
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


def _counted(count: int, noun: str) -> str:
    return f"1 {noun}" if count == 1 else f"{count} {noun}s"


def _amount(size: float) -> str:
    """`3.1 MB`, in pprof's units of 1024."""
    value, unit = scale(round(size), "bytes", "auto")
    return f"{value:.1f} {unit}"
