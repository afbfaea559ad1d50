"""The contract with clients: the argument and the answer of each command, and the status; declared here only.

`client/src/protocol.ts` is generated from it (`scripts/contract.py`), and `wire` reads and writes it. Names are those
of the wire, in camelCase where a field here has an underscore, but for the profile's, which pprof's own JSON has so.
A field with a default may be left out; one that is None by default is left out where it is. Lines count from 0, as in
LSP, unless the name says `profile_line`.
"""

from dataclasses import dataclass
from typing import Literal, NewType

from pprof_lens.session.snapshot import Summary

Name = NewType("Name", str)
"""A text that is not empty."""

Names = NewType("Names", tuple[str, ...])
"""One text or a list of them, none of them empty."""

Amount = NewType("Amount", float)
"""A number from 0 to MOST."""

MOST = 1_000_000_000

Direction = Literal["callers", "callees"]
Order = Literal["flat", "cum"]
LineState = Literal["exact", "moved", "edited"]
BenchKind = Literal["measure", "cpu", "memory"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Empty:
    """Nothing is asked for, or nothing is answered."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FileCounts:
    """How many source files the profile names, and how many of them are on this machine."""

    total: int
    resolved: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Load:
    """Several sources, paths or URLs, are merged. `seconds` is how long a program collects what is fetched.

    What is fetched is fetched anew each `refresh_seconds`, if that is not 0, until something else is shown.
    """

    source: Names = Names(())
    sample_type: str = ""
    base: Names = Names(())
    seconds: Amount = Amount(0)
    refresh_seconds: Amount = Amount(0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Loaded:
    """What is shown now. `note` says where something else was selected than what might be expected."""

    profile: Summary
    files: FileCounts
    note: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Save:
    """The file that what is shown is written into."""

    path: Name


@dataclass(frozen=True, slots=True, kw_only=True)
class SelectSampleType:
    """The name of a sample type of the profile."""

    type: Name


@dataclass(frozen=True, slots=True, kw_only=True)
class Focus:
    """Which samples count: regular expressions, and the id of a call tree node. An empty object clears all of them."""

    focus: str | None = None
    ignore: str | None = None
    tag_focus: str | None = None
    tag_ignore: str | None = None
    through: Name | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Lines:
    """The file whose lines are asked for."""

    uri: Name


@dataclass(frozen=True, slots=True, kw_only=True)
class LineFigures:
    """A line of the buffer as it is now. `heat` is from 0 (not hot) to 4."""

    line: int
    profile_line: int
    flat: int
    cum: int
    state: LineState
    heat: int


@dataclass(frozen=True, slots=True, kw_only=True)
class FileLines:
    """The lines of a file that have a figure."""

    sample_type: str
    lines: tuple[LineFigures, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Root:
    """A function, a declaration (a function with its closures, as a lens counts them), or a line of a file."""

    function: Name | None = None
    declaration: Name | None = None
    uri: Name | None = None
    line: Amount = Amount(0)


@dataclass(frozen=True, slots=True, kw_only=True)
class ShowCallTree(Root):
    """What lenses and hints carry: a root, and what to call it."""

    title: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CallTree:
    """What calls the root, or what it calls; or what is below `parent`, a node of an earlier answer by its id."""

    root: Root | None = None
    direction: Direction | None = None
    parent: Name | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A place in a source file; absent where the file of the profile was not found."""

    uri: str | None = None
    line: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FunctionRow(Place):
    """A function with its figures. `label` is the value that the row is about, as pprof prints it."""

    function: str
    flat: int
    cum: int
    label: str
    percent: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CallRow(Place):
    """A line that makes a call, with its cum."""

    cum: int
    label: str
    percent: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CallTreeNode(FunctionRow):
    """A function below another one in a call tree. `calls` are the lines on which a caller calls, heaviest first."""

    id: str
    has_children: bool
    calls: tuple[CallRow, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class CallTreeNodes:
    """The heaviest first."""

    nodes: tuple[CallTreeNode, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Top:
    """How many functions are asked for, and in which order."""

    by: Order = "flat"
    limit: Amount = Amount(50)


@dataclass(frozen=True, slots=True, kw_only=True)
class TopRows:
    """The heaviest functions first."""

    rows: tuple[FunctionRow, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class TopTable:
    """All functions that have a figure, for the web application: JSON, compressed by gzip, in base 64."""

    packed: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PathFile:
    """A source file of the profile, where it is, how it was found, or why not.

    `library` is whose code it is where that is not the workspace's: `the standard library`, or a package.
    """

    profile_path: str
    how: str
    library: str
    uri: str | None = None
    reason: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class MappingSuggestion:
    """An entry of `pprofLens.pathMappings` that would find `files` more files."""

    prefix: str
    local: str
    files: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Paths:
    """All source files of the profile."""

    files: tuple[PathFile, ...]
    suggestions: tuple[MappingSuggestion, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ProfileFile:
    """A profile of the workspace, by its path.

    `total` is as pprof prints it; it, the kind and the sample type are empty where the file is too large to be read
    for a list. `taken_seconds` is since 1970: when it was taken, or written where it does not tell.
    """

    path: str
    name: str
    kind: str
    sample_type: str
    total: str
    taken_seconds: float
    bytes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ProfileFiles:
    """Those first that were taken last."""

    profiles: tuple[ProfileFile, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PageOf:
    """The files that a page is of, merged, less those of `base`, and the patterns of pprof's flags."""

    source: Names = Names(())
    base: Names = Names(())
    focus: str = ""
    ignore: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """A whole profile for the web application: its JSON, compressed by gzip, in base 64."""

    packed: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownPage:
    """The address of the page's file, which goes with the server."""

    uri: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PagePlace(PageOf):
    """A line of a file, as a page has them: the file by its name in the profile, the line from 1."""

    file: Name
    profile_line: Amount = Amount(0)


@dataclass(frozen=True, slots=True, kw_only=True)
class ExplainAllocations:
    """A file of the package whose allocations are to be explained."""

    uri: Name


@dataclass(frozen=True, slots=True, kw_only=True)
class ShowStacks:
    """A finding whose stacks are to be shown, by its code and its function."""

    code: Name
    function: Name


@dataclass(frozen=True, slots=True, kw_only=True)
class Bench:
    """Measure a benchmark, or have a test write a profile of a kind, which is loaded then.

    Which one: `function` of the file (`BenchmarkX/part` for a part of one), else that of `line`, else all that the
    file's package has. The editor's settings for Go are asked of it; what of them would run a program or write a file
    is not taken.
    """

    uri: Name
    kind: BenchKind = "measure"
    function: str = ""
    line: Amount | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Benched:
    """What was run: the benchmarks that were measured, each in one line, or the file of the profile."""

    benchmarks: tuple[str, ...] = ()
    profile: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ShowBenchmark:
    """A benchmark that was measured, whose figures are to stand on the lines."""

    package: Name
    name: Name


@dataclass(frozen=True, slots=True, kw_only=True)
class ChosenRun:
    """A run by its id; the newest where none is given."""

    run: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CompareRuns:
    """Two runs by their ids: the baseline and the newest where none is given."""

    old: str = ""
    new: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """What is proved of each benchmark that both runs have, each in one line."""

    verdicts: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class RunBenchmark:
    """A benchmark of a run with its figures; `verdict`, with what is proved of each, where it is beside another run."""

    package: str
    name: str
    figures: str
    verdict: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RunRow:
    """A run: when it was taken, in seconds since 1970, and the commit of its files, empty where that is not known.

    `is_dirty` where one of them was another than in the commit.
    """

    id: str
    taken_seconds: float
    commit: str
    is_dirty: bool
    is_baseline: bool
    is_shown: bool
    benchmarks: tuple[RunBenchmark, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class RunRows:
    """The runs of the workspace, the newest first."""

    runs: tuple[RunRow, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Output:
    """What a test or Go itself printed."""

    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FunctionAt:
    """A line of a file."""

    uri: Name
    line: Amount


@dataclass(frozen=True, slots=True, kw_only=True)
class FunctionName:
    """A function by its name in the profile."""

    function: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CallOf:
    """A function by its name, or its heaviest call of another one."""

    function: Name
    of: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Watch:
    """The program to watch, and the seconds between two captures; without them those of the setting."""

    url: Name
    interval_seconds: Amount | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoints:
    """The program that is asked."""

    url: Name


@dataclass(frozen=True, slots=True, kw_only=True)
class EndpointKind:
    """A profile that a program offers. `needs_seconds` where it is collected over a time that is to be given."""

    kind: str
    description: str
    url: str
    needs_seconds: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class EndpointKinds:
    """What a program offers."""

    kinds: tuple[EndpointKind, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class FleetServer:
    """A server of the setting `pprofLens.sources`; `secrets` are the names of those that its headers refer to."""

    name: str
    kind: str
    url: str
    secrets: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class FleetServers:
    """Those of the settings, in their order."""

    servers: tuple[FleetServer, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class FleetSource:
    """A server of a fleet as `fleet://NAME`, with the time range, or by its address."""

    source: Name


@dataclass(frozen=True, slots=True, kw_only=True)
class FleetType:
    """What a query may begin with: a profile with all of its sample types, or one of them."""

    query: str
    label: str
    told: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FleetTypes:
    """What a server has in the time range, and one sentence where it has more."""

    types: tuple[FleetType, ...]
    more: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FleetSelector(FleetSource):
    """The selector of a query as it is being typed, behind a profile type."""

    type: Name
    text: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class FleetOffer:
    """What may come next: the text then, the word that is new in it, and what it is.

    `is_selector` where that is what was typed, and is whole.
    """

    text: str
    label: str
    told: str
    is_selector: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class FleetOffers:
    """The likeliest first, and one sentence where there are more."""

    offers: tuple[FleetOffer, ...]
    more: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CommitRow:
    """A commit that is checked out, by its short name; `seconds` since 1970 is when it was made."""

    name: str
    subject: str
    seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Commits:
    """The newest first."""

    commits: tuple[CommitRow, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding(Place):
    """Something that is worth a diagnostic.

    `grade` of a leak is `proved` by the runtime, or `growing` as it was measured over time.
    Its series is there in block characters: in one line, over several lines, and its first and last value in words.
    """

    code: str
    message: str
    grade: str = ""
    function: str = ""
    amounts: tuple[int, ...] = ()
    chart: str = ""
    large_chart: str = ""
    ends: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Unwatched:
    """What a last look at the program found before the watch ended, the runtime's proof included."""

    findings: tuple[Finding, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownFilter:
    """The filter that all figures obey; empty texts for what it does not have."""

    focus: str
    ignore: str
    tag_focus: str
    tag_ignore: str
    through: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Status:
    """What the server has to say of itself.

    `source` is what was loaded, as the user named it; `paths` and `base` are the files that hold it and what is
    subtracted from it. `captured` where it was fetched into a folder that goes with the server. `total` is that of
    the sample type, as pprof prints it; of a difference the change. `watching` is the address of a watched program,
    `trend` a small chart of it, `failure` why its last capture failed, empty while all is well, and `looked_at` says in
    sentences what was looked at so far and what is gone since an earlier watch; once the watch was stopped, what it had
    found. `standing` says of a profile of a fleet where it was taken and how its commit stands to what is checked out,
    `fetch_command` what would bring that commit where it is not here.
    """

    profile: Summary | None
    source: str | None
    watching: str | None
    findings: tuple[Finding, ...]
    filter: ShownFilter | None
    paths: tuple[str, ...] | None = None
    base: tuple[str, ...] | None = None
    captured: bool | None = None
    total: str | None = None
    comparing: bool | None = None
    trend: str | None = None
    failure: str | None = None
    looked_at: tuple[str, ...] | None = None
    standing: str | None = None
    fetch_command: str | None = None


PREFIX = "pprofLens.server."
STATUS = "pprofLens/status"
"""A notification to our own client with a Status, after every change."""
OUTPUT = "pprofLens/output"
"""A notification to our own client with an Output, while tests run."""
RUNS = "pprofLens/runs"
"""A notification to our own client with RunRows, after every change of them."""

SECRET = "pprofLens/secret"  # noqa: S105 - its name
"""A request to our own client with `{name}`; it answers `{value}`, null where it keeps no such secret."""

COMMANDS: dict[str, tuple[type, type]] = {
    "load": (Load, Loaded),
    "save": (Save, Empty),
    "clear": (Empty, Empty),
    "selectSampleType": (SelectSampleType, Loaded),
    "focus": (Focus, Loaded),
    "lines": (Lines, FileLines),
    "callTree": (CallTree, CallTreeNodes),
    "showCallTree": (ShowCallTree, Empty),
    "top": (Top, TopRows),
    "topTable": (Empty, TopTable),
    "functionPlace": (CallOf, Place),
    "paths": (Empty, Paths),
    "profiles": (Empty, ProfileFiles),
    "page": (PageOf, Page),
    "showPage": (PageOf, ShownPage),
    "pagePlace": (PagePlace, Place),
    "functionAt": (FunctionAt, FunctionName),
    "explainAllocations": (ExplainAllocations, Empty),
    "showStacks": (ShowStacks, Empty),
    "bench": (Bench, Benched),
    "showBenchmark": (ShowBenchmark, Empty),
    "showComparison": (ShowBenchmark, Empty),
    "runs": (Empty, RunRows),
    "showRun": (ChosenRun, Empty),
    "hideRuns": (Empty, Empty),
    "removeRun": (ChosenRun, Empty),
    "keepBaseline": (ChosenRun, Empty),
    "forgetBaseline": (Empty, Empty),
    "compareRuns": (CompareRuns, Compared),
    "watch": (Watch, Empty),
    "unwatch": (Empty, Unwatched),
    "endpoints": (Endpoints, EndpointKinds),
    "fleet": (Empty, FleetServers),
    "fleetTypes": (FleetSource, FleetTypes),
    "fleetOffers": (FleetSelector, FleetOffers),
    "commits": (Empty, Commits),
    "status": (Empty, Status),
}
"""The argument and the answer of each command, by its name after PREFIX."""
