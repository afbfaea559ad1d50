"""What a line of Go says for or against being the one that was profiled: evidence that start lines cannot give.

In a stack, the line of a frame that calls F names F, or makes a call of which the text does not tell what it calls:
through a function value, a `range` over a function, what was deferred at the end of a function. What the compiler
itself calls (package runtime, and what it made) may be called from anywhere. The line of a leaf of a heap profile
can allocate. A line that supports names the callee or allocates in so many words; one that contradicts has nothing
on it that could do either. Everything else only fits.

Lines are handed in as code, without comments and with strings emptied; nothing here knows a profile or a file.
"""

import re
from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from enum import IntEnum
from functools import cached_property
from typing import NamedTuple

from pprof_lens.source.symbols import UNKNOWN_PACKAGE, Kind, Symbol

LONGEST_STATEMENT = 60
"""Lines; a statement is read no further."""

LONGEST_CODE = 20_000
"""Characters; of a longer line nothing is told, so that it costs no time for each stack that stands on it."""


class Verdict(IntEnum):
    """What a line says of a stack."""

    CONTRADICTS = -1
    FITS = 0
    SUPPORTS = 1


class Direct(NamedTuple):
    """What begins a call of which a text tells where it leads: a function that is declared, and not a variable.

    `functions` are those that the file declares, `package` is its own path and `packages` those that it imports, as the
    linker writes them, by the names that they have in it. `profiled` are all functions of the profile: of what another
    file or package has that is in no stack nobody knows whether it is a variable. `variables` are names that may be
    those of variables, `shadowed` those of Go's own functions that a variable of the file has.
    """

    functions: Collection[str] = ()
    packages: Mapping[str, str] = {}
    profiled: Collection[str] = ()
    package: str = ""
    variables: Collection[str] = ()
    shadowed: Collection[str] = ()

    def leads(self, qualifier: str | None, name: str) -> bool:
        """Whether `qualifier.name(` or `name(` calls what has that name."""
        if (qualifier or name) in self.variables:
            return False
        if qualifier is None:
            return name in self.functions or f"{self.package}.{name}" in self.profiled
        return qualifier in self.packages and f"{self.packages[qualifier]}.{name}" in self.profiled

    def without(self, names: Collection[str]) -> "Direct":
        """The same where these names may be those of variables."""
        return self._replace(variables=names)


_NO_FUNCTIONS = frozenset(
    re.findall(
        r"\w+",
        """
        if for switch return func case select go defer range else
        append cap clear close complex copy delete imag len make max min new panic print println real recover
        any bool byte complex64 complex128 error float32 float64 int int8 int16 int32 int64 rune string
        uint uint8 uint16 uint32 uint64 uintptr
        """,
    )
)
_SHADOWED = re.compile(
    r"""(?x)
    (?<!\.) \b (append | cap | clear | close | complex | copy | delete | imag | len | make | max | min | new | panic
        | print | println | real | recover) \b
    \ ? (?: (?: ,\ ?\w{1,80} \ ?){0,8} := | =\ func\b | func\( )
    """
)
_CALL = re.compile(
    r"(?<!\w)(?:([^\W\d]\w*)\s{0,80}\.\s{0,80})?([^\W\d]\w*)?\s{0,80}(?:\[[^\[\]\n]*\])?\(|([\])}])\s{0,80}\("
)
_PLAIN = r"(?:nil|true|false|-?\d[\w.]*|\"\")"
_TRIVIAL = re.compile(
    r"(?:"
    r"[}\s]*(?:else\s*\{?)?|\)+|break\b.*|continue\b.*|goto\b.*|fallthrough"
    r"|(?!default:)\w+:"  # a type switch makes its variable anew in each clause
    rf"|return\s+{_PLAIN}(?:\s*,\s*{_PLAIN})*"  # a bare one moves a result from the stack since Go 1.26
    rf"|[\w.]+\s*=\s*{_PLAIN}"
    r"|[\w.]+(?:\+\+|--)"
    r")"
)
_ALLOCATES = re.compile(
    r"\b(?:make|new|append|string)\s*\(|\[\]\w+\(|&\s*[\w.]+(?:\[[^\[\]]*\])?\s*\{|[\w\])]\s*\{[^{}]*\}|\bfunc\s*\(|\"\s*\+|\+\s*\""
)
_CHANNEL = re.compile(r"<-|\b(?:select|range|go)\b")
_ON_CHANNELS = frozenset(
    f"runtime.{name}"
    for name in ("chanrecv1", "chanrecv2", "chansend1", "selectgo", "selectnbrecv", "selectnbsend", "block")
)
_OPEN = re.compile(r"[(\[{]")
_CLOSE = re.compile(r"[)\]}]")
_VARIABLES = re.compile(r"\bvar\s*\(\s*\Z")
_GOES_ON = re.compile(r"(?<!\+)(?<!-)[.,+\-*/%&|^<>=!(\[:]\s*\Z")
_LABEL = re.compile(r"\s*(?:case\b|(?:default|\w+)\s*:\s*\Z)")


