"""The front door: which bytes become a profile, and what is said of those that do not."""

import base64
import gc
import gzip
import struct
import sys
from contextlib import suppress

import pytest

from pictures import pictured, typed
from pprof_lens.profile.errors import Cancelled, Malformed, NotAProfile, ProfileError, TooLarge, Unsupported
from pprof_lens.profile.model import Profile
from pprof_lens.profile.read import read, read_unpacked

SAMPLE_TYPE = b"\x0a\x04\x08\x01\x10\x02"
STRINGS = b"\x32\x00\x32\x07samples\x32\x05count"
SAMPLE = b"\x12\x03\x12\x01\x07"
PROTO = SAMPLE_TYPE + SAMPLE + STRINGS
COUNTS = b"goroutine profile: total 2\n2 @ 0x11 0x21\n"


def loaded(data: bytes) -> Profile:
    return read(data, limit=1 << 20)


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(PROTO, id="profile.proto"),
        pytest.param(gzip.compress(PROTO), id="profile.proto in gzip"),
        pytest.param(COUNTS, id="text"),
        pytest.param(gzip.compress(COUNTS), id="text in gzip"),
        pytest.param(COUNTS.replace(b"\n", b"\r\n"), id="text with carriage returns"),
        pytest.param(b"# a comment\n\n" + COUNTS, id="text after comments"),
        pytest.param(COUNTS.rstrip(), id="text without its last line end"),
        pytest.param(b"goroutine 1 [running]:\nmain.main()\n\tapp/main.go:3 +0x1d\n", id="goroutine dump"),
    ],
)
def test_a_profile_is_told_by_its_bytes_alone(data: bytes) -> None:
    assert loaded(data).sample_count == 1


