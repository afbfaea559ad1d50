"""From the file names of a profile to files on this machine, in the design's order, each answer with its reason.

A profile's paths are untrusted: a name is only ever looked up through the `FileSystem` that is handed in, which
answers for the workspace, GOROOT, the module cache, mapped folders and opened files and for nothing else. Nothing
is found by its base name alone, and a tie is refused. No I/O here. All local paths have forward slashes.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from functools import lru_cache
from itertools import chain, islice
from typing import NamedTuple, Protocol

from pprof_lens.source import bazel
from pprof_lens.source.gomod import Forked, Module, Replace, Required, Vendor
from pprof_lens.source.lines import without_ends
from pprof_lens.source.profiled import DeclaredFunction, ProfileFile
from pprof_lens.source.symbols import Kind, parse, taken_apart

LONGEST_PATH = 4096
"""Longer names are no paths."""

GUESSES = 20
"""How many pairs of folders are tried, those that most files speak for first."""

MOST_CANDIDATES = 200
"""Files that may be the one that is meant; of more, none is looked at: each is asked for each file of the profile."""


MOST_SOURCE_FOLDERS = 8
"""Folders called src in a path of which each may be that of the Go installation, the innermost ones."""


class How(str, Enum):
    """How a file was found; the words are those of the command line's JSON."""

    EXACT = "exact"
    MODULE = "module"
    MODCACHE = "modcache"
    VENDOR = "vendor"
    GOROOT = "goroot"
    MAPPING = "mapping"
    SUFFIX = "suffix"
    UNRESOLVED = "unresolved"


@dataclass(frozen=True, slots=True)
class Resolution:
    """Where a file of the profile is, or why it is nowhere; `reason` is a phrase for the user."""

    profile_path: str
    path: str | None
    how: How
    reason: str


@dataclass(frozen=True, slots=True)
class Suggestion:
    """An entry of the path mappings that would resolve so many more files of the profile."""

    prefix: str
    local: str
    files: int


class FileSystem(Protocol):
    """What may be asked about files. Whatever lies outside the allowed folders is as if absent."""

    def is_file(self, path: str) -> bool: ...

    def read_text(self, path: str) -> str | None: ...

    def ending(self, tail: str) -> Sequence[str]:
        """The files of the workspace with that name, or that folder and name, from an index made beforehand."""
        ...


@dataclass(frozen=True, slots=True)
class Workspace:
    """The places where source may be; folders are absolute and end without a slash.

    `replaces` and `forks` are those of its go.work files, which hold for all of its modules. `elsewhere` has for roots
    and opened files that are named through a link where they really are, and that name. `folds_case` says that a disk
    takes another case of a name for the same name.
    """

    roots: tuple[str, ...]
    modules: tuple[Module, ...] = ()
    vendors: tuple[Vendor, ...] = ()
    goroot: str | None = None
    module_cache: str | None = None
    mappings: tuple[tuple[str, str], ...] = ()
    opened: frozenset[str] = frozenset()
    replaces: tuple[Replace, ...] = ()
    forks: tuple[Forked, ...] = ()
    elsewhere: tuple[tuple[str, str], ...] = ()
    folds_case: bool = False


Past = Callable[[Sequence[tuple[str, ProfileFile]]], Mapping[str, str]]
"""Tells of local files which of them were once what the profile has, and when, as a phrase by the profile's paths."""


def no_past(_: Sequence[tuple[str, ProfileFile]]) -> Mapping[str, str]:
    """The past of files that have none."""
    return {}


