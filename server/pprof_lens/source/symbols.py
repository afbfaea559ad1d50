r"""Go's grammar of names: what cmd/compile and the linker call functions, Go 1.18 to 1.27.

The only place that takes names apart. The grammar is that of `closureName` and `MethodSymSuffix`
(cmd/compile/internal/ir), of `OutlineMapInits` (staticinit), and of noder's renaming of `init`:

    name     = package "." local .
    local    = outer { "." inlined } { part } .
    outer    = function | "init" | "init." number | "map.init." number | "glob." .
    inlined  = function { part } .
    function = [ ( type | "(*" type ")" ) "." ] ident [ "[" … "]" ] .
    part     = ".func" number | "." number | "-range" number | ".gowrap" number | ".deferwrap" number | "-fm" .

A literal belongs to the last function of its name. Go 1.21 to 1.26 write the functions that it was inlined into
before that one (golang/go#60324), and the package is then that of the first; Go 1.27 writes the last one alone. A
method `A.B` and a function `B` that was inlined into `A` read alike: `readings` gives both. The package of a literal is
`_` in Go 1.27, where it is of a function that is linked under another name and was inlined.

No source is looked at here, no profile, no file. Names are untrusted and may be anything.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from enum import Enum
from functools import lru_cache
from itertools import compress, repeat
from operator import ne
from typing import NamedTuple

UNKNOWN_PACKAGE = "_"


class Kind(Enum):
    """What a name stands for, and so what stands at its start line."""

    DECLARED = "declared"
    """A function that a file declares: its start line is that of its `func`, or of its TEXT."""

    LITERAL = "literal"
    """A closure: its start line is that of a function literal. Before Go 1.22 it may be what STATEMENT is, and where
    cgo made the literal its start line is that of a call of C."""

    LOOP = "loop"
    """The body of a loop over a function: its start line is that of the `for`."""

    STATEMENT = "statement"
    """Makes the call of a `go` or `defer` statement, at whose line it starts and ends."""

    VARIABLES = "variables"
    """The initialisation of a package's variables: its start line is 1, its lines may be of other files."""

    MAP = "map"
    """The initialisation of one large map: its start line is that of the variable."""

    MADE = "made"
    """Made by the compiler or the linker; no line of a file begins it."""

    FOREIGN = "foreign"
    """No name of Go, or none that this grammar knows: nothing follows from it."""


class Symbol(NamedTuple):
    """A name taken apart, and the declared function that it belongs to, with [...] for type arguments.

    `owner` is the name of that function: `main.(*T[...]).M`, `main.init.0`; the name itself where none is known.
    `receiver` is `T[...]` or `(*T)`, `function` is `M[...]`, `init.0` or `glob.`. `parts` lead from there to what the
    name speaks of: `func1`, `2`, `-range1`, `gowrap1`, `-fm`. `within` is the function that took the owner in, where
    the name tells: `main.fill` in `main.fill.(*maker).each.func1`; `package`, an import path, is then that one's.
    """

    kind: Kind
    owner: str
    package: str = ""
    receiver: str = ""
    function: str = ""
    parts: tuple[str, ...] = ()
    within: str = ""

    @property
    def declared(self) -> str:
        """The owner as its file declares it, which is `gofuncs.FuncDecl.name`: `F[...]`, `(*T[...]).M`, `init`."""
        function = "init" if self.function.startswith("init.") else self.function
        return f"{self.receiver}.{function}" if self.receiver else function


def parse(name: str) -> Symbol:
    """Take a name apart; of several readings the likeliest."""
    return readings(name)[0]


@lru_cache(maxsize=1 << 14)
def readings(name: str) -> tuple[Symbol, ...]:
    """The ways in which a name can be read, the likeliest first; there is at least one."""
    prefix, local = _split(name)
    if prefix.startswith(_MADE_PREFIXES) or prefix in _MADE_PACKAGES:
        return (Symbol(Kind.MADE, name),)
    outer, atoms = _atoms(_ABI.sub("", without_arguments(local)))
    if not prefix or atoms is None:
        return (Symbol(Kind.FOREIGN, name),)
    found = tuple(_read(prefix, outer, atoms))
    return found or (Symbol(Kind.FOREIGN, name),)


