"""The fold: flat and cum by their definitions, and the native part equal to its twin, in results and in errors.

Frames are drawn as letters, the leaf first: in `ab=3` a is called by b and has 3. A dot is a frame without a key.
"""

import random
from array import array
from collections.abc import Callable
from dataclasses import replace
from functools import cache
from itertools import pairwise
from pathlib import Path
from types import ModuleType
from typing import Any, NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from messages import INT64, Stacks, bytes_field, number_field, packed_field, sample, stacks, varint
from pprof_lens.analysis.index import bare_locations, line_table
from pprof_lens.profile import decode, engine
from pprof_lens.profile import fold as twin
from pprof_lens.profile.errors import Cancelled, ProfileError
from pprof_lens.profile.fold import (
    NOT_INLINED,
    OVER_SKIPPED,
    TOWARDS_CALLEES,
    TOWARDS_CALLERS,
    Asked,
    Folded,
    Frames,
    Parts,
)
from pprof_lens.profile.model import Profile
from pprof_lens.source.symbols import NUMBERED, SIGNS

native: ModuleType = twin
if engine.NATIVE:
    from pprof_lens.profile import _fold

    native = _fold
ENGINES = [twin, native] if engine.NATIVE else [twin]

CORPUS = Path(__file__).parents[3] / "shared" / "corpus"

every_engine = pytest.mark.parametrize("engine_", ENGINES, ids=lambda module: module.__name__.rpartition(".")[2])
needs_native = pytest.mark.skipif(not engine.NATIVE, reason="no native fold was built here: its twin runs alone")


def wanted() -> bool:
    """Nobody stops it."""
    return False


class Drawn(NamedTuple):
    raw: bytes
    spans: "array[int]"
    frames: Frames


def drawn(*rows: str) -> Drawn:
    """`ab=3 4` is one sample with two values; each letter is a location with one frame, `(ab)` is one with two."""
    places: dict[str, int] = {}
    raw = b""
    for row in rows:
        stack, _, values = row.partition("=")
        names = stack.replace("(", " (").replace(")", ") ").split()
        parts = [part for name in names for part in ([name] if name.startswith("(") else name)]
        ids = [places.setdefault(part.strip("()"), len(places) + 1) for part in parts]
        raw += bytes_field(2, sample(ids, list(map(int, values.split()))))
    letters = sorted(set("".join(places)) - {"."})
    offsets, keys = array("q", [0]), array("q")
    for place in places:
        keys.extend(letters.index(letter) if letter != "." else -1 for letter in place)
        offsets.append(len(keys))
    frames = Frames(array("Q", places.values()), offsets, keys, len(letters))
    return Drawn(raw, twin.split(raw).samples, frames)


def picture(flat: "array[int]", cum: "array[int]", further: bytes) -> str:
    """`a 3 3, b 0 3+`: flat and cum of each letter that has one, and whether a walk goes on from there."""
    rows = zip("abcdefgh", flat, cum, further, strict=False)
    return ", ".join(f"{key} {own} {all_}{'+' * more}" for key, own, all_, more in rows if own or all_)


def folded(module: ModuleType, *rows: str, mask: bytes | None = None) -> str:
    raw, spans, frames = drawn(*rows)
    (answer,) = module.fold(raw, spans, (frames,), 1, mask, wanted)
    return f"{picture(answer.flat, answer.cum, bytes(8))} of {answer.totals[0]}"


def stepped(module: ModuleType, path: str, direction: int, *rows: str) -> str:
    answer = module.step(*drawn(*rows), 1, None, array("q", map("abcdefgh".index, path)), direction)
    return picture(answer.flat, answer.cum, answer.further)


@every_engine
@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        pytest.param(["ab=3", "cb=4"], "a 3 3, b 0 7, c 4 4 of 7", id="flat is the leaf's, cum everyone's"),
        pytest.param(["abab=3"], "a 3 3, b 0 3 of 3", id="recursion counts a sample once"),
        pytest.param(["(ab)c=3"], "a 3 3, b 0 3, c 0 3 of 3", id="the leaf is the innermost inlined frame"),
        pytest.param(["(ab)(ab)=3"], "a 3 3, b 0 3 of 3", id="an inlined frame recurs too"),
        pytest.param([".a=3"], "a 0 3 of 3", id="a leaf without a key takes its flat along"),
        pytest.param(["=3", "a=1"], "a 1 1 of 4", id="a sample without a stack is in the total"),
        pytest.param(["a=3", "a=-4"], "a -1 -1 of 7", id="the total is of absolute values"),
        pytest.param([f"a={2**63 - 1}", "b=1"], f"a {2**63 - 1} {2**63 - 1}, b 1 1 of {-(2**63)}", id="sums wrap"),
        pytest.param([f"a={-(2**63)}"], f"a {-(2**63)} {-(2**63)} of {-(2**63)}", id="as does the least number"),
    ],
)
def test_flat_and_cum_by_definition(engine_: ModuleType, rows: list[str], expected: str) -> None:
    assert folded(engine_, *rows) == expected