def resolve(
    files: Sequence[ProfileFile], workspace: Workspace, fs: FileSystem, *, program: str = "", past: Past = no_past
) -> tuple[Resolution, ...]:
    """One resolution a file, in the order of `files`.

    `program` is the folder that is told to be the program's, from the root of its repository: of files that match
    equally well, the one in there is meant. The `past` is asked only for what was not found without it.
    """
    finder = _Finder(workspace, fs, program.strip("/"))
    answers = {file.path: finder.find(file) for file in files}
    _find_beside(files, answers, finder)
    _find_in_program(files, answers, finder)
    left = [file for file in files if answers[file.path].how is How.UNRESOLVED]
    lone = [(path, file) for path, file in ((finder.lone(file), file) for file in left) if path is not None]
    then = past(lone) if lone else {}
    for path, file in lone:
        if file.path in then:
            reason = f"only this has its name and folder, and its functions were at their lines in {then[file.path]}"
            answers[file.path] = Resolution(file.path, path, How.SUFFIX, reason)
    if then:
        _find_beside(files, answers, finder)
    return tuple(answers[file.path] for file in files)


def _find_beside(files: Sequence[ProfileFile], answers: dict[str, Resolution], finder: "_Finder") -> None:
    """Find what was not by where others of its folder were."""
    folders = Counter(
        folder
        for answer in answers.values()
        if answer.path and _is_built_elsewhere(answer)
        for folder in [_folders(portable(answer.profile_path), answer.path)]
    )
    if folders:
        for file in files:
            if answers[file.path].how is How.UNRESOLVED:
                answers[file.path] = finder.beside(file, folders) or answers[file.path]


def _find_in_program(files: Sequence[ProfileFile], answers: dict[str, Resolution], finder: "_Finder") -> None:
    """Find what //line names, in package main: a program has one folder of that package, where its other files are."""
    unresolved = (file for file in files if answers[file.path].how is How.UNRESOLVED and finder.may_be_inside(file))
    left = [file for file in unresolved if _packages(file) == {"main"}]
    there = {
        path.rpartition("/")[0]
        for file in (files if left else ())
        for path in [answers[file.path].path]
        if path is not None and _packages(file) == {"main"} and finder.is_verified(file, path)
    }
    if len(there) == 1:
        (folder,) = there
        for file in left:
            answers[file.path] = finder.inside(file, folder) or answers[file.path]


def _is_built_elsewhere(answer: Resolution) -> bool:
    """Whether the file was found where it is for another reason than what its folders are called here."""
    is_absolute = _is_absolute(portable(answer.profile_path))
    return answer.how is How.SUFFIX or (answer.how in {How.MODULE, How.VENDOR} and is_absolute)


def suggestions(
    files: Sequence[ProfileFile], resolutions: Sequence[Resolution], fs: FileSystem
) -> tuple[Suggestion, ...]:
    """Path mappings that would find files which were not found, the one that finds most first."""
    left = {portable(answer.profile_path) for answer in resolutions if answer.how is How.UNRESOLVED}
    left &= {portable(file.path) for file in files}
    guesses = Counter(
        _folders(path, candidate) for path in sorted(left) for candidate in fs.ending(_tail(path))[:MOST_CANDIDATES]
    )
    found = []
    for (prefix, local), _ in guesses.most_common(GUESSES):
        gained = {path for path in left if _under(path, prefix) and fs.is_file(local + path[len(prefix) :])}
        if gained and prefix and local:
            found.append(Suggestion(prefix, local, len(gained)))
            left -= gained
    return tuple(sorted(found, key=lambda found: (-found.files, found.prefix, found.local)))


_DRIVE = re.compile(r"[A-Za-z]:/")
_WSL_SHARE = re.compile(r"//(?:wsl\$|wsl\.localhost)/[^/]+(?=/)", re.IGNORECASE)
_MOUNTED_DRIVE = re.compile(r"/mnt/([a-z])/")


def portable(path: str) -> str:
    """A profile's path with forward slashes, from whichever system it came; "" if it is no usable path.

    Also without what Bazel and WSL put in front, and with the drive letter as Windows' own tools write it.
    """
    if "\\" in path and (path[1:2] == ":" or path.startswith("\\\\") or "/" not in path):
        path = path.replace("\\", "/")
    path = _WSL_SHARE.sub("", path, count=1)
    if _DRIVE.match(path):
        path = path[0].upper() + path[1:]
    for prefix in ("/proc/self/cwd/", "./"):
        path = path.removeprefix(prefix)
    is_hostile = "\0" in path or len(path) > LONGEST_PATH or ".." in path.split("/")
    return "" if is_hostile else path


