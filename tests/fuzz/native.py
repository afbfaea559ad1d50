"""The native part alone: small messages, made and spoiled by the thousand each second, through all of its functions.

Any bytes are numbers or a refusal; that nothing beyond them is read or written is for the sanitizers to see. Now and
then its twin in plain Python is asked the same, and must say the same.
"""

import random
from array import array
from collections.abc import Callable
from dataclasses import replace
from types import ModuleType

from messages import bytes_field, number_field, sample, varint
from pprof_lens.profile import _fold as native
from pprof_lens.profile import fold as twin
from pprof_lens.profile.errors import ProfileError
from pprof_lens.profile.fold import TOWARDS_CALLEES, TOWARDS_CALLERS, Frames
from pprof_lens.profile.fold import Asked as Calls
from pprof_lens.source.symbols import NUMBERED, SIGNS

COLUMNS = 2
ONE_IN_BOTH = 64
NUMBERS = tuple(map(varint, (0, 1, 7, 127, 128, 2**31 - 1, 2**31, 2**32, 2**63 - 1, 2**63, 2**64 - 1)))
TAGS = bytes(number << 3 | wire for number in (1, 2, 3, 4, 5, 6, 15) for wire in range(6))
Asked = Callable[[ModuleType, bytes, "array[int]"], object]


def message(choose: random.Random) -> bytes:
    """A few samples, locations and functions, as a program writes them."""
    parts = [bytes_field(1, number_field(1, 1) + number_field(2, 2))] * COLUMNS
    for _ in range(choose.randint(1, 6)):
        label = bytes_field(3, number_field(1, 1) + number_field(choose.choice((2, 3)), choose.randrange(9)))
        stack = [choose.randint(1, 6) for _ in range(choose.choice((0, 1, 3, 3, 9)))]
        parts.append(bytes_field(2, sample(stack, [choose.randrange(300), -1], choose.choice((b"", label)))))
    for number in range(1, 7):
        line = bytes_field(4, number_field(1, number) + number_field(2, 9))
        parts.append(bytes_field(4, number_field(1, number) + line * choose.randrange(3)))
        parts.append(bytes_field(5, number_field(1, number) + number_field(2, 1)))
    choose.shuffle(parts)
    return b"".join((*parts, bytes_field(6, b"main.main")))


def spoiled(raw: bytes, choose: random.Random) -> bytes:
    """The message with one to four changes where they hurt: a bit, a tag, a number, a part gone or twice."""
    data = bytearray(raw)
    for _ in range(choose.choice((1, 1, 2, 4))):
        at = choose.randint(0, len(data))
        match choose.randrange(6):
            case 0 if at < len(data):
                data[at] ^= 1 << choose.randrange(8)
            case 1 if at < len(data):
                data[at] = choose.choice(TAGS)
            case 2:
                data[at : at + choose.randrange(3)] = choose.choice(NUMBERS)
            case 3:
                del data[at : at + choose.choice((1, 2, 8, 1 << 20))]
            case 4:
                data[at:at] = data[at : at + choose.randrange(20)]
            case _:
                data[at:at] = b"\xff" * choose.randint(1, 11)
    return bytes(data)


def frames_of(choose: random.Random) -> Frames:
    """For locations 1 to 6 a frame or two each; some ids as large as can be."""
    ids = [choose.choice((number, number, number, 2**64 - number)) for number in range(1, 7)]
    offsets = array("q", [0])
    for _ in ids:
        offsets.append(offsets[-1] + choose.randrange(3))
    return Frames(array("Q", ids), offsets, array("q", [choose.randrange(-1, 5) for _ in range(offsets[-1])]), 5)


