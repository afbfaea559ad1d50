"""The goroutines of a dump: what net/http/pprof prints with `debug=2`, SIGQUIT, and a panic or a fatal error.

pprof does not read these. They tell what no profile does: the state of each goroutine, how long it has waited, and
which line started it. The format is that of runtime/traceback.go (goroutineheader, traceback2, printcreatedby); what
stands around the goroutines, as logs and the panic's own message, is passed over. A dump that is cut short, as the
runtime does at 64 MB, is read as far as it goes.

How the program ended can prove that goroutines are stuck: the runtime ends one in which all wait, and a test's bubble;
the testing package one whose time is over (startAlarm in testing/testing.go), which says it of the test alone.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace

from pprof_lens.profile.comments import QUOTED, unquoted
from pprof_lens.profile.goroutines import CREATED_BY, DEADLOCKED, HUNG, LEAKED, OUTLIVED, STATE, WAIT
from pprof_lens.profile.log_lines import NEXT_PROGRAM, plain_line, unprefixed
from pprof_lens.profile.message_lines import (
    NAMED_BY_A_CHECK,
    PLACE,
    as_of_the_runtime,
    uncounted,
    unindented,
    unlisted,
    with_pointers,
)
from pprof_lens.profile.model import NumericLabel, Profile, ValueType
from pprof_lens.profile.stacks import Frame, Header, Place, Stack, profile_of

_HEADER = re.compile(
    r"goroutine ([0-9]{1,18})(?: gp=\S+ m=\S+(?: mp=\S+)?)? "
    r"\[([^\]{]*?)(?: labels:\{(.*)\})?\](?: \{(.*)\})?:$"  # labels by Go 1.26, and from 1.27 on
)
_CREATED_BY = re.compile(r"created by (.+?)(?: in goroutine ([0-9]{1,18}))?$")
_END = re.compile("panic: |fatal error: |SIGQUIT: ")
_DEADLOCK = "fatal error: all goroutines are asleep - deadlock!"
_OF_BUBBLE = re.compile(r"panic: deadlock: .*\bbubble\b")
_TIMED_OUT = re.compile(r"panic: test timed out after (\S+)")
_RUNNING_TEST = re.compile(r"\s+(\S+) \(([0-9hms.µn]+)\)$")
_DURATION = re.compile(r"([0-9.]{1,12})(h|ms|m|s)")
_SECONDS = {"h": 3600.0, "m": 60.0, "s": 1.0, "ms": 1e-3}
MOST_TOLD_APART = 20_000
"""Goroutines; of more their ids are not kept."""

_HUNG_PART = 4
"""A test that was at it for one in so many parts of the time for all did not end; others may just have been running."""

_AWAKE = frozenset(("running", "runnable", "syscall", "idle", "dead"))
_ENDING_BY_THEMSELVES = frozenset(("sleep", "IO wait"))
_ELIDED = re.compile(r"\.\.\.(?:[0-9]+|additional) frames elided\.\.\.$")
_MARKS = re.compile(r" \((?:leaked|durable|scan)\)")
"""What the runtime says of a goroutine behind its state, beside the wait itself."""
_MINUTES = re.compile(r"([0-9]{1,12}) minutes$")
_WORD = rf"{QUOTED}|[A-Za-z0-9./_]+"
_LABEL = re.compile(rf"({_WORD}): ({_WORD})(?:, |$)")


@dataclass(frozen=True, slots=True)
class Goroutine:
    """One goroutine of a dump.

    `state` is the runtime's word for what it does or waits for ("chan receive", "IO wait", "running"); `leaked` says
    that the runtime has proven that it waits forever; `deadlocked` that it waited when the runtime ended the program or
    the test's bubble, since all did, or that it is a test's that waited until the time for tests was over; `hung` that
    such a test started it, directly or not; `outlived` that a test's own check named it. `wait_minutes` is 0 below one
    minute. `frames` has the leaf first; frames that the dump leaves out stand there as one without a file, in the
    dump's own words. `created_by` is the function and the line of the `go` statement, `creator` the goroutine that ran
    it (0 where the dump does not say); the main goroutine has neither.
    """

    id: int
    state: str
    frames: tuple[Frame, ...]
    wait_minutes: int = 0
    leaked: bool = False
    deadlocked: bool = False
    hung: bool = False
    outlived: bool = False
    created_by: Frame | None = None
    creator: int = 0
    labels: tuple[tuple[str, str], ...] = ()


def read_dump(lines: Iterable[str]) -> tuple[Goroutine, ...]:
    """The goroutines in the order of the dump; none where these lines are no dump.

    One that stands there twice, as in the dump of a crash, is told once, by its longer stack. What comes after another
    program's end is of another program.
    """
    found: _Found = {}
    endings = _Endings(unindented(unprefixed(as_of_the_runtime(unlisted(uncounted(map(plain_line, lines)))))))
    tests: dict[int, _Ending] = {}
    for header, block in _blocks(endings):
        ending = endings.newest
        goroutine = _goroutine(header, block, ending)
        if ending.is_of_test:
            tests[ending.number] = ending
        key = (ending.number, goroutine.id, 0 if goroutine.id else len(found))  # each thread has a goroutine 0
        if key not in found or _told_more(found[key]) < _told_more(goroutine):
            found[key] = goroutine
    of_tests: dict[int, _Found] = {number: {} for number in tests}
    for key, goroutine in found.items():
        if key[0] in of_tests:
            of_tests[key[0]][key] = goroutine
    for number, goroutines in of_tests.items():
        found |= _timed_out(goroutines, tests[number])
    return tuple(found.values())


def _told_more(goroutine: Goroutine) -> tuple[bool, int]:
    return goroutine.leaked or goroutine.deadlocked or goroutine.outlived, len(goroutine.frames)


def dump_profile(goroutines: Iterable[Goroutine]) -> Profile:
    """The profile of these goroutines: one sample for those that are alike, with what else is known as labels.

    A dump leaves the runtime's own frames out, so that flat stands on the program's line that waits, where a
    goroutine profile has it on `runtime.gopark`.
    """
    alike: dict[object, list[Goroutine]] = defaultdict(list)
    for goroutine in goroutines:
        alike[goroutine.frames, _labels(goroutine)].append(goroutine)
    count = ValueType("goroutine", "count")
    stacks = (Stack(_places(of[0].frames), (len(of),), *_labels(of[0])) for of in alike.values())
    profile = profile_of(Header((count,), count, 1), stacks)
    if sum(map(len, alike.values())) > MOST_TOLD_APART:
        return profile
    return replace(profile, goroutines=tuple(frozenset(each.id for each in of) for of in alike.values()))


def _places(frames: Iterable[Frame]) -> tuple[Place, ...]:
    return tuple(Place(0, (frame,)) for frame in frames)


def _labels(
    goroutine: Goroutine,
) -> tuple[tuple[tuple[str, tuple[str, ...]], ...], tuple[tuple[str, tuple[NumericLabel, ...]], ...]]:
    labels = dict.fromkeys(goroutine.labels)
    proofs = (
        (goroutine.leaked, LEAKED),
        (goroutine.outlived, OUTLIVED),
        (goroutine.deadlocked, DEADLOCKED),
        (goroutine.hung, HUNG),
    )
    labels[STATE, goroutine.state + next((mark for is_proved, mark in proofs if is_proved), "")] = None
    if by := goroutine.created_by:
        labels[CREATED_BY, f"{by.function} {by.file}:{by.line}"] = None
    waited = ((WAIT, (NumericLabel(60 * goroutine.wait_minutes, "seconds"),)),) if goroutine.wait_minutes else ()
    return tuple((key, (value,)) for key, value in sorted(labels)), waited


_Key = tuple[int, int, int]
"""Which end of a program, the goroutine's id, and a number where that is none."""

