"""What is to be shown, as one frozen value: which profiles, what is selected of them, and where sources may be.

Two equal goals are shown alike. Nothing here decides which goal it is; `reduce` does.
"""

from dataclasses import dataclass, replace

from pprof_lens.analysis.filter import Filter
from pprof_lens.analysis.series import Evidence
from pprof_lens.analysis.watched import Watched
from pprof_lens.profile.model import Profile
from pprof_lens.session.settings import Settings


@dataclass(frozen=True, slots=True)
class Source:
    """Where the figures come from: files on disk, and the base that is subtracted from them, if any.

    `name` is what the user gave (a path or a URL); `paths` are the files that hold it.
    """

    name: str
    paths: tuple[str, ...]
    base: tuple[str, ...] = ()

    @property
    def short(self) -> str:
        """The name in a few words: that of the file, or of a source of profiles."""
        return self.name.partition("?")[0].rstrip("/").replace("\\", "/").rpartition("/")[2]


@dataclass(frozen=True, slots=True, eq=False)
class Capture:
    """A heap profile of a watched program, with the evidence of the run so far; equal to itself only.

    `watched` is what the watch went through until then. `body` are the bytes as they came, which `path` names though
    no file needs to hold them.
    """

    profile: Profile
    evidence: Evidence
    body: bytes
    path: str
    watched: Watched = Watched()  # noqa: RUF009 - immutable


@dataclass(frozen=True, slots=True)
class Watch:
    """A program that is being watched, by the number of the ask; `failure` says why its last round failed.

    `watched` is what the watch went through, that round included. Where `is_refresh`, what is shown is fetched anew
    from a server of a fleet: no captures of one program, of which anything could be told.
    """

    number: int
    url: str
    failure: str = ""
    watched: Watched = Watched()  # noqa: RUF009 - immutable
    is_refresh: bool = False


@dataclass(frozen=True, slots=True)
class Content:
    """The profiles that are to be shown: the files of `source`, or a capture.

    `version` is the number of the ask that said that the files were rewritten. A watch that ended leaves its last
    capture; `is_over` where the user ended it, and with it what it proved.
    """

    source: Source
    version: int = 0
    capture: Capture | None = None
    watch: Watch | None = None
    is_over: bool = False


@dataclass(frozen=True, slots=True)
class Selection:
    """Names of sample types: the first that the profile has is shown, else its own default.

    The profile must have `required`, for which the ask of that number is to blame.
    """

    names: tuple[str, ...] = ()
    required: str = ""
    number: int = 0


@dataclass(frozen=True, slots=True)
class Goal:
    """What is to be shown, of which profiles and among which folders.

    `content_number` is that of the ask that chose the content, `change_number` and `filter_number` those of the asks
    that changed the content or the filter last. `looked` and `saved` tell one state of the folders and of their files
    from another.
    """

    content: Content | None = None
    content_number: int = 0
    change_number: int = 0
    selection: Selection = Selection()
    filter: Filter = Filter()
    filter_number: int = 0
    settings: Settings = Settings()
    folders: tuple[str, ...] = ()
    is_trusted: bool = True
    looked: int = 0
    saved: int = 0

    def is_later_round_of(self, other: "Goal") -> bool:
        """Whether this differs from the other by the captures of one watch only."""
        if self.content is None or self.content.watch is None:
            return False
        as_other = replace(self, content=other.content, change_number=other.change_number, filter=other.filter)
        return as_other == other

    def has_profiles_of(self, other: "Goal") -> bool:
        """Whether the very same samples are to be shown, whatever is selected of them; not if both show none."""
        mine, others = self.content, other.content
        if mine is None or others is None or self.content_number != other.content_number:
            return False
        return (mine.version, mine.capture) == (others.version, others.capture)
