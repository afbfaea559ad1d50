"""What a search for leaks looked at, in sentences: why nothing was found, where nothing was, and how sure that is.

Times are told in the local time of day. It judges nothing.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import datetime

from pprof_lens.analysis.blame import library
from pprof_lens.analysis.goroutines import Wait, waits
from pprof_lens.analysis.growth import FEWEST
from pprof_lens.analysis.series import Evidence
from pprof_lens.analysis.verdict import SURE_SECONDS_OF_MEMORY, Finder
from pprof_lens.analysis.watched import Silence, Watched
from pprof_lens.annotate.process import paragraph
from pprof_lens.profile.plain import plain
from pprof_lens.profile.stacks import Frame
from pprof_lens.profile.units import scaled_label

_MINUTE = 60
_MANY, _PART = 30, 4
"""Fewer goroutines in one place, or than one in so many, are of any program."""

_STANDARD = "the standard library"


def sentences(evidence: Evidence, watched: Watched | None) -> tuple[str, ...]:
    """How many captures over how long, what the runtime itself proved, what changed in between, what the process has.

    `watched` is None for profiles that were given as files.
    """
    changes = _changes(watched) if watched is not None else ()
    memory = paragraph(evidence.memory)
    return (*_captures(evidence), *_proof(evidence, watched), *changes, *([memory] if memory else []))


def difference(evidence: Evidence) -> str:
    """What two or three captures tell: which line holds the most more than before. Empty for more captures or none."""
    captures = len(evidence.heaps)
    grown = Finder().difference(evidence) if captures < FEWEST else None
    if grown is None:
        return ""
    (path, line), gain = grown
    more = f"{plain(path)}:{line} holds {scaled_label(gain, 'bytes')} more than before"
    return f"{more}, which is a difference; a trend needs {FEWEST} captures."


def stopped(silence: Silence) -> str:
    """`The program stopped answering at 12:03:10: Nothing listens at localhost:6060.`"""
    if silence.is_answered:
        return f"What the program answers is of no use since {_clock(silence.since)}: {plain(silence.why)}"
    return f"The program stopped answering at {_clock(silence.since)}: {plain(silence.why)}"


def _captures(evidence: Evidence) -> Iterator[str]:
    heaps, counts = evidence.heaps, evidence.counts
    many = max(len(heaps), len(counts))
    if many:
        times = [capture.seconds for captures in (heaps, counts) for capture in captures]
        over = f" over {_duration(max(times) - min(times))}" if many > 1 else ""
        last = []
        if heaps:
            last.append(f"{scaled_label(sum(heaps[-1].inuse_bytes), 'bytes')} in use")
        if counts:
            last.append(_counted(sum(counts[-1].counts), "goroutine"))
        yield f"Looked at {_counted(many, 'capture')}{over}: {' and '.join(last)} in the last one."
    elif evidence.goroutines:
        yield from _of_one_moment(evidence)
    if evidence.other_runs:
        yield f"Captures of {_counted(evidence.other_runs, 'other run')} of the program are left out."
    if many < FEWEST:
        yield f"Growth shows over {FEWEST} captures or more."
    elif heaps and heaps[-1].seconds - heaps[0].seconds < SURE_SECONDS_OF_MEMORY:
        yield f"Memory that grows shows over {SURE_SECONDS_OF_MEMORY} seconds or more: what starts grows as well."


def _of_one_moment(evidence: Evidence) -> Iterator[str]:
    """How many goroutines, and where most of them wait, which may be what somebody looks for and accuses nobody."""
    groups = evidence.goroutines
    count = sum(group.count for group in groups)
    is_part = evidence.announced > count
    yield f"Looked at {_counted(count, 'goroutine')}{f' of {evidence.announced}' if is_part else ''} of one moment."
    places = Counter[Frame]()
    for group in groups:
        what = None if group.leaked or group.deadlocked else waits(group.frames, group.state, evidence.starts)
        if what is not None and what.wait is not Wait.SEND:  # of so many of those is said that they are stuck
            places[_told(group.frames[what.at :])] += group.count
    for place, many in places.most_common(1):
        if many >= _MANY and _PART * many >= max(count, evidence.announced):
            where = f"{plain(place.file)}:{place.line} ({plain(place.function)})"
            yield f"{many} of them wait at {where}; whether their number grows, one moment does not tell."


def _told(frames: Sequence[Frame]) -> Frame:
    """The innermost that is not the standard library's."""
    return next((frame for frame in frames if library(frame) != _STANDARD), frames[0])


def _proof(evidence: Evidence, watched: Watched | None) -> Iterator[str]:
    leaked = sum(group.count for group in evidence.leaked)
    if watched is None:
        if any(group.deadlocked for group in evidence.goroutines):
            yield "The program or a test of it was ended since its goroutines could not go on, which is proof."
        elif outlived := sum(group.count for group in evidence.leaked if group.outlived):
            yield f"A test's own check names {_counted(outlived, 'goroutine')} that outlived it."
        elif leaked:
            yield f"The runtime's own proof names {_counted(leaked, 'leaked goroutine')}."
        else:
            yield "No proof of the runtime's own (goroutineleak) is among what was given, or it names no goroutine."
        return
    proof = watched.proof
    if proof.given:
        named = _counted(leaked, "leaked goroutine") if leaked else "none"
        yield (
            f"The runtime's own proof of leaked goroutines was asked for {_times(proof.given)}, "
            f"last at {_clock(proof.at)}, and names {named}."
        )
    elif proof.refusal:
        yield f"The runtime's own proof of leaked goroutines was not to be had: {plain(proof.refusal)}"


def _changes(watched: Watched) -> Iterator[str]:
    for kind, why in watched.refused:
        yield f"Its {kind} profile was not to be had: {plain(why)}"
    restarts = watched.restarts
    if restarts:
        often = f"{_times(len(restarts))}, last " if len(restarts) > 1 else ""
        yield f"The program was started anew {often}at {_clock(restarts[-1])}; what is told is of its last run."
    over = [silence for silence in watched.silences if silence.until is not None]
    if gone := [silence for silence in over if not silence.is_answered]:
        yield f"It did not answer {_last_time(gone)}."
    if refused := [silence for silence in over if silence.is_answered]:
        yield f"What it answered was of no use {_last_time(refused)}: {plain(refused[-1].why)}"
    for silence in watched.silences[-1:]:
        if silence.until is None:
            yield stopped(silence)


def _last_time(silences: Sequence[Silence]) -> str:
    often = f", the last time of {len(silences)}" if len(silences) > 1 else ""
    return f"from {_clock(silences[-1].since)} to {_clock(silences[-1].until or 0)}{often}"


def _clock(seconds: float) -> str:
    return datetime.fromtimestamp(seconds).strftime("%H:%M:%S")  # noqa: DTZ006 - local


def _duration(seconds: float) -> str:
    if seconds < 2 * _MINUTE:
        return _counted(round(seconds), "second")
    return _counted(round(seconds / _MINUTE), "minute")


def _counted(count: int, noun: str) -> str:
    return f"1 {noun}" if count == 1 else f"{count} {noun}s"


def _times(count: int) -> str:
    return {1: "once", 2: "twice"}.get(count, f"{count} times")
