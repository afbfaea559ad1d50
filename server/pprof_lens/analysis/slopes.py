"""How steeply the bytes of each single stack rise over a series, kept up as captures come and go.

A slope is linear in what it is drawn from, so a capture that comes or goes costs one pass over its stacks, where a
trend of each would cost one over the whole series. It only tells which stacks are worth a trend; nothing is judged.
"""

from collections.abc import Iterator, Sequence

from pprof_lens.analysis.captures import HeapCapture


class Slopes:
    """Of the stacks of one StackTable."""

    def __init__(self) -> None:
        self._captures: dict[float, HeapCapture] = {}
        self._origin = 0
        self._bytes: dict[int, int] = {}
        self._moments: dict[int, int] = {}
        self._mean = self._squares = 0.0

    def draw(self, captures: Sequence[HeapCapture]) -> None:
        """From here on the slopes are those over these captures, of which no two are of one time."""
        given = {capture.seconds: capture for capture in captures}
        self._origin = self._origin or _microseconds(captures[0])
        for seconds in self._captures.keys() - given.keys():
            self._add(self._captures[seconds], -1)
        for seconds in given.keys() - self._captures.keys():
            self._add(given[seconds], 1)
        self._captures = given
        times = [_microseconds(capture) - self._origin for capture in captures]
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
