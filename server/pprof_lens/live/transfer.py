"""One HTTP GET that can be cancelled, is watched by the clock, and never takes more than it was allowed.

The standard library's client parses the protocol; what it reads from is our own, because its timeouts end a transfer
where ours must only look up: every wait is cut into tenths of a second, between which a cancel, the time limit and a
stalled server are noticed. TLS trusts the system's roots; proxies come from the environment, none for loopback.
Nothing is logged: headers and addresses hold secrets.
"""

import io
import ipaddress
import re
import socket
import ssl
import threading
import time
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from concurrent import futures
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException, HTTPResponse, IncompleteRead
from typing import NamedTuple, cast

from pprof_lens.live.address import Address, parse, redirected
from pprof_lens.live.errors import FetchError, UnreachableError
from pprof_lens.profile.decode import decompress
from pprof_lens.profile.errors import Cancelled, ProfileError, TooLarge
from pprof_lens.workspace.reading import read

_POLL = 0.1
_PIECE = 1 << 16
_CHUNK_HEAD = re.compile(rb"([0-9a-fA-F]{1,15})[ \t]*(?:;[^\r\n]*)?\r\n")
_LONGEST_CHUNK_HEAD = 1 << 12
_PEM = re.compile("-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----")
_OTHER_NAMES = (62, 64)  # X509_V_ERR_HOSTNAME_MISMATCH and X509_V_ERR_IP_ADDRESS_MISMATCH of OpenSSL
_MOST_REDIRECTS = 5
_LARGEST_CERTIFICATES = 1 << 24
_LONGEST_REFUSAL = 1 << 12
_UNFOLDED, _TIMES = 1 << 26, 200
"""Bytes to which any answer may unfold, and how many times its size a larger one; gzip can make a thousand times."""


MOST = 1 << 30
"""Bytes of an answer that are taken at most, whatever a setting says."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What a transfer may take: bytes of the body, and seconds.

    `bytes` are those that a setting allows, of which no more than `most` are taken, whatever it says.
    `total` is for all of it; `quiet` is how long the program is expected to say nothing before it begins to answer,
    and `stall` how much longer than that, or between two bytes later, it may be silent.
    """

    bytes: int
    most: int = MOST
    total: float = 120.0
    quiet: float = 0.0
    stall: float = 15.0
    connect: float = 10.0

    @property
    def taken(self) -> int:
        return min(self.bytes, self.most)


class Progress(NamedTuple):
    """How far a transfer is; `seconds_left` is how long the program will still collect before it answers.

    `piece` of `pieces`, from 1, is being transferred, where what is asked for comes in several.
    """

    bytes: int
    seconds_left: float
    piece: int = 1
    pieces: int = 1


class Reply(NamedTuple):
    """An answer to the end; of one that is no success, only the beginning of the body."""

    address: Address
    status: int
    content_type: str
    body: bytes
    retry_after: str = ""


def get(
    address: Address,
    *,
    headers: Mapping[str, str],
    limits: Limits,
    certificates: str = "",
    body: bytes | None = None,
    cancelled: Callable[[], bool] = lambda: False,
    progress: Callable[[Progress], None] = lambda _: None,
) -> Reply:
    """What the address answers to a GET, or to a POST of `body`; redirects are followed that lead to the same host.

    `certificates` is the path of a PEM file with what is trusted beside the system's roots. `cancelled` is asked at
    least and `progress` told at most ten times a second, and as each exchange ends. Raises FetchError, or Cancelled.
    """
    end, sent = time.monotonic() + limits.total, _Sent(headers, certificates, body)
    for _ in range(_MOST_REDIRECTS + 1):
        watch = _Watch(address.authority, limits, end, cancelled, progress)
        try:
            answer = _get_once(address, sent, limits, watch)
        finally:
            watch.tell()
        if isinstance(answer, Reply):
            return answer
        address = redirected(address, answer)
    raise FetchError(f"{address.authority} redirects in a circle.")


class _Sent(NamedTuple):
    """What a request has beside its address; with a `body` it is a POST."""

    headers: Mapping[str, str]
    certificates: str
    body: bytes | None


