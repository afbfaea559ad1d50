"""What is behind one editor: what it says of what ended, its own folder, and how all that works for it ends."""

import asyncio
import tempfile
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from unittest.mock import Mock

import pytest

from pprof_lens.editor.backend import Backend
from pprof_lens.editor.shown import Shown
from pprof_lens.profile.errors import Cancelled, ProfileError
from pprof_lens.session.events import Load, Rewritten, Round
from pprof_lens.session.goal import Capture, Content, Goal, Source
from pprof_lens.session.settings import Settings
from pprof_lens.session.wanted import NOTHING_LOADED, Ask, Ended
from pprof_lens.workspace import own_folder

HEAP = Source("heap.pprof", ("/heap.pprof",))


@pytest.fixture
def editor() -> Mock:
    return Mock(root="/root", path_of={"file:///tmp/heap.pprof": "/tmp/heap.pprof", "file:none": None}.__getitem__)


@pytest.fixture
def backend(editor: Mock, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Backend]:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    made = Backend(editor, lambda _: ())
    yield made
    made.stop_working()


def show(backend: Backend, snapshot: Any = None, content: Content | None = None) -> None:
    backend._driver.shown = Shown(Goal(content=content), snapshot)


def test_what_is_loaded_is_told_and_where_nothing_is_that(backend: Backend) -> None:
    with pytest.raises(ProfileError, match=NOTHING_LOADED):
        backend.loaded()
    snapshot = Mock()
    show(backend, snapshot)
    assert backend.loaded() is snapshot


def test_that_a_rewritten_profile_cannot_be_shown_is_said_of_what_is_loaded(backend: Backend, editor: Mock) -> None:
    rewritten, other = Ask(1, Rewritten(1)), Ask(2, Load(HEAP))
    backend.tell(Ended(rewritten, "It is empty."))
    show(backend, SimpleNamespace(source=HEAP))
    for ended in (Ended(rewritten), Ended(other, "It is empty.")):
        backend.tell(ended)
    assert not editor.say.called
    backend.tell(Ended(rewritten, "It is empty."))
    editor.say.assert_called_once_with("heap.pprof was rewritten; what was loaded stays. It is empty.", "warning")


def test_that_a_round_was_not_shown_is_logged_with_the_reason(
    backend: Backend, caplog: pytest.LogCaptureFixture
) -> None:
    backend.tell(Ended(Ask(1, Round(1))))
    backend.tell(Ended(Ask(1, Round(1)), "It is empty."))
    assert caplog.messages == ["A round of the watch was not shown: It is empty."]


def test_what_is_wrong_with_the_settings_is_said_once_until_it_was_right(backend: Backend, editor: Mock) -> None:
    said = []
    for problems in (["a", "b"], ["b", "c"], ["b"], [], ["b"]):
        backend.configure(Settings(), problems)
        said.append([call.args[0] for call in editor.say.call_args_list])
        editor.say.reset_mock()
    assert said == [["a", "b"], ["c"], [], [], ["b"]]


async def test_a_file_is_shown_anew_only_where_there_was_anything_to_find_out(
    backend: Backend, editor: Mock, monkeypatch: pytest.MonkeyPatch
) -> None:
    reasons, diagnostics = Mock(), Mock()
    monkeypatch.setattr(backend, "reasons", reasons)
    monkeypatch.setattr(backend, "diagnostics", diagnostics)
    for found, told in ((False, 0), (True, 1)):
        future: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
        future.set_result(found)
        monkeypatch.setattr(backend, "readying", Mock(opened=Mock(return_value=future)))
        await backend.show("file:///a.go")
        assert (reasons.wish.call_count, diagnostics.push.call_count, editor.refresh.call_count) == (told, told, told)


def test_a_name_is_a_path_below_the_root_an_address_or_a_uri(
    backend: Backend, editor: Mock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", "/home/me")
    monkeypatch.setenv("USERPROFILE", "/home/me")
    root = Path("/root")
    named = {
        "http://localhost:6060": "http://localhost:6060",
        "heap.pprof": str(root / "heap.pprof"),
        "~/heap.pprof": str(Path("/home/me/heap.pprof")),
        "~nobody-of-that-name/heap.pprof": str(root / "~nobody-of-that-name" / "heap.pprof"),
        "file:///tmp/heap.pprof": str(Path("/tmp/heap.pprof")),
        "file:none": str(root / "file:none"),
        str(Path("/heap.pprof").absolute()): str(Path("/heap.pprof").absolute()),
    }
    assert {name: backend.absolute(name) for name in named} == named
    editor.root = None
    assert backend.absolute("heap.pprof") == "heap.pprof"


def test_the_own_folder_is_made_once_and_anew_where_it_was_cleaned_away(backend: Backend) -> None:
    folder = backend.own_folder()
    assert folder.is_dir()
    assert backend.own_folder() == folder
    own_folder.remove(folder)
    assert backend.own_folder() == folder
    assert folder.is_dir()


def test_no_folder_is_made_once_the_server_ends(backend: Backend) -> None:
    backend.stop_working()
    with pytest.raises(Cancelled):
        backend.own_folder()


def test_where_no_folder_can_be_made_that_is_told(backend: Backend, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(own_folder, "make", Mock(side_effect=OSError(28, "No space left on device")))
    with pytest.raises(ProfileError, match="No space left on device"):
        backend.own_folder()


def test_what_lies_in_the_own_folder_is_own(backend: Backend) -> None:
    assert not backend.is_own("/tmp/a.pprof")
    folder = backend.own_folder()
    assert backend.is_own(str(folder / "a.pprof"))
    assert not backend.is_own(str(folder.parent / "a.pprof"))


async def test_the_capture_that_is_shown_is_written_for_who_asks_for_its_file(backend: Backend) -> None:
    path = backend.own_folder() / "watched-1.pprof"
    capture = Capture(Mock(), Mock(), b"body", str(path))
    await backend.write_capture([str(path)])
    show(backend, content=Content(HEAP))
    await backend.write_capture([str(path)])
    show(backend, content=Content(HEAP, capture=capture))
    await backend.write_capture(["/heap.pprof"])
    assert not path.exists()
    own_folder.remove(path.parent)
    await backend.write_capture([str(path)])
    assert path.read_bytes() == b"body"


async def test_the_end_leaves_no_folder_no_task_and_nothing_that_works(backend: Backend) -> None:
    folder = backend.own_folder()
    task = asyncio.ensure_future(asyncio.sleep(3600))
    backend.in_background(task)
    backend.stop_working()
    await asyncio.wait((task,))
    assert (task.cancelled(), folder.exists()) == (True, False)
    for asked in (backend.aside, backend.seek, backend.work, backend.work_to_the_end):
        with pytest.raises(asyncio.CancelledError):
            await asked(lambda: 1)


async def test_what_a_task_in_the_background_dies_of_is_logged(
    backend: Backend, caplog: pytest.LogCaptureFixture
) -> None:
    wrong: list[object] = []
    asyncio.get_running_loop().set_exception_handler(lambda _, context: wrong.append(context))

    async def dies() -> None:
        raise ValueError

    async def ends() -> None:
        pass

    tasks = [asyncio.ensure_future(coroutine) for coroutine in (dies(), ends(), asyncio.sleep(3600))]
    for task in tasks:
        backend.in_background(task)
    tasks[-1].cancel()
    await asyncio.wait(tasks)
    await asyncio.sleep(0)
    ((_, error, _),) = (record.exc_info for record in caplog.records if record.exc_info)
    assert (caplog.messages, type(error), wrong) == (["A background task failed."], ValueError, [])
