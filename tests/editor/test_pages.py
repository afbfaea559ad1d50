"""Which lines of a page are known here, and that a page is left where nobody waits for it."""

import asyncio
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import cast
from unittest.mock import Mock

import pytest

from pprof_lens.editor.documents import OpenFiles
from pprof_lens.editor.host import Host
from pprof_lens.editor.pages import Pages
from pprof_lens.profile.encode import message
from pprof_lens.profile.errors import Cancelled
from pprof_lens.profile.plain import plain
from pprof_lens.session.goal import Goal, Source
from pprof_lens.session.settings import Settings
from pprof_lens.session.wanted import Wanted
from profiles import drawn
from repositories import Work

STRANGE = "o\N{ZERO WIDTH SPACE}d.go"


@pytest.fixture
def frontend() -> Mock:
    return Mock()


@pytest.fixture
def pages(tmp_path: Path, frontend: Mock) -> Iterator[Pages]:
    host = SimpleNamespace(
        files=OpenFiles(), frontend=frontend, settings=Settings(), wanted=Wanted(goal=Goal(folders=(str(tmp_path),)))
    )
    made = Pages(cast("Host", host))
    yield made
    made.stop()


@pytest.fixture
def source(tmp_path: Path) -> Source:
    """A profile of two files that are here, one of them of a name that is not shown as it is."""
    for name in ("a.go", STRANGE):
        (tmp_path / name).write_text("package main\n\nfunc f() {\n\tg()\n}\n", encoding="utf-8")
    path = tmp_path / "cpu.pprof"
    stacks = "\n".join(f"main.f {tmp_path / name}:4 = 1" for name in ("a.go", STRANGE))
    path.write_bytes(message(drawn(stacks, starts={"main.f": 3})))
    return Source(str(path), (str(path),))


async def test_a_file_is_known_by_its_name_and_by_what_a_page_shows_of_it(
    pages: Pages, source: Source, tmp_path: Path
) -> None:
    for name in (str(tmp_path / STRANGE), plain(str(tmp_path / STRANGE))):
        assert await pages.place(source, name, 4) == ((tmp_path / STRANGE).as_uri(), 3)
    assert await pages.place(source, str(tmp_path / "b.go"), 4) is None


async def test_a_line_of_a_file_that_is_not_open_is_where_the_file_has_it_now(
    pages: Pages, source: Source, tmp_path: Path
) -> None:
    Work(tmp_path).commit()
    code = tmp_path / "a.go"
    code.write_text(code.read_text(encoding="utf-8").replace("func f", "\n\nfunc f"), encoding="utf-8")
    assert await pages.place(source, str(code), 4) == (code.as_uri(), 5)


async def test_a_page_that_is_cancelled_is_left_where_it_is_and_takes_its_bar_along(
    pages: Pages, source: Source, frontend: Mock, monkeypatch: pytest.MonkeyPatch
) -> None:
    from pprof_lens.web import page  # noqa: PLC0415 - as late as where it is needed

    loading, left = asyncio.Event(), asyncio.Event()
    loop = asyncio.get_running_loop()
    data = page.data

    def slowly(_: object, load: Callable[[str], object], __: object) -> object:
        loop.call_soon_threadsafe(loading.set)
        try:
            while True:
                load(str(source.paths[0]))
        except Cancelled:
            loop.call_soon_threadsafe(left.set)
            raise

    monkeypatch.setattr(page, "data", slowly)
    made = asyncio.ensure_future(pages.made(source, "", "", is_whole=False))
    await loading.wait()
    ((_, cancel), _) = frontend.bar.call_args
    cancel()
    with pytest.raises(Cancelled):
        await made
    await left.wait()
    frontend.bar.return_value.end.assert_called_once_with()
    monkeypatch.setattr(page, "data", data)
    assert await pages.made(source, "", "", is_whole=False)
