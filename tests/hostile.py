"""Profiles that a program hardly writes and an enemy does: much of one thing. `size` is about how much of it there is.

They are what `bench/cancelling.py` measures and what tests hold to their bounds, in small there and here at full size.
"""

import random
from collections.abc import Callable, Iterable, Sequence
from itertools import chain

from messages import bytes_field, number_field, sample

FILES = 500


def profile(
    names: Sequence[bytes],
    stacks: Iterable[Sequence[int]],
    *,
    files: Sequence[bytes] = (b"/src/a.go",),
    types: Sequence[tuple[bytes, bytes]] = ((b"samples", b"count"), (b"cpu", b"nanoseconds")),
    inlined: int = 1,
    labels: Callable[[int], Sequence[tuple[bytes, bytes]]] = lambda _: (),
) -> bytes:
    """A location for each name (or for so many that are inlined into each other), and a sample for each stack."""
    strings: dict[bytes, int] = {b"": 0}

    def text(of: bytes) -> int:
        return strings.setdefault(of, len(strings))

    out = [bytes_field(1, number_field(1, text(kind)) + number_field(2, text(unit))) for kind, unit in types]
    places = [text(file) for file in files]
    for i, name in enumerate(names):
        function = number_field(1, i + 1) + number_field(2, text(name)) + number_field(3, text(name))
        out.append(bytes_field(5, function + number_field(4, places[i % len(places)]) + number_field(5, 10 * i + 1)))
    for at in range(0, len(names), inlined):
        lines = (
            bytes_field(4, number_field(1, i + 1) + number_field(2, 10 * i + 2))
            for i in range(at, min(at + inlined, len(names)))
        )
        location = number_field(1, at // inlined + 1) + number_field(3, 0x400000 + 16 * at)
        out.append(bytes_field(4, location + b"".join(lines)))
    for i, stack in enumerate(stacks):
        told = (bytes_field(3, number_field(1, text(key)) + number_field(2, text(value))) for key, value in labels(i))
        out.append(bytes_field(2, sample(stack, [i % 7 + 1] * len(types), b"".join(told))))
    out.extend(bytes_field(6, string) for string in strings)
    return b"".join(out) + number_field(9, 1_763_769_600_000_000_000)


def named(many: int, shape: bytes = b"example.com/app/p%d.(*T%d).m") -> list[bytes]:
    return [shape % (i, i) for i in range(many)]


def drawn(seed: int, functions: int, many: int, depth: int) -> Iterable[list[int]]:
    """So many stacks of random functions."""
    choose, ids = random.Random(seed), range(1, functions + 1)
    return (choose.choices(ids, k=depth) for _ in range(many))


def files(many: int = FILES) -> list[bytes]:
    return [b"/home/x/src/example.com/app/p%d/file%d.go" % (i, i) for i in range(many)]


def distinct_stacks(size: int) -> bytes:
    return profile(named(size // 20 + 1), drawn(1, size // 20 + 1, size, 8), files=files())


def deep_stacks(size: int) -> bytes:
    return profile(named(2000), drawn(2, 2000, size // 4000 + 1, 4000), files=files())


def label_sets(size: int) -> bytes:
    return profile(
        named(200),
        drawn(3, 200, size // 8 + 1, 4),
        files=files(),
        labels=lambda i: [(b"request", b"id%d" % i), (b"tenant", b"t%d" % (i % 977))],
    )


def closures(size: int) -> bytes:
    """Functions in functions in functions, of generic ones too."""
    names = [
        b"example.com/app/p%d.(*T[go.shape.int]).m%d.%s" % (i % 100, i % 5000, b"func%d." % i * (i % 8) + b"1")
        for i in range(size // 8 + 1)
    ]
    return profile(names, drawn(4, len(names), size // 8 + 1, 8), files=files())


def nested_closures(size: int) -> bytes:
    """Names that go on inward for long."""
    names = [b"main.f%d" % i + b".func1" * (i % 1000) for i in range(size // 500 + 1)]
    return profile(names, drawn(5, len(names), size // 50 + 1, 8), files=files())


def one_huge_name(size: int) -> bytes:
    """One long name that many functions have."""
    return profile([b"main." + b"x" * size] * (size // 10 + 1), drawn(6, size // 10 + 1, size // 10 + 1, 8))


def huge_names(size: int) -> bytes:
    names = [b"example.com/%s.(*T[%s]).f.func%d" % (b"a/." * (size // 20), b"[x," * (size // 20), i) for i in range(20)]
    return profile(names, drawn(7, len(names), size // 100 + 1, 8))


def many_files(size: int) -> bytes:
    folders = (b"/".join(b"d%d" % (i * j % 10) for j in range(1, 9)) for i in range(size // 8 + 1))
    paths = [b"/src/%s/file%d.go" % (folder, i) for i, folder in enumerate(folders)]
    return profile(named(len(paths)), drawn(8, len(paths), size // 8 + 1, 4), files=paths)


def inlined(size: int) -> bytes:
    """Locations of a thousand lines each."""
    return profile(named(size // 4 + 1000), drawn(9, size // 4000 + 1, size // 100 + 1, 3), inlined=1000, files=files())


def recursion(size: int) -> bytes:
    stacks = ([1 + (i + j) % 3 for j in range(1000)] for i in range(size // 1000 + 1))
    return profile(named(3), stacks)


def many_types(size: int) -> bytes:
    types = [(b"type%d" % i, b"count") for i in range(200)]
    return profile(named(size // 200 + 1), drawn(10, size // 200 + 1, size // 200 + 1, 8), types=types)


def goroutines(size: int) -> bytes:
    return b"".join(
        b"goroutine %d [chan receive, %d minutes]:\nmain.wait%d(...)\n\t/src/app/f%d.go:%d +0x1\n"
        b"main.run.func%d()\n\t/src/app/g.go:7 +0x2\ncreated by main.main\n\t/src/app/main.go:%d +0x3\n\n"
        % (i, i % 99, i % 5000, i % 500, i % 3000 + 1, i % 77, i % 999 + 1)
        for i in range(1, size // 8 + 2)
    )


def heap_text(size: int) -> bytes:
    rows = (b"1: 262144 [1: 262144] @ 0x%x 0x%x 0x%x\n" % (i % 5000, i % 777, i % 99) for i in range(size // 4 + 1))
    comments = (b"#\t0x%x\tmain.f%d+0x1\ta.go:%d\n" % (i, i, i + 1) for i in range(500))
    return b"heap profile: 1: 262144 [3: 786433] @ heap/1048576\n" + b"".join(chain(rows, comments))


SHAPES: dict[str, Callable[[int], bytes]] = {
    shape.__name__: shape
    for shape in sorted(
        (
            distinct_stacks, deep_stacks, label_sets, closures, nested_closures, one_huge_name, huge_names, many_files,
            inlined, recursion, many_types, goroutines, heap_text,
        ),
        key=lambda shape: shape.__name__,
    )
}  # fmt: skip
FULL = dict.fromkeys(SHAPES, 1_000_000) | {
    "one_huge_name": 100_000,
    "inlined": 800_000,
    "deep_stacks": 4_000_000,
    "recursion": 8_000_000,
}
"""A size of each at which it is as large as anyone waits for."""