class Held(NamedTuple):
    """The declared function that holds what a name speaks of, as far as names tell.

    `is_plain` where the name can be read in one way only, `is_within` where it tells what the owner was inlined into,
    `is_part_anyhow` where it is a part in each way.
    """

    owner: str
    is_part: bool = False
    is_plain: bool = True
    is_within: bool = False
    is_part_anyhow: bool = False


NUMBERED = (".", ".func", ".gowrap", ".deferwrap", "-range")
"""After one of these a last number tells which part it is, in the name of a part."""

SIGNS = ("[", "-fm")
"""A name holds itself that has none of these, does not end in a number, and is not empty."""


def taken_apart(names: Iterable[str]) -> tuple[dict[str, str], dict[str, Held]]:
    """Of each name the one to read in its stead, and what holds each of these but those that hold themselves.

    A name of a part has its last number replaced, which tells nothing: a generated program has tens of thousands of
    closures in one function, and they are read as one. Most other names are declared functions without type arguments,
    which hold themselves. No name is read twice.
    """
    distinct = tuple(dict.fromkeys(names))  # many functions may have one long name, of which many stems would be made
    stems = list(map(str.rstrip, distinct, repeat(_DIGITS)))
    held: dict[str, Held] = {}
    chosen = {stem: _of_part(stem, held) for stem in dict.fromkeys(compress(stems, map(ne, distinct, stems)))}
    read = [name if name == stem else chosen[stem] or name for name, stem in zip(distinct, stems, strict=True)]
    for name, stem in zip(read, stems, strict=True):
        if (name != stem or "[" in name or not name or name.endswith("-fm")) and name not in held:
            held[name] = _held(name)
    return dict(zip(distinct, read, strict=True)), held


def _of_part(stem: str, held: dict[str, Held]) -> str:
    """A name of a part that begins so and goes on with a number; "" where such a name may be another thing."""
    if not stem.endswith(NUMBERED):
        return ""
    name = f"{stem}1"
    held[name] = _held(name)
    return name if held[name].is_part_anyhow else ""


@lru_cache(maxsize=1 << 14)
def _held(name: str) -> Held:
    read = readings(name)
    first = read[0]
    is_part_anyhow = all(symbol.parts for symbol in read)
    return Held(first.owner, bool(first.parts), len(read) == 1, bool(first.within), is_part_anyhow)


def package_of(name: str) -> str:
    """The import path in a name: `net/http` for `net/http.(*conn).serve`; a name without one is its own."""
    prefix, _ = _split(name)
    return _unescaped(prefix) or name


def without_arguments(name: str) -> str:
    """The name with [...] for each list of type arguments, as the runtime prints it."""
    if "[" not in name:
        return name
    kept, at = [], 0
    for start, end in argument_spans(name):
        kept.append(name[at:start])
        at = end
    return "[...]".join((*kept, name[at:]))


def argument_spans(name: str) -> Iterator[tuple[int, int]]:
    """Where the lists of type arguments stand in a name, each from its bracket to past the closing one."""
    depth = start = 0
    for token in _BRACKET.finditer(name):
        if token.group() == "[":
            depth += 1
            start = token.start() if depth == 1 else start
        elif token.group() == "]" and depth:
            depth -= 1
            if not depth:
                yield start, token.end()


_MADE_PREFIXES = ("type:", "go:")
_MADE_PACKAGES = frozenset(("go", "type"))
_DIGITS = "0123456789"
_ABI = re.compile(r"\.(?:abi0|abiinternal)\Z")
_BRACKET = re.compile(r'"(?:[^"\\]|\\.)*"|[\[\]]')
_NOT_OF_PATH = re.compile(r"[^A-Za-z0-9_./%+~-]")
_ESCAPE = re.compile(rb"%([0-9a-f]{2})")

_IDENT = r"[^\W\d]\w*(?:\[\.\.\.\])?"
_LOCAL_TYPE = r"[^\W\d]\w*(?:[.·]\d+)?(?:\[\.\.\.\])?"
_OUTER = re.compile(r"(?:init(?:\.\d+)?|map\.init\.\d+|glob\.)(?=[.-]|\Z)")
_ATOM = re.compile(
    r"(?P<part>(?:\.(?:(?:func|gowrap|deferwrap)\d+|\d+)|-range\d+|-fm)(?=[.-]|\Z))"
    rf"|\.(?:(?P<pointer>\(\*{_LOCAL_TYPE}\))|(?P<ident>{_IDENT}))"
)


