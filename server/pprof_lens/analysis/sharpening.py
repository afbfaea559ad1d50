"""Where a line may grow, but not beyond doubt: the growth of its single stacks, so that what churns there hides none.

Of thousands of stacks few are tested: those that make up enough of their line's slope. A slope is linear in what it is
drawn from, so that of every stack is kept up as captures come and go, one pass over the stacks of each; a trend of all
of them would take as long as the whole series at every round of a watch.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Generic

from pprof_lens.analysis.captures import HeapCapture, Key, Sums, summed
from pprof_lens.analysis.growth import Growth, Trend, heap_trends

_PART, _ROUNDED_PART = 4, 5
"""A stack that grows for a line has at least one of so many parts of its slope; the second lets roundings through."""


class Sharper(Generic[Key]):
    """Of the stacks of one StackTable; `key_of` puts each to the line that is to blame, or to none."""

    def __init__(self, key_of: Callable[[int], Key | None]) -> None:
        self._key_of = key_of
        self._slopes = Slopes()
        self._sums: dict[float, Sums[int]] = {}
        self._summed: frozenset[int] = frozenset()

    def sharpened(self, heaps: Sequence[HeapCapture], trends: dict[Key, Trend]) -> dict[Key, Trend]:
        """The trends of lines over these captures, with the growth of a stack where that is surer."""
        steep = self._steep(heaps, trends)
        if not steep:
            return trends
        sharp = dict(trends)
        for number, trend in heap_trends(self._singly(heaps, steep), among=len(heaps[-1].stacks)).items():
            key = self._key_of(number)
            if key is not None and trend.growth > sharp[key].growth and _PART * trend.slope >= sharp[key].slope:
                sharp[key] = replace(sharp[key], growth=trend.growth)
        return sharp

    def _steep(self, heaps: Sequence[HeapCapture], trends: Mapping[Key, Trend]) -> frozenset[int]:
        """The stacks that are worth a test; that of a line's only stack would find what that of the line found."""
        slopes = {
            key: trend.slope
            for key, trend in trends.items()
            if trend.growth is not Growth.PROVEN and trend.is_beyond_error
        }
        if not slopes:
            return frozenset()
        self._slopes.draw(heaps)
        stacks: dict[Key, list[int]] = defaultdict(list)
        for number in self._slopes:
            key = self._key_of(number)
            if key is not None and key in slopes:
                stacks[key].append(number)
        return frozenset(
            number
            for key, numbers in stacks.items()
            for number in (numbers if len(numbers) > 1 else ())
            if _ROUNDED_PART * self._slopes[number] >= slopes[key]
        )

    def _singly(self, heaps: Sequence[HeapCapture], numbers: frozenset[int]) -> list[Sums[int]]:
        """Each capture with these stacks for themselves; those that were asked for in the last round are known."""
        if not numbers <= self._summed:
            self._sums, self._summed = {}, numbers
        wanted = self._summed
        self._sums = {
            capture.seconds: self._sums.get(capture.seconds) or summed(capture, lambda n: n if n in wanted else None)
            for capture in heaps
        }
        return [capture.only(numbers) for capture in self._sums.values()]


class Slopes:
    """How steeply the bytes of each stack of one StackTable rise."""

    def __init__(self) -> None:
        self._captures: dict[float, HeapCapture] = {}
        self._origin = 0
        self._bytes: dict[int, int] = {}
        self._moments: dict[int, int] = {}
        self._mean = self._squares = 0.0

    def draw(self, captures: Sequence[HeapCapture]) -> None:
        """From here on the slopes are those over these captures, of which those of one time count once."""
        given = {capture.seconds: capture for capture in captures}
        self._origin = self._origin or _microseconds(captures[0])
        for seconds in self._captures.keys() - given.keys():
            self._add(self._captures[seconds], -1)
        for seconds in given.keys() - self._captures.keys():
            self._add(given[seconds], 1)
        self._captures = given
        times = [_microseconds(capture) - self._origin for capture in given.values()]
        self._mean = sum(times) / len(times)
        self._squares = sum((time - self._mean) ** 2 for time in times)

    def __iter__(self) -> Iterator[int]:
        """The numbers of the stacks that were in any capture so far."""
        return iter(self._bytes)

    def __getitem__(self, stack: int) -> float:
        """Bytes a minute, for times that are rounded to a microsecond; 0 where there is but one time."""
        moment = self._moments[stack] - self._mean * self._bytes[stack]
        return 60_000_000 * moment / self._squares if self._squares else 0.0

    def _add(self, capture: HeapCapture, times: int) -> None:
        """In integers, of which nothing is left over when the capture goes."""
        bytes_, moments, moment = self._bytes, self._moments, times * (_microseconds(capture) - self._origin)
        for stack, value in zip(capture.stacks, capture.inuse_bytes, strict=True):
            bytes_[stack] = bytes_.get(stack, 0) + times * value
            moments[stack] = moments.get(stack, 0) + moment * value


def _microseconds(capture: HeapCapture) -> int:
    return round(capture.seconds * 1_000_000)
