"""Where a Go file declares its functions and has its literals.

A scanner, not a parser: it skips comments, strings, raw strings and runes, follows braces, and finds the body of
each `func`. It reads files that do not compile, and files of any size in one pass. All lines count from 1. How the
names in a profile stand to what is declared, `symbols` knows.
"""

import re
from bisect import bisect_right
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from pprof_lens.source.lines import line_starts
from pprof_lens.source.symbols import Symbol


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


_MOST_READ = 4
"""How often a text is read for the signatures in it; those of functions within signatures are read again."""

_LONGEST_BEGIN = 256
"""Characters between the beginning of a line and what is declared on it."""

_NOTHING = Scan((), (), (), frozenset(), {})

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
_LINKNAME = re.compile(r"^//go:linkname(?:std)?[ \t]+(\w+)[ \t]+(\S+)", re.MULTILINE)
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
    to_read = _MOST_READ * len(text) + _LONGEST_BEGIN
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
            to_read -= signature.end - at
            if to_read < 0:
                return _NOTHING  # `func(func(func(` without end: each would be read to the end of the text
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


_NO_CODE = re.compile(
    r"//[^\r\n]*|/\*.*?(?:\*/|\Z)"
    r'|"(?:[^"\\\r\n]|\\.)*"?'
    r"|'(?:[^'\\\r\n]|\\.)*'?"
    r"|`[^`]*`?",
    re.DOTALL,
)


def bare(text: str) -> str:
    """The text with nothing in its comments and strings, line by line as it was."""

    def emptied(match: "re.Match[str]") -> str:
        word = match.group()
        ends = re.sub(r"[^\r\n]", "", word)
        return f" {ends}" if word[0] == "/" else f'"{ends}"'

    return _NO_CODE.sub(emptied, text)


_IMPORT = re.compile(r'^[ \t]*(?:import[ \t]+)?(?:([\w.]+)[ \t]+)?"([\w./~-]+)"', re.MULTILINE)


def imported(text: str) -> dict[str, str]:
    """The packages that the text imports, as the linker writes them, by the names that their paths tell."""
    head = text[: next((match.start() for match in re.finditer(r"^func\b", text, re.MULTILINE)), len(text))]
    found = ((name, *path.rpartition("/")) for name, path in _IMPORT.findall(head) if path != "C")
    return {name or last: f"{folder}{slash}{last.replace('.', '%2e')}" for name, folder, slash, last in found}


_TEXT = re.compile(
    r"^TEXT[ \t]+[^\s(]*?[·.](\w+)(?:<\w*>)?\(SB\)|^TEXT[ \t]+(\w+)(?:<\w*>)?\(SB\)"
    r"|^\w+\([^\s(]*?·(\w+)[ \t]*[,)]",  # a macro that has the TEXT in it: CALLFN(·call32, 32)
    re.MULTILINE,
)


def scan_assembly(text: str) -> Scan:
    """Read Go assembly: a function goes from its TEXT to the line before the next one."""
    starts = line_starts(text)
    found = [(bisect_right(starts, match.start()), match[1] or match[2] or match[3]) for match in _TEXT.finditer(text)]
    ends = [*(line - 1 for line, _ in found[1:]), len(starts)][: len(found)]
    declared = (FuncDecl(name, line, end) for (line, name), end in zip(found, ends, strict=True))
    comments = [match.span() for match in re.finditer(r"//[^\r\n]*|/\*.*?(?:\*/|\Z)", text, re.DOTALL)]
    return Scan(tuple(declared), (), (), frozenset(_code_lines(text, starts, comments)), {})


def declares(declaration: FuncDecl, symbol: Symbol) -> bool:
    """Whether that declaration is the one that a name speaks of.

    pprof itself drops the receiver of a generic method when it saves a profile: `main..M[...]` is any type's M.
    """
    if symbol.declared.startswith("."):
        return declaration.name.endswith(symbol.declared)
    return declaration.name == symbol.declared


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


_DECLARED = re.compile(r"\s*(?:\(([^()]*(?:\([^)]*\)[^()]*)?)\))?\s*(\w+)\s*([\[(])")


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
    first = max(at - _LONGEST_BEGIN, 0)
    before = text[max(text.rfind("\n", first, at) + 1, text.rfind("\r", first, at) + 1, first) : at]
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
