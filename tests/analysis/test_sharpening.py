"""Which single stacks are tested for growth: none is missed, through captures that come and go."""

import random
from collections.abc import Callable, Iterator

import pytest

from heaps import heap
from pprof_lens.analysis.blame import blame, is_own_code
from pprof_lens.analysis.captures import summed
from pprof_lens.analysis.growth import Growth, Times, heap_trends
from pprof_lens.analysis.series import Evidence, Series
from pprof_lens.analysis.sharpening import Slopes
from pprof_lens.analysis.verdict import Finder

ROUNDS = 75
PLACES, STACKS = 4, 6


def watched(seed: int) -> Iterator[Evidence]:
    """A program of lines with several stacks, of which some leak, some churn and some come late."""
    draw = random.Random(seed)
    stacks = [(place, way) for place in range(PLACES) for way in range(STACKS)]
    leaks = {stack: draw.choice((0, 0, 0, 0.3, 1)) for stack in stacks}
    churns = {stack: draw.choice((0, 3, 60)) for stack in stacks}
    begins = {stack: draw.choice((0, 0, 30)) for stack in stacks}
    series, ever = Series(), dict.fromkeys(stacks, 0)
    for at in range(1, ROUNDS):
        rows = []
        for stack in (stack for stack in stacks if begins[stack] < at):
            place, way = stack
            live = round(leaks[stack] * (at - begins[stack])) + draw.randint(0, churns[stack])
            ever[stack] = max(ever[stack] + draw.randint(0, churns[stack]), live)
            rows.append(
                f"runtime.way{way} way.go:{way + 1}; main.put put.go:{place + 1} = 524288: {live} {ever[stack]}"
            )
        series.add(heap(10 * at, "\n".join(rows)))
        yield series.evidence()


def sharpened_by_all(evidence: Evidence, place_of: Callable[[int], object]) -> dict[object, Growth]:
    """The growth of each line, every stack of it tested."""
    lines = heap_trends([summed(capture, place_of) for capture in evidence.heaps])
    sharp = {place: trend.growth for place, trend in lines.items()}
    singly = [summed(capture, lambda number: number) for capture in evidence.heaps]
    for number, trend in heap_trends(singly, among=len(evidence.heaps[-1].stacks)).items():
        line = lines[place_of(number)]
        if line.is_beyond_error and 4 * trend.slope >= line.slope:
            sharp[place_of(number)] = max(sharp[place_of(number)], trend.growth)
    return sharp


@pytest.mark.parametrize("seed", range(2))
def test_few_stacks_are_tested_and_none_is_missed(seed: int) -> None:
    finder, was_sharpened = Finder(), False
    for evidence in watched(seed):

        def place_of(number: int, evidence: Evidence = evidence) -> object:
            whose = blame(evidence.stacks[number], is_own_code)
            return whose and (whose.frame.file, whose.frame.line)

        expected = sharpened_by_all(evidence, place_of)
        assert {place: trend.growth for place, trend in finder.trends(evidence).items()} == expected
        lines = heap_trends([summed(capture, place_of) for capture in evidence.heaps])
        was_sharpened |= any(trend.growth < expected[place] for place, trend in lines.items())
    assert was_sharpened


def test_slopes_are_those_of_straight_lines_through_the_bytes() -> None:
    slopes = Slopes()
    for evidence in watched(0):
        slopes.draw(evidence.heaps)
        rows = [dict(zip(capture.stacks, capture.inuse_bytes, strict=True)) for capture in evidence.heaps]
        times = Times.of([capture.seconds / 60 for capture in evidence.heaps])
        for stack in slopes:
            assert slopes[stack] == pytest.approx(times.slope([row.get(stack, 0) for row in rows]), abs=1e-3)
