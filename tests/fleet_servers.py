"""Pyroscope and Parca themselves, on loopback with their storage in a temporary folder.

What is written to them and what they hand out goes through none of the code that is tested. Their programs are named by
PPROF_LENS_PYROSCOPE and PPROF_LENS_PARCA, as `scripts/fleet.mjs` has built them. Neither may ask anything of the
network: reports of usage, debug information and shares of profiles are turned off or sent to a port that is closed.

`python tests/fleet_servers.py KIND LABEL=VALUE…` runs one until its standard input ends, and prints where.
"""

import base64
import gzip
import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request
from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import NamedTuple, Protocol
from urllib.parse import urlencode

EXAMPLE = Path(__file__).parent.parent / "examples" / "leaky"
NAMES = {"memory": "/debug/pprof/allocs", "process_cpu": "/debug/pprof/profile"}
"""The names that both servers have for what a program hands out, and where it does."""

EVERY_SECONDS = 10
_PATIENCE_SECONDS = 180.0
_CLOSED = "127.0.0.1:1"
_TIME_NANOS = 9


class Scrape(NamedTuple):
    """What a program handed out, when and where."""

    moment: float
    path: str
    body: bytes


class Server(Protocol):
    """One of the servers as it runs; `place` is `host:port`."""

    kind: str
    place: str

    def write(self, name: str, labels: Mapping[str, str], profiles: Iterable[bytes]) -> None:
        """Have it keep these profiles of one series, at the times that they say."""

    def handed_out(self, type_id: str, selector: str, since: float, until: float) -> bytes:
        """The merged profile of one type, as the server hands it out."""


class Pyroscope:
    """A Pyroscope that nobody scrapes for: what is written comes from the test, as a collector sends it."""

    kind = "pyroscope"

    def __init__(self, place: str) -> None:
        self.place = place

    @staticmethod
    @contextmanager
    def running(folder: Path, **_: object) -> Iterator["Pyroscope"]:
        ports = {name: _free_port() for name in ("server.http-listen", "server.grpc-listen", "memberlist.bind")}
        rings = ("compactor.ring", "distributor.ring", "overrides-exporter.ring", "query-frontend",
                 "query-scheduler.ring", "store-gateway.sharding-ring")  # fmt: skip
        flags = [
            *(f"-{name}-port={port}" for name, port in ports.items()),
            *(f"-{name}=127.0.0.1" for name in ("server.http-listen-address", "server.grpc-listen-address")),
            *(f"-{name}.instance-addr=127.0.0.1" for name in rings),
            "-ingester.lifecycler.addr=127.0.0.1",
            "-memberlist.bind-addr=127.0.0.1",
            "-memberlist.advertise-addr=127.0.0.1",
            "-usage-stats.enabled=false",
            "-self-profiling.disable-push=true",
            "-storage.backend=filesystem",
            f"-storage.filesystem.dir={folder / 'blocks'}",
            f"-pyroscopedb.data-path={folder / 'data'}",
            f"-compactor.data-dir={folder / 'compactor'}",
            f"-blocks-storage.bucket-store.sync-dir={folder / 'sync'}",
            # What is written for hours that are past stays with the ingester, and is asked of it.
            "-validation.reject-older-than=0",
            "-querier.query-store-after=200h",
            "-distributor.ingestion-rate-limit-mb=1000",
            "-distributor.ingestion-burst-size-mb=1000",
            "-ingester.min-ready-duration=0s",
            "-log.level=warn",
        ]
        place = f"127.0.0.1:{ports['server.http-listen']}"
        with _started(os.environ["PPROF_LENS_PYROSCOPE"], flags, folder, f"http://{place}/ready"):
            yield Pyroscope(place)

    def write(self, name: str, labels: Mapping[str, str], profiles: Iterable[bytes]) -> None:
        pairs = [{"name": key, "value": value} for key, value in {"__name__": name, **labels}.items()]
        series = [{"labels": pairs, "samples": [{"rawProfile": base64.b64encode(body).decode()} for body in profiles]}]
        _asked(f"http://{self.place}/push.v1.PusherService/Push", json.dumps({"series": series}).encode())

    def handed_out(self, type_id: str, selector: str, since: float, until: float) -> bytes:
        texts = b"".join(_field(i, text.encode()) for i, text in ((1, type_id), (2, selector)))
        times = b"".join(bytes([i << 3]) + _varint(round(at * 1000)) for i, at in ((3, since), (4, until)))
        url = f"http://{self.place}/querier.v1.QuerierService/SelectMergeProfile"
        return _asked(url, texts + times, "application/proto")