@every_engine
@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        pytest.param(["ab=3", "acb=4"], "ab 3, ac 4, cb 4", id="each frame is called by the next"),
        pytest.param(["ab=3", "ab=4", "abab=5"], "ab 12, ba 5", id="a sample counts once for a pair"),
        pytest.param(["aab=3"], "ab 3", id="a line that calls itself is one frame"),
        pytest.param(["(ab)c=3"], "ab 3, bc 3", id="inlined frames call too"),
        pytest.param(["a.b=3"], "", id="a frame without a key is nobody's caller"),
    ],
)
def test_callers_of_all_lines(engine_: ModuleType, rows: list[str], expected: str) -> None:
    raw, spans, frames = drawn(*rows)
    found = engine_.callers(raw, spans, frames, frames, 1, None, 8, wanted)
    pairs = zip(found.lines, found.functions, found.cum, strict=True)
    assert ", ".join(sorted(f"{'abc'[line]}{'abc'[caller]} {cum}" for line, caller, cum in pairs)) == expected


@every_engine
def test_too_many_callers_are_not_gathered(engine_: ModuleType) -> None:
    raw, spans, frames = drawn("abc=3")
    assert engine_.callers(raw, spans, frames, frames, 1, None, 1, wanted) is None
    assert engine_.callers(raw, spans, frames, frames, 1, None, 2, wanted) is not None


@every_engine
def test_callers_of_samples_without_values_are_gathered(engine_: ModuleType) -> None:
    many = 3000
    ids = range(1, many + 1)
    raw = bytes_field(2, sample(ids, []))
    frames = Frames(array("Q", ids), array("q", range(many + 1)), array("q", range(many)), many)
    found = engine_.callers(raw, twin.split(raw).samples, frames, frames, 0, None, many, wanted)
    assert (len(found.lines), len(found.cum)) == (many - 1, 0)


def all_calls(frames: Frames, *, most: int = 9, columns: tuple[int, int] = (0, -1)) -> Asked:
    every = b"\1" * frames.count
    inlined = bytearray(b"\1") * len(frames.keys)
    for start, end in pairwise(frames.offsets):
        inlined[start:end] = b"\1" * (end - start - 1) + b"\0" * (end > start)
    return Asked(bytes(inlined), every, every, *columns, most)


@every_engine
@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        pytest.param(["ab=3", "acb=4"], "ba 3, bc 4, ca 4", id="each frame calls the one before it"),
        pytest.param(["ab=3", "ab=4", "abab=5"], "ab 5, ba 12", id="a sample counts once in a call"),
        pytest.param(["aab=3", "ab=0"], "ba 3", id="what calls itself is one frame, and nothing is no call"),
        pytest.param(["(ab)c=3", "(ab)=4"], "ba 7 inlined, cb 3", id="inlined frames are called inline"),
        pytest.param(["a.b=3", "ab=4"], "ba 7 over", id="over a frame without a key its caller calls on"),
        pytest.param([f"ab={2**63 - 1}", "ab=1"], f"ba {-(2**63)}", id="sums wrap"),
    ],
)
def test_calls_between_keys(engine_: ModuleType, rows: list[str], expected: str) -> None:
    raw, spans, frames = drawn(*rows)
    found = engine_.calls(raw, spans, frames, 1, all_calls(frames), wanted)
    columns = zip(found.callers, found.callees, found.weights, found.flags, strict=True)
    shown = {0: " inlined", NOT_INLINED: "", NOT_INLINED | OVER_SKIPPED: " over"}
    told = [f"{'abc'[caller]}{'abc'[callee]} {weight}{shown[flags]}" for caller, callee, weight, flags in columns]
    assert ", ".join(told) == expected


@every_engine
def test_only_calls_that_are_asked_for_are_added_up_and_none_where_they_are_too_many(engine_: ModuleType) -> None:
    raw, spans, frames = drawn("abca=3 30")
    asked = all_calls(frames, most=2, columns=(1, 0))
    assert engine_.calls(raw, spans, frames, 2, asked, wanted) is None
    found = engine_.calls(raw, spans, frames, 2, replace(asked, callers=b"\1\2\1", callees=b"\1\2\1"), wanted)
    assert (found.callers.tolist(), found.callees.tolist()) == ([0], [2])
    assert (found.weights.tolist(), found.divisors.tolist()) == ([30], [3])


@every_engine
def test_a_masked_sample_does_not_count(engine_: ModuleType) -> None:
    assert folded(engine_, "ab=3", "b=4", mask=b"\0\1") == "b 4 4 of 4"