def stands(functions: Iterable[DeclaredFunction], text: str) -> bool:
    """Whether the text has each of these functions at its line: the cheap check, one look a function.

    A text in which there is nothing to check does not pass.
    """
    lines = without_ends(text)
    known = [(function, parse(function.name).kind) for function in functions]
    checked = [function for function, kind in known if kind in _BEGINS]
    is_checked = any(function.start_line or kind is Kind.DECLARED for function, kind in known if kind in _BEGINS)
    return is_checked and all(is_at(function, lines, text) for function in checked)


def is_checkable(function: DeclaredFunction) -> bool:
    """Whether a text can have the function at a line at all: not one that the compiler made."""
    return parse(function.name).kind in _BEGINS


def is_at(function: DeclaredFunction, lines: Sequence[str], text: str) -> bool:
    """Whether the text, of these lines, has the function at its line, and lines enough; no for one without a place."""
    name = parse(function.name)
    if name.kind not in _BEGINS or max((*function.lines, function.start_line)) > len(lines):
        return False
    word = _last_word(name.declared) if name.kind is Kind.DECLARED else ""
    if function.start_line:
        line = lines[function.start_line - 1]
        return word in line and _BEGINS[name.kind].search(line) is not None
    return name.kind is not Kind.DECLARED or word in _declared_words(text)


_BEGINS = {
    Kind.DECLARED: re.compile("func|TEXT"),
    Kind.LITERAL: re.compile(r"func|\b(?:go|defer)\b|\bC\.\w"),
    Kind.STATEMENT: re.compile(r"\b(?:go|defer)\b"),
    Kind.LOOP: re.compile(r"\bfor\b"),
}
"""What stands on the line on which such a function begins; of other kinds none is known."""


def declares_all(functions: Iterable[DeclaredFunction], text: str) -> bool:
    """Whether the text declares all of these functions, wherever."""
    names = [parse(function.name) for function in functions]
    words = {_last_word(name.declared) for name in names if name.kind is Kind.DECLARED}
    return bool(words) and words <= _declared_words(text)


def _last_word(declared: str) -> str:
    return declared.replace("[...]", "").rpartition(".")[2]


_DECLARATION = re.compile(r"^[ \t]*func\b[^\n]*|^TEXT\b[^\n]*", re.MULTILINE)
_WORD = re.compile(r"\w+")


@lru_cache(maxsize=1)
def _declared_words(text: str) -> frozenset[str]:
    """The words on the lines that declare functions; found once for all the functions that are looked for."""
    return frozenset(word for line in _DECLARATION.findall(text) for word in _WORD.findall(line))


_OF_PROGRAMS = frozenset({"main", "command-line-arguments"})
"""Names of packages that nobody imports; the second one is that of files that a command names."""

_MAJOR = re.compile(r"/v[0-9]+(?=/|\Z)")
_VERSION = re.compile(r"@[^/]*")


class _Versioned(NamedTuple):
    """A file of a module at a version."""

    module: str
    version: str
    rest: str


