"""Profiles of a running program, fetched over the wire: what it offers, what is shown, what is told."""

import asyncio
import itertools
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from lsprotocol import types
from pygls.exceptions import JsonRpcException

from editor import Start
from heaps import goroutines, heap
from pprof_lens.profile.encode import message
from programs import served

INDEX = b"<html><a href='heap?debug=1'>heap</a> <a href='profile?debug=1'>profile</a></html>"
PROFILES = Path(__file__).parent.parent.parent / "examples/leaky/profiles"
HEAP = PROFILES / "heap.pprof"
GOROUTINES = PROFILES / "goroutine.pprof"
LEAKS = {"heap-growth", "goroutine-leak", "goroutines-blocked"}


@pytest.fixture
def program() -> Iterator[str]:
    """The address of a program that answers as net/http/pprof does, with the example's heap profile."""
    pages = {"/debug/pprof/": INDEX, "/debug/pprof/heap?gc=1": HEAP.read_bytes()}
    yield from served(pages.get)


async def test_a_program_says_what_it_offers_and_its_heap_is_shown(start: Start, program: str) -> None:
    editor = await start()
    offered = (await editor.run("endpoints", url=program))["kinds"]
    assert [(kind["kind"], kind["needsSeconds"]) for kind in offered][:2] == [
        ("heap", False),
        ("heap, over time", True),
    ]
    answer = await editor.run("load", source=offered[0]["url"])
    assert answer["profile"]["kind"] == "heap"
    await editor.open("internal/cache/cache.go")
    assert (await editor.run("status"))["source"] == offered[0]["url"]


async def test_a_program_that_has_no_such_profile_is_told_in_one_sentence(start: Start, program: str) -> None:
    editor = await start()
    with pytest.raises(JsonRpcException, match=r"has no profile mutex \(404\)\.$"):
        await editor.run("load", source=f"http://{program}/debug/pprof/mutex")
    with pytest.raises(JsonRpcException, match=r"^[^\n]*\.$"):
        await editor.run("load", source="http://127.0.0.1:1/debug/pprof/heap")
    assert (await editor.run("status"))["profile"] is None


@pytest.fixture
def leaking() -> Iterator[str]:
    """A program that answers with the captures of the example's series, one after the other, the last one for ever."""
    series = [(PROFILES / f"series/heap-{i}.pprof").read_bytes() for i in range(1, 7)]

    def page(path: str) -> bytes | None:
        if path == "/debug/pprof/heap?gc=1":
            return series.pop(0) if len(series) > 1 else series[0]
        return GOROUTINES.read_bytes() if path == "/debug/pprof/goroutine" else None

    yield from served(page)


async def test_a_watched_program_that_leaks_is_told_on_the_line_until_the_watch_is_stopped(
    start: Start, leaking: str
) -> None:
    editor = await start()
    await editor.run("watch", url=leaking, intervalSeconds=0.5)
    await editor.open("internal/cache/cache.go")

    async def codes() -> set[object]:
        return {found.code for found in editor.client.diagnostics.get(editor.uri("internal/cache/cache.go"), ())}

    async def grows() -> bool:
        return "heap-growth" in await codes()

    await editor.eventually(grows)
    now = await editor.run("status")
    assert now["watching"] == f"http://{leaking}/debug/pprof/"
    assert "goroutines" in now["trend"]
    growth = next(finding for finding in now["findings"] if finding["code"] == "heap-growth")
    assert growth["uri"] == editor.uri("internal/cache/cache.go")
    assert "cache.newSession" in growth["message"]
    assert growth["chart"].startswith("▁")
    assert growth["ends"].count(" at ") == 2
    hover = await editor.hover("internal/cache/cache.go", growth["line"]) or ""
    assert re.search(
        r"^In use grew \S+ [kM]B ± \S+ [kM]B a minute over \d snapshots, never shrank, ", hover, re.MULTILINE
    )

    shown = await editor.drawn("internal/cache/cache.go")
    await editor.run("save", path="capture.pprof")
    assert (editor.root / "capture.pprof").stat().st_size
    await editor.run("unwatch")
    after = await editor.run("status")
    assert (after["watching"], after["findings"], await codes() & LEAKS) == (None, [], set())
    assert await editor.drawn("internal/cache/cache.go") == shown


