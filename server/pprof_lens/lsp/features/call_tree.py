"""The call tree: what calls a function, a declaration or a line, or what it calls, one level at a time."""

from pprof_lens.analysis.call_tree import Call, Node, children
from pprof_lens.contract import PREFIX, CallRow, CallTree, CallTreeNode, CallTreeNodes, Root
from pprof_lens.editor.documents import scale_of
from pprof_lens.lsp import commands, nodes
from pprof_lens.lsp.features import places
from pprof_lens.lsp.server import ProfileServer
from pprof_lens.profile.errors import ProfileError
from pprof_lens.profile.plain import plain
from pprof_lens.session.snapshot import Snapshot

_COMMAND = f"{PREFIX}callTree"


def register(server: ProfileServer) -> None:
    """Answer what a view of call trees asks."""
    commands.register(server, "callTree", call_tree)


async def call_tree(ls: ProfileServer, asked: CallTree) -> CallTreeNodes:
    """The callers or the callees of the root, or of the node that an earlier answer named."""
    snapshot = ls.backend.loaded()
    parent = await _parent(ls, snapshot, asked)
    found = await ls.backend.aside(
        lambda: children(snapshot.index, parent.root, parent.path, parent.direction, snapshot.column)
    )
    return CallTreeNodes(nodes=tuple(_node(ls, snapshot, parent, node) for node in found))


async def _parent(ls: ProfileServer, snapshot: Snapshot, asked: CallTree) -> nodes.NodeId:
    if asked.parent is not None:
        return nodes.read(snapshot, asked.parent)
    if asked.direction is None:
        raise ProfileError(f"{_COMMAND} needs a text 'direction'.")
    return await nodes.of_root(ls, asked.root or Root(), asked.direction, f"{_COMMAND}: 'root'")


def _node(ls: ProfileServer, snapshot: Snapshot, parent: nodes.NodeId, node: Node) -> CallTreeNode:
    scale, at = scale_of(snapshot), places.of_node(ls, snapshot, node)
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
        calls=tuple(_call(ls, snapshot, call) for call in node.calls),
    )


def _call(ls: ProfileServer, snapshot: Snapshot, call: Call) -> CallRow:
    scale, at = scale_of(snapshot), places.of_line(ls, snapshot, call.line)
    return CallRow(
        uri=at.uri, line=at.line, cum=call.cum, label=scale.counted(call.cum), percent=scale.percent(call.cum)
    )
