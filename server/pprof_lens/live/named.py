"""Servers of a fleet under names of the user's, as the settings or a file of theirs list them; nothing is asked here.

A secret stands in a header as `${env:NAME}` or `${secret:NAME}` only, so that a list can be shown and kept.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

KINDS = ("pyroscope", "parca")
TENANT_HEADER = "X-Scope-OrgID"

_NAME = re.compile(r"[\w.-]{1,64}")
_SECRET = re.compile(r"\$\{secret:([\w.-]{1,64})\}")
_TEXTS = ("name", "kind", "url", "tenant", "certificates")


@dataclass(frozen=True, slots=True)
class Server:
    """A server by its name. `tenant` is Pyroscope's; `certificates` is the path of a PEM file that is trusted, too."""

    name: str
    kind: str
    url: str = field(repr=False)
    headers: tuple[tuple[str, str], ...] = field(default=(), repr=False)
    tenant: str = ""
    certificates: str = ""

    @property
    def sent(self) -> dict[str, str]:
        """The headers that every request has."""
        return {**({TENANT_HEADER: self.tenant} if self.tenant else {}), **dict(self.headers)}

    @property
    def secrets(self) -> tuple[str, ...]:
        """The names of the secrets that its headers refer to."""
        return tuple(dict.fromkeys(name for _, value in self.headers for name in _SECRET.findall(value)))


Servers = tuple[Server, ...]


class WrongServersError(ValueError):
    """The list is not one of servers; the message says what it must be, without what was given: it may be a secret."""


def servers(value: object) -> Servers:
    """The servers of a list of objects. Raises WrongServersError."""
    if not isinstance(value, Sequence) or isinstance(value, str):
        raise WrongServersError("a list of objects with name, kind and url")
    found = tuple(_server(item) for item in value)
    if len({server.name for server in found}) < len(found):
        raise WrongServersError("a list of servers with a name of its own each")
    return found


def _server(item: object) -> Server:
    if not isinstance(item, Mapping):
        raise WrongServersError("a list of objects with name, kind and url")
    texts = {name: item.get(name, "") for name in _TEXTS}
    if not all(isinstance(text, str) and "\0" not in text for text in texts.values()) or not texts["url"]:
        raise WrongServersError("a list of objects with name, kind and url")
    if not _NAME.fullmatch(texts["name"]):
        raise WrongServersError("a list of servers whose names have letters, digits, dots and dashes only")
    if texts["kind"] not in KINDS:
        raise WrongServersError(f"a list of servers of the kinds {' and '.join(KINDS)}")
    if texts["tenant"] and texts["kind"] != "pyroscope":
        raise WrongServersError("a list of servers of which only those of the kind pyroscope have a tenant")
    return Server(headers=tuple(_headers(item.get("headers", {}))), **texts)


def _headers(value: object) -> Iterator[tuple[str, str]]:
    if not isinstance(value, Mapping):
        raise WrongServersError("a list of servers whose headers are an object of texts")
    for name, text in value.items():
        if not isinstance(name, str) or not isinstance(text, str) or "\0" in name + text:
            raise WrongServersError("a list of servers whose headers are an object of texts")
        yield name, text
