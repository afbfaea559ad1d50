"""Writes a profile whose names want to be more than text, with a stack of 10,000 frames, to the path that is given."""

import sys
from pathlib import Path

NAMES = (
    "</script><script>alert(1)</script>",
    "<img src=x onerror=alert(2)>",
    "<img src=x onerror=alert`1` ",
    '"];evil [URL="javascript:alert(3)"',
    "\u202egnp.exe\u2066",
    "$(codicon)[link](command:x)",
    "x" * 100_000,
    "line\nend\\",
    "</svg><a href='https://example.com'>",
)
DEPTH = 10_000


def main() -> None:
    strings = ["", "samples", "count", *NAMES, '/tmp/<b>"\\n.go']
    parts = [field(1, number(1, 1) + number(2, 2))]
    file = len(strings) - 1
    for i in range(1, len(NAMES) + 1):
        parts.append(field(5, number(1, i) + number(2, i + 2) + number(3, i + 2) + number(4, file)))
        parts.append(field(4, number(1, i) + number(3, i) + field(4, number(1, i) + number(2, i))))
    parts += (field(2, field(1, varint(i)) + field(2, varint(10 * i))) for i in range(1, len(NAMES) + 1))
    deep = b"".join(varint(1 + at % len(NAMES)) for at in range(DEPTH))
    parts.append(field(2, field(1, deep) + field(2, varint(5))))
    parts += (field(6, text.encode()) for text in strings)
    Path(sys.argv[1]).write_bytes(b"".join(parts))


def field(at: int, body: bytes) -> bytes:
    return varint(at << 3 | 2) + varint(len(body)) + body


def number(at: int, value: int) -> bytes:
    return varint(at << 3) + varint(value)


def varint(value: int) -> bytes:
    encoded = bytearray()
    while value >= 0x80:
        encoded.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes((*encoded, value))


if __name__ == "__main__":
    main()
