"""Bytes to a Profile: container, tables, and the checks that pprof makes; the only user of protobuf.

Samples are not decoded here, they stay in the bytes for the fold; `samples` makes objects of them on demand.
Functions and locations, thousands of small messages, are read into columns by the engine. The rest is protobuf's. The
schema is written out below rather than generated, so that strings arrive as bytes (pprof accepts names that are
not UTF-8, protobuf's strings do not) and no generated code ties us to one release of protobuf. Nothing here reads
a file. The format and the refusals are those of google/pprof, profile/encode.go and profile/profile.go.
"""

import zlib
from array import array
from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence
from io import BytesIO
from itertools import pairwise
from typing import Any, NamedTuple

from google.protobuf import descriptor_pb2, descriptor_pool, message_factory
from google.protobuf.message import DecodeError, Message

from pprof_lens.profile import engine
from pprof_lens.profile.errors import Cancelled, Concatenated, Malformed, NotAProfile, TooLarge
from pprof_lens.profile.fold import TOO_MANY_FRAMES, Frames, Parts, Unpacked, most_frames
from pprof_lens.profile.model import (
    Functions,
    Locations,
    Mapping,
    NumericLabel,
    Profile,
    Sample,
    ValueType,
)
from pprof_lens.profile.proportion import refuse_out_of_proportion

GZIP_MAGIC = b"\x1f\x8b"
_SHORT = 4096
_BLOCK = 1 << 22
"""So many compressed bytes are inflated before it is looked whether they are still wanted: some 50 ms."""
_PART = 1 << 24
"""So many bytes are inflated at once at most, four times what a block of a usual profile unfolds to: zlib joins them,
which takes their memory twice and holds the interpreter."""

# Message: field: (number, kind); a kind with a star is repeated. What `split` takes out is not listed:
# samples, locations and functions, which are read by the field numbers below.
_SCHEMA: dict[str, dict[str, tuple[int, str]]] = {
    "ValueType": {"type": (1, "int64"), "unit": (2, "int64")},
    "Label": {"key": (1, "int64"), "str": (2, "int64"), "num": (3, "int64"), "num_unit": (4, "int64")},
    "Sample": {"location_id": (1, "uint64*"), "value": (2, "int64*"), "label": (3, "Label*")},
    "Mapping": {
        "id": (1, "uint64"),
        "memory_start": (2, "uint64"),
        "memory_limit": (3, "uint64"),
        "file_offset": (4, "uint64"),
        "filename": (5, "int64"),
        "build_id": (6, "int64"),
        "has_functions": (7, "bool"),
        "has_filenames": (8, "bool"),
        "has_line_numbers": (9, "bool"),
        "has_inline_frames": (10, "bool"),
    },
    "Profile": {
        "sample_type": (1, "ValueType*"),
        "mapping": (3, "Mapping*"),
        "string_table": (6, "bytes*"),
        "drop_frames": (7, "int64"),
        "keep_frames": (8, "int64"),
        "time_nanos": (9, "int64"),
        "duration_nanos": (10, "int64"),
        "period_type": (11, "ValueType"),
        "period": (12, "int64"),
        "comment": (13, "int64*"),
        "default_sample_type": (14, "int64"),
        "doc_url": (15, "int64"),
    },
}


# id, mapping_id, address, is_folded; the lines are messages of their own: function_id, line, column.
_LOCATION, _LOCATION_LINE, _LINE = (1, 2, 3, 5), 4, (1, 2, 3)
# id, name, system_name, filename, start_line
_FUNCTION = (1, 2, 3, 4, 5)


_LINES, _SAMPLE_TYPES, _FUNCTIONS = 0, 1, 5
_COSTS = {
    _LINES: ("lines", 90),
    _SAMPLE_TYPES: ("sample types", 300),
    2: ("samples", 24),
    3: ("mappings", 500),
    4: ("locations", 130),
    _FUNCTIONS: ("functions", 170),
    6: ("strings", 200),
    13: ("comments", 30),
}
"""How many bytes of memory one of each takes at most while a profile is read and shown, beside its own text."""

_FIGURE = 48
"""Bytes of what one sample type comes to on a line or in a function: flat and cum, where they are added up and told."""


def decode(data: bytes, *, limit: int, cancelled: Callable[[], bool] = lambda: False) -> Profile:
    """The profile in `data`, gzip'd or raw, checked as pprof checks it.

    `limit` bounds the decompressed size in bytes. Raises NotAProfile, Malformed or TooLarge; Cancelled when
    `cancelled` answers true between two steps.
    """
    raw = decompress(data, limit=limit, cancelled=cancelled)
    if not raw:
        raise NotAProfile("The profile is empty.")
    return decode_message(raw, cancelled=cancelled)


