"""What of a frame tells it from another: its function, its file, its line or its address; the rest is cleared.

The source is google/pprof, Profile.Aggregate. Frames become one where the graph finds nothing between them.
"""

from array import array
from dataclasses import replace

from pprof_lens.profile import engine
from pprof_lens.profile.model import Locations
from pprof_lens.report.decoded import Decoded
from pprof_lens.report.options import Options


def aggregated(decoded: Decoded, options: Options) -> Decoded:
    """The profile at the granularity of the options."""
    granularity = options.granularity
    if granularity == "addresses" and not options.noinlines:
        return decoded
    locations = _outermost(decoded.locations) if options.noinlines else decoded.locations
    if granularity != "addresses":
        locations = replace(locations, addresses=_cleared(locations.addresses))
    has_line = granularity in ("lines", "addresses")
    if not has_line:
        locations = replace(locations, lines=_cleared(locations.lines))
    if not (has_line and options.showcolumns):
        locations = replace(locations, columns=_cleared(locations.columns))
    functions = decoded.functions
    nameless = ("",) * len(functions)
    if granularity == "files":
        functions = replace(functions, names=nameless, system_names=nameless)
    if granularity == "functions":
        functions = replace(functions, filenames=nameless)
    return decoded.with_functions(functions).with_locations(locations)


def _cleared(column: "array[int]") -> "array[int]":
    return array(column.typecode, bytes(column.itemsize * len(column)))


def _outermost(locations: Locations) -> Locations:
    """The last line of each location alone."""
    offsets, last = array("q", [0]), array("q")
    for start, end in zip(locations.offsets, locations.offsets[1:], strict=False):
        if end > start:
            last.append(end - 1)
        offsets.append(len(last))
    functions, lines, columns = (
        engine.take(column, last) for column in (locations.functions, locations.lines, locations.columns)
    )
    return replace(locations, offsets=offsets, functions=functions, lines=lines, columns=columns)