class Parca:
    """A Parca that scrapes by itself where it is told."""

    kind = "parca"

    def __init__(self, place: str) -> None:
        self.place = place

    @staticmethod
    @contextmanager
    def running(folder: Path, *, scrapes: str = "", **labels: str) -> Iterator["Parca"]:
        place = f"127.0.0.1:{_free_port()}"
        config = {
            "object_storage": {"bucket": {"type": "FILESYSTEM", "config": {"directory": str(folder / "objects")}}},
            "scrape_configs": [
                {
                    "job_name": "tested",
                    "scrape_interval": f"{EVERY_SECONDS}s",
                    "static_configs": [{"targets": [scrapes], "labels": labels}],
                    "profiling_config": {
                        "pprof_config": {name: {"enabled": False} for name in ("block", "goroutine", "mutex")}
                    },
                }
            ]
            if scrapes
            else [],
        }
        (folder / "parca.yaml").write_text(json.dumps(config), encoding="utf-8")  # which is YAML, too
        flags = [
            f"--http-address={place}",
            f"--config-path={folder / 'parca.yaml'}",
            f"--storage-path={folder / 'data'}",
            f"--debuginfo-cache-dir={folder}",
            f"--debuginfod-upstream-servers=http://{_CLOSED}",
            f"--profile-share-server={_CLOSED}",
            "--log-level=warn",
        ]
        with _started(os.environ["PPROF_LENS_PARCA"], flags, folder, f"http://{place}/metrics"):
            yield Parca(place)

    def write(self, name: str, labels: Mapping[str, str], profiles: Iterable[bytes]) -> None:
        pairs = [{"name": key, "value": value} for key, value in {"__name__": name, **labels}.items()]
        samples = [{"rawProfile": base64.b64encode(body).decode()} for body in profiles]
        series = [{"labels": {"labels": pairs}, "samples": samples}]
        _asked(f"http://{self.place}/api/profiles/writeraw", json.dumps({"series": series}).encode())

    def handed_out(self, type_id: str, selector: str, since: float, until: float) -> bytes:
        times = {name: _iso(at) for name, at in (("merge.start", since), ("merge.end", until))}
        asked = {"mode": "MODE_MERGE", "report_type": "REPORT_TYPE_PPROF", "merge.query": f"{type_id}{selector}"}
        answer = json.loads(_asked(f"http://{self.place}/api/profiles/query?{urlencode({**asked, **times})}"))
        return base64.b64decode(answer["pprof"])


SERVERS: dict[str, type[Pyroscope] | type[Parca]] = {"pyroscope": Pyroscope, "parca": Parca}


@contextmanager
def leaky(folder: Path, *, rate: int = 250) -> Iterator[str]:
    """The example, running: the address of its profiles."""
    source = Path(shutil.copytree(EXAMPLE, folder / "built"))
    program = folder / "leaky"
    go = Path(sys.executable).parent / "go"
    subprocess.run([go, "build", "-o", program, "./cmd/leaky"], cwd=source, check=True)
    place = f"127.0.0.1:{_free_port()}"
    flags = [f"-listen={place}", f"-rate={rate}"]
    with _started(str(program), flags, folder, f"http://{place}/debug/pprof/"):
        yield place


