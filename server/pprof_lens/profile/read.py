"""The front door: bytes of any format that is read here to a Profile, or one sentence that says why not.

profile.proto comes first, then the older formats in pprof's order, then goroutine dumps, which pprof does not read,
and parts of a profile's text among other words.
The bytes are hostile: whatever they are, the answer is a Profile or a ProfileError, in time linear in their size.
Where they come from is the caller's business.
"""

import re
from codecs import BOM_UTF16_BE, BOM_UTF16_LE
from collections.abc import Callable, Iterator
from dataclasses import replace

from pprof_lens.profile.decode import decode_message, decompress
from pprof_lens.profile.errors import Cancelled, Malformed, NotAProfile, ProfileError, Unsupported
from pprof_lens.profile.goroutine_dump import Goroutine, dump_profile, read_dump
from pprof_lens.profile.legacy_cpu import read_cpu
from pprof_lens.profile.memory_stats import memory_stats
from pprof_lens.profile.model import Profile
from pprof_lens.profile.pasted_text import pasted
from pprof_lens.profile.proportion import refuse_out_of_proportion, refuse_too_many_addresses
from pprof_lens.profile.text import read_text

_BLOCK = 1 << 16
"""How many characters are made into lines at a time."""
_BEGIN = 512
"""How many bytes tell what it is that is no profile: the header of a tar archive has so many."""
_STACK = re.compile(rb"@([^\n]*)")
_RECORD = re.compile(rb"[0-9\]] @ 0x[0-9a-f]")
_GOROUTINE = re.compile(
    rb"(?:[0-9]{1,9} instances of:|Goroutine [0-9]{1,18} in state|"
    rb"goroutine [0-9]{1,18} (?:gp=\S{1,99} m=\S{1,99} (?:mp=\S{1,99} )?)?\[)"
)

_OTHER_THINGS: tuple[tuple[type[ProfileError], str, bytes], ...] = (
    (NotAProfile, "This is a program, not a profile of one.", rb"\x7fELF|MZ|\xcf\xfa\xed\xfe"),
    (NotAProfile, "This is an HTML page, not a profile.", rb"(?i)<!doctype html|<html"),
    (NotAProfile, "This is JSON, not a pprof profile.", rb'\{\s*"'),
    (
        NotAProfile,
        "This is what go tool pprof printed; load the profile that it was given.",
        rb"(?s).*?(?:\A|\n)\W{0,3}(?:Type: [a-z_]{1,40}\r?\n|Showing nodes accounting for )",
    ),
    (NotAProfile, "This is a coverage profile, not one of pprof's.", rb"mode: (?:set|count|atomic)\n"),
    (Unsupported, "This is a profile of Linux perf; convert it with perf_to_profile first.", rb"PERFILE2"),
    (Unsupported, "This is what the compiler made of a CPU profile; load that profile.", rb"GO PREPROFILE V1"),
    (Unsupported, "This is a heap profile of jemalloc, which is not read.", rb"heap_v2/"),
    (Unsupported, "This is an execution trace; open it with go tool trace.", rb"go 1\.[0-9]+ trace\0"),
    (Unsupported, "This is a heap dump, not a heap profile.", rb"go1\.[0-9]+ heap dump\n"),
    (Unsupported, "This is compressed with gzip twice; unpack it once.", rb"\x1f\x8b"),
    (
        Unsupported,
        "This is packed in another way than gzip; unpack it first.",
        rb"PK\x03\x04|\x28\xb5\x2f\xfd|\x04\x22\x4d\x18|BZh[1-9]|\xfd7zXZ",
    ),
    (Unsupported, "This is an archive of several files; unpack it and load one of them.", rb"(?s).{257}ustar"),
    (
        Unsupported,
        "This begins with the headers of an HTTP answer; save it again without them (curl without -i).",
        rb"HTTP/[0-9.]+ [0-9]{3}",
    ),
    (Unsupported, "This is a profile in base64; decode it first.", rb"H4sI[\w+/]"),
    (
        Malformed,
        "This is a profile that was saved as text, which destroyed it; save its bytes (curl -o FILE).",
        rb"\x1f[\xc2-\xef][\x80-\xbf]{1,2}\x08",
    ),
)
"""What is said of what is no profile, and how such a thing begins."""

_VARINT, _BYTES = 0, 2
_WIRES: dict[int, tuple[int, ...]] = {
    **dict.fromkeys((7, 8, 9, 10, 12, 14, 15), (_VARINT,)),
    **dict.fromkeys((1, 2, 3, 4, 5, 6, 11), (_BYTES,)),
    13: (_VARINT, _BYTES),
}
"""The wire types of the fields of profile.proto's Profile."""


