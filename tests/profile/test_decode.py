"""profile.proto to tables: every number where it belongs, and one sentence for each rule that is broken."""

import gzip
import operator
import tracemalloc
from collections.abc import Callable
from contextlib import suppress
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from counted import calls_for
from messages import bytes_field, number_field, packed_field, sample
from pprof_lens.profile import decode
from pprof_lens.profile.errors import Cancelled, Malformed, NotAProfile, ProfileError, TooLarge
from pprof_lens.profile.model import NO_MAPPING, Line, Location, Profile
from profiles import drawn

STRINGS = ("", "cpu", "nanoseconds", "main.main", "main.go", "app", "key", "text")
UINT64 = st.integers(1, 2**64 - 1)
INT64 = st.integers(-(2**63), 2**63 - 1)


def message(**numbers: int) -> bytes:
    """The fields `f1=7, f3=9`, in that order."""
    return b"".join(number_field(int(name[1:]), value) for name, value in numbers.items())


def strings(*texts: str | bytes) -> bytes:
    return b"".join(bytes_field(6, text if isinstance(text, bytes) else text.encode()) for text in texts)


TYPE = bytes_field(1, message(f1=1, f2=2))
FUNCTION = bytes_field(5, message(f1=1, f2=3, f3=3, f4=4, f5=7))
LOCATION = bytes_field(4, message(f1=1, f3=0x10) + bytes_field(4, message(f1=1, f2=9)))
SAMPLE = bytes_field(2, sample([1], [5]))
TABLE = strings(*STRINGS)


def decoded(*fields: bytes) -> Profile:
    return decode.decode(b"".join(fields), limit=1 << 24)


def test_a_profile_has_the_tables_that_were_written() -> None:
    profile = decoded(TYPE, SAMPLE, LOCATION, FUNCTION, TABLE, message(f9=11, f10=12, f12=13))
    assert profile.sample_types == (("cpu", "nanoseconds"),)
    assert tuple(profile.functions) == (("main.main", "main.main", "main.go", 7),)
    assert list(profile.locations) == [Location(1, NO_MAPPING, 0x10, (Line(0, 9, 0),), is_folded=False)]
    assert [(s.locations, s.values) for s in decode.samples(profile)] == [((0,), (5,))]
    assert (profile.time_nanos, profile.duration_nanos, profile.period) == (11, 12, 13)


@given(st.permutations([TYPE, SAMPLE, LOCATION, FUNCTION, TABLE, message(f9=11), bytes_field(99, b"unknown")]))
def test_the_order_of_fields_is_nothing(fields: list[bytes]) -> None:
    shuffled, ordered = decoded(*fields), decoded(TYPE, SAMPLE, LOCATION, FUNCTION, TABLE, message(f9=11))
    assert list(shuffled.locations) == list(ordered.locations)
    assert list(decode.samples(shuffled)) == list(decode.samples(ordered))


@given(st.lists(st.tuples(UINT64, UINT64, st.lists(st.tuples(INT64, INT64), max_size=3)), unique_by=lambda row: row[0]))
def test_locations_keep_all_64_bits(rows: list[tuple[int, int, list[tuple[int, int]]]]) -> None:
    fields = [
        bytes_field(
            4,
            message(f1=id_, f3=address)
            + b"".join(bytes_field(4, message(f1=1, f2=line, f3=column)) for line, column in lines),
        )
        for id_, address, lines in rows
    ]
    locations = decoded(TYPE, FUNCTION, TABLE, *fields).locations
    assert [
        (found.id, found.address, [(line.line, line.column) for line in found.lines]) for found in locations
    ] == rows


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(gzip.compress, id="in gzip"),
        pytest.param(lambda raw: gzip.compress(raw[:9]) + gzip.compress(raw[9:]), id="in several gzip members"),
        pytest.param(lambda raw: raw, id="raw"),
    ],
)
def test_containers(data: Callable[[bytes], bytes]) -> None:
    raw = TYPE + SAMPLE + LOCATION + FUNCTION + TABLE
    assert decode.decode(data(raw), limit=1 << 20).raw == raw