@contextmanager
def kept(program: str) -> Iterator[tuple[str, list[Scrape]]]:
    """Stands before a program: where, and what it handed out so far."""
    scrapes: list[Scrape] = []

    class Passing(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = _asked(f"http://{program}{self.path}")
            scrapes.append(Scrape(time.time(), self.path.partition("?")[0], body))
            self.send_response(200)
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None: ...

    server = ThreadingHTTPServer(("127.0.0.1", 0), Passing)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield f"127.0.0.1:{server.server_port}", scrapes
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@contextmanager
def collected(program: str, server: Pyroscope, **labels: str) -> Iterator[None]:
    """What a collector does for a Pyroscope, until the end: scrape, and send."""
    ended = threading.Event()

    def collect() -> None:
        while not ended.is_set():
            began = time.monotonic()
            for name, path in NAMES.items():
                query = f"?seconds={EVERY_SECONDS // 2}" if name == "process_cpu" else ""
                server.write(name, labels, [_asked(f"http://{program}{path}{query}")])
            ended.wait(max(0.0, EVERY_SECONDS - (time.monotonic() - began)))

    thread = threading.Thread(target=collect)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()


@contextmanager
def _started(program: str, flags: Iterable[str], folder: Path, ready: str) -> Iterator[None]:
    """A program from when it says that it is ready; what it wrote is shown where it does not."""
    log = folder / f"{Path(program).name}.log"
    with ExitStack() as undo:
        out = undo.enter_context(log.open("wb"))
        running = subprocess.Popen([program, *flags], cwd=folder, stdout=out, stderr=out, env=_environment(folder))
        undo.callback(running.wait)
        undo.callback(running.kill)
        _wait_for(ready, running, log)
        yield


def _wait_for(ready: str, running: "subprocess.Popen[bytes]", log: Path) -> None:
    end = time.monotonic() + _PATIENCE_SECONDS
    while not _answers(ready):
        if time.monotonic() > end or running.poll() is not None:
            written = log.read_text(encoding="utf-8", errors="replace")
            raise AssertionError(f"it does not get ready: {written[-3000:]}")
        time.sleep(0.2)


def _answers(url: str) -> bool:
    try:
        _asked(url)
    except OSError:
        return False
    return True


def _environment(folder: Path) -> dict[str, str]:
    kept_names = ("PATH", "GOCACHE")
    return {**{name: os.environ[name] for name in kept_names if name in os.environ}, "HOME": str(folder)}


def _asked(url: str, body: bytes | None = None, content_type: str = "application/json") -> bytes:
    request = urllib.request.Request(url, body, {"content-type": content_type})
    with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(request, timeout=120) as reply:
        found: bytes = reply.read()
    return found


def _free_port() -> int:
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        return int(listening.getsockname()[1])


def _iso(seconds: float) -> str:
    whole = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(seconds))
    return f"{whole}.{round(seconds % 1 * 1e6):06d}Z"


def _field(number: int, body: bytes) -> bytes:
    return bytes([number << 3 | 2]) + _varint(len(body)) + body


def _varint(number: int) -> bytes:
    return bytes([number & 0x7F | 0x80]) + _varint(number >> 7) if number >= 0x80 else bytes([number])


def _example(name: str, at: float) -> bytes:
    """A profile of the example, of that time: of a field that comes twice the last one counts."""
    body = gzip.decompress((EXAMPLE / "profiles" / f"{name}.pprof").read_bytes())
    return body + bytes([_TIME_NANOS << 3]) + _varint(round(at * 1e9))


def main() -> None:
    """A server that was sent the example's profiles thrice within the last hour, until the standard input ends."""
    kind, *given = sys.argv[1:]
    labels = {"service_name": "leaky", "region": "eu", **dict(pair.split("=", 1) for pair in given)}
    now = time.time()
    with tempfile.TemporaryDirectory() as made, SERVERS[kind].running(Path(made)) as server:
        for name, file in (("memory", "heap"), ("process_cpu", "cpu")):
            server.write(name, labels, [_example(file, now - ago) for ago in (3000, 300, 5)])
        print(server.place, flush=True)  # noqa: T201 - for who started it
        sys.stdin.read()


if __name__ == "__main__":
    main()
