"""Back to bytes: samples, so that a profile made here (merged, filtered, read from text) folds like any other, and a
whole profile as the message of profile.proto, to be kept in a file.
"""

from array import array
from collections.abc import Iterable, Sequence
from dataclasses import replace

from pprof_lens.profile.model import NO_MAPPING, Profile, Sample, ValueType

_MASK64 = (1 << 64) - 1


def with_samples(profile: Profile, samples: Iterable[Sample]) -> Profile:
    """The profile with these samples instead of its own; their locations index its location table."""
    ids = tuple(map(varint, profile.locations.ids))
    strings = {text: i for i, text in enumerate(dict.fromkeys(profile.strings))} or {"": 0}
    raw, spans = bytearray(), array("q")
    for sample in samples:
        body = (
            _packed(b"\x0a", b"".join(map(ids.__getitem__, sample.locations)))
            + _packed(b"\x12", b"".join(varint(value & _MASK64) for value in sample.values))
            + _labels(sample, strings)
        )
        raw += b"\x12" + varint(len(body))
        spans.extend((len(raw), len(raw) + len(body)))
        raw += body
    return replace(profile, raw=bytes(raw), spans=spans, strings=tuple(strings), goroutines=())


def encoded(stacks: Iterable[tuple[Sequence[int], Sequence[int]]], count: int) -> "tuple[bytes, array[int]]":
    """Stacks with their values as samples and their spans; what stands in a stack counts from 0 to `count`, root first.

    The id of each is one more.
    """
    ids = tuple(varint(number + 1) for number in range(count))
    parts: list[bytes] = []
    spans, at = array("q"), 0
    for stack, values in stacks:
        locations = b"".join(map(ids.__getitem__, reversed(stack)))
        part = _packed(b"\x0a", locations) + _packed(b"\x12", b"".join(varint(value & _MASK64) for value in values))
        spans.extend((at, at + len(part)))
        parts.append(part)
        at += len(part)
    return b"".join(parts), spans


def message(profile: Profile) -> bytes:
    """The profile as a message of profile.proto, not compressed."""
    strings = list(profile.strings) or [""]  # in which samples have their labels, and one can be there twice
    numbers = {value: i for i, value in enumerate(strings)}

    def text(value: str) -> int:
        if value not in numbers:
            numbers[value] = len(strings)
            strings.append(value)
        return numbers[value]

    def value_type(of: ValueType) -> bytes:
        return _numbers((1, text(of.type)), (2, text(of.unit)))

    body = bytearray()
    for sample_type in profile.sample_types:
        body += bytes_field(1, value_type(sample_type))
    for start, end in zip(profile.spans[::2], profile.spans[1::2], strict=True):
        body += bytes_field(2, profile.raw[start:end])
    for mapping in profile.mappings:
        places = ((1, mapping.id), (2, mapping.memory_start), (3, mapping.memory_limit), (4, mapping.file_offset))
        names = ((5, text(mapping.filename)), (6, text(mapping.build_id)))
        body += bytes_field(3, _numbers(*places, *names, *enumerate(map(int, mapping[6:]), 7)))
    for location in profile.locations:
        mapped = profile.mappings[location.mapping].id if location.mapping != NO_MAPPING else 0
        lines = (_numbers((1, line.function + 1), (2, line.line), (3, line.column)) for line in location.lines)
        head = _numbers((1, location.id), (2, mapped), (3, location.address))
        folded = _numbers((5, int(location.is_folded)))
        body += bytes_field(4, head + b"".join(bytes_field(4, line) for line in lines) + folded)
    for number, function in enumerate(profile.functions, 1):
        named = (function.name, function.system_name, function.filename)
        body += bytes_field(5, _numbers((1, number), *enumerate(map(text, named), 2), (5, function.start_line)))
    body += _numbers((7, text(profile.drop_frames)), (8, text(profile.keep_frames)))
    body += _numbers((9, profile.time_nanos), (10, profile.duration_nanos))
    body += bytes_field(11, value_type(profile.period_type)) + _numbers((12, profile.period))
    body += b"".join(_numbers((13, text(comment))) for comment in profile.comments)
    body += _numbers((14, text(profile.default_sample_type)), (15, text(profile.doc_url)))
    for string in strings:
        body += bytes_field(6, string.encode("utf-8", "surrogateescape"))
    return bytes(body)


def _numbers(*fields: tuple[int, int]) -> bytes:
    """The fields that are not 0, which is what one is that is not there."""
    return b"".join(varint(field << 3) + varint(value & _MASK64) for field, value in fields if value)


def bytes_field(field: int, body: bytes) -> bytes:
    """A field of bytes: a message or a text."""
    return varint(field << 3 | 2) + varint(len(body)) + body


def _labels(sample: Sample, strings: dict[str, int]) -> bytearray:
    def index(text: str) -> bytes:
        return varint(strings.setdefault(text, len(strings)))

    fields = bytearray()
    for key, texts in sample.labels:
        for text in texts:
            fields += _packed(b"\x1a", b"\x08" + index(key) + b"\x10" + index(text))
    for key, numbers in sample.num_labels:
        for value, unit in numbers:
            fields += _packed(b"\x1a", b"\x08" + index(key) + b"\x18" + varint(value & _MASK64) + b"\x20" + index(unit))
    return fields


def _packed(tag: bytes, body: bytes) -> bytes:
    return tag + varint(len(body)) + body if body else b""


def varint(number: int) -> bytes:
    """A number of no sign in the variable length of protobuf."""
    encoded = bytearray()
    while number >= 0x80:
        encoded.append(number & 0x7F | 0x80)
        number >>= 7
    encoded.append(number)
    return bytes(encoded)
