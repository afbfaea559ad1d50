"""The hover of a line: every sample type's flat and cum, who called, the function's own figures, how it matched.

The text is Markdown whose every word from a profile stands inside a fenced block or is a name of letters, so that
none of it renders; links lead to files of this machine only.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from pprof_lens.analysis.callers import Caller
from pprof_lens.analysis.growth import Trend
from pprof_lens.analysis.index import Index, Weight
from pprof_lens.analysis.names import short
from pprof_lens.annotate.figures import LineFigure
from pprof_lens.annotate.findings import told
from pprof_lens.annotate.wording import Scale, fenced, meaning
from pprof_lens.profile.plain import plain
from pprof_lens.source.drift import State

CALLERS_SHOWN = 3
CALLS_SHOWN = 3
_PLACES_SHOWN = 6
_FILE = re.compile(r".*/|[^\w.-]")


class Place(NamedTuple):
    """Where a line is now: the URI of its file and its number from 0, None where the file was not found."""

    uri: str | None
    line: int | None


_STATES = {
    State.EXACT: "This line is as it was profiled",
    State.MOVED: "This line was line {line} when it was profiled",
    State.EDITED: "This line was edited since it was profiled (as line {line}); the figure is of the old code",
    State.UNKNOWN: "This line was line {line} when it was profiled, and may have been edited since",
}


def of_line(
    figure: LineFigure,
    state: State,
    index: Index,
    *,
    scale: Scale,
    callers: Sequence[Caller],
    places: Mapping[int, Place],
    how: str,
    trend: Trend | None = None,
    held: Sequence[str] = (),
    fleet: Sequence[str] = (),
    process: str = "",
) -> str:
    """The hover as Markdown. `how` says how the file was found; `callers` are those of the line, heaviest first.

    `places` says by their numbers where the lines are on which they call.
    `trend` is that of the memory that the line is to blame for, where a series is known; `held` are rows on who holds
    what it allocates, `fleet` rows on where the profile was taken; `process` says what the process has beside what
    is in use.
    """
    rows = _sample_type_rows(figure, index, scale)
    blocks = [f"**Pprof Lens** · {_STATES[state].format(line=figure.profile_line)}; {how}."]
    rows += _function_rows(figure, index, scale)
    if callers:
        rows += ["", "called by"]
        rows += [
            _row(scale.value(caller.cum), scale.percent(caller.cum), short(index.functions.names[caller.function]))
            for caller in callers[:CALLERS_SHOWN]
        ]
    blocks.append(fenced([*((*fleet, "") if fleet else ()), *rows, *held]))
    blocks += _called_from(callers, places, index, scale)
    if trend is not None:
        blocks.append(told(trend))
    explained = meaning(scale.sample_type)
    if explained:
        blocks.append(f"_{scale.name}_: {explained}")
    if process and scale.sample_type.type.startswith("inuse_"):
        blocks.append(process)
    return "\n\n".join(blocks)


def of_reasons(sentences: Sequence[str], places: Sequence[tuple[str, int]]) -> str:
    """Why the line allocates, as Markdown; `places` are the URIs and lines (from 1) that the values flow through."""
    if not sentences:
        return ""
    links = ", ".join(f"[{_FILE.sub('', uri)}:{line}]({uri}#L{line})" for uri, line in places[:_PLACES_SHOWN])
    flow = (f"\nIt flows through {links}.",) if links else ()
    return "\n".join(("Why it allocates:\n", *(f"- {told}" for told in sentences), *flow))


def of_waiting(messages: Sequence[str]) -> str:
    """What waits or may be filling on the line, as Markdown; empty where nothing does."""
    return "Seen here, which accuses nobody:\n\n" + fenced(list(messages)) if messages else ""


def _called_from(callers: Sequence[Caller], places: Mapping[int, Place], index: Index, scale: Scale) -> Iterator[str]:
    """A list of the lines on which the callers call, each a link to where it is now."""
    links = []
    for caller in callers[:CALLERS_SHOWN]:
        for call in caller.calls[:CALLS_SHOWN]:
            place = places[call.line]
            if place.uri is None or place.line is None:
                continue
            file = _NOT_A_NAME.sub("_", index.lines.file(call.line).replace("\\", "/").rpartition("/")[2])
            target = f"{_NOT_OF_LINK.sub('', place.uri)}#L{place.line + 1}"
            links.append(f"- [{file}:{place.line + 1}]({target}) {scale.value(call.cum)} {scale.percent(call.cum)}")
    if links:
        yield "\n".join(["Called from", *links])


_NOT_A_NAME = re.compile(r"[^A-Za-z0-9.-]")
_NOT_OF_LINK = re.compile(r"[\s()<>\[\]\\`]")


def _sample_type_rows(figure: LineFigure, index: Index, scale: Scale) -> list[str]:
    rows = [f"{'':14}{'flat':>11}{'cum':>11}{'cum%':>8}"]
    for column, sample_type in enumerate(index.profile.sample_types):
        weights = [index.line_weight(number, column) for number in figure.numbers]
        flat, cum = sum(weight.flat for weight in weights), sum(weight.cum for weight in weights)
        if not flat and not cum:
            continue
        own = Scale(sample_type, index.totals[column], scale.is_difference)
        rows.append(f"{plain(sample_type.type)[:13]:14}{own.value(flat):>11}{own.value(cum):>11}{own.percent(cum):>8}")
    return rows


def _function_rows(figure: LineFigure, index: Index, scale: Scale) -> list[str]:
    column = index.profile.sample_types.index(scale.sample_type)
    rows = ["", f"function{'flat':>17}{'cum':>11}{'cum%':>8}"]
    names = {
        index.profile.functions.names[function]
        for number in figure.numbers
        for function in index.lines.functions(number)
    }
    for name in sorted(names):
        number = index.functions.numbers.get(name)
        weight = Weight(0, 0) if number is None else index.function_weight(number, column)
        if any(weight):
            rows.append(
                f"{'':14}{scale.value(weight.flat):>11}{scale.value(weight.cum):>11}"
                f"{scale.percent(weight.cum):>8}  {short(name)}"
            )
    return rows


def _row(value: str, percent: str, name: str) -> str:
    return f"{value:>25}{percent:>8}  {name}"
