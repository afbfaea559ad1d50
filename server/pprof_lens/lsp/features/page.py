"""A whole profile for the web application or a browser, the line chosen in it, and the function that leads to it."""

import hashlib

from pprof_lens.analysis.call_tree import LineRoot
from pprof_lens.contract import PREFIX, FunctionAt, FunctionName, Names, Page, PageOf, PagePlace, Place, Root, ShownPage
from pprof_lens.live.address import is_url
from pprof_lens.lsp import commands, nodes, texts
from pprof_lens.lsp.convert import absolute
from pprof_lens.lsp.server import ProfileServer
from pprof_lens.profile.errors import ProfileError
from pprof_lens.profile.plain import plain
from pprof_lens.session.goal import Source


def register(server: ProfileServer) -> None:
    """Answer for any files, loaded or not."""
    commands.register(server, "page", page)
    commands.register(server, "showPage", show_page)
    commands.register(server, "pagePlace", page_place)
    commands.register(server, "functionAt", function_at)


async def page(ls: ProfileServer, asked: PageOf) -> Page:
    packed = await ls.backend.pages.made(await _source(ls, asked), asked.focus, asked.ignore, is_whole=False)
    return Page(packed=packed.decode())


async def show_page(ls: ProfileServer, asked: PageOf) -> ShownPage:
    """Show the files, or else what is loaded, in the browser; each choice of files has one page."""
    asked = asked if asked.source else _loaded(ls, asked)
    source = await _source(ls, asked)
    whole = await ls.backend.pages.made(source, asked.focus, asked.ignore, is_whole=True)
    name = hashlib.sha256(repr(asked).encode()).hexdigest()[:16]
    return ShownPage(uri=await texts.show_in_browser(ls, f"page-{name}.html", whole))


async def page_place(ls: ProfileServer, asked: PagePlace) -> Place:
    found = await ls.backend.pages.place(await _source(ls, asked), asked.file, int(asked.profile_line))
    return Place(uri=found[0], line=found[1]) if found is not None else Place()


async def function_at(ls: ProfileServer, asked: FunctionAt) -> FunctionName:
    snapshot = ls.backend.loaded()
    found = await nodes.of_root(ls, Root(uri=asked.uri, line=asked.line), "callers", f"{PREFIX}functionAt")
    assert isinstance(found.root, LineRoot)
    (function, *_) = snapshot.index.lines.functions(found.root.line)
    return FunctionName(function=plain(snapshot.profile.functions.names[function]))


def _loaded(ls: ProfileServer, asked: PageOf) -> PageOf:
    """The files that are loaded, with the patterns that are asked for or else those that the figures obey."""
    snapshot = ls.backend.loaded()
    is_given = bool(asked.focus or asked.ignore)
    return PageOf(
        source=Names(snapshot.source.paths),
        base=Names(snapshot.source.base),
        focus=asked.focus if is_given else snapshot.filter.focus,
        ignore=asked.ignore if is_given else snapshot.filter.ignore,
    )


async def _source(ls: ProfileServer, asked: PageOf) -> Source:
    if not asked.source:
        raise ProfileError(f"{PREFIX}page needs a text 'source': the path of a profile.")
    for name in (*asked.source, *asked.base):
        if is_url(name):
            raise ProfileError("A page is made of files; load the address first, and show what was fetched.")
    root = ls.workspace.root_path
    paths, base = (tuple(absolute(name, root) for name in names) for names in (asked.source, asked.base))
    await ls.backend.write_capture((*paths, *base))
    return Source(", ".join(paths), paths, base)
