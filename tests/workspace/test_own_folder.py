"""What a server wrote goes with it, however it ends."""

import os
import shutil
import stat
import subprocess
import sys
import tempfile
from contextlib import suppress
from pathlib import Path

import pytest

from pprof_lens.workspace import own_folder

if sys.platform != "win32":
    import fcntl

pytestmark = pytest.mark.skipif(os.name != "posix", reason="other systems have no such locks")

HOLD = "from pprof_lens.workspace import own_folder; print(own_folder.make(), flush=True); input()"


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


def test_a_folder_goes_in_which_somebody_still_writes(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = own_folder.make()
    rmdir = os.rmdir

    def written_first(path: str, **where: int) -> None:
        with suppress(FileNotFoundError):
            (folder / "late").touch()
        rmdir(path, **where)

    monkeypatch.setattr(os, "rmdir", written_first)
    own_folder.remove(folder)
    assert not list(place.iterdir())


def test_what_is_not_a_servers_folder_stays(place: Path) -> None:
    elsewhere = place / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / ".held").touch()
    (place / "pprof-lens-own-link").symlink_to(elsewhere)
    (place / "pprof-lens-of-a-benchmark").mkdir()
    own_folder.remove_abandoned(place)
    assert len(list(place.iterdir())) == 3
    assert elsewhere.is_dir()


def test_nothing_is_written_where_a_link_of_such_a_name_leads(place: Path) -> None:
    elsewhere, missing, own = place / "elsewhere", place / "missing", place / "pprof-lens-own-abcdefgh"
    elsewhere.mkdir()
    own.mkdir()
    (place / "pprof-lens-own-link").symlink_to(elsewhere)
    (own / ".held").symlink_to(missing)
    own_folder.remove_abandoned(place)
    assert not list(elsewhere.iterdir())
    assert not missing.exists()


def test_a_folder_of_another_user_stays_as_it_is(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    other = place / "pprof-lens-own-abcdefgh"
    other.mkdir()
    monkeypatch.setattr(os, "getuid", lambda: other.stat().st_uid + 1)
    own_folder.remove_abandoned(place)
    assert not list(other.iterdir())


def test_a_pipe_where_a_folder_is_held_holds_nobody_up(place: Path) -> None:
    own = place / "pprof-lens-own-abcdefgh"
    own.mkdir()
    os.mkfifo(own / ".held")
    own_folder.remove_abandoned(place)
    assert not list(place.iterdir())


def test_a_folder_that_a_server_had_no_time_to_hold_goes_too(place: Path) -> None:
    (place / "pprof-lens-own-abcdefgh").mkdir()
    own_folder.remove_abandoned(place)
    assert not list(place.iterdir())


def test_a_server_whose_new_folder_another_takes_for_abandoned_makes_one_anew(
    place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make = tempfile.mkdtemp
    taken: list[str] = []

    def made(**named: str) -> str:
        folder = make(**named)
        if not taken:
            taken.append(folder)
            own_folder.remove_abandoned(place)
        return folder

    monkeypatch.setattr(tempfile, "mkdtemp", made)
    own = own_folder.make()
    assert list(place.iterdir()) == [own]
    assert str(own) not in taken


def test_a_server_whose_lock_another_took_away_makes_a_folder_anew(
    place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lock = fcntl.flock
    others = iter((own_folder.remove_abandoned,))

    def locked(descriptor: int, how: int) -> None:
        for other in others:
            other(place)
        lock(descriptor, how)

    monkeypatch.setattr(fcntl, "flock", locked)
    own = own_folder.make()
    assert list(place.iterdir()) == [own]


@pytest.mark.usefixtures("place")
def test_a_folder_is_for_its_user_only() -> None:
    own = own_folder.make()
    shutil.rmtree(own)
    before = os.umask(0)
    try:
        made = [own_folder.make(own), own_folder.make()]
    finally:
        os.umask(before)
    assert {stat.S_IMODE(folder.stat().st_mode) for folder in made} == {0o700}


def test_no_folder_is_made_in_the_users_code_unless_the_user_said_so(
    place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("TMPDIR", "TEMP", "TMP"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(place)
    with pytest.raises(OSError, match="there is none that takes a file"):
        own_folder.make()
    monkeypatch.setenv("TMPDIR", str(place))
    assert own_folder.make().parent == place


def test_a_folder_that_was_cleaned_away_is_made_where_it_was_and_held(place: Path) -> None:
    own = own_folder.make()
    shutil.rmtree(own)
    assert own_folder.make(own) == own
    own_folder.remove_abandoned(place)
    assert own.is_dir()


def test_where_something_else_stands_by_then_another_is_made(place: Path) -> None:
    own = own_folder.make()
    shutil.rmtree(own)
    own.symlink_to(place)
    assert own_folder.make(own) != own


def test_a_folder_that_is_needed_for_a_while_is_held_that_long(place: Path) -> None:
    descriptors = len(list(Path("/dev/fd").iterdir()))
    with own_folder.held() as own:
        own_folder.remove_abandoned(place)
        assert own.is_dir()
    assert not list(place.iterdir())
    assert len(list(Path("/dev/fd").iterdir())) == descriptors
