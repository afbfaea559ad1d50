"""What a file shows: looked up where it is open, waited for where that is being found out, else read aside."""

import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any, cast
from unittest.mock import Mock

import pytest

from pprof_lens.editor import documents
from pprof_lens.editor.documents import OpenFiles
from pprof_lens.editor.host import Host
from pprof_lens.editor.open_file import FileView
from pprof_lens.editor.readying import Readying
from pprof_lens.editor.shown import Shown
from pprof_lens.editor.views import Views
from pprof_lens.session.goal import Content, Goal, Source
from pprof_lens.session.maker import Maker

EXAMPLE = Path(__file__).parent.parent.parent / "examples" / "leaky"


class Shows:
    """A host that shows the example's heap, and says what it waited for and who read aside."""

    def __init__(self, folder: Path) -> None:
        profile, self.path = str(folder / "profiles/heap.pprof"), folder / "internal/cache/cache.go"
        goal = Goal(content=Content(Source(profile, (profile,))), folders=(str(folder),))
        snapshot, around = Maker().make(goal, Goal(), None, (), lambda: False)
        self.shown = Shown(goal, snapshot, around)
        self.uri, self.files, self.settings, self.frontend = self.path.as_uri(), OpenFiles(), goal.settings, self
        self.paths = {self.uri: str(self.path)}
        self.did: list[str] = []
        self.views = Views(cast("Host", self), cast("Readying", self))

    def path_of(self, uri: str) -> str | None:
        return self.paths.get(uri)

    async def is_opened(self, _: str) -> None:
        self.did.append("opened")

    async def is_sought(self, _: str) -> None:
        self.did.append("sought")

    async def aside(self, job: Callable[[], Any]) -> Any:
        self.did.append("aside")
        return job()

    async def seek(self, job: Callable[[], Any]) -> Any:
        self.did.append("seek")
        return job()

    def open(self) -> None:
        self.files.open(self.uri, str(self.path), self.path.read_text(encoding="utf-8"), 1)


@pytest.fixture
def host(tmp_path: Path) -> Shows:
    return Shows(Path(shutil.copytree(EXAMPLE, tmp_path / "leaky")))


def hints(view: FileView | None) -> int:
    assert view is not None
    return len(view.hints(0, 1000))


async def test_an_open_file_is_looked_up_once_what_it_shows_is_known(host: Shows) -> None:
    host.open()
    assert host.views.of_shown(host.uri) is not None
    assert await host.views.of_open(host.uri) is not None
    assert await host.views.of_any(host.uri) is not None
    assert host.did == ["opened"] * 2
    assert await host.views.of_sought(host.uri) is not None
    assert host.did == ["opened"] * 3 + ["sought"]


async def test_a_file_that_is_not_open_is_read_aside_as_it_would_be_shown(host: Shows) -> None:
    assert hints(await host.views.of_any(host.uri)) > 0
    assert hints(await host.views.of_sought(host.uri)) > 0
    assert (host.did, host.files.uris()) == (["aside", "seek"], ())


async def test_where_nothing_is_loaded_no_file_shows_anything(host: Shows) -> None:
    host.open()
    for shown in (Shown(), replace(host.shown, snapshot=None)):
        host.shown = shown
        assert host.views.of_shown(host.uri) is None
    host.files.close(host.uri)
    assert await host.views.of_any(host.uri) is None


async def test_a_file_that_is_not_open_shows_nothing_before_the_folders_are_seen_or_where_it_names_none(
    host: Shows,
) -> None:
    assert await host.views.of_any("untitled:1") is None
    host.shown = replace(host.shown, surroundings=None)
    assert await host.views.of_any(host.uri) is None


async def test_a_file_that_the_profile_does_not_have_is_not_read(host: Shows) -> None:
    around, other = host.shown.surroundings, host.path.with_name("other.go")
    assert around is not None
    host.paths["file:///other.go"] = str(other)
    files = Mock(wraps=around.files)
    host.shown = replace(host.shown, surroundings=around._replace(files=files))
    assert await host.views.of_any("file:///other.go") is None
    assert not files.read_text.called


async def test_a_file_that_is_gone_from_the_disk_shows_nothing(host: Shows) -> None:
    host.path.unlink()
    assert await host.views.of_any(host.uri) is None


async def test_a_file_that_is_too_large_to_be_followed_shows_nothing(
    host: Shows, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(documents, "MOST_LINES", 3)
    assert await host.views.of_any(host.uri) is None
