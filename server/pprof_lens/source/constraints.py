"""Which files of a folder a program was built from: Go's build constraints, in a file's name and in its `//go:build`.

What system it was built for is known by the files that its profile names, as far as their names say it. A file counts
as left out only where that is sure; tags that are not Go's own are those of no ordinary build.
"""

import re
from collections.abc import Iterable
from typing import NamedTuple

_WORDS = re.compile(r"\w+")
_UNIX = frozenset(_WORDS.findall("aix android darwin dragonfly freebsd hurd illumos ios linux netbsd openbsd solaris"))
_SYSTEMS = _UNIX | frozenset(("js", "nacl", "plan9", "wasip1", "windows", "zos"))
_MACHINES = frozenset(
    _WORDS.findall("386 amd64 arm arm64 loong64 mips mips64 mips64le mipsle ppc64 ppc64le riscv64 s390x sparc64 wasm")
)
_IMPLIED = {"android": "linux", "illumos": "solaris", "ios": "darwin"}
_UNDECIDED = frozenset(("cgo",))
_OWN = re.compile(r"gc$|go1\.\d+$")

_CONSTRAINT = re.compile(r"//go:build (.*)")
_TOKEN = re.compile(r"\s*(&&|\|\||[!()]|[\w.]+)")
_DEEPEST = 50


class System(NamedTuple):
    """GOOS and GOARCH, each empty where it is not known; of a system that is not known it is sure to be like Unix."""

    system: str
    machine: str

    @classmethod
    def of(cls, paths: Iterable[str]) -> "System":
        """That of a program whose profile names these files."""
        parts = {part for path in paths for part in _parts(path.rpartition("/")[2])}
        system, machine = (next(iter(sorted(parts & known)), "") for known in (_SYSTEMS, _MACHINES))
        return cls(system, machine)

    def builds(self, name: str, constraint: str) -> bool:
        """Whether a file of that name may be part of the program; `constraint` is its line that begins so, or empty."""
        by_name = all(self.has(part) is not False for part in _parts(name))
        found = _CONSTRAINT.match(constraint)
        return by_name and (found is None or _Expression(_TOKEN.findall(found[1]), self).value() is not False)

    def has(self, tag: str) -> bool | None:
        """Whether the tag is set; None where that is not known."""
        if tag in _SYSTEMS or tag == "unix":
            if not self.system:
                return True if tag == "unix" else None if tag in _UNIX else False
            return tag in (self.system, _IMPLIED.get(self.system)) or (tag == "unix" and self.system in _UNIX)
        if tag in _MACHINES:
            return tag == self.machine if self.machine else None
        return None if tag in _UNDECIDED else bool(_OWN.match(tag))


def _parts(name: str) -> tuple[str, ...]:
    """The constraints in a file's name: `_GOOS`, `_GOARCH` or both, behind something else."""
    *rest, last = name.partition(".")[0].removesuffix("_test").split("_")
    if not rest or last not in _SYSTEMS | _MACHINES:
        return ()
    return (rest[-1], last) if last in _MACHINES and len(rest) > 1 and rest[-1] in _SYSTEMS else (last,)


class _Expression:
    """Reads a constraint from left to right: `||` binds less than `&&`, and that less than `!`."""

    def __init__(self, tokens: list[str], system: System) -> None:
        self._tokens = tokens[::-1]
        self._has = system.has
        self._depth = 0

    def value(self) -> bool | None:
        found = self._all()
        while self._takes("||"):
            other = self._all()
            found = True if True in (found, other) else None if None in (found, other) else False
        return found

    def _all(self) -> bool | None:
        found = self._one()
        while self._takes("&&"):
            other = self._one()
            found = False if False in (found, other) else None if None in (found, other) else True
        return found

    def _one(self) -> bool | None:
        is_negated = False
        while self._takes("!"):
            is_negated = not is_negated
        found: bool | None = None
        self._depth += 1
        if self._depth > _DEEPEST:
            self._tokens.clear()
        elif self._takes("("):
            found = self.value()
            self._takes(")")
        elif self._tokens and self._tokens[-1][-1].isalnum():
            found = self._has(self._tokens.pop())
        self._depth -= 1
        return found if found is None else found is not is_negated

    def _takes(self, token: str) -> bool:
        if self._tokens[-1:] != [token]:
            return False
        self._tokens.pop()
        return True
