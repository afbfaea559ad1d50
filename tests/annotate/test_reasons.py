"""Why a line allocates, in words."""

import time

from pprof_lens.annotate import reasons


def test_a_line_that_is_longer_than_anyone_writes_takes_no_longer() -> None:
    begin = time.monotonic()
    told = reasons.of_line((), (), "a[" * 100_000, lambda _: None)
    assert time.monotonic() - begin < 2
    assert len(told) == 1
    assert told[0].startswith("The compiler gives no reason here: ")
