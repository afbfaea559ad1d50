"""The goroutines of a profile in groups of one stack, with what is known of their state.

The same for profile.proto, for text and for dumps: a dump's profile carries in labels what only a dump knows, and
this module knows their names. It judges nothing; which group is stuck is for others to say.
"""

import re
from dataclasses import dataclass, replace
from itertools import chain, repeat

from pprof_lens.profile.decode import samples
from pprof_lens.profile.errors import TooLarge
from pprof_lens.profile.fold import TOO_MANY_FRAMES, most_frames
from pprof_lens.profile.model import Profile, Sample
from pprof_lens.profile.stacks import Frame

STATE = "goroutine state"
WAIT = "goroutine wait"
CREATED_BY = "created by"
LEAKED = " (leaked)"
"""How the runtime marks, behind its state, a goroutine that it has proven to wait forever."""

DEADLOCKED = " (deadlocked)"
"""How a dump's profile marks, behind its state, a goroutine of a program or a bubble that the runtime ended because
all of its goroutines waited, or of a test that did until its time was over."""

HUNG = " (hung)"
"""How it marks those that such a test started."""

OUTLIVED = " (outlived its test)"
"""How it marks those that a test's own check named, since they were there when it had ended."""

_LINE = re.compile("[0-9]{1,9}$")


@dataclass(frozen=True, slots=True)
class GoroutineGroup:
    """The goroutines of one stack, state and creation.

    `frames` has the leaf first, with inlined calls as frames of their own. `state` is empty and `created_by` None where
    the profile does not tell them; `wait_seconds` is the longest wait, 0 where none is told. `leaked` is the runtime's
    own proof, or that of a test's own check, where they `outlived` it; `deadlocked` is the runtime's too; `hung` that a
    test started them that never ended. `labels` are the program's own; `ids` tells the goroutines apart, and is empty
    where nothing does.
    """

    count: int
    frames: tuple[Frame, ...]
    state: str = ""
    wait_seconds: int = 0
    leaked: bool = False
    deadlocked: bool = False
    hung: bool = False
    outlived: bool = False
    created_by: Frame | None = None
    labels: tuple[tuple[str, tuple[str, ...]], ...] = ()
    ids: frozenset[int] = frozenset()


def goroutine_groups(profile: Profile) -> tuple[GoroutineGroup, ...]:
    """The groups of a profile with the sample type goroutine or goroutineleak, the largest first; else none.

    Samples that differ in nothing but their wait are one group. Raises TooLarge where stacks are out of proportion to
    the profile's bytes, as the fold does.
    """
    names = [sample_type.type for sample_type in profile.sample_types]
    column = next((i for i, name in enumerate(names) if name in ("goroutine", "goroutineleak")), None)
    if column is None:
        return ()
    proven = names[column] == "goroutineleak"
    frames = [_frames(profile, index) for index in range(len(profile.locations))]
    groups: dict[tuple[object, ...], GoroutineGroup] = {}
    left = most_frames(profile.raw)
    for sample, ids in zip(samples(profile), chain(profile.goroutines, repeat(frozenset[int]())), strict=False):
        left -= sum(len(frames[location]) for location in sample.locations)
        if left < 0:
            raise TooLarge(TOO_MANY_FRAMES)
        group = _group(sample, sample.values[column], frames, ids, proven=proven)
        key = (group.frames, group.state, group.leaked, group.deadlocked, group.hung, group.created_by, group.labels)
        if before := groups.get(key):
            longest = max(group.wait_seconds, before.wait_seconds)
            both = before.ids | group.ids
            group = replace(group, count=group.count + before.count, wait_seconds=longest, ids=both)
        groups[key] = group
    return tuple(sorted(groups.values(), key=lambda group: -group.count))


def _frames(profile: Profile, index: int) -> tuple[Frame, ...]:
    lines = profile.locations[index].lines
    functions = (profile.functions[line.function] for line in lines)
    return tuple(
        Frame(function.name, function.filename, line.line) for function, line in zip(functions, lines, strict=True)
    )


def _group(
    sample: Sample, count: int, frames: list[tuple[Frame, ...]], ids: frozenset[int], *, proven: bool
) -> GoroutineGroup:
    told = dict(sample.labels)
    state = "".join(told.pop(STATE, ()))
    created_by = "".join(told.pop(CREATED_BY, ()))
    return GoroutineGroup(
        count=count,
        frames=tuple(chain.from_iterable(map(frames.__getitem__, sample.locations))),
        state=state.removesuffix(LEAKED).removesuffix(OUTLIVED).removesuffix(DEADLOCKED).removesuffix(HUNG),
        wait_seconds=max((label.value for label in dict(sample.num_labels).get(WAIT, ())), default=0),
        leaked=proven or state.endswith((LEAKED, OUTLIVED)),
        deadlocked=state.endswith(DEADLOCKED),
        hung=state.endswith(HUNG),
        outlived=state.endswith(OUTLIVED),
        created_by=_frame(created_by) if created_by else None,
        labels=tuple(told.items()),
        ids=ids,
    )


def _frame(text: str) -> Frame | None:
    """The frame that `main.leak app/leak.go:7` names."""
    function, _, place = text.partition(" ")
    file, _, line = place.rpartition(":")
    return Frame(function, file, int(line)) if _LINE.match(line) else None
