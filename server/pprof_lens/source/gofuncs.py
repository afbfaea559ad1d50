"""Where a Go file declares its functions, and how the names that pprof prints stand to them.

A scanner, not a parser: it skips comments, strings, raw strings and runes, follows braces, and finds the body of
each `func`. It reads files that do not compile, and files of any size in one pass. All lines count from 1.

The names are those of Go's linker (cmd/compile/internal/ir, `closureName`): `main.(*T).M`, `main.F[go.shape.int]`
or `main.F[...]`, `main.init.0`, closures `main.F.func1.2` and `main.glob..func1`, loop bodies `main.F-range1`,
wrappers `main.T.M-fm`, `main.F.gowrap1`, `main.F.deferwrap1`.
"""

import re
from bisect import bisect_right
from collections.abc import Iterator, Mapping
from enum import Enum
from functools import lru_cache
from typing import NamedTuple

from pprof_lens.source.lines import line_starts


class FuncDecl(NamedTuple):
    """A declared function; `name` is what pprof prints after the package: `F`, `T.M`, `(*T[...]).M`, `F[...]`.

    `line` is that of the `func`, `end_line` that of the closing brace, both from 1.
    """

    name: str
    line: int
    end_line: int


class Literal(NamedTuple):
    """A function literal from the line of its `func` to that of its closing brace, from 1."""

    line: int
    end_line: int


class Directive(NamedTuple):
    """`//line file:line`: from the physical `line` on, the compiler takes lines for those of `file`."""

    line: int
    file: str
    file_line: int


class Scan(NamedTuple):
    """All that is known of a text.

    `code` are the lines that hold any: not empty, not comment only. `linknames` maps the name under which a
    function is linked, `time.Sleep`, to the one under which it is declared, `timeSleep`.
    """

    functions: tuple[FuncDecl, ...]
    literals: tuple[Literal, ...]
    directives: tuple[Directive, ...]
    code: frozenset[int]
    linknames: Mapping[str, str]


def functions(text: str) -> tuple[FuncDecl, ...]:
    """The functions that a Go text declares, in its order."""
    return scan(text).functions


_TOKEN = re.compile(
    r"//[^\r\n]*"
    r"|/\*.*?(?:\*/|\Z)"
    r'|"(?:[^"\\\r\n]|\\.)*"?'
    r"|'(?:[^'\\\r\n]|\\.)*'?"
    r"|`[^`]*`?"
    r"|\bfunc\b"
    r"|[{}]",
    re.DOTALL,
)
_LINKNAME = re.compile(r"^//go:linkname[ \t]+(\w+)[ \t]+(\S+)", re.MULTILINE)
_LINE_DIRECTIVE = re.compile(r"(?://line |/\*line )(.*?):(\d+)(?::\d+)?(?:\*/)?\Z", re.DOTALL)


def scan(text: str) -> Scan:
    """Read a Go text; what does not parse is left out rather than guessed at."""
    starts = line_starts(text)
    bodies: dict[int, int] = {}
    found: list[tuple[int, str, int]] = []
    open_braces: list[int | None] = []
    directives: list[Directive] = []
    skipped: list[tuple[int, int]] = []
    ends: dict[int, int] = {}
    for token in _TOKEN.finditer(text):
        at, word = token.start(), token.group()
        if word == "{":
            open_braces.append(bodies.get(at))
        elif word == "}":
            opened = open_braces.pop() if open_braces else None
            if opened is not None:
                ends[opened] = at
        elif word == "func":
            signature = _signature(text, token.end())
            is_declared = not open_braces and _begins_line(text, at)
            name = _declared_name(text, token.end()) if is_declared else ""
            if signature.body < 0 and not name:
                continue
            if signature.body >= 0 and (signature.body in bodies or _is_element_type(text, at)):
                continue
            found.append((at, name, signature.end))
            if signature.body >= 0:
                bodies[signature.body] = at
        elif word[0] == "/":
            skipped.append((at, token.end()))
            directive = _directive(text, word, at)
            if directive is not None:
                line = bisect_right(starts, at)
                directives.append(Directive(line + word.startswith("//"), *directive))
    declared, literals = [], []
    for at, name, end in found:
        line = bisect_right(starts, at)
        end_line = bisect_right(starts, ends.get(at, end))
        if name:
            declared.append(FuncDecl(name, line, end_line))
        else:
            literals.append(Literal(line, end_line))
    code = frozenset(_code_lines(text, starts, skipped))
    linknames = {linked: local for local, linked in _LINKNAME.findall(text)}
    return Scan(tuple(declared), tuple(literals), tuple(directives), code, linknames)


_TEXT = re.compile(r"^TEXT[ \t]+[^\s(]*?[·.](\w+)(?:<[^>]*>)?\(SB\)|^TEXT[ \t]+(\w+)(?:<[^>]*>)?\(SB\)", re.MULTILINE)


def scan_assembly(text: str) -> Scan:
    """Read Go assembly: a function goes from its TEXT to the line before the next one."""
    starts = line_starts(text)
    found = [(bisect_right(starts, match.start()), match[1] or match[2]) for match in _TEXT.finditer(text)]
    ends = [*(line - 1 for line, _ in found[1:]), len(starts)]
    declared = (FuncDecl(name, line, end) for (line, name), end in zip(found, ends, strict=True))
    comments = [match.span() for match in re.finditer(r"//[^\r\n]*|/\*.*?(?:\*/|\Z)", text, re.DOTALL)]
    return Scan(tuple(declared), (), (), frozenset(_code_lines(text, starts, comments)), {})