@pytest.fixture
def late() -> Iterator[str]:
    """A program of which the runtime proves no leak at first, however often it is asked, and then one."""
    proofs = [b"goroutineleak profile: total 0\n"] * 2 + [(PROFILES / "goroutineleak.pprof").read_bytes()]

    def page(path: str) -> bytes | None:
        match path.rpartition("/")[2]:
            case "heap?gc=1":
                return HEAP.read_bytes()
            case "goroutine":
                return GOROUTINES.read_bytes()
            case "goroutineleak":
                return proofs.pop(0) if len(proofs) > 1 else proofs[0]
        return None

    yield from served(page)


async def test_what_a_last_look_proves_is_said_when_the_watch_is_stopped(start: Start, late: str) -> None:
    editor = await start()
    await editor.run("watch", url=late, intervalSeconds=600)
    assert (await editor.run("status"))["findings"] == []
    stopped = await editor.run("unwatch")
    assert {(found["code"], found["grade"]) for found in stopped["findings"]} == {("goroutine-leak", "proved")}
    said = [message.message for message in editor.client.messages]
    assert any(told.startswith("The last look before the watch ended found goroutine-leak in ") for told in said)
    after = await editor.run("status")
    assert (after["watching"], after["findings"]) == (None, [])
    assert any("When the watch ended at " in told and "goroutine-leak" in told for told in after["lookedAt"])


@pytest.fixture
def repaired() -> threading.Event:
    """Set once the leak of the program is repaired."""
    return threading.Event()


@pytest.fixture
def repairable(repaired: threading.Event) -> Iterator[str]:
    """A program that leaks a goroutine until it is repaired; each of its captures is ten seconds after the last one."""
    rounds = itertools.count(1)

    def page(path: str) -> bytes | None:
        now = next(rounds)
        match path.rpartition("/")[2]:
            case "heap?gc=1":
                return message(heap(10 * now, f"main.put main.go:3 = 8: {now} {now}"))
            case "goroutine":
                return message(goroutines(10 * now, "main.ask main.go:20 = 1"))
            case "goroutineleak":
                leaked = "" if repaired.is_set() else "main.ask main.go:20 = 1"
                return message(goroutines(10 * now, leaked, kind="goroutineleak"))
        return None

    yield from served(page)


async def test_after_the_repair_watching_again_says_that_the_leak_is_gone_and_since_when(
    start: Start, repairable: str, repaired: threading.Event
) -> None:
    editor = await start()
    await editor.run("watch", url=repairable, intervalSeconds=0.5)
    assert [found["grade"] for found in (await editor.run("status"))["findings"]] == ["proved"]
    await editor.run("unwatch")
    repaired.set()
    await editor.run("watch", url=repairable, intervalSeconds=0.5)

    async def is_gone() -> bool:
        told = (await editor.run("status")).get("lookedAt") or ()
        gone = r"goroutine-leak in main\.ask \(main\.go:20\), last told at [\d:]{8}, is gone: nothing of it since [\d:]"
        return any(re.match(gone, sentence) for sentence in told)

    await editor.eventually(is_gone)
    assert (await editor.run("status"))["findings"] == []


async def test_a_watch_goes_on_once_a_forwarded_port_that_broke_is_back(start: Start) -> None:
    pages = {"/debug/pprof/heap?gc=1": HEAP.read_bytes(), "/debug/pprof/goroutine": GOROUTINES.read_bytes()}
    forwarded = contextmanager(served)
    editor = await start()
    with forwarded(pages.get) as url:
        await editor.run("watch", url=url, intervalSeconds=0.5)

    async def is_broken() -> bool:
        return "Nothing listens at" in ((await editor.run("status")).get("failure") or "")

    async def is_back() -> bool:
        status = await editor.run("status")
        return not status.get("failure") and any("It did not answer from" in told for told in status["lookedAt"])

    await editor.eventually(is_broken)
    with forwarded(pages.get, int(url.rpartition(":")[2])):
        await editor.eventually(is_back)
        assert (await editor.run("status"))["watching"]


