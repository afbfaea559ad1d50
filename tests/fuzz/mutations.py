"""Profiles spoiled at random: bytes changed anywhere, or fields of the protobuf changed and all lengths kept true.

The second kind gets past the first checks, and so to the code that a damaged length never reaches.
"""

import gzip
import random
from collections.abc import Callable
from dataclasses import dataclass, replace

from messages import BYTES, FIXED32, FIXED64, VARINT, varint

NUMBERS = (0, 1, 2, 127, 128, 2**31 - 1, 2**31, 2**32, 2**53, 2**63 - 1, 2**63, 2**64 - 1)
MOST_COPIES = 300
DEEPEST = 3
MESSAGES = {1, 2, 3, 4, 5, 11}
"""The fields whose bytes are worth reading as messages, at any depth: a guess that costs nothing where it is wrong."""


@dataclass(frozen=True, slots=True)
class Field:
    """A field of a message; `value` is a number, bytes, or, where they can be read so, the fields of a message."""

    number: int
    wire: int
    value: "int | bytes | tuple[Field, ...]"


def spoiled(data: bytes, other: bytes, choose: random.Random) -> bytes:
    """`data` with one to eight changes; `other` is another profile, parts of which may get into it."""
    raw, also = unpacked(data), unpacked(other)
    for _ in range(choose.choice((1, 1, 1, 2, 4, 8))):
        fields = parsed(raw)
        if fields and choose.random() < 0.7:
            raw = encoded(changed(fields, parsed(also) or fields, choose))
        else:
            raw = choose.choice(BYTE_CHANGES)(raw, also, choose)
    match choose.randrange(8):
        case 0:
            return gzip.compress(raw, 1)
        case 1:
            return choose.choice(BYTE_CHANGES)(gzip.compress(raw, 1), also, choose)
        case 2:
            return gzip.compress(raw[: len(raw) // 2], 1) + gzip.compress(raw[len(raw) // 2 :], 1)
        case _:
            return raw


def unpacked(data: bytes) -> bytes:
    return gzip.decompress(data) if data.startswith(b"\x1f\x8b") else data


def _flip(raw: bytes, _: bytes, choose: random.Random) -> bytes:
    if not raw:
        return raw
    at = choose.randrange(len(raw))
    return raw[:at] + bytes((raw[at] ^ 1 << choose.randrange(8),)) + raw[at + 1 :]


def _cut(raw: bytes, _: bytes, choose: random.Random) -> bytes:
    return raw[: choose.randint(0, len(raw))]


def _remove(raw: bytes, _: bytes, choose: random.Random) -> bytes:
    at = choose.randint(0, len(raw))
    return raw[:at] + raw[at + choose.randint(1, 64) :]


def _insert(raw: bytes, _: bytes, choose: random.Random) -> bytes:
    at = choose.randint(0, len(raw))
    return raw[:at] + choose.randbytes(choose.randint(1, 16)) + raw[at:]


def _insert_number(raw: bytes, _: bytes, choose: random.Random) -> bytes:
    at = choose.randint(0, len(raw))
    return raw[:at] + varint(choose.choice(NUMBERS)) + raw[at + choose.randint(0, 3) :]


def _repeat(raw: bytes, _: bytes, choose: random.Random) -> bytes:
    at = choose.randint(0, len(raw))
    return raw[:at] + raw[at : at + choose.randint(1, 64)] * choose.randint(2, MOST_COPIES) + raw[at:]


def _splice(raw: bytes, other: bytes, choose: random.Random) -> bytes:
    return raw[: choose.randint(0, len(raw))] + other[choose.randint(0, len(other)) :]


def _append(raw: bytes, other: bytes, _: random.Random) -> bytes:
    return raw + other


BYTE_CHANGES: tuple[Callable[[bytes, bytes, random.Random], bytes], ...] = (
    _flip, _cut, _remove, _insert, _insert_number, _repeat, _splice, _append,
)  # fmt: skip


def changed(fields: tuple[Field, ...], others: tuple[Field, ...], choose: random.Random) -> tuple[Field, ...]:
    """The fields with one of them, or one inside of it, removed, repeated, moved or given another value."""
    if not fields:
        return (choose.choice(others),)
    at = choose.randrange(len(fields))
    field = fields[at]
    before, after = fields[:at], fields[at + 1 :]
    if isinstance(field.value, tuple) and choose.random() < 0.7:
        return (*before, replace(field, value=changed(field.value, others, choose)), *after)
    match choose.randrange(7):
        case 0:
            return before + after
        case 1:
            return (*before, *[field] * choose.randint(2, MOST_COPIES), *after)
        case 2:
            return (*after, field, *before)
        case 3:
            return (*before, choose.choice(others), *after)
        case 4:
            return (*before, replace(field, number=choose.choice((*range(16), 2**29, 2**40))), *after)
        case 5:
            return (*before, Field(field.number, *_value(choose)), *after)
        case _:
            return (*before, replace(field, value=_other(field.value, choose)), *after)


def _value(choose: random.Random) -> tuple[int, int | bytes]:
    match choose.randrange(4):
        case 0:
            return VARINT, choose.choice(NUMBERS)
        case 1:
            return FIXED64, choose.randbytes(8)
        case 2:
            return FIXED32, choose.randbytes(4)
        case _:
            return BYTES, b"".join(varint(choose.choice(NUMBERS)) for _ in range(choose.randint(0, 40)))


def _other(value: "int | bytes | tuple[Field, ...]", choose: random.Random) -> int | bytes:
    if isinstance(value, int):
        return choose.choice((*NUMBERS, value + 1, max(value - 1, 0), choose.randrange(300)))
    body = value if isinstance(value, bytes) else encoded(value)
    return choose.choice(BYTE_CHANGES)(body, body, choose)


def encoded(fields: tuple[Field, ...]) -> bytes:
    return b"".join(map(_encoded_field, fields))


def _encoded_field(field: Field) -> bytes:
    tag = varint(field.number << 3 | field.wire)
    if isinstance(field.value, int):
        return tag + varint(field.value)
    body = field.value if isinstance(field.value, bytes) else encoded(field.value)
    return tag + (varint(len(body)) if field.wire == BYTES else b"") + body


def parsed(raw: bytes, depth: int = DEEPEST) -> tuple[Field, ...] | None:
    """The fields of a message; None where the bytes are none."""
    fields: list[Field] = []
    at = 0
    try:
        while at < len(raw):
            tag, at = _number(raw, at)
            number, wire = tag >> 3, tag & 7
            value: int | bytes | tuple[Field, ...]
            if wire == VARINT:
                value, at = _number(raw, at)
            else:
                size = {FIXED64: 8, FIXED32: 4}.get(wire, -1)
                if wire == BYTES:
                    size, at = _number(raw, at)
                if not 0 <= size <= len(raw) - at:
                    return None
                value = raw[at : at + size]
                at += size
                if wire == BYTES and depth and number in MESSAGES:
                    value = parsed(value, depth - 1) or value
            fields.append(Field(number, wire, value))
    except IndexError:
        return None
    return tuple(fields)


def _number(raw: bytes, at: int) -> tuple[int, int]:
    number = shift = 0
    while True:
        byte = raw[at]
        number |= (byte & 0x7F) << shift
        at, shift = at + 1, shift + 7
        if byte < 0x80:
            return number & 2**64 - 1, at
