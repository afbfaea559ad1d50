"""The finding `stale-source`: which functions of a file are no longer where the profile has them, and what to do."""

from datetime import datetime, timezone

from pprof_lens.analysis.names import short
from pprof_lens.source.drift import Drift, StaleFunction

CODE = "stale-source"
_NAMED = 3


def message(drift: Drift, taken_nanos: int) -> str:
    """One sentence for the file's first line; empty where every function was followed.

    `taken_nanos` is when the profile was taken, 0 if that is not known.
    """
    if not drift.stale:
        return ""
    named = [_what_became(function) for function in drift.stale[:_NAMED]]
    if len(drift.stale) > _NAMED:
        named.append(f"and {len(drift.stale) - _NAMED} more")
    since = ""
    if taken_nanos:
        taken = datetime.fromtimestamp(taken_nanos / 1e9, tz=timezone.utc)
        since = f" of {taken:%Y-%m-%d %H:%M} UTC"
    count = "One function is" if len(drift.stale) == 1 else f"{len(drift.stale)} functions are"
    return (
        f"{count} no longer as the profile{since} has them: {', '.join(named)}. "
        "Their figures are left out; take a new profile, or check out the version that was profiled."
    )


def _what_became(function: StaleFunction) -> str:
    if function.now is None:
        return f"{short(function.name)} is gone"
    if function.now + 1 == function.start_line:
        return f"{short(function.name)} at line {function.start_line} has changed inside"
    return f"{short(function.name)} was at line {function.start_line} and is at line {function.now + 1}"