def decompress(data: bytes, *, limit: int, cancelled: Callable[[], bool] = lambda: False) -> bytes:
    """The content of `data`: inflated, over all members, if it is gzip; as it is if it is not."""
    if not data.startswith(GZIP_MAGIC):
        if len(data) > limit:
            raise _too_large(limit)
        return data
    parts = _inflated(data, limit, cancelled)
    if int.from_bytes(data[-4:], "little") > limit:  # so large is the last member, or that is a lie: gzip holds it
        for _ in parts:  # to it, and nothing has to be kept to find out what is wrong
            pass
    first = next(parts, b"")
    whole = BytesIO(first)  # which takes the first part and hands out the whole without a copy
    whole.seek(len(first))
    for part in parts:
        whole.write(part)
    return whole.getvalue()


def _inflated(data: bytes, limit: int, cancelled: Callable[[], bool]) -> Iterator[bytes]:
    """What is in the members of `data`, in parts."""
    view = memoryview(data)
    size = at = 0
    step = _BLOCK
    while at < len(data):
        if not data.startswith(GZIP_MAGIC, at):
            raise Malformed("The profile's gzip data is followed by something else.")
        inflater = zlib.decompressobj(wbits=31)
        while not inflater.eof:
            if cancelled():
                raise Cancelled
            if at >= len(data):
                raise Malformed("The profile is cut short: its gzip data ends too early.")
            given = view[at : at + step]
            try:
                part = inflater.decompress(given, min(limit - size + 1, _PART))
            except zlib.error as error:
                raise _damaged(data, error) from None
            size += len(part)
            if size > limit:
                raise _too_large(limit)
            yield part
            at += len(given) - len(inflater.unconsumed_tail)
            step = min(2 * step, _BLOCK)
        at -= len(inflater.unused_data)
        step = _SHORT  # zlib copies what is left of a part: a million members would copy a million times the rest


def _damaged(data: bytes, error: zlib.error) -> Malformed:
    """By chance two line feeds stand behind carriage returns, and none without, in one file of 65,000."""
    feeds = data.count(b"\n")
    if feeds > 1 and feeds == data.count(b"\r\n"):
        return Malformed(
            "The profile came through a terminal, which destroyed it; save it without one (kubectl exec without -t)."
        )
    return Malformed(f"The profile's gzip data is damaged ({error}).")


def decode_message(raw: bytes, *, cancelled: Callable[[], bool] = lambda: False) -> Profile:
    """The profile in a decompressed profile.proto message."""
    counts = engine.count(raw)
    costs = {what: (counts[number], each) for number, (what, each) in _COSTS.items()}
    figures = counts[_SAMPLE_TYPES] * (counts[_LINES] + counts[_FUNCTIONS])
    refuse_out_of_proportion(len(raw), {**costs, "figures": (figures, _FIGURE)})
    message: Any = _messages["Profile"]()
    try:
        parts = engine.split(raw)
        message.ParseFromString(parts.rest)
        tables = _tables(raw, parts)
    except Concatenated:
        raise
    except (DecodeError, Malformed):
        raise NotAProfile("This is not a pprof profile.") from None
    if cancelled():
        raise Cancelled
    try:
        profile = _profile(message, tables, raw, parts.samples)
    except _BadIndex:
        raise NotAProfile("This is not a pprof profile: it refers to a string that it does not have.") from None
    if cancelled():
        raise Cancelled
    _check(profile, cancelled)
    return profile


def samples(profile: Profile) -> Iterator[Sample]:
    """Each sample of the profile as an object, in the profile's order."""
    columns = len(profile.sample_types)
    numbers, sets = label_sets(profile)  # few, of many samples
    of_sample = map(sets.__getitem__, numbers)
    # Or each frame has a number of its own, four times the size of its place in a stack.
    shared = tuple(range(len(profile.locations)))
    for block in unpacked_stacks(profile):
        stacks = list(map(shared.__getitem__, block.keys))
        for i, (start, end) in enumerate(pairwise(block.offsets)):
            found = tuple(block.values[i * columns : (i + 1) * columns])
            _, _, labels, num_labels = next(of_sample)
            yield Sample(tuple(stacks[start:end]), found, labels, num_labels)


def unpacked_stacks(profile: Profile) -> Iterator[Unpacked]:
    """The samples as numbers, some at a time: their stacks are indexes of locations."""
    count = len(profile.locations)
    return unpacked(
        profile, Frames(profile.locations.ids, array("q", range(count + 1)), array("q", range(count)), count)
    )


