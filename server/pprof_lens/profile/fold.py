"""The fold in plain Python: what flat and cum are, said once, in the order a sample is read.

`_fold.pyx` does the same in native code and is tested against this module; `engine.py` picks one of them. Both
walk the samples where they lie in the raw bytes and add them up by key, where a key is whatever a caller numbers
its frames with (a line, a function, a line of one function). They know nothing of files or units, and of names only
how they are told apart. What is said of each of thousands of rows is said by columns, which they make, too.

Shapes, the same for both:

- `spans`: start and end of each sample's message in `raw`, two numbers a sample. `split` finds them; all but
  `split` and `labels` count on `check` having passed them.
- `frames`: a `Frames`: for each location the keys of its frames, innermost first; -1 is a frame that has no key.
- `mask`: one byte a sample, nonzero where the sample counts; None where all do.
- `stop`: asked now and then; what takes long raises Cancelled once it answers true.
- results: `array('q')` of `key * columns + column`; sums wrap at 64 bits, as pprof's do.
"""

from array import array
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import TypeVar

from pprof_lens.profile.errors import Cancelled, Concatenated, Malformed, TooLarge

TOWARDS_CALLERS = 1
TOWARDS_CALLEES = -1

LOOK = 1 << 15
"""After so many samples it is looked whether the work is still wanted."""

MOST_UNPACKED = 1 << 20
"""So many frames are unpacked at a time, and what is left of a stack."""

COUNTED = 16
"""More than the greatest field number of a profile."""
T = TypeVar("T")

_SAMPLE, _LOCATION, _FUNCTION, _TIME, _COMMENT = 2, 4, 5, 9, 13
_LINE = 4
_NO_FIELD = -1
_LOCATION_ID, _VALUE, _LABEL = 1, 2, 3
_LABEL_KEY, _LABEL_TEXT, _LABEL_UNIT = 1, 2, 4
_VARINT, _FIXED64, _BYTES, _FIXED32 = 0, 1, 2, 5
_MASK64 = (1 << 64) - 1
_DIGITS = "0123456789"

CONCATENATED = "The file holds several profiles, one after the other."
TOO_MANY_FRAMES = "The stacks of the profile have too many frames to be added up."


@dataclass(frozen=True, slots=True)
class Frames:
    """The keys of each location's frames: location `ids[i]` has `keys[offsets[i]:offsets[i + 1]]`.

    Keys run from 0 to `count - 1`. A location without frames does not count as a frame of the stack.
    """

    ids: "array[int]"
    offsets: "array[int]"
    keys: "array[int]"
    count: int


@dataclass(frozen=True, slots=True)
class Folded:
    """flat and cum of every key in every column, and the total of each column: the sum of absolute values."""

    flat: "array[int]"
    cum: "array[int]"
    totals: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Parts:
    """A profile message in four: the spans of its samples, locations and functions, and all else, still encoded."""

    rest: bytes
    samples: "array[int]"
    locations: "array[int]"
    functions: "array[int]"


@dataclass(frozen=True, slots=True)
class Step:
    """The frames one step beyond a path: their flat and cum, and for each key whether a step further exists."""

    flat: "array[int]"
    cum: "array[int]"
    further: bytes


@dataclass(frozen=True, slots=True)
class Callers:
    """Pairs of a line and a function that calls from it outward, each once, with the cum of the samples that have both.

    `lines` and `functions` are their keys, in no order; `cum` is by `pair * columns + column`.
    """

    lines: "array[int]"
    functions: "array[int]"
    cum: "array[int]"


NOT_INLINED, OVER_SKIPPED = 1, 2


@dataclass(frozen=True, slots=True)
class Calls:
    """Calls between keys in columns, by their callers and what these call, each once.

    `flags` say of each whether one of its calls was not inlined, and whether one went over frames that have no key.
    """

    callers: "array[int]"
    callees: "array[int]"
    weights: "array[int]"
    divisors: "array[int]"
    flags: bytes


@dataclass(frozen=True, slots=True)
class Asked:
    """Which calls are added up: those whose caller and callee have a bit in common in `callers` and `callees`.

    `inlined` says which frames are, `weight` and `divisor` which columns are added up; no divisor is below 0.
    """

    inlined: bytes
    callers: bytes
    callees: bytes
    weight: int
    divisor: int
    most: int


