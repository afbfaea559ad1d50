"""What of a frame tells it from another: its function, its file, its line or its address; the rest is cleared.

The source is google/pprof, Profile.Aggregate. Frames become one where the graph finds nothing between them.
"""

from dataclasses import replace

from pprof_lens.profile.model import Function, Line, Location
from pprof_lens.report.decoded import Decoded
from pprof_lens.report.options import Options


def aggregated(decoded: Decoded, options: Options) -> Decoded:
    """The profile at the granularity of the options."""
    granularity = options.granularity
    if granularity == "addresses" and not options.noinlines:
        return decoded
    has_function = granularity != "files"
    has_file = granularity != "functions"
    has_line = granularity in ("lines", "addresses")
    has_address = granularity == "addresses"
    has_column = has_line and options.showcolumns

    def function(of: Function) -> Function:
        return of._replace(
            name=of.name if has_function else "",
            system_name=of.system_name if has_function else "",
            filename=of.filename if has_file else "",
        )

    def line(of: Line) -> Line:
        return Line(of.function, of.line if has_line else 0, of.column if has_column else 0)

    def location(of: Location) -> Location:
        lines = of.lines[-1:] if options.noinlines else of.lines
        return of._replace(address=of.address if has_address else 0, lines=tuple(map(line, lines)))

    return replace(
        decoded,
        functions=tuple(map(function, decoded.functions)),
        locations=tuple(map(location, decoded.locations)),
    )