@pytest.mark.parametrize(
    ("texts", "names"),
    [
        pytest.param([b"caf\xc3\xa9"], ["café"], id="UTF-8"),
        pytest.param([b"bad\xff", b"\xc3"], ["bad\udcff", "\udcc3"], id="other bytes, as surrogate escapes"),
        pytest.param([b"with\0nul", b""], ["with\0nul", ""], id="a NUL"),
    ],
)
def test_strings(texts: list[bytes], names: list[str]) -> None:
    assert decoded(TYPE, TABLE, strings(*texts)).strings == (*STRINGS, *names)


def test_a_mapping_that_is_not_there_is_none() -> None:
    location = bytes_field(4, message(f1=1, f2=2**63)) + bytes_field(4, message(f1=2, f2=2**64 - 1))
    mapping = bytes_field(3, message(f1=2**64 - 1, f5=5))
    assert list(decoded(TYPE, mapping, location, TABLE).locations.mappings) == [NO_MAPPING, 0]


@pytest.mark.parametrize(
    ("fields", "error", "sentence"),
    [
        ([TABLE], NotAProfile, "This is not a pprof profile: it has neither samples nor sample types."),
        ([SAMPLE, LOCATION, FUNCTION, TABLE], Malformed, "Malformed profile: missing sample type information."),
        ([TYPE, SAMPLE, TABLE], Malformed, "Malformed profile: sample has nil location."),
        (
            [TYPE, bytes_field(2, sample([], [5, 6])), TABLE],
            Malformed,
            "Malformed profile: mismatch: sample has 2 values vs. 1 types.",
        ),
        ([TYPE, LOCATION, TABLE], Malformed, "Malformed profile: location 1 has a line without a function."),
        ([TYPE, FUNCTION, FUNCTION, TABLE], Malformed, "Malformed profile: several of its functions have the same id."),
        (
            [TYPE, bytes_field(4, b""), TABLE],
            Malformed,
            "Malformed profile: one of its locations has the reserved id 0.",
        ),
        (
            [TYPE, bytes_field(5, message(f1=1, f2=8)), TABLE],
            NotAProfile,
            "This is not a pprof profile: it refers to a string that it does not have.",
        ),
        (
            [TYPE, bytes_field(5, message(f1=1, f4=-1)), TABLE],
            NotAProfile,
            "This is not a pprof profile: it refers to a string that it does not have.",
        ),
        (
            [TYPE, bytes_field(2, sample([1], [5], bytes_field(3, message(f1=99)))), LOCATION, FUNCTION, TABLE],
            Malformed,
            "Malformed profile: a label refers to a string that does not exist.",
        ),
        (
            [TYPE, strings("not empty")],
            NotAProfile,
            "This is not a pprof profile: its string table does not begin with the empty string.",
        ),
        (
            [message(f9=1), TYPE, TABLE, message(f9=2), TYPE, TABLE],
            Malformed,
            "The file holds several profiles, one after the other.",
        ),
        ([TYPE, bytes_field(4, b"\x08"), TABLE], NotAProfile, "This is not a pprof profile."),
        ([TYPE, packed_field(4, [2**63]), TABLE], NotAProfile, "This is not a pprof profile."),
    ],
)
def test_each_broken_rule_has_a_sentence(fields: list[bytes], error: type[ProfileError], sentence: str) -> None:
    with pytest.raises(error) as raised:
        decoded(*fields)
    assert str(raised.value) == sentence


def test_a_bomb_is_refused_before_it_unfolds() -> None:
    with pytest.raises(TooLarge, match="larger than 1000 bytes when decompressed"):
        decode.decode(gzip.compress(bytes(10_000_000)), limit=1000)


def peak_of(data: bytes, limit: int) -> int:
    tracemalloc.start()
    try:
        with suppress(TooLarge):
            assert len(decode.decompress(data, limit=limit)) <= limit
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def test_what_unfolds_to_just_the_limit_is_held_once() -> None:
    assert peak_of(gzip.compress(bytes(1 << 27), 1), 1 << 27) < 1.5 * (1 << 27)


