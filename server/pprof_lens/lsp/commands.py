"""`workspace/executeCommand`: each command takes one object and answers one, by the contracts of the design.

A command that fails answers a JSON-RPC error whose message is the sentence that the user should read; what was
loaded stays. Commands that take time leave it to the worker.
"""

import logging
from collections.abc import Awaitable, Callable
from dataclasses import asdict, replace

from pygls.exceptions import JsonRpcException, JsonRpcRequestCancelled

from pprof_lens import session
from pprof_lens.analysis.call_tree import Node, children, through
from pprof_lens.analysis.filter import Filter
from pprof_lens.annotate import heat
from pprof_lens.annotate.wording import short
from pprof_lens.lsp import capturing, loading, nodes, plain_tree, status, views, watching
from pprof_lens.lsp.arguments import Arguments
from pprof_lens.lsp.documents import scale_of
from pprof_lens.lsp.server import ProfileServer
from pprof_lens.profile.errors import Cancelled, ProfileError
from pprof_lens.profile.plain import harmless, plain
from pprof_lens.session import Snapshot, Source
from pprof_lens.source.paths import suggestions

log = logging.getLogger(__name__)

PREFIX = "pprofLens.server."

Answer = dict[str, object]
Command = Callable[[ProfileServer, Arguments], Awaitable[Answer]]

_TOP_LIMIT = 1000
_SHORTEST_INTERVAL = 0.5
_FILTERS = ("focus", "ignore", "tagFocus", "tagIgnore", "through")


class CommandFailedError(JsonRpcException):
    """Carries the sentence for the user to the editor."""

    CODE = -32803  # RequestFailed
    MESSAGE = "The command failed."


def register(server: ProfileServer) -> None:
    """Register every command under its full name."""
    for name, command in _COMMANDS.items():
        server.command(PREFIX + name)(_answering(name, command))


def _answering(name: str, command: Command) -> Callable[..., Awaitable[Answer]]:
    async def answer(ls: ProfileServer, *given: object) -> Answer:
        try:
            return await command(ls, Arguments(PREFIX + name, given))
        except ProfileError as error:
            raise CommandFailedError(harmless(str(error))) from None
        except Cancelled:
            raise JsonRpcRequestCancelled("Cancelled.") from None

    return answer


async def load(ls: ProfileServer, arguments: Arguments) -> Answer:
    names = arguments.texts("source")
    if not names:
        raise ProfileError("pprofLens.server.load needs a text 'source': a path or a URL.")
    asked, seconds = ls.ask(), arguments.number("seconds", 0)
    paths = [await loading.local(ls, name, seconds) for name in names]
    base = [await loading.local(ls, name, seconds) for name in arguments.texts("base")]
    source = Source(", ".join(map(capturing.shown, names)), tuple(paths), tuple(base))
    with watching.instead(ls):
        return _loaded(await loading.load(ls, asked, source, arguments.optional_text("sampleType")))


async def endpoints(ls: ProfileServer, arguments: Arguments) -> Answer:
    """What a running program offers, as its index page says."""
    found = await capturing.kinds(ls, arguments.text("url"))
    return {
        "kinds": [
            {
                "kind": kind.name,
                "description": kind.description,
                "url": kind.url,
                "needsSeconds": kind.needs_seconds,
            }
            for kind in found
        ]
    }


async def clear(ls: ProfileServer, _: Arguments) -> Answer:
    watching.stop(ls)
    await loading.clear(ls)
    return {}


async def select_sample_type(ls: ProfileServer, arguments: Arguments) -> Answer:
    return _loaded(await loading.select_sample_type(ls, arguments.text("type")))


async def select_filter(ls: ProfileServer, arguments: Arguments) -> Answer:
    """Count only some samples: focus, ignore, tagFocus and tagIgnore as pprof has them, or a node of a call tree.

    What is not given stays as it is; an empty object clears all of it.
    """
    now = loading.loaded(ls)
    kept = now.filter if any(map(arguments.has, _FILTERS)) else Filter()

    def pattern(name: str, standing: str) -> str:
        return arguments.optional_text(name) if arguments.has(name) else standing

    wanted = replace(
        kept,
        focus=pattern("focus", kept.focus),
        ignore=pattern("ignore", kept.ignore),
        tag_focus=pattern("tagFocus", kept.tag_focus),
        tag_ignore=pattern("tagIgnore", kept.tag_ignore),
    )
    if arguments.has("through"):
        node = nodes.read(now, arguments.text("through"))
        mask = await ls.aside(lambda _: through(now.index, node.root, node.path, node.direction))
        text = short(now.index.functions.names[node.path[-1]])
        wanted = replace(wanted, through=mask, through_text=text)
    return _loaded(await loading.select_filter(ls, now, wanted))


async def lines(ls: ProfileServer, arguments: Arguments) -> Answer:
    view = await views.of_any(ls, arguments.text("uri"))
    scale = view.drawing.scale if view is not None else scale_of(loading.loaded(ls))
    return {
        "sampleType": scale.name,
        "lines": [
            {
                "line": placed.line,
                "profileLine": figure.profile_line,
                "flat": figure.weight.flat,
                "cum": figure.weight.cum,
                "state": placed.state.value,
                "heat": heat.of(figure.weight.flat, scale.total),
            }
            for figure, placed in (view.lines() if view is not None else ())
        ],
    }


