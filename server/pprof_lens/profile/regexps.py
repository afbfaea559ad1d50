r"""Regular expressions as Go reads them (RE2 syntax), to be found in names; how they match is `automaton`'s business.

Python's own differ in practice: `$` matches before a last line end, `\d` and `\w` know all of Unicode, `(?i)` may
stand at the start only, `\z`, `\Q…\E`, `\pL` and `[[:alpha:]]` are unknown, while look-ahead and back references,
which Go refuses, are taken. The source is the documentation of Go's regexp/syntax and its behaviour. Refused though
Go reads them: Unicode scripts, as in `\p{Greek}`.
"""

import re
import sys
import unicodedata
from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Callable
from functools import cache
from typing import NoReturn

from pprof_lens.profile.automaton import (
    At,
    Automaton,
    Chars,
    Choice,
    Place,
    Ranges,
    Repeat,
    Sequence,
    TooComplex,
    Tree,
    merged,
    negated,
)
from pprof_lens.profile.errors import ProfileError

Search = Callable[[str], bool]
"""Tells whether a text holds a match."""


class BadPattern(ProfileError):
    """The text is no regular expression, or one that is not read here."""


def searcher(pattern: str) -> Search:
    """What finds the pattern in texts. Raises BadPattern, or TooComplex where it would need too much memory.

    Searching raises TooComplex where it would take too long.
    """
    tree = _Parser(pattern).parse()
    literal = _literal(tree)
    return Automaton(tree).search if literal is None else lambda text: literal in text


_DIGITS: Ranges = ((0x30, 0x39),)
_WORDS: Ranges = ((0x30, 0x39), (0x41, 0x5A), (0x5F, 0x5F), (0x61, 0x7A))
_SPACES: Ranges = ((0x09, 0x0A), (0x0C, 0x0D), (0x20, 0x20))
_ANY: Ranges = ((0, 0x10FFFF),)
_ANY_BUT_NEWLINE: Ranges = ((0, 0x09), (0x0B, 0x10FFFF))
_PERL = {
    "d": _DIGITS,
    "D": _DIGITS,
    "s": _SPACES,
    "S": _SPACES,
    "w": _WORDS,
    "W": _WORDS,
}
"""Capitals stand for all but the class."""
_POSIX: dict[str, Ranges] = {
    "alnum": ((0x30, 0x39), (0x41, 0x5A), (0x61, 0x7A)),
    "alpha": ((0x41, 0x5A), (0x61, 0x7A)),
    "ascii": ((0, 0x7F),),
    "blank": ((0x09, 0x09), (0x20, 0x20)),
    "cntrl": ((0, 0x1F), (0x7F, 0x7F)),
    "digit": _DIGITS,
    "graph": ((0x21, 0x7E),),
    "lower": ((0x61, 0x7A),),
    "print": ((0x20, 0x7E),),
    "punct": ((0x21, 0x2F), (0x3A, 0x40), (0x5B, 0x60), (0x7B, 0x7E)),
    "space": ((0x09, 0x0D), (0x20, 0x20)),
    "upper": ((0x41, 0x5A),),
    "word": _WORDS,
    "xdigit": ((0x30, 0x39), (0x41, 0x46), (0x61, 0x66)),
}
_NAMED_CLASSES: dict[str, Ranges] = {"Any": ((0, 0x10FFFF),), "Ascii": ((0, 0x7F),)}
_CASED = ("Ll", "Lt", "Lu")
_CONTROLS = {"a": 7, "f": 12, "n": 10, "r": 13, "t": 9, "v": 11}
_PLACES: dict[str, Place] = {"A": "text start", "z": "text end", "b": "word edge", "B": "no word edge"}
_AFTER_LETTERS = 0x20000
"""No letter from here on has another case."""

_MOST_REPEATS = 1000
"""Of a repetition, and of all repetitions within one another."""

_DEEPEST = 200
_MOST_RANGES = 100_000
"""In all classes of a pattern together."""

_MOST_DIGITS = 9
_BRACES = re.compile(r"\{(0|[1-9][0-9]*)(,)?((?<=,)0|(?<=,)[1-9][0-9]*)?\}")
"""How often, at least and at most; what has a zero before it stands for itself."""

_LONGEST_CLASS_NAME = 32
_LONGEST_SHOWN = 200


