"""Why a line allocates, in words."""

import time

from pprof_lens.annotate import reasons
from pprof_lens.source.reasons import explained


def test_a_line_that_is_longer_than_anyone_writes_takes_no_longer() -> None:
    text = "a[" * 100_000
    of = explained("m.go", f"func f() {{\n{text}\n}}\n", ())
    begin = time.monotonic()
    told = reasons.of_line(of, 2, text)
    assert time.monotonic() - begin < 2
    assert len(told) == 1
    assert told[0].startswith("The compiler gives no reason here: ")