class _Finder:
    """The steps of the design, each answering a resolution or None."""

    def __init__(self, workspace: Workspace, fs: FileSystem, program: str) -> None:
        self._workspace = workspace
        self._program = program
        self._fs = fs
        self._modules = sorted(workspace.modules, key=lambda module: -len(module.path))
        # By name, as a workspace may have many modules with many directives each.
        self._directories: dict[str, list[str]] = {}
        self._replaced: dict[str, dict[Replace, None]] = {}
        self._forks: dict[str, dict[Forked, None]] = {}
        self._vendored: dict[Required, list[str]] = {}
        for module in self._modules:
            self._directories.setdefault(module.path, []).append(module.directory)
        for replaced in chain(workspace.replaces, *(module.replaces for module in self._modules)):
            self._replaced.setdefault(replaced.module, {})[replaced] = None
        for fork in chain(*(module.forks for module in self._modules), workspace.forks):
            self._forks.setdefault(fork.module, {})[fork] = None
        for vendor in workspace.vendors:
            for required in dict.fromkeys(vendor.modules):
                self._vendored.setdefault(required, []).append(vendor.directory)
        self._mappings = sorted(
            ((portable(prefix).rstrip("/"), local.rstrip("/")) for prefix, local in workspace.mappings if prefix),
            key=lambda mapping: -len(mapping[0]),
        )
        self._bazel = {
            bazel.repository(required.module): required for module in workspace.modules for required in module.requires
        }
        self._packages: tuple[ProfileFile, set[str]] | None = None

    def find(self, file: ProfileFile) -> Resolution:
        path = portable(file.path)
        if not path:
            return self._unresolved(file, "its name is not a usable path")
        steps: tuple[Callable[[ProfileFile, str], Resolution | None], ...] = (
            self._by_mapping,
            self._exactly,
            self._in_module,
            self._in_working_directory,
            self._in_vendor,
            self._in_module_cache,
            self._in_goroot,
            self._by_package,
            self._by_suffix,
        )
        for step in steps:
            answer = step(file, path)
            if answer is not None:
                return answer
        return self._unresolved(file, self._why_not(path))

    def beside(self, file: ProfileFile, folders: Counter[tuple[str, str]]) -> Resolution | None:
        """Found because other files of its folder were, and because it declares the profile's functions."""
        path = portable(file.path)
        for (prefix, local), count in folders.most_common(GUESSES):
            candidate = local + path[len(prefix) :]
            if path and _under(path, prefix) and self._in_workspace(candidate) and self._fs.is_file(candidate):
                text = self._fs.read_text(candidate)
                rivals = [other for (same, other), _ in folders.items() if same == prefix and other != local]
                if any(self._fs.is_file(rival + path[len(prefix) :]) for rival in rivals):
                    return self._tie(file, [candidate, *(rival + path[len(prefix) :] for rival in rivals)])
                if text is not None and declares_all(file.functions, text):
                    return self._found(file, candidate, How.SUFFIX, f"{count} other files of {prefix} are in {local}")
        return None

    def may_be_inside(self, file: ProfileFile) -> bool:
        """Whether its name is one in a folder, and none that Go made up: _testmain.go, <autogenerated>."""
        path = portable(file.path)
        return path[:1].isalnum() and not _is_absolute(path)

    def inside(self, file: ProfileFile, folder: str) -> Resolution | None:
        """Found in that folder, which is the program's."""
        return self._one_of(file, [f"{folder}/{portable(file.path)}"], How.MODULE, f"package main is in {folder}")

    def _by_mapping(self, file: ProfileFile, path: str) -> Resolution | None:
        for prefix, local in self._mappings:
            if _under(path, prefix) and self._fs.is_file(local + path[len(prefix) :]):
                reason = f"{prefix or '/'} is mapped to {local}"
                return self._found(file, local + path[len(prefix) :], How.MAPPING, reason)
        return None

    def _exactly(self, file: ProfileFile, path: str) -> Resolution | None:
        for alias in _aliases(path):
            for place in self._spellings(alias):
                if (place in self._workspace.opened or self._in_workspace(place)) and self._fs.is_file(place):
                    return self._found(file, place, How.EXACT, "the profile names this very file")
        return None

    def _spellings(self, path: str) -> Iterator[str]:
        """What the editor may call that place: as it is, through its links, in the case that it has them in."""
        yield path
        for place, name in self._workspace.elsewhere:
            if _under(path, place):
                yield name + path[len(place) :]
        if self._workspace.folds_case:
            folded = path.casefold()
            for name in (*self._workspace.opened, *self._workspace.roots):
                if _under(folded, name.casefold()):
                    yield name + path[len(name) :]

    def _in_module(self, file: ProfileFile, path: str) -> Resolution | None:
        """-trimpath: the module's path stands for its folder; a replaced dependency keeps its version.

        The workspace's own module has a version, too, where it was installed (`go install module@version`).
        """
        versioned = _versioned(self._from_cache(path))
        if versioned is not None:
            own = self._directories.get(versioned.module, [])
            reason = f"{versioned.module} is the workspace's own module, here at {versioned.version}"
            found = self._one_of(file, (f"{folder}/{versioned.rest}" for folder in own), How.MODULE, reason)
            if found is not None or _is_absolute(path):
                return found
            folders = [
                replaced.directory
                for replaced in self._replaced.get(versioned.module, ())
                if replaced.version in {"", versioned.version}
            ]
            reason = f"{versioned.module} is replaced in this workspace"
            return self._one_of(file, (f"{folder}/{versioned.rest}" for folder in folders), How.MODULE, reason)
        if _is_absolute(path):
            return None
        for module in self._around(path):
            rest = path[len(module) :]
            places = (folder + rest for folder in self._directories[module] if rest)
            found = self._one_of(file, places, How.MODULE, f"in module {module}")
            if found is not None:
                return found
        return None

    def _around(self, path: str) -> Iterator[str]:
        """The modules of the workspace whose path is that one or above it, the longest first."""
        while path:
            if path in self._directories:
                yield path
            path = path.rpartition("/")[0]

    def _in_working_directory(self, file: ProfileFile, path: str) -> Resolution | None:
        """Bazel and `go run x.go` name files from where the build ran; an import path is not one of those.

        With -trimpath the files of `go build a/b/x.go` are ./x.go, wherever they are.
        """
        if _is_absolute(path) or path.rpartition("/")[0] in self._packages_of(file):
            return None
        found = [f"{root}/{path}" for root in self._workspace.roots if self._fs.is_file(f"{root}/{path}")]
        if "/" in path:
            return self._one_of(file, found, How.EXACT, "named from the workspace's folder")
        found = [candidate for candidate in found if self.is_verified(file, candidate)]
        if found or not file.path.startswith("./"):
            return self._one_of(file, found, How.EXACT, "named from the workspace's folder")
        ending = self._fs.ending(path)
        argued = [c for c in ending if self.is_verified(file, c)] if len(ending) <= MOST_CANDIDATES else []
        return self._one_of(file, argued, How.SUFFIX, "an argument of the build, and its functions are at their lines")

    def _in_vendor(self, file: ProfileFile, path: str) -> Resolution | None:
        vendors = self._workspace.vendors
        places = (*(v.directory for v in vendors), *(m.directory for m in self._modules), *self._workspace.roots)
        _, marker, rest = f"/{path}".rpartition("/vendor/")
        if marker and _is_absolute(path):
            candidates = [f"{folder}/vendor/{rest}" for folder in dict.fromkeys(places)]
            return self._one_of(file, candidates, How.VENDOR, "vendored in this workspace")
        versioned = _versioned(path)
        if versioned is None:
            return None
        candidates = [
            f"{vendor}/vendor/{versioned.module}/{versioned.rest}"
            for vendor in self._vendored.get(Required(versioned.module, versioned.version), ())
        ]
        reason = f"{versioned.module} {versioned.version} is vendored in this workspace"
        return self._one_of(file, candidates, How.VENDOR, reason)

    def _in_module_cache(self, file: ProfileFile, path: str) -> Resolution | None:
        cache = self._workspace.module_cache
        repository = bazel.external(path)
        versioned = _versioned(self._from_cache(path))
        if repository is not None and repository[0] in self._bazel:
            versioned = _Versioned(*self._bazel[repository[0]], repository[1])
        if cache is None or versioned is None:
            return None
        if not _is_absolute(path):
            versioned = _Versioned(*self._forked(versioned), versioned.rest)
        name = f"{cache}/{_escaped(versioned.module)}@{_escaped(versioned.version)}/{versioned.rest}"
        if not self._fs.is_file(name):
            return None
        return self._found(file, name, How.MODCACHE, f"{versioned.module} {versioned.version} in the module cache")

    def _from_cache(self, path: str) -> str:
        """The path from the module cache on, if it leads there."""
        return path.removeprefix(f"{self._workspace.module_cache}/")

    def _forked(self, named: _Versioned) -> Required:
        """The module that was built: -trimpath names one that another module replaces as if it were not."""
        for fork in self._forks.get(named.module, ()):
            if fork.version in {"", named.version}:
                return fork.by
        return Required(named.module, named.version)

    def _in_goroot(self, file: ProfileFile, path: str) -> Resolution | None:
        """A file of the standard library is in src/ under the path of its package, whatever GOROOT was."""
        goroot = self._workspace.goroot
        if goroot is None:
            return None
        packages = self._packages_of(file)
        parts = f"/{path}".rsplit("/src/", MOST_SOURCE_FOLDERS)
        rests = [path] if not _is_absolute(path) else []
        rests += ["/src/".join(parts[i:]) for i in range(1, len(parts))]
        for rest in rests:
            folder = rest.rpartition("/")[0]
            is_of_package = folder in packages or (folder.startswith("cmd/") and "main" in packages)
            # functions are linked under names of other packages: time.Sleep is declared in runtime/time.go
            if (is_of_package or all(map(self._is_standard, packages))) and self._fs.is_file(f"{goroot}/src/{rest}"):
                return self._found(file, f"{goroot}/src/{rest}", How.GOROOT, "in the Go installation")
        return None

    def _packages_of(self, file: ProfileFile) -> set[str]:
        """The packages of its functions; found once for all the steps that ask."""
        if self._packages is None or self._packages[0] is not file:
            self._packages = file, _packages(file)
        return self._packages[1]

    def _is_standard(self, package: str) -> bool:
        is_of_module = any(self._around(package))
        return package not in _OF_PROGRAMS and "." not in package.partition("/")[0] and not is_of_module

    def _by_package(self, file: ProfileFile, path: str) -> Resolution | None:
        """Built elsewhere without -trimpath: the functions' package says in which folder of which module it is.

        Where functions of several packages are in one file, since one is linked under another's name or code of this
        file was inlined into it, it is the package after which the file's folder is called. Before Go 1.27 what //line
        says is the name of a file in the package's folder.
        """
        packages = self._packages_of(file) - _OF_PROGRAMS
        folder, _, base = path.rpartition("/")
        if "/vendor/" in path or (_is_absolute(path) and "@" in path):
            return None
        known = [(package, module) for package in packages for module in islice(self._around(package), 1)]
        if len(packages) > 1:
            inner = [(package, module) for package, module in known if package != module]
            known = [(package, module) for package, module in inner if f"/{folder}".endswith(package[len(module) :])]
        if len(known) != 1:
            return None
        ((package, module),) = known
        inside = package[len(module) :]
        if f"/{folder}".endswith(inside):
            rest = base
        elif _is_absolute(path):
            return None
        else:
            rest = path
        candidates = (f"{directory}{inside}/{rest}" for directory in self._directories[module])
        return self._one_of(file, candidates, How.MODULE, f"package {package} is in module {module}")

    def _by_suffix(self, file: ProfileFile, path: str) -> Resolution | None:
        longer: Sequence[str] = ()
        for length, candidates in reversed(_by_common_parts(path, self._fs.ending(_tail(path)))):
            if len(candidates) > MOST_CANDIDATES:
                return None
            alike = [candidate for candidate in candidates if candidate not in longer]
            packages = self._import_paths(file, path)
            possible = [c for c in alike if all(self._may_be_in(c.rpartition("/")[0], name) for name in packages)]
            verified = [candidate for candidate in possible if self.is_verified(file, candidate)]
            if verified:
                reason = f"its last {length} parts are the same and its functions are at their lines"
                return self._told_from(file, verified, How.SUFFIX, reason)
            longer = candidates
        return None

    def lone(self, file: ProfileFile) -> str | None:
        """The only file of the workspace that has most of the path in common at its end, and can be of the package."""
        path = portable(file.path)
        stages = _by_common_parts(path, self._fs.ending(_tail(path)))
        alike = stages[-1][1] if stages else ()
        if not path or len(alike) > MOST_CANDIDATES:
            return None
        packages = self._import_paths(file, path)
        possible = [c for c in alike if all(self._may_be_in(c.rpartition("/")[0], name) for name in packages)]
        return possible[0] if len(possible) == 1 else None

    def _may_be_in(self, folder: str, package: str) -> bool:
        """Whether that folder can be the package's, as far as names tell.

        A package may have moved within its module, and a module may be called otherwise (a fork, another major
        version), but for its last name.
        """
        _, is_vendored, vendored = folder.rpartition("/vendor/")
        if is_vendored:
            return package == vendored
        own = next(self._around(package), None)
        if own is not None:
            return any(_under(folder, directory) for directory in self._directories[own])
        around = (module for module in self._workspace.modules if _under(folder, module.directory))
        module = max(around, key=lambda module: len(module.directory), default=None)
        if module is None:
            return True
        last = _MAJOR.sub("", module.path).rpartition("/")[2] + folder[len(module.directory) :]
        return f"/{_MAJOR.sub('', package)}".endswith(f"/{last}")

    def _import_paths(self, file: ProfileFile, path: str) -> set[str]:
        """The package as it is imported; that of a program only -trimpath tells, by the file's folder."""
        packages = self._packages_of(file) - _OF_PROGRAMS
        if packages or _is_absolute(path) or "." not in path.partition("/")[0]:
            return packages
        return {_VERSION.sub("", path.rpartition("/")[0])}

    def _one_of(self, file: ProfileFile, candidates: Iterable[str], how: How, reason: str) -> Resolution | None:
        """The candidate that is there; of several, the one that has the functions at their lines."""
        possible = tuple(islice(dict.fromkeys(candidates), MOST_CANDIDATES + 1))
        if len(possible) > MOST_CANDIDATES:
            return self._unresolved(file, f"more than {MOST_CANDIDATES} places may have it")
        there = [candidate for candidate in possible if self._fs.is_file(candidate)]
        if len(there) > 1:
            there = [candidate for candidate in there if self.is_verified(file, candidate)] or there
        return self._told_from(file, there, how, reason) if there else None

    def _told_from(self, file: ProfileFile, alike: Sequence[str], how: How, reason: str) -> Resolution:
        """The candidate; of several that are alike, the one in the program's own folder."""
        if len(alike) == 1:
            return self._found(file, alike[0], how, reason)
        inner = [candidate for candidate in alike if self._program and f"/{self._program}/" in candidate]
        if len(inner) != 1:
            return self._tie(file, inner or alike)
        reason = f"{reason}; of {len(alike)} such files it is the one in {self._program}, the folder of the program"
        return self._found(file, inner[0], how, reason)

    def is_verified(self, file: ProfileFile, candidate: str) -> bool:
        """Whether the candidate has the functions at their lines."""
        text = self._fs.read_text(candidate)
        return text is not None and stands(file.functions, text)

    def _in_workspace(self, path: str) -> bool:
        return any(_under(path, root) for root in self._workspace.roots)

    def _why_not(self, path: str) -> str:
        candidates = self._fs.ending(_tail(path))
        if candidates:
            return f"{candidates[0]} has the same name, but not these functions at these lines"
        versioned = _versioned(path)
        for replaced in self._replaced.get(versioned.module, ()) if versioned is not None else ():
            return f"{replaced.module} is replaced by {replaced.directory}, where it is not or may not be read"
        if versioned is not None:
            return f"{versioned.module} {versioned.version} is neither vendored nor in the module cache"
        if not _is_absolute(path) and "/" not in path:
            return "the profile has only its name"
        return "no file of the workspace, the module cache or the Go installation matches"

    @staticmethod
    def _found(file: ProfileFile, path: str, how: How, reason: str) -> Resolution:
        return Resolution(file.path, path, how, reason)

    @staticmethod
    def _unresolved(file: ProfileFile, reason: str) -> Resolution:
        return Resolution(file.path, None, How.UNRESOLVED, reason)

    def _tie(self, file: ProfileFile, candidates: Sequence[str]) -> Resolution:
        some = " and ".join(sorted(candidates)[:2])
        return self._unresolved(file, f"{len(candidates)} files match equally well: {some}")


