"""What is asked for while something else is under way: what is asked for last wins, and what fails changes nothing."""

import asyncio
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from lsprotocol import types
from pygls.exceptions import JsonRpcException

from editor import Editor, Start
from programs import served

CACHE = "internal/cache/cache.go"
HEAP = "profiles/heap.pprof"
CPU = "profiles/cpu.pprof"


async def shown(editor: Editor) -> str | None:
    """What is loaded: its file's name and the sample type."""
    status = await editor.run("status")
    return f"{Path(status['source']).name} {status['profile']['sample_type']['type']}" if status["profile"] else None


def set_to(editor: Editor, **settings: object) -> None:
    editor.client.set_configuration({"pprofLens": settings})
    editor.client.workspace_did_change_configuration(types.DidChangeConfigurationParams(None))


@pytest.mark.parametrize(
    ("command", "argument"),
    [
        ("load", {"source": "profiles/none.pprof"}),
        ("load", {"source": "http://127.0.0.1:9/debug/pprof/heap"}),
        ("selectSampleType", {"type": "nonsense"}),
        ("focus", {"focus": "("}),
        ("unwatch", {}),
    ],
)
async def test_a_load_goes_on_whatever_else_is_asked_in_vain(
    start: Start, command: str, argument: dict[str, object]
) -> None:
    editor = await start(profile=HEAP)
    answers = await asyncio.gather(
        editor.run("load", source=CPU), editor.run(command, **argument), return_exceptions=True
    )
    assert not isinstance(answers[0], Exception)
    assert await shown(editor) == "cpu.pprof cpu"


async def test_what_is_shown_gets_its_diagnostics_though_a_load_fails_meanwhile(start: Start, workspace: Path) -> None:
    editor = await start(profile=HEAP)
    (workspace / "broken.pprof").write_bytes((workspace / HEAP).read_bytes()[:2000])

    def told() -> str:
        return " ".join(found.message for of_file in editor.client.diagnostics.values() for found in of_file)

    async def is_told() -> bool:
        return "of alloc_objects" in told()

    await asyncio.gather(
        editor.run("selectSampleType", type="alloc_objects"),
        *(editor.run("load", source="broken.pprof") for _ in range(5)),
        return_exceptions=True,
    )
    await editor.eventually(is_told)


@pytest.fixture
def answering() -> threading.Event:
    """Set once the slow program is to answer."""
    return threading.Event()


@pytest.fixture
def slow(answering: threading.Event, workspace: Path) -> Iterator[str]:
    """The address of a program that answers when it is told to."""

    def page(_: str) -> bytes:
        answering.wait(20)
        return (workspace / HEAP).read_bytes()

    yield from served(page)
    answering.set()


async def test_what_was_fetched_too_late_is_kept_and_not_shown(
    start: Start, slow: str, answering: threading.Event
) -> None:
    editor = await start()
    fetched = asyncio.ensure_future(editor.run("load", source=f"http://{slow}/debug/pprof/heap"))
    await asyncio.sleep(0.1)
    await editor.run("load", source=CPU)
    answering.set()
    with pytest.raises(JsonRpcException, match="Something else was asked for meanwhile; what was fetched is kept in"):
        await fetched
    assert await shown(editor) == "cpu.pprof cpu"


async def test_what_is_asked_while_the_first_profile_is_fetched_is_asked_of_that(
    start: Start, slow: str, answering: threading.Event
) -> None:
    editor = await start()
    asked = [asyncio.ensure_future(editor.run("load", source=f"http://{slow}/debug/pprof/heap"))]
    for command, argument in (("selectSampleType", {"type": "alloc_space"}), ("focus", {"focus": "cache"})):
        await asyncio.sleep(0.1)
        asked.append(asyncio.ensure_future(editor.run(command, **argument)))
    await asyncio.sleep(0.1)
    answering.set()
    await asyncio.gather(*asked)
    assert await shown(editor) == "heap alloc_space"
    assert (await editor.run("status"))["filter"]["focus"] == "cache"


async def test_what_was_cleared_does_not_come_back(start: Start, slow: str, answering: threading.Event) -> None:
    editor = await start(profile=HEAP)
    fetched = asyncio.ensure_future(editor.run("load", source=f"http://{slow}/debug/pprof/heap"))
    await asyncio.sleep(0.1)
    await editor.run("clear")
    answering.set()
    with pytest.raises(JsonRpcException, match="kept in"):
        await fetched
    assert await shown(editor) is None


async def test_settings_that_are_saved_together_all_take_effect(start: Start) -> None:
    editor = await start(profile=HEAP, pathMappings={})
    before = editor.refreshes
    set_to(editor, profile=HEAP, sampleType="alloc_space", pathMappings={"/nowhere": "."})

    async def is_shown() -> bool:
        return await shown(editor) == "heap.pprof alloc_space"

    await editor.eventually(is_shown)
    await editor.refreshed(before + 1)