def asked_of(choose: random.Random) -> tuple[Asked, ...]:
    """What is asked about the samples of messages."""
    frames = frames_of(choose)
    lines = replace(frames, keys=array("q", choose.choices(range(-1, 5), k=len(frames.keys))))
    path = array("q", [choose.randrange(-1, 5) for _ in range(choose.randint(1, 3))])
    towards, first = choose.choice((TOWARDS_CALLERS, TOWARDS_CALLEES)), choose.randrange(3)
    flags, numbers = choose.randbytes(6), tuple(choose.sample(range(1, 16), 3))

    inlined = choose.randbytes(len(lines.keys))
    calls = Calls(inlined, choose.randbytes(5), choose.randbytes(5), choose.randrange(COLUMNS), first - 1, 3)

    def mask(spans: "array[int]") -> bytes | None:
        return bytes(i & 1 for i in range(len(spans) // 2)) if first else None

    return (
        lambda of, raw, spans: of.check(raw, spans, frames.ids, COLUMNS, 3, _never),
        lambda of, raw, spans: of.fold(raw, spans, (frames, lines)[: 1 + (first == 0)], COLUMNS, mask(spans), _never),
        lambda of, raw, spans: of.callers(raw, spans, lines, lines, COLUMNS, mask(spans), 5, _never),
        lambda of, raw, spans: of.calls(raw, spans, lines, COLUMNS, calls, _never),
        lambda of, raw, spans: of.step(raw, spans, frames, COLUMNS, mask(spans), path, towards),
        lambda of, raw, spans: of.unpacked(raw, spans, frames, COLUMNS, min(first, len(spans) // 2)),
        lambda of, raw, spans: of.containing(raw, spans, frames, path, towards),
        lambda of, raw, spans: of.touching(raw, spans, frames.ids, flags),
        lambda of, raw, spans: of.labels(raw, spans),
        lambda of, raw, spans: of.nested_table(raw, spans, numbers[1:], numbers[0]),
        lambda of, raw, spans: of.table(raw, spans, numbers),
        lambda of, raw, _: of.count(raw),
    )


def asked_of_columns(choose: random.Random) -> tuple[Callable[[ModuleType], object], ...]:
    """What is asked about names and numbers of tables, which may be no numbers of any table."""
    keys, others, places = (array("q", choose.choices((-(2**63), -1, *range(9), 2**40), k=6)) for _ in range(3))
    pieces = ("main", ".func", ".", "1", "22", "[", "-fm", "\u00e9", "\udcff", "\0" * 9)
    drawn = ["".join(choose.choices(pieces, k=choose.randrange(6))) for _ in range(6)]
    names = tuple("".join(choose.choice(drawn)) for _ in range(choose.randrange(40)))
    return (
        lambda of: of.alike(names, NUMBERED, SIGNS),
        lambda of: of.numbered(keys, 9, others),
        lambda of: of.replaced(keys, places, others),
        lambda of: of.where(keys),
    )


def attempt(seed: int, count: int) -> int:
    """Try so many messages, and give how many of them could be parted."""
    choose = random.Random(seed)
    asked, messages, parted = asked_of(choose), [message(choose) for _ in range(8)], 0
    for number in range(count):
        raw = spoiled(choose.choice(messages), choose)
        answers = _all(native, raw, asked)
        # Of what breaks a rule the twin is asked no more: nobody asks on.
        if number % ONE_IN_BOTH == 0 and answers[:2] == [None, None]:
            assert answers == _all(twin, raw, asked), f"not what its twin says of {raw.hex()}"
        parted += answers[0] is None
        if number % ONE_IN_BOTH == 0:
            for ask in asked_of_columns(choose):
                assert _in_columns(native, ask) == _in_columns(twin, ask), "not what its twin says of columns"
    return parted


def _all(of: ModuleType, raw: bytes, asked: tuple[Asked, ...]) -> list[object]:
    """The error of parting the message, if there is one, and the answer or the error of each question."""
    try:
        spans = of.split(raw).samples
    except ProfileError as error:
        return [str(error)]
    return [None, *(_answer(of, ask, raw, spans) for ask in asked)]


def _answer(of: ModuleType, ask: Asked, raw: bytes, spans: "array[int]") -> object:
    try:
        return ask(of, raw, spans)
    except ProfileError as error:
        return str(error)


def _in_columns(of: ModuleType, ask: Callable[[ModuleType], object]) -> object:
    try:
        return ask(of)
    except (ValueError, IndexError) as error:
        return type(error)


def _never() -> bool:
    return False