async def call_tree(ls: ProfileServer, arguments: Arguments) -> Answer:
    """The callers or the callees of the root, or of the node that an earlier answer named."""
    snapshot = loading.loaded(ls)
    if arguments.has("parent"):
        parent = nodes.read(snapshot, arguments.text("parent"))
    else:
        direction = arguments.choice("direction", ("callers", "callees"))
        parent = await nodes.of_root(ls, snapshot, arguments.inner("root"), direction)
    found = await ls.aside(
        lambda _: children(snapshot.index, parent.root, parent.path, parent.direction, snapshot.column)
    )
    return {"nodes": [_node(ls, snapshot, parent, node) for node in found]}


async def show_call_tree(ls: ProfileServer, arguments: Arguments) -> Answer:
    """For editors without our client: write the call tree as plain text and show it."""
    snapshot = loading.loaded(ls)
    roots = [await nodes.of_root(ls, snapshot, arguments, direction) for direction in ("callers", "callees")]
    text = await ls.aside(lambda _: plain_tree.draw(snapshot, roots, scale_of(snapshot)))
    await plain_tree.show(ls, text)
    return {}


async def top(ls: ProfileServer, arguments: Arguments) -> Answer:
    snapshot = loading.loaded(ls)
    by = arguments.choice("by", ("flat", "cum")) if arguments.has("by") else "flat"
    limit = min(int(arguments.number("limit", 50)), _TOP_LIMIT)
    index, column, scale = snapshot.index, snapshot.column, scale_of(snapshot)
    weights = [index.function_weight(i, column) for i in range(len(index.functions.names))]
    ranked = sorted(
        (i for i, weight in enumerate(weights) if any(weight)),
        key=lambda i: (-abs(getattr(weights[i], by)), index.functions.names[i]),
    )
    rows = []
    for i in ranked[:limit]:
        value = getattr(weights[i], by)
        rows.append(
            {
                **_function(ls, snapshot, i),
                "flat": weights[i].flat,
                "cum": weights[i].cum,
                "label": scale.counted(value),
                "percent": scale.percent(value),
            }
        )
    return {"rows": rows}


async def paths(ls: ProfileServer, _: Arguments) -> Answer:
    snapshot = loading.loaded(ls)
    files = []
    for found in snapshot.files.resolutions:
        row: Answer = {"profilePath": plain(found.profile_path), "how": found.how.value}
        if found.path is not None:
            row["uri"] = ls.files.uri_of(found.path)
        if found.reason:
            row["reason"] = found.reason
        files.append(row)
    return {"files": files, "suggestions": await _suggestions(ls, snapshot)}


async def _suggestions(ls: ProfileServer, snapshot: Snapshot) -> list[Answer]:
    """Entries of pprofLens.pathMappings that would find more files."""
    surroundings = ls.surroundings
    if surroundings is None:
        return []
    located = snapshot.files
    found = await ls.aside(lambda _: suggestions(located.named, located.resolutions, surroundings.files))
    return [asdict(suggestion) for suggestion in found]


async def watch(ls: ProfileServer, arguments: Arguments) -> Answer:
    interval = arguments.number("intervalSeconds", ls.settings.watch_interval_seconds)
    await watching.start(ls, arguments.text("url"), max(interval, _SHORTEST_INTERVAL))
    return {}


async def unwatch(ls: ProfileServer, _: Arguments) -> Answer:
    """End the watch and what it found; the figures stay."""
    was_watching = ls.watch is not None
    watching.stop(ls)
    if was_watching:
        await loading.end_series(ls)
    return {}


async def status_now(ls: ProfileServer, _: Arguments) -> Answer:
    return status.of(ls)


def _loaded(snapshot: Snapshot) -> Answer:
    return {
        "profile": session.summary(snapshot).as_json(),
        "files": {"total": len(snapshot.files.resolutions), "resolved": snapshot.files.resolved},
        "note": snapshot.note,
    }


def _node(ls: ProfileServer, snapshot: Snapshot, parent: nodes.NodeId, node: Node) -> Answer:
    scale = scale_of(snapshot)
    return {
        "id": nodes.write(snapshot, parent, node.function),
        **_function(ls, snapshot, node.function),
        "flat": node.weight.flat,
        "cum": node.weight.cum,
        "label": scale.counted(node.weight.cum),
        "percent": scale.percent(node.weight.cum),
        "hasChildren": node.has_children,
    }


def _function(ls: ProfileServer, snapshot: Snapshot, number: int) -> Answer:
    """The function's name and, where its file was found, where it stands now."""
    functions = snapshot.index.functions
    row: Answer = {"function": plain(functions.names[number])}
    file, line = functions.files[number], functions.start_lines[number]
    found = snapshot.files.local.get(file)
    if found is not None and found.path is not None:
        uri = ls.files.uri_of(found.path)
        row["uri"] = uri
        now = ls.files.line_now(uri, line) if line else None
        row["line"] = max(line - 1, 0) if now is None else now
    return row


_COMMANDS: dict[str, Command] = {
    "load": load,
    "endpoints": endpoints,
    "clear": clear,
    "selectSampleType": select_sample_type,
    "focus": select_filter,
    "lines": lines,
    "callTree": call_tree,
    "showCallTree": show_call_tree,
    "top": top,
    "paths": paths,
    "watch": watch,
    "unwatch": unwatch,
    "status": status_now,
}
