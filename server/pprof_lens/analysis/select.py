"""Which column of a profile is shown, and what kind of profile it is; pure look-ups, no weights are computed."""

from collections.abc import Iterable
from typing import Literal, NamedTuple

from pprof_lens.profile.errors import UnknownSampleType
from pprof_lens.profile.model import Profile
from pprof_lens.profile.plain import plain

Kind = Literal["heap", "allocs", "cpu", "goroutine", "goroutineleak", "threadcreate", "block", "mutex", "other"]


class Choice(NamedTuple):
    """A column, and where it is not the profile's own default, why."""

    column: int
    note: str


def kind(profile: Profile) -> Kind:
    """The kind of profile by its sample types; block and mutex have the same ones and differ by their leaves."""
    types = {sample_type.type for sample_type in profile.sample_types}
    if types >= {"inuse_space", "alloc_space"}:
        return "allocs" if profile.default_sample_type == "alloc_space" else "heap"
    if "inuse_space" in types:
        return "heap"
    if "cpu" in types:
        return "cpu"
    if types == {"contentions", "delay"}:
        return _contention_kind(profile)
    for name in ("goroutine", "goroutineleak", "threadcreate"):
        if name in types:
            return name
    return "other"


def default(profile: Profile, totals: tuple[int, ...]) -> Choice:
    """The profile's own default, else its last column; an empty inuse_space gives way to alloc_space.

    Test memory profiles are usually written after everything was freed.
    """
    names = [sample_type.type for sample_type in profile.sample_types]
    own = profile.default_sample_type
    column = names.index(own) if own in names else len(names) - 1
    if names[column] == "inuse_space" and totals[column] == 0 and "alloc_space" in names:
        instead = names.index("alloc_space")
        if totals[instead]:
            return Choice(instead, "Nothing was in use when this profile was written; alloc_space is shown instead.")
    return Choice(column, "")


def preferred(profile: Profile, wanted: Iterable[str]) -> int | None:
    """The column of the first of these sample types that the profile has; None where it has none."""
    names = [sample_type.type for sample_type in profile.sample_types]
    return next((names.index(name) for name in wanted if name in names), None)


def named(profile: Profile, name: str) -> int:
    """The column of that sample type, by its name or as that is shown. Raises UnknownSampleType."""
    names = [sample_type.type for sample_type in profile.sample_types]
    shown = list(map(plain, names))
    for known in (names, shown):
        if name in known:
            return known.index(name)
    raise UnknownSampleType(f"This profile has no sample type {plain(name)!r}; it has {', '.join(shown)}.")


def _contention_kind(profile: Profile) -> Kind:
    # A mutex profile blames the one who unlocks, a block profile the one who waits.
    for name in profile.functions.names:
        if name.startswith("sync.(*") and "Unlock" in name:
            return "mutex"
        if name in ("runtime.unlock", "runtime._LostContendedRuntimeLock"):
            return "mutex"
    return "block"