@pytest.mark.parametrize(
    ("data", "error", "sentence"),
    [
        (b"", NotAProfile, "The profile is empty."),
        (gzip.compress(b""), NotAProfile, "The profile is empty."),
        (b"[build-system]\n", NotAProfile, "This is not a pprof profile."),
        (b"go 1.27\n", NotAProfile, "This is not a pprof profile."),
        (b"garbage text", NotAProfile, "This is not a pprof profile."),
        (b"\n\n# nothing\n", NotAProfile, "This is not a pprof profile."),
        (b"\xff\xfe\xfd" * 99, NotAProfile, "This is not a pprof profile."),
        (b"\x1f\x8b", Malformed, "The profile is cut short: its gzip data ends too early."),
        (PROTO[:-1], Malformed, "The profile is cut short: it ends in the middle of a field."),
        (PROTO[:1], Malformed, "The profile is cut short: it ends in the middle of a field."),
        (b"\x7fELF\x02\x01\x01", NotAProfile, "This is a program, not a profile of one."),
        (b"\n<!DOCTYPE html><p>", NotAProfile, "This is an HTML page, not a profile."),
        (b'{"nodes": []}', NotAProfile, "This is JSON, not a pprof profile."),
        (b"mode: set\na.go:1.1,2.2 1 1\n", NotAProfile, "This is a coverage profile, not one of pprof's."),
        (b"PERFILE2\0", Unsupported, "This is a profile of Linux perf; convert it with perf_to_profile first."),
        (b"GO PREPROFILE V1\n", Unsupported, "This is what the compiler made of a CPU profile; load that profile."),
        (
            b"(pprof) top\nShowing nodes accounting for 2MB, 100% of 2MB total\n",
            NotAProfile,
            "This is what go tool pprof printed; load the profile that it was given.",
        ),
        (
            b"File: app\nType: inuse_space\nTime: 2026\n",
            NotAProfile,
            "This is what go tool pprof printed; load the profile that it was given.",
        ),
        (b"heap_v2/524288\n  t*: 1: 2 [0: 0]\n", Unsupported, "This is a heap profile of jemalloc, which is not read."),
        (b"go 1.27 trace\0\0\0", Unsupported, "This is an execution trace; open it with go tool trace."),
        (b"go1.7 heap dump\n", Unsupported, "This is a heap dump, not a heap profile."),
        (b"PK\x03\x04", Unsupported, "This is packed in another way than gzip; unpack it first."),
        (b"\x04\x22\x4d\x18", Unsupported, "This is packed in another way than gzip; unpack it first."),
        (
            gzip.compress(b"heap.pb.gz".ljust(257, b"\0") + b"ustar\x0000"),
            Unsupported,
            "This is an archive of several files; unpack it and load one of them.",
        ),
        (
            b"HTTP/1.1 200 OK\r\nContent-Type: application/octet-stream\r\n\r\n" + gzip.compress(PROTO),
            Unsupported,
            "This begins with the headers of an HTTP answer; save it again without them (curl without -i).",
        ),
        (base64.b64encode(gzip.compress(PROTO)), Unsupported, "This is a profile in base64; decode it first."),
        *(
            (
                gzip.compress(PROTO).decode(encoding, "replace").encode(saved),
                Malformed,
                "This is a profile that was saved as text, which destroyed it; save its bytes (curl -o FILE).",
            )
            for encoding, saved in (("utf-8", "utf-8"), ("cp437", "utf-16"), ("cp1252", "utf-8"))
        ),
        (
            gzip.compress(bytes(range(256)), 0).replace(b"\n", b"\r\n") + b"\r\n",
            Malformed,
            "The profile came through a terminal, which destroyed it; save it without one (kubectl exec without -t).",
        ),
        *(
            (
                b"\x1f\x8b\x08" + bytes(7) + b"\xff" * 20 + feeds,
                Malformed,
                "The profile's gzip data is damaged (Error -3 while decompressing data: invalid block type).",
            )
            for feeds in (b"", b"\r\n", b"\r\n\n")
        ),
        (gzip.compress(gzip.compress(PROTO)), Unsupported, "This is compressed with gzip twice; unpack it once."),
        (
            b"--- heapz 1 ---\nformat = java\n",
            Unsupported,
            "This is a Java heap profile; only those of Go and C++ programs are read.",
        ),
        (
            b"--- contentionz 1 ---\nformat = java\n",
            Unsupported,
            "This is a Java contention profile; only those of Go and C++ programs are read.",
        ),
        (
            struct.pack("<5I", 0, 3, 1, 10000, 0),
            Unsupported,
            "This is a Java CPU profile; only those of Go and C++ programs are read.",
        ),
        (
            struct.pack("<9I", 0, 3, 0, 10000, 0, 1, 3, 0x11, 0x22),
            Malformed,
            "The CPU profile is cut short: it ends in the middle of a stack.",
        ),
        (
            b"goroutine profile: total 1\nx @ 0x1\n",
            Malformed,
            "Malformed profile: it says 'x' where a sample or a number should stand.",
        ),
    ],
)
def test_what_is_no_profile_gets_one_sentence(data: bytes, error: type[ProfileError], sentence: str) -> None:
    with pytest.raises(ProfileError) as raised:
        loaded(data)
    assert (type(raised.value), str(raised.value)) == (error, sentence)


def test_the_limit_holds_for_what_is_decompressed() -> None:
    with pytest.raises(TooLarge):
        read(gzip.compress(COUNTS), limit=len(COUNTS) - 1)


def test_a_cancelled_text_is_not_read() -> None:
    with pytest.raises(Cancelled):
        read(COUNTS, limit=1 << 20, cancelled=lambda: True)


def test_a_goroutine_profile_has_the_lines_of_its_comments() -> None:
    """The first three addresses are the runtime's own, which Go leaves out of its comments; the last is goexit."""
    profile = loaded(
        b"goroutine profile: total 3\n"
        b"3 @ 0x48c68a 0x419f8e 0x419ab2 0x6bbd45 0x6bbd46 0x4935c1\n"
        b"#\t0x6bbd44\tmain.receive+0x24\tapp/main.go:42\n"
        b"#\t0x6bbd45\tmain.(*Pool[...]).wait+0x25\t\tC:/my app/pool.go:45\n\n"
    )
    assert typed(profile) == "goroutine/count"
    assert pictured(profile) == [
        "0x48c689; 0x419f8d; 0x419ab1; main.receive app/main.go:42; main.(*Pool[...]).wait C:/my app/pool.go:45 = 3"
    ]


