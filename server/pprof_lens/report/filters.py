"""Which samples count and what of their stacks is shown: focus, ignore, hide, show, show_from, prune_from.

The meaning is pprof's (profile/filter.go, profile/prune.go): a pattern matches a function's name, its file, or the
file of the location's mapping; prune_from matches simplified names only. Labels are `tags`' business.
"""

from functools import cache

from pprof_lens.profile import prune
from pprof_lens.profile.model import Line, Location, Sample
from pprof_lens.profile.regexps import searcher
from pprof_lens.report.decoded import Decoded
from pprof_lens.report.options import Options


def by_name(decoded: Decoded, options: Options) -> Decoded:
    """focus, ignore, hide and show, then show_from. Raises ProfileError for a bad pattern."""
    if options.focus or options.ignore or options.hide or options.show:
        decoded = _focused_and_shown(decoded, options)
    return _shown_from(decoded, _Names(decoded, options.show_from)) if options.show_from else decoded


def pruned_from(decoded: Decoded, pattern: str) -> Decoded:
    """Stacks without what is below the frame nearest to the leaf whose simplified name matches."""
    search = searcher(pattern)
    matches = cache(lambda name: bool(name) and search(prune.simplified(name)))
    matching = [matches(function.name) for function in decoded.functions]

    def first(location: Location) -> int | None:
        return next((at for at, line in enumerate(location.lines) if matching[line.function]), None)

    found = [first(location) for location in decoded.locations]
    locations = [
        location if at is None else location._replace(lines=location.lines[at:])
        for location, at in zip(decoded.locations, found, strict=True)
    ]

    def cut(sample: Sample) -> Sample:
        lowest = next((at for at, location in enumerate(sample.locations) if found[location] is not None), 0)
        return sample._replace(locations=sample.locations[lowest:])

    return decoded.with_stacks(locations, [cut(sample) for sample in decoded.samples])


class _Names:
    """A pattern against the names that a location has."""

    def __init__(self, decoded: Decoded, pattern: str) -> None:
        search = cache(searcher(pattern))
        self._functions = [search(function.name) or search(function.filename) for function in decoded.functions]
        self._mappings = [search(mapping.filename) for mapping in decoded.profile.mappings]
        # The last one stands for NO_MAPPING, which is -1.
        self._mappings.append(False)

    def has_line(self, line: Line) -> bool:
        return self._functions[line.function]

    def has_mapping(self, location: Location) -> bool:
        return self._mappings[location.mapping]

    def has(self, location: Location) -> bool:
        return self.has_mapping(location) or any(map(self.has_line, location.lines))


def _focused_and_shown(decoded: Decoded, options: Options) -> Decoded:
    focus, ignore, hide, show = (
        _Names(decoded, pattern) if pattern else None
        for pattern in (options.focus, options.ignore, options.hide, options.show)
    )
    ignored = _matching(decoded, ignore)
    focused = _matching(decoded, focus) if focus else bytes(not flag for flag in ignored)
    hidden: set[int] = set()
    locations = list(decoded.locations)
    for i, location in enumerate(locations):
        lines = location.lines
        if hide and hide.has(location):
            lines = () if hide.has_mapping(location) else tuple(line for line in lines if not hide.has_line(line))
        elif not show:
            continue
        if show and not show.has_mapping(location):
            lines = tuple(filter(show.has_line, lines))
        locations[i] = location._replace(lines=lines)
        if not lines:
            hidden.add(i)
    samples = []
    for sample in decoded.samples:
        if not any(map(focused.__getitem__, sample.locations)) or any(map(ignored.__getitem__, sample.locations)):
            continue
        if hidden:
            shown = tuple(location for location in sample.locations if location not in hidden)
            if not shown:
                continue
            samples.append(sample._replace(locations=shown))
        else:
            samples.append(sample)
    return decoded.with_stacks(locations, samples)


def _matching(decoded: Decoded, names: _Names | None) -> bytes:
    return bytes(names is not None and names.has(location) for location in decoded.locations)


def _shown_from(decoded: Decoded, names: _Names) -> Decoded:
    """Stacks from the matching frame nearest to the root on; those without one are dropped."""
    locations = list(decoded.locations)
    matching = bytearray(len(locations))
    for i, location in enumerate(locations):
        outermost = max((at for at, line in enumerate(location.lines) if names.has_line(line)), default=-1)
        matching[i] = names.has_mapping(location) or outermost >= 0
        if not names.has_mapping(location) and outermost >= 0:
            locations[i] = location._replace(lines=location.lines[: outermost + 1])
    samples = []
    for sample in decoded.samples:
        highest = max((at for at, location in enumerate(sample.locations) if matching[location]), default=-1)
        if highest >= 0:
            samples.append(sample._replace(locations=sample.locations[: highest + 1]))
    return decoded.with_stacks(locations, samples)
