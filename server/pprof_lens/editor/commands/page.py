"""A whole profile for the web application or a browser, the line chosen in it, and the function that leads to it."""

import hashlib

from pprof_lens.analysis.call_tree import LineRoot
from pprof_lens.contract import PREFIX, FunctionAt, FunctionName, Names, Page, PageOf, PagePlace, Place, Root, ShownPage
from pprof_lens.editor.backend import Backend
from pprof_lens.editor.commands import nodes
from pprof_lens.live.address import is_url
from pprof_lens.profile.errors import ProfileError
from pprof_lens.profile.plain import plain
from pprof_lens.session.goal import Source


async def page(backend: Backend, asked: PageOf) -> Page:
    packed = await backend.pages.made(await _source(backend, asked), asked.focus, asked.ignore, is_whole=False)
    return Page(packed=packed.decode())


async def show_page(backend: Backend, asked: PageOf) -> ShownPage:
    """Show the files, or else what is loaded, in the browser; each choice of files has one page."""
    asked = asked if asked.source else _loaded(backend, asked)
    source = await _source(backend, asked)
    whole = await backend.pages.made(source, asked.focus, asked.ignore, is_whole=True)
    name = hashlib.sha256(repr(asked).encode()).hexdigest()[:16]
    return ShownPage(uri=await backend.frontend.show_page(f"page-{name}.html", whole))


async def page_place(backend: Backend, asked: PagePlace) -> Place:
    found = await backend.pages.place(await _source(backend, asked), asked.file, int(asked.profile_line))
    return Place(uri=found[0], line=found[1]) if found is not None else Place()


async def function_at(backend: Backend, asked: FunctionAt) -> FunctionName:
    snapshot = backend.loaded()
    found = await nodes.of_root(backend, Root(uri=asked.uri, line=asked.line), "callers", f"{PREFIX}functionAt")
    assert isinstance(found.root, LineRoot)
    (function, *_) = snapshot.index.lines.functions(found.root.line)
    return FunctionName(function=plain(snapshot.profile.functions.names[function]))


def _loaded(backend: Backend, asked: PageOf) -> PageOf:
    """The files that are loaded, with the patterns that are asked for or else those that the figures obey."""
    snapshot = backend.loaded()
    is_given = bool(asked.focus or asked.ignore)
    return PageOf(
        source=Names(snapshot.source.paths),
        base=Names(snapshot.source.base),
        focus=asked.focus if is_given else snapshot.filter.focus,
        ignore=asked.ignore if is_given else snapshot.filter.ignore,
    )


async def _source(backend: Backend, asked: PageOf) -> Source:
    if not asked.source:
        raise ProfileError(f"{PREFIX}page needs a text 'source': the path of a profile.")
    for name in (*asked.source, *asked.base):
        if is_url(name):
            raise ProfileError("A page is made of files; load the address first, and show what was fetched.")
    paths, base = (tuple(backend.absolute(name) for name in names) for names in (asked.source, asked.base))
    await backend.write_capture((*paths, *base))
    return Source(", ".join(paths), paths, base)
