"""What is asked of a server of a fleet, and how: plain data that the kinds of servers share."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from itertools import islice
from typing import Generic, NamedTuple, TypeVar

T = TypeVar("T")

Names = tuple[str, ...]
Series = tuple[Mapping[str, str], ...]
"""The labels of each series."""

Moments = tuple[tuple[float, ...], ...]
"""When each series has a profile, in seconds since 1970."""

DEPLOYED = ("service_git_ref", "service_repository", "service_root_path")
"""The labels by which a series tells its commit, as Pyroscope has them."""


MOST_NAMES = 50_000
"""So many names of a list are looked at; one more is kept, which says that there are more."""


class Answered(Exception):
    """The server answers, but not with what was asked for; the message says what it says, without its name."""


class EmptyError(Answered):
    """The server has nothing that matches."""

    def __init__(self) -> None:
        super().__init__("no profile matches the query in this time range.")


class Asked(NamedTuple):
    """A profile type (`NAME:TYPE:UNIT:PERIOD_TYPE:PERIOD_UNIT`, or its name), a selector, and seconds since 1970.

    The selector has its braces.
    """

    type: str
    selector: str
    since: float
    until: float


@dataclass(frozen=True, slots=True)
class Question(Generic[T]):
    """A request: the path below the server's address, a body for a POST (None: a GET); `read` reads the answer."""

    path: str
    read: Callable[[bytes], T]
    parameters: tuple[tuple[str, str], ...] = ()
    body: bytes | None = None
    headers: Mapping[str, str] = field(default_factory=dict)


def said(body: bytes) -> str:
    """The message of an error in JSON, as both kinds have it; empty for anything else."""
    message = _field(body, "message")
    return message if isinstance(message, str) else ""


def code_of(body: bytes) -> int | str | None:
    """The code of an error in JSON: a number of gRPC's, or Connect's word for it; None for anything else."""
    code = _field(body, "code")
    return code if isinstance(code, int | str) else None


def names(answer: bytes, field_name: str) -> Names:
    """The texts in a list of an answer in JSON; none where it has no such list. Raises Answered."""
    try:
        found = json.loads(answer).get(field_name) or ()
        return tuple(str(name) for name in islice(found, MOST_NAMES + 1))
    except (ValueError, RecursionError, AttributeError, TypeError):
        raise Answered("its list of labels cannot be read.") from None


def labels(rows: object) -> dict[str, str]:
    """Labels out of `[{"name": …, "value": …}]`. Raises TypeError or KeyError."""
    if not isinstance(rows, list):
        raise TypeError
    return {str(row["name"]): str(row["value"]) for row in rows}


def _field(body: bytes, name: str) -> object:
    try:
        found = json.loads(body)
    except (ValueError, RecursionError):
        return None
    return found.get(name) if isinstance(found, dict) else None
