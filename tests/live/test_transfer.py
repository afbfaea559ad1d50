"""One exchange, on a loopback that behaves badly: each fault ends in one sentence, and nothing waits for ever."""

import gzip
import socket
import threading
import time
import tracemalloc
from contextlib import suppress
from itertools import pairwise, repeat
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings, strategies

from loopback import Loopback, Script, answers, says, stays_silent_after
from pprof_lens.live.address import parse
from pprof_lens.live.errors import FetchError, UnreachableError
from pprof_lens.live.transfer import Limits, Progress, get
from pprof_lens.profile.errors import Cancelled

LIMITS = Limits(bytes=1000, total=30, stall=30)
HEAD = "HTTP/1.1 200 OK\nContent-Type: application/octet-stream\n"


def body(place: str, limits: Limits = LIMITS) -> bytes:
    return get(parse(f"http://{place}/heap"), headers={}, limits=limits).body


def sentence(place: str, limits: Limits = LIMITS) -> str:
    """What a user reads when this transfer fails; the server is called HOST."""
    with pytest.raises(FetchError) as caught:
        body(place, limits)
    return str(caught.value).replace(place, "HOST")


class Hostile:
    """Says anything, another thing at each connection."""

    def __init__(self, serve: Loopback) -> None:
        self.says = ""
        self.place = serve(self._answer)

    def _answer(self, connection: socket.socket) -> None:
        says(self.says)(connection)


@pytest.fixture
def hostile(serve: Loopback) -> Hostile:
    return Hostile(serve)


def test_a_body_arrives_as_it_was_sent(serve: Loopback) -> None:
    assert body(serve(answers(b"\x1f\x8b profile"))) == b"\x1f\x8b profile"


def test_a_body_in_chunks_arrives_as_it_was_sent(serve: Loopback) -> None:
    assert body(serve(says(f"{HEAD}Transfer-Encoding: chunked\n\n3\nabc\n2\nde\n0\n\n"))) == b"abcde"


def test_a_body_that_a_gateway_compressed_arrives_as_it_was(serve: Loopback) -> None:
    assert body(serve(zipped(gzip.compress(b"profile")))) == b"profile"


@pytest.mark.parametrize(
    ("sent", "told"),
    [
        (gzip.compress(bytes(1 << 20)), "HOST sends more than 1000 bytes; raise the setting"),
        (gzip.compress(b"profile")[:-9], "HOST says that its answer is gzip, and it is none that is whole."),
    ],
)
def test_a_compressed_body_is_bounded_and_whole(serve: Loopback, sent: bytes, told: str) -> None:
    assert sentence(serve(zipped(sent))).startswith(told)


