"""Runs of benchmarks and tests that were asked for in the editor, and what is shown of them: one state, in one place.

A run goes on a thread of its own, one after the other, in trusted workspaces with a Go installed, and is kept on the
disk. What is measured is no profile and so no part of what is wanted: it stays until the same benchmark is measured
again. Its lines follow edits from the text that was built. Nothing here decides what is said.
"""

import os
import threading
from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING

from pprof_lens.editor.host import Host
from pprof_lens.editor.worker import Worker
from pprof_lens.profile.errors import ProfileError
from pprof_lens.session.snapshot import path_key
from pprof_lens.source.buffer import Change
from pprof_lens.source.drift import Drift, Placement, State
from pprof_lens.source.lines import without_ends
from pprof_lens.source.tracker import Tracker
from pprof_lens.workspace import kept, writing
from pprof_lens.workspace.surroundings import discover
from pprof_lens.workspace.tools import installed

if TYPE_CHECKING:
    from pprof_lens.bench.figures import Wrong
    from pprof_lens.bench.history import History
    from pprof_lens.bench.run import Asker, Chosen, Go, Profiling
    from pprof_lens.bench.runs import Measured, Run
    from pprof_lens.bench.shown import Label

NO_BASELINE = "No run was kept as the baseline; measure a benchmark and keep it first."


@dataclass(frozen=True, slots=True)
class Known:
    """A benchmark as it was measured last, the run that measured it, and what of it is over its budget."""

    measured: "Measured"
    run: "Run"
    wrong: "tuple[Wrong, ...]" = ()


