"""Profiles of a fleet over the wire: what a picker is offered, what is loaded and compared, and where secrets go."""

import asyncio
import json
import shutil
import subprocess
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import pytest
from lsprotocol import types
from pygls.exceptions import JsonRpcException

from editor import Editor, Start
from fleets import Store, example, serving
from pprof_lens.editor.commands.load import SHORTEST_REFRESH

SELECTOR = '{service_name="leaky"}'


@pytest.fixture
def store() -> Store:
    now = time.time()
    return example([now - 5, now - 400, now - 1000])


@pytest.fixture(params=["pyroscope", "parca"])
def kind(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def place(kind: str, store: Store) -> Iterator[str]:
    with serving(kind, store) as at:
        yield at


async def started(start: Start, kind: str, place: str, **more: object) -> Editor:
    source = {"name": "production", "kind": kind, "url": f"http://{place}", **more}
    return await start(options={"settings": {"sources": [source]}}, sources=[source])


def url(query: str = f"memory{SELECTOR}", since: str = "now-1h") -> str:
    return f"fleet://production?query={quote(query)}&from={since}"


async def test_a_picker_is_offered_what_the_server_has(start: Start, kind: str, place: str) -> None:
    editor = await started(start, kind, place)
    (server,) = (await editor.run("fleet"))["servers"]
    assert (server["name"], server["kind"], server["url"]) == ("production", kind, f"http://{place}/")
    types = (await editor.run("fleetTypes", source="fleet://production"))["types"]
    assert (types[0]["query"], types[0]["told"]) == ("memory", "alloc_objects, alloc_space, inuse_objects, inuse_space")
    shown = [
        await editor.run("fleetOffers", source="fleet://production", type="memory", text=text)
        for text in ("", "lea", SELECTOR, '{service_name="leaky", reg', '{service_name="leaky", region="')
    ]
    assert [[(offer["text"], offer["isSelector"]) for offer in each["offers"]] for each in shown] == [
        [("{}", True), (SELECTOR, False), ('{region="', False), ('{service_name="', False)],
        [(SELECTOR, False)],
        [(SELECTOR, True), ('{service_name="leaky", region="', False)],
        [('{service_name="leaky", region="', False)],
        [('{service_name="leaky", region="eu"}', False)],
    ]


async def test_what_one_server_offered_is_forgotten_when_the_name_stands_for_another(start: Start, kind: str) -> None:
    """Even what it answers only after the settings have changed."""
    now = time.time()
    one, other = example([now - 5]), example([now - 5], service_name="shop")

    async def services(editor: Editor) -> set[str]:
        found = await editor.run("fleetOffers", source="fleet://production", type="memory", text="")
        return {offer["text"] for offer in found["offers"]}

    with serving(kind, one) as first, serving(kind, other) as second:
        editor = await started(start, kind, first)
        assert SELECTOR in await services(editor)
        hold, is_held = threading.Event(), threading.Event()

        def held(_: str) -> None:
            is_held.set()
            hold.wait()

        one.before = held
        types_of_one = asyncio.ensure_future(editor.run("fleetTypes", source="fleet://production"))
        await asyncio.to_thread(is_held.wait)
        other.kept = [kept for kept in other.kept if kept.type.startswith("memory")]
        source = {"name": "production", "kind": kind, "url": f"http://{second}"}
        editor.client.set_configuration({"pprofLens": {"sources": [source]}})
        editor.client.workspace_did_change_configuration(types.DidChangeConfigurationParams(None))

        async def is_changed() -> bool:
            return bool((await editor.run("fleet"))["servers"][0]["url"] == f"http://{second}/")

        await editor.eventually(is_changed)
        assert '{service_name="shop"}' in await services(editor)
        hold.set()
        assert "process_cpu" in {row["label"].partition(" ")[0] for row in (await types_of_one)["types"]}
        found = (await editor.run("fleetTypes", source="fleet://production"))["types"]
        assert {row["label"].partition(" ")[0] for row in found} == {"memory"}


async def test_a_parca_is_asked_for_the_last_hour_first_and_then_for_the_day(start: Start) -> None:
    now = time.time()
    store = example([now - 5])
    early = example([now - 7 * 3600], service_name="nightly")
    store.kept += [kept._replace(type=kept.type.replace("memory", "nights")) for kept in early.kept]
    hold = threading.Event()
    with serving("parca", store) as place:
        editor = await started(start, "parca", place)
        day = "fleet://production?from=now-24h"

        def wait(_: str) -> None:
            if len(store.asked) > 1:
                hold.wait()

        store.before = wait

        async def names() -> set[str]:
            found = (await editor.run("fleetTypes", source=day))["types"]
            return {row["label"].partition(" ")[0] for row in found}

        assert await names() == {"memory", "process_cpu"}
        hold.set()

        async def are_all() -> bool:
            return await names() == {"memory", "nights", "process_cpu"}

        await editor.eventually(are_all)
        assert len(store.asked) == 2
        store.kept = early.kept
        offers = (await editor.run("fleetOffers", source=day, type="memory", text="night"))["offers"]
        assert '{service_name="nightly"}' in {offer["text"] for offer in offers}


async def test_a_range_in_pieces_tells_which_of_them_it_is_at(start: Start, store: Store) -> None:
    with serving("pyroscope", store) as place:
        editor = await started(start, "pyroscope", place)
        await editor.run("load", source=url(since="now-3d"))
    told = [str(report) for reports in editor.client.progress_reports.values() for report in reports]
    assert any("piece 2 of 3, " in words for words in told), told


async def test_a_heap_is_loaded_saved_and_compared_with_another_range(
    start: Start, kind: str, place: str, workspace: Path
) -> None:
    editor = await started(start, kind, place)
    answer = await editor.run("load", source=url())
    one = answer["profile"]["total"] // 3
    assert [each["type"] for each in answer["profile"]["sample_types"]][-1] == "inuse_space"
    assert await editor.is_loaded()
    status = await editor.run("status")
    assert status["source"] == url().replace("%20", "+")
    assert status["captured"]
    await editor.run("save", path="kept.pprof")
    assert (workspace / "kept.pprof").read_bytes() == Path(status["paths"][0]).read_bytes()
    with pytest.raises(JsonRpcException, match=r"^/nowhere/x\.pprof cannot be written: No such file or directory\.$"):
        await editor.run("save", path="/nowhere/x.pprof")
    await editor.open("internal/cache/cache.go")
    assert await editor.hints("internal/cache/cache.go")
    await editor.run("load", source=status["paths"], base=url(since="now-10m"), sampleType="inuse_space")
    status = await editor.run("status")
    assert status["comparing"]
    assert status["source"] == url().replace("%20", "+")
    assert status["total"].split()[0] == f"+{one / (1 << 20):.2f}MB"


async def test_a_failure_is_one_sentence_and_leaves_what_is_shown(start: Start, kind: str, place: str) -> None:
    editor = await started(start, kind, place)
    await editor.run("load", source=url())
    with pytest.raises(JsonRpcException, match=r"^production: no profile matches the query in this time range\.$"):
        await editor.run("load", source=url('memory{service_name="other"}'))
    with pytest.raises(JsonRpcException, match=r"^No source is called staging; there are production\.$"):
        await editor.run("load", source="fleet://staging?query=memory")
    assert await editor.is_loaded()


async def test_a_secret_is_asked_of_the_editor_when_it_is_needed_and_shown_nowhere(
    start: Start, kind: str, place: str, store: Store
) -> None:
    store.token = "s3cret"
    asked = []
    editor = await started(start, kind, place, headers={"Authorization": "Bearer ${secret:TOKEN}"})
    with pytest.raises(JsonRpcException, match="secret TOKEN, which is not set"):
        await editor.run("load", source=url())

    def secret(_: object, params: object) -> object:
        asked.append(getattr(params, "name", None))
        return {"value": "s3cret"}

    editor.client.feature("pprofLens/secret")(secret)
    await editor.run("load", source=url())
    assert asked == ["TOKEN"]
    assert (await editor.run("fleet"))["servers"][0]["secrets"] == ["TOKEN"]
    shown = json.dumps(await editor.run("status"))
    kept = [Path(path).read_bytes() for path in (await editor.run("status"))["paths"]]
    assert "s3cret" not in shown
    assert not any(b"s3cret" in body for body in kept)


def git(folder: Path, *words: str) -> str:
    who = ("-c", "user.name=T", "-c", "user.email=t@example.com")
    return subprocess.run(["git", "-C", str(folder), *who, *words], check=True, capture_output=True, text=True).stdout


async def test_a_line_is_taken_from_the_commit_that_production_runs_and_the_hover_says_so(
    start: Start, kind: str, place: str, store: Store, workspace: Path
) -> None:
    git(workspace, "init", "-q", "-b", "main")
    git(workspace, "add", "-A")
    git(workspace, "commit", "-qm", "what runs")
    commit = git(workspace, "rev-parse", "HEAD").strip()
    file = workspace / "internal/cache/cache.go"
    file.write_text("// Newer.\n" + file.read_text())
    git(workspace, "commit", "-qam", "newer")
    for one in store.kept:
        dict.update(one.labels, service_git_ref=commit)
    editor = await started(start, kind, place)
    await editor.run("load", source=url())
    await editor.open("internal/cache/cache.go")
    lines = (await editor.run("lines", uri=editor.uri("internal/cache/cache.go")))["lines"]
    assert {row["line"] - row["profileLine"] for row in lines} == {0}
    assert {row["state"] for row in lines} == {"moved"}

    async def is_told() -> bool:
        return bool((await editor.run("status")).get("standing"))

    await editor.eventually(is_told)
    status = await editor.run("status")
    assert status["standing"] == f"production, commit {commit[:7]}, 1 commit behind"
    assert status.get("fetchCommand") is None
    hover = await editor.hover("internal/cache/cache.go", lines[0]["line"]) or ""
    assert hover.count(f"production, commit {commit[:7]}, 1 commit behind") == 2
    assert "the sum of all profiles of that time, not what was in use at once" in hover


async def test_the_label_of_the_programs_folder_says_which_of_two_services_is_meant(
    start: Start, kind: str, place: str, store: Store, workspace: Path
) -> None:
    for service in ("shop", "billing"):
        shutil.copytree(workspace / "internal", workspace / service / "internal")
    shutil.rmtree(workspace / "internal")
    editor = await started(start, kind, place)
    await editor.run("load", source=url())

    async def paths() -> set[str]:
        files = (await editor.run("paths"))["files"]
        return {row["uri"].removeprefix(f"{workspace.as_uri()}/") for row in files if row.get("uri")}

    assert not {path for path in await paths() if "internal/cache" in path}
    for one in store.kept:
        dict.update(one.labels, service_root_path="billing")
    await editor.run("load", source=url())
    assert {path for path in await paths() if "internal/cache" in path} == {"billing/internal/cache/cache.go"}


async def test_a_range_may_begin_with_a_commit_that_is_checked_out(start: Start, workspace: Path) -> None:
    editor = await start(options={})
    assert (await editor.run("commits"))["commits"] == []
    git(workspace, "init", "-q")
    git(workspace, "add", "-A")
    git(workspace, "commit", "-qm", "first\n\nmore of it")
    git(workspace, "commit", "-q", "--allow-empty", "-m", "second\u202e")
    found = (await editor.run("commits"))["commits"]
    assert [row["subject"] for row in found] == ["second\ufffd", "first"]
    assert git(workspace, "rev-parse", "HEAD").startswith(found[0]["name"])
    assert abs(found[0]["seconds"] - time.time()) < 60
    untrusted = await start(options={"trusted": False})
    assert (await untrusted.run("commits"))["commits"] == []


async def test_the_command_that_would_bring_a_commit_that_is_not_here_is_told_and_not_run(
    start: Start, kind: str, place: str, store: Store, workspace: Path
) -> None:
    git(workspace, "init", "-q")
    git(workspace, "add", "-A")
    git(workspace, "commit", "-qm", "another")
    git(workspace, "remote", "add", "origin", str(workspace / "nowhere"))
    for one in store.kept:
        dict.update(one.labels, service_git_ref="1a2b3c4d" * 5)
    editor = await started(start, kind, place)
    await editor.run("load", source=url())

    async def command() -> bool:
        return bool((await editor.run("status")).get("fetchCommand") == f"git fetch origin {'1a2b3c4d' * 5}")

    await editor.eventually(command)
    assert (await editor.run("status"))["standing"] == "production, commit 1a2b3c4, which is not here"
    assert not (workspace / ".git" / "FETCH_HEAD").exists()


async def test_what_is_shown_is_fetched_anew_until_the_refresh_is_stopped(start: Start, store: Store) -> None:
    with serving("pyroscope", store) as place:
        editor = await started(start, "pyroscope", place)
        moments: list[float] = []
        store.before = lambda _: moments.append(time.monotonic())
        before = (await editor.run("load", source=url(), refreshSeconds=0.1))["profile"]["total"]
        loaded = len(moments)
        status = await editor.run("status")
        assert (status["watching"], status["failure"]) == (status["source"], "")
        store.kept += example([time.time()]).kept

        async def is_more() -> bool:
            now = (await editor.run("status"))["profile"]["total"]
            return bool(now == before + before // 3)

        await editor.eventually(is_more)
        assert moments[loaded] - moments[loaded - 1] >= SHORTEST_REFRESH
        store.token = "expired"

        async def is_told() -> bool:
            return bool((await editor.run("status"))["failure"])

        await editor.eventually(is_told)
        status = await editor.run("status")
        assert status["failure"] == "production does not let us in (401); set the headers that it wants."
        assert status["profile"]["total"] == before + before // 3
        await editor.run("unwatch")
        assert (await editor.run("status"))["watching"] is None
        asked = len(store.asked)
        await asyncio.sleep(6)
        assert len(store.asked) == asked
