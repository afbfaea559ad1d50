"""Protobuf's wire format: one field after the other, within its bounds, and what can be wrong with it."""

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


cdef object _error(Fault fault):
    if fault == NO_MEMORY:
        return MemoryError()
    if fault == TWO_TIMES:
        return Concatenated(twin.CONCATENATED)
    if fault == TOO_MANY_FRAMES:
        return TooLarge(twin.TOO_MANY_FRAMES)
    return Malformed(_SENTENCES[fault])


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
