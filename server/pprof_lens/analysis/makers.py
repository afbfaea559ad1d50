"""Which lines of the program make what a library runs for itself, by the text of its files: calls of that library.

What goes on wholly in a library has no line of the program in its stacks. The program's files that import the package
are read for calls of it: of the function that is known to have started it, else of those whose names say that they
make something. Nothing is claimed of a text that is not known.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from pprof_lens.analysis.blame import Blame, library
from pprof_lens.analysis.gotext import SourceLine, declared, lines_of
from pprof_lens.profile.stacks import Frame
from pprof_lens.source.symbols import Kind, package_of, parse

_METHODS: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("database/sql.(*Tx).", re.compile(r"\.(Begin(?:Tx)?)\(")),
    ("database/sql.(*Rows).", re.compile(r"\.(Query(?:Row)?(?:Context)?)\(")),
    ("net/http.(*persistConn).", re.compile(r"(?:\bhttp|[cC]lient)\.(Get|Head|Post|PostForm|Do)\(")),
)
"""Whose goroutine it is, by the start of its function's name, and which methods make such a thing."""

_TRANSPORTS = re.compile(r"\bhttp\.(?=Transport\{|DefaultTransport\b.*\.Clone\()(?:Default)?(Transport)\b")

_ENDS = (("client", re.compile(r"[cC]lient|Dial")), ("server", re.compile(r"[sS]erver|Listen")))

_MAKES = r"(?:New|Open|Dial|Listen|Start|Make|Create|With|Command|Connect|Watch|Serve|Must)\w*"
_IMPORT = re.compile(r'(?:import )?\s*(?:(\w+) )?"([^"]+)"')
_NOTHING = "(?!)"
_VERSION = re.compile(r"/v[0-9]+$")


class Making(NamedTuple):
    """What makes what a goroutine belongs to that a library runs for itself: `package` is what a program imports of it.

    `starters` are the functions that are known to start such ones, `names` match in a text those of them that a
    program can call, `methods` what makes it where no name of a function tells. `on` are the methods of what a call of
    the library made that start such ones, as `Start` of what `exec.Command` made.
    """

    began: Frame
    starters: frozenset[str]
    names: frozenset[str]
    methods: re.Pattern[str] | None
    on: frozenset[str] = frozenset()
    type: str = _NOTHING
    """Whose method the goroutine runs, if a program can write a literal of it."""

    @property
    def package(self) -> str:
        return package_of(self.began.function).partition("/internal/")[0]

    @classmethod
    def of(cls, began: Frame, starters: frozenset[str]) -> "Making":
        package, literal = package_of(began.function), parse(began.function)
        if literal.kind is Kind.LITERAL:  # which whoever holds it has started
            starters |= {literal.owner}
        called = [parse(name) for name in starters if package_of(name) == package]
        exported = [name for name in called if name.function[:1].isupper() and name.function.isalnum()]
        methods = next((methods for start, methods in _METHODS if began.function.startswith(start)), None)
        names = frozenset(name.function for name in exported if not name.receiver)
        on = frozenset(name.function for name in exported if name.receiver)
        of = literal.receiver.strip("(*)").partition("[")[0]
        return cls(began, starters, names, methods, on, of if of[:1].isupper() and of.isalnum() else _NOTHING)

    @classmethod
    def by_go(cls, began: Frame) -> "Making":
        """The statements that started it themselves: `go io.Copy(...)`, `go command.Wait()`."""
        name = parse(began.function)
        is_named = name.function[:1].isupper() and name.function.isalnum() and not name.parts
        methods = re.compile(rf"\bgo (?:\S+\.)?({name.function})\(") if is_named else None
        return cls(began, frozenset(), frozenset(), methods)

    @classmethod
    def of_transport(cls, began: Frame) -> "Making":
        """What keeps connections of its own, whoever asks through it."""
        return cls(began, frozenset(), frozenset(), _TRANSPORTS)

    def is_by(self, called: str) -> bool:
        """Whether it is a call of that function."""
        is_method = self.methods is not None and self.methods.search(f".{parse(called).function}(")
        return called in self.starters or bool(is_method)

    def is_of_other_end(self, called: str) -> bool:
        """Whether a function of that name makes a server where it is a client's, or the other way round."""
        own = _ends(f"{began.receiver} {began.function}" for began in map(parse, (self.began.function, *self.starters)))
        other = _ends([parse(called).function])
        return len(own) == len(other) == 1 and own != other

    def likely(self) -> "Making":
        """The same by the functions of its package whose names say that they make something."""
        return self._replace(names=frozenset((_MAKES,)), on=frozenset())

    def calls_in(self, files: Mapping[str, str], source_line: SourceLine) -> Iterator[Blame]:
        """The calls in the text of these files, by their packages, of what makes it, if that is known."""
        package = self.package
        whose = library(self.began).replace(package_of(self.began.function), package)
        for path, own in files.items():
            name = _name_of(package, (text for _, text in lines_of(path, source_line)))
            lines = [text for _, text in lines_of(path, source_line)] if name else []
            for function, number, called in self._calls(lines, name):
                yield Blame(Frame(f"{own}.{function}", path, number), 0, f"{package}.{called}", whose)

    def _calls(self, lines: list[str], name: str) -> Iterator[tuple[str, int, str]]:
        """The function, the line and what is called there, in a file that imports the package under that name."""
        makes, on = ("|".join(sorted(called)) or _NOTHING for called in (self.names, self.on))
        written = rf"\b{name}\.(?:({makes})(?:\[[^(]*\])?\(|({self.type})(?:\[[^{{]*\])?\{{)"
        of_library = self.methods or re.compile(written)
        of_made = re.compile(rf"(?:\b(\w+)|\b{name}\.\w+\(.*\))\.({on})\(")
        makes_one = re.compile(rf"\s*(?:if |var )?(\w+)(?:, *\w+)* *:?= *{name}\.")
        function, made = "", set[str | None]((None,))
        for number, line in enumerate(lines, 1):
            text = line.partition("//")[0]
            if text.startswith("func "):
                function, made = declared(text), {None}
            if (one := makes_one.match(text)) is not None:
                made.add(one[1])
            if function and (call := of_library.search(text)) is not None:
                yield function, number, call[call.lastindex or 1]
            elif function and (call := of_made.search(text)) is not None and call[1] in made:
                yield function, number, call[2]


def _ends(names: Iterable[str]) -> frozenset[str]:
    """Which ends of a connection the names speak of."""
    told = " ".join(names)
    return frozenset(end for end, words in _ENDS if words.search(told))


def _name_of(package: str, lines: Iterable[str]) -> str:
    """The name under which the file imports the package; empty where it does not."""
    for text in lines:
        if text.startswith(("func ", "type ", "var ", "const ")):
            break
        found = _IMPORT.match(text)
        if found is not None and found[2] == package:
            return found[1] or re.sub(r"\W.*", "", _VERSION.sub("", package).rpartition("/")[2].removeprefix("go-"))
    return ""
