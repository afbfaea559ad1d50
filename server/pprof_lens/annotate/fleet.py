"""What a profile of a fleet is of, in a few rows: where it was taken, of which commit, and of which time."""

from collections.abc import Iterator
from datetime import datetime, timezone

from pprof_lens.profile.model import ValueType
from pprof_lens.profile.origin import Origin
from pprof_lens.profile.plain import plain

_AT_ONCE = 15.0
"""Seconds, of which a server has one profile of a program."""


def rows(origin: Origin, standing: str, sample_type: ValueType) -> Iterator[str]:
    """Rows for a block of plain text; `standing` says how that stands to what is checked out, if it is known."""
    yield standing or plain(origin.source)
    yield f"{plain(origin.query)} {_moment(origin.since)} to {_moment(origin.until)} UTC"
    if origin.first > origin.since:
        yield f"the server has nothing of it from before {_moment(origin.first)} UTC"
    if sample_type.type.startswith("inuse_") and origin.until - origin.since > _AT_ONCE:
        yield "the sum of all profiles of that time, not what was in use at once"


def _moment(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, timezone.utc).strftime("%Y-%m-%d %H:%M:%S")
