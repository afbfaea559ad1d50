"""Where a machine lacks what others have, that is told once at most, and all else works."""

import shutil
from pathlib import Path

import pytest
from pygls.exceptions import JsonRpcException

from editor import Editor, Start

FILE = "internal/catalog/catalog.go"
PROFILE = "profiles/cpu.pprof"


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


async def test_without_home_git_and_go_figures_are_shown_and_nothing_is_said(
    start: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("HOME", raising=False)
    monkeypatch.setenv("PATH", "/nowhere")
    editor = await start()
    assert await shows_figures(editor)
    assert not editor.client.messages
