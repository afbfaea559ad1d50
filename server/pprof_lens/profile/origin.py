"""Where a profile of a fleet comes from: said in a comment of the profile, so that a file that is kept says it too.

Such a comment is no more to be trusted than the rest of a profile: what it names is looked up or shown, and no more.
"""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace

from pprof_lens.profile.model import Profile

_PREFIX = "pprof-lens fleet: "
_LONGEST = 1 << 16
_MOST_COMMITS = 8
_LATEST = 1e10
"""Seconds, of which a date can be written."""


@dataclass(frozen=True, slots=True)
class Origin:
    """The server by its name or its address, the query, and the range in seconds since 1970; of before `first` the
    server has nothing of it, where that is later than the range begins.

    `commits`, `repository` and `root` are what the labels of its series say: what the programs were built of, where
    that comes from, and the folder of it that is the program's.
    """

    source: str
    query: str
    since: float
    until: float
    commits: tuple[str, ...] = ()
    repository: str = ""
    root: str = ""
    first: float = 0


def with_origin(profile: Profile, origin: Origin) -> Profile:
    """The profile with its origin, and of the time that it says."""
    nanos = round(origin.until * 1000) * 1_000_000
    return replace(
        profile,
        comments=(_PREFIX + json.dumps(asdict(origin), ensure_ascii=False), *profile.comments),
        time_nanos=nanos,
        duration_nanos=max(0, nanos - round(origin.since * 1000) * 1_000_000),
    )


def origin_of(profile: Profile) -> Origin | None:
    """The origin that a profile says it has; the first where it was merged of several."""
    told = (comment for comment in profile.comments if comment.startswith(_PREFIX) and len(comment) <= _LONGEST)
    return next(filter(None, map(_read, told)), None)


def _read(comment: str) -> Origin | None:
    try:
        found = json.loads(comment.removeprefix(_PREFIX))
        since, until, first = (float(found[name]) for name in ("since", "until", "first"))
        if not (0 <= since <= until <= _LATEST and 0 <= first <= _LATEST):
            return None
        return Origin(
            source=_text(found, "source"),
            query=_text(found, "query"),
            since=since,
            until=until,
            first=first,
            commits=tuple(map(str, found["commits"]))[:_MOST_COMMITS],
            repository=_text(found, "repository"),
            root=_text(found, "root"),
        )
    except (ValueError, RecursionError, TypeError, KeyError, OverflowError):
        return None


def _text(found: Mapping[str, object], name: str) -> str:
    value = found[name]
    if not isinstance(value, str):
        raise TypeError
    return value
