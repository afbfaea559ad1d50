"""What a program offers, and a profile of it: which URL is asked, and what is said where no profile comes."""

import pytest

from loopback import Loopback, answers
from pprof_lens.live.address import parse
from pprof_lens.live.endpoint import fetch, kinds, requested
from pprof_lens.live.errors import FetchError, MissingError

INDEX = b"""<html><head><title>/debug/pprof/</title></head><body>
<tr><td>3</td><td><a href='allocs?debug=1'>allocs</a></td></tr>
<tr><td>0</td><td><a href='cmdline?debug=1'>cmdline</a></td></tr>
<tr><td>7</td><td><a href='goroutine?debug=1'>goroutine</a></td></tr>
<tr><td>2</td><td><a href='my.org%2Fpool?debug=1'>my.org/pool</a></td></tr>
<tr><td>0</td><td><a href='profile?debug=1'>profile</a></td></tr>
<tr><td>0</td><td><a href='trace?debug=1'>trace</a></td></tr>
<a href="goroutine?debug=2">full goroutine stack dump</a>
<a href="x/debug/pprof//home/me">no</a> <a href="a//b">no</a>
<a href="http://evil.example/heap">no</a> <a href="../secret">no</a> <a href="javascript:alert(1)">no</a> <a>no</a>
<a href="hid%E1%85%9Fden">no</a> <a href="hea%0Ap">no</a> <a href="hea%1B%5B31mp">no</a> <a href="hea%FFp">no</a>
</body></html>"""


def test_the_index_page_names_what_the_program_offers(serve: Loopback) -> None:
    place = serve(answers(INDEX, content_type="text/html"))
    offered = [
        f"{kind.name}: {kind.url.removeprefix(f'http://{place}')}{' (seconds)' if kind.needs_seconds else ''}"
        for kind in kinds(parse(place))
    ]
    assert offered == [
        "allocs: /debug/pprof/allocs",
        "allocs, over time: /debug/pprof/allocs (seconds)",
        "goroutine: /debug/pprof/goroutine",
        "my.org/pool: /debug/pprof/my.org/pool",
        "profile: /debug/pprof/profile (seconds)",
    ]


def test_each_kind_has_a_sentence(serve: Loopback) -> None:
    found = kinds(parse(serve(answers(INDEX, content_type="text/html"))))
    assert all(kind.description.endswith(".") for kind in found)


def test_the_url_of_a_profile_offers_that_one_and_asks_nothing() -> None:
    assert [kind.name for kind in kinds(parse("nobody.invalid/debug/pprof/heap"))] == ["heap"]


@pytest.mark.parametrize(
    ("address", "seconds", "target"),
    [
        ("h:1", None, "/debug/pprof/heap?gc=1"),
        ("h:1/debug/pprof/heap?gc=0", None, "/debug/pprof/heap?gc=0"),
        ("h:1/debug/pprof/heap", 5, "/debug/pprof/heap?seconds=5"),
        ("h:1/debug/pprof/profile?seconds=30", 5, "/debug/pprof/profile?seconds=5"),
        ("h:1/debug/pprof/goroutine", None, "/debug/pprof/goroutine"),
    ],
)
def test_a_heap_profile_of_the_present_comes_after_a_garbage_collection(
    address: str, seconds: int | None, target: str
) -> None:
    assert requested(parse(address), seconds).target == target


@pytest.mark.parametrize(
    ("path", "answer", "told"),
    [
        ("/debug/pprof/heap", answers(b"404", status="404 Not Found"), "has no profile heap (404)."),
        ("/dev/pprof/heap", answers(b"", status="404 Not Found"), "has no profile heap at /dev/pprof/ (404)."),
        (
            "/debug/pprof/goroutineleak",
            answers(b"Unknown profile", status="404 Not Found"),
            "has no profile goroutineleak (404): Go has it since 1.27, and in 1.26 if built with GOEXPERIMENT=",
        ),
        ("/debug/pprof/heap", answers(b"", status="401 Unauthorized"), "does not let us in (401);"),
        ("/debug/pprof/heap", answers(b"", status="403 Forbidden"), "does not let us in (403);"),
        (
            "/debug/pprof/profile",
            answers(
                b"Could not enable CPU profiling: cpu profiling already in use\nmore\n",
                status="500 Internal Server Error",
                content_type="text/plain",
            ),
            "answers with an error (500): Could not enable CPU profiling: cpu profiling already in use.",
        ),
        (
            "/debug/pprof/heap",
            answers(
                "a\x1b[31m\u202e\u115f\u200b\ufe0f\r\nmore".encode() + b"\xff",
                status="500 Internal Server Error",
                content_type="text/plain",
            ),
            "answers with an error (500): a�[31m����.",
        ),
        ("/debug/pprof/heap", answers(b"<b>", status="502 Bad Gateway", content_type="text/html"), "error (502)."),
        ("/", answers(b"<!DOCTYPE html><p>Log in", content_type="text/html"), "answers with an HTML page"),
        ("/x", answers(b"  <HTML>", content_type="text/plain"), "answers with an HTML page"),
        ("/x", answers(b""), "answers with nothing."),
    ],
)
def test_what_is_no_profile_is_told_in_one_sentence(serve: Loopback, path: str, answer: object, told: str) -> None:
    with pytest.raises(FetchError) as caught:
        fetch(parse(serve(answer) + path), limit=1000)  # type: ignore[arg-type]
    assert told in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_program_without_an_index_is_told(serve: Loopback) -> None:
    with pytest.raises(MissingError, match="does the program import net/http/pprof"):
        kinds(parse(serve(answers(b"404 page not found", status="404 Not Found"))))


def test_of_a_page_without_end_only_the_beginning_is_looked_through(serve: Loopback) -> None:
    link = b"<a href='heap?debug=1'>heap</a>"
    address = parse(serve(answers(link + b"<" * 1000), answers(b"<" * (1 << 18) + link)))
    assert kinds(address)[0].name == "heap"
    with pytest.raises(FetchError, match="is not the index page"):
        kinds(address)


def test_another_page_is_not_taken_for_an_index(serve: Loopback) -> None:
    with pytest.raises(FetchError, match="is not the index page"):
        kinds(parse(serve(answers(b"<a href='/login'>Log in</a>", content_type="text/html"))))
