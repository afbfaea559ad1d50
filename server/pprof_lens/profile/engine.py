"""Which fold runs: the native one where it was built, else its plain twin; callers never ask which."""

from array import array

try:
    from pprof_lens.profile import _fold as _engine
    from pprof_lens.profile._fold import (
        alike as _alike,
    )  # its newest: one that was built before its source changed lacks it
except ImportError:  # no compiler when this was installed, or another platform's package
    from pprof_lens.profile import fold as _engine  # type: ignore[no-redef]
    from pprof_lens.profile.fold import alike as _alike

    NATIVE = False
else:
    NATIVE = True

alike = _alike
callers = _engine.callers
check = _engine.check
containing = _engine.containing
count = _engine.count
find = _engine.find
fold = _engine.fold
labels = _engine.labels
nested = _engine.nested
numbered = _engine.numbered
ranked = _engine.ranked
replaced = _engine.replaced
split = _engine.split
step = _engine.step
table = _engine.table
take = _engine.take
touching = _engine.touching
unpacked = _engine.unpacked
where = _engine.where


def distinct(numbers: "array[int]") -> "array[int]":
    """The distinct ones of many numbers, in their order."""
    _, rows = ranked(array("q", bytes(8 * len(numbers))), numbers)
    return array(numbers.typecode, take(numbers, rows).tobytes())