class Runs:
    """What was measured, by package and name, which of it stands on the lines, and beside which other run."""

    def __init__(self, host: Host) -> None:
        self._host = host
        self._worker = Worker("pprof-lens-runs")
        self._is_over = threading.Event()
        self._go: tuple[tuple[str, ...], str | None] | None = None
        self._known: Mapping[tuple[str, str], Known] = {}
        self._selected: Known | None = None
        self._labels: Mapping[str, Sequence[Label]] = {}
        self._trackers: dict[str, Tracker] = {}
        self._problems: frozenset[str] = frozenset()
        self.against: Run | None = None

    def go(self) -> str | None:
        """The Go that may be run; None where there is none, or none may be."""
        folders = self._host.wanted.settled.folders
        if not self._host.is_trusted:
            return None
        if self._go is None or self._go[0] != folders:
            self._go = folders, installed(folders, os.environ).go
        return self._go[1]

    async def measure(self, go: "Go", folder: str, chosen: "Chosen", asker: "Asker") -> "Run":
        """Measure benchmarks of the package in a folder, keep and show them. Raises ProfileError or Cancelled."""
        from pprof_lens.bench import measuring  # noqa: PLC0415 - the server starts without it

        opened, folders = self._host.files.paths(), self._host.wanted.settled.folders
        around = partial(
            discover,
            folders,
            mappings=self._host.settings.path_mappings,
            opened=opened,
            is_trusted=self._host.is_trusted,
        )
        where, history = measuring.Where(folder, opened, around), self.history()

        def measured() -> "tuple[measuring.Outcome, Run | None, str]":
            outcome = measuring.measure(go, where, chosen, asker)
            baseline = history.run(history.baseline())
            try:
                history.keep(outcome.run)
            except OSError as error:
                return outcome, baseline, f"This run is not kept: {writing.why(error)}."
            return outcome, baseline, ""

        (run, wrong), baseline, problem = await self._worker.run(measured)
        if problem and problem not in self._problems:
            self._problems |= {problem}
            self._host.frontend.say(problem, "warning")
        await self.show(run, baseline, wrong)
        return run

    async def profile(self, go: "Go", folder: str, wanted: "Profiling", asker: "Asker") -> None:
        """Have a test of the package in a folder write a profile. Raises ProfileError or Cancelled."""
        from pprof_lens.bench import measuring  # noqa: PLC0415

        await self._worker.run(lambda: measuring.profile(go, folder, wanted, asker))

    @contextmanager
    def asker(self, title: str, tell: Callable[[str], None]) -> "Iterator[Asker]":
        """Who waits for a run, behind a bar, until this is left; `tell` is given each line, on any thread."""
        from pprof_lens.bench.run import Asker  # noqa: PLC0415

        left = threading.Event()
        bar = self._host.frontend.bar(title, left.set)

        def told(line: str) -> None:
            tell(line)
            if line.startswith("Benchmark"):
                bar.report(line.split(maxsplit=1)[0])

        try:
            yield Asker(lambda: left.is_set() or self._is_over.is_set(), told)
        finally:
            left.set()
            bar.end()

    async def show(self, run: "Run", against: "Run | None", wrong: "tuple[Wrong, ...]" = ()) -> None:
        """Show a run, its first benchmark on the lines, beside another one where that is given."""
        history = self.history()
        try:
            await self._host.aside(lambda: history.unhide(run.id))
        except OSError as error:
            self._host.frontend.say(f"The run is hidden again after a restart: {writing.why(error)}.", "warning")
        functions = {(one.package, one.function) for one in run.measured}
        others = {key: _as_left(known, functions) for key, known in self._known.items()}
        for one in run.measured:
            own = tuple(broken for broken in wrong if broken.function == f"{one.package}.{one.function}")
            others[one.package, one.name] = Known(one, run, own)
        self._known = others
        self.against = against if against is not None and against.id != run.id else None
        first = run.measured[0]
        await self.select(first.package, first.name)

    async def recall(self) -> bool:
        """Know again what was measured last of each benchmark, as after a restart; none of it stands on lines yet."""
        if not self._host.is_trusted or not kept.folder(self._host.wanted.settled.folders).is_dir():
            return False
        history = self.history()
        known, against = await self._worker.run(lambda: _latest(history))
        if self._known:  # something was measured meanwhile
            return False
        self._known, self.against = known, against
        return bool(known)

    async def select(self, package: str, name: str) -> None:
        """Have this benchmark's figures stand on the lines. Raises ProfileError where it was not measured."""
        selected = self._known.get((package, name))
        if selected is None:
            raise ProfileError(f"{name} was not measured yet; measure it first.")
        self._selected, against, threshold = selected, self.against, self._host.settings.threshold
        labels = await self._host.aside(lambda: _labels(selected, against, threshold))
        if self._selected is selected:
            self._put(labels)

    async def show_alone(self) -> None:
        """Compare with nothing any more."""
        self.against = None
        if self._selected is not None:
            await self.select(self._selected.measured.package, self._selected.measured.name)

    def hide(self) -> None:
        """Take all that was measured away from the editor; it stays on the disk."""
        self._known, self._selected, self.against = {}, None, None
        self._put({})

    async def removed(self, name: str) -> None:
        """A run is not on the disk any more: its benchmarks are those of the newest run that is left of each."""
        if self.against is not None and self.against.id == name:
            await self.show_alone()
        if name not in self.shown():
            return
        history = self.history()
        latest, _ = await self._host.aside(lambda: _latest(history))
        self._known = {
            key: now
            for key, known in self._known.items()
            if (now := known if known.run.id != name else latest.get(key)) is not None
        }
        if self._selected is not None and self._selected.run.id == name:
            self._selected = None
            self._put({})

    async def compare(self, old: str, new: str) -> "Run":
        """Show a run beside another one: the newest beside the baseline where none is named. Raises ProfileError."""
        history = self.history()
        before, now = await self._host.aside(lambda: _two(history, old, new))
        if not any(before.of(one.package, one.name) for one in now.measured):
            raise ProfileError("The two runs have no benchmark in common.")
        await self.show(now, before)
        return now

    def history(self) -> "History":
        """What is kept of this workspace's runs."""
        from pprof_lens.bench.history import History  # noqa: PLC0415

        return History(kept.folder(self._host.wanted.settled.folders))

    def of_function(self, path: str, function: str) -> list[Known]:
        """What is known of a benchmark that a file declares, its parts included, in their order."""
        key = path_key(path)
        of_name = (known for known in self._known.values() if known.measured.function == function)
        return [known for known in of_name if path_key(known.measured.path) == key]

    def of_name(self, package: str, name: str) -> Known | None:
        return self._known.get((package, name))

    def shown(self) -> frozenset[str]:
        """The ids of the runs of which something is shown."""
        return frozenset(known.run.id for known in self._known.values())

    def before(self, known: Known) -> "Measured | None":
        """What a benchmark is compared with."""
        if self.against is None or self.against.id == known.run.id:
            return None
        return self.against.of(known.measured.package, known.measured.name)

    def labels(self, uri: str) -> "list[tuple[Label, Placement]]":
        """What stands on the lines of an open file, and where they are now."""
        path = self._host.files.by_uri().get(uri)
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
        path, text = self._host.files.by_uri().get(uri), self._host.files.text(uri)
        built = self._built(path) if path is not None else None
        if built is None or text is None:
            self._trackers.pop(uri, None)
            return
        lines = {label.line for label in self._labels.get(path_key(path or ""), ())}
        tracker = self._trackers[uri] = Tracker(_as_built(built, lines), built, self._host.files.units)
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
        self._worker.stop()

    def _put(self, labels: "Mapping[str, Sequence[Label]]") -> None:
        """Have these stand on the lines, and follow the files that they stand in."""
        self._labels, self._trackers = labels, {}
        for uri in self._host.files.uris():
            self.opened(uri)

    def _built(self, path: str) -> str | None:
        """The text of a file as it was built for what is selected."""
        texts = self._selected.run.texts if self._selected is not None else {}
        key = path_key(path)
        return next((text for built, text in texts.items() if path_key(built) == key), None)


