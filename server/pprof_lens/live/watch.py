"""Watches a running program: asks it for its heap and its goroutines again and again, and keeps a bounded series.

Runs on a worker's thread that it is given, never on the loop, and tells each round as a value. It judges nothing;
findings are drawn from the evidence that it collects. The program pays for each round with a garbage collection, and
for each proof of leaked goroutines with two; where its goroutines become more, a dump now and then tells whether they
are the same ones.
"""

import math
import threading
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field, replace

from pprof_lens.analysis.growth import FEWEST
from pprof_lens.analysis.series import Evidence, Series
from pprof_lens.analysis.watched import Proof, Silence, Watched
from pprof_lens.live.access import Access
from pprof_lens.live.address import Address
from pprof_lens.live.endpoint import NO_ACCESS, fetch
from pprof_lens.live.errors import FetchError, MissingError, UnreachableError
from pprof_lens.live.transfer import unfolded
from pprof_lens.profile.errors import ProfileError
from pprof_lens.profile.goroutines import goroutine_groups
from pprof_lens.profile.memory_stats import memory_stats
from pprof_lens.profile.model import Profile
from pprof_lens.profile.read import read_goroutines, read_unpacked

MOST_FAILURES = 10
PATIENCE = 600.0
"""So many rounds in a row without a profile end the watch; of a program that does not answer at all only after so many
seconds, as forwarded ports break and come back."""

LEAKS_EVERY = 60.0
LEAKS_SOONEST = 15.0
"""Seconds between two proofs of leaked goroutines, and where goroutines become more."""

MEMORY_AFTER = 10.0
MEMORY_EVERY = 300.0
"""Seconds until the runtime is first asked for its memory as a whole, and between two times: the text is long."""

MANY_GOROUTINES = 5_000
GOROUTINES_A_SECOND = 333
LEAKS_A_SECOND = 55
"""Of a program that has many goroutines, they are asked for and proved no faster than so many: each costs the program
some microseconds, and a watch is to cost it at most a hundredth of a core (`python bench/run.py polling`)."""

CENSUS_EVERY = 14.5
"""Seconds between two dumps where goroutines become more: whether those that wait are still the same. Three rounds of
five seconds, which are never just as long: a dump that came one round later would be missing where it is asked for."""

MOST_DUMPED = 2_000
"""Goroutines: of more a dump would make the program pause for too long."""

MOST_TAKEN, MOST_OF_A_DUMP = 1 << 26, 1 << 24
"""Bytes of an answer, whatever the setting says: a program that goes on and on does so at each round, and 2,000
goroutines in text have some MB."""

_MORE = 1.2
_MOST_REFUSALS = 2
_LONGEST_PROOF = 5.0
"""Seconds; a program that refuses after so long is not asked again, as each time holds up the rest."""
_LONGEST_READING = 15.0
"""Seconds; a dump that takes so long to read is none of few goroutines, and the last that is asked for."""
_MOST_CHANGES = 100

RESTARTED = "The program was started anew; a new series begins."
ALWAYS_ANEW = (
    "Another run of the program answers at nearly every round, as several behind one address do; growth shows only "
    "over the rounds of one run."
)


@dataclass(frozen=True, slots=True)
class Round:
    """What one round brought. `profile` is the heap's, of a program that refuses that the goroutines'; `body` is that
    profile as it came, and `note` news for the user.

    After a round that failed `failure` says why, `failures` how many there were in a row, and the rest is as before.
    `is_last` where the time is over, or the watch is to finish.
    """

    evidence: Evidence
    body: bytes = b""
    profile: Profile | None = None
    note: str = ""
    failure: str = ""
    failures: int = 0
    watched: Watched = field(default_factory=Watched)
    is_last: bool = False


@dataclass(frozen=True, slots=True)
class Pace:
    """Seconds: between two rounds, of the whole watch (None: until it is stopped), and of patience with silence."""

    interval: float
    total: float | None = None
    leaks_every: float = LEAKS_EVERY
    patience: float = PATIENCE