class _Watch:
    """The clock over one exchange; `look` is called between any two waits."""

    def __init__(
        self,
        peer: str,
        limits: Limits,
        end: float,
        cancelled: Callable[[], bool],
        progress: Callable[[Progress], None],
    ) -> None:
        self.bytes = 0
        self.peer = peer
        self._limits = limits
        self._end = end
        self._heard = time.monotonic() + limits.quiet
        self.cancelled = cancelled
        self._progress = progress
        self._tell_at = 0.0

    def look(self) -> None:
        """Raise Cancelled, or UnreachableError where the time is up; else tell the progress."""
        if self.cancelled():
            raise Cancelled
        now = time.monotonic()
        if now >= self._end:
            raise UnreachableError(f"{self.peer} was not done after {self._limits.total:g} seconds and was given up.")
        if now >= self._heard + self._limits.stall:
            raise UnreachableError(f"{self.peer} sent nothing for {self._limits.stall:g} seconds and was given up.")
        if now >= self._tell_at:
            self.tell()

    def tell(self) -> None:
        self._progress(Progress(self.bytes, max(0.0, self._heard - time.monotonic())))
        self._tell_at = time.monotonic() + _POLL  # an answer can come in pieces of a byte

    def received(self, count: int) -> None:
        self.bytes += count
        self._heard = time.monotonic()


class _Patient(io.RawIOBase):
    """Reads a socket, looking up at each turn. The timeouts of a socket's own file would make it unusable."""

    def __init__(self, sock: socket.socket, watch: _Watch) -> None:
        self._sock = sock
        self._watch = watch

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]  # Buffer has no name before 3.12
        while True:
            self._watch.look()
            try:
                count = self._sock.recv_into(buffer)
            except TimeoutError:
                continue
            self._watch.received(count)
            return count


class _Wire:
    """What HTTPConnection needs of a socket; it must not close it."""

    def __init__(self, sock: socket.socket, watch: _Watch) -> None:
        self._sock = sock
        self._watch = watch

    def sendall(self, data: bytes) -> None:
        self._watch.look()
        self._sock.sendall(data)

    def makefile(self, _mode: str) -> io.BufferedReader:
        return io.BufferedReader(_Patient(self._sock, self._watch))

    def close(self) -> None:
        pass


def _get_once(address: Address, asked: _Sent, limits: Limits, watch: _Watch) -> Reply | str:
    """The reply, or the place that a redirect names."""
    proxy = _proxy(address)
    sent = {
        "host": address.host_header,
        "user-agent": "pprof-lens",
        "accept-encoding": "identity",
        "connection": "close",
        **({"authorization": address.authorization} if address.authorization else {}),
        **{name.lower(): value for name, value in asked.headers.items()},
    }
    target = address.target
    if proxy is not None and address.scheme == "http":
        target = address.proxy_target
        sent.update(_proxy_authorization(proxy))
    with closing(_connected(address, proxy, limits, asked.certificates, watch)) as sock, _broken(watch):
        method = "GET" if asked.body is None else "POST"
        response = _asked(sock, (method, target), sent, watch, asked.body)
        location = response.headers.get("location")
        if response.status in (301, 302, 303, 307, 308) and location:
            return location
        body = _content(response, limits, watch) if response.status == 200 else _beginning(response)
        retry_after = response.headers.get("retry-after", "")
        return Reply(address, response.status, response.headers.get_content_type(), body, retry_after)


def _asked(
    sock: socket.socket,
    line: tuple[str, str],
    headers: Mapping[str, str],
    watch: _Watch,
    body: bytes | None = None,
) -> HTTPResponse:
    """The answer to a request of that method and target."""
    connection = HTTPConnection("unused")  # the socket is connected, and the headers name the host
    connection.sock = cast("socket.socket", _Wire(sock, watch))
    try:
        connection.request(*line, body=body, headers=headers)
    except (ValueError, UnicodeError):
        raise FetchError(
            "A header in the setting pprofLens.http.headers has characters that headers cannot have."
        ) from None
    return connection.getresponse()


def _content(response: HTTPResponse, limits: Limits, watch: _Watch) -> bytes:
    """What the body holds: some gateways compress what was asked for as it is."""
    body = _body(response, limits, watch)
    if response.headers.get("content-encoding", "").strip().lower() not in ("gzip", "x-gzip"):
        return body
    try:
        return unfolded(body, watch.peer, limit=limits.taken, cancelled=watch.cancelled)
    except TooLarge:
        raise _too_large(limits, watch) from None
    except FetchError:
        raise
    except ProfileError:
        raise FetchError(f"{watch.peer} says that its answer is gzip, and it is none that is whole.") from None


def unfolded(data: bytes, sender: str, *, limit: int, cancelled: Callable[[], bool]) -> bytes:
    """What gzip made of an answer, as `decompress` says it, which a profile never is out of all proportion to.

    Raises FetchError where it is, whatever the limit: a few bytes that are asked for again and again are cheap to send.
    """
    most = min(limit, max(_UNFOLDED, _TIMES * len(data)))
    try:
        return decompress(data, limit=most, cancelled=cancelled)
    except TooLarge:
        if most == limit:
            raise
        raise FetchError(f"{sender} answers with {len(data)} bytes that unfold to more than {most}.") from None


