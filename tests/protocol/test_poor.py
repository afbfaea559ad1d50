"""Where a machine lacks what others have, that is told once at most, and all else works."""

import shlex
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from pygls.exceptions import JsonRpcException

from editor import Editor, Start
from programs import served

FILE = "internal/catalog/catalog.go"
PROFILE = "profiles/cpu.pprof"
HEAP = Path(__file__).parents[2] / "examples/leaky/profiles/heap.pprof"


@pytest.fixture
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The temporary folder of the server that is started then."""
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setenv("TMPDIR", str(folder))
    return folder


async def shows_figures(editor: Editor) -> bool:
    await editor.run("load", source=PROFILE)
    await editor.open(FILE)
    return bool(await editor.hints(FILE))


async def test_a_temporary_folder_that_is_cleaned_in_the_midst_is_made_again(start: Start, temporary: Path) -> None:
    editor = await start()
    await editor.run("showPage", source=PROFILE)
    for left in temporary.iterdir():
        shutil.rmtree(left)
    await editor.run("showPage", source=PROFILE)
    assert [path.name for left in temporary.iterdir() for path in left.glob("page-*")]


async def test_where_nothing_can_be_written_one_sentence_says_so_and_figures_are_shown(
    start: Start, temporary: Path
) -> None:
    editor = await start()
    await editor.run("showPage", source=PROFILE)
    shutil.rmtree(temporary)
    temporary.touch()
    with pytest.raises(JsonRpcException, match=r"^Nothing can be written to the temporary folder: [^.]+\.$"):
        await editor.run("showPage", source=PROFILE)
    assert await shows_figures(editor)


@pytest.fixture
def full_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No file takes a byte of the server that is started then."""
    python = tmp_path / "python"
    python.write_text(f'#!/bin/sh\nulimit -f 0\nexec {shlex.quote(sys.executable)} "$@"\n')
    python.chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(python))


@pytest.fixture
def program() -> Iterator[str]:
    """The address of a program that can be watched."""
    yield from served({"/debug/pprof/heap?gc=1": HEAP.read_bytes()}.get)


NOTHING_WRITTEN = r"^Nothing can be written to the temporary folder: there is none that takes a file\.$"


@pytest.mark.usefixtures("full_disk")
async def test_on_a_full_disk_a_program_is_watched_and_what_needs_a_file_is_refused_in_one_sentence(
    start: Start, program: str, tmp_path: Path
) -> None:
    editor = await start()
    await editor.run("watch", url=program, intervalSeconds=0.5)
    await editor.open("internal/cache/cache.go")
    assert await editor.hints("internal/cache/cache.go")
    for command, argument in (
        ("showPage", {"source": PROFILE}),
        ("load", {"source": f"http://{program}/debug/pprof/heap?gc=1"}),
    ):
        with pytest.raises(JsonRpcException, match=NOTHING_WRITTEN):
            await editor.run(command, **argument)
    with pytest.raises(JsonRpcException, match=r"saved\.pprof cannot be written: File too large\.$"):
        await editor.run("save", path=str(tmp_path / "saved.pprof"))
    assert (await editor.run("status"))["watching"]


async def test_where_no_file_can_be_made_at_all_a_program_is_watched_and_saved_all_the_same(
    start: Start, temporary: Path, program: str, tmp_path: Path
) -> None:
    editor = await start()
    await editor.run("showPage", source=PROFILE)
    shutil.rmtree(temporary)
    temporary.touch()
    await editor.run("watch", url=program, intervalSeconds=0.5)
    await editor.open("internal/cache/cache.go")
    assert await editor.hints("internal/cache/cache.go")
    await editor.run("save", path=str(tmp_path / "saved.pprof"))
    assert (tmp_path / "saved.pprof").read_bytes() == HEAP.read_bytes()


async def test_a_capture_is_compared_with_though_the_temporary_folder_was_cleaned(
    start: Start, temporary: Path, program: str
) -> None:
    editor = await start()
    await editor.run("watch", url=program, intervalSeconds=600)
    capture = (await editor.run("status"))["paths"]
    for left in temporary.iterdir():
        shutil.rmtree(left)
    assert await editor.run("load", source=capture)


async def test_without_home_git_and_go_figures_are_shown_and_nothing_is_said(
    start: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("HOME", raising=False)
    monkeypatch.setenv("PATH", "/nowhere")
    editor = await start()
    assert await shows_figures(editor)
    assert not editor.client.messages
