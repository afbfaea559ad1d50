"""Fetching from a real Go program, over TLS."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from pprof_lens.analysis.select import kind
from pprof_lens.live.access import Access
from pprof_lens.live.address import parse
from pprof_lens.live.endpoint import fetch, kinds
from pprof_lens.live.errors import FetchError
from pprof_lens.profile.read import read

HERE = Path(__file__).parent
GO = Path(sys.executable).with_name("go")


class Served(NamedTuple):
    url: str
    certificate: str


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    program = tmp_path_factory.mktemp("tls") / "tls"
    environ = {**os.environ, "GOFLAGS": "-mod=mod", "GOTOOLCHAIN": "local", "GOPROXY": "off"}
    subprocess.run([GO, "build", "-o", program, "."], cwd=HERE / "tls", env=environ, check=True)
    with subprocess.Popen([program], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        url = process.stdout.readline().strip()
        yield Served(url, process.stdout.read())
        process.communicate()


@pytest.fixture
def trusted(served: Served, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """The same program, with its certificate among the system's roots."""
    roots = tmp_path / "roots.pem"
    roots.write_text(served.certificate)
    monkeypatch.setenv("SSL_CERT_FILE", str(roots))
    return served.url


def test_a_certificate_that_the_system_does_not_trust_is_refused(served: Served) -> None:
    with pytest.raises(FetchError, match=r"The certificate of .* is not trusted: "):
        kinds(parse(served.url))


def test_a_certificate_that_is_given_is_trusted(served: Served, tmp_path: Path) -> None:
    certificate = tmp_path / "own.pem"
    certificate.write_text(served.certificate)
    assert kinds(parse(served.url), access=Access(certificates=str(certificate)))


def test_a_certificate_that_is_given_is_trusted_whatever_host_it_names(served: Served, tmp_path: Path) -> None:
    certificate = tmp_path / "own.pem"
    certificate.write_text(served.certificate)
    forwarded = parse(served.url.replace("127.0.0.1", "localhost"))
    assert forwarded.host == "localhost"
    assert kinds(forwarded, access=Access(certificates=str(certificate)))


def test_a_file_without_certificates_is_told(served: Served, tmp_path: Path) -> None:
    for content in (None, "no certificate"):
        file = tmp_path / "own.pem"
        if content is not None:
            file.write_text(content)
        with pytest.raises(FetchError, match="is not a file of certificates in PEM form"):
            kinds(parse(served.url), access=Access(certificates=str(file)))


def test_a_trusted_program_offers_its_profiles_over_tls(trusted: str) -> None:
    found = kinds(parse(trusted))
    assert {"heap", "goroutine", "goroutineleak", "profile"} <= {one.name for one in found}
    for one in found:
        if not one.needs_seconds:
            profile = read(fetch(parse(one.url), limit=1 << 24), limit=1 << 24)
            assert kind(profile) in (one.name, "block")  # an empty mutex profile looks like one of blocks


def test_a_change_over_time_is_collected_for_so_long(trusted: str) -> None:
    profile = read(fetch(parse(f"{trusted}/debug/pprof/profile"), limit=1 << 24, seconds=1), limit=1 << 24)
    assert profile.duration_nanos >= 900_000_000
