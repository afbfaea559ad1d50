"""Which version of the sources a profile is of, sought in git and on the disk, once for all files of the profile.

Told by the program's build or by the profile itself; else the versions that fit best, and of those what was there
when the profile was taken. `source.versions` says what fits; here the versions come from.
"""

import hashlib
import os
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import datetime, timezone
from itertools import chain, islice
from threading import Lock
from typing import NamedTuple

from pprof_lens.profile.plain import plain
from pprof_lens.source.drift import Candidate, is_proved
from pprof_lens.source.profiled import ProfileFile
from pprof_lens.source.versions import PATIENCE, Build, Drawn, Fits, Read, Version, best, reached
from pprof_lens.workspace import deployed
from pprof_lens.workspace.buildinfo import build_info
from pprof_lens.workspace.deployed import Standing
from pprof_lens.workspace.files import DiskFiles, decoded, portable
from pprof_lens.workspace.git import Blobs, Commit, Repository
from pprof_lens.workspace.process import Cancellation, never
from pprof_lens.workspace.work_tree import OF_ALL, telling

NANOS = 1_000_000_000

MOST_COMMITS = 1_000
"""So many commits of the branch that is checked out are looked through, and so many of all others together."""

MOST_TIPS = 200
"""So many other branches and tags are looked at, those nearest to the profile's time, and entries of the reflog."""

MOST_RIVALS = 8
"""So many other texts that fit as well are held against the one that is taken."""

MOST_VERSIONS = 50
"""So many versions of a file are offered at most."""

MOST_SEARCHES = 3
"""So often the same is sought, where the time for it is over before all was looked at."""

MOST_TEXT = 64 << 20
"""Characters of git's texts that are kept at a time."""


class Found(NamedTuple):
    """By local path the texts that may be what was profiled: of the versions that fit best, the likeliest first.

    `is_whole` says that there was time to look at all that may have them, `is_mute` that git said nothing in it.
    """

    texts: Mapping[str, tuple[Candidate, ...]]
    is_whole: bool = True
    is_mute: bool = False


NOTHING = Found({})


class _Known(NamedTuple):
    """What was found out about a build, and how, as long as the stamp is the same."""

    build: Build
    stamp: object
    search: "Search | None"
    found: Found
    searches: int

    @property
    def is_final(self) -> bool:
        """Whether nothing is to be gained, or has been often enough, by looking once more."""
        return self.found.is_whole or self.found.is_mute or self.searches == MOST_SEARCHES