def statement(lines: Sequence[str], at: int) -> str:
    """The code from the line of that index on to where its statement ends, or what it begins: a block, a case."""
    depth, found, is_label = 0, [], _LABEL.match(lines[at]) is not None
    for text in lines[at : at + LONGEST_STATEMENT]:
        found.append(text[: LONGEST_CODE + 1])
        if len(text) > LONGEST_CODE or (is_label and text.rstrip().endswith(":")):
            break
        depth += len(_OPEN.findall(text)) - len(_CLOSE.findall(text))
        if text.rstrip().endswith("{") or (depth <= 0 and not _GOES_ON.search(text)):
            break
    return "\n".join(found)


def closing(lines: Sequence[str], at: int) -> int:
    """The index of the line on which all brackets are closed that the line of that index opens."""
    depth = 0
    for index in range(at, len(lines)):
        depth += len(_OPEN.findall(lines[index])) - len(_CLOSE.findall(lines[index]))
        if depth <= 0:
            return index
    return len(lines) - 1


class Calls:
    """What a statement says of the functions that stacks show it calling: many, so it is read once for all of them."""

    def __init__(self, code: str, direct: Direct) -> None:
        self._code = code
        self._direct = direct
        self._is_read = len(code) <= LONGEST_CODE

    def of(self, callee: Symbol, *, may_end: bool) -> Verdict:
        """Whether it can call that function; `may_end` says that it may run what was deferred.

        What begins with something `direct` leads elsewhere unless it names the callee.
        """
        if not self._is_read:
            return Verdict.FITS
        if callee.kind is Kind.DECLARED:
            word = _word(callee)
            if word in self._words if word.isidentifier() else re.search(rf"\b{re.escape(word)}\b", self._code):
                return Verdict.SUPPORTS
        if callee.owner in _ON_CHANNELS:
            return of_wait(self._code)
        if may_end or self._may_be_any or callee.kind not in (Kind.DECLARED, Kind.LITERAL, Kind.LOOP):
            return Verdict.FITS
        is_known = not is_runtime(callee) and callee.package != UNKNOWN_PACKAGE
        return Verdict.CONTRADICTS if is_known else Verdict.FITS

    @cached_property
    def _words(self) -> frozenset[str]:
        return frozenset(re.findall(r"\w+", self._code))

    @cached_property
    def _may_be_any(self) -> bool:
        """Whether it makes a call of which the text does not tell what it calls."""
        return _may_call_indirectly(self._code, self._direct)


def once(code: str) -> Callable[[Symbol], bool]:
    """Tells of a function whether a single place in this code says that it calls it."""
    words, channels = Counter(re.findall(r"\w+", code)), len(_CHANNEL.findall(code))
    return lambda callee: (channels if callee.owner in _ON_CHANNELS else words[_word(callee)]) == 1


def _word(callee: Symbol) -> str:
    return callee.function.removesuffix("[...]").rpartition(".")[2].removeprefix("_Cfunc_")


def of_allocation(code: str) -> Verdict:
    """Whether a line can be the leaf of an allocation."""
    if len(code) > LONGEST_CODE:
        return Verdict.FITS
    if _ALLOCATES.search(code):
        return Verdict.SUPPORTS
    return Verdict.CONTRADICTS if _TRIVIAL.fullmatch(code.strip()) else Verdict.FITS


def declares_variables(lines: Sequence[str], at: int) -> bool:
    """Whether the line of that index stands in a `var (`: what looks like an assignment makes a variable there.

    True, too, where that is further above than is read.
    """
    depth = 0
    for line in reversed(lines[max(0, at - LONGEST_STATEMENT) : at]):
        text = line[:LONGEST_CODE]
        depth += len(_OPEN.findall(text)) - len(_CLOSE.findall(text))
        if depth > 0:
            return _VARIABLES.search(text) is not None
    return at > LONGEST_STATEMENT


def of_wait(code: str) -> Verdict:
    """Whether a goroutine can stand or start on a line: anywhere, but an operation on a channel says so itself."""
    return Verdict.SUPPORTS if _CHANNEL.search(code) else Verdict.FITS


def is_runtime(callee: Symbol) -> bool:
    """Whether the compiler itself makes calls of this package."""
    return callee.package in ("runtime", "reflect", "unique") or callee.package.startswith(("internal/", "runtime/"))


_VALUE = re.compile(r"(?<![\w.])([^\W\d]\w*)(?!\w|\s*[.(])")


def values(code: str) -> frozenset[str]:
    """The names that code does more with than call them or something of theirs: variables are among them."""
    return frozenset(_VALUE.findall(code))


def shadowed(code: str) -> frozenset[str]:
    """The names of Go's own functions that variables have which may be called: `new := func() {`, `f(new func() T)`."""
    return frozenset(_SHADOWED.findall(code))


def _may_call_indirectly(code: str, direct: Direct) -> bool:
    if "range" in code:
        return True
    for match in _CALL.finditer(code):
        qualifier, name, closing = match.groups()
        if closing or (qualifier and not direct.leads(qualifier, name or "")):
            return True
        if qualifier is None and name in direct.shadowed:
            return True
        if qualifier is None and name and name not in _NO_FUNCTIONS and not direct.leads(None, name):
            return True
    return False