@pytest.fixture
def mute() -> Iterator[str]:
    """A program that gives its heap once."""
    heaps = [HEAP.read_bytes()]
    yield from served(lambda path: heaps.pop() if path.endswith("heap?gc=1") and heaps else None)


async def test_a_watch_of_a_program_that_no_longer_answers_is_stopped_all_the_same(start: Start, mute: str) -> None:
    editor = await start()
    await editor.run("watch", url=mute, intervalSeconds=600)
    assert (await editor.run("unwatch"))["findings"] == []
    assert (await editor.run("status"))["watching"] is None


async def test_a_watched_program_is_shown_whole(start: Start, leaking: str) -> None:
    editor = await start()
    await editor.run("watch", url=leaking, intervalSeconds=60)
    await editor.run("showPage")
    assert [asked.external for asked in editor.client.shown_documents] == [True]


async def test_a_watch_says_what_it_looked_at_and_why_it_has_no_proof(start: Start, leaking: str) -> None:
    editor = await start()
    await editor.run("watch", url=leaking, intervalSeconds=0.5)
    captures, proof = [line for line in (await editor.run("status"))["lookedAt"] if "Growth" not in line][:2]
    assert re.match(r"Looked at \d+ captures?( over \d+ seconds?)?: \S+ in use and \d+ goroutines", captures)
    assert proof.startswith("The runtime's own proof of leaked goroutines was not to be had: ")
    await editor.run("unwatch")
    assert (await editor.run("status")).get("lookedAt") is None


@pytest.fixture
def heapless() -> Iterator[str]:
    """A program that lets nobody have its heap."""
    pages = {"goroutine": GOROUTINES, "goroutineleak": PROFILES / "goroutineleak.pprof"}
    given = {f"/debug/pprof/{kind}": path.read_bytes() for kind, path in pages.items()}
    yield from served(given.get)


async def test_a_program_without_a_heap_profile_is_watched_for_its_goroutines(start: Start, heapless: str) -> None:
    editor = await start()
    await editor.run("watch", url=heapless, intervalSeconds=0.5)
    now = await editor.run("status")
    assert now["profile"]["kind"] == "goroutine"
    assert {found["grade"] for found in now["findings"]} == {"proved"}
    assert any("has no profile heap (404)" in message.message for message in editor.client.messages)


async def test_a_program_that_does_not_answer_is_not_watched(start: Start) -> None:
    editor = await start()
    with pytest.raises(JsonRpcException, match=r"^[^\n]*\.$"):
        await editor.run("watch", url="127.0.0.1:1", intervalSeconds=1)
    assert (await editor.run("status"))["watching"] is None


async def test_a_watch_goes_on_where_another_one_cannot_begin(start: Start, leaking: str) -> None:
    editor = await start()
    await editor.run("watch", url=leaking, intervalSeconds=0.5)
    with pytest.raises(JsonRpcException):
        await editor.run("watch", url="127.0.0.1:1", intervalSeconds=1)
    assert (await editor.run("status"))["watching"] == f"http://{leaking}/debug/pprof/"


async def test_a_watch_goes_on_until_something_else_is_loaded(start: Start, leaking: str) -> None:
    editor = await start()
    await editor.run("watch", url=leaking, intervalSeconds=0.5)
    for source in ("absent.pprof", "go.mod", "ftp://host/heap"):
        with pytest.raises(JsonRpcException):
            await editor.run("load", source=source)
    watching = await editor.run("status")
    assert (watching["watching"], watching["source"]) == (f"http://{leaking}/debug/pprof/",) * 2

    async def grows() -> bool:
        return any(finding["code"] == "heap-growth" for finding in (await editor.run("status"))["findings"])

    await editor.eventually(grows)
    await editor.run("load", source=HEAP.as_uri())
    loaded = await editor.run("status")
    assert (loaded["watching"], loaded["source"]) == (None, HEAP.as_uri())


