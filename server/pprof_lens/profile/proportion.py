"""How much memory a profile may take in proportion to its bytes, and the refusal of those that would take more.

A line of four characters becomes an object of hundreds of bytes; so what there is of each kind is counted before any
of it is made, and what is told of a profile is counted while it is made. Nothing here reads a format.
"""

from array import array
from collections.abc import Iterable, Iterator, Mapping

from pprof_lens.profile.errors import TooLarge

_AT_LEAST = 40 * 2**20
_TIMES = 7
_BLOCK = 1 << 12

_TOLD_AT_LEAST, _TOLD_TIMES = 1 << 26, 128
"""A report has so many characters at most, and so many for each byte of the profile: a frame of two has a name."""

_PIECE = 1 << 22
"""So many characters are held back, and so a report that is refused before it has more is not printed at all."""


def refuse_out_of_proportion(size: int, costs: Mapping[str, tuple[int, int]]) -> None:
    """Raise TooLarge where things of these kinds, so many with so many bytes each, are too much for `size` bytes."""
    if sum(count * each for count, each in costs.values()) > _AT_LEAST + _TIMES * size:
        what = max(costs, key=lambda kind: costs[kind][0] * costs[kind][1])
        raise TooLarge(
            f"The profile has {costs[what][0]} {what} in {size} bytes, out of all proportion, so it is not read."
        )


def in_pieces(texts: Iterable[str], size: int) -> Iterator[str]:
    """The texts of a report, many in one. Raises TooLarge where they repeat a few long names of a profile for ever."""
    left, piece, letters = _TOLD_AT_LEAST + _TOLD_TIMES * size, list[str](), 0
    for text in texts:
        left -= len(text)
        if left < 0:
            raise TooLarge("The report would be out of all proportion to the profile, so it is not made.")
        piece.append(text)
        letters += len(text)
        if letters > _PIECE:
            yield "".join(piece)
            piece, letters = [], 0
    yield "".join(piece)


def most_calls(size: int, columns: int) -> int:
    """So many pairs of a caller and what it calls are told apart in a profile of so many bytes.

    Of large profiles that programs wrote none has more than one for each 40 bytes, and stacks drawn at random one for
    each 9. One is kept with 32 bytes and 8 for each column, of functions and of their lines.
    """
    return ((1 << 23) + 4 * size) // (64 + 16 * columns)


def most_calls_at_once(size: int) -> int:
    """So many calls between the nodes of a report are added up at a time, each with some 100 bytes."""
    return (1 << 16) + size // 48


def most_edges(size: int) -> int:
    """So many edges of a graph become objects, each of some 250 bytes."""
    return (1 << 16) + size // 64


def refuse_too_many_addresses(size: int, parts: "Iterable[Iterable[bytes] | array[int]]", each: int) -> None:
    """Raise TooLarge as soon as so many distinct addresses were met that with `each` bytes they are too much."""
    found: set[bytes | int] = set()
    for part in parts:
        found.update(part)
        refuse_out_of_proportion(size, {"addresses": (len(found), each)})


def blocks(words: "array[int]") -> "Iterable[array[int]]":
    """The words in parts that are small enough to be looked at one after the other."""
    return (words[at : at + _BLOCK] for at in range(0, len(words), _BLOCK))
