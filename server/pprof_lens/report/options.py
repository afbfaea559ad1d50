"""The flags of a report, spelled as pprof spells them, with one dash or two, before or after the arguments.

They are parsed by Go's rules: `-focus=x` and `-focus x` are the same, a switch takes a value only after `=`, `--` ends
the flags. Flags of pprof that these reports have no use for are refused, not ignored.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

Kind = Literal["list", "top", "peek", "traces", "dot", "html"]
KINDS_WITH_PATTERN = ("list", "peek")


@dataclass(frozen=True, slots=True)
class Options:
    """What the flags say; the fields are named like them. Patterns and paths are empty where not set."""

    sample_index: str = ""
    base: str = ""
    diff_base: str = ""
    normalize: bool = False
    symbolize: str = ""
    all_frames: bool = False

    focus: str = ""
    ignore: str = ""
    hide: str = ""
    show: str = ""
    show_from: str = ""
    prune_from: str = ""
    tagfocus: str = ""
    tagignore: str = ""
    tagshow: str = ""
    taghide: str = ""

    granularity: str = "functions"
    noinlines: bool = False
    showcolumns: bool = False

    cum: bool = False
    call_tree: bool = False
    trim: bool = True
    nodecount: int = -1
    nodefraction: float = 0.005
    edgefraction: float = 0.001
    drop_negative: bool = False

    unit: str = "minimum"
    mean: bool = False
    divide_by: float = 1.0
    relative_percentages: bool = False
    compact_labels: bool = False
    source_path: str = ""
    trim_path: str = ""


@dataclass(frozen=True, slots=True)
class Request:
    """One report: what was asked for, of which profiles. `pattern` is None where the report takes none."""

    kind: Kind
    pattern: str | None
    profiles: tuple[str, ...]
    options: Options


class UsageError(Exception):
    """The command line is wrong; the message is one sentence for the user."""


def parse(kind: Kind, words: Sequence[str]) -> Request:
    """The request in the words of a command line. Raises UsageError."""
    given, arguments = _part(words)
    pattern = arguments.pop(0) if kind in KINDS_WITH_PATTERN and arguments else None
    if not arguments:
        raise UsageError(usage(kind))
    options = Options(
        sample_index=given.text("sample_index") or given.sample_index(),
        base=given.text("base"),
        diff_base=given.text("diff_base"),
        normalize=given.switch("normalize"),
        symbolize=given.text("symbolize").lower(),
        all_frames=given.switch("all_frames"),
        focus=given.text("focus"),
        ignore=given.text("ignore"),
        hide=given.text("hide"),
        show=given.text("show"),
        show_from=given.text("show_from"),
        prune_from=given.text("prune_from"),
        tagfocus=given.text("tagfocus"),
        tagignore=given.text("tagignore"),
        tagshow=given.text("tagshow"),
        taghide=given.text("taghide"),
        granularity=given.one_of(_GRANULARITIES) or "functions",
        noinlines=given.switch("noinlines"),
        showcolumns=given.switch("showcolumns"),
        cum=given.one_of(_SORTS) == "cum",
        call_tree=given.switch("call_tree"),
        trim=given.switch("trim", unless_given=True),
        nodecount=given.whole("nodecount", -1),
        nodefraction=given.real("nodefraction", 0.005),
        edgefraction=given.real("edgefraction", 0.001),
        drop_negative=given.switch("drop_negative"),
        unit=given.text("unit", "minimum"),
        mean=given.switch("mean") or given.switch("mean_delay"),
        divide_by=given.real("divide_by", 1.0),
        relative_percentages=given.switch("relative_percentages"),
        compact_labels=given.switch("compact_labels"),
        source_path=given.text("source_path"),
        trim_path=given.text("trim_path"),
    )
    _check(options)
    return Request(kind, pattern, tuple(arguments), options)


def usage(kind: Kind) -> str:
    """How the report is called, with all of its flags."""
    pattern = " REGEX" if kind in KINDS_WITH_PATTERN else ""
    flags = (f"-{name}" if name in _SWITCHES else f"-{name}=…" for name in sorted((*_SWITCHES, *_WITH_VALUE)))
    return f"usage: pprof-lens {kind} [flags]{pattern} PROFILE…; the flags are {', '.join(flags)}"


def _part(words: Sequence[str]) -> "tuple[_Given, list[str]]":
    """Flags and arguments, each in their order."""
    given = _Given()
    arguments: list[str] = []
    waiting = list(reversed(words))
    while waiting:
        word = waiting.pop()
        if word == "--":
            arguments += reversed(waiting)
            break
        if not word.startswith("-") or word == "-":
            arguments.append(word)
            continue
        name, equals, value = word.removeprefix("-").removeprefix("-").partition("=")
        if name not in _SWITCHES and name not in _WITH_VALUE:
            raise UsageError(f"there is no flag -{name}")
        if not equals and name in _SWITCHES:
            value = "true"
        elif not equals:
            if not waiting:
                raise UsageError(f"the flag -{name} needs a value")
            value = waiting.pop()
        given.setdefault(name, []).append(value)
    return given, arguments


def _check(options: Options) -> None:
    if options.base and options.diff_base:
        raise UsageError("-base and -diff_base cannot both be given")
    if options.normalize and not (options.base or options.diff_base):
        raise UsageError("-normalize needs a -base or a -diff_base")
    if options.divide_by == 0:
        raise UsageError("-divide_by cannot be 0")
    if options.symbolize not in _SYMBOLIZE:
        raise UsageError(f"-symbolize={options.symbolize} is not for these reports: binaries are never opened")


_GRANULARITIES = ("functions", "filefunctions", "files", "lines", "addresses")
_SORTS = ("flat", "cum")
_SYMBOLIZE = ("", "none", "no", "local", "fastlocal", "remote")
_SAMPLE_TYPES = {
    "total_delay": "delay",
    "mean_delay": "delay",
    "contentions": "contentions",
    "inuse_space": "inuse_space",
    "inuse_objects": "inuse_objects",
    "alloc_space": "alloc_space",
    "alloc_objects": "alloc_objects",
}
_SWITCHES = {
    *_GRANULARITIES,
    *_SORTS,
    *_SAMPLE_TYPES,
    *("normalize", "all_frames", "noinlines", "showcolumns", "trim", "drop_negative", "mean"),
    *("relative_percentages", "compact_labels"),
    "call_tree",  # heeded where the graph is drawn
}
_WITH_VALUE = {
    *("sample_index", "base", "diff_base", "symbolize"),
    *("focus", "ignore", "hide", "show", "show_from", "prune_from", "tagfocus", "tagignore", "tagshow", "taghide"),
    *("nodecount", "nodefraction", "edgefraction", "unit", "divide_by", "source_path", "trim_path"),
}
_TRUTHS = dict.fromkeys(("1", "t", "T", "true", "TRUE", "True"), True)
_TRUTHS |= dict.fromkeys(("0", "f", "F", "false", "FALSE", "False"), False)


class _Given(dict[str, list[str]]):
    """The values that each flag was given, in their order; the last one counts."""

    def text(self, name: str, unless_given: str = "") -> str:
        return self.get(name, [unless_given])[-1]

    def switch(self, name: str, *, unless_given: bool = False) -> bool:
        if name not in self:
            return unless_given
        value = self[name][-1]
        if value not in _TRUTHS:
            raise UsageError(f"-{name} is true or false, not {value!r}")
        return _TRUTHS[value]

    def whole(self, name: str, unless_given: int) -> int:
        try:
            return int(self[name][-1], 0) if name in self else unless_given
        except ValueError:
            raise UsageError(f"-{name} takes a whole number, not {self[name][-1]!r}") from None

    def real(self, name: str, unless_given: float) -> float:
        try:
            return float(self[name][-1]) if name in self else unless_given
        except ValueError:
            raise UsageError(f"-{name} takes a number, not {self[name][-1]!r}") from None

    def one_of(self, names: Sequence[str]) -> str:
        """Which of the switches is on; empty if none is."""
        on = [name for name in names if self.switch(name)]
        if len(on) > 1:
            raise UsageError(f"{' and '.join(f'-{name}' for name in on)} cannot all be given")
        return on[0] if on else ""

    def sample_index(self) -> str:
        """What the older switches say; the first in pprof's order wins."""
        return next((index for name, index in _SAMPLE_TYPES.items() if self.switch(name)), "")