class Histories:
    """What was found out about the builds of profiles; kept as long as what git has checked out stays the same."""

    def __init__(self, program: str | None) -> None:
        self._program = program
        self._busy = Lock()
        self._tops: dict[str, str] = {}
        self._known: dict[str, _Known] = {}
        self._once: dict[tuple[str, str], tuple[object, str]] = {}
        """When a file was what the profile has by a name, "" for never, as long as the stamp is the same."""

    def of(self, build: Build, path: str, disk: DiskFiles, cancelled: Cancellation = never) -> Found:
        """The texts of all files of the build that are where this one is; none without git. Raises Cancelled."""
        return self._of(build, path, disk, cancelled)[1]

    def alone(self, build: Build, path: str, disk: DiskFiles, cancelled: Cancellation = never) -> Iterator[Candidate]:
        """The texts in which this file fits alone, of all versions that were looked at, the likeliest first.

        Raises Cancelled.
        """
        search, found = self._of(build, path, disk, cancelled)
        if search is not None and path in found.texts:
            with suppress(OSError), Repository(self._program or "", search.top, (), cancelled) as repository:
                yield from search.alone(search.number(path), repository)

    def _of(self, build: Build, path: str, disk: DiskFiles, cancelled: Cancellation) -> tuple["Search | None", Found]:
        real = portable(os.path.realpath(path))
        top = self._top(real.rpartition("/")[0])
        if self._program is None or not top or not disk.is_file(path):
            return None, NOTHING
        with self._busy:
            stamp = _stamp(top)
            known = self._known.get(top)
            if known is not None and (known.build is not build or known.stamp != stamp):
                known = None
            if known is None or not known.is_final:
                before, searches = (known.search, known.searches) if known is not None else (None, 0)
                found = self._search(top, build, disk, before, cancelled)
                known = self._known[top] = _Known(build, stamp, *found, searches + 1)
            return known.search, known.found

    def followed(
        self, path: str, taken_nanos: int, disk: DiskFiles, cancelled: Cancellation = never
    ) -> Iterator[Candidate]:
        """The texts that a file had under other names, too: those of the profile's time newest first, then later ones.

        Raises Cancelled.
        """
        real = portable(os.path.realpath(path))
        top = self._top(real.rpartition("/")[0])
        if self._program is None or not top or not disk.is_file(path) or self._is_mute(top):
            return
        with suppress(OSError), Repository(self._program, top, (), cancelled) as repository:
            seen: set[str] = set()
            versions = list(repository.follow(real[len(top) + 1 :], MOST_COMMITS))
            later = [version for version in versions if not _is_before(version[0].seconds, taken_nanos)]
            before = [version for version in versions if _is_before(version[0].seconds, taken_nanos)]
            for commit, blob in (*before, *reversed(later)):
                content = repository.read(blob) if blob not in seen and len(seen) < MOST_VERSIONS else None
                seen.add(blob)
                if content is not None:
                    yield Candidate(decoded(content), _origin(_version(commit, ())))

    def once(
        self,
        files: Sequence[tuple[str, ProfileFile]],
        taken_nanos: int,
        disk: DiskFiles,
        cancelled: Cancellation = never,
    ) -> Mapping[str, str]:
        """Of local files those that were once what the profile has, and in which commit, by the profile's paths.

        Which file it is stays the same whatever other profiles of a series have in it. Raises Cancelled.
        """
        if self._program is None:
            return {}
        asked: dict[str, list[tuple[str, ProfileFile]]] = defaultdict(list)
        for path, file in files:
            top = self._top(portable(os.path.realpath(path)).rpartition("/")[0])
            if top and any(function.start_line for function in file.functions):
                asked[top].append((path, file))
        found: dict[str, str] = {}
        for top, of in asked.items():
            with self._busy:
                stamp = _stamp(top)
                known = {file.path: self._once.get((path, file.path), (None, "")) for path, file in of}
                unknown = [(path, file) for path, file in of if known[file.path] != (stamp, "")]
                unknown = [(path, file) for path, file in unknown if not known[file.path][1]]
                told = self._search_once(top, Build(tuple(unknown), taken_nanos), disk, cancelled) if unknown else {}
                self._once |= {(path, file.path): (stamp, told.get(file.path, "")) for path, file in unknown}
            found |= {name: origin for name, (_, origin) in known.items() if origin} | told
        return found

    def _search_once(self, top: str, build: Build, disk: DiskFiles, cancelled: Cancellation) -> dict[str, str]:
        """Each file is looked for alone: which versions fit together says nothing against one that fits."""
        inner = [portable(os.path.realpath(path))[len(top) + 1 :] for path, _ in build.files]
        paths, files = [path for path, _ in build.files], [file for _, file in build.files]
        found: dict[str, str] = {}
        with suppress(OSError), Repository(self._program or "", top, inner, cancelled) as repository:
            search = Search(repository, build, paths, Fits(files), disk)
            search.run()
            for number, file in enumerate(files):
                texts = search.alone(number, repository)
                origin = next((text.origin for text in texts if is_proved(file, text.text)), "")
                found |= {file.path: origin} if origin else {}
        return found

    def _is_mute(self, top: str) -> bool:
        """Whether git has had its time there and said nothing, and what it reads is as it was."""
        known = self._known.get(top)
        return known is not None and known.found.is_mute and known.stamp == _stamp(top)

    def commits(self, folder: str, most: int, cancelled: Cancellation = never) -> tuple[tuple[Commit, str], ...]:
        """The newest commits that are checked out there, with the first line of each; none without git."""
        top = self._top(portable(os.path.realpath(folder)))
        if self._program is None or not top:
            return ()
        with suppress(OSError), Repository(self._program, top, (), cancelled) as repository:
            return repository.subjects(most)
        return ()

    def standing(self, build: Build, cancelled: Cancellation = never) -> Standing | None:
        """How what runs elsewhere stands to what is checked out here; None where it is not told. Raises Cancelled."""
        folders = dict.fromkeys(portable(os.path.realpath(path)).rpartition("/")[0] for path, _ in build.files)
        tops = dict.fromkeys(filter(None, map(self._top, folders)))
        if self._program is None or build.deployment is None:
            return None
        found = None
        for top in tops:
            with suppress(OSError), Repository(self._program, top, (), cancelled) as repository:
                now, is_its_own = deployed.standing(repository, build.deployment)
                if found is None or is_its_own:
                    found = now
                if is_its_own:
                    break
        return found

    def _search(
        self, top: str, build: Build, disk: DiskFiles, before: "Search | None", cancelled: Cancellation
    ) -> tuple["Search | None", Found]:
        """What there is for the files of the build, by what one before for the same has read already."""
        files, inner = [], []
        for path, file in build.files:
            real = portable(os.path.realpath(path))
            if self._top(real.rpartition("/")[0]) == top and "\n" not in real:
                files.append((path, file))
                inner.append(real[len(top) + 1 :])
        try:
            with Repository(self._program or "", top, inner, cancelled) as repository:
                fits = Fits([file for _, file in files]) if before is None else before.fits
                search = Search(repository, build, [path for path, _ in files], fits, disk)
                return search, search.run()
        except OSError:
            return None, Found({}, is_whole=False)

    def _top(self, folder: str) -> str:
        """The work tree that a folder is in, "" for none."""
        if folder not in self._tops:
            above = folder.rpartition("/")[0]
            is_top = os.path.exists(f"{folder}/.git")
            self._tops[folder] = folder if is_top else self._top(above) if above != folder else ""
        return self._tops[folder]


