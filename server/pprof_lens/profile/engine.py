"""Which fold runs: the native one where it was built, else its plain twin; callers never ask which."""

from array import array

try:
    from pprof_lens.profile import _fold as _engine
    from pprof_lens.profile._fold import calls as _newest  # not in one built before its source changed
except ImportError:  # no compiler when this was installed, or another platform's package
    from pprof_lens.profile import fold as _engine  # type: ignore[no-redef]
    from pprof_lens.profile.fold import calls as _newest

    NATIVE = False
else:
    NATIVE = True

alike = _engine.alike
callers = _engine.callers
calls = _newest
check = _engine.check
containing = _engine.containing
count = _engine.count
find = _engine.find
fold = _engine.fold
labels = _engine.labels
nested_table = _engine.nested_table
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
    """The places of the distinct ones of many numbers, in the order of these."""
    _, rows = ranked(array("q", bytes(8 * len(numbers))), numbers)
    return rows
