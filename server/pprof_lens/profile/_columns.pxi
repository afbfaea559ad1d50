"""Columns of numbers and of names: numbered, ranked, taken from places. They know nothing of messages."""

cdef struct Text:
    const uint8_t* begin
    Py_ssize_t size

cdef struct Named:
    # An object that is a name: its bytes, how many of them come before a last number, and the number of the name.
    Text text
    Py_ssize_t stem
    uint64_t identity  # where the object is, then a hash of its bytes
    int64_t number

cdef enum:
    MOST_ENDINGS = 8

cdef int64_t MOST_FIRSTS = 2**31


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
