"""Where a program's profiles are: what a user gives as an address, made a URL; nothing is asked of the network.

Given may be `6060`, `localhost:6060`, `http://host:port`, `…/debug/pprof` at any prefix, the URL of one profile, or
`unix:/path/to/socket`, with `:/path` behind it where the profiles are not at `/debug/pprof/`. Only http and https,
over TCP or a socket file, are addresses; a password in a URL is kept for the request and never shown.
"""

import base64
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from urllib.parse import SplitResult, parse_qsl, quote, unquote, urlencode, urljoin, urlsplit

from pprof_lens.live.errors import FetchError

INDEX_PATH = "/debug/pprof/"
_INDEX_END = "/pprof/"
_SOCKET_SCHEME = "http+unix"
_URL = re.compile(r"(?!file:)[a-z][a-z0-9+.-]+://|unix:", re.IGNORECASE)
_DEFAULT_PORTS = {"http": 80, "https": 443}
_LONGEST = 2048
_LONGEST_SHOWN = 32
_SECRET = re.compile("auth|cred|jwt|key|pass|pwd|secret|session|sig|token", re.IGNORECASE)
_SAFE = "/%:@!$&'()*+,;=~-._"


@dataclass(frozen=True, slots=True)
class Address:
    """A URL in parts. `host` is as names are looked up; `path` and `query` are quoted; `user` is `NAME:PASSWORD`.

    `socket` is the path of the socket file that is listened at, empty for TCP.
    """

    scheme: str
    host: str
    port: int
    path: str
    query: str = ""
    user: str = field(default="", repr=False)
    socket: str = ""

    @property
    def authority(self) -> str:
        """`host:port`, without the port where it is the scheme's own; the path of a socket."""
        return self.socket or self.host_header

    @property
    def host_header(self) -> str:
        """What a request names as its host."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == _DEFAULT_PORTS[self.scheme] else f"{host}:{self.port}"

    @property
    def target(self) -> str:
        """What stands in a request's first line."""
        return f"{self.path}?{self.query}" if self.query else self.path

    @property
    def url(self) -> str:
        """The URL as it may be shown and kept: without the user's name and password, and without tokens."""
        parts = (f"{name}{is_given}{_shown(name, value)}" for name, is_given, value in _parameters(self.query))
        return self._written("", "&".join(parts))

    @property
    def secret_url(self) -> str:
        """The URL with the user's name and password, if it has them."""
        return self._written(f"{self.user}@" if self.user else "", self.query)

    @property
    def proxy_target(self) -> str:
        """What stands in the first line of a request to a proxy."""
        return f"{self.scheme}://{self.host_header}{self.target}"

    def _written(self, user: str, query: str) -> str:
        target = f"{self.path}?{query}" if query else self.path
        if self.socket:
            return f"{_SOCKET_SCHEME}://{user}{quote(self.socket, safe='')}{target}"
        return f"{self.scheme}://{user}{self.host_header}{target}"

    @property
    def is_index(self) -> bool:
        return self.path.endswith("/")

    @property
    def index_path(self) -> str:
        """The path of the page that lists the profiles: up to the last `/pprof/`, else the folder of the path."""
        before, found, _ = self.path.rpartition(_INDEX_END)
        return before + _INDEX_END if found else self.path.rpartition("/")[0] + "/"

    @property
    def kind(self) -> str:
        """The name of the profile, which is what stands behind the path of the index."""
        return self.path.removeprefix(self.index_path)

    def below(self, path: str, parameters: Iterable[tuple[str, str]] = ()) -> "Address":
        """The address of that path below this one, which ends with a slash."""
        return replace(self, path=self.path + quote(path, safe=_SAFE), query=urlencode(tuple(parameters)))

    @property
    def authorization(self) -> str | None:
        """The header that carries the user's name and password."""
        return "Basic " + base64.b64encode(unquote(self.user).encode()).decode() if self.user else None

    def parameter(self, name: str) -> str | None:
        return dict(parse_qsl(self.query, keep_blank_values=True)).get(name)

    def with_parameter(self, name: str, value: int) -> "Address":
        """The same with this parameter, instead of one of that name."""
        kept = [pair for pair in parse_qsl(self.query, keep_blank_values=True) if pair[0] != name]
        return replace(self, query=urlencode([*kept, (name, str(value))]))

    def beside(self, name: str) -> "Address":
        """The profile of that name of the same program, at the index that this address is or lies below."""
        return replace(self, path=self.index_path + quote(name, safe=_SAFE), query="")