_Found = dict[_Key, Goroutine]


@dataclass(slots=True)
class _Ending:
    """How a program ended. `seconds` is the time for all tests, 0 where it is not known; `running` those of each."""

    number: int = 0
    is_deadlock: bool = False
    is_of_bubble: bool = False
    is_of_test: bool = False
    seconds: float = 0.0
    running: dict[str, float] = field(default_factory=dict)

    @classmethod
    def told_by(cls, line: str, number: int) -> "_Ending":
        if of_test := _TIMED_OUT.search(line):
            return cls(number, is_of_test=True, seconds=_seconds(of_test[1]))
        return cls(number, is_deadlock=_DEADLOCK in line, is_of_bubble=bool(_OF_BUBBLE.search(line)))

    @property
    def proves(self) -> bool:
        return self.is_deadlock or self.is_of_bubble or self.is_of_test

    def has_ended(self, status: str) -> bool:
        """Whether the goroutine of this status is one of those that waited for each other."""
        is_meant = self.is_deadlock or (self.is_of_bubble and "synctest bubble" in status)
        return is_meant and status.split(", ", maxsplit=1)[0] not in _AWAKE

    def hung(self, goroutine: Goroutine) -> bool:
        """Whether it is a test's that waits for others and did not end in time."""
        if goroutine.state in _AWAKE | _ENDING_BY_THEMSELVES or not _is_of_test(goroutine):
            return False
        names = {part for frame in goroutine.frames for part in frame.function.rpartition("/")[2].split(".")}
        own = [seconds for test, seconds in self.running.items() if test.split("/")[0] in names]
        longest = max(own or self.running.values(), default=self.seconds)
        return goroutine.wait_minutes > 0 or _HUNG_PART * longest >= self.seconds


