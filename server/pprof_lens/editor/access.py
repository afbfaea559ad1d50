"""How what is named as a source is reached, and how its name may be shown. HTTP is imported when it is first needed."""

from dataclasses import replace
from typing import TYPE_CHECKING

from pprof_lens.editor.host import Host
from pprof_lens.live import address

if TYPE_CHECKING:
    from pprof_lens.live.access import Access
    from pprof_lens.live.bring import Place


def shown(host: Host, name: str) -> str:
    """A source as it may be shown: an address without the user's name and password. Raises FetchError."""
    return place(host, name).url if address.is_url(name) else name


def place(host: Host, name: str) -> "Place":
    """Where an address leads, as that may be shown. Raises FetchError."""
    from pprof_lens.live import bring  # noqa: PLC0415 - see the module

    return bring.place(name, plain(host))


def plain(host: Host) -> "Access":
    """How programs are reached, as the settings have it, but for secrets."""
    from pprof_lens.live.access import Access  # noqa: PLC0415 - see the module

    settings = host.settings
    return Access(settings.http_headers, settings.http_certificates, settings.sources)


async def to(host: Host, name: str) -> "Access":
    """The same, with the secrets that are needed for what this names: asked of the editor now, and not kept."""
    from pprof_lens.live import bring  # noqa: PLC0415 - see the module

    known = plain(host)
    asked = bring.secrets(name, known)
    return replace(known, secrets=await host.frontend.secrets(asked)) if asked else known