def test_a_frame_without_an_address_of_its_own_was_inlined_into_the_one_after() -> None:
    profile = loaded(
        b"tickets profile: total 1\n"
        b"1 @ 0x11 0x21\n"
        b"#\t0x10\tmain.inner+0x1\ta.go:1\n"
        b"#\t0x10\tmain.middle+0x1\ta.go:2\n"
        b"#\t0x20\tmain.main+0x9\ta.go:3\n"
    )
    assert pictured(profile) == ["main.inner a.go:1 < main.middle a.go:2; main.main a.go:3 = 1"]


def test_recursion_repeats_its_places() -> None:
    profile = loaded(
        b"goroutine profile: total 1\n"
        b"1 @ 0x11 0x21 0x11 0x21 0x31\n"
        b"#\t0x10\tmain.even+0x1\ta.go:1\n"
        b"#\t0x20\tmain.odd+0x1\ta.go:2\n"
        b"#\t0x10\tmain.even+0x1\ta.go:1\n"
        b"#\t0x20\tmain.odd+0x1\ta.go:2\n"
    )
    assert pictured(profile) == ["main.even a.go:1; main.odd a.go:2; main.even a.go:1; main.odd a.go:2 = 1"]
    assert len(profile.locations) == 2


def test_labels_are_read_as_go_quotes_them() -> None:
    profile = loaded(
        b"goroutine profile: total 1\n"
        b"1 @ 0x11\n"
        b'# labels: {"job":"a, b", "tenant":"blue \\"x\\"\\n\\u00e9\\xff"}\n'
        b"#\t0x10\tmain.main+0x1\ta.go:1\n"
    )
    assert pictured(profile) == ['main.main a.go:1 = 1 {job=a, b tenant=blue "x"\né\udcff}']


def test_padding_and_comments_that_say_nothing_are_passed_over() -> None:
    profile = loaded(b"threadcreate profile: total 2\n1 @ 0x11 0x0 0x0\n#\t0x0\n# labels: {\n1 @ 0x0 0x0\n#\t0x0\n")
    assert pictured(profile) == ["0x10 = 1", " = 1"]


def test_a_heap_profile_is_scaled_up_for_what_was_not_sampled() -> None:
    """Go writes twice its sampling rate; what is hidden before the first named frame is the allocator."""
    profile = loaded(
        b"heap profile: 1: 262144 [3: 786433] @ heap/1048576\n"
        b"1: 262144 [3: 786432] @ 0x11 0x21 0x31 0x41\n"
        b"#\t0x20\tmain.grow+0x1\ta.go:1\n"
        b"#\t0x30\tmain.main+0x1\ta.go:2\n"
        b"0: 0 [0: 0] @ 0x51\n"
        b"# runtime.MemStats\n# Alloc = 0\n"
    )
    assert typed(profile) == "alloc_objects/count alloc_space/bytes inuse_objects/count inuse_space/bytes"
    assert (profile.period, profile.period_type) == (524288, ("space", "bytes"))
    assert pictured(profile) == [
        "main.grow a.go:1; main.main a.go:2 = 7 1998712 2 666237 {bytes=262144}",
        "0x50 = 0 0 0 0",
    ]


def test_a_heap_profile_without_allocations_of_its_own_has_one_pair_of_columns() -> None:
    profile = loaded(b"heap profile: 2: 64 [2: 64] @ heapprofile\n2: 64 [2: 64] @ 0x11\n-1: -32 [0: 0] @ 0x21\n")
    assert typed(profile) == "objects/count space/bytes"
    assert pictured(profile) == ["0x10 = 2 64 {bytes=32}", "0x20 = -1 -32 {bytes=32}"]