@dataclass(frozen=True, slots=True)
class Alike:
    """Names by number, as they come: `numbers` has that of each, `firsts` where each number is first.

    `stems` has for each number the first one whose name differs from its own in a last number alone; itself where
    there is none. `others` are those first ones that are not plain: they are empty, end in a digit or have a sign.
    """

    numbers: "array[int]"
    firsts: "array[int]"
    stems: "array[int]"
    others: "array[int]"


@dataclass(frozen=True, slots=True)
class Unpacked:
    """Samples as numbers: those of sample `i` are `keys[offsets[i]:offsets[i + 1]]`, the leaf first, and its values."""

    offsets: "array[int]"
    keys: "array[int]"
    values: "array[int]"


def fold(  # noqa: PLR0917 - the same for both, and in the order of the others
    raw: bytes,
    spans: "array[int]",
    tables: Sequence[Frames],
    columns: int,
    mask: bytes | None,
    stop: Callable[[], bool],
) -> tuple[Folded, ...]:
    """Add every sample to its leaf's flat and, once, to the cum of each key that its stack touches.

    `tables` are different keys of the same frames: the locations of all are those of the first.
    """
    for table in tables:
        cells(raw, table, columns)
    return tuple(
        _folded(raw, spans, replace(table, ids=tables[0].ids, offsets=tables[0].offsets), columns, mask, stop)
        for table in tables
    )


def _folded(  # noqa: PLR0917
    raw: bytes, spans: "array[int]", frames: Frames, columns: int, mask: bytes | None, stop: Callable[[], bool]
) -> Folded:
    size = frames.count * columns
    flat, cum, totals = [0] * size, [0] * size, [0] * columns
    for stack, values in _while_wanted(_stacks(raw, spans, frames, mask), stop):
        for column, value in enumerate(values):
            totals[column] += abs(value)
            for key in set(stack):
                if key >= 0:
                    cum[key * columns + column] += value
            if stack and stack[0] >= 0:
                flat[stack[0] * columns + column] += value
    return Folded(flat=_int64s(flat), cum=_int64s(cum), totals=tuple(map(_int64, totals)))


def unpacked(
    raw: bytes,
    spans: "array[int]",
    frames: Frames,
    columns: int,  # noqa: ARG001 - the native part needs it
    first: int,
) -> Unpacked:
    """The samples from `first` on, as many as have MOST_UNPACKED frames and the one that is beyond."""
    offsets, keys, found = array("q", [0]), array("i"), array("q")
    for stack, values in _stacks(raw, spans[2 * first :], frames, None):
        keys.extend(stack)
        found.extend(values)
        offsets.append(len(keys))
        if len(keys) > MOST_UNPACKED:
            break
    return Unpacked(offsets, keys, found)


def step(  # noqa: PLR0917 - the same for both, and in the order of the others
    raw: bytes,
    spans: "array[int]",
    frames: Frames,
    columns: int,
    mask: bytes | None,
    path: "array[int]",
    direction: int,
) -> Step:
    """Add up the frames that stand one step beyond `path` in a stack, each sample once a key.

    `path` begins at the root of the tree that is walked. A frame that calls itself is one frame here, as in
    pprof's graph, which has no edge from a node to itself. flat of a caller is what `path[0]` has as a leaf below
    it; flat of a callee is its own.
    """
    size = cells(raw, frames, columns)
    flat, cum = [0] * size, [0] * size
    further = bytearray(frames.count)
    for stack, values in _stacks(raw, spans, frames, mask):
        line = _collapsed(stack)
        reached: dict[int, bool] = {}
        for start in range(len(line)):
            key = _beyond(line, start, path, direction)
            if key is None:
                continue
            leaf = start if direction == TOWARDS_CALLERS else start + len(path) * direction
            reached[key] = reached.get(key, False) or leaf == 0
            beyond = start + (len(path) + 1) * direction
            if 0 <= beyond < len(line) and line[beyond] >= 0:
                further[key] = 1
        for key, is_leaf in reached.items():
            for column, value in enumerate(values):
                cum[key * columns + column] += value
                if is_leaf:
                    flat[key * columns + column] += value
    return Step(flat=_int64s(flat), cum=_int64s(cum), further=bytes(further))