def read(data: bytes, *, limit: int, cancelled: Callable[[], bool] = lambda: False) -> Profile:
    """The profile in `data`, gzip'd or not, of any format that is read here.

    `limit` bounds the decompressed size in bytes. Raises a ProfileError with the sentence for the user, Cancelled
    when `cancelled` answers true between two steps.
    """
    return read_unpacked(decompress(data, limit=limit, cancelled=cancelled), cancelled=cancelled)


def read_unpacked(raw: bytes, *, cancelled: Callable[[], bool] = lambda: False) -> Profile:
    """The profile in what `decompress` made of an answer or a file. Raises as `read` does."""
    if not raw:
        raise NotAProfile("The profile is empty.")
    try:
        return decode_message(raw, cancelled=cancelled)
    except NotAProfile as error:
        not_proto = str(error)  # itself it would hold what is here, and be held by it

    if raw.startswith((BOM_UTF16_LE, BOM_UTF16_BE)):  # what PowerShell redirects to a file
        raw = raw.decode("utf-16", "replace").encode()
    _refuse_text_out_of_proportion(raw)

    def lines(text: bytes = raw) -> Iterator[str]:
        return _lines(text.decode("utf-8", "surrogateescape"), cancelled)

    try:
        strict, why_not = read_cpu(raw, lines) or read_text(lines(raw.lstrip())), ""
    except Malformed as error:
        strict, why_not = None, str(error)
    if strict is not None:
        return replace(strict, memory=memory_stats(raw))
    if _GOROUTINE.search(raw) and (goroutines := read_dump(lines())):
        return dump_profile(goroutines)
    if _RECORD.search(raw) and (found := read_text(pasted(lines()))) and len(found.functions):
        return replace(found, memory=memory_stats(raw))
    if why_not:
        raise Malformed(why_not)
    raise _why_not(raw) or NotAProfile(not_proto)


def read_goroutines(raw: bytes, *, cancelled: Callable[[], bool] = lambda: False) -> tuple[Goroutine, ...]:
    """The goroutines of a dump, none of what is none. Raises TooLarge, or Cancelled."""
    _refuse_text_out_of_proportion(raw)
    return read_dump(_lines(raw.decode("utf-8", "surrogateescape"), cancelled))


def _lines(text: str, cancelled: Callable[[], bool]) -> Iterator[str]:
    """The lines of a text without their ends; only a line feed ends a line, perhaps after a carriage return."""
    start, size = 0, len(text) - text.endswith("\n")
    while text and start <= size:
        if cancelled():
            raise Cancelled
        end = text.find("\n", start + _BLOCK, size)
        end = size if end < 0 else end
        for line in text[start:end].split("\n"):
            yield line.removesuffix("\r")
        start = end + 1


def _refuse_text_out_of_proportion(raw: bytes) -> None:
    """Raise TooLarge where the lines of a text, or the addresses in it, would take too much memory as objects."""
    kinds = {"lines": (raw.count(b"\n"), 250), "stacks": (raw.count(b"@"), 350), "addresses": (raw.count(b" 0x"), 80)}
    refuse_out_of_proportion(len(raw), kinds)
    stacks = _STACK.finditer(raw) if kinds["stacks"][0] else ()
    refuse_too_many_addresses(len(raw), (stack[1].split() for stack in stacks), 430)


def _why_not(raw: bytes) -> ProfileError | None:
    begin = raw[:_BEGIN].lstrip()
    for error, sentence, pattern in _OTHER_THINGS:
        if re.match(pattern, begin):
            return error(sentence)
    if _is_cut_short(raw):
        return Malformed("The profile is cut short: it ends in the middle of a field.")
    return None


def _is_cut_short(raw: bytes) -> bool:
    """Whether `raw` has nothing but fields of profile.proto, sample types first, until it ends inside of one."""
    at = 0
    while at < len(raw):
        tag = raw[at]
        at += 1
        if tag & 7 not in _WIRES.get(tag >> 3, ()) or (at == 1 and tag >> 3 != 1):
            return False
        number, shift = 0, 0
        while at < len(raw) and shift < 70:
            byte = raw[at]
            number |= (byte & 0x7F) << shift
            at, shift = at + 1, shift + 7
            if byte < 0x80:
                break
        else:
            return at >= len(raw)
        if tag & 7 == _BYTES:
            at += number
    return at > len(raw)
