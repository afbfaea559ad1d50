"""Follows an open buffer through the editor's own changes, so that each figure stays with its code.

A line that is cut is remembered with its block, and gets its figures back when it is pasted or when the cut is
undone; a copy gets none, so nothing is doubled. Whether a line is edited is never remembered but seen: it is, if it
does not read as it was profiled. No figures here, no files.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from operator import itemgetter

from pprof_lens.source.buffer import Buffer, Change, Edit
from pprof_lens.source.diff import carry, likeness, says_something
from pprof_lens.source.drift import Drift, Placement, State
from pprof_lens.source.lines import Units

CUT_BLOCKS = 50
"""How many blocks of cut lines are remembered; the oldest is forgotten first."""

MOST_COMPARED = 100_000
"""So many lines are held against those of cut blocks after one notification; what is found by then has its place."""

MOST_FOLLOWED = 1000
"""So many changes of one notification are followed one by one."""

GONE = -1


@dataclass(slots=True)
class _Cut:
    """Lines that were cut. `marks` are pairs of an index in `lines` and a profile line that stood there.

    `batch` is when it happened. An insertion between the buffer's lines `low` and `high` is in the old place.
    """

    lines: tuple[str, ...]
    marks: tuple[tuple[int, int], ...]
    batch: int
    low: int
    high: int


class Tracker:
    """An open buffer and where the profile's lines stand in it; the one thing here that changes.

    One thread owns it. `drift` is the answer for the buffer as it is now, a new one after each change. Where lines
    moved, placements are brought up to date when somebody asks: a new line at the top of a file moves all of them.
    """

    def __init__(self, drift: Drift, text: str, units: Units = "utf-16") -> None:
        self._drift: Drift | None = drift
        self._unedited = drift
        self._placements = dict(drift.placements)
        self._stale_from: int | None = None
        """The first line of the buffer whose marks may have moved since they were placed."""
        self._units = units
        self._buffer = Buffer(text)
        self._marks: list[tuple[int, ...]] = [()] * len(self._buffer.lines)
        """For each line of the buffer the profile lines that stand on it."""
        self._born = [0] * len(self._buffer.lines)
        """For each line of the buffer the batch that brought it, 0 for those of the beginning."""
        self._edited: set[int] = set()
        self._cuts: list[_Cut] = []
        self._batch = 0
        known = (State.EXACT, State.MOVED, State.EDITED)
        self._states = known if not drift.is_doubtful else (State.UNKNOWN,) * len(known)
        self._compared = 0
        for profile_line, (line, state) in drift.placements.items():
            self._marks[line] += (profile_line,)
            if state is State.EDITED:
                self._edited.add(profile_line)

    @property
    def drift(self) -> Drift:
        """Where the profile's lines stand in the buffer as it is now."""
        if self._drift is None:
            self._settle()
            self._drift = replace(self._unedited, placements=dict(self._placements))
        return self._drift

    @property
    def text(self) -> str:
        """The buffer as it is now."""
        return self._buffer.text

    def apply(self, changes: Sequence[Change]) -> None:
        """Follow one notification of the editor, its changes in their order; too many are one replacement."""
        if len(changes) > MOST_FOLLOWED:
            after = Buffer(self.text)
            after.apply_all(changes, self._units)
            self.replace(after.text)
            return
        self._batch += 1
        self._drift = None
        edits = [self._edit(change) for change in changes]
        if all(len(edit.removed) == len(edit.inserted) == 1 for edit in edits):
            self._place({edit.line for edit in edits})
        else:
            first = min([edit.line for edit in edits] + self._restore(edits))
            self._stale_from = first if self._stale_from is None else min(first, self._stale_from)
            for cut in self._cuts:
                if cut.batch == self._batch:
                    for _, profile_line in cut.marks:
                        self._placements.pop(profile_line, None)
        self._recognise(edits)
        del self._cuts[:-CUT_BLOCKS]

    def replace(self, text: str) -> None:
        """Follow the replacement of the whole text, as by an editor that sends no ranges."""
        last = len(self._buffer.lines)
        self.apply([Change(0, 0, last, 0, text)])

    def standing_on(self, line: int) -> tuple[int, ...]:
        """The profile lines that stand on a line of the buffer, from 0."""
        return self._marks[line] if 0 <= line < len(self._marks) else ()

    def _settle(self) -> None:
        """Place what moved."""
        if self._stale_from is not None:
            self._place(range(self._stale_from, len(self._marks)))
            self._stale_from = None

    def _place(self, lines: Iterable[int]) -> None:
        """Bring the placements of these lines up to date; written for speed, as it runs at each new line."""
        placements, edited, all_marks, make = self._placements, self._edited, self._marks, tuple.__new__
        exact, moved, changed = self._states
        for line in lines:
            for profile_line in all_marks[line]:
                state = exact if line + 1 == profile_line else moved
                state = changed if profile_line in edited else state
                placements[profile_line] = make(Placement, (line, state))

    def _edit(self, change: Change) -> Edit:
        edit = self._buffer.apply(change, self._units)
        if len(edit.removed) == len(edit.inserted) == 1:
            self._read_again(self._marks[edit.line], edit.inserted[0])
        else:
            self._follow(edit)
        return edit

    def _read_again(self, profile_lines: Iterable[int], text: str) -> None:
        for profile_line in profile_lines:
            if self._unedited.profiled[profile_line] == text:
                self._edited.discard(profile_line)
            else:
                self._edited.add(profile_line)

    def _follow(self, edit: Edit) -> None:
        end = edit.line + len(edit.removed)
        old_marks, old_born = self._marks[edit.line : end], self._born[edit.line : end]
        targets = _targets(edit)
        marks: list[tuple[int, ...]] = [()] * len(edit.inserted)
        born = [self._batch] * len(edit.inserted)
        lost: dict[int, list[int]] = {}
        marked = [i for i, profile_lines in enumerate(old_marks) if profile_lines]
        if len(edit.inserted) == len(marked) == 1 and set(targets) == {GONE} and says_something(edit.inserted[0]):
            targets[marked[0]] = 0  # written anew as one line, or an undo of that
        choose = _Chooser(edit, targets, self._unedited)
        is_kept = len(targets) > 1 or (edit.kept_before + edit.kept_after).strip() != ""
        for i, target in enumerate(targets):
            if target != GONE and (is_kept or edit.removed[i] == edit.inserted[target]):
                born[target] = min(born[target], old_born[i])
            for profile_line in old_marks[i]:
                to = choose.target(i, profile_line, old_marks[i])
                if to == GONE:
                    lost.setdefault(i, []).append(profile_line)
                else:
                    marks[to] += (profile_line,)
                    self._read_again((profile_line,), edit.inserted[to])
        self._marks[edit.line : end] = marks
        self._born[edit.line : end] = born
        self._move_cuts(edit.line, end, len(edit.inserted))
        self._remember(edit, targets, lost)

    def _move_cuts(self, start: int, end: int, inserted: int) -> None:
        """Keep the places of earlier cuts where they were between their neighbours."""
        shift = inserted - (end - start)

        def moved(at: int, inside: int) -> int:
            return at + shift if at > end else at if at < start else inside

        for cut in self._cuts:
            cut.high = moved(cut.high, max(start, cut.high + shift))
            cut.low = min(moved(cut.low, min(cut.low, end + shift)), cut.high)

    def _remember(self, edit: Edit, targets: Sequence[int], lost: dict[int, list[int]]) -> None:
        """Remember each run of removed lines that had figures which found no place."""
        i = 0
        while i < len(targets):
            if targets[i] != GONE:
                i += 1
                continue
            start = i
            while i < len(targets) and targets[i] == GONE:
                i += 1
            marks = tuple((k - start, p) for k in range(start, i) for p in lost.get(k, ()))
            if marks:
                at = edit.line + (targets[start - 1] + 1 if start else 0)
                self._cuts.append(_Cut(tuple(edit.removed[start:i]), marks, self._batch, at, at))

    def _restore(self, edits: Sequence[Edit]) -> list[int]:
        """Give cut lines their figures back where they were pasted; answers the lines that got some."""
        if not self._cuts:
            return []
        is_new_cut = self._cuts[-1].batch == self._batch
        lines = range(len(self._born))
        if len(edits) == 1 and not is_new_cut:
            lines = range(edits[0].line, edits[0].line + len(edits[0].inserted))
        came: dict[str, list[int]] = defaultdict(list)
        for line in lines:
            if self._born[line] and not self._marks[line]:
                came[self._buffer.line(line).strip()].append(line)
        for edit in edits:
            for i, part in _joined_parts(edit):
                if edit.line + i < len(self._marks) and not self._marks[edit.line + i]:  # a later change may cut it
                    self._born[edit.line + i] = self._batch
                    came[part.strip()].append(edit.line + i)
        restored = []
        self._compared = 0
        alike = Counter(line.strip() for cut in self._cuts for line in cut.lines)
        for cut in self._cuts[::-1]:
            if not any(cut.lines[index].strip() in came for index, _ in cut.marks):
                continue
            at = self._find(cut, came)
            left: list[tuple[int, int]] = []
            for index, marks in groupby(cut.marks, key=itemgetter(0)):
                text = cut.lines[index].strip()
                line = at + index if at != GONE else self._find_alone(cut, text, came) if alike[text] == 1 else GONE
                if line == GONE:
                    left.extend(marks)
                else:
                    self._marks[line] = tuple(profile_line for _, profile_line in marks)
                    self._read_again(self._marks[line], self._buffer.line(line))
                    restored.append(line)
            cut.marks = tuple(left)
        self._cuts = [cut for cut in self._cuts if cut.marks]
        return restored

    def _find(self, cut: _Cut, came: dict[str, list[int]]) -> int:
        """Where the whole block stands again."""
        places = [line for line in came.get(cut.lines[0].strip(), ()) if self._reads(line, cut)]
        in_place = [line for line in places if cut.low <= line <= cut.high]
        if in_place:
            return in_place[0]
        places.sort(key=lambda line: self._born[line] != self._batch)
        speaks = says_something(" ".join(cut.lines)) or (cut.batch == self._batch and len(places) == 1)
        return places[0] if places and speaks else GONE

    def _reads(self, line: int, cut: _Cut) -> bool:
        if line + len(cut.lines) > len(self._born):
            return False
        for k, text in enumerate(cut.lines):
            self._compared += 1
            if not self._can_hold(line + k, cut) or self._buffer.line(line + k).strip() != text.strip():
                return False
            if self._compared > MOST_COMPARED:
                return False
        return True

    def _can_hold(self, line: int, cut: _Cut) -> bool:
        """Whether that line came with this batch, or at any time if it is this batch that cut."""
        came = self._batch if cut.batch < self._batch else 1
        return not self._marks[line] and self._born[line] >= came

    def _find_alone(self, cut: _Cut, text: str, came: dict[str, list[int]]) -> int:
        """Where one line of a block, which no other reads like, stands again, if it says something and does so once."""
        places = [line for line in came.get(text, ()) if self._can_hold(line, cut)]
        return places[0] if len(places) == 1 and says_something(text) else GONE

    def _recognise(self, edits: Sequence[Edit]) -> None:
        """A line that reads as it was profiled wins its figure from an edited line, or from a cut one."""
        read = {
            self._buffer.line(line): line
            for edit in edits
            for line in range(edit.line, min(edit.line + len(edit.inserted), len(self._marks)))
            if self._edited.issuperset(self._marks[line])
        }
        lost = {profile_line for cut in self._cuts for _, profile_line in cut.marks}
        found = [p for p in self._edited | lost if self._unedited.profiled[p] in read]
        if found:
            self._settle()
        recognised = set()
        for profile_line in found:
            line = read[self._unedited.profiled[profile_line]]
            if not self._edited.issuperset(self._marks[line]) or not says_something(self._buffer.line(line)):
                continue
            if profile_line in self._placements:
                old = self._placements[profile_line].line
                self._marks[old] = tuple(mark for mark in self._marks[old] if mark != profile_line)
            recognised.add(profile_line)
            self._marks[line] += (profile_line,)
            self._edited.discard(profile_line)
            self._place((line,))
        if not recognised.isdisjoint(lost):
            for cut in self._cuts:
                cut.marks = tuple(mark for mark in cut.marks if mark[1] not in recognised)
            self._cuts = [cut for cut in self._cuts if cut.marks]


