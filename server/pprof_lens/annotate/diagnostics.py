"""Diagnostics as plain data: what is worth a line in the list of problems, and on which code."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple


class Code(NamedTuple):
    """A line of a file, from 0, and the columns between which it has code; all of it where they are not known."""

    uri: str
    line: int
    columns: tuple[int, int] | None = None


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """Something worth a line in the list of problems. `data` is of a leak: what the settings can ignore of it."""

    at: Code
    code: str
    message: str
    is_warning: bool
    related: tuple[tuple[Code, str], ...] = ()
    data: Mapping[str, str] | None = None
