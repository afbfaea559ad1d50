"""Asks Go's compiler why the code of one package allocates and what it does not inline, in a folder made for it.

The build cache answers a second time in an empty folder, so each question has a folder of its own. Nothing is fetched,
no other toolchain is taken, and a build that nobody waits for ends with all that it started.
"""

import os
from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

from pprof_lens.bench.run import Asker, Go, run
from pprof_lens.profile.errors import Cancelled, ProfileError
from pprof_lens.source.reasons import Decision, decisions, source_of

_OFFLINE = {"GOTOOLCHAIN": "local", "GOPROXY": "off"}
_LONGEST_ROW = 1 << 20
_MOST_BYTES = 256 << 20
_MOST_DECISIONS = 50_000


def explain(go: Go, package: str, folder: Path, gave_up: Callable[[], bool]) -> Mapping[str, tuple[Decision, ...]]:
    """By local path the values of the package that live on the heap, and what of it is not inlined.

    All that go writes is in `folder`, which is an empty one: what it leaves where it is killed goes with that. Raises
    ProfileError where the package does not build, or Cancelled.
    """
    asker = Asker(gave_up)
    answers, work = folder / "answers", folder / "work"
    answers.mkdir(exist_ok=True)
    work.mkdir(exist_ok=True)
    words = [*go.flags, f"-gcflags=-json=0,{answers.as_uri()}", "-o", os.devnull, "."]
    offline = replace(go, environ={**go.environ, **_OFFLINE, "GOTMPDIR": str(work)})
    failed = ""
    for command in (["test", "-c", "-vet=off", *words], ["build", *words]):
        failed = run(offline, command, package, asker)
        found = _read(answers, gave_up)
        if found:
            return found
    if failed:
        raise ProfileError(f"The compiler does not build {package}: {failed}")
    return {}


def _read(answers: Path, gave_up: Callable[[], bool]) -> Mapping[str, tuple[Decision, ...]]:
    found: dict[str, dict[Decision, None]] = defaultdict(dict)
    left = _MOST_BYTES
    for file in sorted(answers.rglob("*.json")):
        with file.open("rb") as stream:
            path = source_of(stream.readline(_LONGEST_ROW))
            if not path:
                continue
            while left > 0 and (row := stream.readline(_LONGEST_ROW)):
                left -= len(row)
                for decision in decisions((row,), path):
                    if len(found[decision.at.path]) < _MOST_DECISIONS:
                        found[decision.at.path][decision] = None
                if gave_up():
                    raise Cancelled
    return {path: tuple(of) for path, of in found.items()}
