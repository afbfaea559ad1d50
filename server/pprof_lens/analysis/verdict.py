"""Which goroutines are stuck and which memory grows, with what makes us say so: the proof of every finding.

Three grades: proved by the runtime, growing by measurement over time, or only waiting. What waits is a fact that
accuses nobody, unless it does so for longer than anyone means, or a lone profile, which no other can explain, has
more senders than anyone means. Verdicts are data: `annotate.findings` says them.
"""

import re
from array import array
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice, product, takewhile
from operator import itemgetter
from typing import Literal, NamedTuple

from pprof_lens.analysis.blame import Blame, IsOwn, blame, is_own_code, library, owned_by
from pprof_lens.analysis.bodies import Bodies, Fate
from pprof_lens.analysis.captures import CountCapture, StackTable, Sums, summed
from pprof_lens.analysis.causes import cause, has_room, is_generator, of_leaf, refined
from pprof_lens.analysis.census import Census, Crowd, Outlasting, are_left, crowds, go_on, outlasting, stay
from pprof_lens.analysis.expiry import seconds_until_taken
from pprof_lens.analysis.goroutines import (
    ENDING_BY_THEMSELVES,
    OF_CONNECTIONS,
    OF_THE_RUNTIME,
    OF_WORKERS,
    BlockedLine,
    Wait,
    are_too_many,
    blocked_lines,
    is_certain,
    is_running,
    is_too_long,
    kept_by_library,
    waits,
    whose_fault,
)
from pprof_lens.analysis.gotext import SourceLine, beside
from pprof_lens.analysis.growth import FEWEST, Course, Growth, Times, Trend, count_trends, heap_trends
from pprof_lens.analysis.lasting import has_ended, stands_since
from pprof_lens.analysis.makers import Making
from pprof_lens.analysis.outlets import Outlet, outlet
from pprof_lens.analysis.series import Evidence
from pprof_lens.analysis.sharpening import Sharper
from pprof_lens.analysis.timeouts import seconds_until_over
from pprof_lens.analysis.transports import is_shared, transport_of
from pprof_lens.profile.goroutines import GoroutineGroup
from pprof_lens.profile.stacks import Frame
from pprof_lens.source.symbols import package_of, parse

Place = tuple[str, int]
"""A file of the profile and a line of it."""

Grade = Literal["proved", "growing", "waiting"]
"""Proved by the runtime, growing by measurement over time, or only waiting."""

_SURE_SECONDS_OF_LOCKS, _SURE_SECONDS, _SURE_SECONDS_OF_ENDING = 20, 30, 50
"""A number that rises for so long has more to it than a start or than workers that come to their pool."""

SURE_SECONDS_OF_MEMORY, _SURE_SECONDS_OF_FILLING = 50, 200
"""Memory that grows for so long is no start of a program; what the source takes out again may be a cache that fills."""

_LONGER = 1.5
"""Times the age at which the source takes it out: from then on as much goes as comes, but for what is swept rarely.
Those who wait until a time is over go as surely."""

_LONGEST_WAIT = 300.0
"""Seconds: who waits for longer until it is over by itself is as good as stuck."""

_SAME_SECONDS = 20
"""So close to the last capture a proof of the runtime's is of the same moment."""

_APART_SECONDS = 5
"""Of dumps that are closer whoever takes a while is in both."""

_CENSUS_LASTS = 45
"""Seconds for which a dump tells who is where; of too many goroutines there is no newer one."""

_MOST_CANDIDATES = 5
_MOST_FILES = 500
"""Beside those that stacks name, in which makers are looked for."""

_NEAR_CALLERS = 3
_BODY_CALLS = re.compile(r"net/http\.(?:Get|Head|Post|PostForm|\(\*Client\)\.\w+)$")


def no_source(_path: str, _line: int) -> None:
    """The SourceLine of who knows no text."""


@dataclass(frozen=True, slots=True)
class Stuck:
    """Goroutines that wait on one line.

    `is_leak` says that the runtime's profile of leaked goroutines has them; `now` is how many wait there now. `trend`
    is of their number, at `seconds` since 1970; `grows` says that it proves something. `accuses` is false of what only
    waits. `candidates` are the calls of which one made them, this one among them, where that is not known.
    """

    line: BlockedLine
    cause: str
    grade: Grade
    is_leak: bool = False
    accuses: bool = True
    now: int = 0
    trend: Trend | None = None
    grows: bool = False
    seconds: tuple[float, ...] = ()
    candidates: tuple[Frame, ...] = ()

    @property
    def frame(self) -> Frame:
        return self.line.blame.frame


