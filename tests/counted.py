"""How much work something is, by what Python calls meanwhile, which no load of the machine changes."""

import sys
from collections.abc import Callable


def calls_for(work: Callable[[], object]) -> int:
    """How many times Python calls a function until that is done."""
    calls = 0

    def count(*_: object) -> None:
        nonlocal calls
        calls += 1

    sys.setprofile(count)
    try:
        work()
    finally:
        sys.setprofile(None)
    return calls
