"""Runs of benchmarks and tests that were asked for in the editor, and what is shown of them: one state, in one place.

A run goes on a thread of its own, one after the other, in trusted workspaces with a Go installed. What is measured is
no profile and so no part of what is wanted: it stays until the same benchmark is measured again. Its lines follow
edits from the text that was built. Nothing here decides what is said.
"""

import asyncio
import os
import threading
from collections import defaultdict
from collections.abc import Callable, Collection, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, TypeVar

from pprof_lens.lsp.progress import Progress
from pprof_lens.profile.errors import ProfileError
from pprof_lens.session.snapshot import path_key
from pprof_lens.source.buffer import Change
from pprof_lens.source.drift import Drift, Placement, State
from pprof_lens.source.lines import without_ends
from pprof_lens.source.tracker import Tracker
from pprof_lens.workspace.surroundings import discover
from pprof_lens.workspace.tools import installed

if TYPE_CHECKING:
    from pprof_lens.bench.figures import Wrong
    from pprof_lens.bench.run import Asker, Chosen, Go, Profiling
    from pprof_lens.bench.runs import Measured, Run
    from pprof_lens.bench.shown import Label
    from pprof_lens.lsp.server import ProfileServer

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Known:
    """A benchmark as it was measured last, the run that measured it, and what of it is over its budget."""

    measured: "Measured"
    run: "Run"
    wrong: "tuple[Wrong, ...]" = ()


