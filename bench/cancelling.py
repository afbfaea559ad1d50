"""How soon work ends once nobody wants it: `python bench/run.py cancelling` prints it.

What works asks now and then whether it is still wanted. Between two of these questions nothing ends it, so the longest
time between two is the longest that a cancel can take. Hostile profiles are loaded, shown, filtered and put on a page,
each in a process of its own, and the worst gaps are printed with where they begin and end.
"""

import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType

ROOT = Path(__file__).parent.parent
MOST_SECONDS = 0.2
WORST = 3


@dataclass(frozen=True, slots=True, order=True)
class Gap:
    """So long nothing was asked, between these two places of the code."""

    seconds: float
    stage: str
    begin: str
    end: str


@dataclass
class Looks:
    """A `stop` that never stops, and remembers how long it was not asked."""

    clock: Callable[[], float] = time.perf_counter
    gaps: list[Gap] = field(default_factory=list)
    _stage: str = ""
    _at: str = ""
    _last: float = 0

    def __call__(self) -> bool:
        self._note(_place(sys._getframe(1)))  # noqa: SLF001 - whoever asks
        return False

    @contextmanager
    def during(self, stage: str) -> Iterator[None]:
        self._stage, self._at, self._last = stage, "begin", self.clock()
        try:
            yield
        finally:
            self._note("end")

    def _note(self, at: str) -> None:
        now = self.clock()
        self.gaps.append(Gap(now - self._last, self._stage, self._at, at))
        self._at, self._last = at, self.clock()

    def worst(self) -> dict[str, list[Gap]]:
        """The longest gaps of each stage, one for each pair of places."""
        stages: dict[str, dict[tuple[str, str], Gap]] = {}
        for gap in sorted(self.gaps):
            stages.setdefault(gap.stage, {})[gap.begin, gap.end] = gap
        return {stage: sorted(found.values(), reverse=True)[:WORST] for stage, found in stages.items()}


def _place(frame: FrameType | None) -> str:
    """The functions of the server that ask, the innermost first."""
    names = []
    while frame is not None and len(names) < 3:
        if "pprof_lens" in frame.f_code.co_filename:
            names.append(f"{Path(frame.f_code.co_filename).stem}.{frame.f_code.co_name}:{frame.f_lineno}")
        frame = frame.f_back
    return " < ".join(names)


def measure(path: str, folder: str) -> Looks:
    """All that an editor can ask for of this profile, in its worker and in the pages' thread."""
    from pprof_lens.analysis import callers
    from pprof_lens.analysis.filter import Filter
    from pprof_lens.annotate import hot_lines
    from pprof_lens.editor.documents import scale_of
    from pprof_lens.profile.errors import ProfileError
    from pprof_lens.session.goal import Content, Goal, Source
    from pprof_lens.session.maker import Maker, RefusedError

    looks, maker = Looks(), Maker()
    content = Content(Source(path, (path,)))
    goal = Goal(content=content, folders=(folder,), is_trusted=False)
    try:
        with looks.during("load"):
            made = maker.make(goal, Goal(), None, (), looks)
        snapshot = made.snapshot
        assert snapshot is not None
        with looks.during("callers"):
            callers.gather(snapshot.index, cancelled=looks)
        with looks.during("hot lines"):
            hot_lines.find(snapshot.index, 0, scale_of(snapshot), snapshot.files.own, 10, looks)
        for words in ({"focus": "m1[0-9]*$|f"}, {"tag_focus": "request=id1"}, {"tag_ignore": "1kb:"}):
            with looks.during(f"filter {next(iter(words))}"):
                maker.make(Goal(content=content, folders=(folder,), filter=Filter(**words)), goal, snapshot, (), looks)
        with looks.during("page"):
            show(maker, content, goal, looks)
        with looks.during("comparison"):
            both = Content(Source(path, (path,), (path,)))
            Maker().make(Goal(content=both, folders=(folder,)), Goal(), None, (), looks)
    except (ProfileError, RefusedError) as error:
        print(f"refused: {error}", file=sys.stderr)
    return looks


def show(maker, content, goal, looks):
    from pprof_lens.profile import merge
    from pprof_lens.report.options import Options, Request
    from pprof_lens.web import page
    snapshot = maker.make(goal, goal, None, (), looks).snapshot
    request = Request("html", None, content.source.paths, Options())
    page.packed(page.data(request, lambda name: merge.merge([maker.profile(name, 1 << 30, looks)]), snapshot))


def print_cancelling(names: list[str]) -> None:
    sys.path.insert(0, str(ROOT / "tests"))
    from hostile import FULL, SHAPES

    with tempfile.TemporaryDirectory() as folder:
        for name, shape in SHAPES.items():
            if names and name not in names:
                continue
            path = Path(folder) / name
            path.write_bytes(shape(FULL[name]))
            print(f"{name}, {path.stat().st_size / 1e6:.0f} MB", flush=True)
            command = [sys.executable, __file__, str(path), str(ROOT / "examples" / "leaky")]
            for line in subprocess.run(command, check=True, capture_output=True, text=True).stdout.splitlines():
                print(f"  {line}", flush=True)
            path.unlink()


def main() -> None:
    looks = measure(*sys.argv[1:])
    for stage, gaps in looks.worst().items():
        whole = sum(gap.seconds for gap in looks.gaps if gap.stage == stage)
        print(f"{stage:12} {whole * 1e3:8.0f} ms in all")
        for gap in gaps:
            if gap.seconds > MOST_SECONDS / 2:
                missed = " <- MISSED" if gap.seconds > MOST_SECONDS else ""
                print(f"  {gap.seconds * 1e3:8.0f} ms  {gap.begin} -> {gap.end}{missed}")


if __name__ == "__main__":
    main()
