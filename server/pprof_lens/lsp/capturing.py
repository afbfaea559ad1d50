"""Profiles of running programs: what one offers, and a profile of it fetched into a file of this session.

A fetched profile is kept in a temporary folder, so that it can be loaded again, compared and saved like any other.
Fetching runs on a thread of its own: it mostly waits, and nothing else must wait for it. HTTP is imported when it is
first needed, so that the server starts without it.
"""

import re
import uuid
from typing import TYPE_CHECKING

from pprof_lens.live import address
from pprof_lens.lsp.server import ProfileServer, Report, Stop
from pprof_lens.profile.errors import ProfileError

if TYPE_CHECKING:
    from pprof_lens.live.access import Access
    from pprof_lens.live.endpoint import Kind
    from pprof_lens.live.transfer import Progress

_KIND = re.compile("[a-z]{1,20}")
_LONGEST_SECONDS = 3600


def shown(name: str) -> str:
    """A source as it may be shown: an address without the user's name and password."""
    return address.parse(name).url if address.is_url(name) else name


async def kinds(ls: ProfileServer, url: str) -> "tuple[Kind, ...]":
    """What the program at this address offers. Raises FetchError or Cancelled."""
    from pprof_lens.live import endpoint  # noqa: PLC0415 - see the module

    asked, access = address.parse(url), _access(ls)
    return await ls.fetch_with_progress(
        f"Asking {asked.authority}", lambda stop, _: endpoint.kinds(asked, access=access, cancelled=stop)
    )


async def captured(ls: ProfileServer, url: str, seconds: float) -> str:
    """Fetch a profile, collected over `seconds` if those are not 0, and answer the path of its file.

    Raises FetchError or Cancelled.
    """
    from pprof_lens.live import endpoint  # noqa: PLC0415 - see the module

    asked, access, limit = address.parse(url), _access(ls), ls.settings.limits_profile_bytes
    over = min(round(seconds), _LONGEST_SECONDS) or None

    def job(stop: Stop, report: Report) -> bytes:
        def progress(now: "Progress") -> None:
            report(f"{now.seconds_left:.0f} s left" if now.seconds_left > 0 else f"{now.bytes} bytes")

        return endpoint.fetch(asked, limit=limit, seconds=over, access=access, cancelled=stop, progress=progress)

    body = await ls.fetch_with_progress(f"Fetching from {asked.authority}", job)
    return kept(ls, asked.kind or "heap", body)


def kept(ls: ProfileServer, kind: str, body: bytes) -> str:
    """Put a profile into the folder of this session's captures, and answer its path. Raises ProfileError.

    A kind that is not one of the runtime's, and so may be any text, names no file.
    """
    name = kind if _KIND.fullmatch(kind) else "profile"
    try:
        file = ls.own_folder() / f"{name}-{uuid.uuid4().hex[:8]}.pprof"
        file.write_bytes(body)
    except OSError as error:
        raise ProfileError(f"What was fetched cannot be kept in the temporary folder: {error.strerror}.") from None
    return str(file)


def _access(ls: ProfileServer) -> "Access":
    from pprof_lens.live.access import Access  # noqa: PLC0415 - see the module

    return Access(ls.settings.http_headers, ls.settings.http_certificates)
