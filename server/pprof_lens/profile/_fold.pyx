# cython: language_level=3, cdivision=True
"""The fold in native code: what `fold.py` says, walked through the raw bytes without the GIL.

Same functions, same results, same errors; that module is the specification and has the words. A profile is hostile
input, so every read is bounded by the span that it is in, every id is looked up before it is used, and sums are
unsigned, which wrap where signed ones would be undefined. The limited API of CPython 3.10 has no buffers: an array
is used by its address, which `memoryview` keeps from moving. Loops touch no Python object, except in `labels`,
which works in blocks, and where `alike` finds the bytes of names.
"""

from array import array
from random import getrandbits

cimport cython
from cpython.bytes cimport PyBytes_FromStringAndSize
from cpython.unicode cimport PyUnicode_AsUTF8AndSize
from libc.stdint cimport INT32_MAX, int32_t, int64_t, uint8_t, uint32_t, uint64_t
from libc.stdlib cimport free, realloc
from libc.string cimport memchr, memcmp, memcpy, memset

from pprof_lens.profile import fold as twin
from pprof_lens.profile.errors import Cancelled, Concatenated, Malformed, TooLarge

cdef enum:  # fields of a profile, of a sample, of a label
    SAMPLE = 2
    LOCATION = 4
    FUNCTION = 5
    TIME = 9
    COMMENT = 13
    LINE = 4
    LOCATION_ID = 1
    VALUE = 2
    LABEL = 3
    LABEL_KEY = 1
    LABEL_TEXT = 2
    LABEL_UNIT = 4

cdef enum:
    MOST_TABLES = 4
    MOST_ENDINGS = 8

cdef enum:  # what numbers are sorted by at a time
    DIGIT_BITS = 11
    DIGITS = 2048

cdef enum:  # wire types
    VARINT = 0
    FIXED64 = 1
    BYTES = 2
    FIXED32 = 5

cdef enum Fault:
    FINE
    NO_MEMORY
    NUMBER_BREAKS_OFF
    NUMBER_TOO_LONG
    FIELD_BREAKS_OFF
    WIRE_TYPE
    NUMBER_OF_OTHER_TYPE
    MESSAGE_OF_OTHER_TYPE
    NO_STRING
    NO_LOCATION
    VALUE_COUNT
    TWO_TIMES
    TOO_MANY_FRAMES
    TOO_MANY_PAIRS

cdef struct Field:
    uint64_t number
    int wire
    Py_ssize_t begin
    Py_ssize_t body
    Py_ssize_t after

cdef struct Parts:
    # What `split` finds: first how much of each there is, then, where there is room, the thing itself.
    uint8_t* rest
    Py_ssize_t rest_size
    int64_t* sample_spans
    Py_ssize_t samples
    int64_t* location_spans
    Py_ssize_t locations
    int64_t* function_spans
    Py_ssize_t functions
    uint64_t time

cdef struct Column:
    uint64_t number
    uint64_t* rows

cdef struct Range:
    int32_t first
    int32_t count

cdef struct Summed:
    # What is added up by the keys of one table, and of each the last sample that had it.
    uint32_t* seen
    uint64_t* flat
    uint64_t* cum

cdef struct Text:
    const uint8_t* begin
    Py_ssize_t size

cdef struct Named:
    # An object that is a name: its bytes, how many of them come before a last number, and the number of the name.
    Text text
    Py_ssize_t stem
    uint64_t identity  # where the object is, then a hash of its bytes
    int64_t number

cdef Py_ssize_t ANY_COLUMNS = -1
cdef Py_ssize_t BLOCK = 4096
cdef Py_ssize_t LOOK = twin.LOOK
cdef Py_ssize_t LOOK_FRAMES = 1 << 16
cdef Py_ssize_t LOOK_BYTES = 1 << 22
cdef Py_ssize_t MOST_UNPACKED = twin.MOST_UNPACKED
cdef int64_t MOST_FIRSTS = 2**31


def fold(bytes raw, spans, tables, Py_ssize_t columns, mask, stop):
    cdef Summed summed[MOST_TABLES]
    cdef Py_ssize_t i, frame_count = len(tables[0].keys), table_count = len(tables), first = 0, beyond
    if table_count > MOST_TABLES:
        raise ValueError("more tables than are added up at once")
    sizes = [twin.cells(raw, table, columns) for table in tables]
    cdef Stacks stacks = Stacks(raw, spans, columns, _every(tables[0]), mask)
    totals_array, keys_array = _zeros(columns), _zeros32(frame_count * table_count)
    cdef int32_t* keys = <int32_t*> _content(keys_array)
    flats, cums, seens = [], [], []
    for i in range(table_count):
        _write_keys(keys + i, table_count, tables[i].keys, frame_count, tables[i].count)
        flats.append(_zeros(sizes[i]))
        cums.append(_zeros(sizes[i]))
        seens.append(_zeros32(tables[i].count))
        summed[i].flat, summed[i].cum = _content(flats[i]), _content(cums[i])
        summed[i].seen = <uint32_t*> _content(seens[i])
    cdef uint64_t* totals = _content(totals_array)
    cdef Fault fault = FINE
    while first < stacks.count:
        if stop():
            raise Cancelled
        with nogil:
            beyond = stacks.beyond(first)
            while first < beyond and stacks.goes_on() and fault == FINE:
                fault = stacks.add_up(first, totals, keys, summed, table_count)
                first += 1
        if fault != FINE:
            raise stacks.error(fault)
    whole = tuple(totals_array)
    return tuple(twin.Folded(flat=flat, cum=cum, totals=whole) for flat, cum in zip(flats, cums))


def unpacked(bytes raw, spans, frames, Py_ssize_t columns, Py_ssize_t first):
    cdef Unpacking samples = Unpacking(raw, spans, columns, frames, None)
    cdef Fault fault
    if first < 0:
        raise ValueError("there is no sample before the first")
    with nogil:
        fault = samples.unpack(first)
    if fault != FINE:
        raise samples.error(fault)
    return samples.result()


def step(bytes raw, spans, frames, Py_ssize_t columns, mask, path, int direction):
    cdef Py_ssize_t size = twin.cells(raw, frames, columns)
    cdef Stacks stacks = Stacks(raw, spans, columns, frames, mask)
    flat_array, cum_array = _zeros(size), _zeros(size)
    reached_array, as_leaf_array = _zeros32(stacks.key_count), _zeros32(stacks.key_count)
    cdef uint64_t* flat = _content(flat_array)
    cdef uint64_t* cum = _content(cum_array)
    cdef uint32_t* reached = <uint32_t*> _content(reached_array)
    cdef uint32_t* as_leaf = <uint32_t*> _content(as_leaf_array)
    cdef bytes further_bytes = _flags(stacks.key_count)
    cdef uint8_t* further = <uint8_t*> <char*> further_bytes
    cdef const int64_t* wanted = _int64s(path)
    cdef const uint64_t* values = stacks.values
    cdef Py_ssize_t length = len(path), first = 0, beyond, start, at, key, column
    cdef Fault fault = FINE
    while first < stacks.count:
        twin.pause()
        with nogil:
            beyond = stacks.beyond(first)
            while first < beyond and stacks.goes_on():
                first += 1
                if not stacks.counts(first - 1):
                    continue
                fault = stacks.read(first - 1)
                if fault != FINE:
                    break
                stacks.collapse()
                for start in range(stacks.depth):
                    at = start + length * direction
                    if not stacks.has_key(at) or not stacks.holds(start, wanted, length, direction):
                        continue
                    key = stacks.keys[at]
                    if stacks.has_key(at + direction):
                        further[key] = 1
                    if reached[key] != <uint32_t> first:
                        reached[key] = <uint32_t> first
                        for column in range(columns):
                            cum[key * columns + column] += values[column]
                    if (start if direction > 0 else at) == 0 and as_leaf[key] != <uint32_t> first:
                        as_leaf[key] = <uint32_t> first
                        for column in range(columns):
                            flat[key * columns + column] += values[column]
        if fault != FINE:
            raise stacks.error(fault)
    return twin.Step(flat=flat_array, cum=cum_array, further=further_bytes)


