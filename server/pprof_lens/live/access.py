"""How a program is reached beyond its address: headers, and certificates that are trusted; as the settings have them.

A header is sent to every address that is asked for, or to one host only, so that a secret goes nowhere else. Nothing
is read or asked here.
"""

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from pprof_lens.live.address import Address
from pprof_lens.live.errors import FetchError

Headers = Mapping[str, "str | Mapping[str, str]"]
"""`{"Name": "value"}` for every address, `{"host:port": {"Name": "value"}}` for one, its port if it matters."""

_REFERENCE = re.compile(r"\$\{env:([^}]*)\}")
_LONGEST_NAME = 200


@dataclass(frozen=True, slots=True)
class Access:
    """`certificates` is the path of a PEM file: authorities that are trusted beside the system's, or the program's
    own certificate, which is then accepted whatever host it names; empty for none.
    """

    headers: Headers = field(default_factory=dict, repr=False)
    certificates: str = ""

    def headers_for(self, address: Address, environ: Mapping[str, str] = os.environ) -> dict[str, str]:
        """What is sent to that address, each `${env:NAME}` replaced by the environment variable. Raises FetchError."""
        found: dict[str, str] = {}
        for name, value in self.headers.items():
            if isinstance(value, str):
                found[name] = value
            elif name.lower() in (address.host, f"{address.host}:{address.port}", address.authority):
                found |= value
        return {name: _expanded(name, value, environ) for name, value in found.items()}


def _expanded(header: str, text: str, environ: Mapping[str, str]) -> str:
    def value(reference: re.Match[str]) -> str:
        if reference[1] not in environ:
            raise FetchError(
                f"The header {_plain(header)} takes its value from the environment variable "
                f"{_plain(reference[1])}, which is not set."
            )
        return environ[reference[1]]

    return _REFERENCE.sub(value, text)


def _plain(text: str) -> str:
    return "".join(filter(str.isprintable, text))[:_LONGEST_NAME]
