"""Ids of call tree nodes: a node is its path, written into its id, so the server keeps nothing between requests.

An id is good for the Snapshot that it was made of; it is checked like any other input.
"""

from typing import NamedTuple

from pprof_lens.analysis.call_tree import DeclarationRoot, Direction, FunctionRoot, LineRoot, Root
from pprof_lens.analysis.index import FunctionTable
from pprof_lens.lsp import views
from pprof_lens.lsp.arguments import Arguments
from pprof_lens.lsp.server import ProfileServer
from pprof_lens.profile.errors import ProfileError
from pprof_lens.session import Snapshot

_CHANGED = "The profile has changed since; open the call tree again."


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
        raise ProfileError(_CHANGED)
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


async def of_root(ls: ProfileServer, snapshot: Snapshot, root: Arguments, direction: str) -> NodeId:
    """The node that `{function}`, `{declaration}` or `{uri, line}` names.

    Raises ProfileError where the profile has none such.
    """
    way: Direction = "callers" if direction == "callers" else "callees"
    if root.has("declaration"):
        declaration = _known(snapshot.index.declarations, root.text("declaration"))
        return NodeId(DeclarationRoot(declaration), (), way)
    if root.has("function"):
        return NodeId(_function(snapshot, root.text("function")), (), way)
    uri, line = root.text("uri"), int(root.number("line", 0))
    view = await views.of_any(ls, uri)
    if ls.snapshot is not snapshot:  # the line's number is of another index than the caller's
        raise ProfileError(_CHANGED)
    found = view.figure_at(line) if view is not None else None
    if found is None:
        raise ProfileError("The profile says nothing about this line.")
    return NodeId(LineRoot(found[0].numbers[0]), (), way)


def _function(snapshot: Snapshot, name: str) -> Root:
    if name in snapshot.index.functions.numbers:
        return FunctionRoot(snapshot.index.functions.numbers[name])
    # A generic function is there by its instantiations only, one that was inlined away by its closures.
    return DeclarationRoot(_known(snapshot.index.declarations, name))


def _known(table: FunctionTable, name: str) -> int:
    if name not in table.numbers:
        raise ProfileError("The profile has no function of that name.")
    return table.numbers[name]


def _number(text: str, end: int) -> int:
    if not (text.isascii() and text.isdigit() and len(text) < 12 and int(text) < end):
        raise ProfileError("That is not a node of a call tree.")
    return int(text)