def _stamp(top: str) -> object:
    """What changes with what is checked out."""

    def of_file(path: str) -> tuple[int, int] | None:
        try:
            status = os.stat(path)
        except OSError:
            return None
        return status.st_mtime_ns, status.st_size

    return tuple(map(of_file, telling(top, OF_ALL)))


class Search:
    """One search in one repository, for all files of a build that are in it; `paths` are theirs on the disk."""

    def __init__(self, repository: Repository, build: Build, paths: Sequence[str], fits: Fits, disk: DiskFiles) -> None:
        self._repository = repository
        self._build = build
        self.top = repository.root
        self.fits = fits
        self._paths = paths
        self._disk = disk
        self._texts: dict[str, str | None] = {}
        self._of_disk: dict[str, str] = {}
        self._room = MOST_TEXT
        self._changed = [0] * len(paths)
        self._seen: list[dict[str, Version]] = [{} for _ in paths]
        self._renamed: set[int] = set()
        """The files that had another name, or were not there, when the profile was taken."""
        self._is_perfect = self._is_over = False

    def run(self) -> Found:
        """What there is for each file."""
        told = tuple(self._told())
        ours, theirs = Drawn(chain(told, self._at_hand(), self._of_head())), Drawn(self._elsewhere())
        needed = reached((ours, theirs), self.fits, self._text)
        found = self._best(ours, needed)
        if not self._fits_whole(found):
            found = self._best(chain(found, theirs), needed)
        ranked = sorted(dict.fromkeys((*told, *found)), key=self._rank)
        self._is_perfect = self._fits_whole(found)
        texts = {
            path: tuple(self._candidates(number, ranked))
            for number, path in enumerate(self._paths)
            if number not in self._renamed
        }
        self._texts.clear()
        self._is_over = self._repository.is_over
        return Found(texts, not self._is_over, self._repository.is_mute)

    def number(self, path: str) -> int:
        """The number of the file at that path."""
        return self._paths.index(path)

    def alone(self, number: int, repository: Repository) -> Iterator[Candidate]:
        """The texts in which this file fits, whatever the others do, of all versions that were looked at."""

        def read(blob: str) -> str | None:
            return self._of_disk[blob] if blob in self._of_disk else _read(repository, blob)

        standing = self._standing(number, read)
        likeliest = list(islice(standing, MOST_RIVALS + 1))
        possible = (read(blob) for blob, version in likeliest if self._is_possible(version))
        rivals = tuple(islice((text for text in possible if text is not None), MOST_RIVALS))
        is_over = self._is_over or repository.is_over
        for blob, version in islice(chain(likeliest, standing), MOST_VERSIONS):
            text = read(blob)
            if text is not None:
                yield self._candidate(version, text, rivals, is_over=is_over)

    def _standing(self, number: int, read: Read) -> Iterator[tuple[str, Version]]:
        """The texts in which a file fits alone, the likeliest first; behind one, until PATIENCE do not in a row."""
        most, misses = self.fits.counts[number], -len(self._seen[number])
        for blob, version in sorted(self._seen[number].items(), key=lambda seen: self._rank(seen[1])):
            if most and self.fits.of(number, blob, read).functions == most:
                misses = 0
                yield blob, version
            elif (misses := misses + 1) > PATIENCE:
                return

    def _told(self) -> Iterator[Version]:
        """The commit that the program was built of, where it is at hand, and those that the profile names."""
        for program in self._build.programs:
            file = self._disk.open(program)
            if file is not None:
                with file:
                    told = build_info(file)
                if told is not None:
                    evidence = "of which the program was built" + (", with changes" if told.is_modified else "")
                    yield from self._named([told.revision], evidence, is_told=not told.is_modified)
        if (deployment := self._build.deployment) is not None:
            names, place = deployment.names, plain(deployment.place)
            for version in self._named(names, "", is_told=len(names) == 1):
                distance = self._repository.distance(version.commit)
                yield version._replace(place=place, evidence=distance.sentence if distance is not None else "")
        yield from self._named(self._build.revisions, "which the profile names", is_told=True)

    def _named(self, names: Sequence[str], evidence: str, *, is_told: bool) -> Iterator[Version]:
        for commit in self._repository.resolved(f"{name}^{{commit}}" for name in names):
            if commit is not None:
                yield Version(commit, 0, self._repository.blobs_at(commit), evidence, is_told)

    def _best(self, versions: Iterable[Version], needed: int) -> tuple[Version, ...]:
        return best(self._noted(versions), self.fits, self._text, needed=needed)

    def _at_hand(self) -> Iterator[Version]:
        """The working tree; and where files were changed since the profile, what was there when it was taken."""
        now = tuple(self._on_disk(number) for number in range(len(self._paths)))
        taken = self._build.taken_nanos
        if taken and any(changed > taken for changed in self._changed):
            then, evidence = self._then()
            kept = zip(now, then.blobs, self._changed, strict=True)
            blobs = tuple(mine if changed <= taken else theirs for mine, theirs, changed in kept)
            self._renamed = {number for number, blob in enumerate(blobs) if blob is None}
            yield Version(then.commit, then.seconds, blobs, evidence)
        yield Version("", 0, now)

    def _then(self) -> tuple[Version, str]:
        """What was checked out when the profile was taken, by the reflog; else the last commit before."""
        for entry in self._repository.reflog(MOST_TIPS):
            if _is_before(entry.since, self._build.taken_nanos):
                commit = entry.commit
                return _version(commit, self._repository.blobs_at(commit.name)), "checked out when it was profiled"
        for snapshot in self._repository.walk(["HEAD"], MOST_COMMITS):
            if _is_before(snapshot.commit.seconds, self._build.taken_nanos):
                return _version(snapshot.commit, snapshot.blobs), "the last before it was profiled"
        return Version("", 0, self._repository.blobs_at("HEAD")), ""

    def _of_head(self) -> Iterator[Version]:
        for snapshot in self._repository.walk(["HEAD"], MOST_COMMITS):
            yield _version(snapshot.commit, snapshot.blobs)

    def _elsewhere(self) -> Iterator[Version]:
        """What was checked out before, and other branches and tags: first the tips, so that no branch hides others."""
        tips = [entry.commit for entry in self._repository.reflog(MOST_TIPS)]
        tips += sorted(self._repository.refs(10 * MOST_TIPS), key=self._distance)[:MOST_TIPS]
        for tip in dict.fromkeys(tips):
            yield _version(tip, self._repository.blobs_at(tip.name))
        for snapshot in self._repository.walk([tip.name for tip in tips], MOST_COMMITS, without="HEAD"):
            yield _version(snapshot.commit, snapshot.blobs)

    def _distance(self, tip: Commit) -> int:
        return abs(tip.seconds - self._build.taken_nanos // NANOS) if self._build.taken_nanos else -tip.seconds

    def _noted(self, versions: Iterable[Version]) -> Iterator[Version]:
        """The same; of each file its blobs are kept, with the first version that has it."""
        for version in versions:
            seen = version._replace(blobs=())
            for number, blob in enumerate(version.blobs):
                if blob is not None:
                    self._seen[number].setdefault(blob, seen)
            yield version

    def _fits_whole(self, found: Sequence[Version]) -> bool:
        """Whether each function of each file that git knows stands at its line."""
        return bool(found) and all(
            blob is None or self.fits.of(number, blob, self._text).functions == self.fits.counts[number]
            for number, blob in enumerate(found[0].blobs)
        )

    def _rank(self, version: Version) -> tuple[int, int]:
        """Told ones first, then what was there when it was profiled, then back in time, then what came later."""
        if version.is_told:
            return 0, 0
        if version.evidence or (not version.commit and self._is_unchanged()):
            return 1, 0
        if not version.commit:
            return 2, 0
        is_before = _is_before(version.seconds, self._build.taken_nanos)
        return (3, -version.seconds) if is_before else (4, version.seconds)

    def _is_possible(self, version: Version) -> bool:
        """Whether it can have been built before the profile was taken."""
        return _is_before(version.seconds, self._build.taken_nanos) if version.commit else self._is_unchanged()

    def _is_unchanged(self) -> bool:
        """Whether no file was changed since the profile was taken."""
        return not self._build.taken_nanos or max(self._changed, default=0) <= self._build.taken_nanos

    def _candidates(self, number: int, ranked: Sequence[Version]) -> Iterator[Candidate]:
        """The texts of a file in the versions that fit best."""
        rivals = self._rivals_of(number, ranked)
        versions = {version.blobs[number]: version for version in reversed(ranked)}
        for blob in islice(dict.fromkeys(version.blobs[number] for version in ranked), MOST_VERSIONS):
            text = None if blob is None else self._text(blob)
            if text is not None:
                yield self._candidate(versions[blob], text, rivals, is_over=self._repository.is_over)

    def _candidate(self, version: Version, text: str, rivals: Sequence[str], *, is_over: bool) -> Candidate:
        """Where time was over before all had been looked at, one that only fits may not be what fits best."""
        others = () if version.is_told else tuple(rival for rival in rivals if rival != text)
        is_guess = self._rank(version) > _KNOWN
        is_doubtful = is_over and not version.is_told and (is_guess or not self._is_perfect)
        return Candidate(text, _origin(version) + (_IN_TIME if is_doubtful else ""), others, is_guess, is_doubtful)

    def _rivals_of(self, number: int, ranked: Sequence[Version]) -> tuple[str, ...]:
        """The texts of a file in all versions that fit best and can have been built before the profile was taken."""
        if any(version.is_told for version in ranked[:1]):
            return ()
        blobs = dict.fromkeys(version.blobs[number] for version in ranked if self._is_possible(version))
        texts = (self._text(blob) for blob in blobs if blob is not None)
        return tuple(text for text in texts if text is not None)[:MOST_RIVALS]

    def _text(self, blob: str) -> str | None:
        if blob in self._of_disk:
            return self._of_disk[blob]
        if blob not in self._texts:
            text = self._texts[blob] = _read(self._repository, blob)
            self._room -= len(text or "")
            while self._room < 0:  # each version of a large file is one; how it fits stays known
                self._room += len(self._texts.pop(next(iter(self._texts))) or "")
            return text
        return self._texts[blob]

    def _on_disk(self, number: int) -> str | None:
        """What git would call the content of the file on the disk."""
        content, self._changed[number] = self._disk.read(self._paths[number])
        if content is None:
            return None
        blob = hashlib.sha1(b"blob %d\0" % len(content) + content, usedforsecurity=False).hexdigest()
        self._of_disk[blob] = decoded(content)
        return blob


def _read(repository: Repository, blob: str) -> str | None:
    content = repository.read(blob)
    return None if content is None else decoded(content)


_IN_TIME = ", the likeliest that was found before the time for it was over"

_KNOWN = (1, 0)
"""The rank up to which something else than the functions speaks for a version."""


def _is_before(seconds: int, taken_nanos: int) -> bool:
    """Git's clock has seconds only; a commit in the second of a profile came after it, as a build takes longer."""
    committed = seconds * NANOS
    return not taken_nanos or committed == taken_nanos or committed + NANOS <= taken_nanos


def _version(commit: Commit, blobs: Blobs) -> Version:
    return Version(commit.name, commit.seconds, blobs)


def _origin(version: Version) -> str:
    if not version.commit:
        return "this file as it is"
    if version.place:
        return ", ".join(filter(None, (version.place, f"commit {version.commit[:7]}", version.evidence)))
    day = f" of {datetime.fromtimestamp(version.seconds, timezone.utc).date()}" if version.seconds else ""
    return f"commit {version.commit[:7]}{day}" + (f", {version.evidence}" if version.evidence else "")