class _Chooser:
    """For the figures of removed lines, the inserted line where each belongs."""

    def __init__(self, edit: Edit, targets: Sequence[int], drift: Drift) -> None:
        self._edit = edit
        self._targets = targets
        self._profiled = drift.profiled
        self._unmatched: dict[str, int] | None = None

    def target(self, removed: int, profile_line: int, marks: Sequence[int]) -> int:
        """The inserted line for a figure: where the line went, unless another reads as it was profiled.

        That other one is there after an undo, and where two lines that were joined are split again; `marks` are
        all figures of the line, from its left to its right.
        """
        target, profiled, inserted = self._targets[removed], self._profiled[profile_line], self._edit.inserted
        if target != GONE and inserted[target] == self._edit.removed[removed]:
            return target
        if self._unmatched is None:
            kept = {t for i, t in enumerate(self._targets) if t != GONE and self._edit.removed[i] == inserted[t]}
            self._unmatched = {text: j for j, text in enumerate(inserted) if j not in kept}
        if profiled in self._unmatched:
            return self._unmatched[profiled]
        if len(marks) > 1 and len(self._edit.removed) == 1:
            end = 0 if profile_line == marks[0] else len(inserted) - 1
            return max(range(len(inserted)), key=lambda j: (likeness(profiled, inserted[j]), j == end))
        return target