def watch(
    address: Address,
    *,
    pace: Pace,
    limit: int,
    stop: threading.Event,
    tell: Callable[[Round], None],
    access: Access = NO_ACCESS,
    finish: threading.Event | None = None,
) -> None:
    """Ask until the time is over or `stop` is set; `tell` is called after each round, on this thread.

    Once `finish` is set, no more than one more round is made. The last round, then or when the time is over, asks for
    the runtime's proof once more. Whoever sets `stop` sets `finish` as well, which ends the wait between two rounds.
    Raises FetchError where the first round fails or the patience is over, Cancelled where `stop` ends a transfer.
    """
    finish = finish or threading.Event()
    watcher = _Watcher(address, limit, access, stop, max(pace.leaks_every, pace.interval))
    began = time.monotonic()
    end = began + pace.total if pace.total is not None else None
    last, heard, is_gone = Round(Evidence()), began, False
    while not stop.is_set():
        now = time.monotonic()
        is_last = finish.is_set() or (end is not None and now >= end)
        try:
            last = watcher.round(is_last=is_last)
            heard = time.monotonic()
            if end is not None:
                end, watcher.held_up = end + watcher.held_up, 0.0
        except ProfileError as error:
            if not last.body:
                raise
            is_gone = isinstance(error, UnreachableError)
            last = replace(
                last,
                note="",
                failure=str(error),
                failures=last.failures + 1,
                watched=watcher.failed(str(error), is_answered=not is_gone),
            )
        tell(replace(last, is_last=is_last))
        if is_last:
            return
        if last.failures >= MOST_FAILURES and not (is_gone and time.monotonic() - heard < pace.patience):
            raise FetchError(f"The watch ended after {last.failures} failures in a row; the last: {last.failure}")
        next_round = now + pace.interval
        finish.wait(max(0.0, (next_round if end is None else min(next_round, end)) - time.monotonic()))


