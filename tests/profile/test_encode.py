"""A profile as bytes again: what is read from them is what was written."""

from pathlib import Path

import pytest

from pprof_lens.profile import decode
from pprof_lens.profile.encode import bytes_field, message, with_samples
from pprof_lens.profile.model import Profile
from pprof_lens.profile.read import read

PROFILES = Path(__file__).parent.parent.parent / "examples" / "leaky" / "profiles"


def content(profile: Profile) -> object:
    """All that the profile says, whatever its ids and the order of its strings are."""
    locations = [location._replace(id=0) for location in profile.locations]
    rest = (profile.sample_types, profile.default_sample_type, profile.mappings, profile.comments, profile.doc_url)
    times = (profile.time_nanos, profile.duration_nanos, profile.period_type, profile.period)
    frames = (profile.drop_frames, profile.keep_frames)
    return list(decode.samples(profile)), locations, list(profile.functions), rest, times, frames


@pytest.mark.parametrize(
    "name", ["heap.pprof", "cpu.pprof", "goroutine.pprof", "heap.debug1.txt", "goroutine.debug2.txt"]
)
def test_a_profile_that_was_written_is_read_as_it_was(name: str) -> None:
    profile = read((PROFILES / name).read_bytes(), limit=1 << 24)
    assert content(read(message(profile), limit=1 << 24)) == content(profile)


TWICE = decode.decode(
    bytes_field(1, b"\x08\x01\x10\x02")
    + bytes_field(2, b"\x12\x01\x05" + bytes_field(3, b"\x08\x05\x10\x06"))
    + b"".join(bytes_field(6, text) for text in (b"", b"samples", b"count", b"samples", b"count", b"key", b"value")),
    limit=1 << 20,
)


def test_a_text_that_is_in_the_table_twice_moves_no_label() -> None:
    (sample,) = decode.samples(TWICE)
    assert sample.labels == (("key", ("value",)),)
    assert list(decode.samples(with_samples(TWICE, [sample]))) == [sample]
    assert list(decode.samples(read(message(TWICE), limit=1 << 20))) == [sample]
