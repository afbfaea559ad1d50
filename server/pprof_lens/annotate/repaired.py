"""After a repair: which findings of an earlier watch are gone, and since when; where that can be known.

That nothing was found says little by itself. A finding is gone where the newer series had what it took to find it
then: as many captures over as long a time, and the runtime's proof where it was one.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

from pprof_lens.analysis.growth import FEWEST
from pprof_lens.analysis.names import short
from pprof_lens.analysis.series import Evidence
from pprof_lens.annotate.findings import LEAK, Finding
from pprof_lens.profile.plain import plain

_Key = tuple[str, str]


class Earlier(NamedTuple):
    """A finding that was told: until when, seconds since 1970, and how long its series was when it first was."""

    finding: Finding
    until: float
    took: float


@dataclass(frozen=True, slots=True)
class Memory:
    """What was found of one program, by code and function, as a repair moves lines."""

    found: Mapping[_Key, Earlier] = field(default_factory=dict)
    last: float = 0.0
    """The time of the newest round."""

    def with_round(self, evidence: Evidence, findings: Sequence[Finding]) -> "Memory":
        """The same after another round."""
        first, last = _span(evidence)
        found = dict(self.found)
        for finding in findings:
            known = found.get(_key(finding))
            found[_key(finding)] = Earlier(finding, last, known.took if known else last - first)
        return Memory(found, last)

    def at_end(self) -> tuple[str, ...]:
        """A sentence for each finding of the newest round, for who looks after the watch ended."""
        told = (earlier for earlier in self.found.values() if earlier.until == self.last)
        return tuple(f"When the watch ended at {_clock(self.last)}: {sentence(earlier.finding)}" for earlier in told)

    def gone(self, evidence: Evidence, findings: Sequence[Finding], *, has_proof: bool) -> tuple[str, ...]:
        """A sentence for each finding that is gone. `has_proof`: the runtime was asked for its own in this series."""
        first, last = _span(evidence)
        if min(len(evidence.heaps), len(evidence.counts) or len(evidence.heaps)) < FEWEST:
            return ()
        now = {_key(finding) for finding in findings}
        return tuple(
            _told(earlier, max(first, earlier.until), len(evidence.heaps))
            for key, earlier in self.found.items()
            if key not in now
            and last - max(first, earlier.until) >= earlier.took
            and (has_proof or earlier.finding.code != LEAK)
        )


def _key(finding: Finding) -> _Key:
    return finding.code, finding.function


def _span(evidence: Evidence) -> tuple[float, float]:
    times = [capture.seconds for captures in (evidence.heaps, evidence.counts) for capture in captures]
    return (min(times), max(times)) if times else (0.0, 0.0)


def sentence(finding: Finding) -> str:
    """What was found and where, for who sees no diagnostic of it."""
    return f"{finding.code} in {short(finding.function)} ({_place(finding)}): {finding.message}"


def _told(earlier: Earlier, since: float, captures: int) -> str:
    finding = earlier.finding
    return (
        f"{finding.code} in {short(finding.function)} ({_place(finding)}), last told at {_clock(earlier.until)}, "
        f"is gone: nothing of it since {_clock(since)}, over {captures} captures."
    )


def _place(finding: Finding) -> str:
    return f"{plain(finding.profile_path.rpartition('/')[2])}:{finding.line}"


def _clock(seconds: float) -> str:
    return datetime.fromtimestamp(seconds).strftime("%H:%M:%S")  # noqa: DTZ006 - local
