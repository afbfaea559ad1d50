"""One run for an editor: the benchmarks of one package are measured, or a test of it writes a profile.

What is built is what lies on the disk: the texts are read before the build, and a file that is written while it goes on
is left out, since nobody knows then which text its lines are of. Nothing here is shown or kept.
"""

import time
import uuid
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from pprof_lens.bench import figures, run, runs
from pprof_lens.bench.figures import Wrong
from pprof_lens.bench.run import Asker, Chosen, Go, Profiling
from pprof_lens.bench.runs import Run
from pprof_lens.profile.errors import ProfileError
from pprof_lens.workspace import own_folder, reading, writing
from pprof_lens.workspace.checked_out import checked_out
from pprof_lens.workspace.files import LARGEST_SOURCE, portable
from pprof_lens.workspace.surroundings import Surroundings

_MOST_FILES = 200
"""Go files of a package and open ones whose texts are read before a build; the rest is read after it."""


class Outcome(NamedTuple):
    """A run, and which of its benchmarks are over their budgets."""

    run: Run
    wrong: tuple[Wrong, ...]


class Where(NamedTuple):
    """The folder of a package, the files that are open, and what looks for the files of the lines."""

    folder: str
    opened: Iterable[str]
    around: Callable[[], Surroundings]


def measure(go: Go, where: Where, chosen: Chosen, asker: Asker) -> Outcome:
    """Measure the benchmarks that are chosen. Raises ProfileError, also where there is none of them, or Cancelled."""
    began = time.time_ns()
    before = dict(_texts((*sorted(map(str, Path(where.folder).glob("*.go"))), *where.opened)))
    found = tuple(figures.benchmarks(go, ["."], where.folder, chosen=chosen, asker=asker))
    if not found:
        raise ProfileError(f"{Path(where.folder).name} has no such benchmark, or it is skipped; is its file saved?")
    seen = where.around()
    local = figures.local_files(found, seen)
    measured = tuple(runs.measured(one, local) for one in found)
    named = {line.path for one in measured for line in one.lines} | {one.path for one in measured}
    texts = {path: text for path, text in before.items() if path in named}
    texts.update(_texts((path for path in sorted(named - texts.keys())), written_before=began))
    known = checked_out(seen.tools.git, _own(texts, seen), asker.gave_up)
    taken = time.time()
    of = Run(new_id(taken), taken, measured, texts, known.commit, known.is_dirty)
    return Outcome(of, tuple(wrong for one in found for wrong in one.wrong if wrong.code == "budget"))


def profile(go: Go, folder: str, wanted: Profiling, asker: Asker) -> None:
    """Have a test of a package write a profile. Raises ProfileError or Cancelled; the file is whole or not there."""
    with own_folder.held() as made:
        found = run.packages(go, ["."], folder, asker)
        if not found:
            raise ProfileError(f"{Path(folder).name} has no tests.")
        written = made / "profile"
        run.profile(run.build(go, found[0], made, asker), wanted._replace(to=written), asker)
        try:
            content, _ = reading.read(str(written), run.LARGEST_PROFILE, asker.gave_up)
            writing.write(wanted.to, content)
        except OSError as error:
            raise ProfileError(f"The profile cannot be kept: {writing.why(error)}.") from None


def new_id(taken: float) -> str:
    """An id for a run of that time, in seconds since the epoch; ids are in the order of the times, also within one."""
    within = int(taken % 1 * 2**20)
    return f"{time.strftime('%Y%m%d-%H%M%S', time.gmtime(taken))}-{within:05x}{uuid.uuid4().hex[:3]}"


def _own(texts: Mapping[str, str], seen: Surroundings) -> dict[str, str]:
    """The texts of the workspace's own files."""
    roots = tuple(f"{root.rstrip('/')}/" for root in seen.workspace.roots)
    return {path: text for path, text in texts.items() if portable(path).startswith(roots)}


def _texts(paths: Iterable[str], *, written_before: int | None = None) -> Iterator[tuple[str, str]]:
    """The texts of those files that can be read, and were not written since."""
    for path, _ in zip(dict.fromkeys(paths), range(_MOST_FILES), strict=False):
        with suppress(OSError, ValueError):
            data, facts = reading.read(path, LARGEST_SOURCE)
            if written_before is None or facts.st_mtime_ns < written_before:
                yield path, data.decode("utf-8", "replace")
