"""What is asked of a server of a fleet, and how: plain data that the kinds of servers share."""

import json
from collections.abc import Callable, Mapping
from typing import NamedTuple


class Answered(Exception):
    """The server answers, but not with a profile; the message says what it says, without its name."""


class Asked(NamedTuple):
    """A profile type (`NAME:TYPE:UNIT:PERIOD_TYPE:PERIOD_UNIT`), a selector in braces, and seconds since 1970."""

    type: str
    selector: str
    since: float
    until: float


class Question(NamedTuple):
    """A request: the path below the server's address, a body for a POST (None: a GET); `read` reads the answer."""

    path: str
    read: Callable[[bytes], bytes]
    parameters: tuple[tuple[str, str], ...] = ()
    body: bytes | None = None
    headers: Mapping[str, str] = {}


def said(body: bytes) -> str:
    """The message of an error in JSON, as both kinds have it; empty for anything else."""
    message = _field(body, "message")
    return message if isinstance(message, str) else ""


def code_of(body: bytes) -> int | str | None:
    """The code of an error in JSON: a number of gRPC's, or Connect's word for it; None for anything else."""
    code = _field(body, "code")
    return code if isinstance(code, int | str) else None


def _field(body: bytes, name: str) -> object:
    try:
        found = json.loads(body)
    except (ValueError, RecursionError):
        return None
    return found.get(name) if isinstance(found, dict) else None
