"""The stacks behind findings as text, in the form of a dump: which goroutines they are, and where memory is held.

Names are the profile's, places those of this machine where they are known, thus an editor or a terminal opens them.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from pprof_lens.annotate.findings import Finding
from pprof_lens.profile.goroutines import GoroutineGroup
from pprof_lens.profile.plain import plain
from pprof_lens.profile.stacks import Frame

_MOST_STACKS = 50


def text(findings: Iterable[tuple[Finding, Mapping[str, str]]]) -> str:
    """The stacks of these findings, each with the local paths by those of the profile."""
    return "\n".join(line for finding, local in findings for line in _of(finding, local))


def files(finding: Finding) -> Iterator[str]:
    """The files that the stacks name, as the profile has them."""
    for group in finding.groups:
        yield from (frame.file for frame in _all(group))
    yield from (frame.file for frame in finding.stack)


def _of(finding: Finding, local: Mapping[str, str]) -> Iterator[str]:
    place = f"{local.get(finding.profile_path, finding.profile_path)}:{finding.line}"
    yield from (f"{finding.code} at {plain(place)}", plain(finding.message), "")
    for group in finding.groups[:_MOST_STACKS]:
        yield _title(group)
        yield from _frames(group.frames, local)
        if group.created_by is not None:
            yield from _frames((group.created_by,), local, "created by ")
        yield ""
    if finding.stack:
        yield "allocated here, most of all:"
        yield from (*_frames(finding.stack, local), "")
    if len(finding.groups) > _MOST_STACKS:
        yield from (f"and {len(finding.groups) - _MOST_STACKS} stacks more", "")


def _title(group: GoroutineGroup) -> str:
    """`3 goroutines [chan receive, 5 minutes] {endpoint: /search}:`"""
    many = "1 goroutine" if group.count == 1 else f"{group.count} goroutines"
    waits = f"{group.wait_seconds // 60} minutes" if group.wait_seconds else ""
    state = ", ".join(filter(None, (group.state, waits)))
    labels = ", ".join(f"{key}: {','.join(values)}" for key, values in group.labels)
    told = (many, state and f"[{state}]", labels and f"{{{labels}}}")
    return plain(" ".join(filter(None, told))) + ":"


def _frames(frames: Sequence[Frame], local: Mapping[str, str], before: str = "") -> Iterator[str]:
    for frame in frames:
        yield before + plain(frame.function)
        yield f"\t{plain(local.get(frame.file, frame.file))}:{frame.line}"


def _all(group: GoroutineGroup) -> tuple[Frame, ...]:
    return (*group.frames, group.created_by) if group.created_by is not None else group.frames
