"""What a server wrote goes with it, however it ends."""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from pprof_lens.lsp import own_folder

pytestmark = pytest.mark.skipif(os.name != "posix", reason="other systems have no such locks")

HOLD = "from pprof_lens.lsp import own_folder; print(own_folder.make(), flush=True); input()"


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    return tmp_path


def test_a_killed_servers_folder_goes_at_the_next_start_and_a_living_ones_stays(place: Path) -> None:
    environment = os.environ | {"TMPDIR": str(place)}
    command = [sys.executable, "-c", HOLD]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=environment, text=True) as server:
        assert server.stdout is not None
        folder = Path(server.stdout.readline().strip())
        own_folder.remove_abandoned(place)
        assert folder.is_dir()
        server.kill()
    own = own_folder.make()
    assert list(place.iterdir()) == [own]


def test_what_is_not_a_servers_folder_stays(place: Path) -> None:
    elsewhere = place / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / ".held").touch()
    (place / "pprof-lens-server-link").symlink_to(elsewhere)
    (place / "pprof-lens-of-a-benchmark").mkdir()
    own_folder.remove_abandoned(place)
    assert len(list(place.iterdir())) == 3
    assert elsewhere.is_dir()


def test_a_folder_that_a_server_had_no_time_to_hold_goes_too(place: Path) -> None:
    (place / "pprof-lens-server-abcdefgh").mkdir()
    own_folder.remove_abandoned(place)
    assert not list(place.iterdir())


def test_a_server_whose_new_folder_another_takes_for_abandoned_makes_one_anew(
    place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make = tempfile.mkdtemp
    taken: list[str] = []

    def made(prefix: str) -> str:
        folder = make(prefix=prefix)
        if not taken:
            taken.append(folder)
            own_folder.remove_abandoned(place)
        return folder

    monkeypatch.setattr(tempfile, "mkdtemp", made)
    own = own_folder.make()
    assert list(place.iterdir()) == [own]
    assert str(own) not in taken