def callers(  # noqa: PLR0917 - the same for both, and in the order of the others
    raw: bytes,
    spans: "array[int]",
    lines: Frames,
    functions: Frames,
    columns: int,
    mask: bytes | None,
    most: int,
    stop: Callable[[], bool],
) -> Callers | None:
    """For every line what `step` finds one step towards its callers; None where there are more than `most` pairs.

    `lines` and `functions` are keys of the same frames. A line that calls itself is one frame here, as in `step`.
    """
    every = Frames(lines.ids, lines.offsets, array("q", range(len(lines.keys))), len(lines.keys))
    sums: dict[tuple[int, int], list[int]] = {}
    for stack, values in _while_wanted(_stacks(raw, spans, every, mask), stop):
        called = (
            (lines.keys[frame], functions.keys[outer])
            for frame, outer in pairwise(stack)
            if lines.keys[frame] != lines.keys[outer]
        )
        for pair in dict.fromkeys(pair for pair in called if min(pair) >= 0):
            sums[pair] = list(map(sum, zip(sums.get(pair, [0] * columns), values, strict=True)))
        if len(sums) > most:
            return None
    return Callers(
        lines=array("q", (line for line, _ in sums)),
        functions=array("q", (caller for _, caller in sums)),
        cum=_int64s([total for totals in sums.values() for total in totals]),
    )


def calls(  # noqa: PLR0917 - the same for both, and in the order of the others
    raw: bytes,
    spans: "array[int]",
    frames: Frames,
    columns: int,  # noqa: ARG001 - the native part needs it
    asked: Asked,
    stop: Callable[[], bool],
) -> Calls | None:
    """Add up the calls from key to key, a sample once in each; None where there are more than `most` of them.

    A frame without a key is passed over: its caller calls its callee. Samples whose weight and divisor are 0 have none.
    """
    every = Frames(frames.ids, frames.offsets, array("q", range(len(frames.keys))), len(frames.keys))
    found: dict[tuple[int, int], tuple[int, int, int]] = {}
    for stack, values in _while_wanted(_stacks(raw, spans, every, None), stop):
        weight, divisor = values[asked.weight], values[asked.divisor] if asked.divisor >= 0 else 0
        own = _calls_of(stack, frames.keys, asked) if weight or divisor else {}
        for call, flags in own.items():
            before = found.get(call, (0, 0, 0))
            found[call] = before[0] + weight, before[1] + divisor, before[2] | flags
        if len(found) > asked.most:
            return None
    ordered = sorted(found)
    return Calls(
        callers=array("q", (caller for caller, _ in ordered)),
        callees=array("q", (callee for _, callee in ordered)),
        weights=_int64s([found[call][0] for call in ordered]),
        divisors=_int64s([found[call][1] for call in ordered]),
        flags=bytes(found[call][2] for call in ordered),
    )


def _calls_of(stack: Sequence[int], keys: "array[int]", asked: Asked) -> dict[tuple[int, int], int]:
    """The calls in a stack that are asked for, each with the flags of the one nearest to the root."""
    own: dict[tuple[int, int], int] = {}
    caller, skipped = -1, 0
    for frame in reversed(stack):
        callee = keys[frame]
        if callee < 0:
            skipped = OVER_SKIPPED
            continue
        if caller >= 0 and caller != callee and asked.callers[caller] & asked.callees[callee]:
            own.setdefault((caller, callee), skipped | (0 if asked.inlined[frame] else NOT_INLINED))
        caller, skipped = callee, 0
    return own


