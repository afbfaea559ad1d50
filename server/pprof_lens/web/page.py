"""A whole profile as one page: the web application with its data in it, for a file or a browser.

The page asks nothing of the network and runs nothing but the one script whose hash it names. What a profile says is in
it compressed, so no markup of it is ever read as such. Source is shown only where the function stands on its line.
"""

import base64
import hashlib
import html
import json
import tempfile
import webbrowser
import zlib
from collections.abc import Callable, Iterator
from importlib import resources
from pathlib import Path

from pprof_lens.profile.errors import ProfileError
from pprof_lens.profile.plain import harmless, plain
from pprof_lens.report.options import Request
from pprof_lens.report.page import Hot, Json
from pprof_lens.report.page import page as data_of
from pprof_lens.report.run import Load
from pprof_lens.session import maker
from pprof_lens.session.snapshot import Snapshot
from pprof_lens.workspace import reading, writing

_PROFILE_LIMIT = 1 << 32
_SOURCE_LIMIT = 1 << 24
_AROUND = 3
_LONGEST_LINE = 400
_MOST_LINES = 400
_GZIP = 31
_AT_ONCE = 10_000
_READ_LATER = frozenset(("functions", "calls", "graphs", "sources"))


def page(request: Request, *, load: Load, local: str, folder: str) -> bytes:
    """The page of the profiles; `local` is the first one's file, `folder` holds the code. Raises ProfileError."""
    # Where the files are is found out once what the page says of them is made, which is large too.
    return document(_data(request, load, lambda: maker.load(local, "", limit=_PROFILE_LIMIT, folder=folder)))


def data(request: Request, load: Load, snapshot: Snapshot) -> Json:
    """What the web application shows of the profiles; the Snapshot tells where their files are. Raises ProfileError."""
    return _data(request, load, lambda: snapshot)


def _data(request: Request, load: Load, located: Callable[[], Snapshot]) -> Json:
    first, *others = (Path(name).name for name in request.profiles)
    made = data_of(request, load, title=f"{first} and {len(others)} more" if others else first)
    snapshot = located()
    return {
        **made.data,
        "sources": [source for hot in made.hot for source in _source(hot, snapshot)],
        "files": {"total": len(snapshot.files.resolutions), "found": len(snapshot.files.local)},
    }


def document(data: Json) -> bytes:
    """The page itself. Raises ProfileError where there is no web application."""
    script, style = _asset("page.js"), _asset("page.css")
    policy = (
        f"default-src 'none'; script-src {_hash(script)} 'wasm-unsafe-eval'; style-src {_hash(style)}; "
        "base-uri 'none'; form-action 'none'"
    )
    parts = (
        b'<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n',
        f'<meta http-equiv="Content-Security-Policy" content="{policy}">\n'.encode(),
        b'<meta name="viewport" content="width=device-width, initial-scale=1">\n',
        f"<title>{html.escape(str(data['title']))}</title>\n<style>".encode(),
        *(style, b"</style>\n</head>\n<body>\n"),
        *(b'<script type="text/plain" id="data">', packed_page(data), b"</script>\n<script>", script, b"</script>\n"),
        b"</body>\n</html>\n",
    )
    return b"".join(parts)


def packed_page(data: Json) -> bytes:
    """The data as pages hold it: what is painted first, then, after a blank, what is read once that is painted."""
    parts: tuple[Json, Json] = ({}, {})
    for key, value in data.items():
        parts[key in _READ_LATER][key] = value
    return b" ".join(map(packed, parts))


def packed(data: Json) -> bytes:
    """JSON, compressed by gzip, in base 64; bit by bit, so that it can be left in the midst."""
    compressor = zlib.compressobj(6, zlib.DEFLATED, _GZIP)
    parts = [compressor.compress(part.encode()) for part in _json(data)]
    return base64.b64encode(b"".join((*parts, compressor.flush())))


def _json(value: object) -> Iterator[str]:
    """The value as JSON, no part of it longer than a text of its own or so many numbers."""
    if isinstance(value, dict):
        for i, (key, inner) in enumerate(value.items()):
            yield f"{',' if i else '{'}{json.dumps(key)}:"
            yield from _json(inner)
        yield "}" if value else "{}"
    elif isinstance(value, list) and value:
        holds_more = isinstance(value[0], dict | list)
        at_once = 1 if holds_more else _AT_ONCE
        for at in range(0, len(value), at_once):
            yield "," if at else "["
            if holds_more:
                yield from _json(value[at])
            else:
                yield json.dumps(value[at : at + at_once], separators=(",", ":"))[1:-1]
        yield "]"
    else:
        yield json.dumps(value, separators=(",", ":"))


def open_in_browser(text: bytes) -> int:
    """Show the page in the browser; the exit status. Raises ProfileError."""
    try:
        with tempfile.NamedTemporaryFile(prefix="pprof-lens-", suffix=".html", delete=False) as file:
            file.write(text)
    except OSError as error:
        raise writing.refused(error) from None
    address = Path(file.name).as_uri()
    if not webbrowser.open(address):
        raise ProfileError(f"No browser could be opened; the page is at {address}.")
    return 0


def _asset(name: str) -> bytes:
    asset = resources.files("pprof_lens.web").joinpath("assets").joinpath(name)
    if not asset.is_file():
        raise ProfileError(
            "This installation has no web application, as Node.js was not there to build it: "
            "run node scripts/web.mjs in the clone it was installed from."
        )
    return asset.read_bytes()


def _hash(content: bytes) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(content).digest()).decode()}'"


def _source(hot: Hot, snapshot: Snapshot) -> Iterator[Json]:
    """The function's lines with their figures, if its text is here and it stands where the profile has it."""
    found = snapshot.files.local.get(hot.file)
    if found is None or found.path is None or not hot.start_line:
        return
    try:
        text = reading.read(found.path, _SOURCE_LIMIT)[0].decode("utf-8", "replace")
    except (OSError, ValueError, reading.NotRegularError):
        return
    rows = text.split("\n")
    if not (0 < hot.start_line <= len(rows) and "func" in rows[hot.start_line - 1]):
        return
    last = min(len(rows), max(hot.lines) + _AROUND, hot.start_line + _MOST_LINES)
    nothing = (0,) * len(snapshot.profile.sample_types)
    yield {
        "fn": hot.number,
        "path": plain(hot.file),
        "lines": [
            {
                "line": number,
                "text": harmless(rows[number - 1][:_LONGEST_LINE].rstrip("\r").expandtabs(4)),
                "flat": hot.lines[number].flat if number in hot.lines else nothing,
                "cum": hot.lines[number].cum if number in hot.lines else nothing,
            }
            for number in range(hot.start_line, last + 1)
        ],
    }
