"""A made profile, the same for the same seed: half a million samples of depth 30, far from any cache's reach."""

import gzip
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Literal

Stacks = Literal["random", "branching"]

SAMPLES, DEPTH = 500_000, 30
LOCATIONS, FUNCTIONS, FILES, WORKERS = 120_000, 20_000, 2_000, 16


def made_profile(folder: Path, samples: int = SAMPLES, stacks: "Stacks" = "random") -> Path:
    """The path of the profile, gzip'd; written on the first call only.

    Stacks are random, or they branch as those of a program do: what is called depends on all that called it.
    """
    path = folder / f"made-{stacks}-{samples}x{DEPTH}.pb.gz"
    if not path.exists():
        folder.mkdir(parents=True, exist_ok=True)
        part = path.with_suffix(".part")
        with gzip.open(part, "wb", compresslevel=1) as file:
            for chunk in _chunks(random.Random(20_261_122), samples, stacks):
                file.write(chunk)
        part.replace(path)
    return path


def _chunks(random_: random.Random, samples: int, stacks: "Stacks") -> Iterator[bytes]:
    strings = [b"", b"samples", b"count", b"cpu", b"nanoseconds", b"worker"]
    labels = [bytes_field(3, numbers((1, 5), (2, len(strings) + i))) for i in range(WORKERS)]
    strings += [b"w%d" % i for i in range(WORKERS)]
    yield bytes_field(1, numbers((1, 1), (2, 2))) + bytes_field(1, numbers((1, 3), (2, 4)))
    name, file = len(strings), len(strings) + FUNCTIONS
    strings += [b"example.com/made/p%d.(*T%d).method%d" % (i % 200, i % 2_000, i) for i in range(FUNCTIONS)]
    strings += [b"/src/example.com/made/p%d/file%d.go" % (i % 200, i) for i in range(FILES)]
    for i in range(FUNCTIONS):
        start_line = i // FILES * 100 + 1
        yield bytes_field(5, numbers((1, i + 1), (2, name + i), (3, name + i), (4, file + i % FILES), (5, start_line)))
    for i in range(LOCATIONS):
        function = random_.randrange(FUNCTIONS)
        line = function // FILES * 100 + 1 + random_.randrange(99)
        yield bytes_field(
            4, numbers((1, i + 1), (3, 0x400000 + 16 * i)) + bytes_field(4, numbers((1, function + 1), (2, line)))
        )
    ids = [varint(i + 1) for i in range(LOCATIONS)]
    for _ in range(samples):
        count = random_.randrange(1, 50)
        values = varint(count) + varint(count * 10_000_000)
        stack = b"".join(random_.choices(ids, k=DEPTH) if stacks == "random" else map(ids.__getitem__, _way(random_)))
        yield bytes_field(2, bytes_field(1, stack) + bytes_field(2, values) + labels[count % WORKERS])
    for string in strings:
        yield bytes_field(6, string)
    yield numbers((9, 1_763_769_600_000_000_000), (10, 30_000_000_000))


def _way(random_: random.Random) -> list[int]:
    """Locations from the leaf to the root."""
    way = [0]
    while len(way) < DEPTH:
        step = int(random_.random() ** 3 * 4)
        way.append((way[-1] * 31 + 7919 * step + len(way)) % LOCATIONS)
    return way[::-1]


def numbers(*fields: tuple[int, int]) -> bytes:
    return b"".join(varint(number << 3) + varint(value) for number, value in fields)


def bytes_field(number: int, body: bytes) -> bytes:
    return varint(number << 3 | 2) + varint(len(body)) + body


def varint(number: int) -> bytes:
    encoded = bytearray()
    while number >= 0x80:
        encoded.append(number & 0x7F | 0x80)
        number >>= 7
    return bytes((*encoded, number))