class Runs:
    """What was measured, by package and name, and which of it stands on the lines."""

    def __init__(self, ls: "ProfileServer") -> None:
        self._ls = ls
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="pprof-lens-runs")
        self._is_over = threading.Event()
        self._go: tuple[tuple[str, ...], str | None] | None = None
        self._known: Mapping[tuple[str, str], Known] = {}
        self._selected: Known | None = None
        self._labels: Mapping[str, Sequence[Label]] = {}
        self._trackers: dict[str, Tracker] = {}

    def go(self) -> str | None:
        """The Go that may be run; None where there is none, or none may be."""
        folders = self._ls.wanted.settled.folders
        if not self._ls.is_trusted:
            return None
        if self._go is None or self._go[0] != folders:
            self._go = folders, installed(folders, os.environ).go
        return self._go[1]

    async def measure(self, go: "Go", folder: str, chosen: "Chosen", asker: "Asker") -> "Run":
        """Measure benchmarks of the package in a folder, and show them. Raises ProfileError or Cancelled."""
        from pprof_lens.bench import measuring  # noqa: PLC0415 - the server starts without it

        opened, folders = self._ls.files.paths(), self._ls.wanted.settled.folders
        around = partial(
            discover, folders, mappings=self._ls.settings.path_mappings, opened=opened, is_trusted=self._ls.is_trusted
        )
        where = measuring.Where(folder, opened, around)
        run, wrong = await self._in_turn(lambda: measuring.measure(go, where, chosen, asker))
        functions = {(one.package, one.function) for one in run.measured}
        kept = {key: _as_left(known, functions) for key, known in self._known.items()}
        self._known = {**kept, **{(one.package, one.name): Known(one, run, wrong) for one in run.measured}}
        self.select(run.measured[0].package, run.measured[0].name)
        return run

    async def profile(self, go: "Go", folder: str, wanted: "Profiling", asker: "Asker") -> None:
        """Have a test of the package in a folder write a profile. Raises ProfileError or Cancelled."""
        from pprof_lens.bench import measuring  # noqa: PLC0415

        await self._in_turn(lambda: measuring.profile(go, folder, wanted, asker))

    def asker(self, title: str, tell: Callable[[str], None]) -> "tuple[Asker, Progress]":
        """Whoever waits for a run behind a bar, which is to be ended; `tell` is given each line, on any thread."""
        from pprof_lens.bench.run import Asker  # noqa: PLC0415

        left = threading.Event()
        bar = Progress(self._ls, title, left.set)

        def told(line: str) -> None:
            tell(line)
            if line.startswith("Benchmark"):
                bar.report(line.split(maxsplit=1)[0])

        return Asker(lambda: left.is_set() or self._is_over.is_set(), told), bar

    def select(self, package: str, name: str) -> None:
        """Have this benchmark's figures stand on the lines. Raises ProfileError where it was not measured."""
        selected = self._known.get((package, name))
        if selected is None:
            raise ProfileError(f"{name} was not measured yet; measure it first.")
        self._selected = selected
        self._draw()

    def of_function(self, path: str, function: str) -> list[Known]:
        """What is known of a benchmark that a file declares, its parts included, in their order."""
        key = path_key(path)
        of_name = (known for known in self._known.values() if known.measured.function == function)
        return [known for known in of_name if path_key(known.measured.path) == key]

    def labels(self, uri: str) -> "list[tuple[Label, Placement]]":
        """What stands on the lines of an open file, and where they are now."""
        path = self._ls.files.by_uri().get(uri)
        tracker = self._trackers.get(uri)
        if path is None or tracker is None:
            return []
        placed = ((label, tracker.drift.place(label.line)) for label in self._labels.get(path_key(path), ()))
        return [(label, at) for label, at in placed if at is not None]

    def wrong(self) -> "dict[Wrong, None]":
        """Which budgets are broken."""
        return dict.fromkeys(wrong for known in self._known.values() for wrong in known.wrong)

    def opened(self, uri: str) -> None:
        """Follow a file that is another one now, if it was built."""
        path, text = self._ls.files.by_uri().get(uri), self._ls.files.text(uri)
        built = self._built(path) if path is not None else None
        if built is None or text is None:
            self._trackers.pop(uri, None)
            return
        lines = {label.line for label in self._labels.get(path_key(path or ""), ())}
        tracker = self._trackers[uri] = Tracker(_as_built(built, lines), built, self._ls.files.units)
        if text != built:
            tracker.replace(text)

    def edited(self, uri: str, changes: Sequence[Change]) -> None:
        tracker = self._trackers.get(uri)
        if tracker is not None:
            tracker.apply(changes)

    def replaced(self, uri: str, text: str) -> None:
        tracker = self._trackers.get(uri)
        if tracker is not None:
            tracker.replace(text)

    def closed(self, uri: str) -> None:
        self._trackers.pop(uri, None)

    def stop(self) -> None:
        self._is_over.set()
        self._thread.shutdown(wait=False, cancel_futures=True)

    def _draw(self) -> None:
        """Write what stands on the lines, and follow the files that it stands in."""
        from pprof_lens.bench import shown  # noqa: PLC0415

        found: dict[str, list[Label]] = defaultdict(list)
        if self._selected is not None:
            for label in shown.labels(self._selected.measured, self._ls.settings.threshold):
                found[path_key(label.path)].append(label)
        self._labels, self._trackers = found, {}
        for uri in self._ls.files.uris():
            self.opened(uri)

    def _built(self, path: str) -> str | None:
        """The text of a file as it was built for what is selected."""
        texts = self._selected.run.texts if self._selected is not None else {}
        key = path_key(path)
        return next((text for built, text in texts.items() if path_key(built) == key), None)

    async def _in_turn(self, job: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._thread, job)


def _as_left(known: Known, measured: set[tuple[str, str]]) -> Known:
    """What is known of a benchmark after another run: nothing of a budget that was measured again."""
    of = known.measured
    return replace(known, wrong=()) if (of.package, of.function) in measured else known


def _as_built(text: str, wanted: Collection[int]) -> Drift:
    """Where the lines that have something to say stood in the text that was built."""
    lines = without_ends(text)
    there = sorted(line for line in wanted if 0 < line <= len(lines))
    placements = {line: Placement(line - 1, State.EXACT) for line in there}
    return Drift(placements, is_verified=True, matched="", stale=(), profiled={line: lines[line - 1] for line in there})
