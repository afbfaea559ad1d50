"""Ids of call tree nodes: a node is its path, written into its id, so the server keeps nothing between requests.

An id is good for the Snapshot that it was made of; it is checked like any other input.
"""

from typing import NamedTuple

from pprof_lens.analysis.call_tree import DeclarationRoot, Direction, FunctionRoot, LineRoot, Root
from pprof_lens.analysis.index import FunctionTable
from pprof_lens.analysis.names import meant
from pprof_lens.contract import Root as NamedRoot
from pprof_lens.editor.backend import Backend
from pprof_lens.profile.errors import ProfileError
from pprof_lens.profile.plain import plain
from pprof_lens.session.snapshot import Snapshot
from pprof_lens.session.wanted import CHANGED


class NodeId(NamedTuple):
    """A root, the numbers of the functions from it to the node, and which way they lead."""

    root: Root
    path: tuple[int, ...]
    direction: Direction


def write(snapshot: Snapshot, parent: NodeId, function: int) -> str:
    """The id of a child of `parent`."""
    match parent.root:
        case FunctionRoot(number):
            root = f"f{number}"
        case DeclarationRoot(number):
            root = f"d{number}"
        case LineRoot(number):
            root = f"l{number}"
    path = ".".join(map(str, (*parent.path, function)))
    return f"{snapshot.generation}/{parent.direction}/{root}/{path}"


def read(snapshot: Snapshot, text: str) -> NodeId:
    """The node of an id. Raises ProfileError where it is none of this Snapshot's."""
    match text.split("/"):
        case [generation, ("callers" | "callees") as direction, first, path]:
            pass
        case _:
            raise ProfileError("That is not a node of a call tree.")
    if generation != str(snapshot.generation):
        raise ProfileError(CHANGED)
    index = snapshot.index
    numbers = tuple(_number(part, len(index.functions.names)) for part in path.split("."))
    root: Root
    match first[:1]:
        case "f":
            root = FunctionRoot(_number(first[1:], len(index.functions.names)))
        case "d":
            root = DeclarationRoot(_number(first[1:], len(index.declarations.names)))
        case "l":
            root = LineRoot(_number(first[1:], len(index.lines.lines)))
        case _:
            raise ProfileError("That is not a node of a call tree.")
    return NodeId(root, numbers, "callers" if direction == "callers" else "callees")


async def of_root(backend: Backend, root: NamedRoot, way: Direction, command: str) -> NodeId:
    """The node of what is shown that `root` names, in an argument of that command.

    Raises ProfileError where the profile has none such.
    """
    snapshot = backend.loaded()
    if root.declaration is not None:
        return NodeId(DeclarationRoot(_known(snapshot.index.declarations, root.declaration)), (), way)
    if root.function is not None:
        return NodeId(root_of_function(snapshot, root.function), (), way)
    if root.uri is None:
        raise ProfileError(f"{command} needs a text 'uri'.")
    view = await backend.views.of_any(root.uri)
    if backend.shown.snapshot is not snapshot:  # the line's number is of another index than the caller's
        raise ProfileError(CHANGED)
    found = view.figure_at(int(root.line)) if view is not None else None
    if found is None:
        raise ProfileError("The profile says nothing about this line.")
    return NodeId(LineRoot(found[0].numbers[0]), (), way)


def root_of_function(snapshot: Snapshot, name: str) -> Root:
    """The root of a function by its name. Raises ProfileError where it is not known, or not which one."""
    functions, declarations = snapshot.index.functions, snapshot.index.declarations
    if name in functions.numbers:
        return FunctionRoot(functions.numbers[name])
    # A generic function is there by its instantiations only, one that was inlined away by its closures.
    if name in declarations.numbers or next(meant(declarations.names, name), None) is not None:
        return DeclarationRoot(_known(declarations, name))
    return FunctionRoot(_known(functions, name))


def _known(table: FunctionTable, name: str) -> int:
    """The number of a name, as the profile has it or as it is shown."""
    if name in table.numbers:
        return table.numbers[name]
    shown = tuple(meant(table.names, name))
    if len(shown) > 1:
        raise ProfileError(f"{len(shown)} functions of the profile are shown as {plain(name)}; give the whole name.")
    if not shown:
        raise ProfileError("The profile has no function of that name.")
    return shown[0]


def _number(text: str, end: int) -> int:
    if not (text.isascii() and text.isdigit() and len(text) < 12 and int(text) < end):
        raise ProfileError("That is not a node of a call tree.")
    return int(text)