@dataclass(frozen=True, slots=True)
class Grown:
    """Memory that grows on one line; `stack` is the one that grew most, `seconds` the times of its trend."""

    whose: Blame
    trend: Trend
    stack: tuple[Frame, ...]
    seconds: tuple[float, ...]
    keeps_body: bool = False
    """Whether the line asks over HTTP and nothing after it closes the body of the answer."""

    outlet: Frame | None = None
    """The line that takes out again what this one puts in, or where it `is_capped` the one that stores no more than so
    many: it may be filling, and accuses nobody before long."""

    is_capped: bool = False

    keeper: str = ""
    """The function of a library in whose own goroutine it grows; `whose` is the call that made what it belongs to."""

    candidates: tuple[Frame, ...] = ()
    grade: Grade = "growing"
    accuses: bool = True
    stands_since: float = 0.0
    """When it grew last, in seconds since 1970, where that is as long ago as it grew for; else 0."""

    @property
    def frame(self) -> Frame:
        return self.whose.frame


Verdict = Stuck | Grown


class Finder:
    """Finds again and again while a program is watched: what earlier captures come to is added up once.

    What grows beyond doubt is found, and then until there is evidence against it.
    """

    def __init__(self) -> None:
        self._modules: frozenset[str] = frozenset()
        self._is_own: IsOwn = is_own_code
        self._source_line: SourceLine = no_source
        self._stacks: StackTable | None = None
        self._blames: dict[int, Blame | None] = {}
        self._waits: dict[int, _Key | None] = {}
        self._sums: dict[float, Sums[Place]] = {}
        self._sharper = Sharper(self._place_of)
        self._crowds: dict[float, Mapping[Place, Crowd]] = {}
        self._outlasting: tuple[tuple[float, ...], dict[Place, Outlasting | None]] = (), {}
        self._growing: dict[Place | _Key, Trend] = {}
        self._trends: tuple[Evidence, dict[Place, Trend]] | None = None
        self._seen_until = False
        self._never_full: set[Place] = set()
        self._files: dict[int, Mapping[str, str]] = {}
        self._written: dict[Making, list[_Call]] = {}
        self._causes: dict[tuple[Wait, Frame, str | None], str] = {}

    def find(
        self, evidence: Evidence, source_line: SourceLine = no_source, modules: frozenset[str] = frozenset()
    ) -> tuple[Verdict, ...]:
        """Leaked goroutines, blocked ones, then growing memory, each by their rate, and what only waits; one a line.

        `source_line` lets a cause be told more closely; `modules` are the workspace's, by their names.
        """
        if modules != self._modules:
            self._modules, self._is_own, self._stacks = modules, owned_by(modules), None
        self._source_line = source_line
        self._begin(evidence)
        self._replay(evidence)
        waiting = _Waiting(
            lines=self._lines(evidence.goroutines, evidence),
            trends=self._count_trends(evidence),
            seconds=tuple(capture.seconds for capture in evidence.counts),
            source_line=source_line,
            bodies=Bodies(source_line),
            cause_of=self._cause,
        )
        verdicts: list[Verdict] = [*self._leaked(evidence, waiting), *self._blocked(evidence, waiting)]
        verdicts += self._growths(evidence, source_line, waiting.bodies)
        found: dict[Place, Verdict] = {}
        for verdict in sorted(verdicts, key=lambda verdict: not verdict.accuses):
            found.setdefault((verdict.frame.file, verdict.frame.line), verdict)
        return tuple(found.values())

    def difference(self, evidence: Evidence) -> tuple[Place, int] | None:
        """The line that holds so many bytes more than in the first capture, the most of all; None where none does."""
        self._begin(evidence)
        grown: dict[Place, int] = defaultdict(int)
        for number, gain in _gains(evidence).items() if len(evidence.heaps) > 1 else ():
            place = self._place_of(number)
            if place is not None and any(map(self._is_own, evidence.stacks[number])):
                grown[place] += gain
        most = max(grown.items(), key=itemgetter(1), default=None)
        return most if most is not None and most[1] > 0 else None

    def _replay(self, evidence: Evidence) -> None:
        """Where a whole series is seen at once: what was proven in it before stays so until something is against it."""
        heaps, counts = evidence.heaps, evidence.counts
        times = sorted({capture.seconds for capture in heaps} | {capture.seconds for capture in counts})
        moments = times[FEWEST - 1 : -1] if not self._seen_until else []
        sums, doubtful = [], frozenset[Place]()
        if moments:
            sums = self._sums_of(evidence)
            doubtful = frozenset(place for place, trend in self.trends(evidence).items() if _may_have_grown(trend))
        of_doubtful = [capture.only(doubtful) for capture in sums]
        for seconds in moments:
            before = evidence.until(seconds)
            if doubtful and _is_long(before):
                trends = heap_trends(
                    [sum_ for sum_ in of_doubtful if sum_.seconds <= seconds], among=len(sums[-1].rows)
                )
                for place, trend in self._sharper.sharpened(before.heaps, trends).items():
                    self._grows(place, trend)
            for key, count in self._count_trends(before).items():
                self._grows(key, count)
        self._seen_until = True

    def trends(self, evidence: Evidence) -> dict[Place, Trend]:
        """How the memory went that each line is to blame for, proven or not: for the hover of a line."""
        if self._trends is None or self._trends[0] is not evidence:
            self._begin(evidence)
            trends = heap_trends(self._sums_of(evidence))
            self._trends = evidence, self._sharper.sharpened(evidence.heaps, trends)
        return self._trends[1]

    def _begin(self, evidence: Evidence) -> None:
        if evidence.stacks is not self._stacks:  # of another run, with other numbers
            self._stacks, self._blames, self._waits, self._sums = evidence.stacks, {}, {}, {}
            self._growing, self._seen_until, self._trends, self._files = {}, False, None, {}
            self._never_full, self._causes, self._crowds, self._outlasting = set(), {}, {}, ((), {})
            self._sharper = Sharper(self._place_of)

    def _leaked(self, evidence: Evidence, waiting: "_Waiting") -> list[Stuck]:
        """What the runtime has proven, which may have been a while ago; how many wait there now is told beside it."""
        found = []
        for line in sorted(self._lines(evidence.leaked, evidence), key=waiting.rate, reverse=True):
            now = sum(other.count for other in waiting.lines if _key(other) == _key(line))
            key, trend = waiting.trend(line)
            grows = trend is not None and self._grows(key, trend)
            # What is proved is told, be it on a library's line.
            for stuck in self._placed(line, evidence, waiting) or [waiting.verdict(line, line)]:
                leak = replace(stuck, grade="proved", is_leak=True, accuses=True)
                found.append(replace(leak, now=now, grows=grows))
        return found

    def _lines(self, groups: Iterable[GoroutineGroup], evidence: Evidence) -> tuple[BlockedLine, ...]:
        found = crowds(evidence.censuses[-1], self._waits_at) if evidence.censuses else {}
        lines = blocked_lines(groups, self._is_own, evidence.starts)
        return tuple(
            replace(
                _known_by(line, found.get((line.blame.frame.file, line.blame.frame.line)), evidence),
                wait=self._wait(line),
            )
            for line in lines
        )

    def _cause(self, wait: Wait, frame: Frame) -> str:
        """What the package says of the wait, for which it is read once in a run, as long as the line itself stays."""
        key = wait, frame, self._source_line(frame.file, frame.line)
        if key not in self._causes:
            self._causes[key] = cause(wait, frame, self._source_line)
        return self._causes[key]

    def _wait(self, line: BlockedLine) -> Wait:
        frame = line.blame.frame
        wait = of_leaf(line.wait, line.frames[0], frame, self._source_line)
        # Of those that a test started which hung, workers who wait for work are told from others by the text alone.
        return refined(wait, self._source_line(frame.file, frame.line)) if line.hung else wait

    def _blocked(self, evidence: Evidence, waiting: "_Waiting") -> list[Stuck]:
        """Stuck goroutines: those that the runtime or a dump tells of, those whose number grows, and all others."""
        found, source_line = [], self._source_line
        for line in sorted(waiting.lines, key=waiting.rate, reverse=True):
            key, trend = waiting.trend(line)
            grows = trend is not None and self._grows(key, trend)
            # Where all wait, so do a library's own, which wait for work.
            is_proved = is_certain(line) and (not line.deadlocked or self._is_own(line.blame.frame))
            grade: Grade = "proved" if is_proved else "growing" if grows else "waiting"
            is_lone = not evidence.is_series and are_too_many(line) and not has_room(line.blame.frame, source_line)
            is_long = is_too_long(line) and not (line.count == 1 and is_generator(line.blame.frame, source_line))
            accuses = grade != "waiting" or is_long or is_lone
            if not accuses and is_running(line):
                continue
            placed = self._placed(line, evidence, waiting)
            found += [replace(stuck, grade=grade, accuses=accuses, grows=grade == "growing") for stuck in placed]
        return found

    def _count_trends(self, evidence: Evidence) -> dict["_Key", Trend]:
        """How the number of each line went; of waits that end by themselves only over a time that is long enough."""

        def key_of(number: int) -> _Key | None:
            if number not in self._waits:
                frames = evidence.stacks[number]
                what = waits(frames, starts=evidence.starts)
                whose = whose_fault(frames, what, self._is_own) if what else None
                self._waits[number] = None
                if what and whose:
                    wait = of_leaf(what.wait, frames[0], whose.frame, self._source_line)
                    self._waits[number] = (whose.frame, wait)
            return self._waits[number]

        found = count_trends(evidence.counts, key_of)
        if not found:
            return found
        last = evidence.counts[-1].seconds
        span = last - evidence.counts[0].seconds
        is_cleared = evidence.cleared > last - _SAME_SECONDS
        staying = self._staying(evidence)
        for key, trend in found.items():
            frame, wait = key
            is_beyond_chance = trend.growth is Growth.PROVEN and wait not in OF_CONNECTIONS
            if is_beyond_chance and span < self._sure_seconds(frame, wait, is_cleared=is_cleared):
                found[key] = replace(trend, growth=Growth.CHANCE)
            same = staying(key, trend.slope / 60)
            if not same:
                found[key] = replace(found[key], growth=Growth.CHANCE)
            outlast = self._outlasting_at(evidence, frame) if found[key].growth is not Growth.PROVEN else None
            if outlast is not None:
                found[key] = _of_outlasting(outlast, trend)
            elif same is False:
                self._growing.pop(key, None)
        growing = (key for key, trend in found.items() if trend.growth is Growth.PROVEN or key in self._growing)
        stuck = {key for key in growing if key[1] not in ENDING_BY_THEMSELVES}
        for key, trend in found.items():
            if key[1] in OF_CONNECTIONS and trend.growth is Growth.PROVEN:
                found[key] = self._of_connections(evidence, key, trend, stuck)
        return found

    def _sure_seconds(self, frame: Frame, wait: Wait, *, is_cleared: bool) -> float:
        """How long the number of those has to rise."""
        if not self._is_own(frame):
            return _SURE_SECONDS_OF_ENDING
        return max(_sure_seconds(wait, is_cleared=is_cleared), _until_over(frame, self._source_line))

    def _staying(self, evidence: Evidence) -> "Callable[[_Key, float], bool | None]":
        """Whether those who wait on a line, so many more a second, are the same as a while ago; None where that is not
        known yet.

        Who goes on from a wait that others end is no more stuck than who is gone. Of a program without dumps, or with
        too many goroutines for them, the number has to do.
        """
        taken, last = evidence.censuses, evidence.counts[-1].seconds
        if not taken or last - taken[-1].seconds > _CENSUS_LASTS:
            return lambda *_: True
        if len(taken) < 2 or taken[1].seconds - taken[0].seconds < _APART_SECONDS:
            return lambda *_: None
        *_, before, after = places = self._crowds_of((*evidence.earlier, *taken))
        alive = set().union(*taken[1].ids.values())
        ages = [each.seconds - evidence.counts[0].seconds for each in (*evidence.earlier, taken[0])]

        def same(key: _Key, a_second: float) -> bool | None:
            frame, wait = key
            place = frame.file, frame.line
            then, now = before.get(place), after.get(place)
            if not all(are_left(at.get(place), now, a_second * age) for age, at in zip(ages, places, strict=False)):
                return False
            return stay(then, now) and not (wait not in ENDING_BY_THEMSELVES and go_on(then, now, alive))

        return same

    def _outlasting_at(self, evidence: Evidence, frame: Frame) -> Outlasting | None:
        """Those of the line who stay while most of them turn over, as far as dumps tell; once for each of these."""
        taken = (*evidence.earlier, *evidence.censuses)
        times, place = tuple(each.seconds for each in taken), (frame.file, frame.line)
        if self._outlasting[0] != times:
            self._outlasting = times, {}
        known = self._outlasting[1]
        if place not in known:
            known[place] = outlasting(list(zip(times, (at.get(place) for at in self._crowds_of(taken)), strict=True)))
        return known[place]

    def _crowds_of(self, censuses: Sequence[Census]) -> "list[Mapping[Place, Crowd]]":
        """Who was where in each; what was added up for earlier captures is known."""
        self._crowds = {
            each.seconds: self._crowds.get(each.seconds) or crowds(each, self._waits_at) for each in censuses
        }
        return [self._crowds[each.seconds] for each in censuses]

    def _waits_at(self, frames: tuple[Frame, ...]) -> Place | None:
        """The line of the program on which a goroutine of a dump waits."""
        what = waits(frames)
        whose = whose_fault(frames, what, self._is_own) if what else None
        return (whose.frame.file, whose.frame.line) if whose else None

    def _of_connections(self, evidence: Evidence, key: "_Key", trend: Trend, stuck: "Collection[_Key]") -> Trend:
        """The growth of those connections for which no goroutine of the program can be at work; the stuck are not."""
        unused = []
        for capture in evidence.counts:
            waiting = own = 0
            for number, count in zip(capture.stacks, capture.counts, strict=True):
                if self._waits.get(number) == key:
                    waiting += count
                elif self._waits.get(number) not in stuck and any(map(self._is_own, evidence.stacks[number])):
                    own += count
            unused.append(CountCapture(capture.seconds, array("q", [0]), array("q", [max(0, waiting - own)])))
        of_unused = count_trends(unused, lambda _: key)[key]
        return replace(trend, growth=min(trend.growth, of_unused.growth), course=of_unused.course)

    def _placed(self, line: BlockedLine, evidence: Evidence, waiting: "_Waiting") -> list[Stuck]:
        """The line; of connections those of the requests that may have made them."""
        source_line = waiting.source_line
        if line.wait not in OF_CONNECTIONS:
            is_own = self._is_own(line.blame.frame)
            return [waiting.verdict(line, line)] if is_own else self._of_library(line, evidence, waiting)
        if line.wait is Wait.BODY:
            bodies = waiting.bodies
            written: list[_Call] = [
                (whose._replace(frame=asker), (asker,))
                for whose, _ in self._in_texts(Making.of(line.blame.frame, frozenset()), evidence)
                for asker in bodies.askers(whose.frame)
            ]
            known = {frame.file for frame in evidence.frames()}
            here, elsewhere = (
                [call for call in written if (call[0].frame.file in known) is is_known] for is_known in (True, False)
            )
            in_stacks = self._requests(evidence, lambda call: self._answered(call, bodies))
            return _at_requests(line, (in_stacks, here, elsewhere), waiting)
        calls = self._requests(evidence)
        unshared = [call for call in calls if not is_shared(call[0].frame, source_line)]
        calls = unshared or self._in_texts(Making.of_transport(line.blame.frame), evidence) or calls
        calls = [(whose._replace(frame=transport_of(whose.frame, source_line)), stack) for whose, stack in calls]
        return _at_calls(line, calls, waiting)

    def _requests(self, evidence: Evidence, whose: "Callable[[_Call], Blame]" = itemgetter(0)) -> "list[_Call]":
        """The program's calls of an HTTP client that the newest heap profile and the goroutines know, one a line."""
        numbers = evidence.heaps[-1].stacks if evidence.heaps else ()
        stacks = [evidence.stacks[number] for number in numbers]
        stacks += [group.frames for group in evidence.goroutines]
        return self._calls(stacks, lambda called: bool(_BODY_CALLS.match(called)), whose)

    def _answered(self, call: "_Call", bodies: Bodies) -> Blame:
        """The call that gets the answer, where a function that asks only returns it."""
        whose, stack = call
        callers = takewhile(self._is_own, stack[whose.at + 1 :])
        for caller in callers:
            if bodies.of(whose.frame).fate is not Fate.RETURNED:
                break
            whose = whose._replace(frame=caller, at=whose.at + 1)
        return whose

    def _of_library(self, line: BlockedLine, evidence: Evidence, waiting: "_Waiting") -> list[Stuck]:
        """Goroutines that a library runs for itself: at the program's calls of it, of which one has made them."""
        began = line.blame.frame
        why = f"in {began.function}, which runs for it"
        if calls := self._go_statements(began, evidence):
            return _at_calls(line, calls, waiting)
        calls = self._makers(began, evidence) if package_of(began.function) not in OF_THE_RUNTIME else []
        return [replace(stuck, cause=why) for stuck in _at_calls(line, calls, waiting)]

    def _go_statements(self, began: Frame, evidence: Evidence) -> "list[_Call]":
        """The program's own `go` statements that began there, as those of dumps or the text of the files have it."""
        own = [frame for frame in self._started(began, evidence) if self._is_own(frame)]
        calls = [Blame(frame, 0, began.function, library(began)) for frame in sorted(own)]
        return [(whose, (whose.frame,)) for whose in calls] or self._in_texts(Making.by_go(began), evidence)

    def _started(self, began: Frame, evidence: Evidence) -> Collection[Frame]:
        """What dumps tell of who started those that begin there."""
        newest = crowds(evidence.censuses[-1], lambda frames: frames[-1].function) if evidence.censuses else {}
        alike = (group for group in evidence.goroutines if group.frames and group.frames[-1].function == began.function)
        told = {group.created_by for group in alike if group.created_by is not None}
        return newest.get(began.function, Crowd()).started | told

    def _makers(self, began: Frame, evidence: Evidence) -> "list[_Call]":
        """The program's calls of a library that may have made what began in it.

        Those that are known to make such a thing come first, by the text of the files and by the stacks, then functions
        of which the memory grew by more than chance. Where it is known in which functions those are now who began more
        and more of them, no others.
        """
        making = Making.of(began, frozenset(by.function for by in self._started(began, evidence)))
        stacks = [evidence.stacks[number] for number in (evidence.heaps[-1].stacks if evidence.heaps else ())]
        calls = self._calls(stacks, lambda called: package_of(called) == making.package)
        trends = self.trends(evidence)

        def grown(among: Iterable[_Call]) -> list[_Call]:
            places = [(call, (call[0].frame.file, call[0].frame.line)) for call in among]
            return [
                call for call, place in places if (trend := trends.get(place)) is not None and trend.is_beyond_error
            ]

        def kinds() -> Iterator[list[_Call]]:
            yield self._in_texts(making, evidence)
            yield [call for call in calls if making.is_by(call[0].called)]
            yield grown(call for call in calls if not parse(call[0].called).receiver)
            if making.methods is None:
                yield self._in_texts(making.likely(), evidence)
                yield calls

        creators = self._creators(began, evidence)
        fitting = ([call for call in kind if not making.is_of_other_end(call[0].called)] or kind for kind in kinds())
        found = list(filter(None, fitting))
        by_creators = ([call for call in kind if parse(call[0].frame.function).owner in creators] for kind in found)
        best = next(filter(None, (*by_creators, *found)), [])
        return grown(best) or best

    def _in_texts(self, making: Making, evidence: Evidence) -> "list[_Call]":
        """The calls that make it by the text of the program's files, which is read once for all that is named."""
        known = len(evidence.stacks.frames)
        if known not in self._files:
            own = {frame.file: package_of(frame.function) for frame in evidence.frames() if self._is_own(frame)}
            folders = {file.rpartition("/")[0]: file for file in own}.values()
            others = ((other, own[file]) for file in folders for other in beside(file, self._source_line))
            self._files, self._written = {known: dict(islice(others, _MOST_FILES)) | own}, {}
        if making not in self._written:
            calls = making.calls_in(self._files[known], self._source_line)
            self._written[making] = [(whose, (whose.frame,)) for whose in calls]
        return self._written[making]

    def _creators(self, began: Frame, evidence: Evidence) -> Collection[str]:
        """The program's functions in which those are now who made more and more of what begins there, or by one dump
        most of it.
        """
        made = []
        for taken in evidence.censuses:
            counts: Counter[str] = Counter()
            crowd = crowds(taken, lambda frames: frames[-1].function).get(began.function, Crowd())
            for frames, many in crowd.creators.items():
                counts.update(dict.fromkeys({parse(f.function).owner for f in frames if self._is_own(f)}, many))
            made.append(counts)
        gained = made[-1] - made[0] if len(made) > 1 else next(iter(made), Counter[str]())
        return [function for function, many in gained.items() if 4 * many >= max(gained.values())]

    def _calls(
        self,
        stacks: Iterable[tuple[Frame, ...]],
        is_meant: Callable[[str], bool],
        on_behalf_of: "Callable[[_Call], Blame]" = itemgetter(0),
    ) -> "list[_Call]":
        """The program's calls, by the name of what is called, one a line: that of whom it is made on behalf of."""
        found: dict[Place, _Call] = {}
        for stack in stacks:
            called = blame(stack, self._is_own)
            if called is not None and is_meant(called.called):
                whose = on_behalf_of((called, stack))
                found.setdefault((whose.frame.file, whose.frame.line), (whose, stack))
        return list(found.values())

    def _growths(self, evidence: Evidence, source_line: SourceLine, bodies: Bodies) -> list[Grown]:
        trends = self.trends(evidence) if _is_long(evidence) else {}
        growing = {place: trend for place, trend in trends.items() if self._grows(place, trend)}
        heaviest: dict[Place, tuple[int, int]] = {}
        for number, gain in _gains(evidence).items() if growing else ():
            place = self._place_of(number)
            if place in growing:
                heaviest[place] = max(heaviest.get(place, (gain, number)), (gain, number))
        seconds = tuple(capture.seconds for capture in evidence.heaps)
        found = []
        for place, (_, number) in heaviest.items():
            whose = self._blames[number]
            if whose is not None and not self._is_own(whose.frame):
                found += self._kept(Grown(whose, growing[place], evidence.stacks[number], seconds), evidence)
            elif whose is not None:
                keeps_body = bool(_BODY_CALLS.match(whose.called)) and (bodies.of(whose.frame).fate is Fate.LEFT)
                stack = evidence.stacks[number]
                out = self._outlet(stack, whose.at, source_line)
                # What filled up before stays told as a fact, though nothing speaks against its growth yet.
                until = seconds_until_taken(out.frame, whose.frame, source_line) if out is not None else 0.0
                sure = max(_SURE_SECONDS_OF_FILLING, _LONGER * until)
                if growing[place].growth is Growth.PROVEN and _is_long(evidence, sure):
                    self._never_full.add(place)
                accuses = out is None or place in self._never_full
                grown = Grown(whose, growing[place], stack, seconds, keeps_body, accuses=accuses)
                found.append(grown if out is None else replace(grown, outlet=out.frame, is_capped=out.is_cap))
        return sorted(map(_as_it_is_now, found), key=lambda grown: -grown.trend.slope)

    def _kept(self, grown: Grown, evidence: Evidence) -> list[Grown]:
        """What a goroutine of a library's own holds, told at the calls of which one made what it belongs to."""
        calls = [whose for whose, _ in self._makers(grown.frame, evidence)]
        candidates, keeper = tuple(whose.frame for whose in calls), grown.frame.function
        return [replace(grown, whose=whose, candidates=candidates, keeper=keeper) for whose in calls[:_MOST_CANDIDATES]]

    def _outlet(self, stack: tuple[Frame, ...], at: int, source_line: SourceLine) -> Outlet | None:
        """Where the source takes out again what this call puts in: its line, or one that it hands its result to."""
        callers = [frame for frame in stack[at : at + _NEAR_CALLERS] if self._is_own(frame)]
        return next(filter(None, (outlet(frame, source_line) for frame in callers)), None)

    def _grows(self, key: "Place | _Key", trend: Trend) -> bool:
        if trend.growth is Growth.PROVEN:
            self._growing[key] = trend
        elif key in self._growing and has_ended(self._growing[key], trend):
            del self._growing[key]
        return key in self._growing and trend.slope > 0

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
            stack = self._stacks[number]
            self._blames[number] = blame(stack, self._is_own) or kept_by_library(stack)
        whose = self._blames[number]
        return (whose.frame.file, whose.frame.line) if whose else None


