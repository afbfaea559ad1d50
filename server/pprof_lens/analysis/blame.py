"""Whose line it is: the innermost frame of a stack that is the workspace's, and the library that it called into.

What the standard library or another module allocates or waits for is nobody's to change there; the line that called
in is. Only names are looked at, unless the caller knows better which frames are its own.
"""

import re
from collections.abc import Callable, Sequence
from typing import NamedTuple

from pprof_lens.profile.stacks import Frame
from pprof_lens.source.bazel import is_external
from pprof_lens.source.symbols import package_of

IsOwn = Callable[[Frame], bool]
"""Whether a frame stands in code of the workspace."""

_STANDARD = frozenset(
    re.findall(
        r"\w+",
        """
        archive arena bufio builtin bytes cmp compress container context crypto database debug embed encoding errors
        expvar flag fmt go hash html image index internal io iter log maps math mime net os path plugin reflect regexp
        runtime simd slices sort strconv strings structs sync syscall testing text time unicode unique unsafe vendor
        weak
        """,
    )
)
_AT_VERSION = re.compile(r"@v[0-9]")
_ABSOLUTE = re.compile(r"/|[A-Za-z]:")


class Blame(NamedTuple):
    """The workspace's frame and its place in the stack.

    `called` is what it called into and `library` whose that is, as a phrase; both are empty where the workspace's own
    code is the leaf.
    """

    frame: Frame
    at: int
    called: str = ""
    library: str = ""


def blame(stack: Sequence[Frame], is_own: IsOwn, *, leaf: int = 0) -> Blame | None:
    """The innermost frame that is the workspace's, from index `leaf` on; None where the stack has none."""
    for at in range(leaf, len(stack)):
        if is_own(stack[at]):
            callee = stack[at - 1] if at > leaf else None
            return Blame(stack[at], at, callee.function if callee else "", library(callee) if callee else "")
    return None


def is_own_code(frame: Frame) -> bool:
    """The guess where nobody knows the workspace: neither the standard library nor a module of the cache."""
    return bool(frame.file) and not library(frame)


def library(frame: Frame) -> str:
    """Whose code a frame is, as a phrase: `the standard library`, a package of another module; empty if own."""
    package = package_of(frame.function)
    if package.split("/")[0] in _STANDARD and _may_be_of_goroot(frame.file):
        return "the standard library"
    is_vendored = "/vendor/" in frame.file or frame.file.startswith("vendor/")
    is_others = _AT_VERSION.search(frame.file) or is_vendored or is_external(frame.file, package)
    return package if is_others else ""


def owned_by(modules: frozenset[str]) -> IsOwn:
    """Own is what lies in one of these modules and not in a copy at a version; of the rest, what may be own code.

    A module's name may be like that of a package of the standard library: `log/shipper`.
    """

    def is_own(frame: Frame) -> bool:
        package = package_of(frame.function)
        is_ours = any(package == module or package.startswith(f"{module}/") for module in modules)
        return (is_ours and not _AT_VERSION.search(frame.file)) or is_own_code(frame)

    return is_own


def _may_be_of_goroot(file: str) -> bool:
    """Whether the file may be one of the standard library: below `src`, or without its folder, as -trimpath leaves it.

    The runtime implements functions of other packages, thus the file need not be in the function's own.
    """
    if not _ABSOLUTE.match(file):
        return True
    return any(tail.split("/")[0] in _STANDARD for tail in file.split("/src/")[1:])
