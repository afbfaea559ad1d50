r"""The comments that Go's text profiles carry: the symbols of each stack, and its labels.

    1 @ 0x48c68a 0x6bbd45 0x6bbd46 0x4935c1
    # labels: {"tenant":"blue"}
    #	0x6bbd44	main.receive+0x24	example.com/app/main.go:42
    #	0x6bbd45	main.wait+0x25	example.com/app/main.go:45

pprof skips them and has addresses only. They are written by `printStackRecord` of runtime/pprof, which leaves out
`runtime.goexit` everywhere and the runtime's own frames at the leaf unless there are no others. A comment that
cannot be read is a comment: it is passed over, never an error.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from pprof_lens.profile.stacks import MASK64, Frame, Place

_LABELS = "# labels: {"
QUOTED = r'"[^"\\]*(?:\\.[^"\\]*){0,5000}"'
"""A label as Go writes it: of more escapes it is none, for each costs 150 bytes while it is looked for."""
_PAIR = re.compile(rf"({QUOTED}):({QUOTED})(?:, |\}}$)")
_ESCAPE = re.compile(rb'\\(?:x([0-9a-f]{2})|u([0-9a-f]{4})|U([0-9a-f]{8})|([abfnrtv\\"]))')
_PLAIN_ESCAPES = dict(zip(b'abfnrtv\\"', b'\a\b\f\n\r\t\v\\"', strict=True))
_ADDRESS = re.compile(r"\s*(?:#\s*)?(0x[0-9a-f]{1,16})\s+(?=\S)")
_LINE = re.compile(r"[0-9]{1,9}$")
_OFFSET = re.compile(r"\+0x[0-9a-f]+\s+(?=\S)")


def places(addresses: Sequence[int], comments: Iterable[str]) -> tuple[Place, ...]:
    """The stack at these return addresses with the frames that its comments tell, the leaf first.

    Each address is set back by one byte, onto the call, as pprof does it. A place whose symbol is not told has no
    frames; a root that is not told although others are is `runtime.goexit`, which profile.proto leaves out as well.
    A symbol that belongs to no address of its own is the caller into which the one before it was inlined.
    """
    symbols = list(_symbols(comments))
    calls = [(address - 1) & MASK64 for address in addresses]
    if symbols and {address for address, _ in symbols}.isdisjoint(calls):
        # Go until 1.6 has the address itself beside the symbol; of what was cut the frames are all that is known.
        symbols = [((address - 1) & MASK64, frame) for address, frame in symbols]
        if {address for address, _ in symbols}.isdisjoint(calls):
            return tuple(Place(address, (frame,)) for address, frame in symbols)
    to_come = Counter(calls)
    found: list[Place] = []
    at = next((i for i, (call, _) in enumerate(symbols) if to_come[call]), len(symbols))
    for call in calls:
        to_come[call] -= 1
        frames = []
        if at < len(symbols) and symbols[at][0] == call:
            frames.append(symbols[at][1])
            at += 1
            while at < len(symbols) and not to_come[symbols[at][0]]:
                frames.append(symbols[at][1])
                at += 1
        found.append(Place(call, tuple(frames)))
    if symbols and found and not found[-1].frames:
        found.pop()
    return tuple(found)


def labels(comments: Iterable[str]) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """The labels of a stack as `model.Sample` has them; empty where no comment tells any."""
    for comment in map(str.lstrip, comments):
        if comment.startswith(_LABELS):
            return tuple(sorted(_pairs(comment)))
    return ()


def _pairs(comment: str) -> Iterator[tuple[str, tuple[str, ...]]]:
    at = len(_LABELS)
    while pair := _PAIR.match(comment, at):
        yield unquoted(pair[1]), (unquoted(pair[2]),)
        at = pair.end()


def unquoted(text: str) -> str:
    """The string that Go's `%q` wrote as `text`; bytes that are no UTF-8 become surrogate escapes."""

    def meant(escape: re.Match[bytes]) -> bytes:
        byte, short, long, plain = escape.groups()
        if byte:
            return bytes.fromhex(byte.decode())
        if plain:
            return bytes([_PLAIN_ESCAPES[plain[0]]])
        rune = int(short or long, 16)
        return chr(min(rune, 0x10FFFF)).encode("utf-8", "replace")

    written = text[1:-1].encode("utf-8", "surrogateescape")
    return _ESCAPE.sub(meant, written).decode("utf-8", "surrogateescape")


def _symbols(comments: Iterable[str]) -> Iterator[tuple[int, Frame]]:
    return filter(None, map(symbol, comments))


def symbol(comment: str) -> tuple[int, Frame] | None:
    """The address and what it is; None where the comment tells none. Pasted, blanks may stand for tabs."""
    address = _ADDRESS.match(comment)
    offset = _OFFSET.search(comment, address.end()) if address else None
    if not address or not offset:
        return None
    file, colon, line = comment[offset.end() :].rpartition(":")
    if not colon or not file or not _LINE.match(line):
        return None
    return int(address[1], 16), Frame(comment[address.end() : offset.start()], file, int(line))
