"""Which samples count and what of their stacks is shown: focus, ignore, hide, show, show_from, prune_from.

The meaning is pprof's (profile/filter.go, profile/prune.go): a pattern matches a function's name, its file, or the
file of the location's mapping; prune_from matches simplified names only. Labels are `tags`' business.
"""

from collections.abc import Iterator
from functools import lru_cache

from pprof_lens.profile import prune
from pprof_lens.profile.model import Line, Location, Sample
from pprof_lens.profile.regexps import searcher
from pprof_lens.report.decoded import Decoded
from pprof_lens.report.options import Options

_MOST_SEARCHED = 1 << 12
"""So many names are kept with what was found in them: one can be that of every function, or each that of one."""


def by_name(decoded: Decoded, options: Options) -> Decoded:
    """focus, ignore, hide and show, then show_from. Raises ProfileError for a bad pattern."""
    if options.focus or options.ignore or options.hide or options.show:
        decoded = _focused_and_shown(decoded, options)
    return _shown_from(decoded, _Names(decoded, options.show_from)) if options.show_from else decoded


def pruned_from(decoded: Decoded, pattern: str) -> Decoded:
    """Stacks without what is below the frame nearest to the leaf whose simplified name matches."""
    search = searcher(pattern)
    matches = lru_cache(_MOST_SEARCHED)(lambda name: bool(name) and search(prune.simplified(name)))
    matching = bytes(map(matches, decoded.functions.names))

    def first(location: Location) -> int | None:
        return next((at for at, line in enumerate(location.lines) if matching[line.function]), None)

    found = list(map(first, decoded.locations))
    lines = (location.lines[at or 0 :] for location, at in zip(decoded.locations, found, strict=True))

    def cut(sample: Sample) -> Sample:
        lowest = next((at for at, location in enumerate(sample.locations) if found[location] is not None), 0)
        return sample._replace(locations=sample.locations[lowest:])

    return decoded.with_samples(map(cut, decoded.samples)).with_lines(lines)


class _Names:
    """A pattern against the names that a location has."""

    def __init__(self, decoded: Decoded, pattern: str) -> None:
        search = lru_cache(_MOST_SEARCHED)(searcher(pattern))
        functions = decoded.functions
        self._functions = bytes(
            search(name) or search(file) for name, file in zip(functions.names, functions.filenames, strict=True)
        )
        self._mappings = [search(mapping.filename) for mapping in decoded.profile.mappings]
        # The last one stands for NO_MAPPING, which is -1.
        self._mappings.append(False)

    def has_line(self, line: Line) -> bool:
        return bool(self._functions[line.function])

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

    def left(location: Location) -> tuple[Line, ...]:
        lines = location.lines
        if hide and hide.has(location):
            lines = () if hide.has_mapping(location) else tuple(line for line in lines if not hide.has_line(line))
        if show and not show.has_mapping(location):
            lines = tuple(filter(show.has_line, lines))
        return lines

    def is_hidden(location: Location) -> bool:
        return (show is not None or (hide is not None and hide.has(location))) and not left(location)

    hidden = bytes(map(is_hidden, decoded.locations))

    def kept() -> Iterator[Sample]:
        for sample in decoded.samples:
            if not any(map(focused.__getitem__, sample.locations)) or any(map(ignored.__getitem__, sample.locations)):
                continue
            shown = tuple(location for location in sample.locations if not hidden[location])
            if shown:
                yield sample._replace(locations=shown)

    return decoded.with_samples(kept()).with_lines(map(left, decoded.locations))


def _matching(decoded: Decoded, names: _Names | None) -> bytes:
    return bytes(names is not None and names.has(location) for location in decoded.locations)


def _shown_from(decoded: Decoded, names: _Names) -> Decoded:
    """Stacks from the matching frame nearest to the root on; those without one are dropped."""

    def outermost(location: Location) -> int:
        return max((at for at, line in enumerate(location.lines) if names.has_line(line)), default=-1)

    def left(location: Location) -> tuple[Line, ...]:
        last = -1 if names.has_mapping(location) else outermost(location)
        return location.lines if last < 0 else location.lines[: last + 1]

    matching = bytes(names.has_mapping(location) or outermost(location) >= 0 for location in decoded.locations)

    def kept() -> Iterator[Sample]:
        for sample in decoded.samples:
            highest = max((at for at, location in enumerate(sample.locations) if matching[location]), default=-1)
            if highest >= 0:
                yield sample._replace(locations=sample.locations[: highest + 1])

    return decoded.with_samples(kept()).with_lines(map(left, decoded.locations))