class Kind(Enum):
    """What a name of pprof stands for."""

    DECLARED = "declared"
    """A function that a file declares."""

    LITERAL = "literal"
    """A closure: its start line is that of a function literal."""

    LOOP = "loop"
    """The body of a loop over a function: its start line is that of the `for`."""

    VARIABLES = "variables"
    """The initialisation of a package's variables: its start line is 1, its lines may be of other files."""

    MADE = "made"
    """Made by the compiler; no line of a file begins it."""


class PprofName(NamedTuple):
    """A name taken apart. `declared` is the declaration's as in `FuncDecl.name`; a closure's is the outermost one's."""

    package: str
    declared: str
    kind: Kind


_MADE = re.compile(r"-fm\Z|\.(?:gowrap|deferwrap)\d+\Z")
_LOOP = re.compile(r"-range\d+\Z")
_LITERAL = re.compile(r"\.func\d+(?:\.\d+)*\Z")
_INNER = re.compile(r"(?:\.func\d+|-range\d+|\.gowrap\d+|\.deferwrap\d+|-fm).*\Z", re.DOTALL)


@lru_cache(maxsize=4096)
def parse_name(name: str) -> PprofName:
    """Take a name of pprof apart: `example.com/app.(*T[go.shape.int]).M.func1` is a literal in `(*T[...]).M`."""
    short = _without_type_arguments(name)
    slash = short.rfind("/") + 1
    dot = short.find(".", slash)
    if dot < 0 or short.startswith(("type:", "go:")):
        return PprofName("", short, Kind.MADE)
    package, rest = short[:dot].replace("%2e", "."), short[dot + 1 :]
    if rest == "init":
        return PprofName(package, rest, Kind.VARIABLES)
    declared = re.sub(r"\Ainit\.\d+", "init", _INNER.sub("", rest))
    if _MADE.search(rest):
        return PprofName(package, declared, Kind.MADE)
    if _LOOP.search(rest):
        return PprofName(package, declared, Kind.LOOP)
    if _LITERAL.search(rest):
        return PprofName(package, declared, Kind.LITERAL)
    return PprofName(package, declared, Kind.DECLARED)


def declares(declaration: FuncDecl, name: PprofName) -> bool:
    """Whether that declaration is the one the name speaks of.

    pprof itself drops the receiver of a generic method when it saves a profile: `main..M[...]` is any type's M.
    """
    if name.declared.startswith("."):
        return declaration.name.endswith(name.declared)
    return declaration.name == name.declared


def _without_type_arguments(name: str) -> str:
    if "[" not in name:
        return name
    kept, depth = [], 0
    for character in name:
        if character == "[":
            if not depth:
                kept.append("[...]")
            depth += 1
        elif character == "]":
            depth -= 1
        elif depth <= 0:
            kept.append(character)
    return "".join(kept)


class _Signature(NamedTuple):
    """The offset of the body's brace, -1 for none, and the offset where the signature ends."""

    body: int
    end: int


_SIGNATURE_TOKEN = re.compile(
    r"//[^\r\n]*|/\*.*?(?:\*/|\Z)|\"(?:[^\"\\\r\n]|\\.)*\"?|`[^`]*`?"
    r"|\b(?:struct|interface)\b\s*\{|[()\[\]{};,=:\r\n]",
    re.DOTALL,
)


def _signature(text: str, at: int) -> _Signature:
    depth = 0
    for token in _SIGNATURE_TOKEN.finditer(text, at):
        word = token.group()
        if word in "([" or (word[-1] == "{" and (depth or len(word) > 1)):
            depth += 1
        elif word in ")]}" and depth:
            depth -= 1
        elif not depth and word == "{":
            return _Signature(token.start(), token.start())
        elif not depth and not word.startswith("/*"):
            return _Signature(-1, token.start())
    return _Signature(-1, len(text))


_DECLARED = re.compile(r"\s*(?:\(([^)]*(?:\([^)]*\)[^)]*)?)\))?\s*(\w+)\s*([\[(])")


def _declared_name(text: str, at: int) -> str:
    match = _DECLARED.match(text, at)
    if match is None:
        return ""
    receiver, name = match[1], match[2] + ("[...]" if match[3] == "[" else "")
    if receiver is None:
        return name
    head, bracket, _ = receiver.partition("[")
    words = re.findall(r"\w+", head)
    if not words:
        return ""
    base = words[-1] + ("[...]" if bracket else "")
    return f"(*{base}).{name}" if "*" in head else f"{base}.{name}"


def _begins_line(text: str, at: int) -> bool:
    before = text[max(text.rfind("\n", 0, at), text.rfind("\r", 0, at)) + 1 : at]
    return not before.strip(" \t\f\ufeff;") or before.rstrip().endswith(("*/", ";", "}"))


def _is_element_type(text: str, at: int) -> bool:
    """`[]func(){f}` is a list of functions, not a function."""
    return text[:at].rstrip(" \t")[-1:] == "]" if at < 64 else text[at - 64 : at].rstrip(" \t")[-1:] == "]"


def _directive(text: str, word: str, at: int) -> tuple[str, int] | None:
    match = _LINE_DIRECTIVE.match(word)
    if match is None or (word.startswith("//") and at and text[at - 1] not in "\r\n"):
        return None
    return match[1], int(match[2][:9])


def _code_lines(text: str, starts: tuple[int, ...], comments: list[tuple[int, int]]) -> Iterator[int]:
    without = []
    at = 0
    for start, end in comments:
        without.append(text[at:start])
        without.append(re.sub(r"[^\r\n]", " ", text[start:end]))
        at = end
    without.append(text[at:])
    code = "".join(without)
    for number, (start, end) in enumerate(zip(starts, (*starts[1:], len(text)), strict=True), 1):
        if not code[start:end].isspace() and start != end:
            yield number
