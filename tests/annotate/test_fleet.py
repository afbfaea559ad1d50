"""What the hover says of a profile of the fleet."""

from pprof_lens.annotate.fleet import rows
from pprof_lens.profile.model import ValueType
from pprof_lens.profile.origin import Origin

HEAP, CPU = ValueType("inuse_space", "bytes"), ValueType("cpu", "nanoseconds")
DAY = Origin("production", "memory{}", since=86_400, until=172_800)


def test_a_heap_over_a_range_is_told_to_be_a_sum() -> None:
    assert list(rows(DAY, "production, commit 1a2b3c4", HEAP)) == [
        "production, commit 1a2b3c4",
        "memory{} 1970-01-02 00:00:00 to 1970-01-03 00:00:00 UTC",
        "the sum of all profiles of that time, not what was in use at once",
    ]
    assert list(rows(DAY, "", CPU)) == ["production", "memory{} 1970-01-02 00:00:00 to 1970-01-03 00:00:00 UTC"]


def test_that_the_server_has_nothing_of_the_beginning_of_the_range_is_told() -> None:
    cut = Origin("production", "memory{}", since=86_400, until=172_800, first=90_000)
    assert list(rows(cut, "", CPU))[-1] == "the server has nothing of it from before 1970-01-02 01:00:00 UTC"