_Key = tuple[Frame, Wait]
"""A line and what is waited for there."""

_Call = tuple[Blame, tuple[Frame, ...]]
"""The program's line that calls, and a stack through it."""


class _Waiting(NamedTuple):
    """The goroutines of the newest profile, how each line's number of them went, and at which times."""

    lines: tuple[BlockedLine, ...]
    trends: Mapping[_Key, Trend]
    seconds: tuple[float, ...]
    source_line: SourceLine
    bodies: Bodies
    cause_of: Callable[[Wait, Frame], str]

    def trend(self, line: BlockedLine) -> "tuple[_Key, Trend | None]":
        """How their number went; a dump tells the wait by a state, of which those that are counted know nothing."""
        key = _key(line)
        if key not in self.trends and any(group.state for group in line.groups):
            key = next((other for other in self.trends if other[0] == line.blame.frame), key)
        return key, self.trends.get(key)

    def rate(self, line: BlockedLine) -> tuple[float, int]:
        """How many more each minute, and how many there are: what lines are put in order by."""
        _, trend = self.trend(line)
        return trend.slope if trend else 0.0, line.count

    def verdict(self, line: BlockedLine, placed: BlockedLine) -> Stuck:
        """That these only wait; `placed` is the line with the place to tell it at."""
        _, trend = self.trend(line)
        why = self.cause_of(line.wait, placed.blame.frame)
        seconds = self.seconds if trend else ()
        return Stuck(placed, why, "waiting", accuses=False, now=line.count, trend=trend, seconds=seconds)


