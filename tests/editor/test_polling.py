"""What is looked at again and again is told once it is another, and only then."""

import os
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from pprof_lens.editor import polling
from pprof_lens.editor.documents import OpenFiles
from pprof_lens.editor.host import Host
from pprof_lens.editor.polling import Around, OpenOnDisk, ProfileFiles
from pprof_lens.session.events import LookAgain, Rewritten
from pprof_lens.session.goal import Goal, Source
from pprof_lens.session.reading import stamps
from pprof_lens.workspace.surroundings import Surroundings, discover, with_opened

GO_MOD, GO_FILE = "module m\n", "package m\n"


class Polled:
    """An editor that loaded a profile in a folder with a module, and what it was told."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.files = OpenFiles()
        self.told: list[object] = []
        self.shown: Any = SimpleNamespace(of=Goal(content_number=7), snapshot=None, surroundings=None)
        self.write("go.mod", GO_MOD)
        self.write("p.go", GO_FILE)

    @property
    def host(self) -> Host:
        return cast("Host", self)

    def post(self, event: object) -> None:
        self.told.append(event)

    async def show(self, uri: str) -> None:
        self.told.append(uri)

    def write(self, name: str, text: str) -> str:
        """Write a file, at another time than whatever was there."""
        path = self.folder / name
        second = path.stat().st_mtime_ns // 10**9 + 1 if path.exists() else 1
        path.write_text(text)
        os.utime(path, (second, second))
        return str(path)

    def load(self, *names: str, base: tuple[str, ...] = ()) -> None:
        paths, others = tuple(self.write(name, "1") for name in names), tuple(self.write(name, "1") for name in base)
        source = Source("loaded", paths, others)
        self.shown.snapshot = SimpleNamespace(source=source, stamps=stamps(paths + others))

    def look_around(self) -> None:
        self.shown.surroundings = discover([str(self.folder)])

    def open(self, name: str) -> str:
        path = self.folder / name
        self.files.open(path.as_uri(), str(path), path.read_text(), 1)
        return path.as_uri()


@pytest.fixture
def polled(tmp_path: Path) -> Polled:
    return Polled(tmp_path)


async def test_a_profile_that_was_rewritten_is_told_once_when_it_is_written_no_more(polled: Polled) -> None:
    polled.load("heap", base=("base",))
    profile = ProfileFiles(polled.host)
    await profile.look()
    await profile.look()
    assert polled.told == []
    for name in ("heap", "base"):
        polled.told.clear()
        polled.write(name, "12")
        await profile.look()
        polled.write(name, "123")
        await profile.look()
        assert polled.told == [], "it is still being written"
        for _ in range(3):
            await profile.look()
        assert polled.told == [Rewritten(7)]


async def test_nothing_is_told_of_a_profile_that_is_gone_or_that_no_file_has(polled: Polled) -> None:
    profile = ProfileFiles(polled.host)
    await profile.look()
    polled.load("heap")
    (polled.folder / "heap").unlink()
    for _ in range(3):
        await profile.look()
    polled.write("heap", "123")
    polled.shown.snapshot.stamps = ()  # a capture's
    for _ in range(3):
        await profile.look()
    assert polled.told == []


@pytest.mark.parametrize("name", ["go.mod", "go.work", "vendor/modules.txt", ".git/HEAD", ".git/FETCH_HEAD"])
async def test_what_tells_where_sources_are_is_told_once_it_is_another(polled: Polled, name: str) -> None:
    around = Around(polled.host)
    await around.look()
    for folder in ("vendor", ".git"):
        (polled.folder / folder).mkdir()
    polled.look_around()
    await around.look()
    await around.look()
    assert polled.told == []
    polled.write(name, GO_MOD + "\n")
    await around.look()
    await around.look()
    assert polled.told == [LookAgain()]


async def test_what_was_found_anew_is_not_compared_with_what_was_known_of_the_old(polled: Polled) -> None:
    around = Around(polled.host)
    polled.look_around()
    await around.look()
    polled.write("go.mod", GO_MOD + "\n")
    polled.look_around()
    await around.look()
    assert polled.told == []


async def test_what_changed_again_while_it_was_looked_for_anew_is_told_again(polled: Polled) -> None:
    """As where a branch is checked out and left again."""
    around = Around(polled.host)
    polled.look_around()
    await around.look()
    polled.write("go.mod", GO_MOD + "\n")
    await around.look()
    polled.look_around()
    polled.write("go.mod", GO_MOD)
    await around.look()
    assert polled.told == [LookAgain()] * 2
    polled.look_around()
    await around.look()
    await around.look()
    assert polled.told == [LookAgain()] * 2
    (polled.folder / "vendor").mkdir()
    polled.write("vendor/modules.txt", "# a v1\n")
    polled.look_around()
    await around.look()
    assert polled.told == [LookAgain()] * 2, "it was found with all that was known"


async def test_what_changes_while_it_is_still_looked_for_anew_is_told_though_a_look_saw_nothing(
    polled: Polled,
) -> None:
    around = Around(polled.host)
    polled.look_around()
    await around.look()
    polled.write("go.mod", GO_MOD + "\n")
    await around.look()
    await around.look()
    polled.write("go.mod", GO_MOD)
    polled.look_around()
    await around.look()
    assert polled.told == [LookAgain()] * 2


async def test_an_open_file_is_shown_anew_once_it_changed_and_the_editor_has_what_is_there(polled: Polled) -> None:
    uri, opened = polled.open("p.go"), OpenOnDisk(polled.host, polled.show)
    await opened.look()
    assert polled.told == [], "nothing is known of what surrounds it"
    polled.look_around()
    with placed(polled.files, uri):
        await opened.look()
        await opened.look()
    polled.write("p.go", GO_FILE + "// more\n")
    await opened.look()
    assert polled.told == [], "the editor has not read it yet"
    polled.files.replace(uri, GO_FILE + "// more\n", 2)
    polled.files._files[uri].profile = cast("Any", "known")
    await opened.look()
    assert polled.told == [uri]
    assert polled.files._files[uri].profile is None
    await opened.look()
    assert polled.told == [uri]


async def test_where_open_files_really_are_is_asked_once_a_look_and_never_on_the_loop(
    polled: Polled, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It asks the disk of each."""
    polled.look_around()
    polled.write("q.go", GO_FILE)
    both, asked = {polled.open("p.go"), polled.open("q.go")}, list[str]()

    def counted(seen: Surroundings, paths: Iterable[str]) -> Surroundings:
        asked.append(threading.current_thread().name)
        return with_opened(seen, paths)

    monkeypatch.setattr(polling, "with_opened", counted)
    await OpenOnDisk(polled.host, polled.show).look()
    assert set(polled.told) == both
    assert len(asked) == 1
    assert threading.current_thread().name not in asked


