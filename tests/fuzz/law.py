"""The law for any bytes: a Profile that can be used in every way, or a ProfileError; and the profiles to begin with."""

import resource
import zlib
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from fuzz.mutations import unpacked
from pprof_lens.analysis import callers, index
from pprof_lens.analysis import filter as filters
from pprof_lens.analysis.filter import Filter
from pprof_lens.profile import decode
from pprof_lens.profile.errors import ProfileError
from pprof_lens.profile.model import Profile
from pprof_lens.profile.read import read

ROOT = Path(__file__).parents[2]
PLACES = (ROOT.parent / "shared" / "corpus", ROOT / "examples")
LARGEST_SEED = 64 * 1024
LIMIT = 64 * 2**20
TIMES_THE_SIZE = 8
MEMORY_OF_ANY_PROFILE = 50 * 2**20
"""What the interpreter itself may take meanwhile, whatever the profile's size."""


def seeds() -> list[bytes]:
    """Profiles of every format, small enough that thousands of changes a minute can be tried."""
    found = [path for place in PLACES for path in sorted(place.rglob("*")) if path.is_file()]
    small = [path.read_bytes() for path in found if path.stat().st_size <= LARGEST_SEED]
    return [data for data in small if loaded(data) is not None]


def loaded(data: bytes) -> Profile | None:
    """The profile in `data`; None where it is refused as it should be. Any other exception is a finding."""
    try:
        return read(data, limit=LIMIT)
    except ProfileError as error:
        _is_sentence(error)
        return None


def use(profile: Profile) -> None:
    """All that a server does with a profile; what is refused so late must be refused in a sentence as well."""
    columns = len(profile.sample_types)
    try:
        built = index.build(profile)
        assert len(built.totals) == columns
        for sample in decode.samples(profile):
            assert len(sample.values) == columns
            assert all(0 <= location < len(profile.locations) for location in sample.locations)
        for wanted in (Filter(focus="a"), Filter(tag_focus="bytes=1"), Filter(ignore="^$", tag_ignore="x")):
            index.filtered(built, filters.mask(profile, wanted))
        callers.gather(built)
    except ProfileError as error:
        _is_sentence(error)


def attempt(data: bytes) -> Profile | None:
    """Load, and use what can be loaded."""
    profile = loaded(data)
    if profile is not None:
        use(profile)
    return profile


def attempt_in_bounds(data: bytes) -> None:
    """The same, with no more memory than eight times the decompressed size."""
    with bounded(data):
        attempt(data)


@contextmanager
def bounded(data: bytes) -> Iterator[None]:
    """What is done with these bytes takes no more memory than eight times their decompressed size."""
    used, peak = _resident(), _peak()
    yield
    if _peak() != peak:
        size, taken = _size(data), _peak() - used
        assert taken <= TIMES_THE_SIZE * size + MEMORY_OF_ANY_PROFILE, f"{taken} bytes for {size}"


def _size(data: bytes) -> int:
    """Decompressed, if that can be."""
    with suppress(OSError, EOFError, zlib.error):
        return len(unpacked(data))
    return len(data)


def _is_sentence(error: ProfileError) -> None:
    assert str(error).endswith("."), f"not a sentence: {error}"


def _resident() -> int:
    pages = Path("/proc/self/statm")
    return int(pages.read_text().split()[1]) * resource.getpagesize() if pages.exists() else _peak()


def _peak() -> int:
    """Peak resident bytes of this process; it never falls."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
