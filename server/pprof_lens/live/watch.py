"""Watches a running program: asks it for its heap and its goroutines again and again, and keeps a bounded series.

Runs on a worker's thread that it is given, never on the loop, and tells each round as a value. It judges nothing;
findings are drawn from the evidence that it collects. The program pays for each round with a garbage collection.
"""

import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from pprof_lens.analysis.series import Evidence, Series
from pprof_lens.live.address import Address
from pprof_lens.live.endpoint import fetch
from pprof_lens.live.errors import FetchError, MissingError
from pprof_lens.profile.errors import ProfileError
from pprof_lens.profile.model import Profile
from pprof_lens.profile.read import read

MOST_FAILURES = 10
"""So many in a row end the watch."""

LEAKS_EVERY = 60.0
"""Seconds between two goroutineleak profiles, at least: the program collects its garbage twice for each."""

RESTARTED = "The program was started anew; a new series begins."


@dataclass(frozen=True, slots=True)
class Round:
    """What one round brought. `heap` and `goroutines` are the profiles as they came; `note` is news for the user.

    After a round that failed `failure` says why, `failures` how many there were in a row, and the rest is as before.
    """

    evidence: Evidence
    heap: bytes = b""
    goroutines: bytes = b""
    note: str = ""
    failure: str = ""
    failures: int = 0


def watch(
    address: Address,
    *,
    interval: float,
    limit: int,
    stop: threading.Event,
    tell: Callable[[Round], None],
    headers: Mapping[str, str] | None = None,
    leaks_every: float = LEAKS_EVERY,
) -> None:
    """Ask every `interval` seconds until `stop` is set; `tell` is called after each round, on this thread.

    Raises FetchError where the first round fails, or MOST_FAILURES in a row; Cancelled where `stop` ends a transfer.
    """
    watcher = _Watcher(address, limit, headers or {}, stop, max(leaks_every, interval))
    last = Round(Evidence())
    while not stop.is_set():
        began = time.monotonic()
        try:
            last = watcher.round()
        except ProfileError as error:
            if not last.heap:
                raise
            last = Round(last.evidence, last.heap, last.goroutines, failure=str(error), failures=last.failures + 1)
        tell(last)
        if last.failures >= MOST_FAILURES:
            raise FetchError(f"The watch ended after {MOST_FAILURES} failures in a row; the last: {last.failure}")
        stop.wait(max(0.0, began + interval - time.monotonic()))


class _Watcher:
    """Fetches a round, and remembers what the program has."""

    def __init__(
        self, address: Address, limit: int, headers: Mapping[str, str], stop: threading.Event, leaks_every: float
    ) -> None:
        self._address = address
        self._limit = limit
        self._headers = headers
        self._stop = stop
        self._leaks_every = leaks_every
        self._series = Series()
        self._next_leaks = 0.0
        self._has_leaks = True

    def round(self) -> Round:
        """Raises ProfileError or Cancelled."""
        heap, profile = self._get("heap")
        notes = [RESTARTED] if self._series.add(profile) else []
        goroutines, profile = self._get("goroutine")
        self._series.add(profile)
        if self._has_leaks and time.monotonic() >= self._next_leaks:
            try:
                self._series.add(self._get("goroutineleak")[1])
            except MissingError as error:
                self._has_leaks = False
                notes.append(str(error))
            self._next_leaks = time.monotonic() + self._leaks_every
        return Round(self._series.evidence(), heap, goroutines, note=" ".join(notes))

    def _get(self, kind: str) -> tuple[bytes, Profile]:
        data = fetch(self._address.beside(kind), limit=self._limit, headers=self._headers, cancelled=self._stop.is_set)
        return data, read(data, limit=self._limit, cancelled=self._stop.is_set)
