"""Whatever the bytes are, the answer is a Profile or a ProfileError, and it comes in linear time."""

import struct
import tracemalloc

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pprof_lens.profile import decode
from pprof_lens.profile.errors import ProfileError, TooLarge
from pprof_lens.profile.goroutines import goroutine_groups
from pprof_lens.profile.model import Profile
from pprof_lens.profile.read import read

LIMIT = 1 << 22

GOROUTINES = b"""\
goroutine profile: total 3
3 @ 0x48c68a 0x6bbd45 0x6bbd46
# labels: {"job":"a b", "tenant":"blue \\"x\\"\\u00e9"}
#\t0x6bbd44\tmain.receive+0x24\tapp/main.go:42
#\t0x6bbd45\tmain.wait+0x25\t\tapp/main.go:45
"""
HEAP = b"""\
heap profile: 1: 262144 [3: 786433] @ heap/1048576
1: 262144 [3: 786432] @ 0x11 0x21
#\t0x20\tmain.grow+0x1\ta.go:1
# runtime.MemStats
"""
HEAP_OF_C = b"""\
heap profile: 2: 64 [2: 64] @ heapprofile
2: 64 [2: 64] @ 0x401001 0x7f0011
MAPPED_LIBRARIES:
build=/srv
400000-402000 r-xp 00000000 00:00 1531 $build/app
7f0000-7f1000: /lib/libc.so (@10) ab
"""
MUTEX = b"""\
--- mutex:
cycles/second=2000000000
sampling period=5
1000 3 @ 0x11
#\t0x10\tsync.(*Mutex).Unlock+0x1\tmutex.go:65
"""
CONTENTION_OF_C = b"""\
--- contentionz 1 ---
cycles/second = 32
ms since reset = 1
  19 27 @ 0x1 0x2
--- Memory map: ---
1-2: x
"""
THREADS = b"""\
--- threadz 1 ---

--- Thread 7f79 (name: main/14) stack: ---
  PC: 0x11: f
  0x21: g
--- Thread 7f78 (name: t/15) stack: ---
  [same as previous thread]
--- Memory map: ---
1-99: x
"""
PANIC = b"""\
panic: boom

goroutine 8 [chan receive (leaked), 12 minutes] {job: "a b", t: x}:
main.receive(...)
\tapp/main.go:42
...5 frames elided...
main.wait(0x1?)
\tapp/main.go:45 +0x25 fp=0x1 sp=0x2 pc=0x3
created by main.leak in goroutine 1
\tapp/main.go:49 +0x67
"""
CPU_OF_C = (
    struct.pack("<13Q", 0, 3, 0, 10000, 0, 7, 3, 0x11, 0x21, 0x31, 0, 1, 0)
    + b"""\
00400000-00402000 r-xp 00000000 00:00 1531 /srv/app
"""
)
PROTO = b"\x0a\x04\x08\x01\x10\x02\x12\x03\x12\x01\x07\x32\x00\x32\x07samples\x32\x05count"
SEEDS = (GOROUTINES, HEAP, HEAP_OF_C, MUTEX, CONTENTION_OF_C, THREADS, PANIC, CPU_OF_C, PROTO)

NUMBERS = (b"99999999999999999999", b"-9223372036854775808", b"18446744073709551615", b"1e9")
SIGNS = (b"\n", b"\r", b"\t", b"\0", b" ", b"@", b":", b"-", b"#", b'"', b"\\", b"{", b"]", b"0x", b"--- ")
TOKENS = (*SIGNS, *NUMBERS, b"\xff\xfe", "²".encode(), "\u2028".encode(), b"\x85")


@st.composite
def mutated(draw: st.DrawFn) -> bytes:
    """A small profile with pieces cut out, doubled, overwritten or brought in from another one."""
    data = draw(st.sampled_from(SEEDS))
    for _ in range(draw(st.integers(1, 5))):
        start = draw(st.integers(0, len(data)))
        end = draw(st.integers(start, min(len(data), start + 40)))
        other = draw(st.sampled_from(SEEDS))
        pieces = st.sampled_from((*TOKENS, data[start:end] * 2, other[start:end]))
        piece = draw(pieces | st.binary(max_size=8))
        data = data[:start] + piece + data[end:]
    return data


def read_or_refused(data: bytes) -> Profile | None:
    """The profile; None where one printable sentence refuses it."""
    try:
        return read(data, limit=LIMIT)
    except ProfileError as error:
        sentence = str(error)
    assert sentence.isprintable()
    assert len(sentence) < 250
    return None


@settings(max_examples=400, deadline=None)
@given(mutated() | st.binary(max_size=200))
def test_any_bytes_are_a_profile_or_a_profile_error(data: bytes) -> None:
    if profile := read_or_refused(data):
        assert len(list(decode.samples(profile))) == profile.sample_count
        goroutine_groups(profile)


@pytest.mark.parametrize("seed", SEEDS, ids=lambda seed: seed[:12].decode(errors="replace"))
def test_a_profile_that_breaks_off_anywhere_is_a_profile_or_a_profile_error(seed: bytes) -> None:
    assert read_or_refused(seed)
    for end in range(len(seed)):
        read_or_refused(seed[:end])