@every_engine
def test_all_columns_are_folded_at_once(engine_: ModuleType) -> None:
    raw, spans, frames = drawn("ab=3 30", "b=4 -40")
    (answer,) = engine_.fold(raw, spans, (frames,), 2, None, wanted)
    assert answer == Folded(array("q", [3, 30, 4, -40]), array("q", [3, 30, 7, -10]), (7, 70))


@every_engine
def test_several_tables_of_the_same_frames_are_folded_at_once(engine_: ModuleType) -> None:
    raw, spans, frames = drawn("abc=3", "ca=4")
    one_key = replace(frames, keys=array("q", [0, -1, 0]), count=1)
    by_letter, by_one = engine_.fold(raw, spans, (frames, one_key), 1, None, wanted)
    assert picture(by_letter.flat, by_letter.cum, bytes(8)) == "a 3 7, b 0 3, c 4 7"
    assert (by_one.flat.tolist(), by_one.cum.tolist(), by_one.totals) == ([7], [7], (7,))


@every_engine
@pytest.mark.parametrize("name", ["fold", "callers", "calls", "check"])
def test_work_that_nobody_wants_any_more_ends(engine_: ModuleType, name: str) -> None:
    raw, spans, frames = drawn("ab=3")
    asked: list[str] = []

    def stop() -> bool:
        asked.append(name)
        return True

    arguments: dict[str, tuple[object, ...]] = {
        "fold": ((frames,), 1, None),
        "callers": (frames, frames, 1, None, 9),
        "calls": (frames, 1, all_calls(frames)),
        "check": (frames.ids, 1, 1),
    }
    with pytest.raises(Cancelled):
        getattr(engine_, name)(raw, spans, *arguments[name], stop)
    assert asked


@needs_native
@pytest.mark.parametrize("name", ["fold", "callers"])
def test_it_is_looked_after_so_many_frames_too(name: str) -> None:
    raw, spans, frames = drawn(*["ab" * 10_000 + "=1"] * 40)
    asked: list[str] = []

    def stop() -> bool:
        asked.append(name)
        return False

    arguments: dict[str, tuple[object, ...]] = {"fold": ((frames,), 1, None), "callers": (frames, frames, 1, None, 9)}
    getattr(native, name)(raw, spans, *arguments[name], stop)
    assert len(asked) > 2