def test_nothing_is_kept_of_a_bomb_that_announces_itself() -> None:
    assert peak_of(gzip.compress(bytes(1 << 27), 1), 100_000_000) < 60_000_000


@pytest.mark.parametrize(
    ("what", "field"),
    [
        ("strings", bytes_field(6, b"")),
        ("sample types", bytes_field(1, b"")),
        ("mappings", bytes_field(3, b"")),
        ("locations", bytes_field(4, b"")),
        ("functions", bytes_field(5, b"")),
        ("lines", bytes_field(4, bytes_field(4, b"") * 50)),
        ("comments", packed_field(13, [0] * 50)),
    ],
)
def test_what_would_fill_the_memory_is_refused_before_it_is_made(what: str, field: bytes) -> None:
    """Each field is bytes in the file and objects of hundreds in memory."""
    raw = field * (4 * 2**20 // len(field))
    with pytest.raises(TooLarge, match=f"^The profile has [0-9]+ {what} in [0-9]+ bytes, out of all proportion"):
        decode.decode(raw, limit=len(raw))


def test_many_sample_types_of_many_functions_are_too_many_figures() -> None:
    """Each line and function has all of them, in whatever few bytes it stands."""
    raw = TYPE * 200 + FUNCTION * 5_000
    with pytest.raises(TooLarge, match=r"^The profile has 1000000 figures in [0-9]+ bytes, out of all proportion"):
        decode.decode(raw, limit=len(raw))


@pytest.mark.parametrize("asked", [1, 2, 3])
def test_a_load_stops_between_any_two_steps(asked: int) -> None:
    answers = iter([False] * (asked - 1) + [True] * 9)
    with pytest.raises(Cancelled):
        decode.decode(
            gzip.compress(TYPE + SAMPLE + LOCATION + FUNCTION + TABLE), limit=1 << 20, cancelled=lambda: next(answers)
        )


@given(st.lists(st.sampled_from((1, 2, 3)), min_size=2, max_size=9))
def test_label_sets_are_those_of_the_samples(chosen: list[int]) -> None:
    """Equal sets have one number; a string wins over a number, and the lone 0 is nothing."""
    labels = {1: b"", 2: bytes_field(3, message(f1=6, f2=7, f3=8)), 3: bytes_field(3, message(f1=6, f3=8, f4=2))}
    fields = [bytes_field(2, sample([1], [1], labels[which])) for which in chosen]
    profile = decoded(TYPE, LOCATION, FUNCTION, TABLE, *fields)
    numbers, sets = decode.label_sets(profile)
    found = [(sets[number].labels, sets[number].num_labels) for number in numbers]
    assert found == [(s.labels, s.num_labels) for s in decode.samples(profile)]
    expected = {1: ((), ()), 2: ((("key", ("text",)),), ()), 3: ((), (("key", ((8, "nanoseconds"),)),))}
    assert found == [expected[which] for which in chosen]
    assert all(a != b for a, b in pairwise(sorted(map(repr, sets))))


def test_a_sample_of_very_many_labels_costs_little_for_each() -> None:
    label = bytes_field(3, number_field(1, 6) + number_field(2, 7))
    profile = decoded(
        bytes_field(1, number_field(1, 1)), bytes_field(2, number_field(2, 1) + label * 1000), strings(*STRINGS)
    )
    assert decode.label_sets(profile)[1][0].labels == (("key", ("text",) * 1000),)
    assert calls_for(lambda: decode.label_sets(profile)) < 8 * 1000


def test_the_samples_share_the_numbers_of_their_locations() -> None:
    deep = "; ".join(f"f{i} a.go:1" for i in range(1000))
    one, other = decode.samples(drawn(f"{deep} = 1\n{deep} = 2"))
    assert all(map(operator.is_, one.locations, other.locations))
