"""What can happen to the state; plain values, in the words of whoever asks.

A Question becomes an ask: someone waits for it, or it can fail, or it is meant for what is shown by then only. The
others are facts.
"""

from dataclasses import dataclass

from pprof_lens.analysis.filter import Filter
from pprof_lens.analysis.watched import Watched
from pprof_lens.session.goal import Capture, Goal, Source
from pprof_lens.session.settings import Settings


@dataclass(frozen=True, slots=True)
class Load:
    """Show these files instead of what is shown.

    `is_here` is false as long as some of them are addresses, from which they are to be fetched; a program collects
    what is fetched for so many `seconds`, where that is not 0. It is fetched anew each `refresh` seconds, likewise.
    """

    source: Source
    sample_type: str = ""
    seconds: float = 0
    refresh: float = 0
    is_here: bool = True
    was_fetched: bool = False


@dataclass(frozen=True, slots=True)
class Clear:
    """Show nothing."""


@dataclass(frozen=True, slots=True)
class SelectSampleType:
    """Show this sample type, which the profile must have."""

    name: str


@dataclass(frozen=True, slots=True)
class PreferSampleType:
    """Show this sample type where the profile has it."""

    name: str


@dataclass(frozen=True, slots=True)
class SelectFilter:
    """Count only some samples. What is None stays as it is; with `is_reset` it goes.

    `through` is a mask over the samples of the goal `through_of`, with the words for it.
    """

    focus: str | None = None
    ignore: str | None = None
    tag_focus: str | None = None
    tag_ignore: str | None = None
    is_reset: bool = False
    through: bytes | None = None
    through_text: str = ""
    through_of: Goal | None = None

    def applied_to(self, before: Filter) -> Filter:
        """The filter once this is asked for of the one before."""
        kept = Filter() if self.is_reset else before
        has_through = self.through is not None
        return Filter(
            focus=kept.focus if self.focus is None else self.focus,
            ignore=kept.ignore if self.ignore is None else self.ignore,
            tag_focus=kept.tag_focus if self.tag_focus is None else self.tag_focus,
            tag_ignore=kept.tag_ignore if self.tag_ignore is None else self.tag_ignore,
            through=self.through if has_through else kept.through,
            through_text=self.through_text if has_through else kept.through_text,
        )

    def undoes(self, before: "SelectFilter") -> bool:
        """Whether nothing of what was asked for before is left."""
        parts = ("focus", "ignore", "tag_focus", "tag_ignore", "through")
        return self.is_reset or all(getattr(self, part) is not None or getattr(before, part) is None for part in parts)


@dataclass(frozen=True, slots=True)
class StartWatch:
    """Show the captures of a program, taken every so many seconds, once `first` has come; `url` is for showing."""

    address: str
    url: str
    interval: float
    first: Capture | None = None


@dataclass(frozen=True, slots=True)
class StopWatch:
    """End the watch and what it proved; the figures stay."""


@dataclass(frozen=True, slots=True)
class Rewritten:
    """The files of the content that this ask chose are others now."""

    content_number: int


@dataclass(frozen=True, slots=True)
class Round:
    """A round of the watch of that number; where it failed there is no capture, but what the watch went through."""

    watch: int
    capture: Capture | None = None
    failure: str = ""
    watched: Watched = Watched()  # noqa: RUF009 - immutable


@dataclass(frozen=True, slots=True)
class WatchEnded:
    """The watch of that number ended by itself; what it found stays."""

    watch: int


Question = (
    Load
    | Clear
    | SelectSampleType
    | PreferSampleType
    | SelectFilter
    | StartWatch
    | StopWatch
    | Rewritten
    | Round
    | WatchEnded
)
"""What becomes an ask."""


@dataclass(frozen=True, slots=True)
class Fetched:
    """The files of a load are here."""

    number: int
    source: Source


@dataclass(frozen=True, slots=True)
class Began:
    """The first capture of a watch is here."""

    number: int
    capture: Capture


@dataclass(frozen=True, slots=True)
class Failed:
    """An ask cannot be shown, for this reason; CANCELLED where the user gave it up."""

    number: int
    why: str


@dataclass(frozen=True, slots=True)
class ChangeSettings:
    """The settings are these now."""

    settings: Settings


@dataclass(frozen=True, slots=True)
class ChangeFolders:
    """The workspace's folders are these now, and the editor trusts them or not."""

    folders: tuple[str, ...]
    is_trusted: bool


@dataclass(frozen=True, slots=True)
class LookAgain:
    """Something that tells where sources are has changed: a go.mod, a go.work, what git checked out."""


@dataclass(frozen=True, slots=True)
class Saved:
    """A source file was saved, which may silence a finding."""


@dataclass(frozen=True, slots=True)
class Settled:
    """`goal` is shown, with this sample type; it took account of the asks of these numbers."""

    goal: Goal
    numbers: tuple[int, ...]
    sample_type: str


Event = Question | Fetched | Began | Failed | ChangeSettings | ChangeFolders | LookAgain | Saved | Settled