def callers(bytes raw, spans, lines, functions, Py_ssize_t columns, mask, Py_ssize_t most, stop):
    cdef Py_ssize_t frame_count = len(lines.keys), first = 0, beyond
    cdef Stacks stacks = Stacks(raw, spans, columns, _every(lines), mask)
    cdef const int64_t* line_of = _int64s(lines.keys)
    cdef const int64_t* function_of = _int64s(functions.keys)
    cdef Pairs pairs = Pairs(columns, most)
    cdef const uint64_t* values = stacks.values
    cdef Py_ssize_t at, column, pair
    cdef int64_t line, caller
    cdef Fault fault = FINE
    if len(functions.keys) != frame_count:
        raise ValueError("there is not one function for each line")
    while first < stacks.count and fault == FINE:
        if stop():
            raise Cancelled
        with nogil:
            beyond = stacks.beyond(first)
            while first < beyond and stacks.goes_on() and fault == FINE:
                first += 1
                if not stacks.counts(first - 1):
                    continue
                fault = stacks.read(first - 1)
                for at in range(1, stacks.depth):
                    if fault != FINE:
                        break
                    line, caller = line_of[stacks.keys[at - 1]], function_of[stacks.keys[at]]
                    if line < 0 or caller < 0 or line_of[stacks.keys[at]] == line:
                        continue
                    pair = pairs.of(line, caller)
                    if pair < 0:
                        fault = TOO_MANY_PAIRS if pairs.count == most else NO_MEMORY
                    elif pairs.seen[pair] != <uint32_t> first:
                        pairs.seen[pair] = <uint32_t> first
                        for column in range(columns):
                            pairs.sums[pair * columns + column] += values[column]
    if fault == TOO_MANY_PAIRS:
        return None
    if fault != FINE:
        raise stacks.error(fault)
    return pairs.result()


def containing(bytes raw, spans, frames, path, int direction):
    cdef Stacks stacks = Stacks(raw, spans, ANY_COLUMNS, frames, None)
    cdef bytes mask_bytes = _flags(stacks.count)
    cdef uint8_t* mask = <uint8_t*> <char*> mask_bytes
    cdef const int64_t* wanted = _int64s(path)
    cdef Py_ssize_t length = len(path), first = 0, beyond, start
    cdef Fault fault = FINE
    while first < stacks.count:
        twin.pause()
        with nogil:
            beyond = stacks.beyond(first)
            while first < beyond and stacks.goes_on():
                fault = stacks.read(first)
                if fault != FINE:
                    break
                stacks.collapse()
                for start in range(stacks.depth):
                    if stacks.holds(start, wanted, length, direction):
                        mask[first] = 1
                        break
                first += 1
        if fault != FINE:
            raise stacks.error(fault)
    return mask_bytes


def touching(bytes raw, spans, ids, bytes flags):
    cdef Touches touches = Touches(raw, spans, ids, flags)
    cdef bytes mask_bytes = _flags(touches.count)
    cdef uint8_t* mask = <uint8_t*> <char*> mask_bytes
    cdef Py_ssize_t sample = 0, beyond
    cdef Fault fault = FINE
    while sample < touches.count:
        twin.pause()
        with nogil:
            beyond = touches.beyond(sample)
            while sample < beyond and fault == FINE:
                fault = touches.look_at(sample, &mask[sample])
                sample += 1
        if fault != FINE:
            raise _error(fault)
    return mask_bytes


def labels(bytes raw, spans):
    cdef Labels gathered = Labels(raw, spans)
    cdef Py_ssize_t first, beyond, sample, begin, end
    cdef Fault fault
    numbers = {}
    chosen = array("i")
    for first in range(0, gathered.count, BLOCK):
        beyond = min(first + BLOCK, gathered.count)
        twin.pause()
        with nogil:
            fault = gathered.gather(first, beyond)
        if fault != FINE:
            raise _error(fault)
        begin = 0
        for sample in range(beyond - first):
            end = gathered.ends[sample]
            fields = PyBytes_FromStringAndSize(<char*> gathered.text + begin, end - begin)
            chosen.append(numbers.setdefault(fields, len(numbers)))
            begin = end
    return chosen, tuple(numbers)


def count(bytes raw):
    cdef const uint8_t* data = <const uint8_t*> <const char*> raw
    cdef Py_ssize_t size = len(raw), at = 0, within, beyond
    cdef Py_ssize_t counted = twin.COUNTED
    counts = _zeros(counted)
    cdef int64_t* of_number = <int64_t*> _content(counts)
    cdef Field field, inner
    while at < size:
        twin.pause()
        beyond = min(size, at + LOOK_BYTES)
        with nogil:
            while at < beyond:
                if read_field(data, &at, size, &field) != FINE:
                    at = size
                    break
                if field.number == COMMENT and field.wire == BYTES:
                    of_number[field.number] += field.after - field.body
                elif 0 < field.number < <uint64_t> counted:
                    of_number[field.number] += 1
                if field.number == LOCATION and field.wire == BYTES:
                    within = field.body
                    while within < field.after:
                        if read_field(data, &within, field.after, &inner) != FINE:
                            at = size  # as its twin, which ends where a message breaks off
                            break
                        of_number[0] += inner.number == LINE
    return counts


def split(bytes raw):
    cdef const uint8_t* data = <const uint8_t*> <const char*> raw
    cdef Py_ssize_t size = len(raw)
    cdef Parts parts
    memset(&parts, 0, sizeof(Parts))
    _part(data, size, &parts)
    cdef bytes rest = PyBytes_FromStringAndSize(NULL, parts.rest_size)
    samples, locations, functions = _zeros(2 * parts.samples), _zeros(2 * parts.locations), _zeros(2 * parts.functions)
    memset(&parts, 0, sizeof(Parts))
    parts.rest = <uint8_t*> <char*> rest
    parts.sample_spans = <int64_t*> _content(samples)
    parts.location_spans = <int64_t*> _content(locations)
    parts.function_spans = <int64_t*> _content(functions)
    _part(data, size, &parts)
    return twin.Parts(rest, samples, locations, functions)


def table(bytes raw, spans, numbers):
    return _rows(Rows(raw, spans, 0), numbers)


def nested_table(bytes raw, spans, numbers, uint64_t number):
    cdef Rows rows = Rows(raw, spans, number)
    columns = _rows(rows, numbers)
    return columns, rows.offsets_array, rows.result()


cdef object _rows(Rows rows, numbers):
    """The numbers of all messages in columns."""
    cdef Column wanted[8]
    cdef Py_ssize_t message = 0, beyond, i, count = len(numbers)
    cdef Fault fault = FINE
    if count > 8:
        raise ValueError("more than eight columns")
    columns = tuple(_zeros(rows.count) for _ in numbers)
    for i in range(count):
        wanted[i].number, wanted[i].rows = numbers[i], _content(columns[i])
    while message < rows.count:
        twin.pause()
        with nogil:
            beyond = rows.beyond(message)
            while message < beyond and fault == FINE:
                fault = rows.read(message, wanted, count)
                message += 1
        if fault != FINE:
            raise _error(fault)
    return columns


def ranked(firsts, seconds):
    cdef const int64_t* first_of = _int64s(firsts)
    cdef const int64_t* second_of = _int64s(seconds)
    cdef Py_ssize_t i, at, first, start, end, count = len(firsts), distinct = 0
    cdef int64_t most = -1
    if len(seconds) != count:
        raise ValueError("there is not one second for each first")
    kept_firsts, kept_seconds = memoryview(firsts), memoryview(seconds)
    ranks, rows = array("q", [-1]) * count, _zeros(count)
    cdef int64_t* ranks_data = <int64_t*> _content(ranks)
    cdef int64_t* rows_data = <int64_t*> _content(rows)
    for i in range(count):
        most = max(most, first_of[i])
    if most > MOST_FIRSTS:
        raise ValueError("the firsts are not numbers that count from 0")
    order = _ordered(seconds)
    cdef const int64_t* order_data = <const int64_t*> _content(order)
    ends_array, placed_array = _zeros(most + 2), _zeros(count)
    cdef int64_t* ends = <int64_t*> _content(ends_array)
    cdef int64_t* placed = <int64_t*> _content(placed_array)
    with nogil:
        # Firsts are few and small, so the place of a row is counted.
        for i in range(count):
            if first_of[i] >= 0:
                ends[first_of[i] + 1] += 1
        for first in range(most + 1):
            ends[first + 1] += ends[first]
        for at in range(count):
            i = order_data[at]
            if first_of[i] >= 0:
                placed[ends[first_of[i]]] = i
                ends[first_of[i]] += 1
    twin.pause()
    with nogil:
        start = 0
        for first in range(most + 1):
            end = ends[first]
            for at in range(start, end):
                i = placed[at]
                if at == start or second_of[i] != second_of[placed[at - 1]]:
                    rows_data[distinct] = i
                    distinct += 1
                ranks_data[i] = distinct - 1
            start = end
    del kept_firsts, kept_seconds
    return ranks, rows[:distinct]