def _joined_parts(edit: Edit) -> Iterator[tuple[int, str]]:
    """The inserted lines of which a part stood there already, by number, each with its other part."""
    if len(edit.inserted) > 1 and edit.kept_before.strip():
        yield 0, edit.inserted[0][len(edit.kept_before) :]
    if len(edit.inserted) > 1 and edit.kept_after.strip():
        last = edit.inserted[-1]
        yield len(edit.inserted) - 1, last[: len(last) - len(edit.kept_after)]


def _targets(edit: Edit) -> list[int]:
    """For each removed line the inserted line that it became, or GONE."""
    removed, inserted = edit.removed, edit.inserted
    last = len(inserted) - 1
    if len(removed) == 1:
        before, after = len(edit.kept_before.strip()), len(edit.kept_after.strip())
        goes = before < after or (before == after == 0 and removed[0] == inserted[-1])
        return [last if goes else 0]
    targets = [GONE] * len(removed)
    i, i_end, j, j_end = 0, len(removed), 0, len(inserted)
    if edit.kept_before.strip():
        targets[0], i, j = 0, 1, 1
    if edit.kept_after.strip():
        targets[-1], i_end, j_end = last, i_end - 1, j_end - 1
    for k, to in enumerate(carry(removed[i:i_end], inserted[j : max(j, j_end)]), i):
        targets[k] = to + j if to != GONE else GONE
    return targets
