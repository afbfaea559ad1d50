"""Pages of half a million samples: how long they take to be made, their size, and how fast they are in a browser."""

import json
import subprocess
import sys
import time
from pathlib import Path
from typing import get_args

from made import Stacks, made_profile

BROWSER = Path(__file__).with_name("paging.mjs")
MOST = {"first paint": 300.0, "zoom": 50.0, "pan": 1000 / 60}
MOST_MEGABYTES = 4


def print_pages(cache: Path) -> None:
    for stacks in get_args(Stacks):
        profile = made_profile(cache, stacks=stacks)
        page = cache / f"{stacks}.html"
        start = time.perf_counter()
        subprocess.run([sys.executable, "-m", "pprof_lens", "html", profile, "-o", page], check=True)
        print(f"page of {stacks} stacks: {time.perf_counter() - start:.1f} s")
        said = json.loads(subprocess.run(["node", BROWSER, page], check=True, stdout=subprocess.PIPE).stdout)
        _row("size", page.stat().st_size / 1e6, "MB", MOST_MEGABYTES)
        for what, most in MOST.items():
            _row(what, said[what], "ms", most)
        print(flush=True)


def _row(what: str, found: float, unit: str, most: float) -> None:
    missed = " <- MISSED" if found > most else ""
    print(f"  {what:14} {found:9.1f} {unit}  to be at most {most:.1f}{missed}")
