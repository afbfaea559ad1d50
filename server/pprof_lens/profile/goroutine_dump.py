"""The goroutines of a dump: what net/http/pprof prints with `debug=2`, SIGQUIT, and a panic or a fatal error.

pprof does not read these. They tell what no profile does: the state of each goroutine, how long it has waited, and
which line started it. The format is that of runtime/traceback.go (goroutineheader, traceback2, printcreatedby); what
stands around the goroutines, as logs and the panic's own message, is passed over. A dump that is cut short, as the
runtime does at 64 MB, is read as far as it goes.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from pprof_lens.profile.comments import unquoted
from pprof_lens.profile.goroutines import CREATED_BY, DEADLOCKED, LEAKED, STATE, WAIT
from pprof_lens.profile.log_lines import unprefixed
from pprof_lens.profile.model import NumericLabel, Profile, ValueType
from pprof_lens.profile.stacks import Frame, Header, Place, Stack, profile_of

_HEADER = re.compile(
    r"goroutine ([0-9]{1,18})(?: gp=\S+ m=\S+(?: mp=\S+)?)? "
    r"\[([^\]{]*?)(?: labels:\{(.*)\})?\](?: \{(.*)\})?:$"  # labels by Go 1.26, and from 1.27 on
)
_CREATED_BY = re.compile(r"created by (.+?)(?: in goroutine ([0-9]{1,18}))?$")
_PLACE = re.compile(r"[\t ]+(\S.*):([0-9]{1,9})(?: \+0x[0-9a-f]+)?(?: fp=\S+ sp=\S+)?(?: pc=\S+)?$")
_DEADLOCK = re.compile(r"fatal error: all goroutines are asleep - deadlock!|panic: deadlock: .*\bbubble\b")
_AWAKE = frozenset(("running", "runnable", "syscall", "idle", "dead"))
_ELIDED = re.compile(r"\.\.\.(?:[0-9]+|additional) frames elided\.\.\.$")
_MARKS = re.compile(r" \((?:leaked|durable|scan)\)")
"""What the runtime says of a goroutine behind its state, beside the wait itself."""
_MINUTES = re.compile(r"([0-9]{1,12}) minutes$")
_WORD = r'"(?:[^"\\]|\\.)*"|[A-Za-z0-9./_]+'
_LABEL = re.compile(rf"({_WORD}): ({_WORD})(?:, |$)")


@dataclass(frozen=True, slots=True)
class Goroutine:
    """One goroutine of a dump.

    `state` is the runtime's word for what it does or waits for ("chan receive", "IO wait", "running"); `leaked` says
    that the runtime has proven that it waits forever; `deadlocked` that it waited when the runtime ended the program
    or the test's bubble, since all did. `wait_minutes` is 0 below one minute. `frames` has the leaf
    first; frames that the dump leaves out stand there as one without a file, in the dump's own words.
    `created_by` is the function and the line of the `go` statement, `creator` the goroutine that ran it (0 where the
    dump does not say); the main goroutine has neither.
    """

    id: int
    state: str
    frames: tuple[Frame, ...]
    wait_minutes: int = 0
    leaked: bool = False
    deadlocked: bool = False
    created_by: Frame | None = None
    creator: int = 0
    labels: tuple[tuple[str, str], ...] = ()


def read_dump(lines: Iterable[str]) -> tuple[Goroutine, ...]:
    """The goroutines in the order of the dump; none where these lines are no dump.

    One that stands there twice, as in the dump of a crash, is told once, by its longer stack.
    """
    found: dict[tuple[int, int], Goroutine] = {}
    ended = _Ended(unprefixed(lines))
    for header, block in _blocks(ended):
        goroutine = _goroutine(header, block, ended)
        key = (goroutine.id, 0 if goroutine.id else len(found))  # each thread has a goroutine 0
        if key not in found or len(found[key].frames) < len(goroutine.frames):
            found[key] = goroutine
    return tuple(found.values())


def dump_profile(goroutines: Iterable[Goroutine]) -> Profile:
    """The profile of these goroutines: one sample for those that are alike, with what else is known as labels.

    A dump leaves the runtime's own frames out, so that flat stands on the program's line that waits, where a
    goroutine profile has it on `runtime.gopark`.
    """
    counts = Counter((_places(goroutine.frames), *_labels(goroutine)) for goroutine in goroutines)
    count = ValueType("goroutine", "count")
    stacks = (Stack(places, (number,), labels, num_labels) for (places, labels, num_labels), number in counts.items())
    return profile_of(Header((count,), count, 1), stacks)


def _places(frames: Iterable[Frame]) -> tuple[Place, ...]:
    return tuple(Place(0, (frame,)) for frame in frames)


def _labels(
    goroutine: Goroutine,
) -> tuple[tuple[tuple[str, tuple[str, ...]], ...], tuple[tuple[str, tuple[NumericLabel, ...]], ...]]:
    labels = dict.fromkeys(goroutine.labels)
    proof = LEAKED if goroutine.leaked else DEADLOCKED if goroutine.deadlocked else ""
    labels[STATE, goroutine.state + proof] = None
    if by := goroutine.created_by:
        labels[CREATED_BY, f"{by.function} {by.file}:{by.line}"] = None
    waited = ((WAIT, (NumericLabel(60 * goroutine.wait_minutes, "seconds"),)),) if goroutine.wait_minutes else ()
    return tuple((key, (value,)) for key, value in sorted(labels)), waited


class _Ended:
    """The lines of a dump, and whether one that passed says that the runtime ended a program since all wait."""

    def __init__(self, lines: Iterable[str]) -> None:
        self._lines = lines
        self._is_deadlock = self._is_of_bubble = False

    def __iter__(self) -> Iterator[str]:
        for line in self._lines:
            if "deadlock" in line and (found := _DEADLOCK.search(line)):
                self._is_deadlock, self._is_of_bubble = True, found[0].startswith("panic")
            yield line

    def has_ended(self, status: str) -> bool:
        """Whether the goroutine of this status is one of those that waited for each other."""
        is_awake = status.split(", ", maxsplit=1)[0] in _AWAKE
        return self._is_deadlock and not is_awake and ("synctest bubble" in status or not self._is_of_bubble)


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


def _goroutine(header: re.Match[str], block: Iterable[str], ended: _Ended) -> Goroutine:
    id_, status, *labels = header.groups()
    state, *rest = status.split(", ")
    frames: list[Frame] = []
    created_by, creator, called = None, 0, ""
    creation: re.Match[str] | None = None
    for line in block:
        if not line.startswith(("\t", " ")):  # who pastes a dump often pastes spaces
            if _ELIDED.match(line):
                frames.append(Frame(line, "", 0))
            elif line.startswith("[originating from goroutine "):
                break  # the stacks of its ancestors follow
            creation = _CREATED_BY.match(line)
            called = creation[1] if creation else _function(line)
        elif called and (place := _PLACE.match(line)):
            frame = Frame(called, place[1], int(place[2]))
            if creation:
                created_by, creator = frame, int(creation[2] or 0)
            else:
                frames.append(frame)
            called = ""
    return Goroutine(
        id=int(id_),
        state=_MARKS.sub("", state),
        frames=tuple(frames),
        wait_minutes=max((int(minutes[1]) for minutes in map(_MINUTES.match, rest) if minutes), default=0),
        leaked=LEAKED in state,
        deadlocked=ended.has_ended(status),
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
