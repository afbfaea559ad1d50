"""Words and numbers as a reader sees them: values as pprof prints them, names that cannot break a view.

Names come from a profile and are untrusted: they leave this module plain (see `profile/plain`), and nothing here is
Markdown unless its name says so. No figure is computed.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from pprof_lens.profile import units
from pprof_lens.profile.model import ValueType
from pprof_lens.profile.plain import plain

LABEL_LENGTH = 20
"""The most characters of an inlay hint: VS Code cuts all hints of a line together at 43."""

_NOUNS = {
    "goroutine": "goroutines",
    "goroutineleak": "leaked",
    "threadcreate": "threads",
    "contentions": "contentions",
    "samples": "samples",
    "alloc_objects": "objects",
    "inuse_objects": "objects",
}

_MEANINGS = {
    "inuse_space": "Bytes allocated here that were still reachable at the last garbage collection.",
    "inuse_objects": "Objects allocated here that were still reachable at the last garbage collection.",
    "alloc_space": "Bytes allocated here since the program started, freed or not.",
    "alloc_objects": "Objects allocated here since the program started, freed or not.",
    "cpu": "Time on a processor, sampled 100 times a second; a sample can fall on the line after its cause.",
    "samples": "How many samples were taken here.",
    "goroutine": "Goroutines whose stack stood here when the profile was taken.",
    "goroutineleak": "Goroutines that can never run again: nothing that they wait for is reachable.",
    "threadcreate": "Stacks that led to a new operating system thread.",
    "contentions": "How often goroutines had to wait; a mutex profile counts where the lock was released.",
    "delay": "How long goroutines had to wait; a mutex profile puts it where the lock was released.",
    "time": "Wall-clock time, on and off the processor.",
}


@dataclass(frozen=True, slots=True)
class Scale:
    """How the values of the selected sample type are written. `total` is what percents are of."""

    sample_type: ValueType
    total: int
    is_difference: bool = False

    @property
    def name(self) -> str:
        """The sample type as it is shown."""
        return plain(self.sample_type.type)

    def value(self, value: int) -> str:
        """`512.08kB`; in a difference `+512.08kB`."""
        text = units.scaled_label(value, self.sample_type.unit)  # in a unit of pprof's own, or in none
        return f"+{text}" if self.is_difference and value > 0 else text

    def counted(self, value: int) -> str:
        """The value with what it counts: `100 goroutines`, `512.08kB`."""
        noun = _NOUNS.get(self.sample_type.type) if self.sample_type.unit == "count" else None
        if noun is None:
            return self.value(value)
        return f"{self.value(value)} {noun.removesuffix('s') if abs(value) == 1 else noun}"

    def percent(self, value: int) -> str:
        """`12.30%` of the total, without a sign, as pprof has it but for what is too small for two digits."""
        text = units.percentage(value, self.total).strip()
        return "<0.01%" if "e" in text else text


def hint_labels(scale: Scale, value: int, marks: Iterable[str]) -> tuple[str, ...]:
    """Value and percent in at most LABEL_LENGTH characters, behind each mark; what has no room goes whole."""
    counted, percent = scale.counted(value), scale.percent(value)
    words = (f"{counted} {percent}", counted, scale.value(value), percent, "…")
    return tuple(mark + next(text for text in words if len(mark + text) <= LABEL_LENGTH) for mark in marks)


def meaning(sample_type: ValueType) -> str:
    """One sentence on what a value of that sample type is; empty for those of other programs."""
    return _MEANINGS.get(sample_type.type, "")


def fenced(lines: list[str]) -> str:
    """Lines as a Markdown block that renders nothing of what they hold."""
    body = "\n".join(line.replace("`", "'") for line in lines)
    return f"```text\n{body}\n```"