@pytest.mark.parametrize(
    ("begin", "repeated"),
    [
        ("goroutine profile: total 1\n1 @ 0x1", " 0x1"),
        ("goroutine profile: total 1\n1 @ 0x1", " 0x0"),
        ("goroutine profile: total 1\n", "1"),
        ("goroutine profile: total 1\n1 @ 0x1\n", "#\t0x0\tf+0x1\ta.go:1\n"),
        ("goroutine profile: total 1\n1 @ 0x1\n#\t0x1\tf+0x1", "\t"),
        ("goroutine profile: total 1\n1 @ 0x1\n#\t0x1\tf+0x1\ta", ":1"),
        ("goroutine profile: total 1\n1 @ 0x1\n#\t0x1\tf", "+0x1"),
        ("goroutine profile: total 1\n1 @ 0x1\n# labels: {", '"\\'),
        ("goroutine profile: total 1\n1 @ 0x1\n# labels: {", '"":"", '),
        ("", "profile: total "),
        ("heap profile: ", "1"),
        ("heap profile: 1: 1 [1: 1] @ heap/2\n", "1: "),
        ("heap profile: 1: 1 [1: 1] @ heap/2\n", "1"),
        ("heap profile: 1: 1 [1: 1] @ heap/2\nMAPPED_LIBRARIES:\n", "f"),
        ("heap profile: 1: 1 [1: 1] @ heap/2\nMAPPED_LIBRARIES:\n", "1-2: "),
        ("heap profile: 1: 1 [1: 1] @ heap/2\nMAPPED_LIBRARIES:\na=" + "$a" * 999 + "\n", "$a"),
        ("heap profile: 1: 1 [1: 1] @ heap/2\nMAPPED_LIBRARIES:\n", "1-2 r-xp 0 0:0 "),
        ("--- mutex:\n", "1 "),
        ("--- mutex:\n", "1"),
        ("--- Thread 1 (name: ", "/1"),
        ("--- threadz 1 ---\n", "--- Thread 1 (name: "),
        ("goroutine 1 [", "a, "),
        ("goroutine 1 [a] {", "a: "),
        ("goroutine 1 [a] {", '"\\'),
        ("goroutine 1 [a]:\nf()\n\ta", ":1 fp="),
        ("goroutine 1 [a]:\nf()\n\ta", ":1 pc="),
        ("goroutine 1 [a]:\nf()\n\ta", "\t"),
        ("goroutine 1 [a]:\ncreated by ", " in goroutine 1"),
        ("goroutine 1 [a]:\n", "f()\n\ta.go:1\n"),
        ("", "goroutine 1 [a]:\n"),
        ("", "goroutine 1 gp="),
        ("", "goroutine 1 ["),
        ("", "goroutine 1 [a] {"),
        ("Too many goroutines running after 1 test(s).\n9 instances of:\n", "a:1"),
        ("", "\n"),
        ("", "#"),
    ],
)
def test_a_long_line_takes_no_longer_than_its_length(begin: str, repeated: str) -> None:
    """A megabyte that an expression with a quadratic path would chew on for hours; the suite would not end."""
    read_or_refused((begin + repeated * (1_000_000 // len(repeated))).encode())


@pytest.mark.parametrize(
    ("begin", "repeated", "end"),
    [
        ('goroutine 1 [a] {"', "a", '": "b"}:\nf()\n\t/a.go:1\n'),
        ('goroutine 1 [a] {"', "\\\\", '": "b"}:\nf()\n\t/a.go:1\n'),
        ('goroutine profile: total 1\n1 @ 0x1\n# labels: {"', "a", '":"b"}\n'),
        ('goroutine profile: total 1\n1 @ 0x1\n# labels: {"', "\\n", '":"b"}\n'),
        ('goroutine 1 [ a="', "a", '"'),
        ('goroutine 1 [ "a": "', "\\n", '"'),
        ('goroutine 1 [ "', "a", '"'),
        ('goroutine 1 [ "', "\\n", '"'),
    ],
)
def test_a_long_text_in_quotes_takes_memory_in_proportion(begin: str, repeated: str, end: str) -> None:
    """An expression that is repeated for each character keeps 150 bytes for each."""
    data = (begin + repeated * (900_000 // len(repeated)) + end).encode()
    tracemalloc.start()
    read_or_refused(data)
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert most < 8 * len(data) + (20 << 20)


@pytest.mark.parametrize(
    ("begin", "repeated", "what"),
    [
        (b"goroutine profile: total 1\n", b"1 @\n", "stacks"),
        (b"goroutine profile: total 1\n1 @", b" 0x1", "addresses"),
        (b"goroutine profile: total 1\n1 @ 0x1\nMAPPED_LIBRARIES:\n", b"1-2\n", "lines"),
        (b"goroutine 1 [running]:\n", b"f\n\ta:1\n", "lines"),
        (struct.pack("<5Q", 0, 3, 0, 1, 0), struct.pack("<3Q", 1, 1, 5), "stacks"),
        (struct.pack("<7I", 0, 3, 0, 1, 0, 1, 2**21), struct.pack("<I", 5), "addresses"),
    ],
)
def test_text_that_would_fill_the_memory_is_refused(begin: bytes, repeated: bytes, what: str) -> None:
    """Characters in the file and objects of hundreds of bytes in memory; words of a CPU profile are no better."""
    data = begin + repeated * (2**24 // len(repeated))
    with pytest.raises(TooLarge, match=f" {what} in [0-9]+ bytes, out of all proportion"):
        read(data, limit=2 * len(data))


def test_different_addresses_cost_more_than_the_same_one() -> None:
    data = b"goroutine profile: total 1\n1 @" + b"".join(b" 0x%07x" % number for number in range(2**19))
    with pytest.raises(TooLarge, match="addresses in"):
        read(data, limit=len(data))
    assert read(data[: len(data) // 16], limit=len(data)).sample_count == 1