def refuse_bomb(data: bytes, sender: str, *, limit: int, cancelled: Callable[[], bool]) -> None:
    """Raise FetchError where `unfolded` does so; what else may be wrong with an answer says who reads it."""
    try:
        unfolded(data, sender, limit=limit, cancelled=cancelled)
    except FetchError:
        raise
    except ProfileError:
        return


def _body(response: HTTPResponse, limits: Limits, watch: _Watch) -> bytes:
    """The body, of which nothing is set aside before it comes, whatever length is announced."""
    if (response.length or 0) > limits.taken:
        raise _too_large(limits, watch)
    body = io.BytesIO()  # a piece can be of a few bytes, and as an object ten times as large
    for piece in _pieces(response, _PIECE):
        body.write(piece)
        if body.tell() > limits.taken:
            raise _too_large(limits, watch)
    if response.length:
        raise IncompleteRead(b"", response.length)
    return body.getvalue()


def _beginning(response: HTTPResponse) -> bytes:
    body = b""
    for piece in _pieces(response, _LONGEST_REFUSAL):
        body += piece
        if len(body) >= _LONGEST_REFUSAL:
            break
    return body[:_LONGEST_REFUSAL]


def _pieces(response: HTTPResponse, longest: int) -> Iterator[bytes]:
    return _chunks(response.fp) if response.chunked else iter(lambda: response.read(longest), b"")


def _too_large(limits: Limits, watch: _Watch) -> FetchError:
    way_out = "; raise the setting pprofLens.limits.profileBytes to load it" if limits.bytes < limits.most else ""
    return FetchError(f"{watch.peer} sends more than {limits.taken} bytes{way_out}.")


def _chunks(stream: io.BufferedIOBase) -> Iterator[bytes]:
    """The body in pieces of a transfer in chunks (RFC 9112, 7.1); what follows the last chunk is not read.

    The standard library takes a negative size, and reads to the end at once.
    """
    while True:
        head = _CHUNK_HEAD.fullmatch(stream.readline(_LONGEST_CHUNK_HEAD))
        if head is None:
            raise IncompleteRead(b"")
        left = int(head[1], 16)
        if not left:
            return
        while left:
            piece = stream.read(min(left, _PIECE))
            if not piece:
                raise IncompleteRead(b"", left)
            left -= len(piece)
            yield piece
        if stream.readline(2) != b"\r\n":
            raise IncompleteRead(b"")


@contextmanager
def _broken(watch: _Watch) -> Iterator[None]:
    """Say in our words how an exchange ended early."""
    try:
        yield
    except (IncompleteRead, OSError):
        if watch.bytes:
            raise UnreachableError(
                f"The connection to {watch.peer} broke off after {watch.bytes} bytes; nothing was loaded."
            ) from None
        raise UnreachableError(f"{watch.peer} closed the connection without an answer.") from None
    except HTTPException:
        raise FetchError(f"{watch.peer} does not answer in HTTP.") from None


def _connected(
    address: Address, proxy: Address | None, limits: Limits, certificates: str, watch: _Watch
) -> socket.socket:
    """A socket that a request can be written to: connected, through a proxy and with TLS where that is due."""
    if address.scheme == "http":
        return _connection(proxy or address, limits, watch)
    trust = _trust(certificates)
    try:
        return _secured(_tunnelled(address, proxy, limits, watch), address, trust, watch)
    except _OtherNameError as error:
        # The certificate is of another host: fine where it is the very one that was given.
        pinned = _trust(certificates)
        pinned.check_hostname = False
        sock = _secured(_tunnelled(address, proxy, limits, watch), address, pinned, watch)
        if sock.getpeercert(binary_form=True) not in _given(certificates):
            sock.close()
            raise FetchError(str(error)) from None
        return sock


def _tunnelled(address: Address, proxy: Address | None, limits: Limits, watch: _Watch) -> socket.socket:
    sock = _connection(proxy or address, limits, watch)
    if proxy is not None:
        with ExitStack() as undo:
            undo.callback(sock.close)
            _tunnel(sock, address, proxy, watch)
            undo.pop_all()
    return sock


def _connection(to: Address, limits: Limits, watch: _Watch) -> socket.socket:
    """Connect on a thread of its own, as looking up a name can neither be cut short nor cancelled."""
    future: futures.Future[socket.socket] = futures.Future()

    def connect() -> None:
        try:
            sock = _at_socket(to.socket, limits) if to.socket else _at_port(to, limits)
            sock.settimeout(_POLL)
            future.set_result(sock)
        except (OSError, UnicodeError) as error:
            future.set_exception(error)

    threading.Thread(target=connect, name="pprof-lens-connect", daemon=True).start()
    try:
        while not futures.wait((future,), _POLL).done:
            watch.look()
        return future.result()
    except (Cancelled, FetchError):
        future.add_done_callback(_close_late)
        raise
    except (socket.gaierror, UnicodeError):
        raise UnreachableError(f"There is no host {to.host}, or its name cannot be looked up.") from None
    except ConnectionRefusedError:
        raise UnreachableError(f"Nothing listens at {to.authority}: the connection was refused.") from None
    except TimeoutError:
        raise UnreachableError(f"{to.authority} did not answer in {limits.connect:g} seconds.") from None
    except OSError as error:
        raise UnreachableError(f"{to.authority} cannot be reached: {error.strerror or error}.") from None