def find(ids, wanted):
    cdef Positions positions = Positions(ids)
    cdef const uint64_t* wanted_ids = <const uint64_t*> _int64s(wanted)
    cdef Py_ssize_t i, count = len(wanted)
    kept_wanted = memoryview(wanted)
    found_array = _zeros(count)
    cdef int64_t* found = <int64_t*> _content(found_array)
    with nogil:
        for i in range(count):
            found[i] = positions.find(wanted_ids[i])
    del kept_wanted
    return found_array


def take(numbers, places):
    cdef const int64_t* from_numbers = _int64s(numbers)
    cdef const int64_t* wanted = _int64s(places)
    cdef Py_ssize_t i, count = len(places), size = len(numbers)
    kept_numbers, kept_places = memoryview(numbers), memoryview(places)
    taken_array = _zeros(count)
    cdef int64_t* taken = <int64_t*> _content(taken_array)
    with nogil:
        for i in range(count):
            if not 0 <= wanted[i] < size:
                break
            taken[i] = from_numbers[wanted[i]]
        else:
            i = count
    del kept_numbers, kept_places
    if i < count:
        raise IndexError("there is no number at that place")
    return taken_array


def where(numbers):
    cdef const int64_t* given = _int64s(numbers)
    cdef Py_ssize_t i, found = 0, count = len(numbers)
    kept_numbers = memoryview(numbers)
    places_array = _zeros(count)
    cdef int64_t* places = <int64_t*> _content(places_array)
    with nogil:
        for i in range(count):
            if given[i] >= 0:
                places[found] = i
                found += 1
    del kept_numbers
    return places_array[:found]


def replaced(numbers, places, others):
    cdef const int64_t* from_numbers = _int64s(numbers)
    cdef const int64_t* wanted = _int64s(places)
    cdef const int64_t* otherwise = _int64s(others)
    cdef Py_ssize_t i, count = len(places), size = len(numbers)
    if len(others) != count:
        raise ValueError("there is not one other number for each place")
    kept_numbers, kept_places, kept_others = memoryview(numbers), memoryview(places), memoryview(others)
    found_array = _zeros(count)
    cdef int64_t* found = <int64_t*> _content(found_array)
    with nogil:
        for i in range(count):
            if wanted[i] >= size:
                break
            found[i] = from_numbers[wanted[i]] if wanted[i] >= 0 else otherwise[i]
        else:
            i = count
    del kept_numbers, kept_places, kept_others
    if i < count:
        raise IndexError("there is no number at that place")
    return found_array


def numbered(keys, Py_ssize_t beyond, better):
    cdef const int64_t* given = _int64s(keys)
    cdef const int64_t* is_better = _int64s(better)
    cdef Py_ssize_t i, number, found = 0, count = len(keys)
    if len(better) != count:
        raise ValueError("it is not told of each row whether it is better")
    kept_keys, kept_better = memoryview(keys), memoryview(better)
    numbers, rows, number_of_array = _zeros(count), _zeros(min(count, max(beyond, 0))), _zeros(max(beyond, 0))
    cdef int64_t* numbers_data = <int64_t*> _content(numbers)
    cdef int64_t* rows_data = <int64_t*> _content(rows)
    cdef int64_t* number_of = <int64_t*> _content(number_of_array)  # one more than it is; 0 where there is none
    with nogil:
        for i in range(count):
            if not 0 <= given[i] < beyond:
                break
            number = <Py_ssize_t> number_of[given[i]] - 1
            if number < 0:
                number = found
                found += 1
                number_of[given[i]] = found
                rows_data[number] = i
            elif is_better[i] != 0 and is_better[rows_data[number]] == 0:
                rows_data[number] = i
            numbers_data[i] = number
        else:
            i = count
    del kept_keys, kept_better
    if i < count:
        raise ValueError("a key is not counted")
    return numbers, rows[:found]


def alike(tuple names, tuple numbered, tuple signs):
    cdef Names found
    cdef Py_ssize_t row = 0
    try:
        found = Names(names, numbered, signs)
    except UnicodeEncodeError:  # what was no UTF-8 has no bytes to be told by
        return twin.alike(names, numbered, signs)
    while row < found.count:
        twin.pause()
        with nogil:
            row = found.number_from(row)
    return found.result()


def check(bytes raw, spans, ids, Py_ssize_t columns, Py_ssize_t strings, stop):
    cdef Checks checks = Checks(raw, spans, ids, columns, strings)
    cdef Py_ssize_t first = 0, beyond
    cdef Fault fault
    while first < checks.count:
        if stop():
            raise Cancelled
        with nogil:
            beyond = checks.beyond(first)
            fault = checks.check(first, beyond)
        if fault != FINE:
            raise checks.error(fault)
        first = beyond


cdef class Messages:
    """Messages of one kind in the raw bytes."""

    cdef bytes kept_raw
    cdef object kept_spans
    cdef const uint8_t* raw
    cdef const int64_t* spans
    cdef Py_ssize_t count

    def __init__(self, bytes raw, spans):
        cdef Py_ssize_t i
        cdef int64_t before = 0
        self.kept_raw, self.kept_spans, self.count = raw, memoryview(spans), len(spans) // 2
        self.raw, self.spans = <const uint8_t*> <const char*> self.kept_raw, _int64s(spans)
        if self.count >= INT32_MAX:
            raise OverflowError("too many messages to be counted in 32 bits")
        for i in range(2 * self.count):
            if not before <= self.spans[i] <= len(raw):
                raise ValueError("the messages do not lie in the profile one after the other")
            before = self.spans[i]

    cdef Py_ssize_t beyond(self, Py_ssize_t first) noexcept nogil:
        """Where the messages end that are walked from `first` on before it is looked whether that is still wanted."""
        cdef Py_ssize_t end = min(first + LOOK, self.count), at = first + 1
        while at < end and self.spans[2 * at] - self.spans[2 * first] < LOOK_BYTES:
            at += 1
        return min(at, end)


@cython.final
cdef class Rows(Messages):
    """Messages whose numbers are read into columns, and where those of one field lie in them: 0 is none."""

    cdef object offsets_array
    cdef uint64_t nested
    cdef int64_t* offsets
    cdef int64_t* found
    cdef Py_ssize_t found_count, room

    def __init__(self, bytes raw, spans, uint64_t nested):
        super().__init__(raw, spans)
        self.nested, self.offsets_array = nested, _zeros(self.count + 1)
        self.offsets = <int64_t*> _content(self.offsets_array)

    def __dealloc__(self):
        free(self.found)

    cdef Fault read(self, Py_ssize_t message, const Column* columns, Py_ssize_t count) noexcept nogil:
        """Put the numbers of a message into its row; of a field that comes twice the last counts."""
        cdef Py_ssize_t at = <Py_ssize_t> self.spans[2 * message], end = <Py_ssize_t> self.spans[2 * message + 1], i
        cdef Field field
        cdef Fault fault
        while at < end:
            fault = read_field(self.raw, &at, end, &field)
            if fault != FINE:
                return fault
            for i in range(count):
                if field.number == columns[i].number:
                    if field.wire != VARINT:
                        return NUMBER_OF_OTHER_TYPE
                    read_number(self.raw, &field.body, field.after, &columns[i].rows[message])
                    break
            else:
                if field.number == self.nested and self.nested != 0:
                    if self.found_count == self.room and not self.make_room():
                        return NO_MEMORY
                    fault = add_span(&field, self.found, &self.found_count)
                    if fault != FINE:
                        return fault
        self.offsets[message + 1] = self.found_count
        return FINE

    cdef bint make_room(self) noexcept nogil:
        """Whether there was memory; each message is a byte at least, so all of them are a multiple of the raw bytes."""
        cdef Py_ssize_t room = 2 * self.room + self.count + 64
        cdef int64_t* moved = <int64_t*> realloc(self.found, 2 * room * sizeof(int64_t))
        if moved == NULL:
            return False
        self.found, self.room = moved, room
        return True

    cdef object result(self):
        found = _zeros(2 * self.found_count)
        if self.found_count:
            memcpy(_content(found), self.found, 2 * self.found_count * sizeof(int64_t))
        return found