class _Parser:
    """Reads one pattern from left to right; `_flags` are those that hold at the place it has come to."""

    def __init__(self, pattern: str) -> None:
        self._pattern = pattern
        self._at = 0
        self._flags = frozenset[str]()
        self._names = set[str]()
        self._depth = 0
        self._ranges = 0
        self._last_closing_name = pattern.rfind(":]")

    def parse(self) -> Tree:
        if any("\ud800" <= char <= "\udfff" for char in self._pattern):
            self._fail("it is not UTF-8")
        tree = self._choice()
        if self._at < len(self._pattern):
            self._fail("unexpected )")
        return tree

    def _choice(self) -> Tree:
        """Alternatives up to the end of the pattern or of the group."""
        self._depth += 1
        if self._depth > _DEEPEST:
            self._fail("it nests too deeply")
        parts = [self._sequence()]
        while self._takes("|"):
            parts.append(self._sequence())
        self._depth -= 1
        return parts[0] if len(parts) == 1 else Choice(tuple(parts))

    def _sequence(self) -> Tree:
        parts: list[Tree] = []
        repeatable = False
        while self._at < len(self._pattern) and self._pattern[self._at] not in "|)":
            bounds = self._repetition()
            if bounds is None:
                found = self._atom()
                parts += found
                repeatable = bool(parts)
                continue
            if not parts:
                self._fail("missing argument to repetition operator")
            if not repeatable:
                self._fail("invalid nested repetition operator")
            parts[-1] = Repeat(parts[-1], *bounds)
            if max(bounds[0], bounds[1] or 0) > 1 and not _is_repeatable(parts[-1], _MOST_REPEATS):
                self._fail("invalid repeat count")
            repeatable = False
        return parts[0] if len(parts) == 1 else Sequence(tuple(parts))

    def _repetition(self) -> tuple[int, int | None] | None:
        """The bounds of a repetition that stands here; None where there is none, and a brace is a character."""
        bounds: tuple[int, int | None] | None = None
        if self._takes("*"):
            bounds = (0, None)
        elif self._takes("+"):
            bounds = (1, None)
        elif self._takes("?"):
            bounds = (0, 1)
        elif self._pattern.startswith("{", self._at):
            bounds = self._braces()
        if bounds is not None:
            self._takes("?")  # as few as possible: no difference to whether there is a match
        return bounds

    def _braces(self) -> tuple[int, int | None] | None:
        found = _BRACES.match(self._pattern, self._at)
        if found is None:
            return None
        self._at = found.end()
        least, comma, most = found.groups()
        low = self._count(least)
        return low, self._count(most, low) if most else None if comma else low

    def _count(self, digits: str, least: int = 0) -> int:
        count = int(digits) if len(digits) < _MOST_DIGITS else sys.maxsize
        if not least <= count <= _MOST_REPEATS:
            self._fail("invalid repeat count")
        return count

    def _atom(self) -> list[Tree]:
        r"""What stands here: one tree, several for `\Q…\E`, none for flags."""
        char = self._next()
        if char == "(":
            return self._group()
        if char == "[":
            return [Chars(self._class())]
        if char == "\\":
            return self._escape()
        if char == ".":
            return [Chars(_ANY if "s" in self._flags else _ANY_BUT_NEWLINE)]
        if char == "^":
            return [At("line start" if "m" in self._flags else "text start")]
        if char == "$":
            return [At("line end" if "m" in self._flags else "text end")]
        return [self._chars(_one(ord(char)))]

    def _group(self) -> list[Tree]:
        outer = self._flags
        if self._takes("?") and not self._takes_name():
            self._flags = self._new_flags()
            if self._takes(")"):
                return []
            if not self._takes(":"):
                self._fail("invalid or unsupported Perl syntax")
        tree = self._choice()
        if not self._takes(")"):
            self._fail("missing closing )")
        self._flags = outer
        return [tree]

    def _takes_name(self) -> bool:
        if not (self._takes("P<") or self._takes("<")):
            return False
        closing = self._pattern.find(">", self._at)
        name = self._pattern[self._at : closing]
        if closing < 0 or not name or not all(_is_word(char) for char in name):
            self._fail("invalid named capture")
        if name in self._names:
            self._fail("duplicate capture group name")
        self._names.add(name)
        self._at += len(name) + 1
        return True

    def _new_flags(self) -> frozenset[str]:
        flags, adds = set(self._flags), True
        while self._at < len(self._pattern) and self._pattern[self._at] not in ":)":
            flag = self._next()
            if flag == "-" and adds:
                adds = False
            elif flag not in "imsU" or flag == "-":
                self._fail("invalid or unsupported Perl syntax")
            elif adds:
                flags.add(flag)
            else:
                flags.discard(flag)
        if not adds and self._pattern[self._at - 1] == "-":
            self._fail("invalid or unsupported Perl syntax")
        return frozenset(flags)

    def _escape(self) -> list[Tree]:
        char = self._peek()
        if char in _PLACES:
            self._at += 1
            return [At(_PLACES[char])]
        if char == "Q":
            end = self._pattern.find("\\E", self._at)
            quoted = self._pattern[self._at + 1 : end if end >= 0 else None]
            self._at += 1 + len(quoted) + (2 if end >= 0 else 0)
            return [self._chars(_one(ord(char))) for char in quoted]
        of_class = self._escaped_class()
        return [self._chars(_one(self._escaped_char())) if of_class is None else Chars(merged(of_class))]

    def _escaped_class(self) -> Ranges | None:
        """The class after a backslash, `d` or `pL`, folded; None where it is a single character."""
        char = self._peek()
        if char in _PERL:
            self._at += 1
            return self._folded_class(_PERL[char], negates=char.isupper())
        if char not in ("p", "P"):
            return None
        self._at += 1
        name = self._next()
        if name == "{":
            name, closing, _ = self._pattern[self._at : self._at + _LONGEST_CLASS_NAME].partition("}")
            if not closing:
                self._fail("invalid character class range")
            self._at += len(name) + 1
        ranges = _category(name.removeprefix("^"))
        if ranges is None:
            self._fail(f"the character class {name} is not known")
        return self._folded_class(ranges, negates=(char == "P") != name.startswith("^"))

    def _escaped_char(self) -> int:
        char = self._next()
        if char in _CONTROLS:
            return _CONTROLS[char]
        if char == "x":
            return self._hexadecimal()
        if char == "0" or (char in "1234567" and self._peek() in tuple("01234567")):
            digits = char
            while len(digits) < 3 and self._peek() in tuple("01234567"):
                digits += self._next()
            return int(digits, 8)
        if not char.isascii() or char.isalnum():
            self._fail("invalid escape sequence")
        return ord(char)

    def _hexadecimal(self) -> int:
        if self._takes("{"):
            digits, closing, _ = self._pattern[self._at :].partition("}")
            self._at += len(digits) + 1
        else:
            digits, closing = self._pattern[self._at : self._at + 2], "}"
            self._at += 2
            if len(digits) < 2:
                digits = ""
        try:
            code = int(digits, 16) if closing and digits.isalnum() else -1
        except ValueError:
            code = -1
        if not 0 <= code <= sys.maxunicode:
            self._fail("invalid escape sequence")
        return code

    def _class(self) -> Ranges:
        """A class whose opening bracket was read, up to its closing one."""
        negates = self._takes("^")
        ranges: list[tuple[int, int]] = []
        first = True
        while first or not self._takes("]"):
            if self._at >= len(self._pattern):
                self._fail("missing closing ]")
            first = False
            ranges += self._counted(self._class_part())
        found = merged(ranges)
        return negated(found) if negates else found

    def _class_part(self) -> Ranges:
        """A character, a range or a class of that name, folded."""
        if self._pattern.startswith("[:", self._at) and self._at + 2 <= self._last_closing_name:
            name = self._pattern[self._at + 2 : self._pattern.find(":]", self._at + 2)]
            self._at += len(name) + 4
            ranges = _POSIX.get(name.removeprefix("^"))
            if ranges is None:
                self._fail("invalid character class range")
            return self._folded_class(ranges, negates=name.startswith("^"))
        if self._pattern.startswith("\\", self._at):
            self._at += 1
            of_class = self._escaped_class()
            if of_class is not None:
                return of_class
            self._at -= 1
        low = high = self._class_char()
        if self._peek() == "-" and self._pattern[self._at + 1 : self._at + 2] not in ("]", ""):
            self._at += 1
            high = self._class_char()
            if high < low:
                self._fail("invalid character class range")
        return self._folded(((low, high),))

    def _class_char(self) -> int:
        char = self._next()
        return self._escaped_char() if char == "\\" else ord(char)

    def _chars(self, ranges: Ranges) -> Chars:
        return Chars(self._folded(ranges))

    def _folded_class(self, ranges: Ranges, *, negates: bool) -> Ranges:
        """Folded before it is turned round: no way to write a letter of the class is outside of it."""
        found = self._folded(ranges)
        return self._counted(negated(found)) if negates else found

    def _folded(self, ranges: Ranges) -> Ranges:
        """In order; with the other ways to write each letter where case does not matter."""
        if "i" in self._flags:
            ranges = self._counted((*ranges, *(way for low, high in ranges for way in _other_cases(low, high))))
        return self._counted(merged(ranges))

    def _counted(self, ranges: Ranges) -> Ranges:
        self._ranges += len(ranges)
        if self._ranges > _MOST_RANGES:
            raise TooComplex("The regular expression is too large.")
        return ranges

    def _takes(self, text: str) -> bool:
        found = self._pattern.startswith(text, self._at)
        self._at += len(text) if found else 0
        return found

    def _peek(self) -> str:
        return self._pattern[self._at : self._at + 1]

    def _next(self) -> str:
        char = self._peek()
        if not char:
            self._fail("it ends too early")
        self._at += 1
        return char

    def _fail(self, why: str) -> NoReturn:
        shown = self._pattern if len(self._pattern) <= _LONGEST_SHOWN else f"{self._pattern[:_LONGEST_SHOWN]}…"
        raise BadPattern(f"{shown!r} is not a regular expression: {why}.")