def _at_calls(line: BlockedLine, calls: "list[_Call]", waiting: _Waiting) -> list[Stuck]:
    """Goroutines of a library, told at each of the calls that may have made them."""
    candidates = tuple(whose.frame for whose, _ in calls)
    return [
        replace(waiting.verdict(line, replace(line, blame=whose, frames=stack)), candidates=candidates)
        for whose, stack in calls[:_MOST_CANDIDATES]
    ]


def _at_requests(line: BlockedLine, calls: "tuple[list[_Call], ...]", waiting: _Waiting) -> list[Stuck]:
    """Connections whose answers nobody reads: at the requests that leave theirs open, else at those that may.

    Those in any stack come before those that only the text of a file has, of which nobody knows whether they are ever
    made, and those in files that no stack is in come last.
    """
    bodies = waiting.bodies
    fates = ({Fate.LEFT}, {Fate.UNSURE, Fate.RETURNED})
    kinds = (*product(fates, calls[:-1]), *product(fates, calls[-1:]))
    found = ([call for call in among if bodies.of(call[0].frame).fate in meant] for meant, among in kinds)

    def why(stuck: Stuck) -> str:
        line = bodies.of(stuck.frame).line
        return f"{stuck.cause}, as line {line} leaves before that" if line else stuck.cause

    return [replace(stuck, cause=why(stuck)) for stuck in _at_calls(line, next(filter(None, found), []), waiting)]