def test_a_compressed_body_unfolds_in_proportion_to_its_size_whatever_the_limit(
    serve: Loopback, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pprof_lens.live.transfer._UNFOLDED", 1000)
    sent = gzip.compress(bytes(1 << 20))
    told = f"HOST answers with {len(sent)} bytes that unfold to more than {200 * len(sent)}."
    assert sentence(serve(zipped(sent)), Limits(bytes=1 << 30, total=30, stall=30)) == told


def zipped(content: bytes) -> Script:
    head = f"{HEAD}Content-Encoding: gzip\nContent-Length: {len(content)}\n\n"
    return says(head.replace("\n", "\r\n").encode() + content)


def test_nothing_is_set_aside_for_a_length_that_is_only_announced(serve: Loopback) -> None:
    announced = 1 << 40
    place = serve(
        says(f"{HEAD}Content-Length: {announced}\n\nabc"),
        says(f"{HEAD}Transfer-Encoding: chunked\n\n{announced:x}\nabc"),
    )
    tracemalloc.start()
    for _ in range(2):
        assert "broke off" in sentence(place, Limits(bytes=announced, most=announced, total=30, stall=30))
    assert tracemalloc.get_traced_memory()[1] < 10_000_000
    tracemalloc.stop()


@pytest.mark.parametrize("sent", [gzip.compress(bytes(1 << 19)), bytes(1001)], ids=["folded", "flat"])
def test_no_more_is_taken_than_most_whatever_the_setting_says(serve: Loopback, sent: bytes) -> None:
    limits = Limits(bytes=1 << 40, most=1000, total=30, stall=30)
    assert sentence(serve(zipped(sent) if sent[0] else says(f"{HEAD}\n{sent.decode()}")), limits) == (
        "HOST sends more than 1000 bytes."
    )


def test_a_body_in_tiny_chunks_takes_no_more_than_its_own_size(serve: Loopback) -> None:
    count = 100_000
    place = serve(says(f"{HEAD}Transfer-Encoding: chunked\n\n" + "2\nab\n" * count + "0\n\n"))
    tracemalloc.start()
    reply = get(parse(place), headers={}, limits=Limits(bytes=10 * count))
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert reply.body == b"ab" * count
    assert most < 30 * count  # what the server makes of it is in that


@pytest.mark.parametrize(
    "said", [f"-1\n{'x' * 10**6}", f"7fffffff\n{'x' * 10**6}", "2\nab\n" * 10**5], ids=["negative", "large", "tiny"]
)
def test_of_a_refusal_that_never_ends_only_the_beginning_is_read(serve: Loopback, said: str) -> None:
    place = serve(says(f"HTTP/1.1 404 Not Found\nTransfer-Encoding: chunked\n\n{said}"))
    read: list[int] = []
    with suppress(FetchError):
        get(parse(place), headers={}, limits=LIMITS, progress=lambda far: read.append(far.bytes))
    assert max(read) < 10**5


def test_a_program_at_a_socket_file_is_asked(tmp_path: Path) -> None:
    path = tmp_path / "app.sock"
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(str(path))
        listening.listen()

        def serve_one() -> None:
            connection, _ = listening.accept()
            with connection:
                connection.recv(4096)
                answers(b"abc")(connection)

        server = threading.Thread(target=serve_one)
        server.start()
        assert get(parse(f"unix:{path}"), headers={}, limits=LIMITS).body == b"abc"
        server.join()
    with pytest.raises(UnreachableError, match=r"Nothing listens at .*app\.sock: the connection was refused"):
        get(parse(f"unix:{path}"), headers={}, limits=LIMITS)


def test_a_body_that_ends_with_the_connection_arrives_as_it_was_sent(serve: Loopback) -> None:
    assert body(serve(says(f"{HEAD}\nabc"))) == b"abc"


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ("", "HOST closed the connection without an answer."),
        ("220 mail.example ESMTP\n", "HOST does not answer in HTTP."),
        (f"{HEAD}Content-Length: 9\n\nabc", "The connection to HOST broke off"),
        (f"{HEAD}Transfer-Encoding: chunked\n\n5\nabc", "The connection to HOST broke off"),
        (f"{HEAD}Transfer-Encoding: chunked\n\n3\nabc\n", "The connection to HOST broke off"),
        (f"{HEAD}Transfer-Encoding: chunked\n\n-5\nabc\n0\n\n", "The connection to HOST broke off"),
        (f"{HEAD}Transfer-Encoding: chunked\n\n0x3\nabc\n0\n\n", "The connection to HOST broke off"),
        (f"{HEAD}Transfer-Encoding: chunked\n\n3\nabcd\n0\n\n", "The connection to HOST broke off"),
        (f"{HEAD}Transfer-Encoding: chunked\n\n7fffffffffffffff\nabc", "The connection to HOST broke off"),
        (f"{HEAD}Transfer-Encoding: chunked\n\n{'0' * 5000}\n", "The connection to HOST broke off"),
        (f"{HEAD}Content-Length: 2147483648\n\nabc", "HOST sends more than 1000 bytes"),
        (f"{HEAD}\n" + "x" * 1001, "HOST sends more than 1000 bytes"),
        (f"{HEAD}Transfer-Encoding: chunked\n\n7d0\n" + "x" * 2000, "HOST sends more than 1000 bytes"),
        ("HTTP/1.1 302 Found\nLocation: file:///etc/passwd\n\n", "HOST redirects to something that is not a web"),
        ("HTTP/1.1 302 Found\nLocation: http://evil.example/\n\n", "HOST redirects to http://evil.example"),
        ("HTTP/1.1 302 Found\nLocation: /heap\n\n", "HOST redirects in a circle."),
    ],
)
def test_a_fault_ends_in_one_sentence(serve: Loopback, said: str, told: str) -> None:
    assert sentence(serve(says(said))).startswith(told)


def test_a_server_killed_in_the_middle_of_a_body_is_told_by_how_far_it_came(serve: Loopback) -> None:
    def die(connection: socket.socket) -> None:
        connection.sendall(f"{HEAD}Content-Length: 900\n\nabc".replace("\n", "\r\n").encode())
        # no farewell: the connection is reset, as by a process that was killed
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
        connection.close()

    assert "nothing was loaded" in sentence(serve(die)) or "without an answer" in sentence(serve(die))


def test_a_redirect_on_the_same_host_is_followed(serve: Loopback) -> None:
    place = serve(says("HTTP/1.1 307 Temporary Redirect\nLocation: /other\n\n"), answers(b"abc"))
    assert body(place) == b"abc"
    assert [request.split()[1] for request in serve.requests] == ["/heap", "/other"]


def test_a_stalled_server_is_given_up(serve: Loopback) -> None:
    place = serve(stays_silent_after(b"HTTP/1.1 200 OK\r\nContent-Length: 900\r\n\r\nabc"))
    assert sentence(place, Limits(bytes=1000, stall=0.2)) == "HOST sent nothing for 0.2 seconds and was given up."


def test_a_program_that_collects_may_be_silent_longer(serve: Loopback) -> None:
    place = serve(stays_silent_after(b""))
    assert "0.3 seconds" in sentence(place, Limits(bytes=1000, quiet=60, stall=0.1, total=0.3))


def test_a_trickle_is_given_up_when_the_time_is_up(serve: Loopback) -> None:
    done = threading.Event()

    def trickle(connection: socket.socket) -> None:
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 900\r\n\r\n")
        for byte in repeat(b"x", 900):
            connection.sendall(byte)
            if done.wait(0.05):
                return

    told = sentence(serve(trickle), Limits(bytes=1000, total=0.4, stall=0.3))
    done.set()
    assert told == "HOST was not done after 0.4 seconds and was given up."