class _Endings:
    """The lines of a dump, and how the program ended that those that passed last are of."""

    def __init__(self, lines: Iterable[str]) -> None:
        self._lines = lines
        self.newest = _Ending()

    def __iter__(self) -> Iterator[str]:
        for line in self._lines:
            if line == NEXT_PROGRAM:
                self.newest = _Ending(self.newest.number + 1)
            elif ": " in line and _END.search(line):
                self._end(line)
            elif self.newest.is_of_test and (test := _RUNNING_TEST.match(line)):
                self.newest.running[test[1]] = _seconds(test[2])
            yield line

    def _end(self, line: str) -> None:
        number = self.newest.number
        ending = _Ending.told_by(line, number)
        is_more_of_it = line.startswith(("\t", "goroutine ")) and not ending.proves
        if not is_more_of_it:
            # A crash tells of its threads behind a signal each.
            ending.number = number if "SIGQUIT: " in line else number + 1
            self.newest = ending


def _is_of_test(goroutine: Goroutine) -> bool:
    return any(frame.function.startswith("testing.") for frame in goroutine.frames[-1:])


def _timed_out(goroutines: _Found, ending: _Ending) -> _Found:
    """Those of a test that did not end in time, and who was started by it, directly or not."""
    told = {key: replace(each, deadlocked=True) for key, each in goroutines.items() if ending.hung(each)}
    functions = {frame.function for each in told.values() for frame in each.frames}
    by_creator: dict[int, list[tuple[_Key, Goroutine]]] = defaultdict(list)
    for key, each in goroutines.items():
        if not _is_of_test(each):
            by_creator[each.creator].append((key, each))
    # Before Go 1.21 a dump has the function that started a goroutine, not which one.
    made = [each for each in by_creator.pop(0, ()) if (by := each[1].created_by) and by.function in functions]
    creators = [each.id for each in told.values()]
    while made or creators:
        made += [each for id_ in creators for each in by_creator.pop(id_, ())]
        told |= {key: replace(each, hung=True) for key, each in made}
        creators, made = [each.id for _, each in made], []
    return told


def _seconds(duration: str) -> float:
    """Of a duration as Go prints it; 0 where it is none."""
    return sum(float(number) * _SECONDS[unit] for number, unit in _DURATION.findall(duration) if number.count(".") < 2)


def _blocks(lines: Iterable[str]) -> Iterator[tuple[re.Match[str], list[str]]]:
    """Each goroutine's header with the lines up to the next blank one."""
    header: re.Match[str] | None = None
    block: list[str] = []
    for line in lines:
        found = _HEADER.match(line) if line.startswith("goroutine ") else None
        if header and (found or not line):
            yield header, block
            header = None
        if found:
            header, block = found, []
        elif header:
            block.append(line)
    if header:
        yield header, block


def _goroutine(header: re.Match[str], block: Iterable[str], ending: _Ending) -> Goroutine:
    id_, status, *labels = header.groups()
    state, *rest = status.split(", ")
    frames: list[Frame] = []
    created_by, creator, called = None, 0, ""
    creation: re.Match[str] | None = None
    for line in block:
        place = PLACE.match(line) if called else None  # pasted or logged, its indentation may be another or gone
        if place is None and not line.startswith(("\t", " ")):
            if _ELIDED.match(line):
                frames.append(Frame(line, "", 0))
            elif line.startswith("[originating from goroutine "):
                break  # the stacks of its ancestors follow
            creation = _CREATED_BY.match(line)
            called = with_pointers(creation[1] if creation else _function(line))
        elif place is not None:
            frame = Frame(called, place[1], int(place[2]))
            if creation:
                created_by, creator = frame, int(creation[2] or 0)
            elif called != "runtime.goexit":
                frames.append(frame)
            called = ""
    return Goroutine(
        id=int(id_),
        state=_MARKS.sub("", state),
        frames=tuple(frames),
        wait_minutes=max((int(minutes[1]) for minutes in map(_MINUTES.match, rest) if minutes), default=0),
        leaked=LEAKED in state,
        deadlocked=ending.has_ended(status),
        outlived=NAMED_BY_A_CHECK in rest,
        created_by=created_by,
        creator=creator,
        labels=tuple(_pairs(labels[0] or labels[1] or "")),
    )


def _function(line: str) -> str:
    """The function of `main.(*T).Run(0x1, {0x2?, 0x3})`; C functions come without arguments."""
    name = line[: line.rfind("(")] if line.endswith(")") else line
    return "runtime.gopanic" if name == "panic" else name


def _pairs(labels: str) -> Iterator[tuple[str, str]]:
    at = 0
    while pair := _LABEL.match(labels, at):
        key, value = (unquoted(word) if word.startswith('"') else word for word in pair.groups())
        yield key, value
        at = pair.end()
