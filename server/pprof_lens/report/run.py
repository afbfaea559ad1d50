"""A report from a command line: what `go tool pprof` prints for the same flags, byte for byte.

The order of things is pprof's (internal/driver): profiles are merged and compared, names rewritten, frames that the
profile calls uninteresting cut; the total is taken, then filters, then the granularity. Nothing is read or
printed here.
"""

import re
from array import array
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from pprof_lens.analysis import tags
from pprof_lens.profile import demangle, merge, prune
from pprof_lens.profile.model import Mapping, Profile
from pprof_lens.profile.proportion import in_pieces
from pprof_lens.report import filters
from pprof_lens.report.decoded import Decoded, decoded
from pprof_lens.report.dot import dot
from pprof_lens.report.granularity import aggregated
from pprof_lens.report.listing import listing
from pprof_lens.report.options import Options, Request
from pprof_lens.report.peek import peek
from pprof_lens.report.source_search import ReadFile
from pprof_lens.report.top import top
from pprof_lens.report.traces import traces
from pprof_lens.report.values import values

Load = Callable[[str], Profile]
"""The profile of that name on the command line. Raises ProfileError."""

_NODES_DRAWN = 80
"""How many nodes a drawn graph has where it is not said."""

_URL = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:[^\x00-\x20\x7f]*$")


def report(request: Request, *, load: Load, read: ReadFile, directory: str) -> Iterator[bytes]:
    """The text of the report, in pieces. Raises ProfileError where a profile or a pattern is bad, or nothing matches.

    `read` opens source files for `list`, relative ones from `directory` up.
    """
    options = _overridden(request)
    selected = select(request, load)
    units = selected.label_units
    of_values = values(selected.counted, options)
    shown = aggregated(selected.shown, options)
    del selected  # as large as what is shown
    pattern = request.pattern or ""
    lines: Iterable[str]
    if request.kind == "list":
        lines = listing(shown, of_values, options, pattern, read=read, directory=directory)
    elif request.kind == "peek":
        lines = peek(shown, of_values, options, pattern)
    elif request.kind == "traces":
        lines = traces(shown, of_values, units)
    elif request.kind == "dot":
        lines = dot(shown, of_values, options, units)
    else:
        lines = top(shown, of_values, options)
    for piece in in_pieces((f"{line}\n" for line in lines), len(shown.profile.raw)):
        yield piece.encode("utf-8", "surrogateescape")


@dataclass(frozen=True, slots=True)
class Selected:
    """What of the profiles a report is of: the samples that are shown, and those whose total is 100 percent."""

    shown: Decoded
    counted: Profile
    label_units: dict[str, str]


def select(request: Request, load: Load) -> Selected:
    """The profiles as one, compared and filtered as the request wants. Raises ProfileError."""
    options = request.options
    whole = decoded(_prepared(request, load))
    units = tags.label_units(whole.label_sets[1])
    shown = _filtered(whole, options, units)
    return Selected(shown, (shown if options.relative_percentages else whole).shown, units)


def _overridden(request: Request) -> Options:
    """The options with what the report fixes: a listing is by line, and only `top` and `dot` leave anything out."""
    options = request.options
    if request.kind == "list":
        options = replace(options, granularity="lines")
    if request.kind == "dot" and options.nodecount == -1:
        options = replace(options, nodecount=_NODES_DRAWN)
    if request.kind not in ("top", "dot") or not options.trim:
        options = replace(options, nodecount=0, nodefraction=0.0, edgefraction=0.0)
    return options


def _prepared(request: Request, load: Load) -> Profile:
    options = request.options
    profile = _loaded(request.profiles, load)
    if options.base or options.diff_base:
        base = _loaded([options.base or options.diff_base], load)
        if options.normalize:
            profile = merge.normalized(profile, base)
        profile = (merge.diff_base if options.diff_base else merge.subtract)(profile, base)
    if options.symbolize not in ("none", "no"):
        profile = demangle.simplified(profile)
    if not options.all_frames:
        profile = prune.remove_uninteresting(profile)
    return replace(profile, mappings=tuple(map(_without_url, profile.mappings)))


def _loaded(sources: Sequence[str], load: Load) -> Profile:
    return merge.merge([_with_mapping(load(source)) for source in sources])


def _with_mapping(profile: Profile) -> Profile:
    """The profile with one mapping for all its locations if it has none, as pprof gives it one."""
    if profile.mappings:
        return profile
    mapping = Mapping(1, 0, 0, 0, "", "", *(False,) * 4)
    of_all = array("q", [0]) * len(profile.locations)
    locations = replace(profile.locations, mappings=of_all)
    return replace(profile, mappings=(mapping,), locations=locations)


def _without_url(mapping: Mapping) -> Mapping:
    return mapping._replace(filename="") if not mapping.build_id and _URL.match(mapping.filename) else mapping


def _filtered(whole: Decoded, options: Options, units: dict[str, str]) -> Decoded:
    shown = filters.by_name(whole, options)
    if options.tagfocus or options.tagignore:
        shown = shown.with_samples(tags.focused(shown.samples, options.tagfocus, options.tagignore, units))
    if options.tagshow or options.taghide:
        shown = shown.with_samples(tags.shown(shown.samples, options.tagshow, options.taghide))
    return filters.pruned_from(shown, options.prune_from) if options.prune_from else shown