def parse(text: str) -> Address:
    """The address that a user gave; that of the index page where no profile is named. Raises FetchError."""
    given = text.strip()
    if not given or len(given) > _LONGEST or not given.isprintable() or " " in given:
        raise FetchError("This is not an address; give host:port or a URL.")
    if given.isdecimal():
        given = f":{given}"
    if given.startswith(":"):
        given = f"localhost{given}"
    if given.startswith("unix:"):
        socket, _, path = given.removeprefix("unix:").partition(":")
        given = f"{_SOCKET_SCHEME}://{quote(socket, safe='')}{path}"
    address = _split(given if "://" in given else f"http://{given}")
    if address.path in ("", "/"):
        return replace(address, path=INDEX_PATH, query="")
    if (address.path + "/").endswith(_INDEX_END):
        return replace(address, path=address.path.rstrip("/") + "/", query="")
    return address


def parse_base(text: str) -> Address:
    """The address of a server whose paths begin below it; it ends with a slash. Raises FetchError."""
    address = _split(text)
    return replace(address, path=address.path.rstrip("/") + "/", query="")


def is_url(name: str) -> bool:
    """Whether a source names a running program rather than a file."""
    return _URL.match(name) is not None


def redirected(address: Address, location: str) -> Address:
    """Where a redirect leads. Raises FetchError unless that is the same host, no less safe than before."""
    try:
        to = _split(urljoin(address.proxy_target, location))
    except (FetchError, ValueError):
        raise FetchError(f"{address.authority} redirects to something that is not a web address.") from None
    is_upgrade = (address.scheme, address.port, to.scheme, to.port) == ("http", 80, "https", 443)
    if to.host != address.host or not (is_upgrade or (to.scheme, to.port) == (address.scheme, address.port)):
        raise FetchError(
            f"{address.authority} redirects to {to.scheme}://{to.authority}, another place, which is not followed."
        )
    return replace(to, user=address.user, socket=address.socket)


def _parameters(query: str) -> Iterator[tuple[str, str, str]]:
    return (part.partition("=") for part in query.split("&"))


def _shown(name: str, value: str) -> str:
    """The value of a parameter, unless it may be a secret: by its name, or as nothing else is so long."""
    return "***" if value and (len(value) > _LONGEST_SHOWN or _SECRET.search(name)) else value


def _split(url: str) -> Address:
    try:
        parts = urlsplit(url)
        scheme, host, port = parts.scheme.lower(), parts.hostname or "", parts.port
        host = host if host.isascii() else host.encode("idna").decode()
    except ValueError:  # also of the codec
        raise FetchError("This is not an address; give host:port or a URL.") from None
    if scheme == _SOCKET_SCHEME:
        return _at_socket(unquote(parts.netloc.rpartition("@")[2]), parts)
    if scheme not in _DEFAULT_PORTS:
        raise FetchError("Only http and https addresses can be fetched.")
    if not host or not host.isprintable() or " " in host:
        raise FetchError("This address names no host.")
    return Address(
        scheme=scheme,
        host=host,
        port=_DEFAULT_PORTS[scheme] if port is None else port,
        path=quote(parts.path, safe=_SAFE),
        query=quote(parts.query, safe=_SAFE + "?/"),
        user=parts.netloc.rpartition("@")[0],
    )


def _at_socket(socket: str, parts: SplitResult) -> Address:
    if not socket.startswith("/"):
        raise FetchError("A socket is named by its whole path, as in unix:/run/app.sock.")
    return Address(
        scheme="http",
        host="localhost",
        port=_DEFAULT_PORTS["http"],
        path=quote(parts.path, safe=_SAFE),
        query=quote(parts.query, safe=_SAFE + "?/"),
        user=parts.netloc.rpartition("@")[0],
        socket=socket,
    )