@pytest.fixture
def vanishing() -> Iterator[str]:
    """A program that answers one round of a watch, and nothing after that."""
    pages = {"/debug/pprof/heap?gc=1": HEAP.read_bytes(), "/debug/pprof/goroutine": GOROUTINES.read_bytes()}
    yield from served(lambda path: pages.pop(path, None))


async def test_a_watch_ends_after_ten_failures_and_its_figures_stay(start: Start, vanishing: str) -> None:
    editor = await start()
    await editor.run("watch", url=vanishing, intervalSeconds=0.5)
    await editor.open("internal/cache/cache.go")
    shown = await editor.drawn("internal/cache/cache.go")
    await editor.told("The watch ended after 10 failures in a row; the last: ")
    assert (await editor.run("status"))["watching"] is None
    assert await editor.drawn("internal/cache/cache.go") == shown != ""


@pytest.fixture
def asked() -> list[str]:
    """What was asked of a program."""
    return []


@pytest.fixture
def counting(asked: list[str]) -> Iterator[str]:
    """A program that answers a watch."""
    pages = {"/debug/pprof/heap?gc=1": HEAP.read_bytes(), "/debug/pprof/goroutine": GOROUTINES.read_bytes()}

    def page(path: str) -> bytes | None:
        asked.append(path)
        return pages.get(path)

    yield from served(page)


@pytest.fixture
def silent() -> Iterator[str]:
    """A program that is asked and never answers."""
    answered = threading.Event()

    def page(_: str) -> None:
        answered.wait(20)

    serving = served(page)
    yield next(serving)
    answered.set()
    next(serving, None)


async def test_of_watches_that_are_asked_for_at_once_only_the_last_goes_on_until_something_is_loaded(
    start: Start, counting: str, asked: list[str]
) -> None:
    editor = await start()
    watches = [editor.run("watch", url=counting, intervalSeconds=0.5) for _ in range(3)]
    answers = await asyncio.gather(*watches, return_exceptions=True)
    assert [isinstance(answer, Exception) for answer in answers] == [True, True, False]
    assert (await editor.run("status"))["watching"]
    await editor.run("load", source="profiles/heap.pprof")
    await asyncio.sleep(0.2)  # what was on its way
    asked.clear()
    await asyncio.sleep(1.2)
    assert asked == []


async def test_a_watch_that_waits_for_its_program_is_ended_by_a_load(start: Start, silent: str) -> None:
    editor = await start()
    watch = asyncio.ensure_future(editor.run("watch", url=silent))
    await asyncio.sleep(0.1)
    await editor.run("load", source="profiles/heap.pprof")
    with pytest.raises(JsonRpcException, match="Cancelled"):
        await asyncio.wait_for(watch, 30)


async def test_a_watch_is_ended_by_a_profile_of_the_settings(start: Start, counting: str) -> None:
    editor = await start()
    await editor.run("watch", url=counting, intervalSeconds=0.5)
    editor.client.set_configuration({"pprofLens": {"profile": "profiles/cpu.pprof"}})
    editor.client.workspace_did_change_configuration(types.DidChangeConfigurationParams(None))

    async def is_ended() -> bool:
        status = await editor.run("status")
        return status["watching"] is None and status["source"].endswith("cpu.pprof")

    await editor.eventually(is_ended)


async def test_what_was_fetched_is_told_from_a_file_that_stays(start: Start, program: str) -> None:
    editor = await start()
    told = []
    for source in (f"http://{program}", "profiles/heap.pprof"):
        await editor.run("load", source=source)
        told.append((await editor.run("status"))["captured"])
    assert told == [True, False]