def test_a_transfer_is_cancelled_while_the_server_is_silent(serve: Loopback) -> None:
    asked = iter([False, False, True])
    with pytest.raises(Cancelled):
        get(
            parse(serve(stays_silent_after(b""))),
            headers={},
            limits=LIMITS,
            cancelled=lambda: next(asked),
        )


def test_progress_tells_the_bytes_and_the_time_that_the_program_still_collects(serve: Loopback) -> None:
    told: list[Progress] = []
    get(parse(serve(answers(b"abc"))), headers={}, limits=Limits(bytes=9, quiet=60), progress=told.append)
    assert 59 < told[0].seconds_left <= 60
    assert told[0].bytes == 0
    assert told[-1].bytes > len("abc")
    assert told[-1].seconds_left == 0


def test_progress_is_told_ten_times_a_second_however_many_pieces_come(serve: Loopback) -> None:
    told: list[float] = []
    count = 1 << 24
    place = serve(answers(bytes(count)))
    get(parse(place), headers={}, limits=Limits(bytes=count), progress=lambda _: told.append(time.monotonic()))
    between = [after - before for before, after in pairwise(told)][:-1]
    assert all(seconds > 0.099 for seconds in between)


def test_nothing_listening_is_told() -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        place = f"127.0.0.1:{free.getsockname()[1]}"
    assert sentence(place) == "Nothing listens at HOST: the connection was refused."


def test_a_name_that_nobody_has_is_told() -> None:
    assert "There is no host nobody.invalid" in sentence("nobody.invalid:6060")


def test_a_server_without_tls_is_told(serve: Loopback) -> None:
    with pytest.raises(UnreachableError, match="does not speak TLS"):
        get(parse("https://" + serve(says("HTTP/1.1 400 Bad Request\n\n"))), headers={}, limits=LIMITS)


def test_headers_are_sent_and_replace_our_own(serve: Loopback) -> None:
    get(parse(serve(answers(b"abc"))), headers={"User-Agent": "me", "X-Scope": "tenant"}, limits=LIMITS)
    assert "user-agent: me\r\n" in serve.requests[0]
    assert "x-scope: tenant\r\n" in serve.requests[0]


PIECES = (
    *("HTTP/1.1 ", "200 OK\n", "302 Found\n", "500 x\n", "Location: ", "http://", "[::", "//a:b@c:99999", "\n", "\0"),
    *("Content-Length: ", "Transfer-Encoding: chunked\n", "3\nabc\n", "-1", "99999999999", "0\n\n", "\xff"),
)


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(pieces=strategies.lists(strategies.sampled_from(PIECES), max_size=12))
def test_whatever_a_server_says_is_a_reply_or_one_sentence(hostile: Hostile, pieces: list[str]) -> None:
    hostile.says = "".join(pieces)
    told = ""
    try:
        get(parse(hostile.place), headers={}, limits=LIMITS)
    except FetchError as error:
        told = str(error)
    assert told.isprintable()


@pytest.mark.parametrize("header", [{"X": "a\r\nY: b"}, {"X\r\nY": "b"}, {"": "b"}, {"X": "\u20ac"}])
def test_a_header_cannot_bring_another(serve: Loopback, header: dict[str, str]) -> None:
    with pytest.raises(FetchError, match=r"pprofLens\.http\.headers"):
        get(parse(serve(answers(b"abc"))), headers=header, limits=LIMITS)
    assert not any(serve.requests)


class TestProxy:
    """The environment names proxies; the loopback here plays one."""

    def test_http_goes_through_the_proxy(self, serve: Loopback, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("http_proxy", f"http://me:secret@{serve(answers(b'abc'))}")
        assert body("host.example") == b"abc"
        assert serve.requests[0].startswith("GET http://host.example/heap HTTP/1.1\r\nhost: host.example\r\n")
        assert "proxy-authorization: Basic bWU6c2VjcmV0\r\n" in serve.requests[0]

    def test_https_goes_through_a_tunnel(self, serve: Loopback, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("https_proxy", serve(says("HTTP/1.1 403 Forbidden\n\n")))
        with pytest.raises(FetchError, match=r"The proxy .* refuses to connect to host\.example:443 \(403\)\."):
            get(parse("https://host.example/heap"), headers={}, limits=LIMITS)
        assert serve.requests[0].startswith("CONNECT host.example:443 HTTP/1.1\r\n")

    def test_loopback_never_does(self, serve: Loopback, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("http_proxy", "http://proxy.invalid:3128")
        assert body(serve(answers(b"abc"))) == b"abc"

    def test_a_host_that_the_environment_excepts_does_not(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("http_proxy", "http://proxy.invalid:3128")
        monkeypatch.setenv("no_proxy", "host.invalid")
        assert "There is no host HOST" in sentence("host.invalid")

    def test_another_kind_of_proxy_is_refused(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("http_proxy", "socks5://localhost:1080")
        assert "The proxy that the environment names" in sentence("host.example")
