"""Programs of many kinds, watched in real time as an editor watches: sound ones under a changing load, leaking ones.

None of the sound ones may be accused in any round of three minutes; each leaking one is to be named on its line within
a minute, or within the time that its group is given, and to stay so. All groups run at once, each in a program and a
process of its own, thus the longest of them says how long it takes.
"""

import argparse
import re
import sys
import tempfile
from concurrent.futures import ProcessPoolExecutor, as_completed
from pathlib import Path
from typing import NamedTuple

import lab

from pprof_lens.analysis.verdict import Finder
from pprof_lens.annotate.findings import Finding, in_words
from pprof_lens.live.watch import Round

MODULE = "example.com/live/"
PROGRAMS: Path = lab.HERE / "live"
SECONDS = {
    **dict.fromkeys(("sound", "services", "fills", "mended"), 180.0),
    **dict.fromkeys(
        ("leaking", "shapes", "bodies", "slips", "libraries", "kinds", "answers", "asked", "clients"), 90.0
    ),
    "slow": 240.0,
    "drips": 2100.0,
}

_WANT = re.compile(r"// want ([\w-]+)")


class Told(NamedTuple):
    """A finding, in how many rounds it was told, after how many seconds first, and in how many since it was not."""

    finding: Finding
    rounds: int
    seconds: float
    silent: int


def watched(program: Path, group: str, seconds: float) -> dict[tuple[str, int], Told]:
    """By file and line what was told in any round."""
    told: dict[tuple[str, int], Told] = {}
    finder, times = Finder(), []

    def tell(now: Round) -> None:
        times.append(now.evidence.heaps[-1].seconds)
        accusing = (finding for finding in map(in_words, finder.find(now.evidence, source_line)) if finding.accuses)
        found = {(finding.profile_path.removeprefix(MODULE), finding.line): finding for finding in accusing}
        for key in told.keys() - found.keys():
            told[key] = told[key]._replace(silent=told[key].silent + 1)
        for key, finding in found.items():
            before = told.get(key, Told(finding, 0, times[-1] - times[0], 0))
            told[key] = before._replace(finding=finding, rounds=before.rounds + 1)

    with lab.running(program, "-group", group) as place:
        lab.watched(place, seconds, tell)
    return told


def source_line(path: str, line: int) -> str | None:
    """No group reads another one's file: each is a program of its own."""
    return (
        lab.line_of(PROGRAMS / path.removeprefix(MODULE), line) if path.startswith(MODULE) and path[-1] != "/" else None
    )


def wanted(group: str) -> dict[tuple[str, int], str]:
    """By file and line the code that a comment of the group's source wants there."""
    rows = enumerate((PROGRAMS / f"{group}.go").read_text(encoding="utf-8").split("\n"), 1)
    return {(f"{group}.go", number): match[1] for number, row in rows if (match := _WANT.search(row))}


def judged(program: Path, group: str) -> tuple[bool, str]:
    """Whether all is as the group's source says, and the table of it."""
    told, wants = watched(program, group, SECONDS[group]), wanted(group)
    rows = []
    for key, code in wants.items():
        found = told.get(key)
        words = f"{_when(found)}, {found.finding.grade}: {found.finding.message}" if found else ""
        rows.append(f"{'ok' if found else 'MISSED'} {key[0]}:{key[1]} {code}: {words}")
    spare = {key: found for key, found in told.items() if key not in wants}
    for key, found in spare.items():
        rows.append(f"ACCUSED {key[0]}:{key[1]} {_when(found)}: {found.finding.code} {found.finding.message}")
    named = len(wants.keys() & told.keys())
    rows.append(f"{group}: {named} of {len(wants)} named, {len(spare)} accused that are sound\n")
    return named == len(wants) and not spare, "\n".join(rows)


def _when(told: Told) -> str:
    return f"after {told.seconds:.0f} s, in {told.rounds} of {told.rounds + told.silent} rounds since"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("groups", nargs="*", default=list(SECONDS))
    groups: list[str] = parser.parse_args().groups
    with tempfile.TemporaryDirectory() as folder, ProcessPoolExecutor(len(groups)) as pool:
        program = Path(folder) / "live"
        lab.compiled(PROGRAMS, program)
        running = [pool.submit(judged, program, group) for group in groups]
        is_right = [_shown(*done.result()) for done in as_completed(running)]
    return int(not all(is_right))


def _shown(is_right: bool, table: str) -> bool:  # noqa: FBT001
    sys.stdout.write(table)
    sys.stdout.flush()
    return is_right


if __name__ == "__main__":
    sys.exit(main())
