"""Arrays of numbers as native code has them: their memory, their order, and where an id stands in a table.

The limited API of CPython 3.10 has no buffers: an array is used by its address, which `memoryview` keeps from moving.
"""

cdef enum:  # what numbers are sorted by at a time
    DIGIT_BITS = 11
    DIGITS = 2048


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


cdef object _zeros(Py_ssize_t count):
    return array("q", [0]) * count


cdef object _zeros32(Py_ssize_t count):
    return array("i", [0]) * count


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
