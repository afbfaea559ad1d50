"""Programs of many kinds, watched in real time as an editor watches: sound ones under a changing load, leaking ones.

None of the sound ones may be accused in any round of three minutes; each leaking one is to be named on its line within
a minute.
"""

import argparse
import re
import subprocess
import sys
import tempfile
import threading
from pathlib import Path
from typing import NamedTuple

import lab

from pprof_lens.analysis.verdict import Finder
from pprof_lens.annotate.findings import Finding, in_words
from pprof_lens.live import address, watch

MODULE = "example.com/live/"
PROGRAMS: Path = lab.HERE / "live"
SECONDS = {
    **dict.fromkeys(("sound", "services", "fills"), 180.0),
    **dict.fromkeys(("leaking", "shapes", "bodies", "slips"), 60.0),
    "slow": 240.0,
}

_WANT = re.compile(r"// want ([\w-]+)")


class Told(NamedTuple):
    """A finding, in how many rounds it was told, and after how many seconds first."""

    finding: Finding
    rounds: int
    seconds: float


def watched(program: Path, group: str, seconds: float) -> dict[tuple[str, int], Told]:
    """By file and line what was told in any round."""
    told: dict[tuple[str, int], Told] = {}
    finder, times = Finder(), []

    def tell(now: watch.Round) -> None:
        times.append(now.evidence.heaps[-1].seconds)
        for finding in map(in_words, finder.find(now.evidence, source_line)):
            key = finding.profile_path.removeprefix(MODULE), finding.line
            before = told.get(key, Told(finding, 0, times[-1] - times[0]))
            if finding.accuses:
                told[key] = Told(finding, before.rounds + 1, before.seconds)

    with subprocess.Popen([program, "-group", group], stdout=subprocess.PIPE, text=True) as running:
        assert running.stdout is not None
        url = f"http://{running.stdout.readline().strip()}/debug/pprof/"
        pace = watch.Pace(5.0, seconds)
        try:
            watch.watch(address.parse(url), pace=pace, limit=1 << 28, stop=threading.Event(), tell=tell)
        finally:
            running.kill()
    return told


def source_line(path: str, line: int) -> str | None:
    if not path.startswith(MODULE):
        return None
    lines = (PROGRAMS / path.removeprefix(MODULE)).read_text(encoding="utf-8").split("\n")
    return lines[line - 1] if line <= len(lines) else None


def wanted(group: str) -> dict[tuple[str, int], str]:
    """By file and line the code that a comment of the group's source wants there."""
    rows = enumerate((PROGRAMS / f"{group}.go").read_text(encoding="utf-8").split("\n"), 1)
    return {(f"{group}.go", number): match[1] for number, row in rows if (match := _WANT.search(row))}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("groups", nargs="*", default=list(SECONDS))
    options = parser.parse_args()
    failed = 0
    with tempfile.TemporaryDirectory() as folder:
        program = Path(folder) / "live"
        lab.compiled(PROGRAMS, program)
        for group in options.groups:
            told, wants = watched(program, group, SECONDS[group]), wanted(group)
            for key, code in wants.items():
                found = told.get(key)
                is_right = found is not None and found.rounds > 0
                failed += not is_right
                words = f"after {found.seconds:.0f} s, {found.finding.grade}: {found.finding.message}" if found else ""
                sys.stdout.write(f"{'ok' if is_right else 'MISSED'} {key[0]}:{key[1]} {code}: {words}\n")
            spare = {key: found for key, found in told.items() if key not in wants and found.rounds}
            failed += len(spare)
            for key, found in spare.items():
                sys.stdout.write(
                    f"ACCUSED {key[0]}:{key[1]} in {found.rounds} rounds, after {found.seconds:.0f} s: "
                    f"{found.finding.code} {found.finding.message}\n"
                )
            sys.stdout.write(f"{group}: {len(wants)} wanted, {len(spare)} accused that are sound\n")
            sys.stdout.flush()
    return min(failed, 1)


if __name__ == "__main__":
    sys.exit(main())