cdef class Samples(Messages):
    """Samples, read one at a time: the values are kept, locations are read by `read_locations`."""

    cdef bytes kept_values
    cdef uint64_t* values
    cdef Py_ssize_t columns, value_count

    def __init__(self, bytes raw, spans, Py_ssize_t columns):
        super().__init__(raw, spans)
        self.columns = columns
        self.kept_values = _flags(8 * max(columns, 0))
        self.values = <uint64_t*> <char*> self.kept_values

    cdef Fault read_locations(self, Py_ssize_t at, Py_ssize_t end) noexcept nogil:
        """Read the ids of locations between `at` and `end`, the leaf first."""
        return FINE

    cdef void read_label(self, Field* field) noexcept nogil:
        """Look at a label."""

    cdef Fault read_fields(self, Py_ssize_t sample) noexcept nogil:
        """Fill `values`, hold their number to that of the columns, and have the locations read."""
        cdef Py_ssize_t at = <Py_ssize_t> self.spans[2 * sample], end = <Py_ssize_t> self.spans[2 * sample + 1]
        cdef Field field
        cdef Fault fault
        self.value_count = 0
        while at < end:
            fault = read_field(self.raw, &at, end, &field)
            if fault == FINE and (field.number == LOCATION_ID or field.number == VALUE):
                fault = self.read_content(&field)
            elif fault == FINE and field.number == LABEL:
                self.read_label(&field)
            if fault != FINE:
                return fault
        return FINE if self.columns == ANY_COLUMNS or self.columns == self.value_count else VALUE_COUNT

    cdef Fault read_content(self, Field* field) noexcept nogil:
        """Read a repeated field, packed or not."""
        cdef Py_ssize_t at = field.body
        cdef uint64_t number
        cdef Fault fault
        if field.wire != VARINT and field.wire != BYTES:
            return NUMBER_OF_OTHER_TYPE
        if field.number == LOCATION_ID:
            return self.read_locations(at, field.after)
        while at < field.after:
            fault = read_number(self.raw, &at, field.after, &number)
            if fault != FINE:
                return fault
            if self.value_count < self.columns:
                self.values[self.value_count] = number
            self.value_count += 1
        return FINE

    cdef object error(self, Fault fault):
        if fault == VALUE_COUNT:
            return Malformed(f"mismatch: sample has {self.value_count} values vs. {self.columns} types")
        return _error(fault)


cdef class Stacks(Samples):
    """The samples that count, with the keys of their frames, the leaf first."""

    cdef Positions positions
    cdef object kept_ranges, kept_frames
    cdef bytes kept_mask
    cdef Range* ranges
    cdef int32_t* frames
    cdef const uint8_t* mask
    cdef Py_ssize_t key_count
    cdef int32_t* keys
    cdef Py_ssize_t depth, room
    cdef Py_ssize_t greatest_depth, frames_left, frames_to_look

    def __init__(self, bytes raw, spans, Py_ssize_t columns, frames, mask):
        cdef Py_ssize_t i, frame_count = len(frames.keys)
        cdef const int64_t* offsets = _int64s(frames.offsets)
        cdef const int64_t* keys = _int64s(frames.keys)
        super().__init__(raw, spans, columns)
        self.positions, self.key_count = Positions(frames.ids), frames.count
        self.greatest_depth, self.frames_left = twin.greatest_depth(raw), twin.most_frames(raw)
        # Half the size in memory is half the cache misses, and those are what a large profile's fold is made of.
        self.kept_ranges, self.kept_frames = _zeros(self.positions.count), _zeros32(frame_count)
        self.ranges, self.frames = <Range*> _content(self.kept_ranges), <int32_t*> _content(self.kept_frames)
        if mask is not None:
            self.kept_mask = mask
            self.mask = <const uint8_t*> <const char*> self.kept_mask
            if len(mask) != self.count:
                raise ValueError("there is not one byte of the mask for each sample")
        if len(frames.offsets) != self.positions.count + 1 or offsets[0] < 0:
            raise ValueError("there are not two offsets for each location")
        if max(frame_count, self.key_count) >= INT32_MAX:
            raise OverflowError("too many frames to be numbered in 32 bits")
        for i in range(self.positions.count):
            if not offsets[i] <= offsets[i + 1] <= frame_count:
                raise ValueError("the frames of a location lie outside of the table")
            self.ranges[i].first = <int32_t> offsets[i]
            self.ranges[i].count = <int32_t> (offsets[i + 1] - offsets[i])
        for i in range(frame_count):
            if not -1 <= keys[i] < self.key_count:
                raise ValueError("a frame has a key that is not counted")
            self.frames[i] = <int32_t> keys[i]

    def __dealloc__(self):
        free(self.keys)

    cdef inline bint counts(self, Py_ssize_t sample) noexcept nogil:
        return self.mask == NULL or self.mask[sample] != 0

    cdef Py_ssize_t beyond(self, Py_ssize_t first) noexcept nogil:
        self.frames_to_look = max(self.frames_left - LOOK_FRAMES, 0)
        return Messages.beyond(self, first)

    cdef inline bint goes_on(self) noexcept nogil:
        """Whether the walk goes on with a further sample before it is looked: locations of many frames are few bytes."""
        return self.frames_left >= self.frames_to_look

    cdef Fault read(self, Py_ssize_t sample) noexcept nogil:
        """Fill `keys` and `values`."""
        self.depth = 0
        return self.read_fields(sample)

    cdef Fault read_locations(self, Py_ssize_t at, Py_ssize_t end) noexcept nogil:
        """Add the frames of each to `keys`."""
        cdef const uint8_t* raw = self.raw
        cdef Py_ssize_t i, first, count, position, depth = self.depth
        cdef uint64_t id_ = 0
        cdef Fault fault = FINE
        while at < end:
            fault = read_number(raw, &at, end, &id_)
            if fault != FINE:
                break
            position = self.positions.find(id_)
            if position < 0:
                fault = NO_LOCATION
                break
            first, count = self.ranges[position].first, self.ranges[position].count
            if count > self.frames_left or count > self.greatest_depth - depth:
                fault = TOO_MANY_FRAMES
                break
            self.frames_left -= count
            if depth + count > self.room and not self.make_room(depth + count):
                fault = NO_MEMORY
                break
            for i in range(count):
                self.keys[depth + i] = self.frames[first + i]
            depth += count
        self.depth = depth
        return fault

    cdef Fault add_up(
        self, Py_ssize_t sample, uint64_t* totals, const int32_t* keys, Summed* tables, Py_ssize_t table_count
    ) noexcept nogil:
        """Add that sample to the totals and to each table; our own keys are numbers of frames, `keys` has theirs."""
        cdef Py_ssize_t i, at, column, key, columns = self.columns
        cdef const uint64_t* values = self.values
        cdef Summed* table
        cdef Fault fault
        if not self.counts(sample):
            return FINE
        fault = self.read(sample)
        if fault != FINE:
            return fault
        for column in range(columns):
            totals[column] += 0 - values[column] if <int64_t> values[column] < 0 else values[column]
        for i in range(self.depth):
            for at in range(table_count):
                key = keys[self.keys[i] * table_count + at]
                table = tables + at
                if key >= 0 and table.seen[key] != <uint32_t> (sample + 1):
                    table.seen[key] = <uint32_t> (sample + 1)
                    for column in range(columns):
                        table.cum[key * columns + column] += values[column]
        for at in range(table_count if self.depth else 0):
            key = keys[self.keys[0] * table_count + at]
            if key >= 0:
                for column in range(columns):
                    tables[at].flat[key * columns + column] += values[column]
        return FINE

    cdef bint make_room(self, Py_ssize_t needed) noexcept nogil:
        """Whether there was memory; `greatest_depth`, a small multiple of bytes that exist, keeps it from overflow."""
        cdef Py_ssize_t room = needed + needed // 2 + 64
        cdef int32_t* moved = <int32_t*> realloc(self.keys, room * sizeof(int32_t))
        if moved == NULL:
            return False
        self.keys, self.room = moved, room
        return True

    cdef void collapse(self) noexcept nogil:
        """Make one frame of a frame that calls itself."""
        cdef Py_ssize_t i, length = 0
        for i in range(self.depth):
            if length == 0 or self.keys[i] != self.keys[length - 1]:
                self.keys[length] = self.keys[i]
                length += 1
        self.depth = length

    cdef inline bint has_key(self, Py_ssize_t at) noexcept nogil:
        return 0 <= at < self.depth and self.keys[at] >= 0

    cdef bint holds(self, Py_ssize_t start, const int64_t* path, Py_ssize_t length, int direction) noexcept nogil:
        cdef Py_ssize_t i, end = start + (length - 1) * direction
        if not 0 <= end < self.depth:
            return False
        for i in range(length):
            if self.keys[start + i * direction] != path[i]:
                return False
        return True


