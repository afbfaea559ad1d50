"""Finding a regular expression in a text in time linear in the text, whatever the expression.

Python's own engine goes back and tries again; a profile that brings its own expressions (drop_frames) could keep it
busy for years. This one is an automaton of sets of positions, built as texts are read, after Ken Thompson and
Russ Cox (RE2). It tells only whether a text holds a match. Expressions come as trees, see `regexps`.
"""

from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal, NamedTuple

from pprof_lens.profile.errors import ProfileError

Ranges = tuple[tuple[int, int], ...]
"""Code points from the first to the second of each pair."""

Place = Literal["text start", "text end", "line start", "line end", "word edge", "no word edge"]


class Chars(NamedTuple):
    """One character of the ranges, which are in order and do not touch, see `merged`."""

    ranges: Ranges


class At(NamedTuple):
    """No character, at such a place."""

    place: Place


class Sequence(NamedTuple):
    """One after the other; nothing at all where there are none."""

    parts: "tuple[Tree, ...]"


class Choice(NamedTuple):
    """Any one of them."""

    parts: "tuple[Tree, ...]"


class Repeat(NamedTuple):
    """At least `least` and at most `most` times; `most` is None for no limit."""

    part: "Tree"
    least: int
    most: int | None


Tree = Chars | At | Sequence | Choice | Repeat


class TooComplex(ProfileError):
    """The expression asks for more memory or time than it is given."""


_MOST_STEPS = 10_000
_MOST_BUILDING = 100_000
"""Parts that are built: a repetition of nothing adds no step, however often it is built."""
_MOST_STATES = 1_000
_MOST_TRANSITIONS = 50_000
_MOST_WORK = 3_000_000
_REPLACEMENT = 0xFFFD

_START, _NEWLINE, _WORD, _OTHER, _END = range(5)
"""What stands before or after a place."""


@dataclass(slots=True)
class _Step:
    """A character to read, a place to be at, or neither; then go on at each of `after`."""

    after: list[int]
    ranges: Ranges | None = None
    place: Place | None = None


class _State(dict[str, "_State | None"]):
    """What can be read next leads to the next state; None is a match. Filled as texts are read."""

    __slots__ = ("before", "matches_at_end", "steps")

    def __init__(self, steps: frozenset[int], before: int) -> None:
        super().__init__()
        self.steps = steps
        self.before = before
        self.matches_at_end: bool | None = None


class Automaton:
    """The expression ready for searching. Raises TooComplex where it has too many steps."""

    def __init__(self, tree: Tree) -> None:
        self._steps: list[_Step] = []
        self._built = self._transitions = 0
        self._match = self._add(_Step(after=[]))
        self._first = self._build(tree, self._match)
        self._states: dict[tuple[frozenset[int], int], _State] = {}
        self._work = 0

    def search(self, text: str) -> bool:
        """Whether a match stands anywhere in the text. Raises TooComplex where it would take too long."""
        state = self._state(frozenset((self._first,)), _START)
        for char in text:
            try:
                following = state[char]
            except KeyError:
                following = self._read(state, char)
                self._remember(state, char, following)
            if following is None:
                return True
            state = following
        if state.matches_at_end is None:
            state.matches_at_end = self._match in self._reached(state, _END)
        return state.matches_at_end

    def _remember(self, state: _State, char: str, following: _State | None) -> None:
        self._transitions += 1
        if self._transitions > _MOST_TRANSITIONS:
            self._states.clear()
            self._transitions = 0
            state.clear()
        state[char] = following

    def _read(self, state: _State, char: str) -> _State | None:
        code = ord(char)
        if 0xDC80 <= code <= 0xDCFF:
            # A byte that is not UTF-8 is the replacement character to Go.
            code = _REPLACEMENT
        kind = _NEWLINE if char == "\n" else _WORD if char.isascii() and (char.isalnum() or char == "_") else _OTHER
        reached = self._reached(state, kind)
        if self._match in reached:
            return None
        after = {self._first}
        for at in reached:
            step = self._steps[at]
            if step.ranges is not None and _holds(step.ranges, code):
                after.update(step.after)
        return self._state(frozenset(after), kind)

    def _reached(self, state: _State, following: int) -> set[int]:
        """All steps that are reached from the state's without reading, before what follows."""
        reached = set(state.steps)
        waiting = list(reached)
        while waiting:
            step = self._steps[waiting.pop()]
            if step.ranges is not None or (step.place is not None and not _is_at(step.place, state.before, following)):
                continue
            for at in step.after:
                if at not in reached:
                    reached.add(at)
                    waiting.append(at)
        self._work += len(reached)
        if self._work > _MOST_WORK:
            raise TooComplex("The regular expression takes too long.")
        return reached

    def _state(self, steps: frozenset[int], before: int) -> _State:
        key = (steps, before)
        state = self._states.get(key)
        if state is None:
            if len(self._states) >= _MOST_STATES:
                self._states.clear()
            state = self._states[key] = _State(steps, before)
        return state

    def _add(self, step: _Step) -> int:
        if len(self._steps) >= _MOST_STEPS:
            raise TooComplex("The regular expression is too large.")
        self._steps.append(step)
        return len(self._steps) - 1

    def _build(self, tree: Tree, after: int) -> int:
        """The first step of the tree, whose last steps go on at `after`."""
        self._built += 1
        if self._built > _MOST_BUILDING:
            raise TooComplex("The regular expression is too large.")
        match tree:
            case Chars(ranges):
                return self._add(_Step(after=[after], ranges=ranges))
            case At(place):
                return self._add(_Step(after=[after], place=place))
            case Sequence(parts):
                for part in reversed(parts):
                    after = self._build(part, after)
                return after
            case Choice(parts):
                return self._add(_Step(after=[self._build(part, after) for part in parts]))
            case Repeat(part, least, most):
                first = after
                if most is None:
                    first = self._add(_Step(after=[after]))
                    self._steps[first].after.append(self._build(part, first))
                else:
                    for _ in range(most - least):
                        first = self._add(_Step(after=[self._build(part, first), after]))
                return self._build(Sequence((part,) * least), first)


def merged(ranges: Iterable[tuple[int, int]]) -> Ranges:
    """The same code points, in order and in as few ranges as can be."""
    found: list[tuple[int, int]] = []
    for start, end in sorted(ranges):
        if found and start <= found[-1][1] + 1:
            found[-1] = (found[-1][0], max(end, found[-1][1]))
        else:
            found.append((start, end))
    return tuple(found)


def negated(ranges: Iterable[tuple[int, int]]) -> Ranges:
    """All code points that are in none of the ranges."""
    outside, low = [], 0
    for start, end in sorted(ranges):
        if start > low:
            outside.append((low, start - 1))
        low = max(low, end + 1)
    if low <= 0x10FFFF:
        outside.append((low, 0x10FFFF))
    return tuple(outside)


def _holds(ranges: Ranges, code: int) -> bool:
    at = bisect_right(ranges, (code, 0x110000))
    return at > 0 and code <= ranges[at - 1][1]


def _is_at(place: Place, before: int, following: int) -> bool:
    match place:
        case "text start":
            return before == _START
        case "text end":
            return following == _END
        case "line start":
            return before in (_START, _NEWLINE)
        case "line end":
            return following in (_END, _NEWLINE)
        case "word edge":
            return (before == _WORD) != (following == _WORD)
        case "no word edge":
            return (before == _WORD) == (following == _WORD)