def _under(path: str, folder: str) -> bool:
    if path[1:2] == ":" and folder[1:2] == ":":
        path, folder = path.lower(), folder.lower()
    return path == folder or path.startswith(folder + "/")


def _is_absolute(path: str) -> bool:
    return path.startswith("/") or path[1:2] == ":"


def _aliases(path: str) -> Iterator[str]:
    """The path, and what WSL calls it on the other side."""
    yield path
    mounted = _MOUNTED_DRIVE.match(path)
    if mounted:
        yield f"{mounted[1].upper()}:/{path[mounted.end() :]}"
    if _DRIVE.match(path):
        yield f"/mnt/{path[0].lower()}/{path[3:]}"


def _versioned(path: str) -> _Versioned | None:
    """The module, version and rest of a path through a module cache, or of a -trimpath name of a dependency."""
    inner = path.rpartition("/pkg/mod/")[2]
    before, at, after = inner.partition("@")
    version, slash, rest = after.partition("/")
    if not at or not slash or not before or _is_absolute(before):
        return None
    return _Versioned(_unescaped(before), _unescaped(version), rest)


def _escaped(name: str) -> str:
    """Module caches write a capital as ! and the small letter, as some file systems tell no capitals apart."""
    return re.sub(r"[A-Z]", lambda capital: "!" + capital[0].lower(), name)