@cython.final
cdef class Unpacking(Stacks):
    """Samples as numbers, one after the other."""

    cdef Py_ssize_t* ends
    cdef int32_t* gathered
    cdef uint64_t* found
    cdef Py_ssize_t done, sample_room, length, gathered_room

    def __dealloc__(self):
        free(self.ends)
        free(self.gathered)
        free(self.found)

    cdef Fault unpack(self, Py_ssize_t first) noexcept nogil:
        cdef Py_ssize_t sample
        cdef Fault fault
        for sample in range(first, self.count):
            fault = self.read(sample)
            if fault != FINE:
                return fault
            if not self.has_room():
                return NO_MEMORY
            if self.depth:
                memcpy(self.gathered + self.length, self.keys, self.depth * sizeof(int32_t))
            if self.columns:
                memcpy(self.found + self.done * self.columns, self.values, self.columns * sizeof(uint64_t))
            self.length += self.depth
            self.ends[self.done] = self.length
            self.done += 1
            if self.length > MOST_UNPACKED:
                break
        return FINE

    cdef bint has_room(self) noexcept nogil:
        """Make room for one more sample; all of them take less than a small multiple of the bytes that exist."""
        cdef Py_ssize_t room
        cdef Py_ssize_t* ends
        cdef int32_t* gathered
        cdef uint64_t* found
        if self.done == self.sample_room:
            room = 2 * self.sample_room + 64
            ends = <Py_ssize_t*> realloc(self.ends, room * sizeof(Py_ssize_t))
            if ends == NULL:
                return False
            self.ends = ends
            found = <uint64_t*> realloc(self.found, room * max(self.columns, 1) * sizeof(uint64_t))
            if found == NULL:
                return False
            self.found, self.sample_room = found, room
        if self.length + self.depth > self.gathered_room:
            room = 2 * (self.length + self.depth) + 64
            gathered = <int32_t*> realloc(self.gathered, room * sizeof(int32_t))
            if gathered == NULL:
                return False
            self.gathered, self.gathered_room = gathered, room
        return True

    cdef object result(self):
        offsets, keys, values = _zeros(self.done + 1), _zeros32(self.length), _zeros(self.done * self.columns)
        if self.done:
            memcpy(_content(offsets) + 1, self.ends, self.done * sizeof(Py_ssize_t))
            memcpy(_content(values), self.found, self.done * self.columns * sizeof(uint64_t))
        if self.length:
            memcpy(_content(keys), self.gathered, self.length * sizeof(int32_t))
        return twin.Unpacked(offsets, keys, values)


@cython.final
cdef class Touches(Messages):
    """Whether a sample has a location whose flag is set.

    Ids of two bytes are read in the loop, here and in Checks: by a function of their own this takes a sixth longer.
    """

    cdef Positions positions
    cdef bytes kept_flags, kept_by_id
    cdef const uint8_t* flags
    cdef uint8_t* by_id  # the flags by id, where ids are small
    cdef uint64_t room

    def __init__(self, bytes raw, spans, ids, bytes flags):
        cdef Py_ssize_t id_
        super().__init__(raw, spans)
        self.positions, self.kept_flags = Positions(ids), flags
        self.flags = <const uint8_t*> <const char*> self.kept_flags
        if len(flags) != self.positions.count:
            raise ValueError("there is not one flag for each id")
        self.room, self.kept_by_id = <uint64_t> self.positions.room, _flags(self.positions.room)
        self.by_id = <uint8_t*> <char*> self.kept_by_id
        for id_ in range(self.positions.room):
            if self.positions.table[id_] >= 0:
                self.by_id[id_] = self.flags[self.positions.table[id_]]

    cdef Fault look_at(self, Py_ssize_t sample, uint8_t* found) noexcept nogil:
        """Write whether it has one; what comes after the first of them is not looked at."""
        cdef Py_ssize_t at = <Py_ssize_t> self.spans[2 * sample], end = <Py_ssize_t> self.spans[2 * sample + 1]
        cdef Field field
        cdef Fault fault = FINE
        while at < end and fault == FINE and not found[0]:
            fault = read_field(self.raw, &at, end, &field)
            if fault == FINE and field.number == LOCATION_ID:
                if field.wire != VARINT and field.wire != BYTES:
                    return NUMBER_OF_OTHER_TYPE
                fault = self.look_at_ids(field.body, field.after, found)
        return fault

    cdef Fault look_at_ids(self, Py_ssize_t at, Py_ssize_t end, uint8_t* found) noexcept nogil:
        cdef const uint8_t* raw = self.raw
        cdef Py_ssize_t position
        cdef uint64_t id_ = 0
        cdef Fault fault
        while at < end:
            if end - at >= 2 and raw[at] >= 0x80 and raw[at + 1] < 0x80:  # as most ids are
                id_ = (raw[at] & 0x7F) | <uint64_t> raw[at + 1] << 7
                at += 2
            else:
                fault = read_number(raw, &at, end, &id_)
                if fault != FINE:
                    return fault
            if id_ < self.room:
                if not self.by_id[id_]:
                    continue
            else:
                position = self.positions.find(id_)
                if position < 0 or not self.flags[position]:
                    continue
            found[0] = 1
            break
        return FINE


@cython.final
cdef class Checks(Samples):
    """Whether a sample has a location that is not in the table."""

    cdef Positions positions
    cdef Py_ssize_t strings
    cdef bint unknown
    cdef Fault of_labels

    def __init__(self, bytes raw, spans, ids, Py_ssize_t columns, Py_ssize_t strings):
        super().__init__(raw, spans, columns)
        self.positions, self.strings = Positions(ids), strings

    cdef Fault read_locations(self, Py_ssize_t at, Py_ssize_t end) noexcept nogil:
        cdef const uint8_t* raw = self.raw
        cdef bint unknown = False
        cdef uint64_t id_ = 0
        cdef Fault fault
        while at < end:
            if end - at >= 2 and raw[at] >= 0x80 and raw[at + 1] < 0x80:  # as most ids are
                id_ = (raw[at] & 0x7F) | <uint64_t> raw[at + 1] << 7
                at += 2
            else:
                fault = read_number(raw, &at, end, &id_)
                if fault != FINE:
                    return fault
            unknown |= self.positions.find(id_) < 0
        self.unknown |= unknown
        return FINE

    cdef void read_label(self, Field* field) noexcept nogil:
        if self.of_labels == FINE:
            self.of_labels = check_label(self.raw, field, self.strings)

    cdef Fault check(self, Py_ssize_t first, Py_ssize_t beyond) noexcept nogil:
        cdef Py_ssize_t sample
        cdef Fault fault
        for sample in range(first, beyond):
            self.unknown, self.of_labels = False, FINE
            fault = self.read_fields(sample)
            if fault == FINE and self.unknown:
                fault = NO_LOCATION
            if fault == FINE:
                fault = self.of_labels
            if fault != FINE:
                return fault
        return FINE


@cython.final
cdef class Labels(Messages):
    """The label fields of a block of samples, put together; those of each sample end at its number of `ends`."""

    cdef Py_ssize_t ends[4096]  # BLOCK
    cdef uint8_t* text
    cdef Py_ssize_t length, room

    def __dealloc__(self):
        free(self.text)

    cdef Fault gather(self, Py_ssize_t first, Py_ssize_t beyond) noexcept nogil:
        cdef Py_ssize_t sample, at, end
        cdef Field field
        cdef Fault fault
        self.length = 0
        for sample in range(first, beyond):
            at, end = <Py_ssize_t> self.spans[2 * sample], <Py_ssize_t> self.spans[2 * sample + 1]
            while at < end:
                fault = read_field(self.raw, &at, end, &field)
                if fault == FINE and field.number == LABEL:
                    fault = self.append(field.begin, field.after)
                if fault != FINE:
                    return fault
            self.ends[sample - first] = self.length
        return FINE

    cdef Fault append(self, Py_ssize_t begin, Py_ssize_t after) noexcept nogil:
        """Append those bytes; spans do not overlap, so all of them are less than the raw bytes."""
        cdef Py_ssize_t room, needed
        cdef uint8_t* moved
        needed = self.length + after - begin
        if needed > self.room:
            room = needed + needed // 2
            moved = <uint8_t*> realloc(self.text, room)
            if moved == NULL:
                return NO_MEMORY
            self.text, self.room = moved, room
        memcpy(self.text + self.length, self.raw + begin, after - begin)
        self.length = needed
        return FINE


