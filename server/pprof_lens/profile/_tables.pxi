"""A profile message in its parts, and thousands of small messages in columns of numbers."""

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

cdef Py_ssize_t LOOK = twin.LOOK
cdef Py_ssize_t LOOK_BYTES = 1 << 22


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
