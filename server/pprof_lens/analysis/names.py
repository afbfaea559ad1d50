"""A function's name as people read it, and what such a name speaks of; the profile's own name is never lost by it.

Names come from a profile and are untrusted: they leave this module plain (see `profile/plain`).
"""

import re
from collections.abc import Iterable, Iterator

from pprof_lens.profile.plain import plain
from pprof_lens.source.symbols import argument_spans

_LONGEST_ARGUMENTS = 30
_SHAPE = re.compile(r"\bgo\.shape\.|(?<=\w)_[0-9]+(?=[,\]]|$)")
"""What the compiler adds to a type argument: that it stands for a shape, and which argument it was."""

_DIRECTORIES = re.compile(r"(?:[\w.~-]+/)+")


def short(function: str) -> str:
    """A function without the directories of its package: `cache.(*Cache).Put`, `cache.Map[string, int].Get`."""
    name = plain(_with_short_arguments(function))
    # A slash inside of type arguments or a receiver belongs to those.
    end = min((at for at in (name.find("["), name.find("(")) if at >= 0), default=len(name))
    return name[name.rfind("/", 0, end) + 1 :]


def _with_short_arguments(function: str) -> str:
    """The name with its lists of type arguments as someone would write them; [...] for those that nobody reads."""
    kept, at = [], 0
    for start, end in argument_spans(function):
        words = _DIRECTORIES.sub("", _SHAPE.sub("", function[start + 1 : end - 1]))
        shown = ", ".join(map(str.strip, words.split(","))) if "{" not in words else ""
        kept += [function[at:start], f"[{shown}]" if 0 < len(shown) <= _LONGEST_ARGUMENTS else "[...]"]
        at = end
    return "".join((*kept, function[at:]))


def meant(names: Iterable[str], name: str) -> Iterator[int]:
    """The numbers of the names that are shown as this one, whole or short."""
    return (number for number, known in enumerate(names) if name in (plain(known), short(known)))