@pytest.mark.parametrize(
    ("header", "values"),
    [
        pytest.param(b"--- contention:\ncycles/second=2000000000\n", "3 500", id="block"),
        pytest.param(b"--- mutex:\ncycles/second=2000000000\nsampling period=5\n", "3 500", id="mutex, scaled by Go"),
        pytest.param(b"--- mutex:\ncycles/second=2000000000\nsampling period=0\n", "3 500", id="mutex, switched off"),
        pytest.param(
            b"--- contentionz 1 ---\ncycles/second = 2000000000\nsampling period = 5\n", "15 2500", id="C++, not scaled"
        ),
        pytest.param(b"--- contention:\n", "3 1000", id="cycles without a clock"),
    ],
)
def test_contention_is_scaled_once(header: bytes, values: str) -> None:
    profile = loaded(header + b"1000 3 @ 0x11\n#\t0x10\tsync.(*Mutex).Unlock+0x1\tsync/mutex.go:65\n")
    assert typed(profile) == "contentions/count delay/nanoseconds"
    assert pictured(profile) == [f"sync.(*Mutex).Unlock sync/mutex.go:65 = {values}"]


def test_a_memory_map_tells_which_binary_an_address_is_in() -> None:
    profile = loaded(
        b"heap profile: 1: 8 [1: 8] @ heapprofile\n1: 8 [1: 8] @ 0x401001 0x7f0011\n"
        b"MAPPED_LIBRARIES:\n"
        b"  7f0000-7f1000: /lib/libc-2.15.so\n"
        b"build=/srv\n"
        b"400000-402000 r-xp 00000000 00:00 1531 $build/app\n"
        b"402000-403000 rw-p 00000000 00:00 1531 $build/app\n"
    )
    assert [(at.id, at.memory_start, at.memory_limit, at.filename) for at in profile.mappings] == [
        (1, 0x400000, 0x402000, "/srv/app"),
        (2, 0x7F0000, 0x7F1000, "/lib/libc-2.15.so"),
    ]
    assert [profile.mappings[location.mapping].filename for location in profile.locations] == [
        "/srv/app",
        "/lib/libc-2.15.so",
    ]


@pytest.mark.parametrize(
    "record",
    [
        b"99999999999999999999: 1 [1: 1] @ 0x1",
        b"0: 5 [0: 0] @ 0x1",
        b"1: 1 [1: 1]",
        b"1: 1 [1: 1] @ 0x11111111111111111",
        b"9223372036854775807: 1 [0: 0] @ 0x1",
        b"1: -999999999999999999 [0: 0] @ 0x1",
        b"1: 1 [",
    ],
)
def test_a_record_that_cannot_be_is_malformed(record: bytes) -> None:
    with pytest.raises(Malformed):
        loaded(b"heap profile: 1: 1 [2: 2] @ heap/1048576\n" + record + b"\n")


def test_a_variable_of_a_memory_map_that_is_longer_than_a_path_is_not_put_into_each_line() -> None:
    begin = "heap profile: 1: 1 [1: 1] @ heap/2\n1: 1 [1: 1] @ 0x400010\n\nMAPPED_LIBRARIES:\n"
    texts = (f"{begin}x={path}\n400000-500000 r-xp 0 00:00 1 $x\n".encode() for path in ("/a", "/" + "a" * 4096))
    assert [read(text, limit=1 << 20).mappings[0].filename for text in texts] == ["/a", "$x"]


def test_what_is_no_profile_is_held_by_nothing_once_that_is_said() -> None:
    """Else each round of a watch of what answers with a page would keep its answer until garbage is collected."""
    raw = b"no profile " * 100
    before = sys.getrefcount(raw)
    gc.disable()
    try:
        with suppress(NotAProfile):
            read_unpacked(raw)
        assert sys.getrefcount(raw) == before
    finally:
        gc.enable()