def unpacked(profile: Profile, frames: Frames) -> Iterator[Unpacked]:
    """The samples as numbers, some at a time. Raises TooLarge where stacks are out of proportion to the profile."""
    first, left = 0, most_frames(profile.raw)
    while first < profile.sample_count:
        block = engine.unpacked(profile.raw, profile.spans, frames, len(profile.sample_types), first)
        first += len(block.offsets) - 1
        left -= len(block.keys)
        if left < 0:
            raise TooLarge(TOO_MANY_FRAMES)
        yield block


def label_sets(
    profile: Profile,
) -> "tuple[array[int], tuple[Sample, ...]]":
    """For each sample the number of its label set, and the label sets as samples without stack or values."""
    numbers, sets = engine.labels(profile.raw, profile.spans)
    found = []
    for fields in sets:
        message = _parsed_sample(fields)
        labels, num_labels = _labels(message.label, profile.strings)
        found.append(Sample((), (), labels, num_labels))
    return numbers, tuple(found)


def implementation() -> str:
    """Which protobuf runs: `upb` is native, `python` is 90 times slower."""
    from google.protobuf.internal import api_implementation  # noqa: PLC0415 - private, so kept in one place

    return str(api_implementation.Type())


def _parsed_sample(fields: bytes) -> Any:  # noqa: ANN401
    """A sample's fields as protobuf reads them; it refuses field numbers that pprof passes over."""
    message: Any = _messages["Sample"]()
    try:
        message.ParseFromString(fields)
    except DecodeError:
        raise Malformed("Malformed profile: a sample has a field that protobuf cannot read.") from None
    return message


class _BadIndex(Exception):
    """A string index outside of the string table."""


class _Tables(NamedTuple):
    """The columns of the tables, as the schema has them; `offsets` say which of the lines are of which location."""

    functions: "tuple[array[int], ...]"
    locations: "tuple[array[int], ...]"
    offsets: "array[int]"
    lines: "tuple[array[int], ...]"


def _tables(raw: bytes, parts: Parts) -> _Tables:
    locations, offsets, lines = engine.nested_table(raw, parts.locations, _LOCATION, _LOCATION_LINE)
    return _Tables(
        functions=engine.table(raw, parts.functions, _FUNCTION),
        locations=locations,
        offsets=offsets,
        lines=engine.table(raw, lines, _LINE),
    )


def _profile(message: Any, tables: _Tables, raw: bytes, spans: "array[int]") -> Profile:  # noqa: ANN401
    strings = _strings(message.string_table)
    if strings[0]:
        raise NotAProfile("This is not a pprof profile: its string table does not begin with the empty string.")

    def text(index: int) -> str:
        if not 0 <= index < len(strings):
            raise _BadIndex
        return strings[index]

    def value_type(value: Any) -> ValueType:  # noqa: ANN401
        return ValueType(text(value.type), text(value.unit))

    mappings = tuple(
        Mapping(
            m.id, m.memory_start, m.memory_limit, m.file_offset, text(m.filename), text(m.build_id),
            m.has_functions, m.has_filenames, m.has_line_numbers, m.has_inline_frames,
        )
        for m in message.mapping
    )  # fmt: skip
    mapping_ids = array("Q", [m.id for m in mappings])
    _no_reserved_or_double("mappings", mapping_ids)
    _no_reserved_or_double("functions", _unsigned(tables.functions[0]))
    return Profile(
        sample_types=tuple(map(value_type, message.sample_type)),
        default_sample_type=text(message.default_sample_type),
        mappings=mappings,
        locations=_locations(tables, mapping_ids),
        functions=_functions(tables, strings),
        strings=strings,
        raw=raw,
        spans=spans,
        time_nanos=message.time_nanos,
        duration_nanos=message.duration_nanos,
        period_type=value_type(message.period_type),
        period=message.period,
        comments=tuple(map(text, message.comment)),
        doc_url=text(message.doc_url),
        drop_frames=text(message.drop_frames),
        keep_frames=text(message.keep_frames),
    )


def _strings(table: Sequence[bytes]) -> tuple[str, ...]:
    """The strings of the table, the empty one if there is none. All at once: each is short and there are many."""
    strings = b"\0".join(table).decode("utf-8", "surrogateescape").split("\0")
    if len(strings) > max(len(table), 1):  # one of them has a NUL
        strings = [text.decode("utf-8", "surrogateescape") for text in table]
    return tuple(strings)


def _functions(tables: _Tables, strings: tuple[str, ...]) -> Functions:
    _, *indexes, start_lines = tables.functions
    names, system_names, files = map(_unsigned, indexes)  # so that one below 0 is none of the table's
    text = strings.__getitem__
    try:
        of_names = tuple(map(text, names))
        return Functions(
            names=of_names,
            system_names=of_names
            if system_names.tobytes() == names.tobytes()
            else tuple(map(text, system_names)),  # as Go writes them
            filenames=tuple(map(text, files)),
            start_lines=start_lines,
        )
    except IndexError:
        raise _BadIndex from None