async def test_a_sample_type_of_the_settings_that_the_profile_has_not_is_left_alone(start: Start) -> None:
    editor = await start(profile=HEAP)
    await editor.open(CACHE)
    many, before = await editor.hints(CACHE), editor.refreshes
    set_to(editor, profile=HEAP, sampleType="cpu", threshold=5)
    await editor.refreshed(before + 1)
    assert len(await editor.hints(CACHE)) < len(many)
    assert await shown(editor) == "heap.pprof inuse_space"


async def test_what_is_asked_for_before_the_settings_are_told_is_asked_under_them(start: Start) -> None:
    told = asyncio.Event()
    editor = await start(told=told, **{"limits.profileBytes": 1000})
    going = asyncio.ensure_future(editor.run("load", source=HEAP))
    await asyncio.sleep(0.1)
    told.set()
    with pytest.raises(JsonRpcException, match="larger than 1000 bytes"):
        await going


async def test_what_is_asked_for_before_the_settings_are_told_is_asked_of_the_profile_that_they_name(
    start: Start,
) -> None:
    told = asyncio.Event()
    editor = await start(told=told)
    editor.client.set_configuration({"pprofLens": {"profile": HEAP}})
    going = asyncio.ensure_future(editor.run("selectSampleType", type="alloc_objects"))
    await asyncio.sleep(0.1)
    told.set()
    await going
    assert await shown(editor) == "heap.pprof alloc_objects"


async def test_an_editor_that_never_tells_its_settings_is_served(start: Start) -> None:
    editor = await start(told=asyncio.Event())
    await editor.run("load", source=HEAP)
    assert await shown(editor) == "heap.pprof inuse_space"


TRIES = (0, 0.001, 0.003, 0.01, 0.03)
"""Seconds between a load and what is asked while it runs."""


@pytest.mark.parametrize("seconds", TRIES)
async def test_what_is_asked_for_while_a_load_runs_is_asked_of_what_it_will_show(start: Start, seconds: float) -> None:
    editor = await start(profile=CPU)
    going = asyncio.ensure_future(editor.run("load", source=HEAP))
    await asyncio.sleep(seconds)
    await asyncio.gather(editor.run("selectSampleType", type="alloc_objects"), editor.run("focus", focus="cache"))
    await going
    status = await editor.run("status")
    assert (await shown(editor), status["filter"]["focus"]) == ("heap.pprof alloc_objects", "cache")


@pytest.mark.parametrize("seconds", TRIES)
async def test_a_folder_and_a_setting_that_come_while_the_first_load_runs_take_effect(
    start: Start, seconds: float, workspace: Path, tmp_path: Path
) -> None:
    (tmp_path / "elsewhere").mkdir()
    editor = await start(folder=tmp_path / "elsewhere")
    going = asyncio.ensure_future(editor.run("load", source=str(workspace / HEAP)))
    await asyncio.sleep(seconds)
    added = types.WorkspaceFoldersChangeEvent([types.WorkspaceFolder(workspace.as_uri(), "leaky")], [])
    editor.client.workspace_did_change_workspace_folders(types.DidChangeWorkspaceFoldersParams(added))
    set_to(editor, sampleType="alloc_space")
    await going

    async def is_found() -> bool:
        files = (await editor.run("paths"))["files"]
        return any(file.get("uri", "").startswith(workspace.as_uri()) for file in files)

    async def is_selected() -> bool:
        return await shown(editor) == "heap.pprof alloc_space"

    await editor.eventually(is_found)
    await editor.eventually(is_selected)


async def test_what_is_overtaken_is_told_by_what(start: Start) -> None:
    editor = await start()
    answers = await asyncio.gather(
        editor.run("load", source=HEAP), editor.run("load", source=CPU), return_exceptions=True
    )
    assert str(answers[0]) == "Cancelled: cpu.pprof was asked for since."
    assert answers[1]["profile"]["kind"] == "cpu"  # type: ignore[index]


async def test_a_picker_is_told_what_each_profile_of_the_workspace_is(start: Start) -> None:
    editor = await start()
    (found,) = (file for file in (await editor.run("profiles"))["profiles"] if file["name"] == "profiles/heap.pprof")
    assert found == {
        "path": str(editor.root / "profiles" / "heap.pprof"),
        "name": "profiles/heap.pprof",
        "kind": "heap",
        "sampleType": "inuse_space",
        "total": "52.94MB",
        "takenSeconds": pytest.approx(1795393630.24, abs=0.01),
        "bytes": 4715,
    }


async def test_files_tell_whose_they_are(start: Start) -> None:
    editor = await start(profile="profiles/heap.pprof")
    files = {file["profilePath"].rpartition("/")[2]: file["library"] for file in (await editor.run("paths"))["files"]}
    assert (files["cache.go"], files["proc.go"]) == ("", "the standard library")