def _of_outlasting(outlast: Outlasting, trend: Trend) -> Trend:
    """How the number of those went who stay; those that come and go on the same line say nothing of them."""
    seconds, many = zip(*outlast.course, strict=True)
    course = Course(Times.of([each / 60 for each in seconds]), many, None, many)
    return replace(trend, course=course, slope=outlast.a_minute, growth=Growth.PROVEN, staying=outlast.many)


def _sure_seconds(wait: Wait, *, is_cleared: bool) -> int:
    """How long the number of those who wait so has to rise; `is_cleared` where the runtime knows of no leak now."""
    if is_cleared or wait in ENDING_BY_THEMSELVES or wait in OF_WORKERS:
        return _SURE_SECONDS_OF_ENDING
    return _SURE_SECONDS_OF_LOCKS if wait in (Wait.MUTEX, Wait.RW_MUTEX) else _SURE_SECONDS


def _until_over(frame: Frame, source_line: SourceLine) -> float:
    """How long a number of those may rise whose wait is over by itself, where the source says so of minutes at most."""
    seconds = seconds_until_over(frame, source_line)
    return _LONGER * seconds if seconds <= _LONGEST_WAIT else 0.0


def _known_by(line: BlockedLine, crowd: Crowd | None, evidence: Evidence) -> BlockedLine:
    """The line with what the newest dump knows of those who wait there, where its profile does not tell it."""
    if crowd is None or line.created_by:
        return line
    last = max(evidence.censuses[-1].seconds, *(capture.seconds for capture in evidence.counts[-1:]))
    return replace(
        line,
        created_by=tuple(sorted(crowd.started)),
        wait_seconds=max(line.wait_seconds, crowd.wait_seconds),
        seen_seconds=int(last - crowd.since),
    )


