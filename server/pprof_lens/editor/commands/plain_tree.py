"""A call tree as plain text, for editors without our client: drawn a few levels deep and shown as a document."""

from collections.abc import Iterator, Sequence

from pprof_lens.analysis.call_tree import DeclarationRoot, FunctionRoot, LineRoot, children
from pprof_lens.annotate.wording import Scale
from pprof_lens.contract import PREFIX, Empty, ShowCallTree
from pprof_lens.editor.backend import Backend
from pprof_lens.editor.commands import nodes
from pprof_lens.editor.commands.nodes import NodeId
from pprof_lens.editor.drawing import scale_of
from pprof_lens.profile.plain import plain
from pprof_lens.session.snapshot import Snapshot

_DEPTH = 4
_WIDTH = 5


async def show_call_tree(backend: Backend, root: ShowCallTree) -> Empty:
    """Write the call tree as plain text and show it."""
    snapshot, command = backend.loaded(), f"{PREFIX}showCallTree"
    callers = await nodes.of_root(backend, root, "callers", command)
    roots = (callers, callers._replace(direction="callees"))
    text = await backend.aside(lambda: _draw(snapshot, roots, scale_of(snapshot)))
    await backend.frontend.show_text("call-tree.txt", text)
    return Empty()


def _draw(snapshot: Snapshot, roots: Sequence[NodeId], scale: Scale) -> str:
    """The trees below `roots`, the heaviest branches first."""
    lines = [f"{plain(snapshot.source.name)}  {scale.name}  total {scale.counted(snapshot.total)}"]
    for root in roots:
        lines += ["", f"{root.direction} of {_name(snapshot, root)}"]
        lines += _branches(snapshot, root, scale, 1)
    return "\n".join(lines) + "\n"


def _branches(snapshot: Snapshot, parent: NodeId, scale: Scale, depth: int) -> Iterator[str]:
    found = children(snapshot.index, parent.root, parent.path, parent.direction, snapshot.column)
    for node in found[:_WIDTH]:
        cum = node.weight.cum
        name = plain(snapshot.index.functions.names[node.function])
        yield f"{'  ' * depth}{scale.value(cum):>10} {scale.percent(cum):>6}  {name}"
        if depth < _DEPTH and node.has_children:
            child = parent._replace(path=(*parent.path, node.function))
            yield from _branches(snapshot, child, scale, depth + 1)
    if len(found) > _WIDTH:
        yield f"{'  ' * depth}and {len(found) - _WIDTH} more"


def _name(snapshot: Snapshot, root: NodeId) -> str:
    index = snapshot.index
    match root.root:
        case FunctionRoot(number):
            return plain(index.functions.names[number])
        case DeclarationRoot(number):
            return plain(index.declarations.names[number])
        case LineRoot(number):
            return f"{plain(index.lines.file(number))}:{index.lines.lines[number]}"