def _at_port(to: Address, limits: Limits) -> socket.socket:
    return socket.create_connection((to.host, to.port), timeout=limits.connect)


def _at_socket(path: str, limits: Limits) -> socket.socket:
    family = getattr(socket, "AF_UNIX", None)
    if family is None:
        raise OSError(0, "this system has no sockets that are files")
    with ExitStack() as undo:
        sock = undo.enter_context(socket.socket(family))
        sock.settimeout(limits.connect)
        sock.connect(path)
        undo.pop_all()
        return sock


def _close_late(future: "futures.Future[socket.socket]") -> None:
    if future.exception() is None:
        future.result().close()


class _OtherNameError(FetchError):
    """The certificate is trusted and names another host."""


def _trust(certificates: str) -> ssl.SSLContext:
    """The system's roots and the certificates of that file. Raises FetchError where it has none."""
    context = ssl.create_default_context()
    if certificates:
        try:
            context.load_verify_locations(cadata=_text(certificates))
        except (OSError, ValueError):  # of TLS too
            raise FetchError(f"{certificates} is not a file of certificates in PEM form.") from None
        # A certificate that was given is an end of its own, whoever signed it and whether it may sign others.
        context.verify_flags |= ssl.VerifyFlags.VERIFY_X509_PARTIAL_CHAIN
        context.verify_flags &= ~ssl.VerifyFlags.VERIFY_X509_STRICT
    return context


def _given(certificates: str) -> frozenset[bytes]:
    """The certificates of that file as TLS sends them."""
    return frozenset(ssl.PEM_cert_to_DER_cert(found[0]) for found in _PEM.finditer(_text(certificates)))


def _text(certificates: str) -> str:
    """What is in that file. Raises OSError or ValueError as reading does."""
    return read(certificates, _LARGEST_CERTIFICATES)[0].decode("ascii", "replace")


def _secured(sock: socket.socket, address: Address, trust: ssl.SSLContext, watch: _Watch) -> ssl.SSLSocket:
    """TLS over the socket, which is closed where that fails."""
    with ExitStack() as undo:
        undo.callback(sock.close)
        try:
            secured = trust.wrap_socket(sock, server_hostname=address.host, do_handshake_on_connect=False)
        except (OSError, ValueError):  # such as a host name that no certificate can have
            raise UnreachableError(f"No TLS connection to {address.authority} can be made.") from None
        undo.callback(secured.close)
        while True:
            watch.look()
            try:
                secured.do_handshake()
            except TimeoutError:
                continue
            except ssl.SSLCertVerificationError as error:
                sentence = f"The certificate of {address.authority} is not trusted: {error.verify_message}."
                raise (_OtherNameError if error.verify_code in _OTHER_NAMES else FetchError)(sentence) from None
            except OSError:
                raise UnreachableError(f"{address.authority} does not speak TLS; try http:// instead.") from None
            undo.pop_all()
            return secured


def _proxy(address: Address) -> Address | None:
    """The proxy that the environment names for this address; none for loopback and sockets. Raises FetchError."""
    if address.socket or _is_loopback(address.host) or urllib.request.proxy_bypass(address.host):
        return None
    named = urllib.request.getproxies().get(address.scheme)
    if not named:
        return None
    try:
        proxy = parse(named)
    except FetchError:
        proxy = None
    if proxy is None or proxy.scheme != "http":
        raise FetchError("The proxy that the environment names is not an http:// address, the only ones that are used.")
    return proxy


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")


def _proxy_authorization(proxy: Address) -> dict[str, str]:
    return {"proxy-authorization": proxy.authorization} if proxy.authorization else {}


def _tunnel(sock: socket.socket, address: Address, proxy: Address, watch: _Watch) -> None:
    host = f"[{address.host}]" if ":" in address.host else address.host
    place = f"{host}:{address.port}"
    with _broken(watch):
        response = _asked(sock, ("CONNECT", place), {"host": place, **_proxy_authorization(proxy)}, watch)
    if response.status != 200:
        raise FetchError(f"The proxy {proxy.authority} refuses to connect to {place} ({response.status}).")
