"""Compares our reports with `go tool pprof`, byte for byte, and the lines with what `-raw` says.

`python tests/oracle/run.py` runs a part in under a minute, `--all` everything. Prints how many outputs were
compared, each that differs, and the exceptions; fails if one byte differs.
"""

import argparse
import os
import sys
import time
from itertools import chain
from pathlib import Path
from tempfile import TemporaryDirectory

QUICK, QUICK_MADE = 400, 200
"""How many reports the quick part compares, of the profiles that there are and of made ones."""

_MADE = 500


def main() -> int:
    sys.path.insert(0, str(Path(__file__).parents[1]))
    from oracle import cases, compare, pprof  # noqa: PLC0415 - it must be found first

    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--all", action="store_true", help="every profile, sample type and flag set: an hour")
    parser.add_argument("--only", default="", metavar="TEXT", help="the cases that have this in their text")
    options = parser.parse_args()
    started = time.monotonic()
    os.environ["TZ"] = pprof.ZONE
    time.tzset()
    with TemporaryDirectory(prefix="pprof-made-") as folder:
        if options.all or options.only:
            chosen = chain(cases.made_cases(Path(folder), range(_MADE)), cases.every_case())
        else:
            chosen = chain(cases.quick_made_cases(Path(folder), QUICK_MADE), cases.quick_cases(QUICK))
        reports = compare.reports((case for case in chosen if options.only in str(case)), told=_say)
    lines = compare.figures([] if options.only else cases.profiles(), told=_say)
    _say(f"reports: {reports}")
    _say(f"lines:   {lines}")
    _say(f"{time.monotonic() - started:.0f} s")
    return 1 if reports.different or lines.different else 0


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