class _Atom(NamedTuple):
    """What stands between the dots of a name; `sort` is part, pointer or ident."""

    sort: str
    text: str


def _split(name: str) -> tuple[str, str]:
    """Package and rest, at the first dot after the last slash of the path (`splitPkg` of cmd/compile)."""
    outside = _NOT_OF_PATH.search(name)
    dot = name.find(".", name.rfind("/", 0, outside.start() if outside else len(name)) + 1)
    return (name[:dot], name[dot + 1 :]) if dot > 0 else ("", name)


def _unescaped(prefix: str) -> str:
    """The import path that `objabi.PathToPrefix` made this prefix of."""
    if "%" not in prefix:
        return prefix
    path = _ESCAPE.sub(lambda match: bytes.fromhex(match[1].decode()), prefix.encode("utf-8", "surrogateescape"))
    return path.decode("utf-8", "surrogateescape")


def _atoms(local: str) -> tuple[str, list[_Atom] | None]:
    """What no file declares in front, and the atoms after it; None where they are none of this grammar."""
    made = _OUTER.match(local)
    outer = made.group() if made else ""
    has_no_receiver = local.startswith(".")
    rest = local[len(outer) :] if outer or has_no_receiver else f".{local}"
    atoms: list[_Atom] = []
    at = 0
    while at < len(rest):
        match = _ATOM.match(rest, at)
        if match is None:
            return outer, None
        sort, text = match.lastgroup or "", match.group().removeprefix(".")
        if sort == "part" and _begins_function(outer, atoms) and text[0].isalpha():
            sort = "ident"
        atoms.append(_Atom(sort, f".{text}" if has_no_receiver and not atoms else text))
        at = match.end()
    return outer, atoms


def _begins_function(outer: str, atoms: Sequence[_Atom]) -> bool:
    """Whether a declared name stands next, which may look like a part: a function may be called func1."""
    return atoms[-1].sort == "pointer" if atoms else not outer


def _read(prefix: str, outer: str, atoms: Sequence[_Atom]) -> Iterator[Symbol]:
    """From the end: the parts, the function before them, and what can be its receiver."""
    end = len(atoms)
    while end and atoms[end - 1].sort == "part":
        end -= 1
    parts = tuple(atom.text for atom in atoms[end:])
    if not end:
        if outer and (parts or outer != "glob."):
            yield _symbol(prefix, "", outer, parts, "")
        return
    function = atoms[end - 1]
    if function.sort != "ident":
        return
    for count in _receivers(outer, atoms[: end - 1], function):
        receiver = atoms[end - 2].text if count else ""
        before = atoms[: end - 1 - count]
        within = f".{outer}" if outer else ""
        within += "".join(atom.text if atom.text[0] == "-" else f".{atom.text}" for atom in before)
        is_method_value = parts == ("-fm",)
        if (parts or not within) and (receiver or not is_method_value):
            yield _symbol(prefix, receiver, function.text, parts, f"{prefix}{within}" if within else "")


def _receivers(outer: str, before: Sequence[_Atom], function: _Atom) -> tuple[int, ...]:
    """How many of the atoms before a function can be its receiver, the likeliest first."""
    sorts = [atom.sort for atom in before[-2:]]
    if sorts[-1:] == ["pointer"]:
        return (1,)
    if sorts[-1:] != ["ident"] or sorts[:1] == ["pointer"]:
        return (0,)
    was_inlined = bool(outer) or len(before) > 1 or before[0].text == function.text or function.text[-1] == "]"
    return (0, 1) if was_inlined else (1, 0)


def _symbol(prefix: str, receiver: str, function: str, parts: tuple[str, ...], within: str) -> Symbol:
    local = f"{receiver}.{function}" if receiver else function
    kind = Kind.DECLARED if receiver and not parts else _kind(function, parts)
    return Symbol(kind, f"{prefix}.{local}", _unescaped(prefix), receiver, function, parts, within)


def _kind(function: str, parts: Sequence[str]) -> Kind:
    if not parts:
        return {"init": Kind.VARIABLES}.get(function, Kind.MAP if function.startswith("map.") else Kind.DECLARED)
    last = parts[-1]
    if last == "-fm":
        return Kind.MADE
    if last.startswith("-range"):
        return Kind.LOOP
    return Kind.STATEMENT if last.startswith(("gowrap", "deferwrap")) else Kind.LITERAL
