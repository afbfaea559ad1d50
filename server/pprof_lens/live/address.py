"""Where a program's profiles are: what a user gives as an address, made a URL; nothing is asked of the network.

Given may be `6060`, `localhost:6060`, `http://host:port`, `…/debug/pprof` or the URL of one profile. Only http and
https are addresses; a password in a URL is kept for the request and never shown.
"""

import base64
from dataclasses import dataclass, field, replace
from urllib.parse import parse_qsl, quote, unquote, urlencode, urljoin, urlsplit

from pprof_lens.live.errors import FetchError

INDEX_PATH = "/debug/pprof/"
_DEFAULT_PORTS = {"http": 80, "https": 443}
_LONGEST = 2048
_SAFE = "/%:@!$&'()*+,;=~-._"


@dataclass(frozen=True, slots=True)
class Address:
    """A URL in parts. `host` is as names are looked up; `path` and `query` are quoted; `user` is `NAME:PASSWORD`."""

    scheme: str
    host: str
    port: int
    path: str
    query: str = ""
    user: str = field(default="", repr=False)

    @property
    def authority(self) -> str:
        """`host:port`, without the port where it is the scheme's own."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == _DEFAULT_PORTS[self.scheme] else f"{host}:{self.port}"

    @property
    def target(self) -> str:
        """What stands in a request's first line."""
        return f"{self.path}?{self.query}" if self.query else self.path

    @property
    def url(self) -> str:
        """The URL as it may be shown and kept: without the user's name and password."""
        return f"{self.scheme}://{self.authority}{self.target}"

    @property
    def secret_url(self) -> str:
        """The URL with the user's name and password, if it has them."""
        user = f"{self.user}@" if self.user else ""
        return f"{self.scheme}://{user}{self.authority}{self.target}"

    @property
    def is_index(self) -> bool:
        return self.path.endswith(INDEX_PATH)

    @property
    def kind(self) -> str:
        """The name of the profile behind `/debug/pprof/`; the last part of any other path."""
        _, found, name = self.path.rpartition(INDEX_PATH)
        return name if found else self.path.rpartition("/")[2]

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
        before, found, _ = self.path.rpartition(INDEX_PATH)
        index = before + INDEX_PATH if found else INDEX_PATH
        return replace(self, path=index + quote(name, safe=_SAFE), query="")


def parse(text: str) -> Address:
    """The address that a user gave; that of the index page where no profile is named. Raises FetchError."""
    given = text.strip()
    if not given or len(given) > _LONGEST or not given.isprintable() or " " in given:
        raise FetchError("This is not an address; give host:port or a URL.")
    if given.isdecimal():
        given = f":{given}"
    if given.startswith(":"):
        given = f"localhost{given}"
    address = _split(given if "://" in given else f"http://{given}")
    if address.path in ("", "/"):
        return replace(address, path=INDEX_PATH, query="")
    if (address.path + "/").endswith(INDEX_PATH):
        return replace(address, path=address.path.rstrip("/") + "/", query="")
    return address


def redirected(address: Address, location: str) -> Address:
    """Where a redirect leads. Raises FetchError unless that is the same host, no less safe than before."""
    try:
        to = _split(urljoin(address.url, location))
    except (FetchError, ValueError):
        raise FetchError(f"{address.authority} redirects to something that is not a web address.") from None
    is_upgrade = (address.scheme, address.port, to.scheme, to.port) == ("http", 80, "https", 443)
    if to.host != address.host or not (is_upgrade or (to.scheme, to.port) == (address.scheme, address.port)):
        raise FetchError(
            f"{address.authority} redirects to {to.scheme}://{to.authority}, another place, which is not followed."
        )
    return replace(to, user=address.user)


def _split(url: str) -> Address:
    try:
        parts = urlsplit(url)
        scheme, host, port = parts.scheme.lower(), parts.hostname or "", parts.port
        host = host if host.isascii() else host.encode("idna").decode()
    except ValueError:  # also of the codec
        raise FetchError("This is not an address; give host:port or a URL.") from None
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
