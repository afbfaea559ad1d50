"""What a profile says of one file, as far as finding the file and its lines needs it: names and line numbers.

The profile's text and a stack dump's are the same here. No figures, no files.
"""

from collections.abc import Collection, Sequence
from typing import NamedTuple


class DeclaredFunction(NamedTuple):
    """A function as the profile names it; `start_line` and the sampled `lines` count from 1, 0 is unknown.

    `calls` are pairs of a line and the name of a function that the stacks show it calling, in order; `allocates` are
    the lines that allocated, `waits` those on which goroutines stood or were started.
    """

    name: str
    start_line: int
    lines: tuple[int, ...] = ()
    calls: Sequence[tuple[int, str]] = ()
    allocates: tuple[int, ...] = ()
    waits: tuple[int, ...] = ()


class ProfileFile(NamedTuple):
    """A file as the profile names it, with the functions that the profile has in it.

    `profiled` are the names of all functions of the profile.
    """

    path: str
    functions: tuple[DeclaredFunction, ...]
    profiled: Collection[str] = ()