@cython.final
cdef class Positions:
    """Where in its table a row stands, by its id: looked up where ids are small, searched for where not."""

    cdef object kept_ids, kept_table
    cdef uint64_t* ids
    cdef int32_t* table
    cdef Py_ssize_t count, room

    def __init__(self, ids):
        cdef const uint64_t* given = <const uint64_t*> _int64s(ids)
        cdef const int64_t* order
        cdef Py_ssize_t i
        cdef uint64_t greatest = 0
        self.count = len(ids)
        if self.count >= INT32_MAX // 8:
            raise OverflowError("too many locations to be numbered in 32 bits")
        for i in range(self.count):
            greatest = max(greatest, given[i])
        if greatest < <uint64_t> (4 * self.count + 1024):
            self.room = <Py_ssize_t> greatest + 1
            self.kept_table = array("i", [-1]) * self.room
            self.table = <int32_t*> _content(self.kept_table)
            for i in range(self.count):
                self.table[given[i]] = <int32_t> i
        else:
            order_array = _ordered(ids)
            order = <const int64_t*> _content(order_array)
            self.kept_ids, self.kept_table = array("Q", [0]) * self.count, _zeros32(self.count)
            self.ids, self.table = _content(self.kept_ids), <int32_t*> _content(self.kept_table)
            for i in range(self.count):
                self.ids[i], self.table[i] = given[order[i]], <int32_t> order[i]

    cdef inline Py_ssize_t find(self, uint64_t id_) noexcept nogil:
        """The position of that id, -1 where there is none."""
        cdef Py_ssize_t low = 0, high = self.count, middle
        if self.room:
            return self.table[id_] if id_ < <uint64_t> self.room else -1
        while low < high:
            middle = low + (high - low) // 2
            if self.ids[middle] < id_:
                low = middle + 1
            else:
                high = middle
        return self.table[low] if low < self.count and self.ids[low] == id_ else -1