def _labels(selected: Known, against: "Run | None", threshold: float) -> "Mapping[str, Sequence[Label]]":
    """What stands on the lines of each file, by its key: figures, or what changed."""
    from pprof_lens.bench import runs, shown  # noqa: PLC0415

    now, run = selected.measured, selected.run
    old = against.of(now.package, now.name) if against is not None and against.id != run.id else None
    if old is None or against is None:
        told = shown.labels(now, threshold)
    else:
        told = shown.change_labels(now, runs.changes(old, against.texts, now, run.texts), threshold)
    found: dict[str, list[Label]] = defaultdict(list)
    for label in told:
        found[path_key(label.path)].append(label)
    return found


def _latest(history: "History") -> "tuple[Mapping[tuple[str, str], Known], Run | None]":
    """Each benchmark in the newest run that has it and is not hidden, and the baseline."""
    hidden = history.hidden()
    told = (run for run in reversed(history.all()) if run.id not in hidden)
    newest = {(one.package, one.name): run.id for run in told for one in run.measured}
    runs = {name: run for name in set(newest.values()) if (run := history.run(name)) is not None}
    of = ((key, runs[name], runs[name].of(*key)) for key, name in newest.items() if name in runs)
    return {key: Known(one, run) for key, run, one in of if one is not None}, history.run(history.baseline())


def _two(history: "History", old: str, new: str) -> "tuple[Run, Run]":
    """The runs of these ids, the baseline and the newest where none is named. Raises ProfileError."""
    before = old or history.baseline()
    if not before:
        raise ProfileError(NO_BASELINE)
    now = new or next((run.id for run in history.all()), "")
    if now == before:
        raise ProfileError("Nothing was measured since the baseline was kept; measure again first.")
    found = history.run(before), history.run(now)
    if found[0] is None or found[1] is None:
        raise ProfileError("A run is not there any more; choose another one.")
    return found[0], found[1]


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
