"""How a program is reached beyond its address: headers, certificates that are trusted, and servers under a name.

A header is sent to every address that is asked for, or to one host only, or to a server by its name only, so that a
secret goes nowhere else. Nothing is read or asked here.
"""

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from pprof_lens.live.address import Address
from pprof_lens.live.errors import FetchError
from pprof_lens.live.named import Server, Servers
from pprof_lens.profile.plain import plain

Headers = Mapping[str, "str | Mapping[str, str]"]
"""`{"Name": "value"}` for every address, `{"host:port": {"Name": "value"}}` for one, its port if it matters."""

_REFERENCE = re.compile(r"\$\{(env|secret):([^}]*)\}")


@dataclass(frozen=True, slots=True)
class Access:
    """`certificates` is the path of a PEM file: authorities that are trusted beside the system's, or the program's
    own certificate, which is then accepted whatever host it names; empty for none. `servers` are those that a name
    may stand for, `secrets` what `${secret:NAME}` stands for.
    """

    headers: Headers = field(default_factory=dict, repr=False)
    certificates: str = ""
    servers: Servers = ()
    secrets: Mapping[str, str] = field(default_factory=dict, repr=False)

    def of(self, server: Server | None) -> "Access":
        """What is sent to a server under a name: its own headers, too."""
        if server is None:
            return self
        certificates = server.certificates or self.certificates
        return replace(self, headers={**self.headers, **server.sent}, certificates=certificates)

    def headers_for(self, address: Address, environ: Mapping[str, str] = os.environ) -> dict[str, str]:
        """What is sent to that address, each reference replaced by what it stands for. Raises FetchError."""
        found: dict[str, str] = {}
        for name, value in self.headers.items():
            if isinstance(value, str):
                found[name] = value
            elif name.lower() in (address.host, f"{address.host}:{address.port}", address.authority):
                found |= value
        return {name: self._expanded(name, value, environ) for name, value in found.items()}

    def _expanded(self, header: str, text: str, environ: Mapping[str, str]) -> str:
        def value(reference: re.Match[str]) -> str:
            kind, name = reference.groups()
            known = environ if kind == "env" else self.secrets
            if name in known:
                return known[name]
            if kind == "env":
                raise FetchError(
                    f"The header {plain(header)} takes its value from the environment variable "
                    f"{plain(name)}, which is not set."
                )
            raise FetchError(
                f"The header {plain(header)} takes its value from the secret {plain(name)}, which is not set; "
                "run “Pprof Lens: Set Secret…” in VS Code, or take it from the environment by ${env:NAME}."
            )

        return _REFERENCE.sub(value, text)
