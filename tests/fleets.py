"""Servers of a fleet as Pyroscope's and Parca's own definitions have them: requests, answers, refusals and limits.

They are imitations, made by reading those definitions, and keep what a test puts into them: profiles with labels and
times. `python tests/fleets.py KIND FOLDER…` serves until its standard input ends, and prints where.
"""

import base64
import gzip
import json
import math
import re
import sys
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timezone
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import NamedTuple
from urllib.parse import parse_qs, unquote, urlsplit

from pprof_lens.profile import decode
from pprof_lens.profile.encode import bytes_field, message, with_samples
from pprof_lens.profile.merge import merge
from pprof_lens.profile.model import Profile, ValueType
from pprof_lens.profile.read import read

NAMES = {"heap": "memory", "cpu": "process_cpu"}
_MATCHER = re.compile(r'\s*([A-Za-z_][\w.]*)\s*(=~|!~|!=|=)\s*"((?:[^"\\]|\\.)*)"\s*')


class Kept(NamedTuple):
    """One column of a scrape."""

    type: str
    labels: Mapping[str, str]
    moment: float
    profile: Profile


class Refused(Exception):
    """A request that is answered with an error: its status and its JSON, or a text where it has no code."""

    def __init__(self, status: int, code: object, message: str, **headers: str) -> None:
        super().__init__(message)
        self.status = status
        self.body = json.dumps({"code": code, "message": message}).encode() if code else message.encode()
        self.headers = headers


@dataclass
class Store:
    """What a server has, and what it does with who asks. `longest` and `lookback` are seconds, `is_old` knows no
    pprof format; `asked` are the requests that came."""

    kept: list[Kept] = field(default_factory=list)
    longest: float = 86400
    lookback: float = 7 * 86400
    is_old: bool = False
    token: str = ""
    before: Callable[[str], None] = lambda _: None
    asked: list[tuple[str, Mapping[str, str], bytes]] = field(default_factory=list)

    def scrape(self, name: str, profile: Profile, moment: float, **labels: str) -> None:
        """Keep each column of a profile as its own, as both servers do."""
        samples = list(decode.samples(profile))
        period = profile.period_type
        for i, of in enumerate(profile.sample_types):
            own = with_samples(profile, (sample._replace(values=sample.values[i : i + 1]) for sample in samples))
            column = replace(own, sample_types=(of,), default_sample_type="", time_nanos=round(moment * 1e9))
            type_id = f"{name}:{of.type}:{of.unit}:{period.type}:{period.unit}"
            self.kept.append(Kept(type_id, labels, moment, column))

    def let_in(self, headers: Mapping[str, str]) -> None:
        """Raises Refused for who has no token."""
        if self.token and headers.get("authorization") != f"Bearer {self.token}":
            raise Refused(401, "unauthenticated", "no org id")

    def select(self, type_id: str, selector: str, since: float, until: float) -> list[Kept]:
        wanted = list(_matchers(selector))

        def fits(one: Kept) -> bool:
            labels = {**one.labels, "__profile_type__": one.type}
            return all(test(labels.get(name, "")) for name, test in wanted)

        return [one for one in self.kept if since <= one.moment <= until and type_id in ("", one.type) and fits(one)]


def _matchers(selector: str) -> Iterator[tuple[str, Callable[[str], bool]]]:
    """The tests of a selector. Raises Refused as a parser does."""
    inner = selector.strip()
    if not (inner.startswith("{") and inner.endswith("}")):
        raise Refused(400, "invalid_argument", f'failed to parse label selector "{selector}"')
    for part in filter(str.strip, re.split(r',(?=(?:[^"]*"[^"]*")*[^"]*$)', inner[1:-1])):
        found = _MATCHER.fullmatch(part)
        if found is None:
            raise Refused(400, "invalid_argument", f'failed to parse label selector "{selector}"')
        name, operator, value = found.groups()
        value = json.loads(f'"{value}"')
        whole = re.compile(value) if "~" in operator else None

        def test(
            is_: str, value: str = value, operator: str = operator, whole: "re.Pattern[str] | None" = whole
        ) -> bool:
            same = is_ == value if whole is None else whole.fullmatch(is_) is not None
            return same != operator.startswith("!")

        yield name, test


