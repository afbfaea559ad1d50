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
    (place / "pprof-lens-link").symlink_to(elsewhere)
    (place / "pprof-lens-of-others").mkdir()
    own_folder.remove_abandoned(place)
    assert len(list(place.iterdir())) == 3
    assert elsewhere.is_dir()
