"""Profiles made to be awkward, from a seed: names that are not UTF-8, ids far apart, recursion, values that cancel or
overflow, lines without files, frames without lines, labels of many units. All of it pprof reads."""

from collections.abc import Callable, Iterable
from random import Random

NAMES = (
    b"main.main",
    b"main.(*Tree[go.shape.int]).Walk",
    b"main.(*S).GM[go.shape.int]",
    b"main.work.func1",
    b"runtime.mallocgc",
    b"sync.(*Mutex).Lock",
    b"std::map<int, std::pair<a, b>>::find(int)",
    b"operator()(int)",
    b"(anonymous namespace)::f(int)",
    b".leading",
    b"bad\xffname",
    "naïve.Größe".encode(),
    b"with space",
)
FILES = (
    b"",
    b"/src/app/main.go",
    b"/src/app/../lib/lib.go",
    b"//twice//slashed.go",
    b"./dot.go",
    b"/proc/self/cwd/./cwd.go",
    b"example.com/leaky/cmd/leaky/main.go",
    b"bad\xfe.go",
)
BINARIES = (b"", b"/bin/app", b"/lib/libc.so.6", b"http://host/binary", b"C:\\program.exe", b"[vdso]")
TYPES = (
    ((b"samples", b"count"), (b"cpu", b"nanoseconds")),
    (
        (b"alloc_objects", b"count"),
        (b"alloc_space", b"bytes"),
        (b"inuse_objects", b"count"),
        (b"inuse_space", b"bytes"),
    ),
    ((b"contentions", b"count"), (b"delay", b"microseconds")),
    ((b"things", b"foos"),),
    ((b"work", b"GCU"), (b"space", b"kB")),
)
VALUES = (0, 0, 1, 1, -1, 2, 5, 99, 1000, -1000, 524288, 10**6, 123456789, 10**12, -(10**12), 1 << 61)
LINES_AND_COLUMNS = ((0, 0), (1, 0), (5, 0), (5, 7), (41, 0), (41, 7), (100, 7))
"""No column without a line: pprof prints neither, and leaves the order of what looks alike to chance."""

DROPPED = (b"", b"", b"", b"runtime\\..*|sync\\.", b"(bad", b"operator\\(\\)")


def made(seed: int) -> bytes:
    """The profile of that seed, in profile.proto's encoding."""
    random = Random(seed)
    strings: dict[bytes, int] = {b"": 0}

    def text(value: bytes) -> int:
        return strings.setdefault(value, len(strings))

    types = random.choice(TYPES)
    names = random.sample(NAMES, random.randint(1, 6))
    binaries = random.sample(BINARIES, random.randint(0, 3))
    body = b"".join(_message(1, _number(1, text(name)) + _number(2, text(unit))) for name, unit in types)
    for number, binary in enumerate(binaries, 1):
        start = 0x400000 * number
        flags = _number(5, text(binary)) + _number(6, text(random.choice((b"", b"abc123")))) + _number(7, 1)
        body += _message(3, _number(1, number) + _number(2, start) + _number(3, start + 0x1000) + flags)
    starts = {name: random.choice((0, 0, 3, 40)) for name in names}
    functions: list[int] = []
    for _ in range(random.randint(1, 8)):
        name, identity = random.choice(names), random.choice((1, 1000, 1 << 63)) + len(functions)
        functions.append(identity)
        body += _message(5, _number(1, identity) + _number(2, text(name)) + _number(3, text(name))
                         + _number(4, text(random.choice(FILES))) + _number(5, starts[name]))  # fmt: skip
    locations: list[int] = []
    for _ in range(random.randint(1, 10)):
        identity = random.choice((1, 1000, 1 << 63)) + len(locations)
        locations.append(identity)
        lines = b"".join(
            _message(4, _number(1, random.choice(functions)) + _place(*random.choice(LINES_AND_COLUMNS)))
            for _ in range(random.choice((0, 1, 1, 1, 2, 3)))
        )  # fmt: skip
        mapping = random.randint(0, len(binaries))
        body += _message(4, _number(1, identity) + _number(2, mapping)
                         + _number(3, 0x400000 * max(mapping, 1) + len(locations)) + lines)  # fmt: skip
    for _ in range(random.randint(0, 14)):
        stack = [random.choice(locations) for _ in range(random.randint(0, 7))]
        values = [random.choice(VALUES) for _ in types]
        body += _message(2, _packed(1, stack) + _packed(2, values) + _labels(random, text))
    body += _number(7, text(random.choice(DROPPED))) + _number(9, random.choice((0, 1, 1600000000123456789)))
    body += _number(10, random.choice((0, 30 * 10**9))) + _packed(13, [text(b"# not shown"), text(b"a comment")])
    body += _number(14, text(random.choice(types)[0])) + _number(15, text(random.choice((b"", b"http://doc"))))
    return body + b"".join(_message(6, string) for string in strings)


def _place(line: int, column: int) -> bytes:
    return _number(2, line) + _number(3, column)


def _labels(random: Random, text: Callable[[bytes], int]) -> bytes:
    labels = b""
    for _ in range(random.choice((0, 0, 1, 3))):
        key = random.choice((b"bytes", b"request", b"latency", b"worker", b"caf\xe9"))
        if key in (b"worker", b"caf\xe9"):
            labels += _message(3, _number(1, text(key)) + _number(2, text(random.choice((b"w1", b"w2", b"\xff")))))
        else:
            unit = _number(4, text(random.choice((b"", b"ms", b"s")))) if key == b"latency" else b""
            labels += _message(3, _number(1, text(key)) + _number(3, random.choice((0, 16, 4096))) + unit)
    return labels


def _number(field: int, value: int) -> bytes:
    return _varint(field << 3) + _varint(value) if value else b""


def _packed(field: int, values: Iterable[int]) -> bytes:
    return _message(field, b"".join(map(_varint, values)))


def _message(field: int, body: bytes) -> bytes:
    return _varint(field << 3 | 2) + _varint(len(body)) + body


def _varint(value: int) -> bytes:
    value &= (1 << 64) - 1
    encoded = bytearray()
    while value >= 0x80:
        encoded.append(value & 0x7F | 0x80)
        value >>= 7
    encoded.append(value)
    return bytes(encoded)
