"""Makes the Snapshot of a goal, on the worker, and makes nothing anew that is as it was.

What costs is kept apart by what it depends on: decoded profiles by their file as it was read, an index by its
profiles, its figures by their filter, the surroundings by the folders and settings that they were found with. So to
come back to a profile decodes nothing, a filter folds and no more, another sample type is another column. It knows
no editor and holds nothing that a reader sees.
"""

from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import partial
from itertools import count
from typing import NamedTuple

from pprof_lens.analysis import filter as filters
from pprof_lens.analysis import index as indexes
from pprof_lens.analysis import select, series
from pprof_lens.analysis.filter import Filter
from pprof_lens.analysis.holders import Holders, holders, is_references
from pprof_lens.analysis.index import Index
from pprof_lens.analysis.select import Choice
from pprof_lens.analysis.series import Evidence
from pprof_lens.profile import merge, prune
from pprof_lens.profile.errors import ProfileError
from pprof_lens.profile.model import Profile
from pprof_lens.session.goal import Capture, Content, Goal, Selection, Source
from pprof_lens.session.kept import Kept
from pprof_lens.session.reading import FileStamp, Stop, read_profile, stamps
from pprof_lens.session.settings import Settings
from pprof_lens.session.snapshot import Files, Snapshot, locate
from pprof_lens.workspace.surroundings import Surroundings, discover, with_opened

_PROFILES = 8
_INDEXES = 4
_FILTERS = 4
_KEPT_BYTES = 256 << 20
"""Profiles of so many raw bytes are kept to be shown again."""

_NO_EVIDENCE = Evidence()


class RefusedError(ProfileError):
    """A goal cannot be shown; the ask of that number is to blame."""

    def __init__(self, number: int, why: str) -> None:
        super().__init__(why)
        self.number = number


class Made(NamedTuple):
    """A Snapshot, None where nothing is to be shown, and the surroundings that its files were found in."""

    snapshot: Snapshot | None
    surroundings: Surroundings | None


@dataclass(slots=True)
class _Loaded:
    """Profiles as one, and what was made of them last."""

    whole: Index
    stamps: tuple[FileStamp, ...]
    evidence: Evidence
    holders: Holders
    files: tuple[Surroundings, Files] | None = None
    filtered: Kept[Filter, Index] = field(default_factory=lambda: Kept(_FILTERS))


class Maker:
    """Makes one Snapshot after the other; used by one thread at a time, but for `at_once`."""

    def __init__(self) -> None:
        self._generations = count(1)
        self._decoded: Kept[object, Profile] = Kept(_PROFILES, _KEPT_BYTES, lambda profile: len(profile.raw))
        self._loaded: Kept[object, _Loaded] = Kept(_INDEXES, _KEPT_BYTES, lambda loaded: len(loaded.whole.profile.raw))
        self._around: tuple[object, Surroundings] | None = None

    def profile(self, path: str, limit: int, stop: Stop) -> Profile:
        """The profile in a file, decoded where it is not known. Raises ProfileError or Cancelled."""
        (stamped,) = stamps((path,))
        return self._decoded.get((path, stamped, limit), partial(read_profile, path, limit, stop))

    def make(self, goal: Goal, shown: Goal, before: Snapshot | None, opened: Collection[str], stop: Stop) -> Made:
        """What is to be shown, where `at_once` makes nothing of it; one goal is always made alike.

        `before` is the Snapshot of the goal that is `shown`, and is kept where it is the same. `opened` are files that
        may be read wherever they are. Raises RefusedError, and Cancelled once `stop` answers true.
        """
        content = goal.content
        assert content is not None, "what is nothing is made at once"
        if goal.has_profiles_of(shown):
            assert before is not None
            is_new, loaded = False, self._loaded_as(before)
        else:
            is_new, loaded = self._load(goal, content, stop)
        seen = self._look(goal, opened, stop, is_new=is_new)
        with _blaming(goal.filter_number):
            index = loaded.filtered.get(goal.filter, lambda: _filtered(loaded.whole, goal.filter, stop))
        if loaded.files is None or loaded.files[0] is not seen:
            now = with_opened(seen, opened)
            taken = loaded.whole.profile.time_nanos
            past = partial(now.histories.once, taken_nanos=taken, disk=now.files, cancelled=stop)
            loaded.files = seen, locate(loaded.whole, now.workspace, now.files, stop, past)
        choice = _column(loaded.whole, goal.selection)
        snapshot = Snapshot(
            generation=0,
            source=_source(content),
            stamps=loaded.stamps,
            whole=loaded.whole,
            index=index,
            column=choice.column,
            note=_note(choice, index),
            filter=goal.filter,
            files=loaded.files[1],
            evidence=_NO_EVIDENCE if content.is_over else loaded.evidence,
            holders=loaded.holders,
        )
        return Made(self._numbered(snapshot, before), seen)

    def at_once(self, goal: Goal, shown: Goal, before: Made) -> Made | None:
        """What is to be shown where that takes no time: nothing, or another sample type; None for anything else.

        May be called while another thread makes a Snapshot. Raises RefusedError.
        """
        if goal.content is None:
            return Made(None, None)
        if before.snapshot is None or replace(goal, selection=shown.selection, saved=shown.saved) != shown:
            return None
        choice = _column(before.snapshot.whole, goal.selection)
        switched = replace(before.snapshot, column=choice.column, note=_note(choice, before.snapshot.index))
        return before._replace(snapshot=self._numbered(switched, before.snapshot))

    def _numbered(self, snapshot: Snapshot, before: Snapshot | None) -> Snapshot:
        """The Snapshot by a number of its own, or the one before where nothing is another."""
        if before is not None and _is_same(snapshot, before):
            return before
        return replace(snapshot, generation=next(self._generations))

    def _loaded_as(self, snapshot: Snapshot) -> _Loaded:
        """What the Snapshot is of, whatever became of its files."""
        found = self._loaded.find(lambda loaded: loaded.whole is snapshot.whole)
        if found is None:
            return _Loaded(snapshot.whole, snapshot.stamps, snapshot.evidence, snapshot.holders)
        return found

    def _load(self, goal: Goal, content: Content, stop: Stop) -> tuple[bool, _Loaded]:
        """The profiles of the content, and whether they are of files that were not known before."""
        limit, source = goal.settings.limits_profile_bytes, content.source
        with _blaming(goal.change_number):
            if (capture := content.capture) is not None:
                return False, self._loaded.get(capture, lambda: _captured(capture, stop))
            key = (limit, source.paths, source.base, stamps(source.paths), stamps(source.base))
            is_new = key not in self._loaded and not content.version
            return is_new, self._loaded.get(key, lambda: self._read(source, limit, stop))

    def _read(self, source: Source, limit: int, stop: Stop) -> _Loaded:
        stamped = stamps(source.paths + source.base)

        def decoded(paths: Sequence[str]) -> list[Profile]:
            return [self.profile(path, limit, stop) for path in paths]

        profiles, references = _apart(decoded(source.paths))
        profile = merge.merge(profiles)
        if source.base:
            profile = merge.diff_base(profile, merge.merge(decoded(source.base)))
        held = holders(references) if references is not None else {}
        return _Loaded(indexes.build(profile, cancelled=stop), stamped, _evidence(profiles), held)

    def _look(self, goal: Goal, opened: Collection[str], stop: Stop, *, is_new: bool) -> Surroundings:
        """What is around the code: found anew where what it depends on changed, or with files not known before."""
        key = (goal.folders, goal.settings.path_mappings, goal.is_trusted, goal.looked)
        if self._around is None or self._around[0] != key or is_new:
            mappings, is_trusted = goal.settings.path_mappings, goal.is_trusted
            found = discover(goal.folders, mappings=mappings, opened=opened, is_trusted=is_trusted, cancelled=stop)
            self._around = key, found
        return self._around[1]