def _literal(tree: Tree) -> str | None:
    """The text that the tree stands for; None where it stands for several."""
    parts = tree.parts if isinstance(tree, Sequence) else (tree,)
    codes = []
    for part in parts:
        if not isinstance(part, Chars) or len(part.ranges) != 1 or part.ranges[0][0] != part.ranges[0][1]:
            return None
        codes.append(part.ranges[0][0])
    return None if 0xFFFD in codes else "".join(map(chr, codes))


def _one(code: int) -> Ranges:
    return ((code, code),)


def _is_word(char: str) -> bool:
    return char.isascii() and (char.isalnum() or char == "_")


def _is_repeatable(tree: Tree, most: int) -> bool:
    """Whether repetitions within one another come to `most` at most, as Go counts them."""
    match tree:
        case Repeat(part, least, highest):
            times = least if highest is None else highest
            return times == 0 or (times <= most and _is_repeatable(part, most // times))
        case Sequence(parts) | Choice(parts):
            return all(_is_repeatable(part, most) for part in parts)
    return True


def _other_cases(low: int, high: int) -> Ranges:
    """The other ways to write the letters from `low` to `high`."""
    letters, ways = _letters()
    inside = letters[bisect_left(letters, low) : bisect_right(letters, high)]
    return tuple(way for letter in inside for way in ways[letter])


@cache
def _letters() -> tuple[list[int], dict[int, Ranges]]:
    """All letters with another case, in order, and their other ways."""
    same = defaultdict[str, list[int]](list)
    for code in range(_AFTER_LETTERS):
        same[_folded_letter(chr(code))].append(code)
    ways = {code: tuple((way, way) for way in codes if way != code) for codes in same.values() for code in codes}
    ways = {code: others for code, others in ways.items() if others}
    return sorted(ways), ways


def _folded_letter(char: str) -> str:
    """What all ways to write a letter have in common: what Unicode calls its simple folding."""
    return next((way for way in (char.casefold(), char.lower()) if len(way) == 1), char)


def _category(name: str) -> Ranges | None:
    """The characters of a general category, `L` or `Lu`, however it is written; None where there is no such one."""
    canonical = "".join(char for char in name if char not in "_- ").capitalize()
    named = _NAMED_CLASSES.get(canonical)
    if named is not None:
        return named
    if canonical == "Assigned":
        return negated(_categories()["Cn"])
    found = (
        _CASED if canonical == "Lc" else [one for one in _categories() if one in (canonical, f"{canonical}{one[1]}")]
    )
    return merged(ranges for category in found for ranges in _categories()[category]) if found else None


@cache
def _categories() -> dict[str, Ranges]:
    """The characters of each general category of two letters."""
    found: dict[str, list[tuple[int, int]]] = defaultdict(list)
    for code in range(sys.maxunicode + 1):
        ranges = found[unicodedata.category(chr(code))]
        if ranges and ranges[-1][1] == code - 1:
            ranges[-1] = (ranges[-1][0], code)
        else:
            ranges.append((code, code))
    return {category: tuple(ranges) for category, ranges in found.items()}
