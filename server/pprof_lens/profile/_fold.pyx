# cython: language_level=3, cdivision=True
"""The fold in native code: what `fold.py` says, walked through the raw bytes without the GIL.

Same functions, same results, same errors; that module is the specification and has the words. A profile is hostile
input, so every read is bounded by the span that it is in, every id is looked up before it is used, and sums are
unsigned, which wrap where signed ones would be undefined. Loops touch no Python object, except in `labels`, which
works in blocks, and where `alike` finds the bytes of names.

One module, so that all is compiled as one, in a file for each thing that it makes: `_numbers.pxi`, `_wire.pxi`,
`_tables.pxi`, `_columns.pxi`, and here what is added up over samples.
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

include "_numbers.pxi"
include "_wire.pxi"
include "_tables.pxi"
include "_columns.pxi"

cdef enum:
    MOST_TABLES = 4

cdef enum:  # flags of a call
    NOT_INLINED = 1
    OVER_SKIPPED = 2

cdef struct Range:
    int32_t first
    int32_t count

cdef struct Summed:
    # What is added up by the keys of one table, and of each the last sample that had it.
    uint32_t* seen
    uint64_t* flat
    uint64_t* cum

cdef Py_ssize_t ANY_COLUMNS = -1
cdef Py_ssize_t BLOCK = 4096
cdef Py_ssize_t LOOK_FRAMES = 1 << 16
cdef Py_ssize_t MOST_UNPACKED = twin.MOST_UNPACKED


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
    lines_array, functions_array = _keys32(lines, frame_count), _keys32(functions, frame_count)
    cdef const int32_t* line_of = <const int32_t*> _content(lines_array)
    cdef const int32_t* function_of = <const int32_t*> _content(functions_array)
    cdef Pairs pairs = Pairs(columns, most)
    cdef const uint64_t* values = stacks.values
    cdef Py_ssize_t at, column, pair
    cdef int32_t line, caller
    cdef Fault fault = FINE
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


def calls(bytes raw, spans, frames, Py_ssize_t columns, asked, stop):
    cdef Py_ssize_t frame_count = len(frames.keys), key_count = frames.count, most = asked.most, first = 0, beyond
    cdef Stacks stacks = Stacks(raw, spans, columns, _every(frames), None)
    nodes_array = _keys32(frames, frame_count)
    cdef const int32_t* node_of = <const int32_t*> _content(nodes_array)
    cdef bytes kept_inlined = asked.inlined, kept_callers = asked.callers, kept_callees = asked.callees
    cdef const uint8_t* inlined = <const uint8_t*> <const char*> kept_inlined
    cdef const uint8_t* as_caller = <const uint8_t*> <const char*> kept_callers
    cdef const uint8_t* as_callee = <const uint8_t*> <const char*> kept_callees
    cdef Py_ssize_t weight = asked.weight, divisor = asked.divisor, i, at, pair
    cdef Py_ssize_t sums = 1 if divisor < 0 else 2
    cdef Pairs pairs = Pairs(sums, most)
    cdef const uint64_t* values = stacks.values
    cdef int32_t caller, callee
    cdef uint8_t residual
    cdef Fault fault = FINE
    if len(kept_inlined) != frame_count or not len(kept_callers) == len(kept_callees) == key_count:
        raise ValueError("there is not one flag for each frame and key")
    if not 0 <= weight < columns or divisor >= columns:
        raise ValueError("there is no such column")
    while first < stacks.count and fault == FINE:
        if stop():
            raise Cancelled
        with nogil:
            beyond = stacks.beyond(first)
            while first < beyond and stacks.goes_on() and fault == FINE:
                fault = stacks.read(first)
                first += 1
                if fault != FINE or (values[weight] == 0 and (divisor < 0 or values[divisor] == 0)):
                    continue
                caller, residual = -1, 0
                for i in range(stacks.depth):
                    at = stacks.keys[stacks.depth - 1 - i]
                    callee = node_of[at]
                    if callee < 0:
                        residual = OVER_SKIPPED
                        continue
                    if caller >= 0 and caller != callee and as_caller[caller] & as_callee[callee]:
                        pair = pairs.of(caller, callee)
                        if pair < 0:
                            fault = TOO_MANY_PAIRS if pairs.count == most else NO_MEMORY
                            break
                        if pairs.seen[pair] != <uint32_t> first:
                            pairs.seen[pair] = <uint32_t> first
                            pairs.sums[pair * sums] += values[weight]
                            if divisor >= 0:
                                pairs.sums[pair * sums + 1] += values[divisor]
                            pairs.flags[pair] |= residual | (0 if inlined[at] else NOT_INLINED)
                    caller, residual = callee, 0
    if fault == TOO_MANY_PAIRS:
        return None
    if fault != FINE:
        raise stacks.error(fault)
    return pairs.as_calls()


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
cdef class Pairs:
    """Pairs of numbers by their hash, at most so many, each with a sum a column, flags, and the last sample that had it.

    The hash is multiplicative with a random factor, so that no profile can be made whose pairs collide.
    """

    cdef int32_t* firsts
    cdef int32_t* seconds
    cdef uint32_t* seen
    cdef uint8_t* flags
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
        self.forget()
        free(self.firsts)
        free(self.seconds)
        free(self.flags)
        free(self.sums)

    cdef void forget(self) noexcept:
        """Let go of what only tells pairs apart."""
        free(self.table)
        free(self.seen)
        self.table, self.seen = NULL, NULL

    cdef Py_ssize_t of(self, int32_t first, int32_t second) noexcept nogil:
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
            self.firsts[pair], self.seconds[pair], self.seen[pair], self.flags[pair] = first, second, 0, 0
            memset(self.sums + pair * self.columns, 0, self.columns * sizeof(uint64_t))
            self.table[slot] = <int32_t> pair
            self.count += 1
        return pair

    cdef inline Py_ssize_t slot(self, int32_t first, int32_t second) noexcept nogil:
        """Where in the table the pair is, or is to be."""
        cdef uint64_t both = (<uint64_t> <uint32_t> first << 32) | <uint64_t> <uint32_t> second
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
        cdef int32_t* firsts = <int32_t*> realloc(self.firsts, room * sizeof(int32_t))
        if firsts != NULL:
            self.firsts = firsts
        cdef int32_t* seconds = <int32_t*> realloc(self.seconds, room * sizeof(int32_t))
        if seconds != NULL:
            self.seconds = seconds
        cdef uint8_t* flags = <uint8_t*> realloc(self.flags, room)
        if flags != NULL:
            self.flags = flags
        cdef uint32_t* seen = <uint32_t*> realloc(self.seen, room * sizeof(uint32_t))
        if seen != NULL:
            self.seen = seen
        # Of no bytes realloc frees what it was given, which is freed again at the end.
        cdef uint64_t* sums = <uint64_t*> realloc(self.sums, room * max(self.columns, 1) * sizeof(uint64_t))
        if sums != NULL:
            self.sums = sums
        cdef int32_t* table = <int32_t*> realloc(self.table, 2 * room * sizeof(int32_t))
        if table != NULL:
            self.table = table
        return (
            firsts != NULL and seconds != NULL and flags != NULL and seen != NULL and sums != NULL and table != NULL
        )

    cdef object result(self):
        self.forget()
        firsts, seconds = _widened(self.firsts, self.count), _widened(self.seconds, self.count)
        sums = _zeros(self.count * self.columns)
        if self.count:
            memcpy(_content(sums), self.sums, self.count * self.columns * sizeof(uint64_t))
        return twin.Callers(lines=firsts, functions=seconds, cum=sums)

    cdef object as_calls(self):
        """The same in the order of the pairs, as calls."""
        cdef Py_ssize_t at
        cdef const int64_t* row
        self.forget()
        ranks, rows = ranked(_widened(self.firsts, self.count), _widened(self.seconds, self.count))
        del ranks
        row = _int64s(rows)
        callers, callees, weights, divisors = (_zeros(self.count) for _ in range(4))
        cdef int64_t* to_callers = <int64_t*> _content(callers)
        cdef int64_t* to_callees = <int64_t*> _content(callees)
        cdef uint64_t* to_weights = _content(weights)
        cdef uint64_t* to_divisors = _content(divisors)
        cdef bytes flags = _flags(self.count)
        cdef uint8_t* to_flags = <uint8_t*> <char*> flags
        for at in range(self.count):
            to_callers[at], to_callees[at] = self.firsts[row[at]], self.seconds[row[at]]
            to_weights[at] = self.sums[row[at] * self.columns]
            if self.columns > 1:
                to_divisors[at] = self.sums[row[at] * self.columns + 1]
            to_flags[at] = self.flags[row[at]]
        return twin.Calls(callers, callees, weights, divisors, flags)


cdef object _widened(const int32_t* numbers, Py_ssize_t count):
    cdef Py_ssize_t at
    wide = _zeros(count)
    cdef int64_t* to = <int64_t*> _content(wide)
    for at in range(count):
        to[at] = numbers[at]
    return wide


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


cdef object _every(frames):
    """The same frames, each with a key of its own: its number."""
    cdef Py_ssize_t i, count = len(frames.keys)
    keys = _zeros(count)
    cdef int64_t* data = <int64_t*> _content(keys)
    for i in range(count):
        data[i] = i
    return twin.Frames(frames.ids, frames.offsets, keys, count)


cdef object _keys32(frames, Py_ssize_t count):
    """The keys of so many frames, half as large."""
    keys = _zeros32(count)
    _write_keys(<int32_t*> _content(keys), 1, frames.keys, count, frames.count)
    return keys


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
