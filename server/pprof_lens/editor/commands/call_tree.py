"""The call tree: what calls a function, a declaration or a line, or what it calls, one level at a time."""

from pprof_lens.analysis.call_tree import Call, Node, children
from pprof_lens.contract import PREFIX, CallRow, CallTree, CallTreeNode, CallTreeNodes, Root
from pprof_lens.editor.backend import Backend
from pprof_lens.editor.commands import nodes, places
from pprof_lens.editor.drawing import scale_of
from pprof_lens.profile.errors import ProfileError
from pprof_lens.profile.plain import plain
from pprof_lens.session.snapshot import Snapshot

_COMMAND = f"{PREFIX}callTree"


async def call_tree(backend: Backend, asked: CallTree) -> CallTreeNodes:
    """The callers or the callees of the root, or of the node that an earlier answer named."""
    snapshot = backend.loaded()
    parent = await _parent(backend, snapshot, asked)
    found = await backend.aside(
        lambda: children(snapshot.index, parent.root, parent.path, parent.direction, snapshot.column)
    )
    return CallTreeNodes(nodes=tuple(_node(backend, snapshot, parent, node) for node in found))


async def _parent(backend: Backend, snapshot: Snapshot, asked: CallTree) -> nodes.NodeId:
    if asked.parent is not None:
        return nodes.read(snapshot, asked.parent)
    if asked.direction is None:
        raise ProfileError(f"{_COMMAND} needs a text 'direction'.")
    return await nodes.of_root(backend, asked.root or Root(), asked.direction, f"{_COMMAND}: 'root'")


def _node(backend: Backend, snapshot: Snapshot, parent: nodes.NodeId, node: Node) -> CallTreeNode:
    scale, at = scale_of(snapshot), places.of_node(backend, snapshot, node)
    return CallTreeNode(
        id=nodes.write(snapshot, parent, node.function),
        function=plain(snapshot.index.functions.names[node.function]),
        uri=at.uri,
        line=at.line,
        flat=node.weight.flat,
        cum=node.weight.cum,
        label=scale.counted(node.weight.cum),
        percent=scale.percent(node.weight.cum),
        has_children=node.has_children,
        calls=tuple(_call(backend, snapshot, call) for call in node.calls),
    )


def _call(backend: Backend, snapshot: Snapshot, call: Call) -> CallRow:
    scale, at = scale_of(snapshot), places.of_line(backend, snapshot, call.line)
    return CallRow(
        uri=at.uri, line=at.line, cum=call.cum, label=scale.counted(call.cum), percent=scale.percent(call.cum)
    )