def _source(content: Content) -> Source:
    return content.source if content.capture is None else Source(content.source.name, (content.capture.path,))


def load(path: str, sample_type: str, *, limit: int, folder: str) -> Snapshot:
    """The Snapshot of one file on its own, for who trusts the folder and has no session. Raises ProfileError."""
    goal = Goal(
        content=Content(Source(path, (path,))),
        selection=Selection(required=sample_type),
        settings=Settings(limits_profile_bytes=limit),
        folders=(folder,),
        is_trusted=True,
    )
    snapshot = Maker().make(goal, Goal(), None, (), lambda: False).snapshot
    assert snapshot is not None
    return snapshot


def _is_same(snapshot: Snapshot, before: Snapshot) -> bool:
    return (snapshot.source, snapshot.column, snapshot.filter) == (before.source, before.column, before.filter) and all(
        getattr(snapshot, part) is getattr(before, part) for part in ("index", "files", "evidence")
    )


def _column(whole: Index, selection: Selection) -> Choice:
    profile = whole.profile
    of_names = select.preferred(profile, selection.names)
    if of_names is None and selection.required:
        with _blaming(selection.number):
            return Choice(select.named(profile, selection.required), "")
    return select.default(profile, whole.totals) if of_names is None else Choice(of_names, "")


def _filtered(whole: Index, wanted: Filter, stop: Stop) -> Index:
    mask = filters.mask(whole.profile, wanted)
    return whole if mask is None else indexes.filtered(whole, mask, cancelled=stop)


def _note(choice: Choice, index: Index) -> str:
    """What is to be said of what is selected, where that is not what might be expected."""
    nothing = "No sample passes the filter, so there are no figures." if index.mask and not any(index.mask) else ""
    return " ".join(filter(None, (choice.note, nothing)))


def _captured(capture: Capture, stop: Stop) -> _Loaded:
    profile = merge.merge([prune.remove_uninteresting(capture.profile)])
    return _Loaded(indexes.build(profile, cancelled=stop), (), capture.evidence, {})


def _apart(profiles: Sequence[Profile]) -> tuple[Sequence[Profile], Profile | None]:
    """The profiles to show, and the last one of goref's among them; that is shown itself where there is no other."""
    measured = [profile for profile in profiles if not is_references(profile)]
    references = [profile for profile in profiles if is_references(profile)]
    return (measured, references[-1]) if measured and references else (profiles, None)


def _evidence(profiles: Sequence[Profile]) -> Evidence:
    """What the profiles say about leaks; a lone heap profile shows no growth and is not looked through for it."""
    of_one = ("goroutine", "goroutineleak")
    telling = [p for p in profiles if len(profiles) > 1 or p.memory is not None or select.kind(p) in of_one]
    return series.of_profiles(telling)


@contextmanager
def _blaming(number: int) -> Iterator[None]:
    """What goes wrong within is the fault of the ask of that number."""
    try:
        yield
    except ProfileError as error:
        raise RefusedError(number, str(error)) from None