async def test_an_open_file_that_is_what_was_placed_is_not_shown_anew(polled: Polled) -> None:
    polled.look_around()
    uri, opened = polled.open("p.go"), OpenOnDisk(polled.host, polled.show)
    with placed(polled.files, uri):
        await opened.look()
        polled.write("p.go", GO_FILE)
        await opened.look()
    assert polled.told == []


async def test_an_open_file_that_was_another_one_between_two_looks_is_shown_anew(polled: Polled) -> None:
    """What was changed on the way and back may have taken lines away."""
    polled.look_around()
    uri, opened = polled.open("p.go"), OpenOnDisk(polled.host, polled.show)
    with placed(polled.files, uri):
        await opened.look()
        for version, text in enumerate((GO_FILE + "// more\n", GO_FILE), 2):
            polled.write("p.go", text)
            polled.files.replace(uri, text, version)
        await opened.look()
    assert polled.told == [uri]


async def test_an_open_file_that_cannot_be_read_is_left_alone(polled: Polled) -> None:
    polled.look_around()
    polled.open("p.go")
    (polled.folder / "p.go").unlink()
    await OpenOnDisk(polled.host, polled.show).look()
    assert polled.told == []


async def test_a_file_that_did_not_change_since_it_was_settled_is_not_read(polled: Polled) -> None:
    polled.look_around()
    uri, opened = polled.open("p.go"), OpenOnDisk(polled.host, polled.show)
    with placed(polled.files, uri):
        await opened.look()
    await opened.look()  # it would be shown, as it is not placed any more
    assert polled.told == []


@contextmanager
def placed(files: OpenFiles, uri: str) -> Iterator[None]:
    """As it is where it was found out how the profile's lines lie in the file as it is now."""
    file = files._files[uri]
    file.placed, file.placed_in = file.buffer.text, file.version
    yield
    file.placed = ""
