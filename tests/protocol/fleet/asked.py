"""What is asked of the servers through the editor, and what pprof says of what they hand out."""

from collections.abc import Callable
from pathlib import Path
from urllib.parse import quote

from editor import Editor, Start
from fleet_servers import Server
from oracle import lines, pprof

Tell = Callable[[str], None]


def url(query: str, **when: object) -> str:
    """An address of the source by its name; `from_` is written so since Python has that word."""
    return f"fleet://production?query={quote(query)}&" + "&".join(
        f"{name.strip('_')}={at}" for name, at in when.items()
    )


async def started(start: Start, server: Server) -> Editor:
    source = {"name": "production", "kind": server.kind, "url": f"http://{server.place}"}
    return await start(options={"settings": {"sources": [source]}}, sources=[source])


def by_pprof(body: bytes, folder: Path) -> lines.Figures:
    """flat and cum of each line, from the text that pprof prints of a profile."""
    file = folder / "handed-out.pprof"
    file.write_bytes(body)
    raw = pprof.printed(["-raw", "-symbolize=none", str(file)], folder)
    assert raw is not None
    return lines.of_raw(raw.decode("utf-8", "surrogateescape"))


def column(figures: lines.Figures, i: int) -> dict[tuple[str, int], tuple[int, int]]:
    """One sample type of them, without what has none of it."""
    of = {place: (flats[i], cums[i]) for place, (flats, cums) in figures.items()}
    return {place: both for place, both in of.items() if any(both)}