def _as_it_is_now(grown: Grown) -> Grown:
    """The same, which accuses nobody where it grew once and stands."""
    since = stands_since(grown.trend)
    if since is None:
        return grown
    return replace(grown, grade="waiting", accuses=False, stands_since=grown.seconds[since])


def _may_have_grown(trend: Trend) -> bool:
    """Whether it may have been proven to grow before it was not: it holds more now, and not by next to nothing."""
    return trend.growth is not Growth.PROVEN and trend.slope > trend.error


def _key(line: BlockedLine) -> _Key:
    return line.blame.frame, line.wait


def _is_long(evidence: Evidence, seconds: float = SURE_SECONDS_OF_MEMORY) -> bool:
    """Whether the memory was seen for so long: at least for longer than a program takes to start."""
    heaps = evidence.heaps
    return len(heaps) > 1 and heaps[-1].seconds - heaps[0].seconds >= seconds


def _gains(evidence: Evidence) -> dict[int, int]:
    """By how many bytes each stack grew over the series."""
    first, last = evidence.heaps[0], evidence.heaps[-1]
    gains = dict(zip(last.stacks, last.inuse_bytes, strict=True))
    for stack, value in zip(first.stacks, first.inuse_bytes, strict=True):
        gains[stack] = gains.get(stack, 0) - value
    return gains