def _unescaped(name: str) -> str:
    return re.sub(r"!([a-z])", lambda small: small[1].upper(), name)


def _packages(file: ProfileFile) -> set[str]:
    read, _ = taken_apart(function.name for function in file.functions)
    declared, others = set[str](), set[str]()
    for symbol in map(parse, dict.fromkeys(read.values())):  # none is kept: there are as many as functions
        if symbol.package:
            (others if symbol.kind is Kind.LITERAL else declared).add(symbol.package)
    # A test from outside is a package of its own in the folder of the one that it tests, whose literals have its name
    # where they were inlined into it.
    if declared and not file.path.endswith("_test.go"):
        return declared
    return {package.removesuffix("_test") for package in declared or others}


def _tail(path: str) -> str:
    """The last folder and the name; "" where there is no folder."""
    parts = path.rsplit("/", 2)
    return "/".join(parts[-2:]) if len(parts) > 1 else ""


def _by_common_parts(path: str, candidates: Sequence[str]) -> list[tuple[int, Sequence[str]]]:
    """For 2, 3, ... parts the candidates that have at least so many in common with the path at its end."""
    stages: list[tuple[int, Sequence[str]]] = []
    at = len(path) - len(_tail(path)) - 1
    while candidates:
        stages.append((len(stages) + 2, candidates))
        if at <= 0:
            break
        at = path.rfind("/", 0, at)
        tail = path[at:] if at >= 0 else f"/{path}"
        candidates = [candidate for candidate in candidates if candidate.endswith(tail)]
    return stages


def _folders(path: str, candidate: str) -> tuple[str, str]:
    """What is left of both in front of what they have in common."""
    ours, theirs = path.split("/"), candidate.split("/")
    pairs = enumerate(zip(reversed(ours), reversed(theirs), strict=False))
    common = next((i for i, (a, b) in pairs if a != b), min(len(ours), len(theirs)))
    return "/".join(ours[: len(ours) - common]), "/".join(theirs[: len(theirs) - common])