def containing(raw: bytes, spans: "array[int]", frames: Frames, path: "array[int]", direction: int) -> bytes:
    """A mask of the samples whose stack holds `path`, walked in that direction."""
    mask = bytearray(len(spans) // 2)
    for index, (stack, _) in enumerate(_stacks(raw, spans, frames, None)):
        line = _collapsed(stack)
        mask[index] = any(_holds(line, start, path, direction) for start in range(len(line)))
    return bytes(mask)


def touching(raw: bytes, spans: "array[int]", ids: "array[int]", flags: bytes) -> bytes:
    """A mask of the samples that have a location whose flag is set; one flag for each of `ids`."""
    flagged = {id_ for id_, flag in zip(ids, flags, strict=True) if flag}
    mask = bytearray(len(spans) // 2)
    for index in range(len(mask)):
        locations, _ = _sample(raw, spans[2 * index], spans[2 * index + 1])
        mask[index] = not flagged.isdisjoint(locations)
    return bytes(mask)


def labels(raw: bytes, spans: "array[int]") -> "tuple[array[int], tuple[bytes, ...]]":
    """Number the distinct label sets: one number a sample, and the label fields of each set, tags included."""
    numbers: dict[bytes, int] = {}
    chosen = array("i")
    for index in range(len(spans) // 2):
        start, end = spans[2 * index], spans[2 * index + 1]
        fields = b"".join(raw[begin:after] for field, _, begin, _, after in _fields(raw, start, end) if field == _LABEL)
        chosen.append(numbers.setdefault(fields, len(numbers)))
    return chosen, tuple(numbers)


def count(raw: bytes) -> "array[int]":
    """How many fields of each number below 16 a profile message has, a packed number counted by its bytes.

    At 0 stands how many lines its locations have. A message that breaks off is counted up to there. Nothing is kept
    of what is counted, so that what a message would cost is known before it does.
    """
    counts = array("q", bytes(8 * COUNTED))
    with suppress(Malformed):
        for field, wire, _, body, after in _fields(raw, 0, len(raw)):
            if 0 < field < COUNTED:
                counts[field] += after - body if (field, wire) == (_COMMENT, _BYTES) else 1
            if (field, wire) == (_LOCATION, _BYTES):
                for inner, *_ in _fields(raw, body, after):
                    counts[0] += inner == _LINE
    return counts


def split(raw: bytes) -> Parts:
    """Part a profile message.

    Raises Malformed where the message breaks off, Concatenated where it gives its time twice (pprof's test).
    """
    spans = {_SAMPLE: array("q"), _LOCATION: array("q"), _FUNCTION: array("q")}
    rest, time = [], 0
    for field, wire, begin, body, after in _fields(raw, 0, len(raw)):
        if field == _TIME and wire == _VARINT:
            if time:
                raise Concatenated(CONCATENATED)
            time, _ = _varint(raw, body, after)
        if field not in spans:
            rest.append(raw[begin:after])
        elif wire == _BYTES:
            spans[field].extend((body, after))
        else:
            raise Malformed("a message has another wire type")
    return Parts(b"".join(rest), spans[_SAMPLE], spans[_LOCATION], spans[_FUNCTION])


def table(raw: bytes, spans: "array[int]", numbers: tuple[int, ...]) -> "tuple[array[int], ...]":
    """Read numbers of messages into columns, one for each field of `numbers`: 0 where a message has it not.

    Numbers are signed; of a field that comes twice the last counts. Raises Malformed.
    """
    return nested_table(raw, spans, numbers, _NO_FIELD)[0]


def nested_table(
    raw: bytes, spans: "array[int]", numbers: tuple[int, ...], number: int
) -> "tuple[tuple[array[int], ...], array[int], array[int]]":
    """Read columns as `table`, and find the messages of one more field: those in message `i` are from `offsets[i]` on.

    Gives the columns, the offsets and the spans of what was found. Raises Malformed.
    """
    columns = tuple(array("q", bytes(len(spans) * 4)) for _ in numbers)
    column_of = dict(zip(numbers, columns, strict=True))
    offsets, found = array("q", [0]), array("q")
    for index in range(len(spans) // 2):
        for field, wire, _, body, after in _fields(raw, spans[2 * index], spans[2 * index + 1]):
            if field in column_of:
                if wire != _VARINT:
                    raise Malformed("a number has another wire type")
                column_of[field][index] = _int64(_varint(raw, body, after)[0])
            elif field == number:
                if wire != _BYTES:
                    raise Malformed("a message has another wire type")
                found.extend((body, after))
        offsets.append(len(found) // 2)
    return columns, offsets, found


def ranked(firsts: "array[int]", seconds: "array[int]") -> "tuple[array[int], array[int]]":
    """Number the distinct pairs of two columns in their order; the firsts are numbers that count from 0.

    Gives the number of each row's pair and the first row of each number. A row whose first is negative has -1.
    """
    row_of: dict[tuple[int, int], int] = {}
    for row, pair in enumerate(zip(firsts, seconds, strict=True)):
        row_of.setdefault(pair, row)
    pairs = sorted(pair for pair in row_of if pair[0] >= 0)
    rank_of = {pair: rank for rank, pair in enumerate(pairs)}
    ranks = array("q", (rank_of.get(pair, -1) for pair in zip(firsts, seconds, strict=True)))
    return ranks, array("q", map(row_of.__getitem__, pairs))


def find(ids: "array[int]", wanted: "array[int]") -> "array[int]":
    """Where each wanted id stands in a table that has the rows `ids`, each once; -1 where it does not."""
    rows = {id_: row for row, id_ in enumerate(ids)}
    return array("q", (rows.get(id_, -1) for id_ in wanted))


def take(numbers: "array[int]", places: "array[int]") -> "array[int]":
    """The numbers at these places, which count from 0. Raises IndexError for a place that is not there."""
    if places and min(places) < 0:
        raise IndexError("there is no number at that place")
    return array("q", map(numbers.__getitem__, places))


def where(numbers: "array[int]") -> "array[int]":
    """The places of the numbers that are not negative."""
    return array("q", (at for at, number in enumerate(numbers) if number >= 0))


def replaced(numbers: "array[int]", places: "array[int]", others: "array[int]") -> "array[int]":
    """As `take`, with what `others` has in the same place where the place is negative."""
    return array("q", (numbers[at] if at >= 0 else other for at, other in zip(places, others, strict=True)))


def numbered(keys: "array[int]", beyond: int, better: "array[int]") -> "tuple[array[int], array[int]]":
    """Number keys as they come; they count from 0 to less than `beyond`.

    Gives the number of each row, and of each number the first row that is better (not 0), or the first if none is.
    """
    if any(not 0 <= key < beyond for key in keys):
        raise ValueError("a key is not counted")
    number_of: dict[int, int] = {}
    numbers = array("q", (number_of.setdefault(key, len(number_of)) for key in keys))
    rows = array("q", [-1]) * len(number_of)
    for row, (number, is_better) in enumerate(zip(numbers, better, strict=True)):
        if rows[number] < 0 or (is_better and not better[rows[number]]):
            rows[number] = row
    return numbers, rows


def alike(names: tuple[str, ...], numbered: tuple[str, ...], signs: tuple[str, ...]) -> Alike:
    """Number names, and the stems of those whose last number follows one of the endings in `numbered`.

    Of what many names are, one text, nothing is looked at twice.
    """
    number_of: dict[str, int] = {}
    first_of: dict[str, int] = {}
    numbers, firsts, stems, others = array("q"), array("q"), array("q"), array("q")
    for row, name in enumerate(names):
        number = number_of.setdefault(name, len(firsts))
        numbers.append(number)
        if number < len(firsts):
            continue
        firsts.append(row)
        stem = name.rstrip(_DIGITS)
        is_numbered = stem != name and stem.endswith(numbered)
        stems.append(first_of.setdefault(stem, number) if is_numbered else number)
        is_plain = name and stem == name and not any(sign in name for sign in signs)
        if stems[number] == number and not is_plain:
            others.append(number)
    return Alike(numbers, firsts, stems, others)


def check(  # noqa: PLR0917 - the same for both, and in the order of the others
    raw: bytes, spans: "array[int]", ids: "array[int]", columns: int, strings: int, stop: Callable[[], bool]
) -> None:
    """Raise Malformed for the first sample that breaks a rule.

    It must have a value for each of `columns`, locations of `ids`, and labels from a table of `strings` strings.
    """
    known = set(ids)
    for index in _while_wanted(range(len(spans) // 2), stop):
        start, end = spans[2 * index], spans[2 * index + 1]
        locations, values = _sample(raw, start, end)
        if len(values) != columns:
            raise Malformed(f"mismatch: sample has {len(values)} values vs. {columns} types")
        if not known.issuperset(locations):
            raise Malformed("sample has nil location")
        for field, wire, _, body, after in _fields(raw, start, end):
            if field == _LABEL:
                _check_label(raw, wire, body, after, strings)


def cells(raw: bytes, frames: Frames, columns: int) -> int:
    """How many numbers a result has. Raises TooLarge where they are out of proportion to the profile's bytes.

    Lines and sample types are a few bytes each, and their product is not: a small file could ask for any memory.
    """
    size = frames.count * columns
    if size > 2**20 + len(raw) // 8:
        raise TooLarge(f"The profile has {columns} sample types for {frames.count} lines, too many to be added up.")
    return size


def greatest_depth(raw: bytes) -> int:
    """How many frames a stack may have; an id of one byte can stand for a location of many frames."""
    return 2**16 + len(raw)


def most_frames(raw: bytes) -> int:
    """How many frames all stacks may have together, so that the time stays in proportion to the profile's bytes."""
    return 2**20 + 64 * len(raw)


def _stacks(
    raw: bytes, spans: "array[int]", frames: Frames, mask: bytes | None
) -> Iterator[tuple[list[int], list[int]]]:
    """The keys of each counted sample's stack, the leaf first, with its values."""
    keys = frames.keys.tolist()
    by_id = {id_: keys[frames.offsets[i] : frames.offsets[i + 1]] for i, id_ in enumerate(frames.ids)}
    deepest, left = greatest_depth(raw), most_frames(raw)
    for index in range(len(spans) // 2):
        if mask is not None and not mask[index]:
            continue
        locations, values = _sample(raw, spans[2 * index], spans[2 * index + 1])
        stack: list[int] = []
        for location in locations:
            stack += by_id[location]
            left -= len(by_id[location])
            if left < 0 or len(stack) > deepest:
                raise TooLarge(TOO_MANY_FRAMES)
        yield stack, values


def _while_wanted(things: Iterable[T], stop: Callable[[], bool]) -> Iterator[T]:
    for i, thing in enumerate(things):
        if i % LOOK == 0 and stop():
            raise Cancelled
        yield thing


def pause() -> None:
    """Do nothing: where native code calls this, what interrupts its thread gets to it."""


def _collapsed(stack: Sequence[int]) -> list[int]:
    return [key for i, key in enumerate(stack) if i == 0 or key != stack[i - 1]]


def _holds(line: Sequence[int], start: int, path: "array[int]", direction: int) -> bool:
    end = start + (len(path) - 1) * direction
    return 0 <= end < len(line) and all(line[start + i * direction] == key for i, key in enumerate(path))


def _beyond(line: Sequence[int], start: int, path: "array[int]", direction: int) -> int | None:
    """The key one step beyond `path` where it begins at `start`; None where there is none."""
    if not _holds(line, start, path, direction):
        return None
    at = start + len(path) * direction
    return line[at] if 0 <= at < len(line) and line[at] >= 0 else None


def _sample(raw: bytes, start: int, end: int) -> tuple[list[int], list[int]]:
    """The location ids and the values of the sample between start and end."""
    locations: list[int] = []
    values: list[int] = []
    for field, wire, _, body, after in _fields(raw, start, end):
        if field == _LOCATION_ID:
            locations += _varints(raw, wire, body, after)
        elif field == _VALUE:
            values += map(_int64, _varints(raw, wire, body, after))
    return locations, values


def _check_label(raw: bytes, wire: int, body: int, after: int, strings: int) -> None:
    if wire != _BYTES:
        raise Malformed("a message has another wire type")
    for field, inner, _, start, end in _fields(raw, body, after):
        if field in (_LABEL_KEY, _LABEL_TEXT, _LABEL_UNIT) and inner == _VARINT:
            index, _ = _varint(raw, start, end)
            if index >= strings:
                raise Malformed("a label refers to a string that does not exist")


def _varints(raw: bytes, wire: int, body: int, after: int) -> Iterator[int]:
    """The numbers of a repeated field, packed or not."""
    if wire not in (_VARINT, _BYTES):
        raise Malformed("a number has another wire type")
    while body < after:
        number, body = _varint(raw, body, after)
        yield number


def _fields(raw: bytes, at: int, end: int) -> Iterator[tuple[int, int, int, int, int]]:
    """Each field as (number, wire type, start of its tag, start of its body, end of its body)."""
    while at < end:
        begin = at
        tag, at = _varint(raw, at, end)
        wire = tag & 7
        if wire == _VARINT:
            body = at
            _, at = _varint(raw, at, end)
        elif wire == _BYTES:
            size, body = _varint(raw, at, end)
            at = body + size
        elif wire in (_FIXED64, _FIXED32):
            body = at
            at += 8 if wire == _FIXED64 else 4
        else:
            raise Malformed("a field has an unknown wire type")
        if at > end:
            raise Malformed("the data ends in the middle of a field")
        yield tag >> 3, wire, begin, body, at


def _varint(raw: bytes, at: int, end: int) -> tuple[int, int]:
    number = 0
    for shift in range(0, 70, 7):
        if at >= end:
            raise Malformed("the data ends in the middle of a number")
        byte = raw[at]
        at += 1
        number |= (byte & 0x7F) << shift
        if byte < 0x80:
            return number & _MASK64, at
    raise Malformed("a number is too long")


def _int64(number: int) -> int:
    number &= _MASK64
    return number - (1 << 64) if number >> 63 else number


def _int64s(numbers: Sequence[int]) -> "array[int]":
    return array("q", map(_int64, numbers))
