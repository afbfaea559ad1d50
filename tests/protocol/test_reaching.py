"""A real Go program behind a gateway's prefix, a token and a certificate of its own, and at a socket file: each command
and the editor reach it by the same words.
"""

import re
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest
from pygls.exceptions import JsonRpcException

from editor import Start
from leaks import lab
from pprof_lens.cli import main
from pprof_lens.profile.read import read


class Served(NamedTuple):
    """Where the gateway's profiles are, where those at the socket file, and the file of the gateway's certificate."""

    gateway: str
    socket: str
    certificate: str


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    folder = tmp_path_factory.mktemp("reached")
    lab.compiled(Path(__file__).parent.parent / "live" / "tls", folder / "program")
    command = [folder / "program", folder / "app.sock"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        url = process.stdout.readline().strip()
        certificate = folder / "own.pem"
        certificate.write_text(process.stdout.read())
        yield Served(f"{url}/admin/debug/pprof/", f"unix:{folder}/app.sock", str(certificate))
        process.communicate()


def run(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, str, str]:
    with pytest.raises(SystemExit) as ended:
        main(words)
    out, err = capsys.readouterr()
    return int(ended.value.code or 0), out, err


@pytest.mark.parametrize("way", ["gateway", "socket"])
class TestCommands:
    """`leaks --url`, `lines` and `fetch`."""

    @staticmethod
    def reached(served: Served, way: str) -> tuple[str, tuple[str, ...]]:
        """The address, and what else it takes."""
        if way == "socket":
            return served.socket, ()
        return served.gateway, ("-H", "X-Token: open", "--ca", served.certificate)

    def test_leaks(self, served: Served, way: str, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
        url, words = self.reached(served, way)
        watched = ("leaks", "--url", url, *words, "--seconds", "0.4", "--interval", "0.2", "--root", str(tmp_path))
        status, out, err = run(capsys, *watched)
        # A sample that came by chance between two captures is told as what it is.
        err = re.sub(r"pprof-lens: .* more than before, which is a difference; a trend needs 4 captures\.\n", "", err)
        assert (status, err) == (0, "")
        assert "The runtime's own proof of leaked goroutines was asked for twice" in out
        assert "Go holds" in out

    def test_lines(self, served: Served, way: str, capsys: pytest.CaptureFixture[str]) -> None:
        url, words = self.reached(served, way)
        place = f"{url}heap" if way == "gateway" else f"{url}:/debug/pprof/heap"
        assert run(capsys, "lines", place, *words, "--json")[0] == 0

    def test_fetch(self, served: Served, way: str, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
        url, words = self.reached(served, way)
        file = tmp_path / "goroutine.pprof"
        place = f"{url}goroutine" if way == "gateway" else f"{url}:/debug/pprof/goroutine"
        assert run(capsys, "fetch", place, *words, "-o", str(file)) == (0, "", "")
        assert read(file.read_bytes(), limit=1 << 24).sample_types[0].type == "goroutine"


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("-H", "X-Token: open"), "is not trusted"),
        (("--ca", "{certificate}"), "401"),
    ],
)
def test_without_one_of_them_a_sentence_says_which_is_missing(
    served: Served, words: tuple[str, ...], told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    given = [word.format(certificate=served.certificate) for word in words]
    status, _, err = run(capsys, "leaks", "--url", served.gateway, *given, "--seconds", "0.1")
    assert (status, told in err) == (1, True)


async def test_the_editor_loads_and_watches_by_the_same_settings(start: Start, served: Served) -> None:
    editor = await start(http={"headers": {"X-Token": "open"}, "certificates": served.certificate})
    for place in (f"{served.gateway}goroutine", f"{served.socket}:/debug/pprof/goroutine"):
        assert (await editor.run("load", source=place))["profile"]["kind"] == "goroutine"
    for place in (served.gateway, served.socket):
        await editor.run("watch", url=place, intervalSeconds=600)
        assert (await editor.run("status"))["watching"]
    await editor.run("unwatch")
    other = await start(http={"certificates": served.certificate})
    with pytest.raises(JsonRpcException, match="401"):
        await other.run("watch", url=served.gateway, intervalSeconds=600)