class _Handler(BaseHTTPRequestHandler):
    """Reads a request, has it answered, and writes the answer."""

    store: Store

    def answer(self, _body: bytes, /) -> bytes:
        """The answer to the request. Raises Refused."""
        raise NotImplementedError

    def do_GET(self) -> None:
        self._do(b"")

    def do_POST(self) -> None:
        self._do(self.rfile.read(int(self.headers.get("content-length", "0"))))

    def _do(self, body: bytes) -> None:
        headers = {name.lower(): value for name, value in self.headers.items()}
        self.store.asked.append((self.path, headers, body))
        try:
            self.store.before(self.path)
            self.store.let_in(headers)
            found, status, more = self.answer(body), 200, {}
        except Refused as refused:
            found, status, more = refused.body, refused.status, refused.headers
        self.send_response(status)
        for name, value in more.items():
            self.send_header(name.replace("_", "-"), value)
        self.send_header("content-length", str(len(found)))
        self.end_headers()
        self.wfile.write(found)

    def log_message(self, *_: object) -> None:
        pass


class Pyroscope(_Handler):
    """querier.v1.QuerierService over Connect."""

    def answer(self, body: bytes, /) -> bytes:
        service, _, method = self.path.rpartition("/")
        if not service.endswith("/querier.v1.QuerierService"):
            raise Refused(404, None, "404 page not found\n")
        kind = self.headers.get("content-type", "")
        if kind not in ("application/proto", "application/json"):
            raise Refused(415, None, "", Accept_Post="application/json, application/proto")
        asked = json.loads(body) if kind == "application/json" else _of_proto(body)
        since, until = self._span(asked)
        if method == "ProfileTypes":
            types = dict.fromkeys(one.type for one in self.store.select("", "{}", since, until))
            return json.dumps({"profileTypes": [{"ID": name} for name in types]} if types else {}).encode()
        if method in ("LabelNames", "LabelValues", "Series"):
            return self._lists(method, asked, since, until)
        if method == "SelectSeries":
            return self._points(asked, since, until)
        profile = self._merged(str(asked["type"]), str(asked["selector"]), since, until)
        if method == "SelectMergeProfile":
            return profile
        if method == "SelectMergeStacktraces":
            return (
                bytes_field(5, bytes_field(1, profile))
                if asked.get("format") == 4 and not self.store.is_old
                else bytes_field(1, b"")
            )
        raise Refused(404, None, "404 page not found\n")

    def _span(self, asked: Mapping[str, object]) -> tuple[float, float]:
        start, end = int(str(asked.get("start", 0))) / 1000, int(str(asked.get("end", 0))) / 1000
        if not start or not end:
            raise Refused(400, "invalid_argument", "missing time range in the query")
        start = max(start, time.time() - self.store.lookback) if self.store.lookback else start
        if self.store.longest and end - start > self.store.longest:
            hours, limit = round((end - start) // 3600), f"{round(self.store.longest / 3600)}h"
            raise Refused(
                400,
                "invalid_argument",
                "the query time range exceeds the limit (max_query_length, "
                f"actual: {hours}h0m0s, limit: {'1d' if limit == '24h' else limit})",
            )
        return start, end

    def _lists(self, method: str, asked: Mapping[str, object], since: float, until: float) -> bytes:
        matchers = asked.get("matchers") or ["{}"]
        assert isinstance(matchers, list)
        series = [
            {**one.labels, "__profile_type__": one.type} for one in self.store.select("", matchers[0], since, until)
        ]
        if method == "LabelNames":
            return json.dumps({"names": sorted({name for labels in series for name in labels})}).encode()
        if method == "LabelValues":
            name = str(asked["name"])
            return json.dumps({"names": sorted({labels[name] for labels in series if name in labels})}).encode()
        wanted = asked.get("labelNames") or []
        assert isinstance(wanted, list)
        rows = {tuple((name, labels[name]) for name in wanted if name in labels) for labels in series}
        sets = [{"labels": [{"name": name, "value": value} for name, value in row]} for row in sorted(rows)]
        return json.dumps({"labelsSet": sets} if sets else {}).encode()

    def _points(self, asked: Mapping[str, object], since: float, until: float) -> bytes:
        """By the labels that are named, in steps."""
        names, step = asked["groupBy"], float(str(asked["step"]))
        assert isinstance(names, list)
        points: dict[tuple[tuple[str, str], ...], set[int]] = {}
        for one in self.store.select(str(asked["profileTypeID"]), str(asked["labelSelector"]), since, until):
            row = tuple((name, one.labels[name]) for name in names if name in one.labels)
            points.setdefault(row, set()).add(round(math.floor(one.moment / step) * step * 1000))
        series = [
            {
                "labels": [{"name": name, "value": value} for name, value in row],
                "points": [{"value": 1, "timestamp": str(at)} for at in sorted(times)],
            }
            for row, times in points.items()
        ]
        return json.dumps({"series": series} if series else {}).encode()

    def _merged(self, type_id: str, selector: str, since: float, until: float) -> bytes:
        if type_id.count(":") not in (4, 5):
            raise Refused(400, "invalid_argument", "profile-type selection must be of the form <name>:<sample-type>:…")
        found = self.store.select(type_id, selector, since, until)
        return message(merge([one.profile for one in found])) if found else b""


class Parca(_Handler):
    """parca.query.v1alpha1.QueryService behind its JSON gateway."""

    def answer(self, _body: bytes, /) -> bytes:
        asked = urlsplit(self.path)
        given = {name: values[-1] for name, values in parse_qs(asked.query).items()}
        _, found, path = asked.path.partition("/api/profiles/")
        if not found:
            raise Refused(404, None, "")
        if path == "query":
            return self._merged(given)
        if path == "types":
            names = {one.type for one in self._within(given)}
            # In no order at all: this one is never the one that is shown.
            return json.dumps({"types": [_parca_type(name) for name in sorted(names, reverse=True)]}).encode()
        kept = self._within(given, given.get("profile_type", ""))
        if path == "labels":
            return json.dumps(
                {"labelNames": sorted({name for one in kept for name in one.labels}), "warnings": []}
            ).encode()
        if value := re.fullmatch("labels/(.+)/values", path):
            name = unquote(value[1])
            return json.dumps(
                {"labelValues": sorted({one.labels[name] for one in kept if name in one.labels})}
            ).encode()
        if path == "query_range":
            return self._series(given, parse_qs(asked.query).get("sum_by", []))
        raise Refused(404, 5, "Not Found")

    def _within(
        self, given: Mapping[str, str], type_id: str = "", selector: str = "{}", prefix: str = ""
    ) -> list[Kept]:
        since, until = (
            datetime.fromisoformat(given[prefix + name].replace("Z", "+00:00")).timestamp() for name in ("start", "end")
        )
        return self.store.select(type_id.removesuffix(":delta"), selector, since, until)

    def _merged(self, given: Mapping[str, str]) -> bytes:
        type_id, brace, rest = given["merge.query"].partition("{")
        if not brace:
            raise Refused(400, 3, "failed to parse query")
        found = self._within(given, type_id, brace + rest, "merge.")
        if not found:
            empty = replace(read(HEAP.read_bytes(), limit=1 << 24), sample_types=(ValueType("inuse_space", "bytes"),))
            profile = replace(with_samples(empty, ()), default_sample_type="")
        else:
            profile = merge([one.profile for one in found])
        start = datetime.fromisoformat(given["merge.start"].replace("Z", "+00:00")).timestamp()
        if profile.sample_types == (ValueType("samples", "count"),):  # which is multiplied by the period
            times = (s._replace(values=(s.values[0] * profile.period,)) for s in decode.samples(profile))
            profile = replace(with_samples(profile, list(times)), sample_types=(profile.period_type,))
        # Nanoseconds are taken for milliseconds, and overflow.
        nanos = (round(start * 1e9) * 1_000_000 + (1 << 63)) % (1 << 64) - (1 << 63)
        body = gzip.compress(message(replace(profile, time_nanos=nanos, duration_nanos=0)))
        return json.dumps({"total": "1", "filtered": "0", "pprof": base64.b64encode(body).decode()}).encode()

    def _series(self, given: Mapping[str, str], names: Iterable[str]) -> bytes:
        type_id, brace, rest = given["query"].partition("{")
        kept = self._within(given, type_id, brace + rest)
        if not kept:
            raise Refused(
                404,
                5,
                "No data found for the query, try a different query or time range or no data has been written to be "
                "queried yet.",
            )
        by = names if type_id.endswith(":delta") else []  # of others no sum is made
        rows: dict[tuple[tuple[str, str], ...], set[str]] = {}
        for one in kept:
            row = tuple((name, value) for name, value in sorted(one.labels.items()) if not by or name in by)
            rows.setdefault(row, set()).add(
                datetime.fromtimestamp(one.moment, timezone.utc).isoformat(timespec="microseconds")[:26] + "1Z"
            )
        series = [
            {
                "labelset": {"labels": [{"name": name, "value": value} for name, value in row]},
                "samples": [{"timestamp": at, "value": "1"} for at in sorted(times)],
            }
            for row, times in rows.items()
        ]
        return json.dumps({"series": series}).encode()


HEAP = Path(__file__).parent.parent / "examples" / "leaky" / "profiles" / "heap.pprof"
CPU = HEAP.with_name("cpu.pprof")
KINDS: dict[str, type[_Handler]] = {"pyroscope": Pyroscope, "parca": Parca}


def _parca_type(name: str) -> dict[str, object]:
    parts = dict(zip(("name", "sampleType", "sampleUnit", "periodType", "periodUnit"), name.split(":"), strict=True))
    return {**parts, "delta": parts["name"] == "process_cpu"}


def _of_proto(body: bytes) -> dict[str, object]:
    """A SelectMerge…Request: texts 1 and 2, numbers 3, 4 and 6."""
    names, found, at = {1: "type", 2: "selector", 3: "start", 4: "end", 6: "format"}, dict[str, object](), 0

    def number() -> int:
        nonlocal at
        value = shift = 0
        while True:
            byte, at = body[at], at + 1
            value |= (byte & 0x7F) << shift
            shift += 7
            if byte < 0x80:
                return value

    while at < len(body):
        tag = number()
        if tag & 7 == 2:
            size = number()
            found[names[tag >> 3]] = body[at : at + size].decode()
            at += size
        else:
            found[names[tag >> 3]] = number()
    return found


@contextmanager
def serving(kind: str, store: Store) -> Iterator[str]:
    """The address of a server of that kind with that store, as `host:port`."""
    handler = type("Handler", (KINDS[kind],), {"store": store})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield f"127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()


def example(moments: Iterable[float], **labels: str) -> Store:
    """A store with the example's heap and CPU profiles, scraped at these moments."""
    store = Store()
    heap, cpu = (read(file.read_bytes(), limit=1 << 24) for file in (HEAP, CPU))
    for moment in moments:
        store.scrape("memory", heap, moment, **{"service_name": "leaky", "region": "eu", **labels})
        store.scrape("process_cpu", cpu, moment, **{"service_name": "leaky", "region": "eu", **labels})
    return store


def main() -> None:
    kind, *given = sys.argv[1:]
    labels = dict(pair.split("=", 1) for pair in given)
    now = time.time()
    store = example([now - 3000, now - 300, now - 5], **labels)
    store.scrape(
        "memory",
        read(HEAP.with_name("series").joinpath("heap-1.pprof").read_bytes(), limit=1 << 24),
        now - 60,
        service_name="shop",
        region="us",
    )
    with serving(kind, store) as place:
        print(place, flush=True)  # noqa: T201 - for who started it
        for line in sys.stdin:  # each line of the outside is another scrape
            store.scrape(
                "memory",
                read(HEAP.read_bytes(), limit=1 << 24),
                time.time(),
                **{"service_name": "leaky", "region": line.strip() or "eu", **labels},
            )


if __name__ == "__main__":
    main()