def _locations(tables: _Tables, mapping_ids: "array[int]") -> Locations:
    ids, mappings, addresses, folded = tables.locations
    function_ids, lines, columns = tables.lines
    unsigned = _unsigned(ids)
    functions = engine.find(_unsigned(tables.functions[0]), _unsigned(function_ids))
    if len(engine.where(functions)) < len(functions):
        location = unsigned[bisect_right(tables.offsets, functions.index(-1)) - 1]
        raise Malformed(f"Malformed profile: location {location} has a line without a function.")
    _no_reserved_or_double("locations", unsigned)
    return Locations(
        ids=unsigned,
        mappings=engine.find(mapping_ids, _unsigned(mappings)),
        addresses=_unsigned(addresses),
        folded=bytes(len(folded)) if folded.tobytes() == bytes(8 * len(folded)) else bytes(map(bool, folded)),
        offsets=tables.offsets,
        functions=functions,
        lines=lines,
        columns=columns,
    )


def _unsigned(column: "array[int]") -> "array[int]":
    return array("Q", column.tobytes())


def _labels(
    fields: Any,  # noqa: ANN401
    strings: tuple[str, ...],
) -> tuple[tuple[tuple[str, tuple[str, ...]], ...], tuple[tuple[str, tuple[NumericLabel, ...]], ...]]:
    """The string labels and the numeric ones; as in pprof a string wins over a number, and a lone 0 is nothing."""
    labels: dict[str, list[str]] = {}
    num_labels: dict[str, list[NumericLabel]] = {}
    count = len(strings)
    for label in fields:
        key, text, unit = label.key, label.str, label.num_unit
        if not (0 <= key < count and 0 <= text < count and 0 <= unit < count):
            raise NotAProfile("This is not a pprof profile: a label refers to a string that it does not have.")
        if text:
            labels.setdefault(strings[key], []).append(strings[text])
        elif label.num or unit:
            num_labels.setdefault(strings[key], []).append(NumericLabel(label.num, strings[unit]))
    return (
        tuple((key, tuple(values)) for key, values in sorted(labels.items())),
        tuple((key, tuple(values)) for key, values in sorted(num_labels.items())),
    )


def _check(profile: Profile, cancelled: Callable[[], bool]) -> None:
    """The checks of pprof's CheckValid that concern samples; those of the tables were made as they were read."""
    if profile.sample_count and not profile.sample_types:
        raise Malformed("Malformed profile: missing sample type information.")
    if not profile.sample_types:
        raise NotAProfile("This is not a pprof profile: it has neither samples nor sample types.")
    columns, strings = len(profile.sample_types), len(profile.strings)
    try:
        engine.check(profile.raw, profile.spans, profile.locations.ids, columns, strings, cancelled)
    except Malformed as error:
        raise Malformed(f"Malformed profile: {error}.") from None


def _no_reserved_or_double(what: str, ids: "array[int]") -> None:
    distinct = engine.distinct(ids)
    if distinct and not ids[distinct[0]]:
        raise Malformed(f"Malformed profile: one of its {what} has the reserved id 0.")
    if len(distinct) != len(ids):
        raise Malformed(f"Malformed profile: several of its {what} have the same id.")


def _too_large(limit: int) -> TooLarge:
    return TooLarge(
        f"The profile is larger than {limit} bytes when decompressed; "
        "raise the setting pprofLens.limits.profileBytes to load it."
    )


def _build_messages() -> dict[str, type[Message]]:
    scalars = descriptor_pb2.FieldDescriptorProto
    kinds = {
        "int64": scalars.TYPE_INT64,
        "uint64": scalars.TYPE_UINT64,
        "bool": scalars.TYPE_BOOL,
        "bytes": scalars.TYPE_BYTES,
    }
    package = "pprof_lens.profile"
    file = descriptor_pb2.FileDescriptorProto(name="pprof_lens/profile.proto", package=package, syntax="proto3")
    for name, fields in _SCHEMA.items():
        message = file.message_type.add(name=name)
        for field_name, (number, kind) in fields.items():
            field = message.field.add(name=field_name, number=number)
            field.label = scalars.LABEL_REPEATED if kind.endswith("*") else scalars.LABEL_OPTIONAL
            kind = kind.rstrip("*")  # noqa: PLW2901
            if kind in kinds:
                field.type = kinds[kind]
            else:
                field.type = scalars.TYPE_MESSAGE
                field.type_name = f".{package}.{kind}"
    pool = descriptor_pool.DescriptorPool()
    pool.Add(file)
    return {name: message_factory.GetMessageClass(pool.FindMessageTypeByName(f"{package}.{name}")) for name in _SCHEMA}


_messages = _build_messages()
