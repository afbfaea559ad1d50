"""What a watch went through beside what it collected: how often it asked, which proof was to be had, what changed.

Plain data; times are seconds since 1970. It says why a watch that found nothing found nothing.
"""

from typing import NamedTuple


class Silence(NamedTuple):
    """A time in which the program gave no answer, or none that could be used; `until` is None while that lasts."""

    since: float
    why: str
    until: float | None = None
    is_answered: bool = False


class Proof(NamedTuple):
    """How often the runtime was asked for its proof of leaked goroutines and gave it, when last, and why not else."""

    given: int = 0
    at: float = 0.0
    refusal: str = ""


class Watched(NamedTuple):
    """`restarts` are the times at which the program was seen to be another run than before, `refused` says of kinds of
    profiles why the program does not give them.
    """

    rounds: int = 0
    proof: Proof = Proof()
    restarts: tuple[float, ...] = ()
    silences: tuple[Silence, ...] = ()
    refused: tuple[tuple[str, str], ...] = ()
