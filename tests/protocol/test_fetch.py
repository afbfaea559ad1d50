"""Profiles of a running program, fetched over the wire: what it offers, what is shown, what is told."""

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from pygls.exceptions import JsonRpcException

from editor import Start

INDEX = b"<html><a href='heap?debug=1'>heap</a> <a href='profile?debug=1'>profile</a></html>"
HEAP = Path(__file__).parent.parent.parent / "examples/leaky/profiles/heap.pprof"


@pytest.fixture
def program() -> Iterator[str]:
    """The address of a program that answers as net/http/pprof does, with the example's heap profile."""

    class Answers(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            pages = {"/debug/pprof/": INDEX, "/debug/pprof/heap?gc=1": HEAP.read_bytes()}
            self.send_response(200 if self.path in pages else 404)
            self.end_headers()
            self.wfile.write(pages.get(self.path, b"404 page not found"))

        def log_message(self, *_: object) -> None: ...

    server = ThreadingHTTPServer(("127.0.0.1", 0), Answers)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


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