@cython.final
cdef class Names:
    """Texts by number, told apart by their bytes; what has the same object is one text, whose bytes are read once.

    The hash is SipHash-1-3 with a random key, so that no profile can be made whose names collide.
    """

    cdef object kept_names, kept_endings, kept_objects, kept_slots, kept_stem_slots, kept_object_of
    cdef object numbers_array, firsts_array, stems_array, others_array
    cdef Named* objects
    cdef int32_t* slots  # objects by where they are, then numbers by the bytes of their names
    cdef int32_t* stem_slots
    cdef int64_t* object_of  # by number
    cdef int64_t* numbers  # by row: of its object, then of its name
    cdef int64_t* firsts
    cdef int64_t* stems
    cdef int64_t* others
    cdef Text endings[MOST_ENDINGS]
    cdef Text signs[MOST_ENDINGS]
    cdef Py_ssize_t count, object_count, found, other_count, ending_count, sign_count
    cdef uint64_t key, second_key
    cdef Py_ssize_t mask

    def __init__(self, tuple names, tuple endings, tuple signs):
        cdef Py_ssize_t room = 2
        self.count = len(names)
        if self.count >= INT32_MAX // 8:
            raise OverflowError("too many names to be numbered in 32 bits")
        while room < 2 * self.count:
            room *= 2
        self.mask, self.key, self.second_key = room - 1, getrandbits(64), getrandbits(64)
        self.kept_names, self.kept_endings = names, (endings, signs)
        self.kept_objects = _zeros(self.count * (sizeof(Named) // sizeof(int64_t)))
        self.kept_slots, self.kept_stem_slots = array("i", [-1]) * room, array("i", [-1]) * room
        self.kept_object_of, self.numbers_array = _zeros(self.count), _zeros(self.count)
        self.firsts_array, self.stems_array = _zeros(self.count), _zeros(self.count)
        self.others_array = _zeros(self.count)
        self.objects, self.object_of = <Named*> _content(self.kept_objects), <int64_t*> _content(self.kept_object_of)
        self.slots, self.stem_slots = <int32_t*> _content(self.kept_slots), <int32_t*> _content(self.kept_stem_slots)
        self.numbers, self.firsts = <int64_t*> _content(self.numbers_array), <int64_t*> _content(self.firsts_array)
        self.stems, self.others = <int64_t*> _content(self.stems_array), <int64_t*> _content(self.others_array)
        self.ending_count, self.sign_count = _write_texts(self.endings, endings), _write_texts(self.signs, signs)
        self.find_objects(names)

    cdef int find_objects(self, tuple names) except -1:
        """Find the bytes of each object; they stay where they are, for the tuple keeps the objects."""
        cdef Py_ssize_t row, slot
        cdef uint64_t identity
        for row in range(self.count):
            name = names[row]
            identity = <uint64_t> <size_t> <void*> name
            slot = <Py_ssize_t> ((identity * (self.key | 1)) >> 32) & self.mask
            while self.slots[slot] >= 0 and self.objects[self.slots[slot]].identity != identity:
                slot = (slot + 1) & self.mask
            if self.slots[slot] < 0:
                self.objects[self.object_count] = Named(text=_text(name), stem=0, identity=identity, number=-1)
                self.slots[slot] = <int32_t> self.object_count
                self.object_count += 1
            self.numbers[row] = self.slots[slot]
        memset(self.slots, -1, (self.mask + 1) * sizeof(int32_t))
        return 0

    cdef Py_ssize_t number_from(self, Py_ssize_t row) noexcept nogil:
        """Number the names from that row on, and give where it is to be gone on once it was looked."""
        cdef Py_ssize_t beyond = min(row + LOOK, self.count), size = 0
        cdef Named* object_
        while row < beyond and size < LOOK_BYTES:
            object_ = self.objects + self.numbers[row]
            if object_.number < 0:
                size += object_.text.size
                self.number_object(object_, row)
            self.numbers[row] = object_.number
            row += 1
        return row

    cdef void number_object(self, Named* object_, Py_ssize_t row) noexcept nogil:
        """Give an object the number of its bytes, a new one if there is none."""
        cdef Py_ssize_t slot, number = self.found
        object_.identity = self.hash_of(&object_.text, object_.text.size)
        slot = <Py_ssize_t> object_.identity & self.mask
        while self.slots[slot] >= 0 and not self.is_same(object_, self.objects + self.object_of[self.slots[slot]]):
            slot = (slot + 1) & self.mask
        if self.slots[slot] >= 0:
            object_.number = self.slots[slot]
            return
        self.slots[slot] = <int32_t> number
        object_.number, self.object_of[number], self.firsts[number] = number, object_ - self.objects, row
        self.found += 1
        object_.stem = _stem(&object_.text)
        self.stems[number] = number
        if object_.stem < object_.text.size and self.is_numbered(object_):
            self.stems[number] = self.of_stem(object_)
        if self.stems[number] == number and not self.is_plain(object_):
            self.others[self.other_count] = number
            self.other_count += 1

    cdef inline bint is_same(self, const Named* one, const Named* other) noexcept nogil:
        return one.identity == other.identity and one.text.size == other.text.size and (
            memcmp(one.text.begin, other.text.begin, one.text.size) == 0
        )

    cdef Py_ssize_t of_stem(self, const Named* object_) noexcept nogil:
        """The first number whose name has that stem: its own, if there was none."""
        cdef Py_ssize_t slot = <Py_ssize_t> self.hash_of(&object_.text, object_.stem) & self.mask
        cdef const Named* other
        while self.stem_slots[slot] >= 0:
            other = self.objects + self.object_of[self.stem_slots[slot]]
            if other.stem == object_.stem and memcmp(other.text.begin, object_.text.begin, other.stem) == 0:
                return self.stem_slots[slot]
            slot = (slot + 1) & self.mask
        self.stem_slots[slot] = <int32_t> object_.number
        return <Py_ssize_t> object_.number

    cdef bint is_numbered(self, const Named* object_) noexcept nogil:
        cdef Py_ssize_t i, size
        for i in range(self.ending_count):
            size = self.endings[i].size
            if size <= object_.stem and (
                memcmp(object_.text.begin + object_.stem - size, self.endings[i].begin, size) == 0
            ):
                return True
        return False

    cdef bint is_plain(self, const Named* object_) noexcept nogil:
        cdef Py_ssize_t i
        if object_.text.size == 0 or object_.stem < object_.text.size:
            return False
        for i in range(self.sign_count):
            if _has(&object_.text, &self.signs[i]):
                return False
        return True

    cdef uint64_t hash_of(self, const Text* text, Py_ssize_t size) noexcept nogil:
        """SipHash-1-3 of so many bytes of the text; in the order of this machine's bytes, for it is kept nowhere."""
        cdef uint64_t state[4]
        cdef uint64_t word
        cdef Py_ssize_t at = 0
        state[0], state[1] = self.key ^ 0x736F6D6570736575ULL, self.second_key ^ 0x646F72616E646F6DULL
        state[2], state[3] = self.key ^ 0x6C7967656E657261ULL, self.second_key ^ 0x7465646279746573ULL
        while size - at >= 8:
            memcpy(&word, text.begin + at, 8)
            _mix(state, word)
            at += 8
        word = 0
        memcpy(&word, text.begin + at, size - at)
        _mix(state, word ^ <uint64_t> size << 56)
        state[2] ^= 0xFF
        for at in range(3):
            _mix(state, 0)
        return state[0] ^ state[1] ^ state[2] ^ state[3]

    cdef object result(self):
        return twin.Alike(
            numbers=self.numbers_array,
            firsts=self.firsts_array[: self.found],
            stems=self.stems_array[: self.found],
            others=self.others_array[: self.other_count],
        )


@cython.final
cdef class Pairs:
    """Pairs of numbers by their hash, at most so many, each with a sum a column and the last sample that had it.

    The hash is multiplicative with a random factor, so that no profile can be made whose pairs collide.
    """

    cdef int64_t* firsts
    cdef int64_t* seconds
    cdef uint32_t* seen
    cdef uint64_t* sums
    cdef int32_t* table
    cdef Py_ssize_t columns, most, count, room
    cdef uint64_t factor
    cdef int bits

    def __init__(self, Py_ssize_t columns, Py_ssize_t most):
        if not 0 <= most < INT32_MAX // 4:
            raise OverflowError("too many pairs to be numbered in 32 bits")
        self.columns, self.most, self.factor = columns, most, getrandbits(64) | 1

    def __dealloc__(self):
        free(self.firsts)
        free(self.seconds)
        free(self.seen)
        free(self.sums)
        free(self.table)

    cdef Py_ssize_t of(self, int64_t first, int64_t second) noexcept nogil:
        """The number of that pair, a new one if there is none; -1 if there are too many or no memory is left."""
        cdef Py_ssize_t slot, pair
        if self.count == self.room and not self.make_room():
            return -1
        slot = self.slot(first, second)
        pair = self.table[slot]
        if pair < 0:
            pair = self.count
            if pair == self.most:
                return -1
            self.firsts[pair], self.seconds[pair], self.seen[pair] = first, second, 0
            memset(self.sums + pair * self.columns, 0, self.columns * sizeof(uint64_t))
            self.table[slot] = <int32_t> pair
            self.count += 1
        return pair

    cdef inline Py_ssize_t slot(self, int64_t first, int64_t second) noexcept nogil:
        """Where in the table the pair is, or is to be."""
        cdef uint64_t both = (<uint64_t> first << 32) ^ <uint64_t> second
        cdef Py_ssize_t slot = <Py_ssize_t> ((both * self.factor) >> (64 - self.bits))
        while self.table[slot] >= 0:
            if self.firsts[self.table[slot]] == first and self.seconds[self.table[slot]] == second:
                break
            slot = (slot + 1) & ((<Py_ssize_t> 1 << self.bits) - 1)
        return slot

    cdef bint make_room(self) noexcept nogil:
        """Double the room and number the slots anew; the table stays at least twice as large as what is in it."""
        cdef Py_ssize_t room = 2 * self.room if self.room else 1024, pair
        if self.columns > (<Py_ssize_t> 1 << 40) // room or not self.resize(room):
            return False
        self.room, self.bits = room, self.bits + 1 if self.bits else 11  # 2 ** 11 slots for the first 1024
        memset(self.table, -1, 2 * room * sizeof(int32_t))
        for pair in range(self.count):
            self.table[self.slot(self.firsts[pair], self.seconds[pair])] = <int32_t> pair
        return True

    cdef bint resize(self, Py_ssize_t room) noexcept nogil:
        """Whether there was memory; what was moved is kept either way."""
        cdef int64_t* firsts = <int64_t*> realloc(self.firsts, room * sizeof(int64_t))
        if firsts != NULL:
            self.firsts = firsts
        cdef int64_t* seconds = <int64_t*> realloc(self.seconds, room * sizeof(int64_t))
        if seconds != NULL:
            self.seconds = seconds
        cdef uint32_t* seen = <uint32_t*> realloc(self.seen, room * sizeof(uint32_t))
        if seen != NULL:
            self.seen = seen
        cdef uint64_t* sums = <uint64_t*> realloc(self.sums, room * self.columns * sizeof(uint64_t))
        if sums != NULL:
            self.sums = sums
        cdef int32_t* table = <int32_t*> realloc(self.table, 2 * room * sizeof(int32_t))
        if table != NULL:
            self.table = table
        return firsts != NULL and seconds != NULL and seen != NULL and sums != NULL and table != NULL

    cdef object result(self):
        firsts, seconds, sums = _zeros(self.count), _zeros(self.count), _zeros(self.count * self.columns)
        if self.count:
            memcpy(_content(firsts), self.firsts, self.count * sizeof(int64_t))
            memcpy(_content(seconds), self.seconds, self.count * sizeof(int64_t))
            memcpy(_content(sums), self.sums, self.count * self.columns * sizeof(uint64_t))
        return twin.Callers(lines=firsts, functions=seconds, cum=sums)


cdef Text _text(object name) except *:
    """The bytes of a text, for as long as it lives."""
    cdef Text found
    found.begin = <const uint8_t*> PyUnicode_AsUTF8AndSize(name, &found.size)
    return found


cdef Py_ssize_t _write_texts(Text* to, tuple texts) except -1:
    cdef Py_ssize_t i, count = len(texts)
    if count > MOST_ENDINGS:
        raise ValueError("more endings or signs than are looked for at once")
    for i in range(count):
        to[i] = _text(texts[i])
        if to[i].size == 0:
            raise ValueError("an ending or a sign is empty")
    return count


cdef inline Py_ssize_t _stem(const Text* text) noexcept nogil:
    """How many bytes come before a last number."""
    cdef Py_ssize_t stem = text.size
    while stem > 0 and 0x30 <= text.begin[stem - 1] <= 0x39:
        stem -= 1
    return stem


cdef bint _has(const Text* text, const Text* sign) noexcept nogil:
    cdef const uint8_t* at = text.begin
    cdef const uint8_t* beyond = text.begin + text.size
    while beyond - at >= sign.size:
        at = <const uint8_t*> memchr(at, sign.begin[0], beyond - at - sign.size + 1)
        if at == NULL:
            return False
        if memcmp(at, sign.begin, sign.size) == 0:
            return True
        at += 1
    return False


cdef inline uint64_t _turned(uint64_t word, int by) noexcept nogil:
    return word << by | word >> (64 - by)


cdef inline void _mix(uint64_t* state, uint64_t word) noexcept nogil:
    """A round of SipHash that takes in a word."""
    state[3] ^= word
    state[0] += state[1]
    state[1] = _turned(state[1], 13) ^ state[0]
    state[0] = _turned(state[0], 32)
    state[2] += state[3]
    state[3] = _turned(state[3], 16) ^ state[2]
    state[0] += state[3]
    state[3] = _turned(state[3], 21) ^ state[0]
    state[2] += state[1]
    state[1] = _turned(state[1], 17) ^ state[2]
    state[2] = _turned(state[2], 32)
    state[0] ^= word


cdef int _part(const uint8_t* raw, Py_ssize_t size, Parts* parts) except -1:
    """Measure the parts of a profile, and write those that there is room for."""
    cdef Py_ssize_t at = 0
    cdef Fault fault
    while at < size:
        twin.pause()
        with nogil:
            fault = part(raw, &at, min(size, at + LOOK_BYTES), size, parts)
        if fault != FINE:
            raise _error(fault)
    return 0


cdef Fault part(
    const uint8_t* raw, Py_ssize_t* at, Py_ssize_t beyond, Py_ssize_t size, Parts* parts
) noexcept nogil:
    """Do so with the fields from `at` on that begin before `beyond`."""
    cdef Field field
    cdef Fault fault
    while at[0] < beyond:
        fault = read_field(raw, at, size, &field)
        if fault != FINE:
            return fault
        if field.number == TIME and field.wire == VARINT:
            if parts.time != 0:
                return TWO_TIMES
            read_number(raw, &field.body, field.after, &parts.time)
        if field.number == SAMPLE:
            fault = add_span(&field, parts.sample_spans, &parts.samples)
        elif field.number == LOCATION:
            fault = add_span(&field, parts.location_spans, &parts.locations)
        elif field.number == FUNCTION:
            fault = add_span(&field, parts.function_spans, &parts.functions)
        else:
            if parts.rest != NULL:
                memcpy(parts.rest + parts.rest_size, raw + field.begin, field.after - field.begin)
            parts.rest_size += field.after - field.begin
        if fault != FINE:
            return fault
    return FINE


cdef inline Fault add_span(const Field* field, int64_t* spans, Py_ssize_t* count) noexcept nogil:
    """Count a message, and write where it lies if there is room for that."""
    if field.wire != BYTES:
        return MESSAGE_OF_OTHER_TYPE
    if spans != NULL:
        spans[2 * count[0]] = field.body
        spans[2 * count[0] + 1] = field.after
    count[0] += 1
    return FINE


cdef Fault check_label(const uint8_t* raw, Field* label, Py_ssize_t strings) noexcept nogil:
    """Whether a label is a message whose key, text and unit are in the string table."""
    cdef Py_ssize_t at = label.body
    cdef uint64_t number = 0
    cdef Field field
    cdef Fault fault
    if label.wire != BYTES:
        return MESSAGE_OF_OTHER_TYPE
    while at < label.after:
        fault = read_field(raw, &at, label.after, &field)
        if fault != FINE:
            return fault
        if field.wire == VARINT and (
            field.number == LABEL_KEY or field.number == LABEL_TEXT or field.number == LABEL_UNIT
        ):
            read_number(raw, &field.body, field.after, &number)
            if number >= <uint64_t> strings:
                return NO_STRING
    return FINE


cdef Fault read_field(const uint8_t* raw, Py_ssize_t* at, Py_ssize_t end, Field* field) noexcept nogil:
    """Read the tag at `at` and find the body that follows it; `at` moves behind both."""
    cdef uint64_t tag, size
    cdef Fault fault
    field.begin = at[0]
    fault = read_number(raw, at, end, &tag)
    if fault != FINE:
        return fault
    field.number, field.wire, field.body = tag >> 3, <int> (tag & 7), at[0]
    if field.wire == VARINT:
        fault = read_number(raw, at, end, &size)
        field.after = at[0]
        return fault
    if field.wire == BYTES:
        fault = read_number(raw, at, end, &size)
        if fault != FINE:
            return fault
        field.body = at[0]
    elif field.wire == FIXED64:
        size = 8
    elif field.wire == FIXED32:
        size = 4
    else:
        return WIRE_TYPE
    if size > <uint64_t> (end - field.body):
        return FIELD_BREAKS_OFF
    field.after = field.body + <Py_ssize_t> size
    at[0] = field.after
    return FINE


cdef inline Fault read_number(const uint8_t* raw, Py_ssize_t* at, Py_ssize_t end, uint64_t* number) noexcept nogil:
    """Read a varint of at most ten bytes that ends before `end`; what is beyond 64 bits is dropped."""
    cdef uint64_t found = 0
    cdef int shift = 0
    cdef uint8_t byte
    if at[0] < end and raw[at[0]] < 0x80:
        number[0] = raw[at[0]]
        at[0] += 1
        return FINE
    while shift < 70:
        if at[0] >= end:
            return NUMBER_BREAKS_OFF
        byte = raw[at[0]]
        at[0] += 1
        found |= <uint64_t> (byte & 0x7F) << shift
        if byte < 0x80:
            number[0] = found
            return FINE
        shift += 7
    return NUMBER_TOO_LONG


_SENTENCES = {
    NUMBER_BREAKS_OFF: "the data ends in the middle of a number",
    NUMBER_TOO_LONG: "a number is too long",
    FIELD_BREAKS_OFF: "the data ends in the middle of a field",
    WIRE_TYPE: "a field has an unknown wire type",
    NUMBER_OF_OTHER_TYPE: "a number has another wire type",
    MESSAGE_OF_OTHER_TYPE: "a message has another wire type",
    NO_STRING: "a label refers to a string that does not exist",
    NO_LOCATION: "sample has nil location",
}


cdef object _error(Fault fault):
    if fault == NO_MEMORY:
        return MemoryError()
    if fault == TWO_TIMES:
        return Concatenated(twin.CONCATENATED)
    if fault == TOO_MANY_FRAMES:
        return TooLarge(twin.TOO_MANY_FRAMES)
    return Malformed(_SENTENCES[fault])


cdef object _zeros(Py_ssize_t count):
    return array("q", [0]) * count


cdef object _zeros32(Py_ssize_t count):
    return array("i", [0]) * count


cdef object _ordered(numbers):
    """The places of numbers in their order, equal ones as they stand: sorted by some of their bits after the other."""
    cdef const uint64_t* given = <const uint64_t*> _int64s(numbers)
    cdef Py_ssize_t ends[DIGITS + 1]
    cdef Py_ssize_t i, digit, count = len(numbers)
    cdef uint64_t sign = <uint64_t> 1 << 63 if numbers.typecode == "q" else 0, unlike = 0
    cdef int shift
    cdef bint in_order = True
    from_array, to_array = _zeros(count), _zeros(count)
    cdef int64_t* order = <int64_t*> _content(from_array)
    cdef int64_t* further = <int64_t*> _content(to_array)
    for i in range(count):
        order[i] = i
        unlike |= given[i] ^ given[0]
        in_order = in_order and (i == 0 or given[i - 1] ^ sign <= given[i] ^ sign)
    if in_order:  # as ids mostly are
        return from_array
    for shift in range(0, 64, DIGIT_BITS):
        if not (unlike >> shift) & (DIGITS - 1):
            continue
        twin.pause()
        with nogil:
            memset(ends, 0, sizeof(ends))
            for i in range(count):
                ends[(((given[i] ^ sign) >> shift) & (DIGITS - 1)) + 1] += 1
            for digit in range(DIGITS):
                ends[digit + 1] += ends[digit]
            for i in range(count):
                digit = ((given[order[i]] ^ sign) >> shift) & (DIGITS - 1)
                further[ends[digit]] = order[i]
                ends[digit] += 1
        order, further = further, order
        from_array, to_array = to_array, from_array
    return from_array


cdef object _every(frames):
    """The same frames, each with a key of its own: its number."""
    cdef Py_ssize_t i, count = len(frames.keys)
    keys = _zeros(count)
    cdef int64_t* data = <int64_t*> _content(keys)
    for i in range(count):
        data[i] = i
    return twin.Frames(frames.ids, frames.offsets, keys, count)


cdef int _write_keys(int32_t* to, Py_ssize_t step, keys, Py_ssize_t count, Py_ssize_t beyond) except -1:
    """Write so many keys of frames, each so many places behind the one before."""
    cdef const int64_t* given = _int64s(keys)
    cdef Py_ssize_t i
    if len(keys) != count:
        raise ValueError("there is not one key for each frame")
    if beyond >= INT32_MAX:
        raise OverflowError("too many frames to be numbered in 32 bits")
    for i in range(count):
        if not -1 <= given[i] < beyond:
            raise ValueError("a frame has a key that is not counted")
        to[i * step] = <int32_t> given[i]
    return 0


cdef bytes _flags(Py_ssize_t count):
    """Zero bytes, made here so that nobody else has them while they are written."""
    cdef bytes flags = PyBytes_FromStringAndSize(NULL, count)
    memset(<char*> flags, 0, count)
    return flags


cdef uint64_t* _content(numbers) except? NULL:
    """The content of an array, for as long as it lives and is not resized; all but our own have 64-bit numbers."""
    if type(numbers) is not array or numbers.typecode not in "qQi":
        raise TypeError("not an array of numbers")
    return <uint64_t*> <size_t> numbers.buffer_info()[0]


cdef const int64_t* _int64s(numbers) except? NULL:
    if numbers.itemsize != 8:
        raise TypeError("not an array of 64-bit numbers")
    return <const int64_t*> _content(numbers)