@needs_native
@pytest.mark.parametrize(
    "name",
    ["step", "containing", "touching", "labels", "count", "split", "nested_table", "table", "ranked", "find", "alike"],
)
def test_what_does_not_ask_can_be_interrupted_in_the_midst(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    raw, spans, frames = drawn("ab=3")
    path, sparse = array("q", [0]), array("Q", [2**60, 7])
    arguments: dict[str, tuple[object, ...]] = {
        "step": (raw, spans, frames, 1, None, path, TOWARDS_CALLERS),
        "containing": (raw, spans, frames, path, TOWARDS_CALLERS),
        "touching": (raw, spans, frames.ids, b"\1\1"),
        "labels": (raw, spans),
        "count": (raw,),
        "split": (raw,),
        "nested_table": (raw, spans, (4,), 3),
        "table": (raw, spans, (4,)),
        "ranked": (path, path),
        "find": (sparse, sparse),
        "alike": (("main.f",), NUMBERED, SIGNS),
    }

    def interrupted() -> None:
        raise Cancelled

    monkeypatch.setattr(twin, "pause", interrupted)
    with pytest.raises(Cancelled):
        getattr(native, name)(*arguments[name])


@every_engine
def test_samples_are_unpacked_into_numbers(engine_: ModuleType) -> None:
    raw, spans, frames = drawn("ab=3 30", "=4 40", "(ba)=5 50")
    assert unpacked(engine_, raw, spans, frames, 0) == ([0, 2, 2, 4], [0, 1, 1, 0], [3, 30, 4, 40, 5, 50])
    assert unpacked(engine_, raw, spans, frames, 2) == ([0, 2], [1, 0], [5, 50])
    assert unpacked(engine_, raw, spans, frames, 3) == ([0], [], [])


@every_engine
def test_so_many_samples_are_unpacked_at_a_time_as_have_a_million_frames(engine_: ModuleType) -> None:
    deep = Frames(array("Q", [1]), array("q", [0, 60_000]), array("q", [0]) * 60_000, 1)
    raw = bytes_field(2, sample([1], [1])) * 20
    spans, more = twin.split(raw).samples, bytes(10_000)  # so many bytes may have more frames than that
    offsets, _, values = unpacked(engine_, raw + more, spans, deep, 0, columns=1)
    assert (len(offsets), offsets[-1], len(values)) == (19, 18 * 60_000, 18)


def unpacked(  # noqa: PLR0917 - as the engine has them
    engine_: ModuleType, raw: bytes, spans: "array[int]", frames: Frames, first: int, columns: int = 2
) -> tuple[list[int], list[int], list[int]]:
    found = engine_.unpacked(raw, spans, frames, columns, first)
    return found.offsets.tolist(), found.keys.tolist(), found.values.tolist()


@every_engine
@pytest.mark.parametrize(
    ("path", "direction", "rows", "expected"),
    [
        pytest.param("a", TOWARDS_CALLERS, ["abc=3", "ac=4"], "b 3 3+, c 4 4", id="callers of a leaf"),
        pytest.param("b", TOWARDS_CALLERS, ["abc=3", "bc=4"], "c 4 7", id="what a caller's callee has as a leaf"),
        pytest.param("ab", TOWARDS_CALLERS, ["abc=3", "bc=4", "acb=5"], "c 3 3", id="callers of a path"),
        pytest.param("c", TOWARDS_CALLEES, ["abc=3", "bc=4"], "b 4 7+", id="callees"),
        pytest.param("c", TOWARDS_CALLEES, ["abcbc=3"], "b 0 3+", id="a callee that recurs counts a sample once"),
        pytest.param("a", TOWARDS_CALLERS, ["aaab=3"], "b 3 3", id="a frame that calls itself is one frame"),
        pytest.param("a", TOWARDS_CALLERS, ["ab.=3"], "b 3 3", id="a frame without a key is no step further"),
        pytest.param("a", TOWARDS_CALLERS, ["a.b=3"], "", id="nor a step"),
    ],
)
def test_a_step_beyond_a_path(engine_: ModuleType, path: str, direction: int, rows: list[str], expected: str) -> None:
    assert stepped(engine_, path, direction, *rows) == expected


@every_engine
def test_the_samples_whose_stack_holds_a_path(engine_: ModuleType) -> None:
    def holding(path: list[int], direction: int) -> list[int]:
        return list(engine_.containing(*drawn("abc=1", "aab=1", "ba=1", "ac=1"), array("q", path), direction))

    assert holding([0, 1], TOWARDS_CALLERS) == [1, 1, 0, 0]
    assert holding([0, 1], TOWARDS_CALLEES) == [0, 0, 1, 0]


@every_engine
def test_the_samples_that_touch_a_flagged_location(engine_: ModuleType) -> None:
    raw, spans, frames = drawn("ab=1", "bc=1", "c=1")
    assert engine_.touching(raw, spans, frames.ids, b"\1\0\0") == b"\1\0\0"
    assert engine_.touching(raw, spans, frames.ids, b"\0\1\0") == b"\1\1\0"


@every_engine
def test_label_sets_are_numbered_as_they_come(engine_: ModuleType) -> None:
    one, two = bytes_field(3, b"\x08\x01\x10\x02"), bytes_field(3, b"\x08\x01\x10\x03")
    raw = b"".join(bytes_field(2, sample([1], [1], rest)) for rest in (one, b"", one + two, one))
    numbers, sets = engine_.labels(raw, twin.split(raw).samples)
    assert (numbers.tolist(), sets) == ([0, 1, 2, 0], (one, b"", one + two))


@every_engine
@pytest.mark.parametrize(
    ("body", "sentence"),
    [
        pytest.param(sample([9], [1]), "sample has nil location", id="an id that no location has"),
        pytest.param(sample([2**63], [1]), "sample has nil location", id="a great id"),
        pytest.param(sample([1], [1, 2]), "mismatch: sample has 2 values vs. 1 types", id="a value too many"),
        pytest.param(sample([1], []), "mismatch: sample has 0 values vs. 1 types", id="a value too few"),
        pytest.param(bytes_field(1, b"\x80"), "the data ends in the middle of a number", id="a number cut short"),
        pytest.param(b"\x0a\x05\x01", "the data ends in the middle of a field", id="a field cut short"),
        pytest.param(b"\x0a" + b"\xff" * 9 + b"\x01", "the data ends in the middle of a field", id="of any size"),
        pytest.param(b"\x0b", "a field has an unknown wire type", id="a group"),
        pytest.param(bytes_field(1, b"\xff" * 10), "a number is too long", id="eleven bytes of number"),
        pytest.param(varint(1 << 3 | 1) + bytes(8), "a number has another wire type", id="a fixed id"),
        pytest.param(
            sample([1], [1], number_field(3, 1)), "a message has another wire type", id="a number for a label"
        ),
        pytest.param(
            sample([1], [1], bytes_field(3, b"\x08\x04")),
            "a label refers to a string that does not exist",
            id="a label's string",
        ),
    ],
)
def test_a_sample_that_breaks_a_rule(engine_: ModuleType, body: bytes, sentence: str) -> None:
    raw = bytes_field(2, body)
    with pytest.raises(ProfileError, match=f"^{sentence}$"):
        engine_.check(raw, array("q", [2, len(raw)]), array("Q", [1]), 1, 4, wanted)


@every_engine
def test_split_parts_samples_locations_and_functions_from_the_rest(engine_: ModuleType) -> None:
    time, text = number_field(9, 5), bytes_field(6, b"")
    raw = time + bytes_field(2, b"one") + bytes_field(4, b"two") + text + bytes_field(5, b"three") + bytes_field(2, b"")
    parts = engine_.split(raw)
    assert parts.rest == time + text
    assert bodies(raw, parts.samples) == [b"one", b""]
    assert bodies(raw, parts.locations) == [b"two"]
    assert bodies(raw, parts.functions) == [b"three"]


@every_engine
def test_count_tells_what_there_is_before_any_of_it_is_made(engine_: ModuleType) -> None:
    lines = bytes_field(4, b"") + number_field(1, 7) + bytes_field(4, b"")
    raw = bytes_field(6, b"text") * 3 + bytes_field(4, lines) + packed_field(13, [1, 2, 3]) + number_field(99, 1)
    found = {number: count for number, count in enumerate(engine_.count(raw)) if count}
    assert found == {0: 2, 4: 1, 6: 3, 13: 3}


@every_engine
def test_count_goes_as_far_as_a_message_that_breaks_off(engine_: ModuleType) -> None:
    raw = bytes_field(6, b"") + bytes_field(4, bytes_field(4, b"") + b"\x22\x05") + bytes_field(6, b"")
    found = {number: count for number, count in enumerate(engine_.count(raw)) if count}
    assert found == {0: 1, 4: 1, 6: 1}


@every_engine
def test_nested_messages_are_found_by_their_field(engine_: ModuleType) -> None:
    first = bytes_field(4, b"one") + number_field(1, 7) + bytes_field(4, b"two")
    raw = bytes_field(4, first) + bytes_field(4, b"") + bytes_field(4, bytes_field(4, b"three"))
    (numbers,), offsets, found = engine_.nested_table(raw, twin.split(raw).locations, (1,), 4)
    assert (offsets.tolist(), bodies(raw, found)) == ([0, 2, 2, 3], [b"one", b"two", b"three"])
    assert numbers.tolist() == [7, 0, 0]


@every_engine
def test_a_table_has_a_column_for_each_field(engine_: ModuleType) -> None:
    """A field that is missing is 0, the last of several counts, and a number of 64 bits is signed."""
    rows = (number_field(1, 7) + number_field(3, 2**64 - 1), b"", number_field(3, 1) + number_field(3, 2))
    raw = b"".join(bytes_field(5, row) for row in rows)
    columns = engine_.table(raw, twin.split(raw).functions, (1, 3))
    assert [column.tolist() for column in columns] == [[7, 0, 0], [-1, 0, 2]]


@every_engine
def test_pairs_are_numbered_in_their_order(engine_: ModuleType) -> None:
    """Equal pairs share a number, which has the first of their rows; a pair that begins below 0 has none."""
    ranks, rows = engine_.ranked(array("q", [1, 0, 1, -1, 0]), array("q", [2, 9, 2, 5, -9]))
    assert (ranks.tolist(), rows.tolist()) == ([2, 1, 2, -1, 0], [4, 1, 0])


@every_engine
@pytest.mark.parametrize("large", [3, 2**64 - 1])
def test_rows_are_found_by_their_ids(engine_: ModuleType, large: int) -> None:
    assert engine_.find(array("Q", [1, large, 2]), array("Q", [2, 4, large])).tolist() == [2, -1, 1]


@every_engine
def test_numbers_are_taken_from_places(engine_: ModuleType) -> None:
    assert engine_.take(array("q", [7, 8, 9]), array("q", [2, 0, 2])).tolist() == [9, 7, 9]


@every_engine
def test_a_negative_place_leaves_another_number_where_it_is(engine_: ModuleType) -> None:
    found = engine_.replaced(array("q", [7, 8]), array("q", [1, -1, 0]), array("q", [1, 2, 3]))
    assert found.tolist() == [8, 2, 7]
    with pytest.raises(IndexError):
        engine_.replaced(array("q", [7, 8]), array("q", [2]), array("q", [1]))


@every_engine
def test_places_of_numbers_that_are_not_negative(engine_: ModuleType) -> None:
    assert engine_.where(array("q", [5, -1, 0, -9])).tolist() == [0, 2]


@every_engine
def test_keys_are_numbered_as_they_come_and_have_their_first_better_row(engine_: ModuleType) -> None:
    numbers, rows = engine_.numbered(array("q", [4, 2, 4, 2, 0, 4]), 5, array("q", [0, 0, 1, 0, 0, 1]))
    assert (numbers.tolist(), rows.tolist()) == ([0, 1, 0, 1, 2, 0], [2, 1, 4])


@every_engine
@pytest.mark.parametrize("key", [-1, 5])
def test_a_key_that_is_not_counted_is_refused(engine_: ModuleType, key: int) -> None:
    with pytest.raises(ValueError):
        engine_.numbered(array("q", [key]), 5, array("q", [0]))


@every_engine
def test_names_are_numbered_with_those_that_differ_in_a_last_number_alone(engine_: ModuleType) -> None:
    found = engine_.alike(("f.func1", "g", "f.func23", "g", "f.func1", "f.func", "h1", "h2"), NUMBERED, SIGNS)
    assert found.numbers.tolist() == [0, 1, 2, 1, 0, 3, 4, 5]
    assert found.firsts.tolist() == [0, 1, 2, 5, 6, 7]
    assert found.stems.tolist() == [0, 1, 0, 3, 4, 5]


@every_engine
def test_names_that_are_empty_end_in_a_digit_or_have_a_sign_are_told_once_for_a_stem(engine_: ModuleType) -> None:
    names = ("main.f", "", "f.1", "f.2", "F[int]", "m-fm", "m-f", "main.f2", "\udcff", "é")
    assert [names[number] for number in engine_.alike(names, NUMBERED, SIGNS).others] == [
        *names[1:3],
        *names[4:6],
        "main.f2",
    ]


NAMES = st.lists(st.sampled_from(("a", ".", ".func", "1", "23", "[", "-fm", "-f", "é", "٣", "\udcff")), max_size=6)


@needs_native
@given(st.lists(NAMES.map("".join), max_size=12))
def test_native_numbers_names_as_its_twin(names: list[str]) -> None:
    assert_same("alike", tuple(names), NUMBERED, SIGNS)


@needs_native
@given(st.lists(st.tuples(st.integers(0, 8), st.integers(0, 2), st.integers(-1, 8)), max_size=20))
def test_native_numbers_keys_as_its_twin(rows: list[tuple[int, int, int]]) -> None:
    keys, better, places = (array("q", column) for column in zip(*rows, strict=True)) if rows else (array("q"),) * 3
    assert_same("numbered", keys, 9, better)
    assert_same("where", places)
    assert_same("replaced", array("q", range(9)), places, keys)


@every_engine
@pytest.mark.parametrize("place", [-1, 3])
def test_nothing_is_taken_from_a_place_that_is_not_there(engine_: ModuleType, place: int) -> None:
    with pytest.raises(IndexError):
        engine_.take(array("q", [7, 8, 9]), array("q", [0, place]))


def bodies(raw: bytes, spans: "array[int]") -> list[bytes]:
    return [raw[spans[i] : spans[i + 1]] for i in range(0, len(spans), 2)]


@every_engine
def test_two_times_are_two_profiles(engine_: ModuleType) -> None:
    with pytest.raises(ProfileError, match="several profiles"):
        engine_.split(number_field(9, 5) + number_field(9, 6))


@every_engine
def test_frames_out_of_proportion_are_refused(engine_: ModuleType) -> None:
    """A location of 40,000 frames in a stack two times: bytes that a bomb would be made of."""
    raw = bytes_field(2, sample([1, 1], [1]))
    frames = Frames(array("Q", [1]), array("q", [0, 40_000]), array("q", [0]) * 40_000, 1)
    with pytest.raises(ProfileError, match="too many frames"):
        engine_.fold(raw, twin.split(raw).samples, (frames,), 1, None, wanted)


@every_engine
def test_results_out_of_proportion_are_refused(engine_: ModuleType) -> None:
    frames = Frames(array("Q"), array("q", [0]), array("q"), 50_000)
    with pytest.raises(ProfileError, match="too many to be added up"):
        engine_.fold(b"", array("q"), (frames,), 100, None, wanted)


@every_engine
def test_a_stack_of_a_hundred_thousand_frames(engine_: ModuleType) -> None:
    assert folded(engine_, "ab" * 50_000 + "=7") == "a 7 7, b 0 7 of 7"


class Outcome(NamedTuple):
    """What a call gave: its result, or its error."""

    result: object = None
    error: tuple[type, str] | None = None


def outcome(call: Callable[..., object], *arguments: object) -> Outcome:
    try:
        return Outcome(result=call(*arguments))
    except ProfileError as error:
        return Outcome(error=(type(error), str(error)))


def assert_same(name: str, *arguments: object) -> None:
    assert outcome(getattr(native, name), *arguments) == outcome(getattr(twin, name), *arguments), name


def assert_all_same(case: Stacks) -> None:
    raw = case.raw
    assert_same("split", raw)
    spans = twin.split(raw).samples
    for columns, strings in ((case.columns, 6), (case.columns + 1, 6), (case.columns, 2)):
        assert_same("check", raw, spans, case.frames.ids, columns, strings, wanted)
    assert_same("check", raw, spans, case.frames.ids[:-1], case.columns, 6, wanted)
    assert_same("labels", raw, spans)
    assert_same("touching", raw, spans, case.frames.ids, bytes(i % 2 for i in range(len(case.frames.ids))))
    assert_same("step", raw, spans, case.frames, case.columns, case.mask, case.path, case.direction)
    assert_same("containing", raw, spans, case.frames, case.path, case.direction)
    halves = replace(case.frames, keys=array("q", (key // 2 for key in case.frames.keys)))
    assert_same("fold", raw, spans, (case.frames, halves), case.columns, case.mask, wanted)
    for first in range(len(spans) // 2 + 1):
        assert_same("unpacked", raw, spans, case.frames, case.columns, first)
    for most in (2, 100):
        assert_same("callers", raw, spans, case.frames, halves, case.columns, case.mask, most, wanted)
        if case.columns:
            asked = all_calls(case.frames, most=most, columns=(case.columns - 1, most % case.columns - 1))
            assert_same("calls", raw, spans, case.frames, case.columns, asked, wanted)


@needs_native
@given(stacks())
def test_native_equals_its_twin(case: Stacks) -> None:
    assert_all_same(case)


@needs_native
@given(stacks(), st.data())
def test_native_refuses_what_its_twin_refuses(case: Stacks, data: st.DataObject) -> None:
    """The bytes of good samples with one of them changed."""
    raw = bytearray(case.raw)
    if raw:
        raw[data.draw(st.integers(0, len(raw) - 1))] ^= 1 << data.draw(st.integers(0, 7))
    changed = bytes(raw)
    assert_same("split", changed)
    parts = outcome(twin.split, changed).result
    if isinstance(parts, Parts):
        assert_same("check", changed, parts.samples, case.frames.ids, case.columns, 6, wanted)
        assert_same("labels", changed, parts.samples)


@needs_native
@given(st.binary(), st.binary())
def test_native_survives_noise(raw: bytes, body: bytes) -> None:
    assert_same("split", raw)
    spans = array("q", [0, len(body)])
    assert_same("check", body, spans, array("Q", [1, 2, 300]), 1, 3, wanted)
    assert_same("labels", body, spans)
    assert_same("nested_table", body, spans, (2,), 1)
    assert_same("table", body, spans, (1, 2))


@needs_native
@given(
    st.lists(st.tuples(st.integers(-1, 3), st.integers(-2, 2) | INT64), max_size=20)
    | st.lists(st.tuples(st.integers(-1, 3), st.integers(0, 5) | st.integers(1000, 1100)), max_size=20)
)
def test_native_numbers_as_its_twin(pairs: list[tuple[int, int]]) -> None:
    assert_same("ranked", array("q", [first for first, _ in pairs]), array("q", [second for _, second in pairs]))


@needs_native
@given(stacks())
def test_native_guards_itself_against_samples_that_nobody_checked(case: Stacks) -> None:
    """An unknown id or a wrong number of values is an error of the profile there too, never a read out of bounds."""
    spans = twin.split(case.raw).samples
    ids = array("Q", (2**64 - 1 - id_ for id_ in case.frames.ids))
    outcome(native.fold, case.raw, spans, (replace(case.frames, ids=ids),), case.columns, None, wanted)
    outcome(native.fold, case.raw, spans, (case.frames,), case.columns + 1, None, wanted)
    outcome(native.fold, case.raw, spans, (case.frames,), max(case.columns - 1, 1), None, wanted)
    outcome(native.unpacked, case.raw, spans, replace(case.frames, ids=ids), case.columns, 0)
    outcome(native.unpacked, case.raw, spans, case.frames, max(case.columns - 1, 1), 0)


@needs_native
@pytest.mark.parametrize(
    "wrong",
    [
        pytest.param({"spans": array("q", [0, 99])}, id="a span beyond the end"),
        pytest.param({"spans": array("q", [-1, 1])}, id="a span before the beginning"),
        pytest.param({"mask": b""}, id="a short mask"),
        pytest.param({"offsets": array("q", [0])}, id="too few offsets"),
        pytest.param({"offsets": array("q", [0, 9, 9])}, id="an offset beyond the keys"),
        pytest.param({"keys": array("q", [0, 2])}, id="a key beyond the count"),
        pytest.param({"keys": array("q", [0, -2])}, id="a key before the first"),
    ],
)
def test_native_refuses_tables_that_do_not_fit(wrong: dict[str, Any]) -> None:
    raw, spans, frames = drawn("ab=1")
    of_frames = {key: value for key, value in wrong.items() if key in ("offsets", "keys")}
    with pytest.raises(ValueError):
        native.fold(raw, wrong.get("spans", spans), (replace(frames, **of_frames),), 1, wrong.get("mask"), wanted)


def corpus() -> list[Path]:
    return sorted(path for path in CORPUS.rglob("*") if path.is_file() and "." in path.name) if CORPUS.is_dir() else []


@cache
def decoded(path: Path) -> Profile | None:
    try:
        return decode.decode(path.read_bytes(), limit=2**28)
    except ProfileError:
        return None


@needs_native
@pytest.mark.parametrize("path", [path for path in corpus() if decoded(path)], ids=lambda path: path.name)
def test_native_equals_its_twin_on_real_profiles(path: Path) -> None:
    """A thousand samples of each at most: the twin takes seconds for all of them."""
    profile = decoded(path)
    assert profile is not None
    raw, columns, ids = profile.raw, len(profile.sample_types), profile.locations.ids
    assert_same("split", raw)
    assert_same("count", raw)
    parts = twin.split(raw)
    assert_same("table", raw, parts.functions, (1, 2, 3, 4, 5))
    assert_same("table", raw, parts.locations, (1, 2, 3, 5))
    assert_same("nested_table", raw, parts.locations, (1, 2, 3, 5), 4)
    every = max(profile.sample_count // 1000, 1)
    spans = array("q", (n for i in range(0, profile.sample_count, every) for n in profile.spans[2 * i : 2 * i + 2]))
    choice = random.Random(path.name)
    mask = bytes(choice.random() < 0.5 for _ in range(len(spans) // 2))
    frames = line_table(profile, bare_locations(profile)).frames
    assert_same("alike", profile.functions.names, NUMBERED, SIGNS)
    assert_same("check", raw, spans, ids, columns, len(profile.strings), wanted)
    assert_same("labels", raw, spans)
    assert_same("touching", raw, spans, ids, bytes(choice.random() < 0.1 for _ in ids))
    for chosen in (None, mask):
        assert_same("fold", raw, spans, (frames,), columns, chosen, wanted)
    assert_same("unpacked", raw, spans, frames, columns, 0)
    weights = twin.fold(raw, spans, (frames,), columns, None, wanted)[0].cum[::columns]
    for direction in (TOWARDS_CALLERS, TOWARDS_CALLEES):
        path_ = array("q", [max(range(frames.count), key=weights.__getitem__)] if frames.count else [0])
        assert_same("step", raw, spans, frames, columns, mask, path_, direction)
        assert_same("containing", raw, spans, frames, path_, direction)


@given(stacks(values=st.integers(0, 2**40)))
def test_flats_and_unkeyed_leaves_add_up_to_the_total(case: Stacks) -> None:
    flat = [0] * case.columns
    answer = folds(case)
    for i, weight in enumerate(answer.flat):
        flat[i % case.columns] += weight
    for ids, values, _ in case.samples:
        stack = keys_of(case.frames, ids)
        if not stack or stack[0] < 0:
            flat = [own + value for own, value in zip(flat, values, strict=True)]
    assert tuple(flat) == answer.totals


@given(stacks(values=st.integers(-(2**40), 2**40)))
def test_no_cum_passes_the_total(case: Stacks) -> None:
    answer = folds(case)
    assert all(abs(weight) <= answer.totals[i % case.columns] for i, weight in enumerate(answer.cum))


@given(stacks(), st.randoms(use_true_random=False))
def test_the_order_of_samples_is_nothing(case: Stacks, order: random.Random) -> None:
    bodies = list(case.bodies)
    order.shuffle(bodies)
    shuffled = replace(case, bodies=tuple(bodies))
    assert folds(shuffled) == folds(case)


@given(stacks(), st.integers(0, 2**50))
def test_the_names_of_locations_are_nothing(case: Stacks, shift: int) -> None:
    new = {id_: shift + i + 1 for i, id_ in enumerate(case.frames.ids)}
    bodies = tuple(sample([new[id_] for id_ in ids], values, label) for ids, values, label in case.samples)
    renamed = replace(case, bodies=bodies, frames=replace(case.frames, ids=array("Q", new.values())))
    assert folds(renamed) == folds(case)


@given(stacks())
def test_packing_is_nothing(case: Stacks) -> None:
    bodies = tuple(packed_field(2, values) + packed_field(1, ids) for ids, values, _ in case.samples)
    assert folds(replace(case, bodies=bodies)) == folds(case)


def folds(case: Stacks) -> Folded:
    (answer,) = engine.fold(case.raw, twin.split(case.raw).samples, (case.frames,), case.columns, None, wanted)
    return answer


def keys_of(frames: Frames, ids: tuple[int, ...]) -> list[int]:
    position = {id_: i for i, id_ in enumerate(frames.ids)}
    return [
        key for id_ in ids for key in frames.keys[frames.offsets[position[id_]] : frames.offsets[position[id_] + 1]]
    ]
