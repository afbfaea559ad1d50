"""What an editor's settings for Go say of a run of tests, as far as it is taken: flags of `go test` and an environment.

A setting may ask how code is built and tested; it may not name a program that is run, nor a file that is written or
read in place of the user's. So flags are taken that are known to do neither, and variables that are not known to do
one of them. What is not taken is told. This module reads texts and runs nothing.
"""

import re
import shlex
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

_TRUTH = r"|true|false|0|1"
_BUILD = {
    "race": _TRUTH,
    "msan": _TRUTH,
    "asan": _TRUTH,
    "trimpath": _TRUTH,
    "tags": r"[\w.,! -]*",
    "mod": r"readonly|vendor|mod",
    "p": r"\d{1,3}",
    "gcflags": r"(?:[\w./]+=)?(?:-[NlB](?: |\Z))*",
    "ldflags": r"(?:[\w./]+=)?(?:(?:-[sw]|-X[ =][\w./%-]+=[^\s'\"\\]*)(?: |\Z))*",
}
_TEST = {
    "short": _TRUTH,
    "v": _TRUTH,
    "failfast": _TRUTH,
    "cpu": r"\d{1,3}",
    "parallel": r"\d{1,4}",
    "shuffle": r"off|on|\d{1,18}",
    "skip": r".*",
}
_OURS = {"count", "timeout", "bench", "benchmem", "benchtime", "run", "vet", "json"}
"""Flags that a run sets by itself, or that change nothing of it."""

_WITHOUT_VALUE = {"race", "msan", "asan", "trimpath", "short", "v", "failfast", "benchmem", "json"}
_FLAG = re.compile(r"--?([A-Za-z][\w.]*)(?:=(.*))?", re.DOTALL)

_RUNS_OR_READS = re.compile(
    r"CC|CXX|FC|AR|GCCGO|PKG_CONFIG|CC_FOR_TARGET|CXX_FOR_TARGET|PATH|SHELL|COMSPEC|PATHEXT|GOROOT|GOTOOLCHAIN|GOENV|GOTOOLDIR"
    r"|GOCACHEPROG|GOAUTH|GOVCS|GOINSECURE|GOBIN|GOCOVERDIR|GOPACKAGESDRIVER|GOMODCACHE|GOCACHE|GOTMPDIR"
    r"|CGO_\w+_(?:DIS)?ALLOW|(?:LD|DYLD|GIT)_\w*|BASH_ENV|ENV"
    # Where Go's own environment, git's and Mercurial's configuration and the C compiler's programs are looked up.
    r"|HOME|USERPROFILE|HOMEDRIVE|HOMEPATH|(?:LOCAL)?APPDATA|XDG_\w+|GOPATH|HGRCPATH|GCC_EXEC_PREFIX|COMPILER_PATH"
)
_NAME = re.compile(r"[A-Za-z_]\w*")


@dataclass(frozen=True, slots=True)
class Allowed:
    """Flags of the build, arguments of the test's program, variables; `refused` is what was not taken."""

    build: tuple[str, ...] = ()
    arguments: tuple[str, ...] = ()
    environ: tuple[tuple[str, str], ...] = ()
    refused: tuple[str, ...] = ()


def allowed(flags: Sequence[str], tags: str, variables: Mapping[str, str]) -> Allowed:
    """What of these is taken: flags as `go test` has them, build tags, and variables of the environment."""
    taken = {name: value for name, value in variables.items() if _is_harmless(name, value)}
    refused = [name for name in variables if name not in taken]
    build = [f"-tags={tags}"] if tags and _matches(_BUILD, "tags", tags) else []
    refused += [f"-tags={tags}"] if tags and not build else []
    arguments: list[str] = []
    for flag, name, value in _read(flags):
        words = [f"-{name}={value}"] if value is not None else [f"-{name}"]
        if name == "args":
            program, refused_here = _for_program(value or "")
            arguments += program
            refused += refused_here
        elif _matches(_BUILD, name, value):
            build += words
        elif _matches(_TEST, name, value):
            arguments += [f"-test.{word[1:]}" for word in words]
        elif name not in _OURS:
            refused.append(flag)
    return Allowed(tuple(build), tuple(arguments), tuple(taken.items()), tuple(refused))


def _read(flags: Sequence[str]) -> Iterator[tuple[str, str, str | None]]:
    """Each flag as it stands, its name and its value; what follows `-args` is one value."""
    words = list(flags)
    while words:
        word = words.pop(0)
        found = _FLAG.fullmatch(word)
        if found is None:
            yield word, "", None
        elif found[1] == "args":
            yield word, "args", shlex.join(words)
            return
        elif found[2] is None and found[1] not in _WITHOUT_VALUE and words:
            value = words.pop(0)
            yield f"{word} {value}", found[1].removeprefix("test."), value
        else:
            yield word, found[1].removeprefix("test."), found[2]


def _matches(known: Mapping[str, str], name: str, value: str | None) -> bool:
    return name in known and re.fullmatch(known[name], value or "") is not None


def _for_program(joined: str) -> tuple[list[str], list[str]]:
    """What the test itself is given; no flag of the testing package, as some write files."""
    words = shlex.split(joined)
    refused = [word for word in words if re.match(r"--?test\.", word)]
    return [word for word in words if word not in refused], refused


def _is_harmless(name: str, value: str) -> bool:
    if _NAME.fullmatch(name) is None or "\0" in value:
        return False
    if name.upper() == "GOFLAGS":  # where each word is a flag of its own
        found = [_FLAG.fullmatch(word) for word in value.split()]
        return all(flag is not None and _matches(_BUILD, flag[1], flag[2]) for flag in found)
    return _RUNS_OR_READS.fullmatch(name.upper()) is None
