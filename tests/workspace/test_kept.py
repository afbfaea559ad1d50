"""Where what is kept of a workspace lies."""

import os
import sys
from pathlib import Path

import pytest

from pprof_lens.bench.history import History
from pprof_lens.workspace import kept


def test_a_folder_for_state_that_is_named_by_where_we_are_is_none() -> None:
    assert kept.folder(("/code",), {"XDG_STATE_HOME": "state"}) == kept.folder(("/code",), {})


@pytest.mark.skipif(sys.platform == "win32", reason="there a user always has a folder")
def test_a_user_that_the_system_does_not_know_keeps_nothing_and_is_not_in_the_way(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def unknown(number: int) -> None:
        raise KeyError(number)

    monkeypatch.delenv("HOME", raising=False)
    monkeypatch.setattr("pwd.getpwuid", unknown)
    folder = kept.folder(("/code",), {})
    assert folder.is_relative_to(os.devnull)
    assert not folder.is_dir()
    history = History(folder)
    assert (history.all(), history.baseline()) == ((), "")
    with pytest.raises(OSError, match=r"\w"):
        history.new_profile("a.pprof")
    assert Path(os.devnull).is_char_device()
