"""Profiles that mean harm: nothing of them is rendered, run or followed, and each is told in one sentence."""

import asyncio
import gzip
from concurrent.futures import Future
from pathlib import Path

import pytest
from pygls.exceptions import JsonRpcException

from editor import Start

EVIL = "main.[run](command:workbench.action.terminal.new)<b>`x`$(zap)"


async def test_a_name_with_markup_is_shown_as_text(start: Start, workspace: Path) -> None:
    source = workspace / "app.go"
    source.write_text("package main\n\nfunc main() {\n\twork()\n}\n", encoding="utf-8")
    (workspace / "evil.txt").write_text(
        "goroutine profile: total 4\n3 @ 0x1000 0x2000\n"
        f"#\t0xfff\t{EVIL}+0x1\t{source}:4\n#\t0x1fff\tmain.main+0x1\t{source}:4\n\n"
        f"1 @ 0x3000 0x2000\n#\t0x2fff\tmain.work+0x1\twork.go:4\n#\t0x1fff\tmain.main+0x1\t{source}:4\n",
        encoding="utf-8",
    )
    editor = await start()
    await editor.run("load", source="evil.txt")
    await editor.open("app.go")
    hover = await editor.hover("app.go", 3)
    assert hover is not None
    outside = "".join(hover.split("```")[::2])
    assert "command:" not in outside
    assert "<b>" not in outside
    assert hover.count("```") == 2 * hover.count("```text")


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "empty"),
        (b"hello\n", "not a"),
        (b"\x1f\x8b", "too early|cut short|damaged"),
        (gzip.compress(b""), "empty"),
        (gzip.compress(bytes(64 << 20)), "larger than"),
        (b"\x7fELF\x02\x01\x01" + bytes(100), "program|binary|executable|not a"),
        (b"<!doctype html><html></html>", "HTML|not a"),
    ],
)
async def test_what_is_no_profile_is_told_and_nothing_is_lost(
    start: Start, workspace: Path, content: bytes, said: str
) -> None:
    editor = await start(**{"limits.profileBytes": 16 << 20})
    await editor.run("load", source="profiles/heap.pprof")
    (workspace / "bad.pprof").write_bytes(content)
    with pytest.raises(JsonRpcException, match=rf"(?i)^[^\n]*({said})[^\n]*\.$"):
        await editor.run("load", source="bad.pprof")
    assert (await editor.run("status"))["source"] == "profiles/heap.pprof"


@pytest.mark.parametrize("path", ["/etc/passwd", "../../../../etc/passwd", "/proc/self/environ", "/dev/zero"])
async def test_a_path_of_a_profile_is_not_read_outside_of_the_workspace(
    start: Start, workspace: Path, path: str
) -> None:
    (workspace / "evil.txt").write_text(
        f"goroutine profile: total 1\n1 @ 0x1000\n#\t0xfff\tmain.main+0x1\t{path}:1\n", encoding="utf-8"
    )
    editor = await start()
    await editor.run("load", source="evil.txt")
    (file,) = (await editor.run("paths"))["files"]
    assert file["how"] == "unresolved"
    assert "uri" not in file


@pytest.mark.parametrize("params", [{}, {"textDocument": {"uri": 5}}, [1], None])
async def test_a_request_that_cannot_be_read_is_refused(start: Start, params: object) -> None:
    editor = await start()
    protocol = editor.client.protocol
    answer: Future[object] = Future()
    protocol._request_futures["odd"] = answer
    protocol._send_data({"jsonrpc": "2.0", "id": "odd", "method": "textDocument/hover", "params": params})
    with pytest.raises(JsonRpcException, match="The parameters of textDocument/hover are not those"):
        await asyncio.wait_for(asyncio.wrap_future(answer), 30)
    assert (await editor.run("status"))["profile"] is None


@pytest.mark.parametrize(
    ("command", "argument"),
    [
        ("load", {"source": "~nosuchuser/x"}),
        ("load", {"source": "file://[x"}),
        ("callTree", {"root": {"uri": "http://[", "line": 1}, "direction": "callers"}),
        ("top", {"by": "flat", "limit": 10**400}),
    ],
)
async def test_odd_arguments_are_refused_in_a_sentence(start: Start, command: str, argument: dict[str, object]) -> None:
    editor = await start(profile="profiles/heap.pprof")
    with pytest.raises(JsonRpcException, match=r"There is no file|says nothing about|must be a number") as refused:
        await editor.run(command, **argument)
    assert refused.value.code == -32803
