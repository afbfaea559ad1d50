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
_PAIR = re.compile(r'("(?:[^"\\]|\\.)*"):("(?:[^"\\]|\\.)*")(?:, |\}$)')
_ESCAPE = re.compile(rb'\\(?:x([0-9a-f]{2})|u([0-9a-f]{4})|U([0-9a-f]{8})|([abfnrtv\\"]))')
_PLAIN_ESCAPES = dict(zip(b'abfnrtv\\"', b'\a\b\f\n\r\t\v\\"', strict=True))
_SYMBOL = re.compile(r"#\t+(0x[0-9a-f]{1,16})\t+([^\t]+)\+0x[0-9a-f]+\t+([^\t].*):([0-9]{1,9})$")


def places(addresses: Sequence[int], comments: Iterable[str]) -> tuple[Place, ...]:
    """The stack at these return addresses with the frames that its comments tell, the leaf first.

    Each address is set back by one byte, onto the call, as pprof does it. A place whose symbol is not told has no
    frames; a root that is not told although others are is `runtime.goexit`, which profile.proto leaves out as well.
    A symbol that belongs to no address of its own is the caller into which the one before it was inlined.
    """
    symbols = list(_symbols(comments))
    calls = [(address - 1) & MASK64 for address in addresses]
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
    for comment in comments:
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
    for comment in comments:
        if symbol := _SYMBOL.match(comment):
            address, function, file, line = symbol.groups()
            yield int(address, 16), Frame(function, file, int(line))