class _Watcher:
    """Fetches a round, and remembers what the program has and how it went."""

    def __init__(self, address: Address, limit: int, access: Access, stop: threading.Event, leaks_every: float) -> None:
        self._address = address
        self._limit = limit
        self._access = access
        self._stop = stop
        self._leaks_every = leaks_every
        self._series = Series()
        self._watched = Watched()
        self._rounds_of_run = 0
        self._news_of_runs = [RESTARTED, ALWAYS_ANEW]
        self._asked_for_leaks = -math.inf
        self._count_then = 0
        self._refusals = 0
        self.held_up = 0.0
        """Seconds that a refused proof took, by which the watch is longer."""
        self._has_heap = False
        self._shown: tuple[bytes, Profile | None] = b"", None
        self._refused: Counter[str] = Counter()
        """How often in a row each kind of profile was."""
        self._first_refusal = ""
        self._next_goroutines = 0.0
        self._has_dumps = True
        self._took_census = -math.inf
        self._count_at_start = 0
        self._next_memory = time.monotonic() + MEMORY_AFTER

    def round(self, *, is_last: bool) -> Round:
        """Raises ProfileError or Cancelled."""
        notes = list[str]()
        heap = self._asked("heap", notes, is_needed=self._has_heap)
        self._has_heap = heap is not None  # and stays so: where it is needed, to be without one raises
        if heap is not None and self._series.add(heap[1]):
            notes += self._restarted()
        goroutines = self._goroutines(notes, is_needed=heap is None, is_last=is_last)
        self._answered()
        self._rounds_of_run += 1
        if self._wants_census():
            self._take_census()
        if self._wants_proof(is_last):
            notes += self._prove(again=is_last or not self._watched.proof.given)
        if is_last or time.monotonic() >= self._next_memory:
            self._ask_for_memory()
        self._shown = heap or goroutines or self._shown
        return Round(self._series.evidence(), *self._shown, note=" ".join(filter(None, notes)), watched=self._watched)

    def failed(self, why: str, *, is_answered: bool) -> Watched:
        """A round that brought nothing; what answers, and not with what can be used, is no program that is gone."""
        silences = self._watched.silences
        if not silences or silences[-1].until is not None or silences[-1].is_answered != is_answered:
            now = time.time()
            begun = Silence(now, why, is_answered=is_answered)
            self._watched = self._watched._replace(silences=(*self._until(now), begun)[-_MOST_CHANGES:])
        return self._watched

    def _answered(self) -> None:
        self._watched = self._watched._replace(rounds=self._watched.rounds + 1, silences=self._until(time.time()))

    def _until(self, now: float) -> tuple[Silence, ...]:
        """The silences, of which none lasts any more."""
        silences = self._watched.silences
        if not silences or silences[-1].until is not None:
            return silences
        return (*silences[:-1], silences[-1]._replace(until=now))

    def _restarted(self) -> list[str]:
        """What is news of it: of runs that last the start of each, of others that they do not last, once."""
        restarts = (*self._watched.restarts, time.time())[-_MOST_CHANGES:]
        self._watched = self._watched._replace(restarts=restarts, proof=Proof(refusal=self._watched.proof.refusal))
        self._asked_for_leaks = -math.inf
        if self._rounds_of_run >= FEWEST:
            self._news_of_runs = [RESTARTED, ALWAYS_ANEW]
        self._rounds_of_run = 0
        news, self._news_of_runs = self._news_of_runs[:1], self._news_of_runs[1:]
        return news

    def _goroutines(self, notes: list[str], *, is_needed: bool, is_last: bool) -> tuple[bytes, Profile] | None:
        if time.monotonic() < self._next_goroutines and not is_last:
            return None
        given = self._asked("goroutine", notes, is_needed=is_needed)
        if given is not None:
            self._series.add(given[1])
            if (count := self._series.goroutine_count) > MANY_GOROUTINES:
                self._next_goroutines = time.monotonic() + count / GOROUTINES_A_SECOND
        return given

    def _asked(self, kind: str, notes: list[str], *, is_needed: bool) -> tuple[bytes, Profile] | None:
        """The profile of this kind; None of a program that refuses it, which is news the first time.

        Raises ProfileError where nothing is to be had without it: what was refused first, if nothing ever was.
        """
        refused = self._refused[kind]
        if refused >= _MOST_REFUSALS:
            return None
        try:
            given = self._get(kind)
        except UnreachableError:
            raise
        except ProfileError as error:
            self._first_refusal = self._first_refusal or str(error)  # the error itself holds what came until then
            if is_needed:
                raise (error if self._shown[0] else FetchError(self._first_refusal)) from None
            self._refused[kind] = _MOST_REFUSALS if isinstance(error, MissingError) else refused + 1
            notes += [str(error)] if not refused else []
            self._watched = self._watched._replace(refused=((kind, str(error)),))  # one: the other kind is then needed
            return None
        if refused:
            self._refused[kind] = 0
            self._watched = self._watched._replace(refused=())
        return given

    def _wants_census(self) -> bool:
        count = self._series.goroutine_count
        self._count_at_start = count if self._rounds_of_run == 1 else min(count, self._count_at_start)
        has_waited = time.monotonic() - self._took_census >= CENSUS_EVERY
        is_more = self._count_at_start + FEWEST < count <= MOST_DUMPED
        return self._has_dumps and has_waited and is_more

    def _take_census(self) -> None:
        """Where the program gives no dump, numbers have to do."""
        self._took_census = time.monotonic()
        try:
            text = self._fetched(self._address.beside("goroutine").with_parameter("debug", 2), MOST_OF_A_DUMP)
            began = time.monotonic()
            self._series.add_dump(read_goroutines(text, cancelled=self._stop.is_set), time.time())
            self._has_dumps = time.monotonic() - began < _LONGEST_READING
        except ProfileError:
            self._has_dumps = False

    def _wants_proof(self, is_last: bool) -> bool:  # noqa: FBT001
        if self._refusals >= _MOST_REFUSALS:
            return False
        waited, count = time.monotonic() - self._asked_for_leaks, self._series.goroutine_count
        if not is_last and count > MANY_GOROUTINES and waited < count / LEAKS_A_SECOND:
            return False
        grew = count > _MORE * self._count_then + FEWEST
        return is_last or waited >= self._leaks_every or (grew and waited >= LEAKS_SOONEST)

    def _prove(self, *, again: bool) -> list[str]:
        """Ask the runtime for its proof; `again`, where that says nothing, as the first of a run may be incomplete."""
        self._asked_for_leaks, self._count_then = time.monotonic(), self._series.goroutine_count
        try:
            profile = self._proof()
            if again and not goroutine_groups(profile):
                profile = self._proof()
        except ProfileError as error:
            took = time.monotonic() - self._asked_for_leaks
            is_slow = took > _LONGEST_PROOF
            self.held_up += took
            self._refusals = _MOST_REFUSALS if is_slow or isinstance(error, MissingError) else self._refusals + 1
            is_news = not self._watched.proof.refusal
            self._watched = self._watched._replace(proof=self._watched.proof._replace(refusal=str(error)))
            return [str(error)] if is_news else []
        self._series.add(profile)
        self._watched = self._watched._replace(proof=Proof(self._watched.proof.given + 1, time.time()))
        return []

    def _proof(self) -> Profile:
        profile = self._get("goroutineleak")[1]
        if all(sample_type.type != "goroutineleak" for sample_type in profile.sample_types):
            raise FetchError(f"{self._address.beside('goroutineleak').url} answers with a profile of another kind.")
        return profile

    def _ask_for_memory(self) -> None:
        """A program that does not say is not asked again."""
        self._next_memory = time.monotonic() + MEMORY_EVERY
        place = self._address.beside("heap").with_parameter("debug", 1).with_parameter("gc", 0)
        heaps = self._series.evidence().heaps
        try:
            text = self._fetched(place, MOST_TAKEN)
        except FetchError:
            text = b""
        live = sum(heaps[-1].inuse_bytes) if heaps else 0
        stats = memory_stats(text)
        if stats is None:
            self._next_memory = math.inf
        else:
            self._series.add_memory(stats.beside(live)._replace(seconds=time.time()))

    def _get(self, kind: str) -> tuple[bytes, Profile]:
        place = self._address.beside(kind)
        data = self._fetched(place, MOST_TAKEN)
        raw = unfolded(data, place.url, limit=self._limit, cancelled=self._stop.is_set)
        return data, read_unpacked(raw, cancelled=self._stop.is_set)

    def _fetched(self, wanted: Address, most: int) -> bytes:
        return fetch(wanted, limit=self._limit, most=most, access=self._access, cancelled=self._stop.is_set)
